"""Ten curators on 100,000 documents: sharing the work out, the lead's status, each curator's queue and next document.

python -m benchmarks.curators [--documents N] [--curators N]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from annotator.annotation import Span, item_record, suggested_span
from annotator.history import SUGGESTIONS, LayerName, Op, curator_layer
from annotator.store import read_assignments
from annotator.workflow.desk import Desk, QueueFilter
from annotator.workflow.progress import overview
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.bundling import bundle
from annotator.workflow.sharing.merging import merge
from annotator.workflow.workspace import Workspace
from benchmarks.queue import fill as fill_documents
from benchmarks.queue import median
from benchmarks.report import annotator, heading, line, wall

BATCH = 5_000
SPANS = 6


def fill(workspace: Workspace, count: int, curators: Sequence[str]) -> float:
    """Put documents with suggestions into a workspace, assign each to two curators, and let them do half of it.

    Returns the seconds that assigning took.
    """
    fill_documents(workspace, count, done_by=None)
    taken = seconds(lambda: assign(workspace, "lead", curators, overlap=2, blind=0.1))
    digests = workspace.store.document_digests()
    charges = read_assignments(workspace.store)
    for at in range(0, count, BATCH):
        with workspace.store.write() as writer:
            for key in sorted(digests)[at : at + BATCH]:
                spans = [suggested_span(5 * i, 5 * i + 4, "PERSON", "bench@1", 0.8) for i in range(SPANS)]
                ops = [Op("span", span.id, None, item_record(span)) for span in spans]
                text = Op("layer", "text", None, {"value": digests[key]})
                writer.append(LayerName(key, SUGGESTIONS), "annotator", "suggest", [text, *ops])
    for at in range(0, len(charges), BATCH):
        with workspace.store.write() as writer:
            for number, one in enumerate(charges[at : at + BATCH]):
                if number % 4 in (1, 2):
                    continue
                name = LayerName(one.document, curator_layer(one.curator))
                spans = [Span(f"s1.{i}", 5 * i, 5 * i + 4, "PERSON", "accepted", "bench@1", 0.8) for i in range(SPANS)]
                ops = [Op("span", span.id, None, item_record(span)) for span in spans]
                ops += [Op("layer", "text", None, {"value": digests[one.document]}),
                        Op("layer", "state", None, {"value": "doing"})]  # fmt: skip
                writer.append(name, one.curator, "accept all", ops, pause_ms=20_000)
                if number % 20 not in (0, 3):
                    done = [Op("layer", "state", {"value": "doing"}, {"value": "done"})]
                    writer.append(name, one.curator, "done", done, pause_ms=5_000)
    return taken


def finish_all_but_the_last(workspace: Workspace, curator: str) -> None:
    """Let a curator finish everything but the last document: the longest way to what is next."""
    digests = workspace.store.document_digests()
    mine = [one for one in read_assignments(workspace.store, curator) if one.state in ("todo", "doing")]
    with workspace.store.write() as writer:
        for one in mine[:-1]:
            now = {"value": "done"}
            was = None if one.state == "todo" else {"value": "doing"}
            ops = [Op("layer", "state", was, now)]
            if was is None:
                ops.append(Op("layer", "text", None, {"value": digests[one.document]}))
            writer.append(LayerName(one.document, curator_layer(curator)), curator, "done", ops)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--curators", type=int, default=10)
    options = parser.parse_args()
    curators = [f"c{number}" for number in range(options.curators)]
    heading(f"{options.documents:,} documents, {options.curators} curators, two a document")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "w"
        subprocess.run(annotator("init", str(root)), check=True, stderr=subprocess.DEVNULL)
        workspace = Workspace(root)
        line("assigning all", fill(workspace, options.documents, curators), None, "s")
        within = measure(workspace, root, curators)
        workspace.close()
    return 0 if all(within) else 1


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes, done once."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measure(workspace: Workspace, root: Path, curators: Sequence[str]) -> list[bool]:
    """Measure on a filled workspace; return what was within budget."""
    desk = Desk(workspace, curators[0])
    mine, waits = QueueFilter(mine=True), QueueFilter("waiting")
    leading = Desk(workspace, "lead").lead_queue()
    within = [
        line("status, the data", median(lambda: overview(workspace)), 500, "ms"),
        line("annotator status, the whole command", 1000 * wall(annotator("-w", str(root), "status")), 500, "ms"),
        line("the same for a curator", 1000 * wall(annotator("-w", str(root), "status", "--as", "c1")), 500, "ms"),
        line("queue: progress", median(desk.progress), 100, "ms"),
        line("queue: pace", median(desk.pace), 100, "ms"),
        line("queue: how many", median(lambda: desk.queue.count(mine)), 100, "ms"),
        line("queue: a page in the middle", median(lambda: desk.queue.page(mine, 100, 10_000)), 100, "ms"),
        line("the lead's queue: how many wait", median(leading.counts), 20, "ms"),
        line("the lead's queue: a page", median(lambda: leading.page(waits, 100)), 20, "ms"),
        line("next document", median(lambda: desk.next_open("news-050000")), 50, "ms"),
    ]
    folder = root.with_name("bundle")
    line("a bundle of a tenth of the work", seconds(lambda: bundle(workspace, curators[1], folder)), None, "s")
    finish_all_but_the_last(Workspace(folder), curators[1])
    line("merging it", seconds(lambda: merge(workspace, folder)), None, "s")
    line("merging it again", seconds(lambda: merge(workspace, folder)), None, "s")
    finish_all_but_the_last(workspace, curators[0])
    within += [
        line("next document, when it is the last of all", median(desk.next_open), 50, "ms"),
        line("next document, opened", median(lambda: desk.open(desk.next_open() or "")), 50, "ms"),
    ]
    return within


if __name__ == "__main__":
    sys.exit(main())
