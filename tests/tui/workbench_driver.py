"""Drives the workbench without a terminal: keys and mouse go in, lines of the screen come out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from annotator.store.doctor import check_database
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.desk import Desk
from annotator.workflow.settings import Preferences
from tests.workspaces import Bench

CHARACTERS = {"space": " ", "enter": "\r", "tab": "\t", "escape": "\x1b"}
"""The characters that a terminal sends for keys with a name."""


@dataclass
class WorkbenchDriver:
    """Presses keys in an open workbench and reads its screen."""

    app: AnnotatorApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self._press_key(key)

    async def _press_key(self, key: str) -> None:
        """Press a key and wait for its effect, without the pauses of :meth:`Pilot.press`."""
        driver = self.app._driver
        assert driver is not None
        if len(key) == 1:
            driver.send_message(events.Key(_character_to_key(key), key))
        else:
            driver.send_message(events.Key(key, CHARACTERS.get(key)))
        await self.settle()

    async def settle(self) -> None:
        """Wait until every message has been handled, with those that they led to: the loop has nothing left to do."""
        ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
        for _ in range(3):  # laying out tells widgets of their sizes, which may lay out once more
            idle = 0
            while idle < 3:
                await asyncio.sleep(0)
                idle = 0 if ready else idle + 1
            self.app.screen._on_timer_update()
            if not ready:
                break

    async def type(self, text: str) -> None:
        """Type text and ``enter`` into the open entry."""
        await self.press(*text, "enter")

    @property
    def lines(self) -> list[str]:
        """The lines of the screen."""
        compositor = self.app.screen._compositor
        return ["".join(segment.text for segment in strip) for strip in compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.lines)

    def reversed_lines(self) -> list[str]:
        """Return the reversed text of each line, without lines that have none."""
        strips = self.app.screen._compositor.render_strips()
        lines = ("".join(s.text for s in strip if s.style is not None and s.style.reverse) for strip in strips)
        return [line.strip() for line in lines if line.strip()]

    def line(self, selector: str) -> str:
        """Return the text of a widget's first line."""
        return self.lines[self.app.screen.query_one(selector).region.y].strip()

    @property
    def header(self) -> str:
        return self.line("#header")

    @property
    def focus(self) -> str:
        """The line that shows what is in focus, selected or asked."""
        return self.line("#focus")

    @property
    def message(self) -> str:
        return self.line("#message")

    @property
    def annotating(self) -> AnnotateScreen:
        """The annotate screen, which must be on top."""
        assert isinstance(self.app.screen, AnnotateScreen)
        return self.app.screen

    @property
    def adjudicating(self) -> AdjudicateScreen:
        """Return the adjudicate screen; it must be the one that is shown."""
        assert isinstance(self.app.screen, AdjudicateScreen)
        return self.app.screen

    @property
    def session(self) -> AnnotationSession:
        return self.annotating.session

    def cell(self, text: str, nth: int = 0) -> tuple[int, int]:
        """Return column and line of a text below the header."""
        cells = [(line.index(text), y) for y, line in enumerate(self.lines) if y and text in line]
        return cells[nth]

    def hint(self, phrase: str, nth: int = 0) -> str:
        """Return the hint over an occurrence of a phrase in the article."""
        prompt = self.annotating.prompts.current
        assert prompt is not None
        at = -1
        for _ in range(nth + 1):
            at = self.session.document.text.index(phrase, at + 1)
        return prompt.remaining_hints()[at]

    async def drag(self, start: tuple[int, int], *on: tuple[int, int]) -> None:
        """Drag the mouse from a cell over others, with the left button down."""
        await self.pilot.mouse_down(offset=start)
        for place in on:
            await self.pilot.hover(offset=place)
        await self.pilot.mouse_up(offset=on[-1])
        await self.settle()


@asynccontextmanager
async def workbench(
    bench: Bench,
    document: str | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    curator: str = "ana",
    adjudicating: bool = False,
    preferences: Preferences | None = None,
) -> AsyncIterator[WorkbenchDriver]:
    """Open the workbench on a workspace, and check the store at the end."""
    app = AnnotatorApp(Desk(bench.workspace, curator), document, preferences, adjudicating=adjudicating)
    async with app.run_test(size=size, notifications=True) as pilot:
        work = WorkbenchDriver(app, pilot)
        await work.settle()
        yield work
    assert list(check_database(bench.store)) == []


def texts(session: AnnotationSession, span_ids: Iterable[str]) -> list[str]:
    """Return the texts of spans."""
    spans = [session.layer.span(span_id) for span_id in span_ids]
    return [session.checks.text_of(span) for span in spans if span is not None]
