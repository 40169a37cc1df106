"""Assigning 100,000 documents to three curators, two each: how long the write lock is held at a time, and memory.

python -m benchmarks.assign [--documents N]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.store import Store, Writer
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.workspace import Workspace
from benchmarks.labels import LABELS, fill
from benchmarks.report import heading, line

BUDGET = 1.0
"""Seconds of processor time for which the lock may be held."""
MOST_MB = 400


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=100_000)
    count = parser.parse_args().documents
    heading(f"assign, {count:,} documents, two of three curators each")
    held: list[float] = []
    write = Store.write

    @contextmanager
    def timed(store: Store, *, dry_run: bool = False) -> Iterator[Writer]:
        with write(store, dry_run=dry_run) as writer:
            start = time.process_time()
            yield writer
            held.append(time.process_time() - start)

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "labels.yaml").write_text(LABELS, encoding="utf-8")
        workspace = Workspace(Path(folder))
        fill(workspace, count)
        Store.write = timed  # type: ignore[assignment,method-assign]
        start = time.process_time()
        assign(workspace, "lead", ["ana", "bo", "carla"], overlap=2, blind=0.1)
        taken = time.process_time() - start
        workspace.close()
    line("assign", taken, None, "s", f"of processor time, {len(held)} transactions")
    within = line("the lock held longest", max(held), BUDGET, "s", "of processor time")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return 0 if within & line("peak memory", memory, MOST_MB, "MB", "with the making of the documents") else 1


if __name__ == "__main__":
    raise SystemExit(main())
