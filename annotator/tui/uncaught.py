"""Exceptions that nothing in the workbench catches: in threads, in tasks, in callbacks of the event loop.

Textual closes the app only at those that its message handlers raise; the others would be lost, with the workbench left
standing still or ending as if all were well.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

Fail = Callable[[BaseException], None]


class Uncaught:
    """Passes uncaught exceptions to ``fail``, in the thread of the event loop."""

    def __init__(self, fail: Fail) -> None:
        self._fail = fail
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the exceptions of threads within the block."""
        former = threading.excepthook
        threading.excepthook = self._in_thread
        try:
            yield
        finally:
            threading.excepthook = former

    def start(self) -> None:
        """Take the exceptions of the running event loop, too."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._in_loop)
        self._loop.set_task_factory(_watching(self._ended))

    def _in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        error = arguments.exc_value
        if error is None or isinstance(error, SystemExit):
            return
        if self._loop is None:
            self._fail(error)
            return
        with suppress(RuntimeError):  # the loop is closed: the workbench has ended
            self._loop.call_soon_threadsafe(self._fail, error)

    def _in_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is None:
            loop.default_exception_handler(context)
        else:
            self._fail(error)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        """Look at a task that ended: by more than an :class:`Exception`, a screen would stand still for good."""
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, Exception):
            self._fail(error)


def _watching(ended: Callable[[asyncio.Future[Any]], None]) -> Callable[..., asyncio.Task[Any]]:
    def task(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], **options: Any) -> asyncio.Task[Any]:
        made = asyncio.Task(work, loop=loop, **options)
        made.add_done_callback(ended)
        return made

    return task
