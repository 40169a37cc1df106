"""Keys of the adjudicate screen that take something from gold, ask, or have nothing to act on."""

from __future__ import annotations

import pytest

from annotator.tui.screens.adjudicate import AdjudicateScreen
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workflow.adjudicating.finished_documents import finish, gold_state, judge
from tests.workspaces import Bench, relation_texts, span_texts


def screen(work: WorkbenchDriver) -> AdjudicateScreen:
    assert isinstance(work.app.screen, AdjudicateScreen)
    return work.app.screen


async def test_a_mark_over_the_neighbours_names_them_and_is_made_by_a_second_press(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("tab")  # the label of México, behind Cruz Roja, which all marked
        assert work.focus.startswith("label")
        await work.press("shift+left", "shift+left", "2")
        assert work.message == "press again, and ORG “Cruz Roja” gives way"
        assert "3? 0✓ 1=" in work.header
        await work.press("shift+left", "shift+right", "2")  # another key in between: asked again
        assert work.message == "press again, and ORG “Cruz Roja” gives way"
        await work.press("2")
        assert work.message.endswith("ORG “Cruz Roja” gave way")
        await work.press("u")
        assert "3? 0✓ 1=" in work.header
    assert ("ORG", "Cruz Roja") in span_texts(judge(disputed))


async def settled_up_to_the_relation(work: WorkbenchDriver) -> None:
    """Settle the border of Ana, so that the relation between Ana and Cruz Roja comes up."""
    await work.press("1")
    assert work.focus.startswith("relation label")


@pytest.mark.parametrize("key", ["equals_sign", "r"])
async def test_a_relation_conflict_is_settled_by_a_relation_between_its_two_ends(disputed: Bench, key: str) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await settled_up_to_the_relation(work)
        spans = span_texts(screen(work).session)
        await work.press(key)
        assert "which?" in work.focus
        assert "w works_for" in work.focus
        assert "PERSON" not in work.focus
        await work.press("w")
        assert work.message == "related: “Ana Ruiz” works_for → “Cruz Roja”"
        assert "2? 2✓" in work.header
        assert span_texts(screen(work).session) == spans
    assert ("Ana Ruiz", "works_for", "Cruz Roja") in relation_texts(judge(disputed))


async def test_relating_without_a_focus_asks_for_both_ends(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("A", "escape", "r")
        assert "relate which?" in work.focus
        await work.press(*hinted(work)["Ana Ruiz"])
        assert "relate PERSON “Ana Ruiz” to which?" in work.focus
        await work.press(*hinted(work)["Cruz Roja"], "w")
        assert work.message == "related: “Ana Ruiz” works_for → “Cruz Roja”"
    assert ("Ana Ruiz", "works_for", "Cruz Roja") in relation_texts(judge(disputed))


async def test_relating_says_so_where_no_span_of_gold_can_be_related(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("r")
        assert work.message == "no two spans in view that the label scheme lets you relate"
        await work.press("full_stop")
        assert work.message.startswith("no span in focus")


def hinted(work: WorkbenchDriver) -> dict[str, str]:
    """Return the hint of each span of gold."""
    hints, session = screen(work).prompts.hints, screen(work).session
    return {session.checks.text_of(s): hints[s.start] for s in session.content.spans.values() if s.start in hints}


async def test_versions_that_differ_at_their_ends_show_them(news: Bench) -> None:
    long = "Ana Ruiz trabaja para Cruz Roja en México. México coopera con Canadá"
    finish(news, "ana", ("ORG", long))
    finish(news, "bo", ("ORG", f"{long}."))
    finish(news, "carla", ("ORG", long.removesuffix(" con Canadá")))
    async with workbench(news, "nota", curator="lead", adjudicating=True) as work:
        ends = [
            line.split("”")[0][-12:] for line in work.lines if line.startswith((" 1   ana", " 2   bo", " 3   carla"))
        ]
        assert ends == ["a con Canadá", " con Canadá.", "xico coopera"]
        starts = [line for line in work.lines if "“Ana Ruiz" in line and line.startswith((" 1   ", " 2   ", " 3   "))]
        assert len(starts) == 3


async def test_anothers_step_is_named_and_taken_back_by_a_second_press(disputed: Bench) -> None:
    judged = judge(disputed, "chief")
    judged.choose(judged.gold.open[0].id, "ana")
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("u")
        assert work.message.startswith("press again, and chief's step is taken back: choose PERSON “Ana Ruiz”")
        assert "1✓" in work.header
        await work.press("tab", "u")
        assert work.message.startswith("press again, and chief's step")
        await work.press("u")
        assert work.message.startswith("undid chief's step: choose PERSON “Ana Ruiz”")
        assert "0✓" in work.header
        await work.press("1", "u")  # one's own is taken back at once
        assert work.message.startswith("undid: choose")


async def test_it_opens_where_one_was(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("tab")
        assert work.focus.startswith("label  2 of 3 open")
        await work.press("Q")
        await work.press("a")
        assert work.focus.startswith("label  2 of 3 open")
        await work.press("tab", "ctrl+q")
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        assert work.focus.startswith("missing  3 of 3 open")
        await work.press("x", "ctrl+q")
    async with workbench(disputed, "nota", curator="chief", adjudicating=True) as work:
        assert work.focus.startswith("boundary  1 of 2 open")


async def test_counts_fall_and_the_last_line_says_what_space_does(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        counts = []
        for _ in range(4):
            counts.append((work.focus.split("  ")[1].split(" open")[0], work.header.split("?")[0][-1]))
            await work.press("a")
        assert counts == [("1 of 3", "3"), ("1 of 3", "3"), ("1 of 2", "2"), ("1 of 1", "1")]
        assert "nothing left to settle · space: this gold is complete" in work.focus
        await work.press("shift+up", "escape")
        assert "nothing left to settle · space: this gold is complete" in work.focus


async def test_leaving_and_completing_say_so_and_can_be_gone_back_on(disputed: Bench) -> None:
    for curator in ("ana", "bo"):
        finish(disputed, curator, *[("PERSON", "Eva")] * (curator == "ana"), key="zeta")
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("P")
        assert work.message.startswith("no document was left for this one")
        await work.press("tab", "s")
        assert "zeta gold" in work.header
        assert work.message == "nota left with 3 conflicts open · P goes back"
        await work.press("P")
        assert "nota gold" in work.header
        assert work.focus.startswith("label  2 of 3 open")
        await work.press("A", "a", "space")
        assert work.message == "the gold of nota is complete · P goes back and u there takes that back"
        await work.press("P", "u")
        assert "nota gold  " in work.header
        assert work.message.startswith("undid: done")
    assert gold_state(disputed) == "doing"


async def test_a_case_on_two_lines_loses_the_focus_on_both(news: Bench) -> None:
    long = "Cruz Roja en México. México coopera con Canadá"
    for curator, label in (("ana", "ORG"), ("bo", "GPE")):
        finish(news, curator, (label, long))
    async with workbench(news, "nota", curator="lead", adjudicating=True, size=(60, 24)) as work:
        reversed_lines = work.reversed_lines()
        assert sum("─" in line or "┄" in line for line in reversed_lines) > 2
        await work.press("escape")
        assert not any("─" in line or "┄" in line for line in work.reversed_lines())


async def test_what_was_just_marked_is_not_offered_again(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:

        def offered() -> list[str]:
            text = screen(work).session.document.text
            return [text[start:end] for start, end in screen(work).prompts.stretches]

        await work.press("alt+3")
        assert "Canadá" in offered()
        prompt = screen(work).prompts.current
        assert prompt is not None
        start = screen(work).session.document.text.index("Canadá")
        (code,) = (code for code, stretch in prompt.stretches.items() if stretch[0] == start)
        await work.press(*code)
        assert "Canadá" in work.message
        await work.press("alt+3")
        assert offered()
        assert "Canadá" not in offered()
