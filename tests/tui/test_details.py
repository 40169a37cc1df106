"""Details of the screens that once were wrong, or easily would be."""

from __future__ import annotations

import asyncio
import weakref
from pathlib import Path

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.widgets import Input

from annotator.tui.screens.annotate import AnnotateScreen
from tests.processes import PATIENCE
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, make_bench, proposal, propose


async def test_arrows_move_the_cursor_after_a_click_in_the_panel(news: Bench) -> None:
    async with workbench(news, "nota", size=(120, 30)) as work:
        x, y = work.cell("? GPE")
        await work.pilot.click(offset=(x + 4, y))
        await work.settle()
        at = work.annotating.caret.offset
        await work.press("right")
        assert work.annotating.caret.offset > at


async def test_an_entry_can_be_edited(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("c", *"holaa", "backspace", "left", "left", "left", "left", "¡", "end", "!", "enter")
    assert [c.text for c in news.session().layer.content.comments.values()] == ["¡hola!"]


async def test_an_entry_can_be_edited_in_the_queue(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("/", *"otrx", "backspace", "enter")
        assert "1 shown: all matching “otr”" in work.text


async def type_at_once(work: WorkbenchDriver, turns: int, key: str, text: str) -> None:
    """Type a key and a text, with so many turns of the event loop in between, and wait for nothing."""
    for name, character in ((_character_to_key(key), key), *((letter, letter) for letter in text)):
        work.app.post_message(events.Key(name, character))
        for _ in range(turns):  # a line that opens has the focus some turns later
            await asyncio.sleep(0)


@pytest.mark.parametrize("turns", range(12))
async def test_what_is_typed_at_once_is_in_the_entry(news: Bench, turns: int) -> None:
    async with workbench(news) as work:
        await type_at_once(work, turns, "/", "otra")
        work.app.post_message(events.Paste("x\n"))
        await work.press("backspace", "enter")
        assert "1 shown: all matching “otra”" in work.text


@pytest.mark.parametrize("turns", range(12))
async def test_what_is_typed_at_once_is_searched_for_in_the_help(news: Bench, turns: int) -> None:
    async with workbench(news) as work:
        await type_at_once(work, turns, "?", "quit")
        await work.settle()
        assert work.app.screen.query_one(Input).value == "quit"


async def test_letters_typed_ahead_of_the_help_undo_nothing(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a")
        await type_at_once(work, 0, "?", "quit")
        await work.settle()
        assert work.app.screen.query_one(Input).value == "quit"
    assert news.actions("curator:ana")[-1] == "accept"


async def test_what_is_pasted_at_once_is_in_the_line_of_the_screen_that_opens(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        work.app.post_message(events.Key("ctrl+o", None))
        work.app.post_message(events.Paste("Luis\nPaz"))
        await work.settle()
        assert work.app.screen.query_one(Input).value == "Luis Paz"


async def test_find_goes_on_from_inside_a_word(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("/")
        await work.type("ico")
        seen = [work.annotating.caret.offset]
        for _ in range(2):
            await work.press("n")
            seen.append(work.annotating.caret.offset)
        assert len(set(seen)) == 3


async def test_all_arcs_show_what_undo_took_away(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("X", "escape", "g", "R", "escape", "1")
        await work.press(*work.hint("Ana Ruiz"))
        await work.press("escape", "2")
        await work.press(*work.hint("Cruz Roja"))
        await work.press("r")
        await work.press(*work.hint("Ana Ruiz"))
        await work.press("l")
        assert "leads" in "\n".join(work.lines[1:-4])
        await work.press("escape", "G", "escape", "u")
        assert "leads" not in "\n".join(work.lines[1:-4])
        await work.press("escape", "G", "escape", "ctrl+r")
        assert "leads" in "\n".join(work.lines[1:-4])


async def test_an_empty_workspace_says_how_to_begin_in_80_columns(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "news")
    async with workbench(bench) as work:
        assert "annotator ingest PATH" in work.text
    bench.workspace.close()


async def test_the_plain_view_is_plain(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("m", "m")
        assert "works_for" not in "\n".join(work.lines[1:-4])


async def test_directions_of_a_type_with_a_digit_for_key_are_both_offered(news: Bench) -> None:
    labels = news.workspace.labels_path
    text = labels.read_text(encoding="utf-8")
    labels.write_text(text + "  beside: {key: 7, head: GPE, child: GPE}\n", encoding="utf-8")
    async with workbench(news, "nota") as work:
        for phrase in ("México coopera", "Canadá"):
            await work.press("escape", "3")
            await work.press(*work.hint(phrase))
        await work.press("r")
        await work.press(*work.hint("México coopera"))
        prompt = work.annotating.prompts.current
        assert prompt is not None
        offered = [choice.text for row in prompt.menu for choice in row.choices]
        assert offered == ["located_in", "cooperates_with", "beside", "located_in ←", "beside ←"]
        assert len(prompt.options) == len(offered)
        assert all(f"  {choice}" in prompt.line(200) for choice in prompt.options)


async def test_the_line_is_counted_after_layout(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "news")
    bench.add("otra", "Luis fue a Lima. " * 60)
    async with workbench(bench, "otra") as work:
        assert work.focus == f"line 1 of {len(work.annotating.view.rows)}"
    bench.workspace.close()


async def test_going_to_a_suggestion_ends_the_selection(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("v", "l", "tab", "l")
        assert "selected" not in work.focus


async def test_text_with_a_label_is_readable_where_it_is_selected(news: Bench) -> None:
    from annotator.tui.label_colors import contrast

    async with workbench(news, "nota") as work:
        palette = work.app.palette
        assert contrast(palette.text, palette.selection) >= 4.5


async def test_wide_label_names(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "news")
    text = bench.workspace.labels_path.read_text(encoding="utf-8")
    bench.workspace.labels_path.write_text(text.replace("PERSON", "人物"), encoding="utf-8")
    bench.add()
    async with workbench(bench, "nota") as work:
        for phrase in ("Ana Ruiz", "México. "):
            await work.press("escape", "1")
            await work.press(*work.hint(phrase))
        x, y = work.cell("México. ")
        assert work.lines[y + 1].index("╰人物") >= 0
        line = work.lines[y + 1]
        from rich.cells import cell_len

        assert cell_len(line[: line.rindex("╰")]) == x
    bench.workspace.close()


async def test_lines_without_words_are_stepped_over_both_ways(news: Bench) -> None:
    bench = make_bench(news.workspace.root / "gaps")
    bench.add("gaps", "uno dos\n\n\n  \ntres cuatro\n\ncinco")
    async with workbench(bench, "gaps") as work:
        await work.press("g")
        seen = []
        for key in ("down", "down", "down", "up", "up", "up"):
            await work.press(key)
            seen.append(work.annotating.caret.offset)
        tres, cinco = (bench.document("gaps").text.index(word) for word in ("tres", "cinco"))
        assert seen == [tres, cinco, cinco, tres, 0, 0]


async def test_a_page_never_skips_what_was_not_in_view(news: Bench) -> None:
    bench = make_bench(news.workspace.root / "long")
    document = bench.add("long", "Ana Ruiz fue a Lima con Luis Paz.\n" * 200)
    propose(bench.store, document, [proposal(document, "Lima", "GPE", nth=n) for n in range(200)])
    async with workbench(bench, "long") as work:
        await work.press("g")
        bottom = work.annotating.view.visible_range().end
        await work.press("pagedown")
        assert work.annotating.caret.offset <= bottom
        assert work.annotating.caret.offset > 0


async def test_the_chosen_line_of_the_queue_stands_out(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("down")
        chosen = [line for line in work.reversed_lines() if "todo" in line]
        assert len(chosen) == 1
        (line,) = (s for s in work.app.screen._compositor.render_strips() if chosen[0] in s.text)
        assert len({s.style.color for s in line if s.style is not None and s.style.reverse}) == 1, "no grey boxes"
        await work.press("up")
        assert [line for line in work.reversed_lines() if "todo" in line] != chosen


async def test_the_panel_marks_the_item_in_focus(news: Bench) -> None:
    async with workbench(news, "nota", size=(120, 30)) as work:
        assert work.annotating.item_id is not None
        span = work.session.layer.span(work.annotating.item_id)
        assert span is not None
        text = work.session.checks.text_of(span)
        assert any("?" in line and text in line for line in work.reversed_lines()[1:])


async def test_without_colour_no_line_has_any(news: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with workbench(news, "nota", size=(120, 30)) as work:
        for strip in work.app.screen._compositor.render_strips():
            colors = [s.style.color for s in strip if s.style is not None and s.style.color is not None]
            triplets = [color.get_truecolor() for color in colors]
            assert all(t.red == t.green == t.blue for t in triplets)


async def test_a_question_stands_alone_and_a_line_says_where_it_was_cut(news: Bench) -> None:
    async with workbench(news, "nota", size=(60, 20)) as work:
        await work.press("a")
        assert "accepted" in work.line("#message")
        await work.press("semicolon")
        assert work.line("#message") == ""
        await work.press("escape")
        assert work.line("#message").startswith("tab next")
        assert work.line("#message").endswith("…")


@pytest.mark.usefixtures("freezing")
async def test_documents_that_were_left_are_freed_while_others_are_opened(news: Bench) -> None:
    async with workbench(news) as work, asyncio.timeout(PATIENCE):
        left: list[weakref.ref[AnnotateScreen]] = []
        while len(left) < 4 or any(screen() is not None for screen in left[:3]):
            work.app.open_document(("nota", "otra")[len(left) % 2])
            await work.settle()
            left.append(weakref.ref(work.annotating))
            await work.press("tab", "Q")


async def test_of_pasted_lines_none_is_lost(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("c", *"¿y ")
        work.app.post_message(events.Paste("uno\r\ndos\n\n  tres\n"))
        await work.settle()
        await work.press("?", "enter")
    assert [c.text for c in news.session().layer.content.comments.values()] == ["¿y uno dos tres?"]


@pytest.mark.parametrize("key", ["c", "question_mark"])
async def test_what_is_pasted_acts_on_no_terminal_from_the_line_it_is_typed_in(news: Bench, key: str) -> None:
    async with workbench(news, "nota") as work:
        await work.press(key)
        work.app.post_message(events.Paste("uno\x9b31m \x1b]0;dos\x07 \u202etres\x0e\x85\u200b."))
        await work.settle()
        entry = work.app.screen.query_one(Input)
        shown = entry.render_line(0)
        assert shown.text.rstrip() == "uno␦31m ␛]0;dos␇ ␦tres␎ ␦."
        await work.press("left")
        assert entry.cursor_screen_offset.x - entry.content_region.x == len(entry.value) - 1


async def test_where_the_line_is_short_the_score_stands_and_its_source_goes(news: Bench) -> None:
    document = news.add("larga", "La Secretaría de Relaciones Exteriores abrió en la Ciudad de México.\n")
    long = proposal(document, "Secretaría de Relaciones Exteriores", "ORG", 0.87)
    propose(news.store, document, [long.replace(source="institutions-and-more-of-them@1")])
    for columns, shown in ((80, "“Secretaría de Relaciones Exteriores”  0.87"), (140, "of-them@1 0.87")):
        async with workbench(news, "larga", size=(columns, 24)) as work:
            assert shown in work.focus
