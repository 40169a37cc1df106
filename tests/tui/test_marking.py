"""Spans made by keyboard, mouse and hints; what the screen shows is stored."""

from __future__ import annotations

from pathlib import Path

from annotator.history import LayerName
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, make_bench, span_texts, verdicts


async def test_a_label_on_a_suggestion_corrects_it_and_goes_on(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("2")
        assert work.message == "relabelled to ORG “Ana Ruiz”"
        assert work.focus.startswith("ORG? “Cruz Roja”")
        assert "╰─ORG──╯" in work.text
    assert span_texts(news.session()) == {("ORG", "Ana Ruiz")}
    assert list(verdicts(news.session()).values()) == ["corrected"]


async def test_a_label_on_an_own_span_relabels_it(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "g", "3")
        assert work.message == "relabelled to GPE “Ana Ruiz”"
        assert work.focus.startswith("GPE “Ana Ruiz”")
    assert span_texts(news.session()) == {("GPE", "Ana Ruiz")}


async def test_boundaries_move_by_tokens(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("]")
        assert work.message == "now PERSON “Ana Ruiz trabaja”"
        await work.press("}", "[")
        assert work.focus.startswith("PERSON “Ruiz”")
        await work.press("{")
        assert work.focus.startswith("PERSON “Ana Ruiz”")
        await work.press("[", "[")
        assert "the span cannot get smaller" in work.text
        assert work.focus.startswith("PERSON “Ana”")
    assert span_texts(news.session()) == {("PERSON", "Ana")}


async def test_a_boundary_stops_at_the_next_span(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("A", "g", *["]"] * 4)
        assert "that would run into ORG “Cruz Roja”" in work.text
        assert "now PERSON" not in work.text
    assert ("PERSON", "Ana Ruiz trabaja para") in span_texts(news.session())


async def test_keys_that_need_a_span_say_so(news: Bench) -> None:
    async with workbench(news, "zeta") as work:
        for key in ("]", "*"):
            await work.press(key)
            assert work.message.startswith("no span in focus")
        await work.press("d")
        assert work.message == "nothing in focus to delete"
    assert news.actions("curator:ana", "zeta") == []


async def test_words_are_selected_by_keyboard_and_labelled(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("shift+right")
        assert work.focus.startswith("selected “Luis Paz”")
        await work.press("1")
        assert work.message == "marked PERSON “Luis Paz”"
        assert work.focus.startswith("PERSON “Luis Paz”  yours")
    assert span_texts(news.session("otra")) == {("PERSON", "Luis Paz")}


async def test_a_selection_begun_with_v_follows_every_move(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("w", "v", "l", "w", "h")
        assert work.focus.startswith("selected “Paz fue”")
        await work.press("b")
        assert work.focus.startswith("selected “Paz”")
        await work.press("$")
        assert work.focus.startswith("selected “Paz fue a Lima. No vio la Cruz Roja.”")
        await work.press("escape")
        assert "selected" not in work.focus
        await work.press("l")
        assert "selected" not in work.focus


async def test_v_again_ends_the_selection(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("v", "l", "v")
        assert "selected" not in work.focus


async def test_marking_over_an_own_span_changes_it(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("shift+right", "1", "g", "shift+right", "shift+right", "2")
        assert work.message.startswith("marked ORG “Luis Paz fue”")
    assert span_texts(news.session("otra")) == {("ORG", "Luis Paz fue")}


async def test_the_mouse_selects_whole_words(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        x, y = work.cell("Cruz Roja")
        await work.drag((x + 2, y), (x + 4, y), (x + 6, y))
        assert work.focus.startswith("selected “Cruz Roja”")
        await work.press("2")
        assert work.message == "marked ORG “Cruz Roja”"
    assert span_texts(news.session("otra")) == {("ORG", "Cruz Roja")}


async def test_the_mouse_selects_backwards_and_over_rows(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        x, y = work.cell("Roja nació")
        up, top = work.cell("Canadá")
        await work.drag((x + 1, y), (up + 2, top + 1), (up + 2, top))
        await work.press("2")
    assert span_texts(news.session()) == {("ORG", "Canadá.\n\nCruz Roja")}


async def test_dragging_beyond_the_edge_takes_the_text_along(tmp_path: Path) -> None:
    bench = make_bench(tmp_path / "news")
    bench.add("lista", "\n".join(f"Línea {n} de la lista." for n in range(60)))
    async with workbench(bench, "lista") as work:
        x, y = work.cell("Línea 3 ")
        await work.drag((x, y), (x + 3, 22), *[(x + 3 + n % 2, 23) for n in range(20)], (x + 3, 10))
        first, last = work.annotating.caret.selection or (0, 0)
        assert work.session.document.text[first:last].startswith("Línea 3 ")
        assert work.annotating.view.scroll_offset.y > 0
        assert "Línea 25 " in work.session.document.text[first:last]


async def test_a_double_click_selects_a_word(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        x, y = work.cell("Lima")
        await work.pilot.double_click(offset=(x + 1, y))
        await work.settle()
        assert work.focus.startswith("selected “Lima”")
        await work.press("3")
    assert span_texts(news.session("otra")) == {("GPE", "Lima")}


async def test_a_click_puts_the_focus_on_the_span_there(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        x, y = work.cell("México")
        await work.pilot.click(offset=(x + 2, y))
        await work.settle()
        assert work.focus.startswith("GPE?? “México”")
        x, y = work.cell("nació")
        await work.pilot.click(offset=(x + 2, y))
        await work.settle()
        assert work.focus.startswith("line 3 of 3")


async def test_a_click_in_the_panel_puts_the_focus_on_the_item_there(news: Bench) -> None:
    async with workbench(news, "nota", size=(120, 30)) as work:
        x, y = work.cell("? GPE")
        await work.pilot.click(offset=(x + 4, y))
        await work.settle()
        assert work.focus.startswith("GPE?? “México”")
        await work.press("a")
        assert work.message == "accepted GPE “México”"


async def test_a_label_with_nothing_chosen_puts_hints_on_phrases(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape", "1")
        assert work.focus.startswith("PERSON: which phrase?")
        hint = work.hint("Luis Paz")
        assert hint == "a"
        assert "auis Paz" in work.text
        await work.press(hint)
        assert work.message == "marked PERSON “Luis Paz”"
        await work.press("2")
        await work.press(*work.hint("Cruz Roja"))
    assert span_texts(news.session("otra")) == {("PERSON", "Luis Paz"), ("ORG", "Cruz Roja")}


async def test_what_is_marked_already_gets_no_hint(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape", "1", "a", "1")
        prompt = work.annotating.prompts.current
        assert prompt is not None
        assert 0 not in prompt.hints


async def test_a_question_is_left_with_escape_or_by_an_unknown_letter(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape", "1", "escape")
        assert "which" not in work.focus
        await work.press("1", "9")
        assert work.message == "no such hint: 9"
        assert "which" not in work.focus
    assert span_texts(news.session("otra")) == set()


async def test_jump_goes_to_any_word_in_view(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press(";")
        assert work.focus.startswith("jump to which word?")
        await work.press(*work.hint("mayo"))
        assert work.annotating.caret.offset == work.session.document.text.index("mayo")
        await work.press(";")
        await work.press(*work.hint("México", 1))
        assert work.annotating.caret.offset == work.session.document.text.index("México coopera")


async def test_jump_gives_the_first_letters_to_words_that_no_span_covers(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press(";")
        prompt = work.annotating.prompts.current
        assert prompt is not None
        spans = work.session.layer.spans_over(0, len(work.session.document.text))
        assert not work.session.content.spans  # all of them are suggested
        covered = [any(span.start <= offset < span.end for span in spans) for offset in prompt.hints]
        assert set(covered) == {False, True}
        assert covered == sorted(covered)


async def test_hints_stand_over_the_words_they_mean(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press(";")
        prompt = work.annotating.prompts.current
        assert prompt is not None
        rows = work.annotating.view.rows
        article = [line for line in work.lines[1:] if "┄" not in line and line.strip()]
        for offset, code in prompt.remaining_hints().items():
            row = rows.row_of(offset)
            cell = work.annotating.view.painter.frame.left + rows.cell_of(row, offset)
            assert article[row][cell : cell + len(code)] == code


async def test_a_label_everywhere_takes_every_mention(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("*")
        assert work.message.startswith("PERSON on 1 more mention of “Ana Ruiz”")
        assert "2✓" in work.header
        await work.press("u")
        assert "0✓" in work.header
    assert span_texts(news.session()) == set()


async def test_what_a_second_time_proposes_elsewhere_one_undo_takes_back(news: Bench) -> None:
    news.add("uno", "Vino Ana Ruiz.")

    def proposed() -> int:
        info = news.store.layer(LayerName("uno", "proposals:ana"))
        return 0 if info is None else len(news.store.annotations(info.id).spans)

    async with workbench(news, "nota") as work:
        await work.press("*", "*")
        assert work.message == "proposed PERSON “Ana Ruiz” on 1 mention in 1 other document"
        assert proposed() == 1
        await work.press("u")
        assert (proposed(), "2✓" in work.header) == (0, True)
        await work.press("u")
        assert "0✓" in work.header
        await work.press("ctrl+r", "ctrl+r")
        assert proposed() == 1


async def test_deleting_a_span_takes_its_relations_along_in_one_step(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("A", "g", "d")
        assert work.message.startswith("deleted PERSON “Ana Ruiz”")
        assert "1 relation of “Ana Ruiz” went with it" in work.message
        assert "1✓ 0→" in work.header
        await work.press("u")
        assert "2✓ 1→" in work.header


async def test_deleting_a_suggestion_rejects_it(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("d")
        assert work.message == "rejected PERSON “Ana Ruiz”"
    assert "rejected" in verdicts(news.session()).values()


async def test_the_cursor_moves_by_words_lines_and_to_the_ends(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        text, caret = work.session.document.text, work.annotating.caret
        moves = {
            "w": "Ruiz",
            "l": "trabaja",
            "b": "Ruiz",
            "$": ".\n\n",
            "0": "Ana",
            "j": None,
            "G": ".\n",
            "k": None,
            "g": "Ana",
            "right": "Ruiz",
            "left": "Ana",
        }
        for key, at in moves.items():
            await work.press(key)
            if at is not None:
                expected = text.rindex(at) if key == "G" else text.index(at)
                assert work.annotating.caret.offset == expected, key
        assert caret.offset == 0


async def test_arrows_move_the_cursor_also_where_the_view_scrolls(news: Bench) -> None:
    news.add("larga", "Palabra tras palabra sin fin. " * 300 + "Aquí termina.\n")
    async with workbench(news, "larga") as work:
        for key, letter in {"right": "l", "left": "h", "down": "j", "up": "k", "end": "$", "home": "0"}.items():
            await work.press("g", "j", "l", "l", letter)
            expected = work.annotating.caret.offset
            await work.press("g", "j", "l", "l", key)
            assert work.annotating.caret.offset == expected, key
        await work.press("g", "pagedown")
        assert work.annotating.caret.offset > 1000
        await work.press("pageup", "pageup")
        assert work.annotating.caret.offset < 100
