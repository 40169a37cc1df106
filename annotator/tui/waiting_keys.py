"""What is typed while another process holds the write lock: kept in order, and done once the lock is free."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from inspect import isawaitable
from typing import TYPE_CHECKING

from textual import events
from textual.timer import Timer

from annotator.errors import AnnotatorError, LockedError

if TYPE_CHECKING:
    from annotator.tui.screens.base import WorkScreen

PATIENCE = 0.2
"""Seconds for which a key may wait for the lock before the screen."""
EVERY = 0.05
"""Seconds between two looks at whether the lock is free."""
TOLD_AFTER = 1.0

Deed = Callable[[], object]
"""Something to do, at once or as a coroutine."""


class HeldUp:
    """Keys and clicks of a screen that wait for the write lock.

    Each is done as if it came only now: nothing of it happened before, since a step that cannot be written is taken
    back whole.  What comes while something waits goes behind it.
    """

    def __init__(self, screen: WorkScreen) -> None:
        self._screen = screen
        self._waiting: deque[Deed | events.Key] = deque()
        self._timer: Timer | None = None
        self._going_on = False
        self._since = 0.0
        self._holder = ""

    def __len__(self) -> int:
        """Return how many keys and clicks wait."""
        return len(self._waiting)

    async def carry_out(self, deed: Deed) -> None:
        """Do something that may have to wait for the lock; behind what waits, it waits too."""
        if self._waiting and not self._going_on:
            self._waiting.append(deed)
        else:
            await self._try(deed)

    async def take(self, event: events.Key) -> None:
        """Take a key, in its turn; ``escape`` drops what waits."""
        if not self._waiting or self._going_on:
            await self._try(event)
        elif event.key == "escape":
            self.drop()
        else:
            self._waiting.append(event)
            self._tell()

    def drop(self) -> None:
        """Wait no longer; nothing of what waited happened."""
        count = len(self._waiting)
        self._end()
        self._screen.notify(f"dropped {_keys(count)}, nothing of it was written", markup=False)

    async def _try(self, deed: Deed | events.Key, *, late: bool = False) -> None:
        try:
            if isinstance(deed, events.Key):
                await self._screen.handle(deed, late=late)
            else:
                done = deed()
                if isawaitable(done):
                    await done
        except LockedError as error:
            self._waiting.appendleft(deed)
            self._holder = error.holder
            if self._timer is None:
                self._since = time.monotonic() - PATIENCE
                self._timer = self._screen.set_interval(EVERY, self._look)

    async def _look(self) -> None:
        """Go on if the lock is free, else say who has it."""
        try:
            holder = self._screen.desk.held_by()
        except AnnotatorError:
            holder = ""  # what is wrong is said by the key that meets it
        if holder:
            self._holder = holder
            self._tell()
        else:
            await self._go_on()

    async def _go_on(self) -> None:
        """Do what waits, in order, until the lock is gone again or another screen is there, which then has the rest."""
        self._going_on = True
        try:
            while self._waiting and self._screen.app.screen is self._screen:
                count = len(self._waiting)
                await self._try(self._waiting.popleft(), late=True)
                if len(self._waiting) >= count:
                    return
        finally:
            self._going_on = False
        rest = [deed for deed in self._waiting if isinstance(deed, events.Key)]
        self._end()
        for key in rest:
            self._screen.app.screen.post_message(events.Key(key.key, key.character))

    def _end(self) -> None:
        """Wait for nothing any more, and keep nobody else waiting."""
        self._waiting.clear()
        self._screen.desk.give_way()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._screen.show_notice("")

    def _tell(self) -> None:
        """Say whom one waits for, once it takes long enough to be noticed."""
        seconds = time.monotonic() - self._since
        if seconds >= TOLD_AFTER:
            waiting = f"waiting {seconds:.0f} s for {self._holder}"
            self._screen.show_notice(f"{waiting} · {_keys(len(self))} behind it · esc drops them · ctrl+q leaves")


def _keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"
