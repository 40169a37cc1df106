"""The queue at 100,000 documents: a page, the counts, a filter, the next document, and the screen's first frame.

python -m benchmarks.queue [--documents N]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import get_args

from annotator.annotation import item_record, suggested_span
from annotator.corpus import Article, build_document
from annotator.history import CORPUS, SUGGESTIONS, LayerName, Op, curator_layer
from annotator.store import QueueSort, document_record
from annotator.tokenization import TOKENIZER
from annotator.workflow.desk import Desk, QueueFilter
from annotator.workflow.workspace import Workspace
from benchmarks.report import annotator, heading, line
from tools.terminal import Terminal

BATCH = 5_000
TYPED = "ciud"
PAUSE = 0.05
"""Seconds from letter to letter of somebody who types fast."""


def fill(workspace: Workspace, count: int, done_by: str | None = "ana") -> None:
    """Put short articles with a suggestion into a workspace, every third of them finished by a curator."""
    for start in range(0, count, BATCH):
        with workspace.store.write() as writer:
            for number in range(start, min(start + BATCH, count)):
                text = f"Nota {number}. La ministra Ana Ruiz viajó a la ciudad {number % 997} el martes."
                title = f"La ministra viajó a la ciudad {number % 997}"
                document = build_document(Article(f"news-{number:06}", text, title=title, lang="es"), ("es", "en"))
                sha256 = writer.put_text(document, TOKENIZER)
                op = Op("document", document.key, None, document_record(document, sha256))
                writer.append(LayerName(document.key, CORPUS), "bench", "ingest", [op])
                name, score = text.index("Ana Ruiz"), 0.5 + number % 50 / 100
                suggested = suggested_span(name, name + len("Ana Ruiz"), "PERSON", "bench@1", score)
                ops = [
                    Op("layer", "text", None, {"value": sha256}),
                    Op("span", suggested.id, None, item_record(suggested)),
                ]
                writer.append(LayerName(document.key, SUGGESTIONS), "bench", "suggest", ops)
                if done_by is not None and number % 3 == 0:
                    done = [Op("layer", "text", None, {"value": sha256}), Op("layer", "state", None, {"value": "done"})]
                    writer.append(LayerName(document.key, curator_layer(done_by)), done_by, "done", done)


def median(action: Callable[[], object], runs: int = 9) -> float:
    """Return the median milliseconds of an action, after one warm-up."""
    times = []
    for run in range(runs + 1):
        start = time.perf_counter()
        action()
        if run:
            times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def first_frame(root: Path) -> float:
    """Return the milliseconds from starting the program to the queue on the screen."""
    start = time.perf_counter()
    terminal = Terminal(annotator("-w", str(root), "annotate", "--as", "ana"), timeout=60)
    terminal.wait("shown: all")
    taken = 1000 * (time.perf_counter() - start)
    terminal.kill()
    return taken


def typing(root: Path, curator: str) -> tuple[float, float]:
    """Return milliseconds while a filter is typed: the longest until a letter is seen, the last until it is found."""
    terminal = Terminal(annotator("-w", str(root), "annotate", "--as", curator), timeout=60)
    terminal.wait("shown: all")
    terminal.press("/")
    terminal.settle()
    seen, start = [], 0.0
    for count in range(1, len(TYPED) + 1):
        start = time.perf_counter()
        terminal.send(TYPED[count - 1])
        terminal.wait(lambda screen, typed=TYPED[:count]: f" {typed}" in screen.split("\n")[1])  # type: ignore[misc]
        seen.append(1000 * (time.perf_counter() - start))
        time.sleep(max(0.0, PAUSE - seen[-1] / 1000))
    terminal.wait(f"matching “{TYPED}")
    found = 1000 * (time.perf_counter() - start)
    terminal.kill()
    return max(seen), found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=100_000)
    count = parser.parse_args().documents
    heading(f"queue, {count:,} documents")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "w"
        subprocess.run(annotator("init", str(root)), check=True, stderr=subprocess.DEVNULL)
        workspace = Workspace(root)
        fill(workspace, count)
        desk = Desk(workspace, "ana")
        queue, every = desk.queue, QueueFilter()
        within = [
            line("a page", median(lambda: queue.page(every, 100, count // 2)), 100, "ms"),
            line("how many", median(lambda: queue.count(every)), 100, "ms"),
            line("filter by words", median(lambda: queue.page(QueueFilter(text="ciudad 77"), 100)), 100, "ms"),
            line(
                "filter by a word that nothing has",
                median(lambda: queue.page(QueueFilter(text="quetzal"), 100)),
                100,
                "ms",
            ),
            *(
                line(f"sort by {sort}", median(partial(queue.page, QueueFilter(sort=sort), 100)), 200, "ms")
                for sort in get_args(QueueSort)
            ),
            line("filter by state", median(lambda: queue.page(QueueFilter(state="done"), 100)), 100, "ms"),
            line("progress", median(desk.progress), 100, "ms"),
            line("next document", median(lambda: desk.next_open(f"news-{count // 2:06}")), 50, "ms"),
            line("next document and open it", median(lambda: desk.open(desk.next_open() or "")), 50, "ms"),
        ]
        workspace.close()
        line("program to queue screen", first_frame(root), 600, "ms")
        command = annotator("-w", str(root), "assign", "--curators", "eve", "--quota", f"eve={count * 2 // 5}")
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for curator, documents in (("ana", "all"), ("eve", "assigned")):
            seen, found = typing(root, curator)
            within.append(line(f"a letter of a filter seen, {documents}", seen, 20, "ms"))
            within.append(line(f"found after the last letter, {documents}", found, 200, "ms"))
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
