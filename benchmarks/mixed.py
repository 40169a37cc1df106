"""Curators at work while a lead imports, compares, exports, merges and backs up: how long their steps take.

python -m benchmarks.mixed [--seconds S] [--sessions N] [--documents N]

Beside it, in the same run but without the commands: as many processes that append a row to an empty database.

Every session labels, undoes and redoes on a document of its own, as fast as the database takes it.  Meanwhile commands
run one after the other, over and over: an import of new documents with spans, the agreement, an export of gold's
format, a merge of another database, a backup.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from annotator.history import LayerName
from annotator.store import check_database
from annotator.workflow.desk import Desk
from annotator.workflow.workspace import Workspace
from benchmarks.report import annotator, heading, line
from benchmarks.writers import TEXT, Writers, bare, beside, prepared, quantile

BUDGET_MS = 100
STALL_MS = 1000
OTHERS = 4
"""Databases of other curators, which are merged in turn."""

Lap = tuple[str, float, float]
"""A command, and when it began and ended (``time.time``)."""


def write_import(path: Path, name: str, count: int) -> None:
    """Write documents with five spans each, as this program exports them."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = f"Documento {name} {number}. " + TEXT
            at = [text.index("Luis Paz", 50 * i) for i in range(5)]
            spans = [{"start": start, "end": start + 8, "label": "PERSON"} for start in dict.fromkeys(at)]
            record = {"id": f"{name}-{number:05}", "text": text, "lang": "es", "spans": spans, "relations": []}
            file.write(json.dumps(record | {"answer": "accept"}, ensure_ascii=False) + "\n")


def others(base: Path, folder: Path) -> list[Path]:
    """Return copies of a workspace in which other curators worked apart."""
    found = []
    for number in range(OTHERS):
        place = Path(shutil.copytree(base, folder / f"other{number}"))
        workspace = Workspace(place)
        keys = workspace.store.document_keys()
        for key in keys[:20]:
            session = Desk(workspace, f"apart{number}").open(key)
            session.add(*session.document.tokens[0], "PERSON")
            session.finish()
        workspace.close()
        found.append(place)
    return found


def lead(root: Path, folder: Path, apart: list[Path], documents: int, until: float) -> list[Lap]:
    """Run commands one after the other until a moment; return when each ran."""
    laps: list[Lap] = []
    for number in range(10_000):
        file = folder / f"n{number}.jsonl"  # whose name the new documents go by
        write_import(file, f"n{number}", documents)
        (folder / "backup.db").unlink(missing_ok=True)
        for verb, *rest in (
            ["import", "prodigy", str(file), "--layer", f"curator:in{number % 3}"],
            ["agreement", "--format", "json", "--layers", "curator:apart0,curator:apart1"],
            ["export", "jsonl", "--layer", "curator:apart0", "-o", str(folder / "out.jsonl")],
            ["merge", str(apart[number % OTHERS])],
            ["backup", str(folder / "backup.db")],
        ):
            begun = time.time()
            if begun > until:
                return laps
            done = subprocess.run(annotator("-w", str(root), verb, *rest), check=False, capture_output=True, text=True)
            if done.returncode and number >= OTHERS:  # before all are merged, there is less to compare
                print(f"{verb}: {done.stderr.strip()}", file=sys.stderr)
            laps.append((verb, begun, time.time()))
        file.unlink()
    return laps


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--documents", type=int, default=250, help="in each import")
    parser.add_argument("--pause", type=float, default=0.0, metavar="MS", help="between two steps of a session")
    options = parser.parse_args()
    heading(
        f"mixed load: {options.sessions} sessions for {options.seconds:g} s, imports of {options.documents} documents;"
        f" load of the machine before {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        least = bare(folder, options.sessions, min(10.0, options.seconds), options.pause / 1000)
        root = prepared(folder, max(options.sessions, 20))
        apart = others(root, folder)
        with Writers(root, options.sessions, options.seconds, options.pause / 1000) as writers:
            writers.go()
            laps = lead(root, folder, apart, options.documents, time.time() + options.seconds)
            steps, errors = writers.steps()
        workspace = Workspace(root)
        kept = 0
        for number in range(options.sessions):
            info = workspace.store.layer(LayerName(f"d{number:02}", f"curator:c{number}"))
            kept += info.length if info is not None else 0
        findings = len(list(check_database(workspace.store)))
        size = workspace.database_path.stat().st_size / 1e6
        workspace.close()
    times = sorted(taken for _, taken in steps)
    within = [
        line("errors", errors, None, "") and errors == 0,
        line("acknowledged but not in history", len(steps) - kept, None, "") and len(steps) == kept,
        line("findings of the doctor", findings, None, "") and findings == 0,
        line("a step, median", statistics.median(times), None, "ms", f"{len(times)} steps, database {size:.0f} MB"),
        line("a step, 99 of 100", quantile(times, 0.99), BUDGET_MS, "ms", beside(times, least, 0.99)),
        line("a step, longest", times[-1], STALL_MS, "ms", beside(times, least, 1)),
    ]
    tell(laps, steps)
    return 0 if all(within) else 1


def tell(laps: list[Lap], steps: list[tuple[float, float]]) -> None:
    """Print how steps fared that fell into each command."""
    during: defaultdict[str, list[float]] = defaultdict(list)
    counts: defaultdict[str, list[float]] = defaultdict(list)
    for verb, begun, ended in laps:
        counts[verb].append(ended - begun)
        during[verb] += [taken for at, taken in steps if begun <= at <= ended]
    print()
    for verb, found in during.items():
        if found:
            found.sort()
            line(f"  during {verb}: 99 of 100", quantile(found, 0.99), None, "ms",
                 f"longest {found[-1]:.0f} ms; ran {len(counts[verb])} times,"
                 f" {statistics.median(counts[verb]):.2f} s each")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
