"""Who holds the write lock, and how the database's file was left: a note beside the database, for others to read.

Whoever holds the lock writes the note; what it says is checked against the processes that there are, so that a note
which a killed process left misleads nobody.  It is nothing that the data depends on: where it cannot be written or
read, less can be said.  Whoever closes the database last takes it away.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUFFIX = "-lock"
_LENGTH = 512
_WRITE_LOCK = 120
"""The byte of the file ``-shm`` that SQLite locks for writing, in its format of write-ahead logs."""

Stamp = tuple[int, int, int]
"""Inode, size and time of change (nanoseconds) of the database's file."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds the write lock; ``since`` is in seconds of the epoch, where known."""

    pid: int
    program: str
    host: str
    since: float | None = None
    stopped: bool = False

    def __str__(self) -> str:
        """Who it is, in words."""
        host = f" on {self.host}" if self.host else ""
        return f"process {self.pid} ({self.program}{', stopped' if self.stopped else ''}){host}"

    @property
    def advice(self) -> str:
        """What a person can do about it; nothing of it can lose what was written."""
        if self.stopped:
            return f"`kill -CONT {self.pid}` lets it go on"
        return "wait until it is through, or end that program"


@dataclass(frozen=True, slots=True)
class Left:
    """How the last writer left the database's file.

    ``generation`` grows when it was found otherwise than it had been left; there is no ``stamp`` while somebody writes,
    or where others may have written meanwhile.  Both are ``None`` where nobody noted them.
    """

    generation: int | None = None
    stamp: Stamp | None = None


class Note:
    """The note beside a database."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + SUFFIX)
        self._database = database
        self._descriptor: int | None = None
        self._inode = 0
        self._self = {"pid": os.getpid(), "host": os.uname().nodename, "program": program(sys.argv)}

    def open(self) -> None:
        """Open the note, made where it is missing, as open to the group as the database is."""
        if self._descriptor is not None and _inode(self.path) == self._inode:
            return
        self.close()
        with suppress(OSError):
            try:
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
                os.fchmod(self._descriptor, self._database.stat().st_mode & 0o666)
            except FileExistsError:
                self._descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            self._inode = _inode(self.path)

    def take_away(self) -> None:
        """Remove the note where nobody has the database open any more; who opens it meanwhile makes another."""
        if not self._database.with_name(self._database.name + "-wal").exists():
            with suppress(OSError):
                self.path.unlink()

    def close(self) -> None:
        """Close it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def read(self) -> Left:
        """How the last writer left the database; to be called by who holds the lock."""
        said = self._said()
        try:
            stamp, generation = said["left"], said["generation"]
            return Left(
                None if generation is None else int(generation),
                None if stamp is None else (stamp[0], stamp[1], stamp[2]),
            )
        except (TypeError, ValueError, IndexError, KeyError):
            return Left()

    def take(self, left: Left) -> None:
        """Say that this process holds the lock."""
        self._write(left, writing=True)

    def leave(self, left: Left) -> None:
        """Say that this process is through."""
        self._write(left, writing=False)

    def _write(self, left: Left, *, writing: bool) -> None:
        if self._descriptor is not None:
            said = self._self | {"writing": writing, "generation": left.generation, "left": left.stamp}
            said["since"] = time.time()
            with suppress(OSError):
                os.pwrite(self._descriptor, json.dumps(said).encode()[: _LENGTH - 1].ljust(_LENGTH - 1) + b"\n", 0)

    def holder(self) -> Holder | None:
        """Who holds the lock, as far as it can be told."""
        noted = self._noted()
        if noted is not None and noted.host == self._self["host"]:
            return noted if noted.pid != os.getpid() else None
        return next(_by_kernel(self._database), noted)

    def _noted(self) -> Holder | None:
        """Who says to hold it, unless that is a process of this machine that is no more."""
        said = self._said()
        try:
            if not said["writing"]:
                return None
            pid, since, host = int(said["pid"]), float(said["since"]), str(said["host"])
        except (KeyError, TypeError, ValueError):
            return None
        here = host == self._self["host"]
        if here and _started(pid) > since + 1:
            return None
        return Holder(pid, str(said.get("program")), host, since, here and _stopped(pid))

    def _said(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            data = (
                os.pread(self._descriptor, _LENGTH, 0)
                if self._descriptor is not None
                else self.path.read_bytes()[:_LENGTH]
            )
            said = json.loads(data)
            if isinstance(said, dict):
                return said
        return {}


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def program(arguments: list[str]) -> str:
    """What a process is called: its program, and the verb behind it."""
    path = Path(arguments[0]) if arguments and arguments[0].strip("-cm") else Path("python")
    name = path.parent.name if path.name == "__main__.py" else path.name
    verb = next((a for a in arguments[1:] if a.isalpha()), "")
    return f"{name} {verb}".strip()[:60]


def _by_kernel(database: Path) -> Iterator[Holder]:
    """Yield what the kernel says of who holds SQLite's write lock, also of another program; not on every system."""
    with suppress(OSError, ValueError, IndexError):
        inode = database.with_name(database.name + "-shm").stat().st_ino
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()
            if "->" in words or words[1] != "POSIX" or words[3] != "WRITE":
                continue
            pid, place = int(words[4]), words[5].rpartition(":")[2]
            end = float("inf") if words[7] == "EOF" else int(words[7])
            if int(place) == inode and int(words[6]) <= _WRITE_LOCK <= end and pid > 0 and pid != os.getpid():
                yield Holder(pid, _name(pid), os.uname().nodename, None, _stopped(pid))


def _name(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    except OSError:
        return "another program"
    return program(words[1:] if Path(words[0]).name.startswith("python") and len(words) > 2 else words)


def _stat(pid: int) -> list[str]:
    """What the system says of a process, from its state on; nothing where it does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _stopped(pid: int) -> bool:
    return _stat(pid)[:1] in (["T"], ["t"])


def _started(pid: int) -> float:
    """When a process began, in seconds of the epoch: never (infinity) where it is gone, long ago if unknown."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return float("inf")
    except OSError:
        pass  # another user's
    words = _stat(pid)
    if len(words) < 20:
        return 0.0
    if words[0] == "Z":
        return float("inf")
    with suppress(OSError, ValueError):
        up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return time.time() - up + int(words[19]) / os.sysconf("SC_CLK_TCK")
    return 0.0
