"""Renaming a label on 100,000 documents with a million spans, while another process writes: how long each takes.

python -m benchmarks.labels [--documents N]
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from annotator.annotation import Span, item_record
from annotator.corpus import Article, build_document
from annotator.history import LayerName, Op, curator_layer
from annotator.store import document_record
from annotator.tokenization import TOKENIZER
from annotator.workflow.workspace import Workspace
from benchmarks.report import annotator, heading, line

BATCH = 5_000
LABELS = """\
languages: [en]
overlap: any
entities:
  SKILL: {key: 1}
  PLACE: {key: 2}
"""
WORDS = "one two three four five six seven eight nine ten"


def fill(workspace: Workspace, count: int) -> None:
    """Put short articles with ten spans of one curator into a workspace."""
    ranges = []
    for word in WORDS.split():
        start = WORDS.index(word)
        ranges.append((start, start + len(word)))
    for start in range(0, count, BATCH):
        with workspace.store.write() as writer:
            bulk = writer.bulk()
            for number in range(start, min(start + BATCH, count)):
                document = build_document(Article(f"news-{number:06}", f"{WORDS} {number}.", lang="en"), ("en",))
                sha256 = document.sha256
                bulk.add_text(document, sha256, TOKENIZER)
                op = Op("document", document.key, None, document_record(document, sha256))
                bulk.add_document(document.key, "bench", "ingest", [op])
                spans = [Span(f"s{i}", *where, "SKILL" if i % 2 else "PLACE") for i, where in enumerate(ranges)]
                ops = [Op("layer", "text", None, {"value": sha256}), Op("layer", "state", None, {"value": "done"})]
                ops += [Op("span", span.id, None, item_record(span)) for span in spans]
                bulk.add_layer(LayerName(document.key, curator_layer("ana")), "ana", "import", ops)
            bulk.flush_and_wait()
            bulk.close()


WRITER = """
import sys, time
from contextlib import closing
from pathlib import Path
from annotator.history import LayerName, Op
from annotator.store import SchemeMovedError
from annotator.workflow.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
store, worst, number = workspace.store, 0.0, 0
print("ready", flush=True)
while not (Path(sys.argv[1]) / "stop").exists():
    start = time.perf_counter()
    try:
        with store.write() as writer:
            op = Op("comment", "c1", {"text": str(number)} if number else None, {"text": str(number + 1)})
            writer.append(LayerName("news-000000", "curator:bo"), "bo", "comment", [op])
        number += 1
    except SchemeMovedError:
        store.follow_scheme()
    worst = max(worst, time.perf_counter() - start)
    time.sleep(0.005)
print(worst, number)
"""


def bare_update(path: Path) -> float:
    """Return the seconds that SQLite takes to change the labels in one statement, without anything else."""
    with closing(sqlite3.connect(path)) as connection:
        start = time.perf_counter()
        connection.execute("UPDATE span SET label = 'ABILITY' WHERE label = 'SKILL'")
        connection.commit()
        return time.perf_counter() - start


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=100_000)
    count = parser.parse_args().documents
    heading(f"labels rename, {count:,} documents with {10 * count:,} spans, half of them renamed")
    within = True
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "labels.yaml").write_text(LABELS, encoding="utf-8")
        workspace = Workspace(root)
        fill(workspace, count)
        start = time.perf_counter()
        rows = workspace.store.row("SELECT count(*) FROM span WHERE label = 'SKILL'")
        floor = time.perf_counter() - start
        workspace.store.backup(root / "copy.db")
        workspace.close()
        bare = bare_update(root / "copy.db")
        writer = subprocess.Popen([sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        writer.stdout.readline()
        start = time.perf_counter()
        subprocess.run(annotator("-w", folder, "--as", "lea", "labels", "rename", "SKILL", "ABILITY"), check=True)
        taken = time.perf_counter() - start
        (root / "stop").touch()
        worst, steps = writer.communicate()[0].split()
        assert rows is not None
        within &= line("labels rename", taken, 60, "s", f"{rows[0]:,} spans; counting them takes {floor:.2f} s")
        line("one bare UPDATE of the spans, all locked", bare, None, "s", "no history, no ids, no counts")
        within &= line("the longest step of another process", float(worst), 1, "s", f"of {steps}")
        checked = Workspace(root)
        left = checked.store.row("SELECT count(*) FROM span WHERE label = 'SKILL'")
        assert left is not None
        assert left[0] == 0
        checked.close()
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
