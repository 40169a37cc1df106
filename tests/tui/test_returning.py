"""Returning a document from the screens of whoever leads, and what its curator sees of it."""

from __future__ import annotations

from annotator.store import read_returned
from annotator.tui.screens.feedback import FeedbackScreen
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.adjudicating.returning import return_work
from tests.tui.workbench_driver import workbench
from tests.workflow.adjudicating.finished_documents import finish
from tests.workspaces import Bench


def has_back(bench: Bench) -> list[tuple[str, str]]:
    return [(one.curator, one.note) for one in read_returned(bench.store)]


async def test_a_lead_returns_while_adjudicating_and_u_takes_it_back(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("f4")
        assert "return it to whom?  1 ana  2 bo  3 carla" in work.focus
        await work.press("2")
        await work.type("borders of names")
        assert work.message == "returned to bo; u takes that back"
        assert has_back(disputed) == [("bo", "borders of names")]
        await work.press("u")
        assert work.message == "the return is taken back"
        assert has_back(disputed) == []
        await work.press("f4", "1")
        await work.type("again")
        await work.press("1", "u")  # u is about the last step, which is a decision
        assert has_back(disputed) == [("ana", "again")]


async def test_with_names_hidden_it_goes_to_a_letter(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("f3", "f4", "1")
        await work.type("x")
        assert work.message == "returned to A; u takes that back"


async def test_a_curator_who_adjudicates_is_told_who_may(disputed: Bench) -> None:
    async with workbench(disputed, "nota", curator="ana", adjudicating=True) as work:
        await work.press("f4", "2")
        await work.type("x")
        assert "ana curates here" in " ".join(notice.message for notice in work.app._notifications)
    assert has_back(disputed) == []


async def test_a_lead_sees_anybodys_work_against_gold_and_returns_it(news: Bench) -> None:
    for curator in ("ana", "bo"):
        finish(news, curator, ("PERSON", "Ana Ruiz"))
    settle_finished(news.workspace, "lead")
    async with workbench(news, curator="lead") as work:
        await work.press("escape", "f")
        assert "whose work: ana, bo" in work.text
        await work.type("bo")
        assert isinstance(work.app.screen, FeedbackScreen)
        assert "bo's work against gold" in work.header
        await work.press("u")
        assert work.message == "nothing was returned just now"
        await work.press("f4")
        await work.type("relations too")
        assert has_back(news) == [("bo", "relations too")]
        await work.press("u")
        assert has_back(news) == []
        await work.press("Q", "slash")
        await work.type("zeta")
        assert "1 shown" in work.line("#columns")


async def test_a_long_note_is_shown_in_full(news: Bench) -> None:
    finish(news, "ana", ("PERSON", "Luis Paz"), key="otra")
    return_work(news.store, "lead", "otra", ["ana"], "every GPE counts, also in headlines; " * 5 + "see the guideline")
    async with workbench(news, "otra") as work:
        assert work.message.startswith("returned by lead: “every GPE counts")
        (notice,) = work.app._notifications
        assert notice.message.endswith("see the guideline”")


async def test_its_curator_finds_it_first_reads_the_note_and_answers_by_finishing(news: Bench) -> None:
    finish(news, "ana", ("PERSON", "Luis Paz"), key="otra")
    return_work(news.store, "lead", "otra", ["ana"], "Lima is a GPE")
    async with workbench(news) as work:
        assert "0 of 3 done · 1 returned" in work.header
        assert work.line("#queue").startswith("↩ returned otra")
        assert "“Lima is a GPE”" in work.line("#queue")
        await work.press("n")
        assert "otra ↩ returned" in work.header
        assert work.message == "returned by lead: “Lima is a GPE”"
        await work.press("m", "escape")
        assert work.message == "returned by lead: “Lima is a GPE”"
        await work.press("space")
    assert has_back(news) == []
