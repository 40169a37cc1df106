"""Short news articles in their thousands: time, processor time and memory of every command, and size of the database.

python -m benchmarks.scale [--documents N …] [--only ingest,queue,…] [--models DIR] [--folder DIR]

The articles are made of the sentences of the samples, about 1.7 kB each; two curators finished a third of them, with
seven names marked in each.  Seconds are of the wall, then of the processor with all processes that a command started;
memory is that of its largest process.  What the queue does in this process is in milliseconds of the processor, but for
what is typed, which is seen in a terminal.  Words per second of suggesting are measured on some documents, and the time
for all of them is multiplied from that.  The temporary folder is removed at the end.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from annotator.workflow.desk import Desk, QueueFilter
from annotator.workflow.workspace import Workspace
from benchmarks.made_articles import made_article, write_articles, write_work
from benchmarks.queue import typing
from benchmarks.report import annotator, heading, line

REPOSITORY = Path(__file__).resolve().parent.parent
SUGGESTED = 300
"""Documents that suggesting is measured on."""
FINISHED = 1 / 3
"""The share of the documents that two curators have finished."""
RUNS = 9


class Cost(NamedTuple):
    """What a command took: seconds of the wall and of the processor, and the most memory, in MB."""

    seconds: float
    processor: float
    megabytes: float


class Corpus:
    """A workspace of ``count`` made articles, with what was measured of it."""

    def __init__(self, folder: Path, count: int, models: Path) -> None:
        self.folder = folder
        self.count = count
        self.models = models
        self.root = folder / "w"
        self.text_bytes = 0
        self.within = True
        subprocess.run(annotator("init", str(self.root)), check=True, stderr=subprocess.DEVNULL)

    def run(self, *arguments: object) -> Cost:
        """Run a command in the workspace to its end."""
        return run(annotator("-w", str(self.root), *map(str, arguments)))

    def show(self, what: str, cost: Cost, budget: Cost | None = None, note: str = "") -> None:
        """Print what a command took, each figure with its budget where it has one."""
        print(
            f"{what:<38}{cost.seconds:9.2f} s {cost.processor:9.2f} s CPU {cost.megabytes:7.0f} MB"
            f" {1e6 * cost.processor / self.count:9.1f} µs CPU a document{'  ' + note if note else ''}",
            flush=True,
        )
        for figure, most, unit in zip(cost, budget or (), ("s", "s CPU", "MB"), strict=False):
            if most:
                self.within &= line(f"  {what} in {unit}", figure, most, unit)

    def check(self, what: str, milliseconds: float, budget: float | None) -> None:
        """Print milliseconds with their budget."""
        self.within &= line(what, milliseconds, budget, "ms")
        sys.stdout.flush()


MEASURE = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs a command; a process starts with the memory of the one that starts it, so that must be a small one."""


def run(command: Sequence[str]) -> Cost:
    """Run a command and measure it with the processes that it started; a failure ends the benchmark."""
    process = subprocess.run([sys.executable, "-S", "-c", MEASURE, *command], check=False, capture_output=True)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: {process.stderr.decode()}")
    return Cost(*map(float, process.stdout.split()))


def ingest(corpus: Corpus) -> None:
    """Take all articles in from one JSONL file, then the same file again."""
    path = corpus.folder / "articles.jsonl"
    corpus.text_bytes = write_articles(path, corpus.count)
    budget = Cost(corpus.count / 5_000, 0, 150) if corpus.count >= 10_000 else None
    corpus.show("ingest", corpus.run("ingest", path), budget)
    corpus.show("ingest the same again", corpus.run("ingest", path))
    path.unlink()


def suggest(corpus: Corpus) -> None:
    """Suggest on some documents by rules, then by models, and multiply."""
    keys = [made_article(number).key for number in range(min(SUGGESTED, corpus.count))]
    words = sum(len(made_article(number).text.split()) for number in range(len(keys)))
    for how, models in (("rules", None), ("models", corpus.models)):
        if models is not None and not any(models.glob("*-core-*")):
            print(f"no models in {models}: suggesting by models left out")
            continue
        if models is not None:
            shutil.rmtree(corpus.root / "models", ignore_errors=True)
            (corpus.root / "models").symlink_to(models)
        cost = corpus.run("suggest", *keys)
        hours = cost.processor / len(keys) * corpus.count / 3600
        note = f"{words / cost.processor:,.0f} words/s of CPU, {hours:.2f} h for all"
        corpus.show(f"suggest by {how}, {len(keys)} documents", cost, note=note)


def curate(corpus: Corpus) -> None:
    """Assign all documents to two curators and import what they did on a third of them."""
    corpus.show("assign", corpus.run("assign", "--curators", "ana,bo", "--overlap", 2))
    path = corpus.folder / "work.jsonl"
    for curator, share in (("ana", 0.8), ("bo", 0.7)):
        documents = write_work(path, int(corpus.count * FINISHED), curator, share)
        cost = corpus.run("import", "prodigy", path, "--layer", f"curator:{curator}", "--as", curator)
        corpus.show(f"import {documents:,} documents of {curator}", cost)
        if curator == "ana":
            corpus.run("backup", corpus.folder / "before.db")
    path.unlink()


