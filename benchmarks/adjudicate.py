"""Adjudication: opening a document, one decision, gold made by itself, and finding the next document among many.

python -m benchmarks.adjudicate [--documents N]
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
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
from benchmarks.report import heading, line

CURATORS = ("ana", "bo", "carla")
LABELS = ("PERSON", "ORG", "GPE")
SENTENCE = "la ministra Ana Ruiz viajó con Luis Paz a Ciudad Juárez el martes y volvió a México"
ARTICLE, NOVEL = 400, 120_000
SHARE_DIFFERING = 0.06
OPENING_MS, DECISION_MS = 500, 16
"""Budgets in milliseconds, for a document of any length."""


def put(workspace: Workspace, key: str, words: int, spans: int, dice: random.Random, differing: float) -> None:
    """Store a document that every curator has finished, each differing from the others on a share of the spans."""
    text = " ".join(word for word, _ in zip(cycle(SENTENCE.split()), range(words), strict=False))
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


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=1_000)
    count = parser.parse_args().documents
    dice = random.Random(1)
    heading(f"adjudication, {len(CURATORS)} curators, {SHARE_DIFFERING:.0%} of spans in dispute")
    with tempfile.TemporaryDirectory() as folder:
        make_workspace(Path(folder) / "w")
        workspace = Workspace(Path(folder) / "w")
        put(workspace, "article", ARTICLE, 60, dice, SHARE_DIFFERING)
        put(workspace, "novel", NOVEL, 20_000, dice, SHARE_DIFFERING)
        one_document(workspace, "article", "an article, 60 spans")
        one_document(workspace, "novel", "a novel, 20,000 spans")
        for number in range(count):
            put(workspace, f"news-{number:06}", ARTICLE, 60, dice, 0.0 if number % 10 else SHARE_DIFFERING)
        keys = [f"news-{number:06}" for number in range(count)]
        desk = Desk(workspace, "lead")
        wall, cpu = timed(lambda: settle_finished(workspace, "lead", keys))
        line(f"gold by itself, a document of {count:,}", wall / count, None, "ms", f"CPU {cpu / count:.1f} ms")
        wall, cpu = timed(lambda: desk.next_to_adjudicate(f"news-{count // 2:06}"))
        line("the next document that waits", wall, 50, "ms", f"CPU {cpu:.1f} ms")
        workspace.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
