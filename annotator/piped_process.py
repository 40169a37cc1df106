"""Another process of this Python that exchanges messages with this one over pipes.

Neither a fork of this process, which inherits locks that other threads hold, nor ``multiprocessing``'s spawn, which
imports the caller's main module again: an ordinary subprocess.  It can be started from any thread, from a notebook and
from a script without a main guard.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_LENGTH = struct.Struct("<Q")
_PIPE_BYTES = 1 << 20


class Pipes:
    """The ends of two pipes: messages that can be pickled go out by one, and come in by the other."""

    def __init__(self, source: IO[bytes], sink: IO[bytes]) -> None:
        self._source, self._sink = source, sink
        for pipe in (source, sink):
            with suppress(AttributeError, OSError):  # where the system can, so that most messages pass in one piece
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    @classmethod
    def of(cls, source: int, sink: int) -> Pipes:
        """Pipes by the numbers of their ends here."""
        return cls(os.fdopen(source, "rb"), os.fdopen(sink, "wb"))

    def send(self, message: object) -> None:
        """Send a message with its length in front, in one piece; raises ``BrokenPipeError`` when nobody can read it.

        Between two pieces a thread would wait for Python's lock while whoever has it computes.
        """
        data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        self._sink.write(_LENGTH.pack(len(data)) + data)
        self._sink.flush()

    def receive(self) -> Any:
        """Wait for the next message; raises ``EOFError`` when the other side ends before it."""
        header = self._source.read(_LENGTH.size)
        if len(header) < _LENGTH.size:
            raise EOFError
        (length,) = _LENGTH.unpack(header)
        data = self._source.read(length)
        if len(data) < length:
            raise EOFError
        return pickle.loads(data)  # noqa: S301 - sent by our own parent or child

    def close(self) -> None:
        """Close the pipes; no other thread may use them any more."""
        for pipe in (self._source, self._sink):
            with suppress(BrokenPipeError):
                pipe.close()


class PipedProcess:
    """A module that runs as ``python -m MODULE ARGUMENTS``: messages go to its input and come from its output.

    ``stderr`` receives what it writes to standard error; by default that is dropped.  ``ends`` are numbers of further
    pipes' ends, which it has from then on in place of this process.  A terminal's ctrl+c reaches only this process.
    """

    def __init__(
        self, module: str, *arguments: str, stderr: IO[bytes] | int = subprocess.DEVNULL, ends: Sequence[int] = ()
    ) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=child_environment(),
                pass_fds=ends,
                process_group=0,
            )
        finally:
            for end in ends:
                os.close(end)
        self._killing = threading.Lock()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.pipes = Pipes(self._process.stdout, self._process.stdin)

    def kill(self) -> int:
        """End the process, and those that it started, and return its exit code.

        A thread that waits for a message gets an ``EOFError``.
        """
        with self._killing:  # whoever else is at it may have taken the process's number off the system
            if self._process.poll() is None:
                with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only the dead are left
                    os.killpg(self._process.pid, signal.SIGKILL)
            return self._process.wait()

    def wait(self) -> int:
        """Wait for the process to end and return its exit code, negative for a signal."""
        return self._process.wait()


def pipes_to_parent() -> Pipes:
    """The input and the output of a process that was started as a :class:`PipedProcess`.

    From then on, what the process prints goes to standard error, so that it cannot disturb the messages.
    """
    output = os.dup(1)
    os.dup2(2, 1)
    return Pipes(sys.stdin.buffer, os.fdopen(output, "wb"))


def pipes_for_child() -> tuple[Pipes, tuple[int, int]]:
    """Pipes to a process that is yet to be started, and the numbers of the ends that it is to have, source and sink."""
    source, its_sink = os.pipe()
    its_source, sink = os.pipe()
    return Pipes.of(source, sink), (its_source, its_sink)


def child_environment() -> dict[str, str]:
    """The environment for another process of this Python: the same modules are found, one core computes."""
    return {**os.environ, "PYTHONPATH": module_path(), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def module_path() -> str:
    """What ``PYTHONPATH`` must be for another process to find the same modules."""
    return os.pathsep.join(path or str(Path.cwd()) for path in sys.path)


def ending_signal(returncode: int) -> str:
    """Name the signal that ended a process, as `` by SIGSEGV``; empty for a process that ended by itself."""
    if returncode >= 0:
        return ""
    try:
        return f" by {signal.Signals(-returncode).name}"
    except ValueError:
        return f" by signal {-returncode}"
