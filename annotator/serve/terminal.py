"""A program on a terminal of its own, whose other end this process holds.

The program finds what it finds in any terminal: it may print before it paints, learns of a new size by ``SIGWINCH``,
and is told by ``SIGHUP``, from the system itself, when the process that holds the other end is gone.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import struct
import termios
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ENDING_SECONDS = 5.0
"""Seconds that a program has to end once its terminal is gone; then it is killed."""
_AT_ONCE = 1 << 16
"""The most bytes that are passed on in one piece."""


class TerminalSize(NamedTuple):
    """The size of a terminal in cells."""

    columns: int
    rows: int


class ProgramTerminal:
    """A terminal with a program on it; made by :meth:`start`."""

    def __init__(self, process: asyncio.subprocess.Process, other_end: int) -> None:
        self._process = process
        self._other_end = other_end
        self._exited = asyncio.create_task(process.wait())
        self._left = False

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: Mapping[str, str], folder: Path, size: TerminalSize
    ) -> ProgramTerminal:
        """Start a program, in a folder, with nothing of this process's environment but what is given.

        Raises ``OSError`` when it cannot be started.
        """
        other_end, terminal = os.openpty()
        try:
            _set_size(other_end, size)
            _make_quiet(terminal)
            os.set_blocking(other_end, False)
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=terminal,
                stdout=terminal,
                stderr=terminal,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        except BaseException:
            os.close(other_end)
            raise
        finally:
            os.close(terminal)
        return cls(process, other_end)

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return self._process.pid

    async def read(self) -> bytes:
        """Wait for what the program writes next; empty once it has ended and everything was read."""
        while True:
            data = self._read_waiting()
            if data is not None:
                return data
            if self._exited.done():
                return b""
            await self._until_ready()

    def _read_waiting(self) -> bytes | None:
        """What can be read at once: nothing yet is ``None``, nothing ever again is empty."""
        pieces: list[bytes] = []
        size = 0
        while size < _AT_ONCE:
            try:
                piece = os.read(self._other_end, _AT_ONCE)
            except BlockingIOError:
                break
            except OSError:  # no program has the terminal open any more
                piece = b""
            if not piece:
                self._left = True
                return b"".join(pieces)
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces) or None

    async def _until_ready(self) -> None:
        """Wait until there is something to read, or the program has ended."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        loop.add_reader(self._other_end, ready.set)
        try:
            await self._first_of(ready)
        finally:
            loop.remove_reader(self._other_end)

    async def _first_of(self, ready: asyncio.Event) -> None:
        """Wait until an event happens, or the program has ended."""
        waiting = asyncio.create_task(ready.wait())
        try:
            await asyncio.wait([waiting, asyncio.ensure_future(self._exited)], return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()

    async def write(self, data: bytes) -> None:
        """Type something; waits while the program does not read, and does nothing once it has ended."""
        loop = asyncio.get_running_loop()
        while data and not self._exited.done():
            try:
                data = data[os.write(self._other_end, data) :]
            except BlockingIOError:
                ready = asyncio.Event()
                loop.add_writer(self._other_end, ready.set)
                try:
                    await self._first_of(ready)
                finally:
                    loop.remove_writer(self._other_end)
            except OSError:
                return

    def resize(self, size: TerminalSize) -> None:
        """Give the terminal another size."""
        with suppress(OSError):
            _set_size(self._other_end, size)

    async def close(self) -> int:
        """Hang up, as when a terminal's window is closed; wait for the program's end and return its exit code."""
        if not self._left:  # else it is ending, and looking after it here would take its exit code from who waits
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGHUP)
        try:
            await asyncio.wait_for(self._drained(), ENDING_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only the dead are left
                os.killpg(self._process.pid, signal.SIGKILL)
        finally:
            os.close(self._other_end)
        return await self._exited

    async def _drained(self) -> None:
        """Read until the program has ended, which waits for somebody to read what it writes last."""
        while await self.read():
            pass
        await asyncio.shield(self._exited)


def take_terminal() -> None:
    """Make the terminal on standard input that of this process, which leads a session without one.

    From then on it gets the signals of that terminal.  Raises ``OSError`` when the other end is gone already.
    """
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _set_size(descriptor: int, size: TerminalSize) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", size.rows, size.columns, 0, 0))


def _make_quiet(descriptor: int) -> None:
    """Let what is typed before the program reads it be neither shown nor taken for a signal."""
    modes = termios.tcgetattr(descriptor)
    modes[3] &= ~(termios.ECHO | termios.ECHONL | termios.ICANON | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(descriptor, termios.TCSANOW, modes)
