"""Packages that only some users need: what to run, in this very installation, where they are not there.

The commands name the packages and not this program, so that no installer looks for it anywhere.
"""

from __future__ import annotations

import re
import shlex
import sys
from importlib.metadata import PackageNotFoundError, requires
from importlib.util import find_spec
from pathlib import Path


def missing(what: str, extra: str) -> tuple[str, str]:
    """Say that ``what`` needs the packages of an extra, and how they get there: message and hint of an error."""
    return f"{what} needs packages that are not installed", f"run: {install_command(extra)}"


def install_command(extra: str) -> str:
    """What installs the packages of an extra here: by pipx, by uv or by pip, as this program was installed."""
    packages = _packages(extra)
    environment = Path(sys.prefix)
    if (environment / "pipx_metadata.json").is_file():
        return shlex.join(["pipx", "inject", environment.name, *packages])
    if find_spec("pip") is None:
        return shlex.join(["uv", "pip", "install", "--python", sys.executable, *packages])
    return shlex.join([sys.executable, "-m", "pip", "install", *packages])


def _packages(extra: str) -> list[str]:
    """What an extra requires, as our own metadata have it."""
    try:
        required = requires("annotator") or []
    except PackageNotFoundError:  # a source tree that is not installed
        required = []
    marker = re.compile(rf"""\bextra\s*==\s*['"]{re.escape(extra)}['"]""")
    named = [line.partition(";")[0].strip() for line in required if marker.search(line)]
    return named or [f"annotator[{extra}]"]
