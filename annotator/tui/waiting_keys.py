"""Keys typed while another process holds the write lock: they wait in order and run once the lock is free."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Protocol

from textual import events
from textual.screen import Screen
from textual.timer import Timer

from annotator.errors import AnnotatorError, LockedError
from annotator.workflow.desk import Desk

LOCK_TIMEOUT = 0.2
"""Seconds for which a key waits for the lock in the store; after that it waits here, and the screen stays alive."""
POLL_INTERVAL = 0.05
"""Seconds between two checks whether the lock is free."""
NOTICE_AFTER = 1.0
"""Seconds of waiting before the screen says so."""

Action = Callable[[], object]
"""Something to do, at once or as a coroutine."""


class KeyHandler(Protocol):
    """Acts on a key."""

    def __call__(self, event: events.Key) -> Awaitable[None]:
        """Act on the key; raises :class:`LockedError` when it has to wait for the write lock."""


class WaitingKeys:
    """The keys and clicks of a screen that wait for the write lock.

    A step that cannot be written is rolled back whole, so trying a key again is safe.  While something waits, every
    later key and click queues behind it.  ``after`` is called after each key and click.
    """

    def __init__(
        self, screen: Screen[None], desk: Desk, handle: KeyHandler, show_notice: Callable[[str], object]
    ) -> None:
        self._screen = screen
        self._desk = desk
        self._handle = handle
        self._show_notice = show_notice
        self._waiting: deque[Action | events.Key] = deque()
        self._timer: Timer | None = None
        self._resuming = False
        self.after: Callable[[], object] | None = None
        self._depth = 0
        self._since = 0.0
        self._holder = ""

    def __len__(self) -> int:
        """Count the keys and clicks that wait."""
        return len(self._waiting)

    async def run(self, action: Action) -> None:
        """Run an action that may need the lock, or queue it behind those that wait already."""
        if self._waiting and not self._resuming:
            self._waiting.append(action)
        else:
            await self._try(action)

    async def take(self, event: events.Key) -> None:
        """Handle a key, or queue it behind those that wait already; ``escape`` drops them all."""
        if not self._waiting or self._resuming:
            await self._try(event)
        elif event.key == "escape":
            self.drop()
        else:
            self._waiting.append(event)
            self._update_notice()

    def drop(self) -> None:
        """Forget everything that waits; none of it has been written."""
        count = len(self._waiting)
        self._stop_waiting()
        self._screen.notify(f"dropped {_keys(count)}, nothing of it was written", markup=False)

    async def _try(self, action: Action | events.Key) -> None:
        """Run an action or handle a key; if the lock is taken, put it at the head of the queue."""
        self._depth += 1
        try:
            if isinstance(action, events.Key):
                await self._handle(action)
            else:
                result = action()
                if isawaitable(result):
                    await result
        except LockedError as error:
            self._waiting.appendleft(action)
            self._holder = error.holder
            if self._timer is None:
                self._since = time.monotonic() - LOCK_TIMEOUT
                self._timer = self._screen.set_interval(POLL_INTERVAL, self._poll)
        finally:
            self._depth -= 1
        if self.after is not None and not self._depth:
            self.after()

    async def _poll(self) -> None:
        """Resume if the lock is free, else show who holds it."""
        try:
            holder = self._desk.lock_holder()
        except AnnotatorError:
            holder = ""  # the key that meets the error reports it
        if holder:
            self._holder = holder
            self._update_notice()
        else:
            await self._resume()

    async def _resume(self) -> None:
        """Work the queue off in order, until the lock is taken again.

        When a key opens another screen, the keys behind it go to that screen.
        """
        self._resuming = True
        try:
            while self._waiting and self._screen.app.screen is self._screen:
                count = len(self._waiting)
                await self._try(self._waiting.popleft())
                if len(self._waiting) >= count:
                    return
        finally:
            self._resuming = False
        remaining = [action for action in self._waiting if isinstance(action, events.Key)]
        self._stop_waiting()
        for key in remaining:
            self._screen.app.screen.post_message(events.Key(key.key, key.character))

    def _stop_waiting(self) -> None:
        self._waiting.clear()
        self._desk.leave_lock_queue()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._show_notice("")

    def _update_notice(self) -> None:
        """Show who holds the lock, once the wait is long enough to be noticed."""
        seconds = time.monotonic() - self._since
        if seconds >= NOTICE_AFTER:
            waiting = f"waiting {seconds:.0f} s for {self._holder}"
            self._show_notice(f"{waiting} · {_keys(len(self))} behind it · esc drops them · ctrl+q leaves")


def _keys(count: int) -> str:
    return "1 key" if count == 1 else f"{count} keys"
