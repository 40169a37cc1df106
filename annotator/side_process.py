"""Calling a function of this program in another process, so that a second core does part of the work."""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from typing import Generic, TypeVar

from annotator.piped_process import PipedProcess, pipes_to_parent

Argument = TypeVar("Argument")
Result = TypeVar("Result")


class SideProcess(Generic[Argument, Result]):
    """Calls a module's function with one list after another in another process.

    The process is started for the first list of at least ``least`` values, because little work is not worth the wait.
    Where it cannot be started, or dies, the function is called in this process instead.
    """

    def __init__(self, function: Callable[[list[Argument]], list[Result]], least: int = 200) -> None:
        self._function = function
        self._least = least if (os.cpu_count() or 1) > 1 else sys.maxsize
        self._process: PipedProcess | None = None
        self._thread = ThreadPoolExecutor(1)

    def begin(self, values: list[Argument]) -> Future[list[Result]]:
        """Begin to call the function with some values; the future gets what it returns or raises."""
        if len(values) < self._least and self._process is None:
            done: Future[list[Result]] = Future()
            done.set_result(self._function(values))
            return done
        return self._thread.submit(self._call, values)

    def close(self) -> None:
        """End the process; calls that have not begun are dropped."""
        if self._process is not None:
            self._process.kill()
        self._thread.shutdown(cancel_futures=True)
        self._end()

    def _call(self, values: list[Argument]) -> list[Result]:
        try:
            if self._process is None:
                self._process = PipedProcess(__name__, self._function.__module__, self._function.__name__)
            self._process.pipes.send(values)
            results: list[Result] = self._process.pipes.receive()
        except (OSError, EOFError, pickle.UnpicklingError):
            self._least = sys.maxsize
            self._end()
            return self._function(values)
        return results

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.pipes.close()


def main(module: str, name: str) -> None:
    """Call a function with each list that the parent sends, until the parent closes the pipe."""
    parent = pipes_to_parent()
    function = getattr(import_module(module), name)
    with suppress(EOFError):
        while True:
            parent.send(function(parent.receive()))


if __name__ == "__main__":
    main(*sys.argv[1:])
