"""A workspace in which three curators have finished the same news, for pictures of agreement.

    python -m tools.curators FOLDER

The sample articles are cut into paragraphs; each curator works through them as the targets say, but for the slips
that their habits and a seed give: suggestions taken on trust, borders drawn otherwise, spans and relations missed.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from annotator.annotation import Annotations, RelationKey, SpanKey
from annotator.errors import WorkflowError
from annotator.formats.jsonl import read_records
from annotator.history import CORPUS, LayerName, Op
from annotator.store import Store
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.workspace import Workspace

TOP = Path(__file__).resolve().parent.parent
TARGETS = TOP / "benchmarks" / "targets" / "seeds.jsonl"
LEAST_CHARACTERS = 60


@dataclass(frozen=True)
class Habits:
    """How a curator errs: the shares of slips, and the labels that they take for one another."""

    name: str
    trusts: float
    misses: float
    widens: float
    relabels: dict[str, str]
    blind: float


CURATORS = (
    Habits("ana", trusts=0.15, misses=0.04, widens=0.02, relabels={}, blind=0.2),
    Habits("bo", trusts=0.5, misses=0.08, widens=0.06, relabels={"PROGRAM": "INITIATIVE"}, blind=0.2),
    Habits("carla", trusts=0.3, misses=0.14, widens=0.04, relabels={"LOC": "GPE", "EVENT": "PROGRAM"}, blind=0.2),
)


@dataclass(frozen=True)
class Paragraph:
    """A piece of an article, with what its curators should find."""

    key: str
    text: str
    spans: frozenset[SpanKey]
    relations: frozenset[RelationKey]


def paragraphs() -> Iterator[Paragraph]:
    """Yield the sample articles' paragraphs with their part of the targets."""
    with TARGETS.open(encoding="utf-8") as lines:
        records = list(read_records(lines, str(TARGETS)))
    for record in records:
        start = 0
        for number, piece in enumerate(record.document.text.split("\n")):
            end = start + len(piece)
            if len(piece) >= LEAST_CHARACTERS:
                yield _paragraph(f"{record.document.key[:3]}-{number:02}", piece, record.annotations, start, end)
            start = end + 1


def _paragraph(key: str, text: str, content: Annotations, start: int, end: int) -> Paragraph:
    def here(span: SpanKey) -> SpanKey:
        return SpanKey(span.start - start, span.end - start, span.label)

    inside = {i for i, span in content.spans.items() if start <= span.start and span.end <= end}
    relations = [r for r in content.relations.values() if r.head in inside and r.child in inside]
    keys = [content.relation_key(r) for r in relations]
    return Paragraph(
        key,
        text,
        frozenset(here(content.spans[i].key) for i in inside),
        frozenset(RelationKey(here(k.head), here(k.child), k.label) for k in keys),
    )


class Calendar:
    """A clock that goes on as the curators work: a few seconds a step, and on to the next day in between."""

    def __init__(self, start: datetime, chance: random.Random) -> None:
        self.now, self.chance = start, chance

    def step(self) -> float:
        """Return the seconds on a clock, a little later each time."""
        self.now += timedelta(seconds=self.chance.lognormvariate(1.6, 0.7))
        return self.now.timestamp()

    def stamp(self) -> str:
        """Return the time as history writes it."""
        return self.now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def slipped(paragraph: Paragraph, habits: Habits, session: AnnotationSession, chance: random.Random) -> set[SpanKey]:
    """Return what a curator marks, going by the targets and their habits."""
    marked: set[SpanKey] = set()
    for start, end, label in sorted(paragraph.spans):
        if chance.random() < habits.misses:
            continue
        given = habits.relabels.get(label, label) if chance.random() < 0.5 else label
        touched = session.document.tokens.overlapping(start, end)
        if chance.random() < habits.widens and len(touched) > 1:
            start = session.document.tokens[touched[1]].start
        marked.add(SpanKey(start, end, given))
    return marked


