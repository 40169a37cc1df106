"""Points of failure: every operation by which a process changes the disk is counted, and one of them fails.

Python's own calls are met by wrapping them, those of SQLite by a file system layer of its own (a VFS) around the usual
one.  What happens at the chosen point is an error number, or the end of the process without a word.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from annotator.files import whole
from tests.faults import sqlite_layer

KINDS = ("write", "sync", "rename", "open", "mkdir", "lock", "link", "remove")
ERRORS = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EACCES": errno.EACCES, "EINTR": errno.EINTR, "EROFS": errno.EROFS}
KILL = "kill"

_EVENTS = {
    "os.rename": "rename",
    "os.mkdir": "mkdir",
    "os.link": "link",
    "os.remove": "remove",
    "os.rmdir": "remove",
    "fcntl.flock": "lock",
    "os.truncate": "write",
}
"""What Python tells an audit hook of, before it does it."""


@dataclass
class Points:
    """Counts the points of some kinds that a process passes; ``at`` (from 1) is the one at which ``how`` happens.

    ``how`` is ``kill`` or the name of an error.  A point passes once: what comes after works again.
    """

    at: int = 0
    how: str = KILL
    kinds: tuple[str, ...] = KINDS
    active: bool = False
    passed: Counter[str] = field(default_factory=Counter)
    met: str = ""

    def __call__(self, kind: str, what: object = "") -> None:
        """Pass a point, or fail there."""
        if self.fails(kind, what):
            number = ERRORS[self.how]
            raise OSError(number, os.strerror(number), str(what))

    def fails(self, kind: str, what: object = "") -> bool:
        """Return whether the point is the one that fails; the process may not come back."""
        if not self.active or kind not in self.kinds or self.met:
            return False
        self.passed[kind] += 1
        if self.passed.total() != self.at:
            return False
        self.met = f"{kind} {what}"
        if self.how == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        return True


def install(points: Points) -> None:
    """Let this process's operations pass points; cannot be taken back."""
    sys.addaudithook(_hook(points))
    _wrap_sync(points)
    _wrap_open(points)
    sqlite_layer.install(points)


def _hook(points: Points) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not points.active:
            return
        kind = _EVENTS.get(event)
        if kind is not None:
            points(kind, arguments[0])
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            points("open", arguments[0])

    return hook


def _wrap_sync(points: Points) -> None:
    fsync, c_function = os.fsync, whole._c_function

    def faulty_fsync(fd: Any) -> None:
        points("sync")
        fsync(fd)

    def faulty_function(name: str) -> Callable[..., int] | None:
        function = c_function(name)
        if function is None:
            return None

        def call(*arguments: Any) -> int:
            import ctypes

            if points.fails({"renameat2": "rename", "syncfs": "sync"}[name]):
                ctypes.set_errno(ERRORS[points.how])
                return -1
            return function(*arguments)

        return call

    os.fsync = faulty_fsync
    whole._c_function = faulty_function  # type: ignore[assignment]


class _Raw(io.FileIO):
    """A file whose writes pass points."""

    points: Points

    def write(self, data: Any, /) -> int:
        self.points("write", self.name)
        return super().write(data)


def _wrap_open(points: Points) -> None:
    plain = io.open

    class Raw(_Raw):
        pass

    Raw.points = points

    def faulty_open(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> IO[Any]:
        if not points.active or not set(mode) & set("wax") or "+" in mode:
            return plain(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        stream = io.BufferedWriter(raw)
        if "b" in mode:
            return stream
        return io.TextIOWrapper(stream, encoding or "utf-8", errors, newline)

    builtins.open = faulty_open  # type: ignore[assignment]
    io.open = faulty_open  # type: ignore[assignment]
    os.fdopen = lambda handle, mode="r", *rest, **named: faulty_open(handle, mode, *rest, **named)  # type: ignore[assignment]
