"""Ingesting made news articles of 1.7 kB: articles a second, processor time and peak memory, beside a bare floor.

python -m benchmarks.ingest [--articles N]

The command runs in a process of its own, on a new workspace; its figures count the start of Python and the processes
that segment.  The floor is what bare ``json`` and ``sqlite3`` take to put the same texts into a table and an index for
searching, in one process, and what our rules take to find languages, tokens and sentences, in another.  Where the
machine is not quiet, compare processor times and the lines of one run: a rate by the clock says little then.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from annotator.cli.main import main as annotator_main
from annotator.corpus import Article, build_documents
from annotator.tuning import collector_paused
from benchmarks.formats import peak_memory
from benchmarks.made_articles import write_articles
from benchmarks.report import heading, line

RATE_BUDGET, MEMORY_BUDGET = 5_000, 150
PROCESSOR_BUDGET = 0.4
"""Milliseconds for an article, on two cores together."""
SCHEME = "languages: [es, en]\nentities: {PERSON: {key: 1}}\nrelations: {}\n"


class Measured(NamedTuple):
    """Wall seconds, processor seconds with those of children, peak megabytes of the process and its largest child."""

    wall: float
    cpu: float
    memory: float
    child: float


def in_a_process(*arguments: str) -> Measured:
    """Run this module in a process of its own, and return what it measured there, by the clock of here."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.ingest", "child", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    wall = time.perf_counter() - start
    return Measured(wall, *json.loads(done.stdout.splitlines()[-1]))


def child(kind: str, *arguments: str) -> int:
    """Ingest, or do what the floor does, and print what it took."""
    if kind == "floor":
        floor(Path(arguments[0]), Path(arguments[1]))
    elif kind == "segment":
        segment(Path(arguments[0]))
    elif annotator_main(arguments):
        return 1
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    print(json.dumps([cpu, peak_memory(), others.ru_maxrss / 1024]))
    return 0


def floor(path: Path, database: Path) -> None:
    """Put the texts of a JSONL file into a table that can be searched."""
    with closing(sqlite3.connect(database)) as connection, path.open(encoding="utf-8") as lines:
        connection.executescript(
            "PRAGMA journal_mode = WAL; CREATE TABLE text (id INTEGER PRIMARY KEY, key TEXT, content TEXT);"
            "CREATE VIRTUAL TABLE search USING fts5 (content, content = 'text', content_rowid = 'id',"
            " tokenize = 'unicode61 remove_diacritics 2');"
        )
        with connection:
            for number, row in enumerate(map(json.loads, lines), 1):
                connection.execute("INSERT INTO text VALUES (?, ?, ?)", (number, row["id"], row["text"]))
                connection.execute("INSERT INTO search (rowid, content) VALUES (?, ?)", (number, row["text"]))


def segment(path: Path) -> None:
    """Find languages, tokens and sentences of the texts of a JSONL file, and pack them."""
    with collector_paused(), path.open(encoding="utf-8") as lines:
        while some := list(map(json.loads, islice(lines, 256))):
            articles = [Article(row["id"], row["text"], row["title"]) for row in some]
            for document in build_documents(articles, ("es", "en")):
                document.tokens.pack()
                document.sentences.pack()


def main() -> int:
    """Measure and print."""
    if sys.argv[1:2] == ["child"]:
        return child(*sys.argv[2:])
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=20_000)
    count = parser.parse_args().articles
    heading(f"ingest, {count:,} made articles")
    with tempfile.TemporaryDirectory() as temporary:
        path, workspace = Path(temporary, "articles.jsonl"), Path(temporary, "workspace")
        write_articles(path, count)
        workspace.mkdir()
        (workspace / "labels.yaml").write_text(SCHEME, encoding="utf-8")
        bare = in_a_process("floor", str(path), str(Path(temporary, "floor.db")))
        segmented = in_a_process("segment", str(path))
        done = in_a_process("ingest", "-w", str(workspace), "ingest", str(path))
        again = in_a_process("ingest", "-w", str(workspace), "ingest", str(path))
    within = [
        line("processor time for an article", 1000 * done.cpu / count, PROCESSOR_BUDGET, "ms"),
        line("peak memory", done.memory, MEMORY_BUDGET, "MB", f"the process that segments: {done.child:.0f} MB"),
    ]
    rate = count / done.wall
    print(f"{'articles a second':<44}{rate:9.0f}    at least {RATE_BUDGET:,}  ratio {rate / RATE_BUDGET:.2f}")
    line("the same again: processor time for an article", 1000 * again.cpu / count, None, "ms")
    least = bare.cpu + segmented.cpu
    line("json and sqlite3 alone", 1000 * bare.cpu / count, None, "ms", f"× {done.cpu / bare.cpu:.1f}")
    line("languages, tokens, sentences alone", 1000 * segmented.cpu / count, None, "ms")
    line("floor: both, one after the other", 1000 * least / count, None, "ms", f"× {done.cpu / least:.1f}")
    return 0 if all(within) and rate >= RATE_BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
