"""Settings of the Python process that only make work on many documents faster."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Switch the garbage collector off during work that makes many objects and no reference cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


LARGE_BLOCK = 32_000_000
"""Bytes of the block from which the C library learns what is large: the most that it would learn from, nearly."""


def keep_freed_memory() -> None:
    """Let memory that is freed stay with the process, up to twice a large block, for what is asked for next.

    Until it has seen a large block freed, glibc gives arrays of a megabyte back at once, and the system clears page by
    page what the next ones get: half of the page faults of agreement, and a tenth of its processor time for a thousand
    documents, a twentieth for ten thousand.  Elsewhere nothing changes.
    """
    bytes(LARGE_BLOCK)  # which touches none of its pages


COLLECTOR_THRESHOLDS = (10_000, 50, 100)
"""Allocations and younger passes before the garbage collector looks at each of its three generations."""


def collect_seldom() -> None:
    """Let the garbage collector run seldom: painting leaves no cycles behind, and a pass costs a frame or two."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def collect_young() -> None:
    """Look at the newest objects now, after a frame, so that the collector does not do so before the next one."""
    gc.collect(0)


HANDOVER_SECONDS = 5e-5
"""Seconds in which another thread surely takes Python's lock, if it waits for it."""


def hand_over() -> None:
    """Let a thread that was given work begin with it now, not when this one has nothing more to do."""
    time.sleep(HANDOVER_SECONDS)


CLOSING_SECONDS = 0.5
"""Seconds after which a screen that was closed is surely gone."""


class Exemption:
    """Exempts what is in memory from garbage collection while a document is open, which stays until it is left.

    The collector, walking it again and again, would delay every few keys by several frames.
    """

    def __init__(self) -> None:
        self._holds = False

    def begin(self) -> None:
        """Exempt everything that is in memory now."""
        gc.freeze()
        self._holds = True

    def end(self) -> None:
        """Free what is no longer needed of what was exempt: the larger the document was, the longer it takes."""
        if self._holds:
            gc.unfreeze()
            gc.collect()
            self._holds = False


@contextmanager
def quick_turns() -> Iterator[None]:
    """Let threads that wait for Python's lock have it after a tenth of a millisecond, not after five.

    For work whose threads mostly wait for SQLite or a pipe, and need the lock only for a moment in between.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
