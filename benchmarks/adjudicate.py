"""Adjudication: opening a document, one decision, gold made by itself, and finding the next document among many.

Opening and deciding are measured in the session alone, and on the screen, in a real pseudo-terminal.  The notes say
what processor time that took, which other work on the machine changes less.

python -m benchmarks.adjudicate [--documents N]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from annotator.annotation import Annotations, Span
from annotator.corpus import Article, build_document
from annotator.history import CORPUS, LayerName, Op, curator_layer
from annotator.store import Writer, document_record
from annotator.text import Document
from annotator.tokenization import TOKENIZER
from annotator.workflow.adjudicating.gold import open_gold, settle_finished
from annotator.workflow.adjudicating.session import GoldSession
from annotator.workflow.desk import Desk
from annotator.workflow.layer_diff import differences
from annotator.workflow.setup import make_workspace
from annotator.workflow.workspace import Workspace
from benchmarks.keys import COLUMNS, LINES, QUIET, article
from benchmarks.report import annotator, heading, line
from tools.terminal import Terminal

CURATORS = ("ana", "bo", "carla")
LABELS = ("PERSON", "ORG", "GPE")
ARTICLE, NOVEL = 2_400, 1_800_000
"""Code points of the two texts."""
ARTICLE_SPANS, NOVEL_SPANS = 60, 20_000
SHARE_DIFFERING = 0.06
OPENING_MS, DECISION_MS = 500, 16
"""Budgets in milliseconds, for a document of any length."""
KEYS = 30
"""How often a key is pressed of which the median is shown."""


def put(workspace: Workspace, key: str, text: str, spans: int, dice: random.Random, differing: float) -> None:
    """Store a document that every curator has finished, each differing from the others on a share of the spans."""
    document = build_document(Article(key, text, lang="es"), ("es", "en"))
    every = max(1, len(document.tokens) // spans)
    with workspace.store.write() as writer:
        sha256 = writer.put_text(document, TOKENIZER)
        op = Op("document", key, None, document_record(document, sha256))
        writer.append(LayerName(key, CORPUS), "bench", "ingest", [op])
        for curator in CURATORS:
            _finish(writer, document, curator, every, dice, differing)


def _finish(writer: Writer, document: Document, curator: str, every: int, dice: random.Random, share: float) -> None:
    found = []
    for number, index in enumerate(range(0, len(document.tokens) - 1, every)):
        start, end = document.tokens[index]
        label = LABELS[number % 3]
        if dice.random() < share:
            label = dice.choice(LABELS)
        found.append(Span(f"s{number}", start, end, label))
    fields = [Op("layer", name, None, {"value": v}) for name, v in (("text", document.sha256), ("state", "done"))]
    ops = [*fields, *differences(Annotations(), Annotations.of(found))]
    writer.append(LayerName(document.key, curator_layer(curator)), curator, "done", ops)


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Return the wall and CPU milliseconds of an action."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def decisions(session: GoldSession, count: int) -> tuple[float, float]:
    """Return the median wall and CPU milliseconds of a decision, from the key's call to the disk."""
    times = [timed(partial(session.choose, case.id, "bo")) for case in session.gold.open[:count]]
    return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)


def one_document(workspace: Workspace, key: str, what: str) -> None:
    """Measure opening a document's gold, taking up what was finished, and decisions."""
    wall, cpu = timed(partial(open_gold, workspace, key, "lead"))
    line(f"{what}: read and settle", wall, OPENING_MS, "ms", f"CPU {cpu:.1f} ms")
    session = open_gold(workspace, key, "lead")
    wall, cpu = timed(session.gold.merge)
    line(f"{what}: write what all say", wall, None, "ms", f"CPU {cpu:.1f} ms")
    wall, cpu = decisions(session, 9)
    line(f"{what}: a decision", wall, DECISION_MS, "ms", f"CPU {cpu:.1f} ms")
    wall, cpu = timed(partial(open_gold, workspace, key, "lead"))
    line(f"{what}: open again", wall, OPENING_MS, "ms", f"CPU {cpu:.1f} ms")


