"""What is done for speed alone while many documents go through: nothing depends on it but how long it takes."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector out of the way of work that makes many objects and no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


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
