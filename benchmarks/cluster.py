"""Suggesting in one process, with ``--jobs 2`` and with two Dask workers: the same layers, and what it costs.

python -m benchmarks.cluster [--documents N] [--models DIR] [--kill]

Articles are made of the samples' paragraphs, eighteen each and 560 words, about as many as the samples have, and
suggested for by the command line, each way on a workspace of its own.  Shown are words a second by the clock, and the
processor seconds of all processes of a way over those of one process.  On a machine with other work only the latter
mean something.  With ``--kill``, one of the two Dask workers is ended by SIGKILL in the middle.  Whatever the way, the
exported suggestions are the same, byte for byte.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.report import annotator, heading, line

REPOSITORY = Path(__file__).resolve().parent.parent
PARAGRAPHS = 18
KILLED_AT = 0.4
"""Where in its work a Dask worker is ended: after this part of the processor seconds that one process takes."""
JOBS_BUDGET = 1.18
"""Processor seconds of two jobs over those of one process: what makes them 1.7 times as quick on two idle cores."""


@dataclass(frozen=True)
class Run:
    """What one way took: seconds by the clock and of the processor; and the digest of what it suggested."""

    seconds: float
    processor: float
    digest: str


def main() -> int:
    """Measure and print; 1 when a figure is over its budget or a way suggests something else."""
    parser = argparse.ArgumentParser(description="suggesting in several processes")
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--models", type=Path, default=REPOSITORY / "models")
    parser.add_argument("--kill", action="store_true", help="end a Dask worker in the middle")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name) / "fresh"
        words = make_workspace(fresh, arguments.documents, arguments.models)
        heading(f"cluster: {arguments.documents:,} articles, {words:,} words")
        one = measured(fresh)
        two = measured(fresh, "--jobs", "2")
        killer = WorkerKiller(KILLED_AT * one.processor)
        dask = measured(fresh, "--cluster", "local:2", meanwhile=killer.watch if arguments.kill else None)
    for what, run in (("one process", one), ("--jobs 2", two), ("--cluster local:2", dask)):
        print(f"{what:<44}{words / run.seconds:9,.0f} words/s by the clock, {run.processor:.1f} s of the processor")
    within = line("--jobs 2: processor over one process", two.processor / one.processor, JOBS_BUDGET, "×")
    line("--jobs 2: quicker than one process", one.seconds / two.seconds, None, "×", f"of {os.cpu_count()} cores")
    line("two Dask workers: processor over one process", dask.processor / one.processor, None, "×")
    line("two Dask workers: quicker than one process", one.seconds / dask.seconds, None, "×")
    same = one.digest == two.digest == dask.digest
    print("the same suggestions, byte for byte" if same else "the suggestions DIFFER")
    if arguments.kill and not killer.killed:
        print("no worker was ended: all were done before; take more documents")
        return 1
    return 0 if within and same else 1


def make_workspace(folder: Path, documents: int, models: Path) -> int:
    """Make a workspace with articles of the samples' paragraphs; return how many words they have."""
    folder.mkdir()
    shutil.copy(REPOSITORY / "labels.yaml", folder)
    (folder / "models").symlink_to(models.resolve())
    paragraphs: dict[str, list[str]] = {"es": [], "en": []}
    for path in sorted((REPOSITORY / "seeds").glob("*.txt")):
        text = path.read_bytes().decode()
        paragraphs["en" if "U.S." in text else "es"] += [part for part in text.splitlines() if part.strip()]
    chosen = random.Random(16)
    words = 0
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
        for number in range(documents):
            lang = "en" if number % 5 == 4 else "es"
            text = "\n\n".join([*chosen.choices(paragraphs[lang], k=PARAGRAPHS), str(number)])
            words += len(text.split())
            file.write(json.dumps({"key": f"a{number:07}", "lang": lang, "text": text}, ensure_ascii=False) + "\n")
    subprocess.run(annotator("-w", str(folder), "ingest", str(folder / "articles.jsonl")), check=True)
    return words


def measured(fresh: Path, *options: str, meanwhile: Callable[[int], None] | None = None) -> Run:
    """Suggest in a copy of a workspace; ``meanwhile`` is called in a thread with the id of the process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "work"
        shutil.copytree(fresh, folder, symlinks=True)
        before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(annotator("-w", str(folder), "suggest", *options))
        if meanwhile is not None:
            threading.Thread(target=meanwhile, args=(process.pid,), daemon=True).start()
        if process.wait():
            raise SystemExit(f"suggest {' '.join(options)} failed")
        seconds, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        target = folder / "suggestions.jsonl"
        export = annotator("-w", str(folder), "export", "jsonl", "--layer", "suggestions", "-o", str(target))
        subprocess.run(export, check=True, stderr=subprocess.DEVNULL)
        return Run(seconds, processor, sha256(target.read_bytes()).hexdigest())


class WorkerKiller:
    """Ends a Dask worker as soon as one has used some ``seconds`` of the processor; ``killed`` is its process id."""

    def __init__(self, seconds: float) -> None:
        self.killed = 0
        self._seconds = seconds

    def watch(self, client: int) -> None:
        """Wait for such a worker among the children of a process, as long as that lives."""
        import psutil

        with suppress(psutil.NoSuchProcess):
            while not self.killed:
                time.sleep(0.1)
                for child in psutil.Process(client).children(recursive=True):
                    if child.cpu_times().user > self._seconds:
                        child.send_signal(signal.SIGKILL)
                        self.killed = child.pid
                        break
        if self.killed:
            print(f"worker {self.killed} was ended by SIGKILL after {self._seconds:.1f} seconds of work")


if __name__ == "__main__":
    sys.exit(main())
