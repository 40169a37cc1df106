"""Processes that write to one database at the same time: errors, lost events, and how long a write takes.

python -m benchmarks.writers [--seconds S] [--pause MS] [--processes N …]

Every process is a curator who labels, undoes and redoes on a document of their own, as fast as the database takes it;
with ``--pause`` they think in between, as people do.  Beside it, in the same run: as many processes that only append a
row of an event's size to an empty SQLite database as durably, which is the least that any of it could take.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from annotator.history import LayerName
from annotator.store import check_database
from annotator.workflow.workspace import Workspace
from benchmarks.report import annotator, heading, line

COUNTS = (1, 8, 32, 64)
BUDGET_MS = 250
TEXT = "Luis Paz volvió a México. " * 20
ROW = "x" * 600
BARE = "bare"

Step = tuple[float, float]
"""When a step ended (``time.time``), and the milliseconds that it took."""


def curate(root: Path, curator: str, key: str) -> list[Callable[[], object]]:
    """Return the steps of a curator who works on a document, to be done over and over."""
    from annotator.workflow.desk import Desk

    session = Desk(Workspace(root), curator).open(key)
    tokens = session.document.tokens
    return [lambda: session.add(*tokens[0], "PERSON"), session.undo, session.redo, session.undo]


def append(path: Path) -> list[Callable[[], object]]:
    """Return what appends a row to a database, durably, and nothing else."""
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")

    def add() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO event (ops) VALUES (?)", (ROW,))
        connection.execute("COMMIT")

    return [add]


def work(steps: Sequence[Callable[[], object]], seconds: float, pause: float) -> None:
    """Do steps for some seconds once told to; print when each ended, what it took, and the errors there were."""
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.perf_counter() + seconds
    done: list[Step] = []
    errors = 0
    while (begun := time.perf_counter()) < end:
        try:
            steps[len(done) % len(steps)]()
        except Exception as error:  # noqa: BLE001 - every error counts
            errors += 1
            print(error, file=sys.stderr)
            break
        done.append((time.time(), 1000 * (time.perf_counter() - begun)))
        time.sleep(pause)
    print(json.dumps([done, errors]), flush=True)
    sys.stdin.readline()  # who ends now would disturb those that still write


class Writers:
    """Processes that are ready to write, and write once they are told to."""

    def __init__(self, root: Path, count: int, seconds: float, pause: float, *, bare: bool = False) -> None:
        command = [sys.executable, "-m", "benchmarks.writers", "--one", str(root)]
        self._stack = ExitStack()
        self._processes = [
            self._stack.enter_context(
                subprocess.Popen(
                    [*command, BARE if bare else f"c{number}", f"d{number:02}", str(seconds), str(pause)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for number in range(count)
        ]
        for process in self._processes:
            self._stack.callback(process.kill)
            assert process.stdout is not None
            process.stdout.readline()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def go(self) -> None:
        """Let them begin."""
        self._tell()

    def steps(self) -> tuple[list[Step], int]:
        """Wait until all are through; return their steps, and how many errors there were."""
        said = []
        for process in self._processes:
            assert process.stdout is not None
            said.append(json.loads(process.stdout.readline()))
        self._tell()
        for process in self._processes:
            process.wait(60)
        return [(at, taken) for done, _ in said for at, taken in done], sum(errors for _, errors in said)

    def _tell(self) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()


def prepared(folder: Path, count: int) -> Path:
    """Return a new workspace with so many documents."""
    base = folder / "base"
    subprocess.run(annotator("init", str(base)), check=True, stderr=subprocess.DEVNULL)
    for number in range(count):
        (base / "seeds" / f"d{number:02}.txt").write_text(TEXT, encoding="utf-8")
    subprocess.run(annotator("-w", str(base), "ingest"), check=True, stderr=subprocess.DEVNULL)
    return base


def quantile(ordered: Sequence[float], part: float) -> float:
    """Return the value below which a part of them lies."""
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def measure(base: Path, folder: Path, count: int, seconds: float, pause: float) -> bool:
    """Measure a number of processes on a fresh copy of the workspace; print, and return whether it was within."""
    print(f"\n{count} processes, load of the machine before {os.getloadavg()[0]:.1f}")
    floor = bare(folder, count, seconds, pause)
    root = Path(shutil.copytree(base, folder / f"w{count}"))
    with Writers(root, count, seconds, pause) as writers:
        writers.go()
        steps, errors = writers.steps()
    workspace = Workspace(root)
    kept = 0
    for number in range(count):
        info = workspace.store.layer(LayerName(f"d{number:02}", f"curator:c{number}"))
        kept += info.length if info is not None else 0
    findings = len(list(check_database(workspace.store)))
    workspace.close()
    times = sorted(taken for _, taken in steps)
    within = [
        line("  errors", errors, None, "") and errors == 0,
        line("  acknowledged but not in history", len(steps) - kept, None, "") and len(steps) == kept,
        line("  findings of the doctor", findings, None, "") and findings == 0,
        line("  a step, median", statistics.median(times), None, "ms", f"{len(steps) / seconds:.0f}/s"),
        line("  a step, 99 of 100", quantile(times, 0.99), BUDGET_MS, "ms", beside(times, floor, 0.99)),
    ]
    line("  a step, longest", times[-1], None, "ms", beside(times, floor, 1))
    return all(within)


def beside(times: Sequence[float], floor: Sequence[float], part: float) -> str:
    """Say what the same was for bare appends."""
    least = quantile(floor, part)
    return f"bare appends {least:.1f} ms, ratio {quantile(times, part) / least:.2f}"


def bare(folder: Path, count: int, seconds: float, pause: float) -> list[float]:
    """Return the milliseconds of bare appends by as many processes, in order."""
    path = folder / f"bare{count}.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, ops TEXT)")
    connection.close()
    with Writers(path, count, seconds, pause, bare=True) as writers:
        writers.go()
        steps, _ = writers.steps()
    times = sorted(taken for _, taken in steps)
    line("  a bare append, median", statistics.median(times), None, "ms", f"{len(steps) / seconds:.0f}/s")
    return times


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--pause", type=float, default=0.0, metavar="MS")
    parser.add_argument("--processes", type=int, nargs="+", default=COUNTS, metavar="N")
    parser.add_argument("--one", nargs=5, metavar=("ROOT", "CURATOR", "DOC", "SECONDS", "PAUSE"))
    options = parser.parse_args()
    if options.one:
        root, curator, key, seconds, pause = options.one
        work(append(Path(root)) if curator == BARE else curate(Path(root), curator, key), float(seconds), float(pause))
        return 0
    heading(f"writers, {options.seconds:g} seconds each, {options.pause:g} ms between two steps")
    with tempfile.TemporaryDirectory() as folder:
        base = prepared(Path(folder), max(options.processes))
        within = [measure(base, Path(folder), n, options.seconds, options.pause / 1000) for n in options.processes]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
