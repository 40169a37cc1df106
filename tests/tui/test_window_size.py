"""Windows of any size: too small ones say so, and the focus stays in view."""

from __future__ import annotations

from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench

SMALL = "The workbench needs 60×15."


async def test_a_window_too_small_says_so_and_recovers(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        before = work.text
        for size in ((59, 24), (80, 14), (20, 5), (2, 2)):
            await work.pilot.resize_terminal(*size)
            await work.settle()
            if size[0] >= 20:
                assert SMALL.split()[-1] in work.text
                assert "Ana Ruiz trabaja" not in work.text
            await work.press("a", "x", "2", " ", "d")
            await work.pilot.resize_terminal(80, 24)
            await work.settle()
            assert work.text == before
    assert news.actions("curator:ana") == []


async def test_the_queue_says_too_that_the_window_is_too_small(news: Bench) -> None:
    async with workbench(news, size=(50, 10)) as work:
        assert "This window is 50×10." in work.text
        assert SMALL in work.text
        await work.pilot.resize_terminal(80, 24)
        await work.settle()
        assert "nota" in work.text


async def test_a_long_name_leaves_room_for_the_counts(news: Bench) -> None:
    news.add("x" * 70, "日本 " * 50)
    async with workbench(news, "x" * 70, size=(60, 15)) as work:
        assert "0? 0✓ 0→ · 0/4 done · ana" in work.header


async def test_narrower_and_wider_the_focus_stays_in_view(news: Bench) -> None:
    news.add("larga", "Palabra tras palabra sin fin. " * 300 + "Aquí termina.\n")
    async with workbench(news, "larga") as work:
        await work.press("G")
        for size in ((60, 15), (200, 60), (80, 24), (130, 30)):
            await work.pilot.resize_terminal(*size)
            await work.settle()
            await work.settle()
            assert "termina." in work.text
