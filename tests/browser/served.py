"""A running ``annotator serve``: its links, its log, its sessions, and its end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.processes import PATIENCE, environment

SESSION_ENDS = 15  # seconds within which a session's program ends once its tab or its server is gone


class Served:
    """A server on a port of its own, which keeps its links over a new start.

    Settings are read from and written to nowhere but the workspace. ``options`` are added to the command.
    """

    def __init__(self, root: Path, *options: str, curators: str = "ana,bo") -> None:
        self.root = root
        self.port = free_port()
        self.links: dict[str, str] = {}
        self.log = root.parent / "serve.log"
        self._kept = root.parent / "links"
        self._options = ("--curators", curators, "--links", str(self._kept), *options)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and read the links that it keeps."""
        starts = self._starts()
        command = [sys.executable, "-m", "annotator", "-w", str(self.root), "serve", "--port", str(self.port)]
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [*command, *self._options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(PYTHONUNBUFFERED="1"),
            )
        until(lambda: self._starts() > starts, "the server does not start")
        lines = self._kept.read_text(encoding="utf-8").splitlines()
        self.links = dict(line.split("\t") for line in lines if "\t" in line)

    def _starts(self) -> int:
        """Return how often it has said that it serves."""
        text = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        ended = self._process is not None and self._process.poll() is not None
        assert not ended, text
        return text.count("serving ")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def sessions(self) -> list[int]:
        """Return the ids of the programs that this server started and that still run."""
        return [pid for pid in descendants(self.pid) if "annotate" in command_of(pid)]

    def stop(self) -> None:
        """End it as ctrl+c does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE)
            self._process = None

    def kill(self) -> list[int]:
        """Kill it without warning; return the programs of its sessions."""
        assert self._process is not None
        sessions = self.sessions()
        self._process.kill()
        self._process.wait(PATIENCE)
        self._process = None
        return sessions


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        return int(trying.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """Return the ids of a process's children, and of theirs."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]
    except FileNotFoundError:
        return []
    return [*children, *(deeper for child in children for deeper in descendants(child))]


def command_of(pid: int) -> str:
    """Return the command line of a process, empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def runs(pid: int) -> bool:
    """Return whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(true: Callable[[], bool], otherwise: str, seconds: float = PATIENCE) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


def run(root: Path, *arguments: str) -> str:
    """Run a command of the program on a workspace; return what it wrote to standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "annotator", "-w", str(root), *arguments],
        capture_output=True, text=True, env=environment(), timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def has(program: str) -> bool:
    """Return whether this machine has a program, also where only an administrator looks for it."""
    return shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])) is not None
