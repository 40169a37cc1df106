"""Calling a function of this program in another process, so that a second core does part of the work."""

from __future__ import annotations

import gc
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

    The process is started once the work so far is ``least``, in whatever the caller counts it, because little work is
    not worth the wait.  One list is sent while the function is still busy with those before.  Where the process cannot
    be started, or dies, the function is called in this process instead.
    """

    def __init__(self, function: Callable[[list[Argument]], list[Result]], least: int = 0) -> None:
        self._function = function
        self._least = least if (os.cpu_count() or 1) > 1 else sys.maxsize
        self._work = 0
        self._process: PipedProcess | None = None
        self._closed = False
        self._sending, self._receiving = ThreadPoolExecutor(1), ThreadPoolExecutor(1)

    def begin(self, values: list[Argument], work: int = 1) -> Future[list[Result]]:
        """Begin to call the function with some values, so much work; the future gets what it returns or raises."""
        self._work += work
        if self._closed or (self._work < self._least and self._process is None):
            done: Future[list[Result]] = Future()
            done.set_result(self._function(values))
            return done
        sent = self._sending.submit(self._send, values)
        return self._receiving.submit(self._receive, values, sent)

    def close(self) -> None:
        """End the process; calls that it has not answered are dropped."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        for thread in (self._receiving, self._sending):
            thread.shutdown(wait=False, cancel_futures=True)
        for thread in (self._receiving, self._sending):
            thread.shutdown()
        self._end()

    def _send(self, values: list[Argument]) -> PipedProcess:
        if self._process is None and self._least < sys.maxsize:
            self._process = PipedProcess(__name__, self._function.__module__, self._function.__name__)
        if self._process is None:
            raise BrokenPipeError
        process = self._process
        try:
            process.pipes.send(values)
        except ValueError as error:  # its pipes were closed, because it died over an earlier list
            raise BrokenPipeError from error
        return process

    def _receive(self, values: list[Argument], sent: Future[PipedProcess]) -> list[Result]:
        try:
            process = sent.result()
            if process is not self._process:  # it died over an earlier list
                raise EOFError
            results: list[Result] = process.pipes.receive()
        except (OSError, EOFError, pickle.UnpicklingError):
            self._least = sys.maxsize
            self._end()
            if self._closed:
                raise
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
    gc.disable()  # what is computed here leaves no cycles behind
    with suppress(EOFError):
        while True:
            parent.send(function(parent.receive()))


if __name__ == "__main__":
    main(*sys.argv[1:])
