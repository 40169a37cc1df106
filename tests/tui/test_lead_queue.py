"""The queue of somebody who leads: what waits for them, and the way to it."""

from __future__ import annotations

from annotator.workflow.adjudicating.returning import return_work
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench


def lines(work: WorkbenchDriver) -> list[str]:
    """Return the lines of the list."""
    region = work.app.screen.query_one("#queue").region
    return [" ".join(line.split()) for line in work.lines[region.y : region.bottom] if line.strip()]


async def test_it_shows_what_waits_by_kind(finished: Bench) -> None:
    finished.session("zeta", "ana").flag()
    return_work(finished.store, "lead", "otra", ["bo"], "x")
    async with workbench(finished, curator="lead") as work:
        assert "1 to adjudicate · 1 returned · 1 flagged" in work.header
        starts = [line.partition("bo")[0] + "bo" for line in lines(work)]
        assert starts == [
            "to adjudicate nota es 4≠ ●ana ●bo",
            "returned otra es ●ana ↩bo",
            "flagged zeta es ◐ana⚑ ●bo",
        ]
        assert work.line("#columns").startswith("3 shown: waiting, by key")
        for state, keys in (("to adjudicate", "nota"), ("returned", "otra"), ("flagged", "zeta")):
            await work.press("tab")
            assert [keys in line for line in lines(work)] == [True]
            assert state in work.line("#columns")
        await work.press("tab", "tab")
        assert "3 shown: all" in work.line("#columns")
        await work.press("s", "s", "s", "s", "s", "tab")
        assert "waiting" in work.line("#columns")
        await work.press("enter")
        assert "nota gold" in work.header


async def test_where_nothing_waits_it_says_so(news: Bench) -> None:
    news.session("nota", "ana").accept_all(0.0)
    async with workbench(news, curator="lead") as work:
        assert "nothing waits for you" in work.header
        assert "Nothing waits for you. tab shows the other documents." in work.text
        assert work.line("#keys").endswith("q quit")
        await work.press("enter", "j", "f", "a")
        await work.press("escape")
        assert "3 shown: all" in work.line("#columns")


async def test_the_first_step_of_work_makes_a_curators_queue_of_it(news: Bench) -> None:
    news.session("nota", "ana").accept_all(0.0)
    async with workbench(news, curator="lead") as work:
        await work.press("n", "a", "Q")
        assert "0 of 3 done" in work.header
        assert lines(work)[0].startswith("◐ doing nota")
        assert "next to do" in work.line("#keys")
        assert work.line("#keys").endswith("q quit")


async def test_whoever_begins_alone_curates(news: Bench) -> None:
    async with workbench(news) as work:
        assert "0 of 3 done" in work.header
        assert lines(work)[0].startswith("· todo nota")
