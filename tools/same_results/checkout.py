"""One checkout of the program, driven from outside: by its command line and by keys in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.terminal import Terminal

SECONDS = 600
ANSWER, QUIET = 1.5, 0.3
"""Seconds to wait for the first effect of a key on the screen, and for a further one."""


@dataclass(frozen=True)
class Ran:
    """What one command did: its exit status and what it wrote."""

    status: int
    stdout: bytes
    stderr: str


@dataclass(frozen=True)
class Checkout:
    """A folder with the source of the program; the interpreter and its packages are those of this process."""

    name: str
    source: Path

    def environment(self) -> Mapping[str, str]:
        """Return variables under which ``python -m annotator`` runs this checkout, with none of a person's settings."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANNOTATOR_")}
        return {
            **inherited,
            "PYTHONPATH": str(self.source),
            "ANNOTATOR_CURATOR": "lead",
            "ANNOTATOR_SETTINGS": os.devnull,
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    def run(self, folder: Path, *arguments: str) -> Ran:
        """Run a command in a folder."""
        done = self._python(folder, "-m", "annotator", *arguments)
        return Ran(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))

    def evaluate(self, script: str) -> str:
        """Run a script that may import this checkout, and return what it printed. Raises when the script fails."""
        done = self._python(self.source, "-c", script)
        done.check_returncode()
        return done.stdout.decode()

    def press(self, folder: Path, arguments: tuple[str, ...], keys: tuple[str, ...]) -> list[str]:
        """Open the workbench, press keys one by one, quit, and return the screen after each key.

        A key is given by its name (see :mod:`tools.terminal`) or as the text that is typed.
        """
        command = [sys.executable, "-m", "annotator", *arguments]
        variables = {name: value for name, value in self.environment().items() if name != "COLUMNS"}
        terminal = Terminal(command, columns=110, lines=32, cwd=folder, env=variables, timeout=60)
        terminal.wait(lambda text: text.strip() != "")
        screens = [terminal.settle(1.0)]
        for key in keys:
            terminal.press(key)
            terminal.time_of_response(ANSWER, QUIET)
            screens.append(terminal.text())
        terminal.press("ctrl+q")
        terminal.close()
        return screens

    def _python(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=folder,
            env=dict(self.environment()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
