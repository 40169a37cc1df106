"""Keys of the adjudicate screen that take something from gold, ask, or have nothing to act on."""

from __future__ import annotations

import pytest

from annotator.tui.screens.adjudicate import AdjudicateScreen
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workflow.adjudicating.finished_documents import judge
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
        assert "relate which span?" in work.focus
        await work.press(*hinted(work)["Ana Ruiz"])
        assert "relate PERSON “Ana Ruiz” to which?" in work.focus
        await work.press(*hinted(work)["Cruz Roja"], "w")
        assert work.message == "related: “Ana Ruiz” works_for → “Cruz Roja”"
    assert ("Ana Ruiz", "works_for", "Cruz Roja") in relation_texts(judge(disputed))


async def test_relating_says_so_where_no_span_of_gold_can_be_related(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("r")
        assert work.message == "the label scheme allows no relation between the spans of gold in view"
        await work.press("full_stop")
        assert work.message.startswith("no span in focus")


def hinted(work: WorkbenchDriver) -> dict[str, str]:
    """Return the hint of each span of gold."""
    hints, session = screen(work).prompts.hints, screen(work).session
    return {session.checks.text_of(s): hints[s.start] for s in session.content.spans.values() if s.start in hints}
