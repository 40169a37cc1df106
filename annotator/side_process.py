"""Another process of this Python for work that is nothing but computing, beside what this one does.

Neither a fork, which inherits locked locks when the caller is a thread, nor ``multiprocessing``'s spawn, which imports
the caller's main module again: an ordinary subprocess that talks over its own pipes.  So it works from any thread, from
a notebook and from a script without a main guard.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Generic, TypeVar

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")

_LENGTH = struct.Struct("<Q")
_PIPE_BYTES = 1 << 20


class SideProcess(Generic[Asked, Answered]):
    """Calls a function of a module with list after list in another process.

    The process is started for the first list of at least ``least`` values: little work does not wait for it.  Where it
    cannot be started, or ends, the function is called here, so that the work is done in any case.
    """

    def __init__(self, function: Callable[[list[Asked]], list[Answered]], least: int = 200) -> None:
        self._function = function
        self._least = least if (os.cpu_count() or 1) > 1 else sys.maxsize
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = ThreadPoolExecutor(1)

    def begin(self, values: list[Asked]) -> Future[list[Answered]]:
        """Begin to call the function with some values; the future has what it returns."""
        if len(values) < self._least and self._process is None:
            done: Future[list[Answered]] = Future()
            done.set_result(self._function(values))
            return done
        return self._thread.submit(self._ask, values)

    def close(self) -> None:
        """End the process; what it was still asked is forgotten."""
        process = self._process
        if process is not None:
            process.kill()  # so that a thread that waits for it is told
        self._thread.shutdown(cancel_futures=True)
        self._end()

    def _ask(self, values: list[Asked]) -> list[Answered]:
        try:
            process = self._process = self._process or self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            send(process.stdin, values)
            answer: list[Answered] = receive(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            self._least = sys.maxsize
            self._end()
            return self._function(values)
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "annotator.side_process", self._function.__module__, self._function.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        for pipe in (process.stdin, process.stdout):
            with suppress(AttributeError, OSError):  # where the system can, so that a list goes through in one piece
                fcntl.fcntl(pipe or 0, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()
        process.wait()


def environment() -> dict[str, str]:
    """Return the environment of another process of this Python: it finds the same modules, and computes on one core."""
    path = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    return {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def ended_by(returncode: int) -> str:
    """Return ``" by SIGSEGV"`` and the like for a process that a signal ended; empty for one that ended by itself."""
    if returncode >= 0:
        return ""
    try:
        return f" by {signal.Signals(-returncode).name}"
    except ValueError:
        return f" by signal {-returncode}"


def send(pipe: IO[bytes], message: object) -> None:
    """Write a message with its length in front.

    It moves in few pieces: between pieces a thread waits for Python's lock, while whoever has it computes.
    """
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Return the next message; raise :class:`EOFError` when there is no whole one."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(header)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 - sent by our own parent or child


def main(module: str, name: str) -> None:
    """Answer lists until there are no more."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    function = getattr(import_module(module), name)
    with suppress(EOFError):
        while True:
            send(sink, function(receive(source)))


if __name__ == "__main__":
    main(*sys.argv[1:])
