"""Ctrl+c that arrives where Python cannot raise it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

AGAIN = 0.01
"""Seconds until an interruption that was lost is tried again."""


@contextmanager
def repeated_until_raised() -> Iterator[None]:
    """Repeat an interruption within the block that came while an object was finalized, until it is raised.

    Python cannot raise from ``__del__`` or from a callback of a weak reference: it shows the traceback and goes on, and
    a command that takes an hour would take it all the same.
    """
    former = sys.unraisablehook

    def repeat(unraisable: UnraisableHookArgs) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            _interrupt_soon()
        else:
            former(unraisable)

    sys.unraisablehook = repeat
    try:
        yield
    finally:
        sys.unraisablehook = former


def _interrupt_soon() -> None:
    """Interrupt the main thread once it is past the finalizer."""
    from signal import SIGINT, pthread_kill
    from threading import Timer, main_thread

    timer = Timer(AGAIN, pthread_kill, (main_thread().ident, SIGINT))
    timer.daemon = True
    timer.start()
