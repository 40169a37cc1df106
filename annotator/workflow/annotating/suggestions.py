"""Suggestions over a curator's layer, the verdicts on them, and which are still pending."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from annotator.annotation import Annotations, AttributeValue, Relation, Span, Verdict
from annotator.history import Op
from annotator.intervals import IntervalIndex
from annotator.store import Store
from annotator.text import Document
from annotator.workflow.annotating.review_order import ReviewOrder
from annotator.workflow.annotating.score_index import ScoreIndex
from annotator.workflow.editing.content import ContentChange, LayerContent, Position, relation_position


class RevisedSpan(NamedTuple):
    """A suggested span that is not stored, or not with this score.

    One that may not be pending is only there as the end of relations, or suppresses the stored span.
    """

    span: Span
    may_be_pending: bool


class Suggestions:
    """What is suggested for a document, over the ``content`` of the curator's layer.

    A suggested span is pending while the curator has neither decided on it, nor marked the same or a clashing span; a
    suggested relation while both its ends are decided or pending and the scheme allows it.  ``order`` holds the pending
    ones.  ``spans`` and ``relations`` are all suggestions by id, ``stored_spans`` and
    ``stored_relations`` those that are stored, as opposed to those that follow from what was decided meanwhile.
    ``pending_scores`` has what is pending by score, ``changes`` counts the changes of verdicts and of what is pending.
    """

    def __init__(
        self,
        content: LayerContent,
        order: ReviewOrder,
        stored: Annotations,
        verdicts: Mapping[str, Verdict],
        text: str,
    ) -> None:
        self.changes = 0
        self._content = content
        self._text = text
        self._order = order
        self.pending_scores = ScoreIndex()
        self._first_index = ScoreIndex()
        labels, types = content.scheme.entities, content.scheme.relations
        self.spans = {i: s for i, s in stored.spans.items() if s.label in labels}
        self.relations = {
            i: r
            for i, r in stored.relations.items()
            if r.label in types and r.head in self.spans and r.child in self.spans
        }
        self.stored_spans = dict(self.spans)
        self.stored_relations = dict(self.relations)
        self.verdicts: dict[str, Verdict] = {}
        self._first_scores: dict[str, float] = {}
        self._index = IntervalIndex((s.start, s.end, i) for i, s in self.spans.items())
        self._asking: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for span in self.spans.values():
            self._asking[self._question(span)].add(span.id)
        self._relations_at: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._verdicts_on: defaultdict[str, set[str]] = defaultdict(set)
        self._suppressed: set[str] = set()
        for relation in self.relations.values():
            self._attach(relation)
        for verdict in verdicts.values():
            self._put_verdict(verdict)
        self._order.replace_pending_spans((), [self._position(i) for i in self.spans if self._may_span_be_pending(i)])
        for span_id in self.spans:
            self._count_score(span_id)
        for relation_id in self.relations:
            self._refresh_relation(relation_id)

    def _attach(self, relation: Relation) -> None:
        for end in (relation.head, relation.child):
            self._relations_at[end][relation.id] = None
        self._asking[self._question(relation)].add(relation.id)

    def _question(self, suggestion: Span | Relation) -> tuple[str, ...]:
        """What a suggestion asks: whether these words have this label, or whether this label links those words."""
        if isinstance(suggestion, Span):
            return suggestion.label, self._text[suggestion.start : suggestion.end]
        words = [self._text[end.start : end.end] for end in self._ends(suggestion)]
        symmetric = self._content.scheme.is_symmetric(suggestion.label)
        return suggestion.label, *(sorted(words) if symmetric else words)

    def _ends(self, suggestion: Relation) -> tuple[Span, Span]:
        """The suggested spans at the ends of a suggested relation."""
        return self.spans[suggestion.head], self.spans[suggestion.child]

    # Looking things up

    def span(self, span_id: str) -> Span | None:
        """The suggested span with this id, if it is pending."""
        return self.spans.get(span_id) if self._order.is_pending(span_id) else None

    def relation(self, relation_id: str) -> Relation | None:
        """The suggested relation with this id, if it is pending; its ends are replaced as by :meth:`end`."""
        suggestion = self.relations.get(relation_id) if self._order.is_pending(relation_id) else None
        if suggestion is None:
            return None
        head, child = self.end(suggestion.head), self.end(suggestion.child)
        return suggestion.replace(head=head, child=child) if head and child else None

    def relations_of(self, span_id: str) -> list[Relation]:
        """The pending relations at a span, the curator's own or a suggested one, in order of id."""
        suggested = self._under({span_id}) if span_id in self._content.spans else {span_id} & self._relations_at.keys()
        ids = {r for s in suggested for r in self._at(s) if self._order.is_pending(r)}
        pending = (self.relation(relation_id) for relation_id in sorted(ids))
        return [relation for relation in pending if relation is not None and span_id in (relation.head, relation.child)]

    def end(self, span_id: str) -> str | None:
        """The id that replaces a suggested span as a relation's end: the curator's span, or itself while pending."""
        own = self._content.span_id_with(self.spans[span_id].key)
        if own is not None:
            return own
        verdict = self.verdicts.get(span_id)
        if verdict is not None:
            return verdict.item if verdict.item in self._content.spans else None
        return span_id if self._order.is_pending(span_id) else None

    def alike(self, suggestion_id: str) -> list[str]:
        """The pending suggestions that ask the same as a pending one, with it, in reading order; case counts.

        Spans ask the same with the same label and words, relations with the same label between the same words.
        """
        places = (self._order.pending_position(i) for i in self._pending_alike(suggestion_id))
        return [place.id for place in sorted(place for place in places if place is not None)]

    def count_alike(self, suggestion_id: str) -> int:
        """Count the suggestions that :meth:`alike` lists."""
        return len(self._pending_alike(suggestion_id))

    def _pending_alike(self, suggestion_id: str) -> set[str]:
        if not self._order.is_pending(suggestion_id):
            return set()
        suggestion = self.spans.get(suggestion_id) or self.relations[suggestion_id]
        return self._order.pending_among(self._asking[self._question(suggestion)])

    def begin_showing(self) -> None:
        """Note that the suggestions are shown from now on, with the scores that they have."""
        self._first_scores = {i.id: self.spans[i.id].score or 0 for i in self._order.pending_spans}
        self._first_index = ScoreIndex()
        for span_id, score in self._first_scores.items():
            self._first_index.put(span_id, score)

    def pending_between(self, low: float, high: float) -> set[str]:
        """The pending suggestions whose score is or first was ``low`` or more and less than ``high``."""
        first = self._first_index.between(low, high)
        return {*self.pending_scores.between(low, high), *(i for i in first if self._order.is_pending(i))}

    def first_score(self, suggestion_id: str) -> float | None:
        """The score that a suggestion had when it was first shown; of one decided before, the one that is stored."""
        score = self._first_scores.get(suggestion_id)
        stored = self.stored_spans.get(suggestion_id) or self.stored_relations.get(suggestion_id)
        return score if score is not None or stored is None else stored.score

    def links(self, suggestion: Relation, head: str, child: str) -> bool:
        """Whether a suggested relation links two spans, in either direction where its type is symmetric."""
        ends = self.end(suggestion.head), self.end(suggestion.child)
        symmetric = self._content.scheme.is_symmetric(suggestion.label)
        return ends == (head, child) or (symmetric and ends == (child, head))

    def pending_link(self, head: str, child: str, label: str) -> str | None:
        """The id of the pending relation with this label that links two spans."""
        linking = (
            r.id for r in self.relations_of(head) if r.label == label and self.links(self.relations[r.id], head, child)
        )
        return next(linking, None)

    def verdicts_on(self, item_id: str) -> list[Verdict]:
        """The verdicts on the suggestions that a span or relation of the curator's was made from, in order of id."""
        return [self.verdicts[i] for i in sorted(self._verdicts_on.get(item_id, ()))]

    def pending_spans_over(self, start: int, end: int) -> list[Span]:
        """The pending spans that share a code point with ``start`` to ``end``."""
        return [self.spans[i.id] for i in self._order.pending_spans.overlapping(start, end)]

    def stored_over(self, start: int, end: int) -> list[Span]:
        """The stored suggested spans that share a code point with ``start`` to ``end``, decided or not."""
        return [self.stored_spans[i.id] for i in self._index.overlapping(start, end) if i.id in self.stored_spans]

    def is_linked(self, head: str, child: str, label: str) -> bool:
        """Whether a stored suggestion links two spans: a pending one, or a decided one of type ``label``."""
        candidates = (self.relations[r] for s in self._under({head, child}) for r in self._at(s))
        return any(
            r.id in self.stored_relations
            and (self._order.is_pending(r.id) or (r.label == label and r.id in self.verdicts))
            and {self.end(r.head), self.end(r.child)} == {head, child}
            for r in candidates
        )

    def touched_ranges(self, ops: Iterable[Op], ranges: set[tuple[int, int]]) -> set[tuple[int, int]]:
        """``ranges``, with those of the suggestions that ops decide on or that overlap any of these."""
        decided = {self._position(op.id)[:2] for op in ops if op.table == "verdict" and op.id in self.spans}
        touched = ranges | decided
        return touched.union(
            (i.start, i.end) for start, end in list(touched) for i in self._index.overlapping(start, end)
        )

    def _at(self, span_id: str) -> Iterable[str]:
        return self._relations_at.get(span_id, ())

    def _under(self, span_ids: Iterable[str]) -> set[str]:
        """The suggested spans that lie under spans of the curator's, or that these were made from."""
        spans = [self._content.spans[i] for i in span_ids if i in self._content.spans]
        return self._affected(ContentChange(spans=frozenset(span_ids), ranges=[(s.start, s.end) for s in spans]))

    def _affected(self, change: ContentChange) -> set[str]:
        """The suggested spans that a change of the content may affect."""
        affected = {i for s in change.spans for i in self._verdicts_on.get(s, ()) if i in self.spans}
        return affected.union(i.id for start, end in change.ranges for i in self._index.overlapping(start, end))

    # Change, op by op

    def update_pending(self, change: ContentChange) -> None:
        """Update which suggestions are pending where the content changed."""
        if change.spans:
            self._refresh(self._affected(change))

    def apply_verdict(self, op: Op) -> None:
        """Carry the verdicts forward by one op."""
        self.changes += 1
        old = self.verdicts.pop(op.id, None)
        if old is not None and old.item is not None:
            self._verdicts_on[old.item].discard(op.id)
        if op.now is not None:
            self._put_verdict(Verdict(op.id, **{"source": None, "score": None, **op.now}))
        if op.id in self.spans:
            self._refresh({op.id})
        elif op.id in self.relations:
            self._refresh_relation(op.id)

    def _put_verdict(self, verdict: Verdict) -> None:
        self.verdicts[verdict.id] = verdict
        if verdict.item is not None:
            self._verdicts_on[verdict.item].add(verdict.id)

    # Suggestions that are not stored

    def revise(self, put: Mapping[str, RevisedSpan], drop: Iterable[str]) -> None:
        """Suggest other spans than the stored ones: new ones, or stored ones with another score.

        ``drop`` are ids of spans whose revision ends: they get back their stored score, or are no longer suggested.
        """
        stored, changed = self.stored_spans, dict.fromkeys(put)
        for span_id, (span, may_be_pending) in put.items():
            if span_id not in self.spans:
                self._index.add(span.start, span.end, span_id)
                self._asking[self._question(span)].add(span_id)
            self.spans[span_id] = span
            if may_be_pending:
                self._first_index.put(span_id, self._first_scores.setdefault(span_id, span.score or 0))
            (self._suppressed.discard if may_be_pending else self._suppressed.add)(span_id)
        for span_id in drop:
            changed[span_id] = None
            (self._suppressed.discard if span_id in stored else self._suppressed.add)(span_id)
        self._refresh(changed)
        for span_id in drop:
            if span_id in stored:
                self.spans[span_id] = stored[span_id]
                self._count_score(span_id)
            else:
                span = self.spans.pop(span_id)
                self._asking[self._question(span)].discard(span_id)
                self._index.discard(span.start, span.end, span_id)
                self._suppressed.discard(span_id)

    def revise_relations(self, put: Iterable[Relation], drop: Iterable[str]) -> None:
        """Suggest other relations beside the stored ones; their ends must be suggested spans."""
        for relation_id in drop:
            self._order.set_pending_relation(relation_id, None)
            self.pending_scores.put(relation_id, None)
            relation = self.relations.pop(relation_id)
            self._asking[self._question(relation)].discard(relation_id)
            for end in (relation.head, relation.child):
                self._relations_at[end].pop(relation_id, None)
        for relation in put:
            self.relations[relation.id] = relation
            self._attach(relation)
            self._refresh_relation(relation.id)

    # Which are pending

    def _refresh(self, span_ids: Iterable[str]) -> None:
        """Update whether suggested spans, and the relations at them, are pending."""
        self.changes += 1
        no_longer: list[Position] = []
        newly: list[Position] = []
        span_ids = list(span_ids)
        for span_id in span_ids:
            pending = self._may_span_be_pending(span_id)
            if pending != self._order.is_pending(span_id):
                (newly if pending else no_longer).append(self._position(span_id))
        self._order.replace_pending_spans(no_longer, newly)
        for span_id in span_ids:
            self._count_score(span_id)
        for relation_id in {r for s in span_ids for r in self._at(s)}:
            self._refresh_relation(relation_id)

    def _refresh_relation(self, relation_id: str) -> None:
        self.changes += 1
        self._order.set_pending_relation(relation_id, self._relation_position(relation_id))
        self._count_score(relation_id)

    def _count_score(self, suggestion_id: str) -> None:
        """Count the score of a suggestion if it is pending, and no longer if it is not."""
        pending = self._order.is_pending(suggestion_id)
        suggestion = (self.spans.get(suggestion_id) or self.relations[suggestion_id]) if pending else None
        self.pending_scores.put(suggestion_id, None if suggestion is None else suggestion.score or 0.0)

    def _may_span_be_pending(self, span_id: str) -> bool:
        if span_id in self.verdicts or span_id in self._suppressed:
            return False
        return self._content.has_room(self.spans[span_id].key)

    def _position(self, span_id: str) -> Position:
        span = self.spans[span_id]
        return span.start, span.end, span_id

    def _relation_position(self, relation_id: str) -> Position | None:
        """The position of a suggested relation in the order; ``None`` when it is not pending."""
        if relation_id in self.verdicts:
            return None
        suggestion = self.relations[relation_id]
        head, child = self.end(suggestion.head), self.end(suggestion.child)
        if head is None or child is None or head == child:
            return None
        one, other = (self._content.span(end) or self.span(end) for end in (head, child))
        if one is None or other is None or self._content.relation_between(head, child, suggestion.label):
            return None
        if self._content.groups.are_one(suggestion.label, head, child):
            return None
        if self._content.link_problem(suggestion.label, one, other) is not None:
            return None
        return relation_position(one, other, relation_id)


def shown_suggestions(store: Store, document: Document, curator: str) -> Annotations:
    """Unite the suggestion layers on a document's text that a curator sees."""
    layers = store.layers(document=document.key, kind="suggester")
    shown = (layer for layer in layers if layer.text == document.sha256 and layer.name.shown_to(curator))
    return _unite([store.annotations(layer.id) for layer in shown])


def _unite(layers: list[Annotations]) -> Annotations:
    """Unite suggestion layers; of equal suggestions, the one with the highest score is kept."""
    spans: dict[str, Span] = {}
    relations: dict[str, Relation] = {}
    document_attributes: dict[str, AttributeValue] = {}
    for layer in layers:
        for span in layer.spans.values():
            if span.id not in spans or (span.score or 0) > (spans[span.id].score or 0):
                spans[span.id] = span
        for relation in layer.relations.values():
            if relation.id not in relations or (relation.score or 0) > (relations[relation.id].score or 0):
                relations[relation.id] = relation
        document_attributes.update(layer.document_attributes)
    return Annotations(spans, relations, document_attributes)
