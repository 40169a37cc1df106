"""Notifications: they cover no text, can be read whole, and go away."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.widgets._toast import Toast

from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench

LONG = (
    "This is an error of some length: it says what is wrong, where it is wrong, and how whoever reads it mends it. " * 2
)


async def tell(work: WorkbenchDriver, text: str) -> None:
    work.app.screen.notify(text, severity="warning", markup=False)
    for _ in range(50):  # it is mounted, measured, and then the text gives way
        await work.settle()
        if text.split()[-1] in work.text:
            return


def article(work: WorkbenchDriver) -> list[str]:
    region = work.annotating.view.region
    return [line.rstrip() for line in work.lines[region.y : region.bottom]]


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (60, 15)])
async def test_a_notification_stands_between_the_text_and_the_lines_below(news: Bench, size: tuple[int, int]) -> None:
    news.add("larga", "\n".join(f"Palabra {number:03}." for number in range(100)))
    async with workbench(news, "larga", size=size) as work:
        before, under = work.lines, [work.line("#labels"), work.focus, work.message]
        await tell(work, "no such thing")
        assert "no such thing" in work.text
        assert [work.line("#labels"), work.focus, work.message] == under
        after = work.lines
        assert len([new for old, new in zip(before, after, strict=True) if old != new]) <= 2  # text, and its scroll bar
        assert [line.rstrip("▁▂▃▄▅▆▇█ ") for line in article(work)] == [
            line.rstrip("▁▂▃▄▅▆▇█ ") for line in before[1 : 1 + len(article(work))]
        ]


async def test_a_long_one_is_wrapped_and_goes_by_esc(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        before = article(work)
        await tell(work, LONG)
        assert " ".join(LONG.split()) in " ".join(work.text.split()).replace("▌ ", "")
        assert "Ana Ruiz" in work.text
        await work.press("escape")
        await work.settle()
        assert LONG[:40] not in work.text
        assert len(article(work)) == len(before)


async def test_a_click_on_one_that_is_gone_and_still_painted_does_nothing(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await tell(work, "no such thing")
        toast = work.app.screen.query_one(Toast)
        holder, (x, y) = toast.parent, toast.region.offset
        assert holder is not None
        toast._detach()
        work.app.post_message(events.MouseDown(None, x, y, 0, 0, 1, False, False, False))
        await work.settle()
        toast._attach(holder)
        await work.press("a")
        assert "1✓" in work.header


async def test_the_cursor_stays_in_view_when_a_notification_takes_its_line(news: Bench) -> None:
    news.add("larga", "\n".join(f"Palabra {number:03}." for number in range(100)))
    async with workbench(news, "larga") as work:
        await work.press("G")
        await tell(work, LONG)
        for _ in range(50):
            if "Palabra 099." in work.text:
                break
            await work.settle()
        assert "Palabra 099." in work.text


async def test_the_same_message_twice_is_shown_once_and_anew(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        await tell(work, "no such thing")
        (first,) = work.app._notifications
        await tell(work, "no such thing")
        (second,) = work.app._notifications
        assert second.raised_at > first.raised_at  # and so it stays for its whole time
        await work.settle()
        assert work.text.count("no such thing") == 1
        assert len(work.app.screen.query("Toast")) == 1


@pytest.mark.parametrize("keys", [(), ("c",), ("A",)])
async def test_on_other_screens_it_covers_no_line_either(news: Bench, keys: tuple[str, ...]) -> None:
    async with workbench(news) as work:
        await work.press(*keys)
        while "measuring" in work.text:
            await asyncio.sleep(0.01)
            await work.settle()
        before = [line.strip() for line in work.lines if line.strip()]
        await tell(work, "no such thing")
        assert "no such thing" in work.text
        assert [line for line in before if line.rstrip("▁▂▃▄▅▆▇█ ") not in work.text] == []


async def test_it_follows_to_the_next_screen(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        work.app.screen.notify("no such thing", markup=False)
        await work.press("Q")
        await work.settle()
        assert "no such thing" in work.text
        assert "zeta" in work.text
