"""Windows of any size: too small ones say so, and the focus stays in view."""

from __future__ import annotations

import pytest

from tests.tui.watched_terminal import Watched, begin
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


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
def test_wider_all_of_it_is_painted_anew(news: Bench) -> None:
    news.workspace.close()
    terminal = Watched(news)
    try:
        begin(terminal)
        for columns, keys in ((60, ()), (100, ()), (130, ("f2",)), (130, ("f2",)), (200, ())):
            terminal.resize(columns, 24)
            terminal.press(*keys)
            painted = terminal.settle(0.3)
            terminal.press("?")
            terminal.wait("type to search")
            terminal.press("escape")
            terminal.wait("done ·")
            assert terminal.settle(0.3) == painted
    finally:
        terminal.kill()


async def test_hints_are_dropped_with_what_was_in_view(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await work.press("escape", "1")
        assert work.focus.startswith("PERSON: which phrase?")
        await work.pilot.resize_terminal(60, 15)
        await work.settle()
        assert not work.focus.startswith("PERSON: which phrase?")
        assert "press the key again" in work.message
        await work.press("a", "s")
    assert "label" not in news.actions("curator:ana")
