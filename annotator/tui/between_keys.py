"""Work that is done between keys, a piece at a time, so that no key waits for all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.timer import Timer

EVERY = 0.02
"""Seconds from one piece of work to the next."""
AT_A_TIME = 0.008
"""Seconds of work in a piece: a key that comes meanwhile waits about a frame."""


class Ticking(Protocol):
    """A screen or a widget, as far as it has timers."""

    def set_interval(self, interval: float, callback: Callable[[], None]) -> Timer:
        """Call a function again and again."""
        ...


class BetweenKeys:
    """Does work from :meth:`begin` on until nothing is left: ``do_some`` does a piece, and says whether any is."""

    def __init__(self, owner: Ticking, do_some: Callable[[], bool]) -> None:
        self._owner = owner
        self._do_some = do_some
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Go on from time to time, until nothing is left to do."""
        if self._timer is None:
            self._timer = self._owner.set_interval(EVERY, self._go_on)

    def _go_on(self) -> None:
        if not self._do_some() and self._timer is not None:
            self._timer.stop()
            self._timer = None
