"""A workbench in a pseudo-terminal, and what it asked of that terminal."""

from __future__ import annotations

import os
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.processes import PATIENCE, environment
from tests.workspaces import Bench
from tools.terminal import Terminal

MODES = {1049: "another screen", 1000: "mouse", 1003: "mouse", 1006: "mouse", 1004: "focus", 2004: "pasting"}


class Watched(Terminal):
    """A terminal that knows what was written to it, and in what modes it is."""

    def __init__(self, bench: Bench, *program: str, options: tuple[str, ...] = ()) -> None:
        command = program or ("-m", "annotator")
        self.bytes = ""
        super().__init__(
            [sys.executable, *command, "-w", str(bench.workspace.root), "annotate", "nota", "--as", "ana", *options],
            env={name: value for name, value in environment().items() if name not in ("COLUMNS", "LINES")},
            timeout=PATIENCE,
        )
        feed = self._stream.feed
        self.before = self.modes()

        def watch(text: str) -> None:
            self.bytes += text
            feed(text)

        self._stream.feed = watch  # type: ignore[method-assign, assignment]

    def modes(self) -> list[Any]:
        return termios.tcgetattr(self._fd)

    def asked(self) -> set[str]:
        """Return what is asked of the terminal and was not taken back."""
        left = {what for mode, what in MODES.items() if self.last(f"\x1b[?{mode}h") > self.last(f"\x1b[?{mode}l")}
        return left | ({"no cursor"} if self.last("\x1b[?25l") > self.last("\x1b[?25h") else set())

    def last(self, sequence: str) -> int:
        return self.bytes.rfind(sequence)

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, self.text()
            self.read(0.02)

    def state(self) -> str:
        """Return the state of the process: R running, S sleeping, T stopped …"""
        return Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]

    def ended(self) -> int:
        """Return how it ended, with all that it wrote taken in."""
        self.until(lambda: os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
        while self.read(0.05):
            pass
        assert self.modes() == self.before
        return self.close()


def begin(terminal: Watched) -> None:
    terminal.wait("nota")
    terminal.wait("done ·")
    terminal.settle(0.3)
    assert terminal.asked() >= {"another screen", "mouse", "no cursor", "pasting"}
    assert terminal.modes() != terminal.before
