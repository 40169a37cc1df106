"""Environments of their own for programs: made once, with pinned packages, and scripts run in them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).resolve().parent / "inside"
"""The scripts that run in the programs' environments, and import nothing of ours."""
INSTALLING, RUNNING = 5400, 600
"""The most seconds that an installation and one run of a script may take."""


class InteropError(Exception):
    """A program did not install, did not start or failed; the message is one line for the table."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment of one program, by its folder."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def install(self, packages: Sequence[str]) -> None:
        """Make the environment hold these packages, unless it does already."""
        marker = self.folder / ".packages"
        wanted = "\n".join(packages)
        if marker.is_file() and marker.read_text(encoding="utf-8") == wanted:
            return
        print(f"installing {', '.join(packages)}", file=sys.stderr)
        if not self.python.exists():
            run([sys.executable, "-m", "venv", str(self.folder)], INSTALLING)
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        run(["nice", *pip, *packages], INSTALLING)
        marker.write_text(wanted, encoding="utf-8")

    def version(self, package: str) -> str:
        """Return the version of a package that is installed here."""
        code = f"from importlib.metadata import version; print(version({package!r}))"
        return run([str(self.python), "-I", "-c", code], RUNNING).strip()

    def script(self, name: str, *arguments: str | Path, variables: Mapping[str, str] | None = None) -> str:
        """Run one of the scripts of ``inside/``, and return what it printed."""
        command = [str(self.python), "-I", str(INSIDE / name), *map(str, arguments)]
        return run(command, RUNNING, variables=variables)


def run(
    command: Sequence[str], seconds: float, *, folder: Path | None = None, variables: Mapping[str, str] | None = None
) -> str:
    """Run a command and return its standard output; :class:`InteropError` holds the last line of one that fails."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InteropError(f"took longer than {seconds:.0f} seconds") from error
    if done.returncode:
        lines = [line.strip() for line in (done.stderr.strip() or done.stdout.strip()).splitlines() if line.strip()]
        raise InteropError(lines[-1] if lines else f"ended with status {done.returncode}")
    return done.stdout
