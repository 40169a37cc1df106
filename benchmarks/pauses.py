"""What a step costs by how long no key was pressed before it: other programs use the processor's caches meanwhile.

    python -m benchmarks.pauses

A step of a session (80 kB, 900 suggestions: accepted, and taken back) without the screen, and beside it, after the
same pauses, a row that bare ``sqlite3`` puts into a table with one index and commits just as durably.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.workspace import Workspace
from benchmarks.keys import SIZES, article, workspace_with
from benchmarks.report import heading, line

PAUSES = (0.005, 0.06, 0.3)
"""Seconds: keys of a script, of somebody in a hurry, and of somebody who reads."""
RUNS = 40


def after(pause: float, step: Callable[[], object]) -> float:
    """Return how many milliseconds a step takes after a pause."""
    time.sleep(pause)
    start = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - start)


def bare(path: Path) -> Callable[[], object]:
    """Return what puts a row into a table of a database of its own."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE row (id INTEGER PRIMARY KEY, value UNIQUE)"
    )
    numbers = iter(range(1_000_000))
    return lambda: connection.execute("INSERT INTO row (value) VALUES (?)", (f"value {next(numbers)}",))


def main() -> int:
    """Measure and print."""
    heading("a step after a pause, median")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(workspace_with(Path(folder), article(SIZES["80 kB"])))
        document = workspace.store.document("text")
        assert document is not None
        session = AnnotationSession(workspace.store, workspace.scheme, "ana", document)
        insert = bare(Path(folder) / "bare.db")
        gc.freeze()
        gc.disable()
        for pause in PAUSES:
            steps, rows = [], []
            for _ in range(RUNS):
                suggestion = session.layer.order.pending[0].id
                steps.append(after(pause, lambda suggestion=suggestion: session.accept(suggestion)))  # type: ignore[misc]
                session.undo()
                rows.append(after(pause, insert))
            line(f"accept, {1000 * pause:g} ms after the step before", statistics.median(steps), None, "ms")
            line("  a row put in by bare sqlite3", statistics.median(rows), None, "ms")
        workspace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
