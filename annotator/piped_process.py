"""Another process of this Python that exchanges messages with this one over pipes.

Neither a fork, which inherits locks that other threads hold, nor ``multiprocessing``'s spawn, which imports the
caller's main module again: an ordinary subprocess.  It can be started from any thread, from a notebook and from a
script without a main guard.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

_LENGTH = struct.Struct("<Q")
_PIPE_BYTES = 1 << 20


class PipedProcess:
    """A module that runs as ``python -m MODULE ARGUMENTS``: messages go to its input and come from its output.

    ``stderr`` receives what it writes to standard error; by default that is dropped.
    """

    def __init__(self, module: str, *arguments: str, stderr: IO[bytes] | int = subprocess.DEVNULL) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=child_environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        for pipe in (self._input, self._output):
            with suppress(AttributeError, OSError):  # where the system can, so that most messages pass in one piece
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)

    def send(self, message: object) -> None:
        """Send a message that can be pickled; raises ``BrokenPipeError`` when the process has ended."""
        send(self._input, message)

    def receive(self) -> Any:
        """Wait for the next message; raises ``EOFError`` when the process ends before it."""
        return receive(self._output)

    def kill(self) -> int:
        """End the process and return its exit code; a thread that waits for a message gets an ``EOFError``."""
        self._process.kill()
        return self._process.wait()

    def wait(self) -> int:
        """Wait for the process to end and return its exit code, negative for a signal."""
        return self._process.wait()

    def close(self) -> None:
        """Close the pipes; no other thread may use them any more."""
        for pipe in (self._input, self._output):
            with suppress(BrokenPipeError):
                pipe.close()


def pipes_to_parent() -> tuple[IO[bytes], IO[bytes]]:
    """The input and the output of a process that was started as a :class:`PipedProcess`.

    From then on, what the process prints goes to standard error, so that it cannot disturb the messages.
    """
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return sys.stdin.buffer, output


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


def send(pipe: IO[bytes], message: object) -> None:
    """Write a message with its length in front, in one piece.

    Between two pieces a thread would wait for Python's lock while whoever has it computes.
    """
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:
    """Read the next message; raises ``EOFError`` when there is no complete one."""
    header = pipe.read(_LENGTH.size)
    if len(header) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(header)
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 - sent by our own parent or child
