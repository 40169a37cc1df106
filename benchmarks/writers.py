"""Processes that write to one database at the same time: errors, lost events, and how long a write takes.

python -m benchmarks.writers [--seconds S] [--pause MS]

Every process is a curator who labels, undoes and redoes on a document of their own, as fast as the database takes it;
with ``--pause`` they think in between, as people do.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from annotator.history import LayerName
from annotator.store import examine
from annotator.workflow.workspace import Workspace
from benchmarks.report import annotator, heading, line

COUNTS = (1, 4, 16, 32)
BUDGET_MS = 100


def curate(root: Path, curator: str, key: str, seconds: float, pause: float) -> None:
    """Work on a document for some seconds; print how many steps were acknowledged, errors, and each step's time."""
    from annotator.workflow.desk import Desk

    session = Desk(Workspace(root), curator).open(key)
    tokens = session.document.tokens
    steps = [lambda: session.add(*tokens[0], "PERSON"), session.undo, session.redo, session.undo]
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.perf_counter() + seconds
    times: list[float] = []
    errors = 0
    while (now := time.perf_counter()) < end:
        try:
            steps[len(times) % len(steps)]()
        except Exception as error:  # noqa: BLE001 - every error counts
            errors += 1
            print(error, file=sys.stderr)
            break
        times.append(time.perf_counter() - now)
        time.sleep(pause)
    print(len(times), errors, *(f"{1000 * t:.3f}" for t in times))


def together(root: Path, count: int, seconds: float, pause: float) -> tuple[int, int, list[float]]:
    """Let so many processes write at once; return steps acknowledged, errors, and milliseconds a step."""
    command = [sys.executable, "-m", "benchmarks.writers", "--one", str(root)]
    processes = [
        subprocess.Popen(
            [*command, f"c{number}", f"d{number:02}", str(seconds), str(pause)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    done = errors = 0
    times: list[float] = []
    for process in processes:
        out, _ = process.communicate(timeout=seconds + 120)
        steps, wrong, *each = out.split()
        done, errors = done + int(steps), errors + int(wrong)
        times += map(float, each)
    return done, errors, times


def measure(base: Path, folder: Path, count: int, seconds: float, pause: float) -> bool:
    """Measure a number of processes on a fresh copy of the workspace; print, and return whether it was within."""
    root = Path(shutil.copytree(base, folder / f"w{count}"))
    start = time.perf_counter()
    done, errors, times = together(root, count, seconds, pause)
    taken = time.perf_counter() - start
    workspace = Workspace(root)
    kept = 0
    for number in range(count):
        info = workspace.store.layer(LayerName(f"d{number:02}", f"curator:c{number}"))
        kept += info.length if info is not None else 0
    findings = len(list(examine(workspace.store)))
    workspace.close()
    times.sort()
    note = f"{done} steps, {done / taken:.0f}/s"
    print(f"\n{count} processes")
    within = [
        line("  errors", errors, None, "") and errors == 0,
        line("  acknowledged but not in history", done - kept, None, "") and done == kept,
        line("  findings of the doctor", findings, None, "") and findings == 0,
        line("  a write, median", statistics.median(times), None, "ms", note),
        line("  a write, 99 of 100", times[int(0.99 * len(times))], BUDGET_MS, "ms"),
    ]
    line("  a write, longest", times[-1], None, "ms")
    return all(within)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--pause", type=float, default=0.0, metavar="MS")
    parser.add_argument("--one", nargs=5, metavar=("ROOT", "CURATOR", "DOC", "SECONDS", "PAUSE"))
    options = parser.parse_args()
    if options.one:
        root, curator, key, seconds, pause = options.one
        curate(Path(root), curator, key, float(seconds), float(pause))
        return 0
    heading(f"writers, {options.seconds:g} seconds each, {options.pause:g} ms between two steps")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base"
        subprocess.run(annotator("init", str(base)), check=True, stderr=subprocess.DEVNULL)
        for number in range(max(COUNTS)):
            (base / "seeds" / f"d{number:02}.txt").write_text("Luis Paz volvió a México. " * 20, encoding="utf-8")
        subprocess.run(annotator("-w", str(base), "ingest"), check=True, stderr=subprocess.DEVNULL)
        within = [measure(base, Path(folder), n, options.seconds, options.pause / 1000) for n in COUNTS]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
