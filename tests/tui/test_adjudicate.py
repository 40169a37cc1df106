"""The adjudicate and feedback screens: what the adjudicator sees, and what is stored."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.cli.annotate import open_workbench
from annotator.errors import AnnotatorError
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.feedback import FeedbackScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.tui.widgets.versions_bar import VersionsBar
from annotator.workflow.desk import Desk
from annotator.workflow.settings import Preferences
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workflow.adjudicating.finished_documents import finish, gold_state, judge
from tests.workspaces import Bench, relation_texts, span_texts

ANA, CRUZ = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")


def shown(work: WorkbenchDriver) -> str:
    """Return the screen with runs of blanks as one."""
    return " ".join(work.text.split())


def notices(work: WorkbenchDriver) -> str:
    """Return what the notices say."""
    return " ".join(notice.message for notice in work.app._notifications)


def versions(work: WorkbenchDriver) -> list[str]:
    """Return the lines below the text that say what each curator says."""
    region = work.app.screen.query_one(VersionsBar).region
    return work.lines[region.y : region.bottom]


def screen(work: WorkbenchDriver) -> AdjudicateScreen:
    assert isinstance(work.app.screen, AdjudicateScreen)
    return work.app.screen


async def test_it_opens_on_the_first_conflict_with_all_versions(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        assert "nota gold" in work.header
        assert "3? 0✓ 1= · lead" in work.header
        assert work.focus.startswith("boundary  1 of 3")
        assert "1 ana PERSON “Ana Ruiz”" in shown(work)
        assert "2 bo PERSON “Ana” “¿Ruiz también?”" in shown(work)
        assert "3 carla PERSON “Ana Ruiz”" in shown(work)
        assert [line for line in work.lines if line.lstrip().startswith(("1 └", "2 └", "3 └"))]


async def test_a_digit_chooses_and_goes_on_and_relations_come_up_after_their_ends(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("2")
        assert work.message == "settled: PERSON “Ana”"
        assert work.focus.startswith("relation label  1 of 3")
        assert "1 ana “Ana” leads → “Cruz Roja”" in shown(work)
        assert "2 bo “Ana” works_for → “Cruz Roja”" in shown(work)
        assert "1,3 leads" in work.text
        await work.press("2")
        assert work.focus.startswith("label  1 of 2")
        await work.press("1")
        assert work.focus.startswith("missing  1 of 1")
        await work.press("x")
        assert work.message == "settled: nothing instead of DATE “mayo”"
        assert "0? 4✓ 1=" in work.header
    gold = judge(disputed)
    assert span_texts(gold) == {("PERSON", "Ana"), ("ORG", "Cruz Roja"), ("GPE", "México")}
    assert relation_texts(gold) == {("Ana", "works_for", "Cruz Roja")}


async def test_what_most_say_is_one_key(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("a", "enter", "a", "a")
        assert "0? 4✓ 1=" in work.header
        await work.press("u", "u", "u", "u")
        assert "3? 0✓ 1=" in work.header
        await work.press("A")
        assert work.message == "settled 3 as most say; 1 remains"
        assert work.focus.startswith("relation label  1 of 1")


async def test_complete_gold_is_exportable_and_the_next_document_opens(disputed: Bench) -> None:
    for curator in ("ana", "bo"):
        finish(disputed, curator, ("PERSON", "Eva"), key="zeta")
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("space")
        assert gold_state(disputed) == "doing"  # refused: something is open
        await work.press("a", "a", "a", "a", "space")
        assert "zeta gold" in work.header
        await work.press("space")
        assert isinstance(work.app.screen, QueueScreen)
        assert "★" in work.text
    assert (gold_state(disputed), gold_state(disputed, "zeta")) == ("done", "done")


async def test_tab_walks_conflicts_round_and_the_kind_can_be_chosen(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        seen = [work.focus.split("  ")[0]]
        for _ in range(3):
            await work.press("tab")
            seen.append(work.focus.split("  ")[0])
        assert seen == ["boundary", "label", "missing", "boundary"]
        await work.press("shift+tab")
        assert work.focus.startswith("missing")
        await work.press("backslash")
        assert work.message == "1 boundary, 1 open"
        await work.press("tab")
        assert work.focus.startswith("boundary  1 of 1 boundary")
        await work.press("backslash")
        assert work.focus.startswith("label  1 of 1 label")


async def test_borders_and_labels_are_edited_as_in_the_annotate_screen(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("right_square_bracket")
        assert work.message == "settled: PERSON “Ana Ruiz trabaja”"
        await work.press("left_square_bracket")
        assert work.message == "now PERSON “Ana Ruiz”"
        await work.press("tab", "tab")
        assert work.focus.startswith("label")
        await work.press("equals_sign")
        assert "which label?" in work.focus
        assert "4 DATE" in work.text
        await work.press("4")
        assert work.message == "settled: DATE “México”"
        await work.press("1")  # a settled conflict is settled anew
        assert work.message == "settled: GPE “México”"
    assert span_texts(judge(disputed)) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")}


async def test_a_selection_and_a_labels_digit_mark(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        x, y = work.cell("Canadá")
        await work.pilot.click(offset=(x + 1, y))
        assert "3 GPE" not in work.text
        await work.press("v")
        assert "3 GPE" in work.text
        await work.press("3")
        assert work.message == "marked GPE “Canadá”"
        await work.press("d")
        assert work.message == "deleted GPE “Canadá”"


async def test_names_can_be_hidden(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("f3")
        assert [line.split()[1] for line in versions(work)] == ["A", "B", "C"]
        assert "carla" not in work.text
        names = screen(work).names
        assert sorted(names) == ["ana", "bo", "carla"]
        of_bo = list(names).index("bo")
        assert "PERSON “Ana” " in versions(work)[of_bo]
        await work.press(str(of_bo + 1))
        assert work.message == "settled: PERSON “Ana”"
        await work.press("f3")
        assert [line.split()[1] for line in versions(work)] == ["ana", "bo", "carla"]


async def test_hidden_from_the_start_by_settings(disputed: Bench) -> None:
    hidden = Preferences(hide_names=True)
    async with workbench(disputed, "nota", curator="lead", adjudicating=True, preferences=hidden) as work:
        assert "carla" not in work.text


async def test_comments_are_in_view_and_the_adjudicator_can_answer(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        assert "¿Ruiz también?" in work.text
        await work.press("c")
        await work.type("con apellido")
        assert "“con apellido”" in work.focus
        await work.press("escape")
        assert "nota rara" in work.text
        await work.press("tab", "1")
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("shift+tab", "u", "u")
        assert "con apellido" not in work.text


async def test_the_mouse_chooses_versions_conflicts_and_places(disputed: Bench) -> None:
    async with workbench(disputed, "nota", size=(140, 40), curator="lead", adjudicating=True) as work:
        x, y = next((line.index("missing"), y) for y, line in enumerate(work.lines) if "missing" in line and y)
        await work.pilot.click(offset=(x, y))
        await work.settle()
        assert work.focus.startswith("missing")
        y = next(y for y, line in enumerate(work.lines) if line.startswith(" 1   ana"))
        await work.pilot.click(offset=(8, y))
        await work.settle()
        assert work.message == "settled: DATE “mayo”"


async def test_a_click_on_a_version_withdraws_the_question(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("1", "g", "r")
        assert work.focus.startswith("relate PERSON “Ana Ruiz” to which?")
        y = next(y for y, line in enumerate(work.lines) if line.startswith(" 2   bo"))
        await work.pilot.click(offset=(8, y))
        await work.settle()
        assert work.message == "settled: PERSON “Ana”"
        assert "which?" not in work.focus
        await work.press("a")
        assert work.app.failure is None


async def test_help_and_palette_know_the_keys(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("question_mark")
        assert isinstance(work.app.screen, HelpScreen)
        assert "choose what most say" in work.text
        commands = [command.title for command in work.app.get_system_commands(work.app.screen_stack[-2])]
        assert "Show or hide names" in commands


async def test_keys_are_remapped_by_id(disputed: Bench) -> None:
    keys = Preferences(keys={"case.names": "f5", "version.most": "y"})
    async with workbench(disputed, "nota", curator="lead", adjudicating=True, preferences=keys) as work:
        await work.press("y")
        assert work.message == "settled: PERSON “Ana Ruiz”"


async def test_it_is_reached_from_the_queue(disputed: Bench) -> None:
    async with workbench(disputed, curator="lead") as work:
        assert "≠" in work.text
        await work.press("a")
        assert "nota gold" in work.header
        await work.press("Q")
        await work.press("N")
        assert "nota gold" in work.header


async def test_the_queue_sorts_by_disagreement(disputed: Bench) -> None:
    for curator in ("ana", "bo"):
        finish(disputed, curator, *[("PERSON", "Eva")] * (curator == "ana"), key="zeta")
    async with workbench(disputed, curator="lead") as work:
        await work.press("escape", "s")
        assert "by disagreement" in work.text
        rows = [key for line in work.lines for key in ("nota", "zeta", "otra") if f" {key} " in line]
        assert rows == ["nota", "zeta", "otra"]


async def test_who_has_not_finished_is_told_so_in_the_queue(disputed: Bench) -> None:
    finish(disputed, "dora", ANA, done=False)
    async with workbench(disputed, curator="dora") as work:
        await work.press("a")
        assert isinstance(work.app.screen, QueueScreen)
        assert "finish your own work on it first" in notices(work)


async def test_of_two_adjudicators_the_second_sees_the_firsts_decision_and_goes_on(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        other = judge(disputed, "chief")
        other.choose(other.gold.open[0].id, "ana")
        await work.press("2")
        assert "gold on nota was changed by another adjudicator" in notices(work)
        assert "1✓" in work.header
        await work.press("tab", "2")
        assert "2✓" in work.header


async def test_somebody_who_finishes_meanwhile_is_heard(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("a", "a", "a", "a")
        finish(disputed, "dora", ANA, CRUZ, ("GPE", "Canadá"))
        await work.press("space")
        assert "nota is not settled: 1 missing" in notices(work)
        assert "4 dora" in shown(work)


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (200, 60)])
async def test_every_size_shows_versions_and_keys(disputed: Bench, size: tuple[int, int]) -> None:
    async with workbench(disputed, "nota", size=size, curator="lead", adjudicating=True) as work:
        for text in ("boundary", "1 ana", "3 carla", "Ana Ruiz trabaja"):
            assert text in shown(work)


async def test_feedback_shows_a_curator_their_work_against_gold(disputed: Bench) -> None:
    session = judge(disputed)
    for curator in ("ana", "ana", "ana", "ana"):
        session.choose(session.gold.open[0].id, curator)
    session.finish()
    async with workbench(disputed, curator="bo") as work:
        await work.press("f")
        assert isinstance(work.app.screen, FeedbackScreen)
        assert work.focus.startswith("boundary  1 of 4")
        assert "yours PERSON “Ana”" in shown(work)
        assert "gold PERSON “Ana Ruiz”" in shown(work)
        await work.press("tab")
        assert work.focus.startswith("label  2 of 4")
        assert "“Ana” works_for → “Cruz Roja”" in shown(work)
        await work.press("tab", "tab")
        assert work.focus.startswith("missed  4 of 4")
        await work.press("backslash")
        assert "1 of 5" in work.focus
        await work.press("escape")
        assert "3 documents" in work.text or "shown: all" in work.text


@pytest.mark.parametrize(("tabs", "focus"), [(0, "PERSON “Ana”"), (1, "works_for"), (3, "line")])
async def test_enter_in_feedback_opens_the_document_on_the_item(disputed: Bench, tabs: int, focus: str) -> None:
    session = judge(disputed)
    for _ in range(4):
        session.choose(session.gold.open[0].id, "ana")
    session.finish()
    async with workbench(disputed, curator="bo") as work:
        await work.press("f", *["tab"] * tabs, "enter")
        assert work.header.startswith("nota")
        assert focus in work.focus
        x, y = work.cell("mayo")
        assert ("mayo" in " ".join(work.reversed_lines())) == (tabs == 3), (x, y)


async def test_feedback_waits_for_complete_gold(disputed: Bench) -> None:
    async with workbench(disputed, curator="bo") as work:
        await work.press("f")
        assert "its gold is not complete" in notices(work)


@pytest.mark.parametrize("key", ["2", "alt+2"])
def test_a_remapped_key_may_not_take_a_labels(disputed: Bench, key: str) -> None:
    with pytest.raises(AnnotatorError, match=rf"both want '{re.escape(key)}'"):
        AnnotatorApp(Desk(disputed.workspace, "lead"), preferences=Preferences(keys={"case.names": key}))


@pytest.mark.parametrize("key", ["foo+bar", "pagedwn", "", "x,", "esc"])
def test_a_key_that_there_is_not_is_told(disputed: Bench, key: str) -> None:
    with pytest.raises(AnnotatorError, match="there is no key"):
        AnnotatorApp(Desk(disputed.workspace, "lead"), preferences=Preferences(keys={"case.names": key}))


@pytest.mark.parametrize("key", ["ñ", "ctrl+pagedown", "f13", "alt+enter", "plus", "ctrl+shift+x"])
def test_a_key_that_there_is_may_be_taken(disputed: Bench, key: str) -> None:
    AnnotatorApp(Desk(disputed.workspace, "lead"), preferences=Preferences(keys={"case.names": key}))


@pytest.mark.parametrize("key", ["ctrl+q", "ctrl+z", "ctrl+p", "ctrl+P"])
def test_a_key_of_the_whole_workbench_cannot_be_that_of_a_screen_too(disputed: Bench, key: str) -> None:
    with pytest.raises(AnnotatorError, match=rf"document.flag and app.\w+ both want '{re.escape(key.lower())}'"):
        AnnotatorApp(Desk(disputed.workspace, "lead"), preferences=Preferences(keys={"document.flag": key}))


@pytest.mark.parametrize(("key", "pressed"), [("shift+z", "Z"), ("alt+Z", "alt+shift+z"), ("ctrl+Y", "ctrl+y")])
async def test_a_letter_with_a_modifier_may_be_given_in_either_case(disputed: Bench, key: str, pressed: str) -> None:
    preferences = Preferences(keys={"document.flag": key})
    async with workbench(disputed, "nota", curator="lead", adjudicating=True, preferences=preferences) as work:
        await work.press(pressed)
        assert "flagged" in work.message


def test_in_a_browser_a_key_of_the_settings_is_that_alone(disputed: Bench) -> None:
    preferences = Preferences(keys={"document.flag": "U"})
    app = AnnotatorApp(Desk(disputed.workspace, "lead"), preferences=preferences, served=True)
    keys = app._keymap
    assert keys["document.flag"] == "U"
    assert "history.redo" not in keys
    assert keys["document.go"] == "ctrl+o,O"


@pytest.mark.parametrize("binding", ["find_document.down", "choose_value.take", "commands.up", "help.close"])
@pytest.mark.parametrize("key", ["down,j", "space", "ñ"])
def test_a_character_is_no_key_of_a_search(disputed: Bench, binding: str, key: str) -> None:
    with pytest.raises(AnnotatorError, match=rf"keys: {binding}: '(j|space|ñ)' is typed there: such as f4"):
        AnnotatorApp(Desk(disputed.workspace, "lead"), preferences=Preferences(keys={binding: key}))
    AnnotatorApp(Desk(disputed.workspace, "lead"), preferences=Preferences(keys={binding: "ctrl+j,alt+j"}))


@pytest.mark.parametrize(
    ("settings", "said"),
    [("theme: dusk", "theme: no theme 'dusk'"), ("keys: {document.flg: x}", "keys: no binding 'document.flg'")],
)
def test_the_file_of_a_wrong_setting_is_named(
    disputed: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, said: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(settings, encoding="utf-8")
    monkeypatch.setenv("ANNOTATOR_SETTINGS", str(path))
    with pytest.raises(AnnotatorError, match=re.escape(f"{path}: {said}")):
        open_workbench(Desk(disputed.workspace, "lead"), None)
