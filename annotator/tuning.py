"""Settings of the Python process that only make work on many documents faster."""

from __future__ import annotations

import gc
import sys
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


COLLECTOR_THRESHOLDS = (10_000, 50, 100)
"""Allocations and younger passes before the garbage collector looks at each of its three generations."""


def collect_seldom() -> None:
    """Let the garbage collector run seldom: painting leaves no cycles behind, and a pass costs a frame or two."""
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def exempt_from_collection() -> None:
    """Exempt everything that is in memory now from garbage collection, until :func:`collect_everything`.

    For an open document, which stays until it is left: the collector, walking it again and again, would delay every
    few keys by several frames.
    """
    gc.freeze()


def collect_everything() -> None:
    """Free what is no longer needed, also of what was exempt."""
    gc.unfreeze()
    gc.collect()


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