def work(session: AnnotationSession, paragraph: Paragraph, habits: Habits, chance: random.Random) -> None:
    """Decide on what is suggested, mark what is missing, relate, finish."""
    wanted = slipped(paragraph, habits, session, chance)
    layer = session.layer
    for identity in [i.id for i in layer.order.pending_spans]:
        if layer.order.is_pending(identity):
            decide_span(session, identity, wanted, trusts=chance.random() < habits.trusts)
    for key in sorted(wanted):
        if layer.content.span_id_with(key) is None and not layer.content.clashes(key.start, key.end):
            attempt(partial(session.add, *key))
    related = {r for r in sorted(paragraph.relations) if chance.random() >= habits.misses * 2}
    for identity in [i.id for i in layer.order.pending if i.id in layer.suggestions.relations]:
        if layer.order.is_pending(identity):
            decide_relation(session, identity, related, trusts=chance.random() < habits.trusts / 2)
    for head, child, label in sorted(related):
        ends = layer.content.span_id_with(head), layer.content.span_id_with(child)
        if ends[0] and ends[1]:
            attempt(partial(session.relate, ends[0], ends[1], label))
    attempt(session.finish)


def decide_span(session: AnnotationSession, identity: str, wanted: set[SpanKey], *, trusts: bool) -> None:
    """Accept, correct or reject a suggested span."""
    span = session.checks.span(identity)
    labels = [key.label for key in wanted if key[:2] == (span.start, span.end)]
    if span.key in wanted or (trusts and (span.score or 0) > 0.6):
        attempt(partial(session.accept, identity))
    elif labels:
        attempt(partial(session.relabel, identity, labels[0]))
    else:
        attempt(partial(session.reject, identity))


def decide_relation(session: AnnotationSession, identity: str, wanted: set[RelationKey], *, trusts: bool) -> None:
    """Accept or reject a suggested relation."""
    relation = session.checks.relation(identity)
    ends = session.checks.span(relation.head).key, session.checks.span(relation.child).key
    right = RelationKey(*ends, relation.label) in wanted
    attempt(partial(session.accept if right or trusts else session.reject, identity))


def attempt(action: Callable[[], object]) -> None:
    """Do what may be refused: two habits can get in each other's way."""
    with suppress(WorkflowError):
        action()


def assign(store: Store, key: str, blind: set[str]) -> None:
    """Assign a document to all curators, to some of them without suggestions."""
    ops = [Op("assignment", c.name, None, {"blind": c.name in blind}) for c in CURATORS]
    with store.write() as writer:
        writer.append(LayerName(key, CORPUS), "lead", "assign", ops)


def build(folder: Path) -> None:
    """Make the workspace."""
    command = [sys.executable, "-m", "annotator"]
    subprocess.run([*command, "init", str(folder)], check=True, stderr=subprocess.DEVNULL)
    if (TOP / "models").is_dir():
        (folder / "models").rmdir()
        (folder / "models").symlink_to(TOP / "models")
    pieces = list(paragraphs())
    for piece in pieces:
        (folder / "seeds" / f"{piece.key}.txt").write_text(piece.text + "\n", encoding="utf-8")
    for verb in ("ingest", "suggest"):
        subprocess.run([*command, "-w", str(folder), verb], check=True, stderr=subprocess.DEVNULL)
    chance = random.Random(7)
    workspace = Workspace(folder)
    for number, piece in enumerate(pieces):
        day = datetime(2026, 1, 12, 9, tzinfo=UTC) + timedelta(days=1.1 * number)
        blind = {c.name for c in CURATORS} if chance.random() < CURATORS[0].blind else set()
        assign(workspace.store, piece.key, blind)
        for habits in CURATORS:
            calendar = Calendar(day, chance)
            workspace.store.clock = calendar.stamp
            document = workspace.store.document(piece.key)
            assert document is not None
            session = AnnotationSession(
                workspace.store,
                workspace.scheme,
                habits.name,
                document,
                blind=habits.name in blind,
                clock=calendar.step,
            )
            work(session, piece, habits, chance)
    workspace.close()


if __name__ == "__main__":
    build(Path(sys.argv[1]))
