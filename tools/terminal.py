"""Runs a program in a pseudo-terminal: keys and mouse go in, the screen comes out."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyte

KEYS: Mapping[str, str] = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "shift+right": "\x1b[1;2C",
    "shift+left": "\x1b[1;2D",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "ctrl+q": "\x11",
    "ctrl+z": "\x1a",
    "ctrl+r": "\x12",
    "ctrl+p": "\x10",
    "f2": "\x1bOQ",
}


class Terminal:
    """A command in a pseudo-terminal of ``columns`` × ``lines`` cells; ``timeout`` (seconds) limits every wait.

    All that the program writes is appended to ``written``, if that is given.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        lines: int = 24,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float = 20.0,
        written: list[str] | None = None,
    ) -> None:
        self.timeout = timeout
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self._written = written
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES")}
        variables = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            if cwd is not None:
                os.chdir(cwd)
            os.execvpe(command[0], list(command), variables)
        self.resize(columns, lines)

    def resize(self, columns: int, lines: int) -> None:
        """Change the size of the terminal."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def text(self) -> str:
        """Return the screen, one line each, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def read(self, seconds: float = 0.0) -> bool:
        """Wait at most so many seconds for output and show it on the screen; return whether there was any."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self._show(data)
        return bool(data)

    def _show(self, data: bytes) -> None:
        text = self._decoder.decode(data)
        if self._written is not None:
            self._written.append(text)
        self._stream.feed(without_private_queries(text))

    def time_of_response(self, first: float, quiet: float) -> float | None:
        """Wait until output has come and ended; return the time of its last piece (``perf_counter``), if there was any.

        ``first`` and ``quiet`` are the seconds to wait for the first piece and for each further one.  The screen is
        updated only afterwards, so that the time does not include interpreting the output.
        """
        pieces: list[bytes] = []
        last = None
        while select.select([self._fd], [], [], quiet if pieces else first)[0]:
            last = time.perf_counter()
            pieces.append(os.read(self._fd, 65536))
        self._show(b"".join(pieces))
        return last

    def wait(self, expected: str | Callable[[str], bool]) -> str:
        """Read until the screen has a text or meets a condition; return it.  Raises :class:`TimeoutError`."""
        matches = expected if callable(expected) else lambda text: expected in text
        end = time.monotonic() + self.timeout
        while time.monotonic() < end:
            if matches(text := self.text()):
                return text
            self.read(0.05)
        raise TimeoutError(f"the screen never showed {expected!r}:\n{self.text()}")

    def settle(self, quiet: float = 0.15) -> str:
        """Read until the program has written nothing for ``quiet`` seconds; return the screen."""
        end = time.monotonic() + self.timeout
        while time.monotonic() < end and self.read(quiet):
            pass
        return self.text()

    def send(self, text: str) -> None:
        """Type text literally."""
        os.write(self._fd, text.encode())

    def press(self, *keys: str) -> None:
        """Press keys by name (``tab``, ``shift+right``, ``alt+2`` …) or character, one after the other."""
        for key in keys:
            self.send(sent_by(key))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag the mouse with the left button from one cell (column, line; from 0) to another."""
        for button, (x, y), action in ((0, start, "M"), (32, end, "M"), (0, end, "m")):
            self.send(f"\x1b[<{button};{x + 1};{y + 1}{action}")

    def click(self, x: int, y: int) -> None:
        """Click with the left button."""
        self.send(f"\x1b[<0;{x + 1};{y + 1}M\x1b[<0;{x + 1};{y + 1}m")

    def find(self, text: str, *, below: int = -1) -> tuple[int, int]:
        """Return column and line of the first occurrence of a text below a line.  Raises :class:`LookupError`."""
        for y, line in enumerate(self.screen.display):
            if y > below and text in line:
                return line.index(text), y
        raise LookupError(f"{text!r} is not on the screen:\n{self.text()}")

    def kill(self) -> None:
        """End the program at once, as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def close(self) -> int:
        """Wait for the program to end and return its exit status."""
        end = time.monotonic() + self.timeout
        while time.monotonic() < end:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                os.close(self._fd)
                return os.waitstatus_to_exitcode(status)
            self.read(0.02)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)
        raise TimeoutError("the program did not end")


def sent_by(key: str) -> str:
    """What a terminal sends for a key by name or character."""
    return f"\x1b{key.removeprefix('alt+')}" if key.startswith("alt+") else KEYS.get(key, key)


_PRIVATE_QUERY = re.compile(r"\x1b\[[<>=?][0-9;:]*[$]?[a-zA-Z]|\x1b\[[0-9;]*\$[a-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")


def without_private_queries(text: str) -> str:
    """Remove the private queries that pyte does not know and would print."""
    return _PRIVATE_QUERY.sub(_kept, text)


def _kept(match: re.Match[str]) -> str:
    sequence = match.group()
    return sequence if sequence.startswith("\x1b[?") and sequence[-1] in "hl" else ""
