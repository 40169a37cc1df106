"""Keys typed at the wrong moment: they add what was meant or do nothing, and never another command."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from annotator.tui.screens.document import typed_ahead
from annotator.tui.screens.queue import QueueScreen
from tests.repository import TOP
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, span_texts, under, verdicts
from tools.terminal import Terminal


@pytest.fixture(autouse=True)
def _typed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_ahead, "PAUSE", 60.0)


def stretches(work: WorkbenchDriver) -> dict[str, str]:
    """The text that each hint on the screen stands for."""
    prompt, text = work.annotating.prompts.current, work.session.document.text
    assert prompt is not None
    return {code: text[start:end] for code, (start, end) in prompt.stretches.items()}


# Adding is exact


async def test_what_a_hint_underlines_is_what_it_marks(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape", "2")
        offered = stretches(work)
        code = next(code for code, text in offered.items() if text == "Cruz Roja")
        underlined = [
            segment.text
            for strip in work.app.screen._compositor.render_strips()
            for segment in strip
            if segment.style is not None and segment.style.underline and segment.style.bgcolor is not None
        ]
        assert f"{'Cruz Roja'[len(code) :]}" in underlined
        await work.press(*code)
    assert span_texts(news.session("otra")) == {("ORG", "Cruz Roja")}


async def test_tab_offers_other_phrases_in_the_same_text(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape", "1")
        assert "Luis Paz" in stretches(work).values()
        await work.press("tab")
        assert "Luis" in stretches(work).values()
        await work.press("tab", *["tab"] * 10)
        code = next(code for code, text in stretches(work).items() if text in ("Luis Paz", "Luis", "Paz"))
        await work.press(*code)
        assert work.message.startswith("marked PERSON")


async def test_a_label_key_after_a_search_marks_the_match(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("/")
        await work.type("roja")
        assert work.focus.startswith("selected “Roja”")
        await work.press("2")
        assert work.message == "marked ORG “Roja”"


async def test_a_selection_is_resized_by_the_keys_that_move_borders(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("/")
        await work.type("roja")
        await work.press("{")
        assert work.focus.startswith("selected “Cruz Roja”")
        await work.press("[", "[", "]", "2")
        assert work.message == "marked ORG “Cruz Roja”"


async def test_what_is_found_in_a_span_puts_that_in_focus_too(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "g", "/")
        await work.type("ruiz")
        assert work.focus.startswith("selected “Ruiz” in  PERSON “Ana Ruiz”")
        await work.press("d")
        assert work.message == "deleted PERSON “Ana Ruiz”"


async def test_everything_that_was_found_gets_the_first_hints(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("/")
        await work.type("fue")
        await work.press("escape", "3")
        assert stretches(work)["a"] == "fue"


async def test_jump_leaves_small_words_readable(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("A", ";")
        prompt = work.annotating.prompts.current
        assert prompt is not None
        text = work.session.document.text
        assert {text[offset:].split()[0].strip(".") for offset in prompt.hints} == {"Luis", "Lima", "Cruz", "Roja"}


async def test_a_border_grows_over_the_suggestion_beside_it(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("]", "]", "]", "]")
        assert work.focus.startswith("PERSON “Ana Ruiz trabaja para Cruz Roja”")
    assert ("PERSON", "Ana Ruiz trabaja para Cruz Roja") in span_texts(news.session())


# Adding is modeless


async def test_alt_and_a_label_key_add_while_a_suggestion_is_in_focus_which_stays_there(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        assert work.focus.startswith("PERSON? “Ana Ruiz”")
        await work.press("alt+3")
        assert work.focus.startswith("GPE: which phrase?")
        code = next(code for code, text in stretches(work).items() if text == "Canadá")
        await work.press(*code)
        assert work.message == "marked GPE “Canadá”"
        assert work.focus.startswith("PERSON? “Ana Ruiz”")
        await work.press("a")
    assert span_texts(news.session()) == {("GPE", "Canadá"), ("PERSON", "Ana Ruiz")}


async def test_a_label_key_after_marking_adds_and_does_not_relabel(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("shift+right", "1", "2")
        assert work.focus.startswith("ORG: which phrase?")
        await work.press("escape", "=")
        assert work.focus.startswith("which label?  its key stands above")
        assert "esc cancels" in work.focus
    assert span_texts(news.session("otra")) == {("PERSON", "Luis Paz")}


async def test_another_label_for_what_was_just_marked_takes_two_keys(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("shift+right", "2", "=", "1")
        assert work.message == "relabelled to PERSON “Luis Paz”"
    assert span_texts(news.session("otra")) == {("PERSON", "Luis Paz")}


async def test_once_the_focus_went_elsewhere_and_came_back_a_label_key_relabels(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("shift+right", "1", "l", "l", "g", "2")
        assert work.message == "relabelled to ORG “Luis Paz”"


async def test_alt_in_an_open_question_asks_anew(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape", "1", "alt+2")
        assert work.focus.startswith("ORG: which phrase?")


async def test_alt_r_in_an_open_question_relates(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("alt+1", "alt+r")
        assert work.focus.startswith("relate which?")


# Letters that belonged to a key that failed


async def test_what_did_nothing_is_said_where_the_line_has_room(news: Bench) -> None:
    async with workbench(news, "nota", size=(60, 15)) as work:
        await work.press("X", "escape", "4")
        await work.press(*work.hint("mayo"), "r", "u")
        assert work.message.startswith("u did nothing · ")


@pytest.mark.parametrize("letter", ["s", "a", "x", "d", "1"])
async def test_the_letter_of_a_relation_that_cannot_be_does_nothing(news: Bench, letter: str) -> None:
    async with workbench(news, "zeta") as work:
        await work.press("escape", "r", letter)
        assert work.message.startswith(f"{letter} did nothing · ")
        assert work.annotating.session.document.key == "zeta"
        await work.press("escape")
        assert "did nothing" not in work.message
    assert news.actions("curator:ana", "zeta") == []


async def test_the_second_letter_of_a_mistyped_hint_does_nothing(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("escape", "1", "9", "s", "X")
        assert work.message == "X did nothing · no such hint: 9"
    assert news.actions("curator:ana", "nota") == []


async def test_keys_that_are_no_letters_work_at_once_after_a_failure(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("escape", "1", "9", "tab", "a")
        assert work.message == "accepted PERSON “Ana Ruiz”"


async def test_after_a_pause_letters_are_keys_again(news: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed_ahead, "PAUSE", -1.0)
    async with workbench(news, "nota") as work:
        await work.press("escape", "1", "9", "m")
        assert work.message == "compact view"


@pytest.mark.parametrize(
    ("failing", "letter"),
    [
        (("slash", *"nowhere", "enter"), "3"),  # meant for the match that there is not
        (("n",), "3"),
        (("full_stop",), "d"),  # meant for the relation that there is not
        (("escape", "equals_sign"), "3"),
    ],
)
async def test_what_was_meant_for_something_that_is_not_there_does_nothing(
    news: Bench, failing: tuple[str, ...], letter: str
) -> None:
    async with workbench(news, "otra") as work:
        await work.press("tab", *failing, letter)
        assert work.message.startswith(f"{letter} did nothing · ")
        assert work.annotating.prompts.current is None
    assert news.actions("curator:ana", "otra") == []


async def test_a_label_key_after_a_span_just_marked_was_resized_adds(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        await work.press("escape", "2")
        code = next(code for code, text in stretches(work).items() if text == "Cruz Roja")
        await work.press(*code, "left_square_bracket", "1")
        assert work.focus.startswith("PERSON: which phrase?")
    assert span_texts(news.session("otra")) == {("ORG", "Cruz")}


async def test_relating_without_focus_asks_for_both_ends(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("escape", "r")
        assert work.focus.startswith("relate which?")
        code = next(code for code, text in stretches(work).items() if text == "Ana Ruiz")
        await work.press(*code)
        assert work.focus.startswith("relate PERSON “Ana Ruiz” to which?")
        code = next(code for code, text in stretches(work).items() if text == "Cruz Roja")
        await work.press(*code, "w")
        assert work.message.startswith("related: ")
    assert len(news.session().layer.content.relations) == 1


# Keys that leave, and keys that mean nothing


async def test_a_key_that_means_nothing_says_so(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("q")
        assert work.message == "q means nothing here · Q back to the queue · ? lists the keys"
        await work.press("ctrl+y")
        assert work.message.startswith("^y means nothing here") or "means nothing here" in work.message


async def test_so_does_one_in_the_queue(news: Bench) -> None:
    async with workbench(news) as work:
        await work.press("z")
        assert "z means nothing here · ? lists the keys" in work.text
        await work.press("s")
        assert "by state" in work.text


@pytest.mark.parametrize(("keys", "how"), [(["s"], "skipped"), (["space", "space"], "done")])
async def test_leaving_a_document_says_so_and_the_next_undo_takes_it_back(
    news: Bench, keys: list[str], how: str
) -> None:
    async with workbench(news, "nota") as work:
        await work.press(*keys)
        assert work.annotating.session.document.key == "otra"
        assert work.message.startswith(f"nota is {how} · u goes back and takes that back")
        await work.press("u")
        assert work.annotating.session.document.key == "nota"
        assert work.message.startswith("undid")
        assert work.annotating.session.state in ("todo", "doing")
    assert news.actions("curator:ana", "otra") == []


async def test_two_documents_skipped_at_once_are_both_taken_back(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("s", "s")
        assert work.message.startswith("otra is skipped")
        await work.press("u")
        assert work.annotating.session.document.key == "otra"
        assert work.message == "taken back · nota is skipped · u goes back and takes that back"
        await work.press("u")
        assert work.annotating.session.document.key == "nota"
        assert work.message.startswith("undid")
        assert [news.session(key).state for key in ("nota", "otra")] == ["todo", "todo"]
        await work.press("u")
        assert work.annotating.session.document.key == "nota"


async def test_undo_stays_where_something_was_done(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("s", "shift+right", "1", "s", "u", "u")
        assert work.annotating.session.document.key == "otra"
        assert span_texts(work.session) == set()
        await work.press("u")
        assert work.annotating.session.document.key == "otra"


async def test_after_a_step_in_the_next_document_undo_is_about_that(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("s", "shift+right", "1", "u")
        assert work.annotating.session.document.key == "otra"
        assert work.message.startswith("undid: label")
    assert news.session("nota").state == "skipped"


async def test_a_decision_is_not_lost_by_all_this(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "alt+3", "escape", "x")
    assert list(verdicts(news.session()).values()) == ["accepted", "rejected"]


@pytest.mark.parametrize("sign", ["-", "=", "+", "O", "P", "_", "é", "!"])
async def test_alt_and_a_sign_that_is_a_labels_key_add(news: Bench, sign: str) -> None:
    signed = under(news, ("ORG: {key: 2}", f"ORG: {{key: '{sign}'}}"))
    async with workbench(signed, "nota") as work:
        assert work.focus.startswith("PERSON?")
        parser, driver = XTermParser(), work.app._driver
        assert driver is not None
        for event in (*parser.feed(f"\x1b{sign}"), *parser.feed("")):
            driver.send_message(event)
        await work.settle()
        assert work.focus.startswith("ORG: which phrase?")
    assert news.actions("curator:ana") == []


# Under tmux, which holds escape back


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
def test_escape_and_a_label_key_add_under_tmux_however_fast(news: Bench, tmp_path: Path) -> None:
    news.workspace.close()
    settings = tmp_path / "tmux.conf"
    settings.write_text("set -s escape-time 500\nset -g status off\n", encoding="utf-8")
    socket = str(tmp_path / "tmux.sock")
    program = [sys.executable, "-m", "annotator", "-w", str(news.workspace.root), "annotate", "otra", "--as", "ana"]
    terminal = Terminal(
        ["tmux", "-S", socket, "-f", str(settings), "new-session", *program], columns=100, lines=30, cwd=TOP, timeout=60
    )
    try:
        terminal.wait("Luis Paz")
        terminal.settle()
        for keys in ("\x1b2", "\x1b", "\x1b3"):  # escape and 2 within the wait; escape alone; alt with 3
            terminal.send(keys)
            terminal.wait({"\x1b2": "ORG: which", "\x1b": "nothing left", "\x1b3": "GPE: which"}[keys])
            terminal.settle(0.3)
        terminal.send("\x1b2")
        terminal.wait("ORG: which")
        assert "relabelled" not in terminal.text()
    finally:
        subprocess.run(["tmux", "-S", socket, "kill-server"], check=False)
        terminal.kill()


# Keys that came before a screen was left act on the one that is there then


async def test_keys_typed_ahead_of_leaving_a_screen_leave_no_other(news: Bench) -> None:
    async with workbench(news, "otra") as work:
        driver = work.app._driver
        assert driver is not None
        for key in "QQQa":
            work.app.screen.post_message(events.Key(key, key))
        await work.settle()
        assert isinstance(work.app.screen, QueueScreen)
        assert "Q means nothing here" in work.text
    assert news.actions("curator:ana", "otra") == []


async def test_what_was_in_focus_stays_there_when_another_window_was_quicker(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("tab")
        before, item_id = work.focus, work.annotating.item_id
        other = news.session("nota")
        other.flag()
        await work.press("x")
        assert "repeat the step" in " ".join(note.message for note in work.app._notifications)
        assert (work.focus, work.annotating.item_id) == (before, item_id)
        await work.press("x")
        assert work.message.startswith("rejected")
    assert list(verdicts(news.session("nota"))) == [item_id]
