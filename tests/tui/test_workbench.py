"""From the queue into a document and on to the next: what a curator sees, and what is stored."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual import events
from textual.command import CommandList

from annotator.labels.scheme import ACCEPT_THRESHOLD
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.workflow.settings import Preferences
from annotator.workflow.workspace import Workspace
from tests.tui.watched_terminal import Watched, begin
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, make_bench, pending_suggestions, relation_texts, span_texts, verdicts


async def test_the_queue_shows_every_document(news: Bench) -> None:
    async with workbench(news) as work:
        assert "0 of 3 done" in work.header
        assert "todo nota es 5? 0✓ 0→ Ana Ruiz" in " ".join(work.text.split())
        assert "otra" in work.text
        assert "zeta" in work.text


async def test_a_document_opens_on_its_first_suggestion(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("enter")
        assert "nota" in work.header
        assert "5? 0✓ 0→ · 0/3 done · ana" in work.header
        assert work.focus.startswith("PERSON? “Ana Ruiz”  rules@1 0.90")
        assert "└┄┄┄┄┄┄┘PERSON?" in work.text


async def test_the_chosen_document_opens(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("j", "down", "k", "enter")
        assert "otra" in work.header


async def test_a_document_can_be_asked_for_by_name(news: Bench) -> None:
    async with workbench(news, "zeta") as work:
        assert "zeta" in work.header


async def test_accepting_goes_on_to_the_next(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a")
        assert work.message == "accepted PERSON “Ana Ruiz”"
        assert "5? 1✓ 0→" in work.header
        assert work.focus.startswith("ORG? “Cruz Roja”")
        assert "╰PERSON╯" in work.text
        await work.press("enter")
        assert work.focus.startswith("“Ana Ruiz” ─works_for?→ “Cruz Roja”")
        await work.press("a")
        assert "4? 2✓ 1→" in work.header
    assert span_texts(news.session()) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
    assert relation_texts(news.session()) == {("Ana Ruiz", "works_for", "Cruz Roja")}


async def test_rejecting_goes_on_to_the_next_and_takes_its_relations_along(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("x")
        assert work.message == "rejected PERSON “Ana Ruiz”"
        assert "3? 0✓ 0→" in work.header
        assert work.focus.startswith("ORG? “Cruz Roja”")
    assert len(pending_suggestions(news.session())) == 3
    assert span_texts(news.session()) == set()


async def test_tab_walks_spans_and_relations_in_reading_order_and_round(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        seen = [work.focus]
        for _ in range(5):
            await work.press("tab")
            seen.append(work.focus)
        starts = ("PERSON? “Ana", "ORG? “Cruz", "“Ana Ruiz” ─works_for?", "GPE?? “México”", "“Cruz Roja” ─located_in??")
        for shown, start in zip(seen, (*starts, starts[0]), strict=True):
            assert shown.startswith(start)
        await work.press("shift+tab")
        assert work.focus == seen[4]


@pytest.mark.parametrize(("own", "accepted"), [(None, 1), (0.75, 2)])
async def test_accept_all_goes_by_the_workspaces_threshold_unless_a_person_has_one(
    news: Bench, own: float | None, accepted: int
) -> None:
    path = news.workspace.root / "labels.yaml"
    path.write_text("accept_threshold: 0.85\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    reopened = Workspace(news.workspace.root)
    async with workbench(Bench(reopened), "nota", preferences=Preferences(accept_threshold=own)) as work:
        await work.press("A")
        assert len(work.session.layer.content.spans) == accepted
    reopened.close()


async def test_all_that_is_likely_is_accepted_and_the_rest_rejected_in_one_step_each(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("A")
        assert work.message == f"accepted 3 from {ACCEPT_THRESHOLD:.2f}, 4 remain; V reviews, the 2 under 0.85 first"
        assert work.focus.startswith("GPE?? “México”")
        await work.press("X")
        assert work.message.startswith("rejected 4")
        assert "0? 2✓ 1→" in work.header
        await work.press("u", "u")
        assert "5? 0✓ 0→" in work.header
    assert news.actions("curator:ana") == ["accept all", "reject all", "undo", "undo"]


async def test_undo_and_redo_say_what_they_did_and_go_there(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "x", "u")
        assert work.message.startswith("undid: reject ORG “Cruz Roja”")
        assert work.focus.startswith("ORG? “Cruz Roja”")
        await work.press("u")
        assert work.message.startswith("undid: accept PERSON “Ana Ruiz”")
        assert "5? 0✓ 0→" in work.header
        await work.press("ctrl+r")
        assert work.message.startswith("redid: accept PERSON “Ana Ruiz”")
        assert "5? 1✓ 0→" in work.header
    assert span_texts(news.session()) == {("PERSON", "Ana Ruiz")}


async def test_undo_works_across_sessions(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a")
    async with workbench(news, "nota") as work:
        await work.press("u")
        assert "5? 0✓ 0→" in work.header
    assert span_texts(news.session()) == set()


async def test_nothing_to_undo_is_said(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("u")
        assert "nothing to undo" in work.text
        await work.press("ctrl+r")
        assert "nothing to redo" in work.text


async def test_done_asks_once_while_suggestions_are_undecided(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("space")
        assert work.message == "5 still undecided: space again finishes, tab goes to the next"
        assert news.session().state == "todo"
        await work.press("tab", "space")
        assert work.message.startswith("5 still undecided")
        await work.press("space")
        assert "otra" in work.header
        assert "1/3 done" in work.header
    assert news.session().state == "done"
    assert set(verdicts(news.session()).values()) == {"ignored"}


async def test_done_does_not_ask_when_all_is_decided(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("X", "space")
        assert "otra" in work.header
    assert news.session().state == "done"


async def test_a_skipped_document_is_put_aside(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("s")
        assert "otra" in work.header
    assert news.session().state == "skipped"
    assert verdicts(news.session()) == {}


async def test_a_click_between_two_spaces_lets_the_second_ask_again(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("space")
        assert "space again finishes" in work.message
        x, y = work.cell("nació")
        await work.pilot.click(offset=(x + 2, y))
        await work.settle()
        await work.press("space")
        assert "space again finishes" in work.message
        assert work.session.state != "done"


async def test_after_the_last_document_the_queue_says_so(news: Bench) -> None:
    async with workbench(news, "zeta") as work:
        await work.press("space")
        assert "nota" in work.header
        await work.press("space", "space", "space")
        assert isinstance(work.app.screen, QueueScreen)
        assert "3 of 3 done" in work.header
        assert "Every document is done or skipped." in work.text
        await work.press("n")
        assert isinstance(work.app.screen, QueueScreen)


async def test_finished_work_can_be_taken_up_again(news: Bench) -> None:
    async with workbench(news, "zeta") as work:
        await work.press("space", "Q", "end", "enter")
        assert "✓ done" in work.header
        await work.press("f")
        assert "✓ done" not in work.header
    assert news.session("zeta").state == "doing"


async def test_a_step_that_reopens_a_document_is_counted_at_once(news: Bench) -> None:
    news.session().finish()
    async with workbench(news, "nota") as work:
        before = work.header
        assert "✓ done" in before
        assert "1/" in before
        await work.press("f")
        assert work.message == "flagged for a second look; reopened: was done"
        assert "✓ done" not in work.header
        assert "0/" in work.header
        await work.press("u")
        assert work.header == before


async def test_done_is_done_once(news: Bench) -> None:
    async with workbench(news, "zeta") as work:
        await work.press(" ", "Q", "end", "enter", " ")
        assert "zeta" not in work.header
    assert news.actions("curator:ana", "zeta") == ["done"]


async def test_work_goes_on_where_it_stopped(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab", "tab", "tab")
        focus, offset = work.annotating.item_id, work.annotating.caret.offset
        await work.press("ctrl+q")
    async with workbench(news) as work:
        assert "nota" in work.header
        assert work.focus.startswith("GPE?? “México”")
        assert (work.annotating.item_id, work.annotating.caret.offset) == (focus, offset)


async def test_who_went_back_to_the_queue_begins_there(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab", "tab", "Q")
        assert isinstance(work.app.screen, QueueScreen)
        await work.press("enter")
        assert work.focus.startswith("“Ana Ruiz” ─works_for?")
        await work.press("Q", "q")
    async with workbench(news) as work:
        assert isinstance(work.app.screen, QueueScreen)


async def test_two_curators_do_not_see_each_other(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("A")
    async with workbench(news, "nota", curator="bo") as work:
        assert "5? 0✓ 0→ · 0/3 done · bo" in work.header


async def test_a_document_is_flagged_and_commented(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("f")
        assert "⚑" in work.header
        await work.press("c")
        await work.type("ojo: nombre")
        assert work.message == "comment kept"
        await work.press("f")
        assert "⚑" not in work.header
    session = news.session()
    assert [(c.text, c.target) for c in session.layer.content.comments.values()] == [("ojo: nombre", None)]


async def test_a_comment_on_a_span_is_shown_with_it(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "shift+tab", "g", "c")
        await work.type("quién")
        assert "“quién”" in work.focus
    (comment,) = news.session().layer.content.comments.values()
    assert comment.target in news.session().layer.content.spans


async def test_an_entry_is_left_with_escape(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("c", "h", "o", "escape", "a")
        assert work.message == "accepted PERSON “Ana Ruiz”"
    assert not news.session().layer.content.comments


async def test_find_ignores_case_and_accents_and_goes_on(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        text = work.session.document.text
        places = [i for i in range(len(text)) if text.startswith("México", i)]
        seen, shown = [], []
        await work.press("/")
        await work.type("MEXICO")
        assert work.message == "3 in this document · a label's key marks it · n next · N previous"
        seen.append(work.annotating.caret.offset)
        for key in ("n", "n", "n", "N"):
            await work.press(key)
            shown.append(work.focus.split("  ")[:2])
            seen.append(work.annotating.caret.offset)
        assert seen == [places[0], places[1], places[2], places[0], places[2]]
        marks_it = ["selected “México”", "a label's key marks it"]
        assert shown == [marks_it, marks_it, ["selected", "GPE?? “México”"], marks_it]
        await work.press("/")
        await work.type("perú")
        assert work.message == "not found"


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (60, 15)])
async def test_modes_show_brackets_colours_or_nothing(news: Bench, size: tuple[int, int]) -> None:
    async with workbench(news, "nota", size=size) as work:
        assert "└┄┄┄┄┄┄┘PERSON?" in work.text
        await work.press("m")
        assert work.message == "compact view"
        assert "└┄" not in work.text
        await work.press("m")
        assert work.message == "plain view"
        await work.press("m")
        assert work.message == "lanes view"
        assert "└┄┄┄┄┄┄┘" in work.text


async def test_the_panel_stands_where_there_is_room_or_when_asked_for(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        assert "? PERSON" not in work.text
        await work.press("f2")
        assert "? PERSON" in work.text
        assert "0.90" in work.text
        await work.press("f2")
        assert "? PERSON" not in work.text
    async with workbench(news, "nota", size=(120, 30)) as work:
        assert "? PERSON" in work.text
        assert "5 to decide · 0 spans · 0 relations" in work.header
        await work.press("a")
        assert "✓ PERSON" in work.text


async def test_help_shows_the_keys_and_the_focused_label_first(news: Bench) -> None:
    async with workbench(news, "nota", size=(100, 40)) as work:
        await work.press("?")
        assert isinstance(work.app.screen, HelpScreen)
        assert "next undecided suggestion" in work.text
        assert work.text.index("1 PERSON") < work.text.index("Keys")
        assert "Copy selected text" not in work.text
        await work.press("escape")
        await work.press("a")
        assert "5? 1✓" in work.header


async def test_the_command_palette_offers_every_key(news: Bench) -> None:
    async with workbench(news, "nota", size=(100, 40)) as work:
        await work.press("ctrl+p", *"flag")
        await work.pilot.app.workers.wait_for_complete()
        await work.press("down", "enter")
        await work.settle()
        assert "⚑" in work.header


async def test_a_command_of_the_palette_withdraws_the_question(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "a", "g", "r")
        assert work.focus.startswith("relate PERSON “Ana Ruiz” to which?")
        hint = work.hint("Cruz Roja")
        work.app.run_later(work.annotating, "delete")
        await work.settle()
        assert work.message == "deleted PERSON “Ana Ruiz”"
        assert "which?" not in work.focus
        await work.press(hint)
        assert work.app.failure is None
        assert span_texts(work.session) == {("ORG", "Cruz Roja")}


async def test_the_command_palette_says_which_keys_do_the_same(news: Bench) -> None:
    keys = Preferences(keys={"document.flag": "f6"})
    async with workbench(news, "nota", preferences=keys) as work:
        said = {command.title: command.help for command in work.pilot.app.get_system_commands(work.pilot.app.screen)}
        assert said["Accept and move on"] == "key a or ⏎"
        assert said["End of the line"] == "key $ or end"
        assert said["Flag the document"] == "key f6"


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
@pytest.mark.parametrize("keys", ["pagedown", "e pagedown", "down pageup", "? ? ? pagedown"])
def test_page_keys_in_the_command_palette_break_nothing(news: Bench, keys: str) -> None:
    news.workspace.close()
    terminal = Watched(news)
    try:
        begin(terminal)
        terminal.press("ctrl+p", *keys.split())
        terminal.wait("🔎")
        terminal.settle(0.3)
        terminal.press("escape")
        terminal.wait(lambda text: "🔎" not in text)
        terminal.press("a")
        terminal.wait(" 1✓")
    finally:
        terminal.kill()


async def test_a_click_on_a_command_that_is_no_longer_listed_does_nothing(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("ctrl+p")
        commands = work.app.screen.query_one(CommandList)
        commands.clear_options()
        place = (0, 0, 0, 0, 1, False, False, False)
        commands.post_message(events.Click(commands, *place, style=Style(meta={"option": 3})))
        await work.settle()
        await work.press("escape", "G")
        assert isinstance(work.app.screen, QueueScreen)


async def test_the_queue_filters_and_sorts(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("/", "o", "t", "r", "enter")
        assert "1 shown: all matching “otr”" in work.text
        await work.press("escape")
        assert "3 shown: all" in work.text
        await work.press("tab", "tab")
        assert "0 shown: doing" in work.text
        await work.press("escape", "s", "s")
        assert "by uncertainty" in work.text
        assert work.text.count("(least certain)") == 1
        await work.press("n")
        assert work.message.startswith("next: least certain")


async def test_an_empty_workspace_says_how_to_begin(news: Bench) -> None:
    empty = make_bench(news.workspace.root / "empty")
    async with workbench(empty, size=(80, 24)) as work:
        assert "No documents yet. `annotator ingest PATH` brings some in." in work.text
        await work.press("enter", "n", "j", "G", "tab", "s", "?", "escape")
        assert isinstance(work.app.screen, QueueScreen)
    empty.workspace.close()


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
def test_keys_after_a_filter_that_was_typed_at_once_are_no_text(news: Bench) -> None:
    news.workspace.close()
    terminal = Watched(news)
    begin(terminal)
    terminal.press("Q")
    terminal.wait("shown: all")
    terminal.send("/otra\r")
    terminal.wait("matching “otra”, by key")
    terminal.settle()
    terminal.press("s")
    terminal.wait("matching “otra”, by state")
    terminal.press("q")
    assert terminal.ended() == 0
