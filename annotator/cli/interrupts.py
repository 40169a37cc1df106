"""Ctrl+c where Python cannot raise it, or where a library makes another error of it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

AGAIN = 0.01
"""Seconds until an interruption that was lost is tried again."""


class Interruptions:
    """Whether ctrl+c ``came``: SQLite, for one, tells of an error in a function of ours, and not of which."""

    def __init__(self) -> None:
        self.came = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note interruptions within the block, and repeat one that is lost until it is raised.

        Python cannot raise from ``__del__`` or from a callback of a weak reference: it shows the traceback and goes on,
        and a command that takes an hour would take it all the same.
        """
        former_hook, former_handler = sys.unraisablehook, signal.getsignal(signal.SIGINT)
        is_ours = former_handler is signal.default_int_handler and _in_main_thread()

        def repeat(unraisable: UnraisableHookArgs) -> None:
            if issubclass(unraisable.exc_type, KeyboardInterrupt):
                _interrupt_soon()
            else:
                former_hook(unraisable)

        sys.unraisablehook = repeat
        if is_ours:
            signal.signal(signal.SIGINT, self._come)
        try:
            yield
        finally:
            sys.unraisablehook = former_hook
            if is_ours:
                signal.signal(signal.SIGINT, former_handler)

    def _come(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _interrupt_soon() -> None:
    """Interrupt the main thread once it is past the finalizer."""
    timer = threading.Timer(AGAIN, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT))
    timer.daemon = True
    timer.start()