def on_screen(root: Path, what: str) -> None:
    """Measure opening and keys on the screen of a workspace with one document, from the key to the last painted row."""
    terminal = Terminal(annotator("-w", str(root), "--as", "lead", "annotate"), columns=COLUMNS, lines=LINES)
    terminal.wait("1 to adjudicate")
    terminal.settle(0.5)
    for which in ("first", "again"):
        wall, cpu = answered(terminal, "a", 30.0, 0.5)
        line(f"{what}: opened on the screen, {which}", wall, OPENING_MS, "ms", f"CPU {cpu:.0f} ms")
        answered(terminal, "Q", 5.0, 0.5)
    answered(terminal, "a", 30.0, 0.5)
    for name, keys in (("tab", ["tab"]), ("a decision key", ["1", "2", "3"]), ("undo", ["u"])):
        times = [answered(terminal, keys[i % len(keys)], 1.0, QUIET) for i in range(KEYS)]
        wall, cpu = statistics.median(t[0] for t in times), statistics.mean(t[1] for t in times)
        slowest = sorted(t[0] for t in times)[int(0.95 * KEYS)]
        line(f"{what}: {name}, to rows", wall, DECISION_MS, "ms", f"p95 {slowest:.1f} ms, CPU {cpu:.1f} ms")
    terminal.kill()


def answered(terminal: Terminal, key: str, first: float, quiet: float) -> tuple[float, float]:
    """Return the milliseconds from a key to the last piece of its frame, and the processor time that the program used.

    ``first`` and ``quiet`` are as for :meth:`Terminal.time_of_response`.
    """
    start, used = time.perf_counter(), processor_ms(terminal.pid)
    terminal.press(key)
    last = terminal.time_of_response(first, quiet)
    return 1000 * ((last or start) - start), processor_ms(terminal.pid) - used


def processor_ms(pid: int) -> float:
    """Return the processor time of a process so far, by a clock of a hundredth of a second (Linux only)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def new_workspace(root: Path) -> Workspace:
    """Return an empty workspace."""
    make_workspace(root)
    return Workspace(root)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=1_000)
    count = parser.parse_args().documents
    dice = random.Random(1)
    heading(
        f"adjudication, {len(CURATORS)} curators of whom each differs on {SHARE_DIFFERING:.0%} of the spans;"
        f" an article of {ARTICLE_SPANS}, a novel of 1.8 MB and {NOVEL_SPANS:,}; a terminal of {COLUMNS}×{LINES}"
    )
    texts = article(ARTICLE), article(NOVEL)
    with tempfile.TemporaryDirectory() as folder:
        workspace = new_workspace(Path(folder) / "w")
        put(workspace, "article", texts[0], ARTICLE_SPANS, dice, SHARE_DIFFERING)
        put(workspace, "novel", texts[1], NOVEL_SPANS, dice, SHARE_DIFFERING)
        one_document(workspace, "article", "an article")
        one_document(workspace, "novel", "a novel")
        for number in range(count):
            share = 0.0 if number % 10 else SHARE_DIFFERING
            put(workspace, f"news-{number:06}", texts[0], ARTICLE_SPANS, dice, share)
        keys = [f"news-{number:06}" for number in range(count)]
        desk = Desk(workspace, "lead")
        wall, cpu = timed(lambda: settle_finished(workspace, "lead", keys))
        line(f"gold by itself, a document of {count:,}", wall / count, None, "ms", f"CPU {cpu / count:.1f} ms")
        wall, cpu = timed(lambda: desk.next_to_adjudicate(f"news-{count // 2:06}"))
        line("the next document that waits", wall, 50, "ms", f"CPU {cpu:.1f} ms")
        workspace.close()
        workspace = new_workspace(Path(folder) / "screen")
        put(workspace, "novel", texts[1], NOVEL_SPANS, dice, SHARE_DIFFERING)
        workspace.close()
        on_screen(Path(folder) / "screen", "a novel")
    return 0


if __name__ == "__main__":
    sys.exit(main())
