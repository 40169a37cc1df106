"""How much of twenty news articles a curator has to add by hand, one article after the other in one workspace.

    python -m benchmarks.learning --by-hand [--news FOLDER]

A simulated curator works through each article as the target says: accepts every right suggestion that is pending, gives
a wrong one that shares text with a missing span that span's borders and label, rejects the others, then adds the first
missing span, and looks again, because suggestions follow each decision.  So a span is reshaped or added; a relation
that was not suggested is related.  What was decided in earlier articles, and what was trained on them after every
third, helps in the later ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from annotator.annotation import Annotations, Relation, RelationKey, Span, SpanKey
from annotator.workflow.annotating.curator_memory import CuratorMemory
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.workspace import Workspace
from benchmarks.keystrokes import command, workspace_for
from benchmarks.report import line
from benchmarks.targets_reader import Target

CURATOR = "simulated"
TRAIN_EVERY = 3
BLOCK = 5
SPAN_BUDGET, RELATION_BUDGET = 0.10, 0.20


class SpanLookup(Protocol):
    """What has spans by id."""

    @property
    def spans(self) -> Mapping[str, Span]:
        """The spans by id."""
        ...


class Effort(NamedTuple):
    """How the spans and relations of one article came about, and how many wrong suggestions were rejected."""

    spans: int
    added: int
    reshaped: int
    relations: int
    related: int
    rejected: int


def tell_by_hand(articles: Sequence[Target]) -> bool:
    """Print what had to be done by hand, without learning, with it, and with training; whether within the budget."""
    ways = {
        "nothing learned": (False, None),
        "from each decision": (True, None),
        f"trained every {TRAIN_EVERY}": (True, TRAIN_EVERY),
    }
    within = True
    for name, (learns, train_every) in ways.items():
        found = efforts(articles, learns=learns, train_every=train_every)
        total = Effort(*map(sum, zip(*found, strict=True)))
        print(f"{name}: {total.spans} spans, {total.relations} relations, {total.rejected} suggestions rejected")
        goals = (SPAN_BUDGET, RELATION_BUDGET) if learns else (None, None)
        within &= line("  spans added by hand", total.added / total.spans, goals[0], "")
        line("  spans suggested with other borders or label", total.reshaped / total.spans, None, "")
        within &= line("  relations added by hand", total.related / total.relations, goals[1], "")
        blocks = [Effort(*map(sum, zip(*found[at : at + BLOCK], strict=True))) for at in range(0, len(found), BLOCK)]
        shown = "  ".join(f"{(b.added + b.reshaped) / b.spans:.2f}" for b in blocks)
        print(f"  not offered as they are, by {BLOCK} articles in order: {shown}")
    return within


def efforts(articles: Sequence[Target], *, learns: bool, train_every: int | None) -> list[Effort]:
    """Return the effort of each article, in order; ``learns`` says whether earlier decisions help in later ones."""
    found: list[Effort] = []
    with workspace_for(articles, suggest=True) as workspace:
        memory = CuratorMemory(workspace.store, workspace.scheme, CURATOR, learned_folder(workspace))
        for number, (document, target) in enumerate(articles):
            if train_every and number and number % train_every == 0:
                command(workspace.root, "train")
                command(workspace.root, "suggest")
            found.append(_worked_through(workspace, memory if learns else None, document.key, target, learns=learns))
    return found


def _worked_through(
    workspace: Workspace, memory: CuratorMemory | None, key: str, target: Annotations, *, learns: bool
) -> Effort:
    document = workspace.store.document(key)
    assert document is not None
    session = AnnotationSession(workspace.store, workspace.scheme, CURATOR, document, learns=learns, memory=memory)
    return _Simulation(session, target).work_through()


class _Simulation:
    """A curator who knows what a document should look like, and decides on one suggestion after the other."""

    def __init__(self, session: AnnotationSession, target: Annotations) -> None:
        self._session = session
        self._symmetric = session.scheme.symmetric
        self._spans = {span.key for span in target.spans.values()}
        self._links = {self._link(target, relation) for relation in target.relations.values()}
        self._reshaped = self._rejected = 0

    def work_through(self) -> Effort:
        """Decide, add what is missing from left to right, and finish."""
        session, added, related = self._session, 0, 0
        self._decide()
        while missing := sorted(self._missing()):
            session.add(*missing[0])
            added += 1
            self._decide()
        while missing_links := sorted(self._links - {self._link(session.content, r) for r in self._own_relations()}):
            ids = {span.key: span_id for span_id, span in session.content.spans.items()}
            head, child, label = missing_links[0]
            session.relate(ids[head], ids[child], label)
            related += 1
            self._decide()
        session.finish()
        return Effort(len(self._spans), added, self._reshaped, len(self._links), related, self._rejected)

    def _missing(self) -> set[SpanKey]:
        return self._spans - {span.key for span in self._session.content.spans.values()}

    def _own_relations(self) -> list[Relation]:
        return list(self._session.content.relations.values())

    def _link(self, spans: SpanLookup, relation: Relation) -> RelationKey:
        head, child = spans.spans[relation.head], spans.spans[relation.child]
        return RelationKey(head.key, child.key, relation.label).canonical(self._symmetric)

    def _decide(self) -> None:
        """Accept, correct or reject what is pending until nothing is."""
        order = self._session.layer.order
        while order.pending:
            for item in list(order.pending):
                if order.is_pending(item.id):
                    self._decide_on(item.id)

    def _decide_on(self, item_id: str) -> None:
        layer = self._session.layer
        span = layer.span(item_id)
        if span is not None and span.key not in self._spans:
            meant = [key for key in sorted(self._missing()) if key.start < span.end and span.start < key.end]
            if meant:
                self._session.add(*meant[0])
                self._reshaped += 1
                return
        if span.key in self._spans if span is not None else self._is_right(item_id):
            self._session.accept(item_id)
        else:
            self._session.reject(item_id)
            self._rejected += 1

    def _is_right(self, relation_id: str) -> bool:
        layer = self._session.layer
        relation = layer.relation(relation_id)
        ends = [layer.span(end) for end in (relation.head, relation.child)] if relation is not None else []
        if relation is None or ends[0] is None or ends[1] is None:
            return False
        return RelationKey(ends[0].key, ends[1].key, relation.label).canonical(self._symmetric) in self._links