def queue(corpus: Corpus) -> None:
    """The queue of a curator in this process: pages, counts, searches, the next document."""
    workspace = Workspace(corpus.root)
    desk = Desk(workspace, "ana")
    desk.assigned_only = False
    found, every = desk.queue, QueueFilter()
    middle = made_article(corpus.count // 2).key
    corpus.check("a page of the queue", median(lambda: found.page(every, 100, corpus.count // 2)), 20)
    corpus.check("next document", median(lambda: desk.next_open(middle)), 10)
    corpus.check("open a document", median(lambda: desk.open(middle)), None)
    for words in ("Nota 77", "finanzas ilícitas", "México"):
        corpus.check(f"search “{words}”", median(lambda: found.search(QueueFilter(text=words), 100)), 200)  # noqa: B023
    workspace.close()
    seen, after = typing(corpus.root, "ana")
    corpus.check("a letter of a filter seen", seen, 20)
    corpus.check("found after the last letter", after, 200)


def status(corpus: Corpus) -> None:
    """Status for a curator and for whoever leads."""
    corpus.show("status", corpus.run("status", "--as", "ana"))
    corpus.show("status of who leads", corpus.run("status", "--as", "lea"))
    corpus.show("status --json", corpus.run("status", "--json", "--as", "lea"))


def agreement(corpus: Corpus) -> None:
    """Agreement of the two curators, the comments, and gold of what both agree on."""
    corpus.show("agreement", corpus.run("agreement", "--json"))
    corpus.show("comments", corpus.run("comments", "--as", "lea"))
    corpus.show("adjudicate --auto", corpus.run("adjudicate", "--auto", "--as", "lea"))
    corpus.show("feedback --all", corpus.run("feedback", "--all", "--as", "lea"))


def export(corpus: Corpus) -> None:
    """Export a curator's work, then gold."""
    path = corpus.folder / "out.jsonl"
    corpus.show("export a curator's third", corpus.run("export", "jsonl", "--layer", "curator:ana", "-o", path))
    corpus.show("export gold", corpus.run("export", "jsonl", "-o", path, "--force"))


def backup(corpus: Corpus) -> None:
    """Copy the database, and say how big it is."""
    corpus.show("backup", corpus.run("backup", corpus.folder / "backup.db"))
    size = (corpus.folder / "backup.db").stat().st_size
    (corpus.folder / "backup.db").unlink()
    times = f", {size / corpus.text_bytes:.1f} times the text" if corpus.text_bytes else ""
    print(f"{'database':<38}{size / 1e6:9.1f} MB, {size / corpus.count / 1000:.2f} kB a document{times}")


def doctor(corpus: Corpus) -> None:
    """Check the database."""
    corpus.show("doctor", corpus.run("doctor"))


def merge(corpus: Corpus) -> None:
    """Take the work of one curator over into a copy of the database from before they worked."""
    other = corpus.folder / "other"
    shutil.copytree(corpus.root, other, ignore=shutil.ignore_patterns("db", "models"))
    (other / "db").mkdir()
    shutil.move(corpus.folder / "before.db", other / "db" / "annotator.db")
    corpus.show("merge", run(annotator("-w", str(other), "merge", str(corpus.root), "--no-limits")))
    shutil.rmtree(other)


def remove(corpus: Corpus) -> None:
    """Take a hundred documents out, bring them back, and read one's history."""
    keys = [made_article(number).key for number in range(min(100, corpus.count // 10))]
    corpus.show("remove 100 documents", corpus.run("remove", *keys, "--as", "lea", "--yes"))
    corpus.show("history", corpus.run("history", made_article(corpus.count - 1).key, "--as", "lea"))


STEPS: dict[str, Callable[[Corpus], None]] = {
    step.__name__: step
    for step in (ingest, suggest, curate, queue, status, agreement, export, backup, doctor, merge, remove)
}


def median(action: Callable[[], object]) -> float:
    """Return the median milliseconds of the processor of an action, after one warm-up."""
    times = []
    for number in range(RUNS + 1):
        start = time.process_time()
        action()
        if number:
            times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def corpora(arguments: argparse.Namespace) -> Iterator[Corpus]:
    """Yield an empty workspace for each size."""
    for count in arguments.documents:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            yield Corpus(Path(folder), count, arguments.models.resolve())


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="every command at some sizes")
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(STEPS), help="of " + ",".join(STEPS))
    parser.add_argument("--models", type=Path, default=REPOSITORY / "models")
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    arguments = parser.parse_args()
    within = True
    for corpus in corpora(arguments):
        heading(f"\n{corpus.count:,} documents")
        for name in arguments.only:
            STEPS[name](corpus)
        within &= corpus.within
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
