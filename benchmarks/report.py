"""How every benchmark prints what it measured."""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence


def heading(what: str) -> None:
    """Say what is measured, and on what."""
    print(f"{what}\nPython {platform.python_version()}, {platform.system()} {platform.machine()}\n")


def line(what: str, figure: float, budget: float | None, unit: str, note: str = "") -> bool:
    """Print a figure with its budget and ratio; return whether it is within."""
    ratio = f"  budget {budget:g} {unit}  ratio {figure / budget:.2f}" if budget else ""
    print(f"{what:<44}{figure:9.3f} {unit}{ratio}{'  ' + note if note else ''}")
    return budget is None or figure <= budget


def wall(command: Sequence[str], runs: int = 7) -> float:
    """Return the median wall time of a command, in seconds, after one warm-up."""
    times = []
    for run in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if run:
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def annotator(*arguments: str) -> list[str]:
    """Return the command line of this checkout's annotator."""
    return [sys.executable, "-m", "annotator", *arguments]
