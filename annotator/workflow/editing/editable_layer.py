"""The working copy of a curator's layer: what stands, what is still undecided, and where it lies.

Kept up to date op by op, so that a key costs the same on a page and on a novel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from annotator.annotation import Annotations, Comment, Relation, RelationKey, Span, SpanKey, Verdict
from annotator.history import Op
from annotator.intervals import Interval, IntervalIndex
from annotator.labels import LabelScheme
from annotator.text import Segmentation

RELATION_RANK = -1
"""End given to relations in the walk, so that they sort behind the spans that start where their later end does."""


class WorkingLayer:
    """A curator's spans, relations, verdicts and comments over the suggestions for the same document.

    ``items`` holds everything that stands or waits, in reading order: a relation comes right after its later end.
    ``pending`` holds what waits for a verdict: a suggested span while the curator has not marked the same and it
    would not clash with what they marked; a suggested relation while both its ends stand or wait and the scheme lets
    them be linked (``sentences`` are the document's).
    """

    def __init__(self, scheme: LabelScheme, suggestions: Annotations, sentences: Segmentation) -> None:
        self.scheme = scheme
        self._sentences = sentences
        self.spans: dict[str, Span] = {}
        self.relations: dict[str, Relation] = {}
        self.verdicts: dict[str, Verdict] = {}
        self.comments: dict[str, Comment] = {}
        self.fields: dict[str, str] = {}
        self.index = IntervalIndex()
        self.items = IntervalIndex()
        self.pending = IntervalIndex()
        self.pending_spans = IntervalIndex()
        self._by_key: dict[SpanKey, str] = {}
        self._relations_at: defaultdict[str, set[str]] = defaultdict(set)
        self._triples: dict[tuple[str, str, str], str] = {}
        self._came_of: defaultdict[str, set[str]] = defaultdict(set)
        self._pending_at: dict[str, Interval] = {}
        self._silent: set[str] = set()
        self._suggest(suggestions)

    def _suggest(self, suggestions: Annotations) -> None:
        entities, relations = self.scheme.entities, self.scheme.relations
        self.suggested_spans = {i: s for i, s in suggestions.spans.items() if s.label in entities}
        self.suggested_relations = {
            i: r
            for i, r in suggestions.relations.items()
            if r.label in relations and r.head in self.suggested_spans and r.child in self.suggested_spans
        }
        self.stored_spans = dict(self.suggested_spans)
        self.stored_relations = dict(self.suggested_relations)
        self._suggestion_index = IntervalIndex((s.start, s.end, i) for i, s in self.suggested_spans.items())
        self._suggested_at: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for relation in self.suggested_relations.values():
            self._hang(relation)

    def _hang(self, relation: Relation) -> None:
        """Note which suggested spans a suggested relation is at."""
        for end in (relation.head, relation.child):
            self._suggested_at[end][relation.id] = None

    def load(
        self,
        own: Annotations,
        verdicts: Mapping[str, Verdict],
        comments: Mapping[str, Comment],
        fields: Mapping[str, str],
    ) -> None:
        """Fill an empty working copy with what the store holds."""
        self.spans.update(own.spans)
        self.index = IntervalIndex((s.start, s.end, i) for i, s in own.spans.items())
        self._by_key = {s.key: i for i, s in own.spans.items()}
        for relation in own.relations.values():
            self._put_relation(relation)
        for decision in verdicts.values():
            self._put_verdict(decision)
        self.comments.update(comments)
        self.fields.update(fields)
        spans = [i for i in self.suggested_spans if self._span_waits(i)]
        self.pending_spans = IntervalIndex(self._place_span(i) for i in spans)
        self._pending_at = {i: Interval.of(*self._place_span(i)) for i in spans}
        places = [self._place_span(i) for i in spans]
        for identity in self.suggested_relations:
            place = self._place_relation(identity)
            if place is not None:
                places.append(place)
                self._pending_at[identity] = Interval.of(*place)
        self.pending = IntervalIndex(places)
        self.items = IntervalIndex([*places, *(i for i in map(self._place_own, (*self.spans, *self.relations)) if i)])

    # What stands

    def __contains__(self, identity: object) -> bool:
        return identity in self.spans or identity in self.relations or identity in self._pending_at

    def is_pending(self, identity: str) -> bool:
        """Return whether this is a suggestion that still wants a verdict."""
        return identity in self._pending_at

    def span(self, identity: str) -> Span | None:
        """Return the curator's or the pending suggested span with this id."""
        return self.spans.get(identity) or (
            self.suggested_spans[identity]
            if identity in self._pending_at and identity in self.suggested_spans
            else None
        )

    def relation(self, identity: str) -> Relation | None:
        """Return the curator's or the pending suggested relation with this id, its ends being ids that stand now."""
        own = self.relations.get(identity)
        if own is not None or identity not in self._pending_at:
            return own
        suggestion = self.suggested_relations.get(identity)
        if suggestion is None:
            return None
        head, child = self.end(suggestion.head), self.end(suggestion.child)
        return suggestion.replace(head=head, child=child) if head and child else None

    def place(self, identity: str) -> Interval | None:
        """Return where in the walk an item stands."""
        if identity in self._pending_at:
            return self._pending_at[identity]
        own = self._place_own(identity)
        return Interval.of(*own) if own else None

    def _place_own(self, identity: str) -> tuple[int, int, str] | None:
        span = self.spans.get(identity)
        if span is not None:
            return span.start, span.end, identity
        relation = self.relations.get(identity)
        if relation is None:
            return None
        return self._after_both(self.spans[relation.head], self.spans[relation.child], identity)

    @staticmethod
    def _after_both(one: Span, other: Span, identity: str) -> tuple[int, int, str]:
        return max(one.start, other.start), RELATION_RANK, identity

    def same(self, key: SpanKey) -> str | None:
        """Return the id of the curator's span that says exactly this."""
        return self._by_key.get(key)

    def related(self, identity: str) -> list[Relation]:
        """Return the curator's relations that a span of theirs is an end of."""
        return [self.relations[i] for i in sorted(self._relations_at.get(identity, ()))]

    def relations_of(self, identity: str) -> list[Relation]:
        """Return the relations at a span, the curator's own first, then those that wait."""
        found = self.related(identity)
        if identity in self.spans:
            behind = self._suggestions_behind({identity})
        else:
            behind = {identity} & self._suggested_at.keys()
        for suggestion in sorted({r for s in behind for r in self._at(s) if r in self._pending_at}):
            relation = self.relation(suggestion)
            if relation is not None and identity in (relation.head, relation.child):
                found.append(relation)
        return found

    def linked(self, head: str, child: str, label: str) -> str | None:
        """Return the id of the curator's relation between two spans, in either direction where it is symmetric."""
        found = self._triples.get((head, child, label))
        if found is None and self.scheme.relations[label].symmetric:
            found = self._triples.get((child, head, label))
        return found

    def proposes(self, suggestion: Relation, head: str, child: str) -> bool:
        """Return whether a suggested relation links these two, in either direction where it is symmetric."""
        ends = self.end(suggestion.head), self.end(suggestion.child)
        return ends == (head, child) or (self.scheme.relations[suggestion.label].symmetric and ends == (child, head))

    def link_problem(self, label: str, head: Span, child: Span) -> str | None:
        """Say what the scheme has against a relation between two spans; ``None`` when it allows it."""
        return self.scheme.relation_problem(RelationKey(head.key, child.key, label), self._sentences)

    def came_of(self, item: str) -> list[Verdict]:
        """Return the verdicts that an item of the curator's came of."""
        return [self.verdicts[i] for i in sorted(self._came_of.get(item, ()))]

    def end(self, suggestion: str) -> str | None:
        """Return what stands for a suggested span as the end of a relation: the curator's span, or itself."""
        own = self._by_key.get(self.suggested_spans[suggestion].key)
        if own is not None:
            return own
        decision = self.verdicts.get(suggestion)
        if decision is not None:
            return decision.item if decision.item in self.spans else None
        return suggestion if suggestion in self._pending_at else None

    def clashes(self, start: int, end: int, but: str = "") -> list[str]:
        """Return the curator's spans that may not stand beside one from ``start`` to ``end``."""
        if self.scheme.overlap == "any":
            return []
        found = [i for i in self.index.overlapping(start, end) if i.id != but]
        if self.scheme.overlap == "nested":
            found = [i for i in found if not _nests(i.start, i.end, start, end)]
        return [i.id for i in found]

    def suggested_over(self, start: int, end: int) -> list[Span]:
        """Return the pending suggested spans that share text with a range."""
        return [self.suggested_spans[i.id] for i in self.pending_spans.overlapping(start, end)]

    def reach(self, ops: Iterable[Op]) -> list[tuple[int, int]]:
        """Return the stretches of text whose look ``ops`` may have changed."""
        found: set[tuple[int, int]] = set()
        for op in ops:
            if op.table == "span":
                found.update((r["start"], r["end"]) for r in (op.was, op.now) if r is not None)
            elif op.table == "relation":
                ends = {r[end] for r in (op.was, op.now) if r is not None for end in ("head", "child")}
                found.update((self.spans[end].start, self.spans[end].end) for end in ends if end in self.spans)
            elif op.table == "verdict" and op.id in self.suggested_spans:
                found.add(self._place_span(op.id)[:2])
        for start, end in list(found):
            found.update((i.start, i.end) for i in self._suggestion_index.overlapping(start, end))
        return sorted(found)

    # Change, op by op

    def apply(self, op: Op) -> None:
        """Carry the working copy forward by one op."""
        if op.table == "span":
            self._apply_span(op)
        elif op.table == "relation":
            self._apply_relation(op)
        elif op.table == "verdict":
            self._apply_verdict(op)
        elif op.table == "comment":
            self.comments.pop(op.id, None)
            if op.now is not None:
                self.comments[op.id] = Comment(op.id, **op.now)
        elif op.table == "layer":
            self.fields.pop(op.id, None)
            if op.now is not None:
                self.fields[op.id] = op.now["value"]

    def _apply_span(self, op: Op) -> None:
        touched = {i for i in self._came_of.get(op.id, ()) if i in self.suggested_spans}
        attached = [i for i in self._relations_at.get(op.id, ()) if i in self.relations]
        for identity in (op.id, *attached):
            self._leave_items(identity)
        old = self.spans.pop(op.id, None)
        if old is not None:
            self.index.discard(old.start, old.end, op.id)
            self._by_key.pop(old.key, None)
            touched.update(i.id for i in self._suggestion_index.overlapping(old.start, old.end))
        if op.now is not None:
            span = Span(op.id, **op.now)
            self.spans[op.id] = span
            self.index.add(span.start, span.end, op.id)
            self._by_key[span.key] = op.id
            touched.update(i.id for i in self._suggestion_index.overlapping(span.start, span.end))
        for identity in (op.id, *attached):
            self._enter_items(identity)
        self._refresh(touched)

    def _leave_items(self, identity: str) -> None:
        place = self._place_own(identity)
        if place is not None:
            self.items.discard(*place)

    def _enter_items(self, identity: str) -> None:
        place = self._place_own(identity)
        if place is not None:
            self.items.add(*place)

    def _apply_relation(self, op: Op) -> None:
        ends: set[str] = set()
        self._leave_items(op.id)
        old = self.relations.pop(op.id, None)
        if old is not None:
            self._triples.pop((old.head, old.child, old.label), None)
            for end in (old.head, old.child):
                self._relations_at[end].discard(op.id)
            ends.update((old.head, old.child))
        if op.now is not None:
            relation = Relation(op.id, **op.now)
            self._put_relation(relation)
            self._enter_items(op.id)
            ends.update((relation.head, relation.child))
        self._refresh(self._suggestions_behind(ends))

    def _put_relation(self, relation: Relation) -> None:
        self.relations[relation.id] = relation
        self._triples[relation.head, relation.child, relation.label] = relation.id
        self._relations_at[relation.head].add(relation.id)
        self._relations_at[relation.child].add(relation.id)

    def _suggestions_behind(self, ends: set[str]) -> set[str]:
        found: set[str] = set()
        for end in ends:
            found.update(i for i in self._came_of.get(end, ()) if i in self.suggested_spans)
            span = self.spans.get(end)
            if span is not None:
                found.update(i.id for i in self._suggestion_index.overlapping(span.start, span.end))
        return found

    def _apply_verdict(self, op: Op) -> None:
        old = self.verdicts.pop(op.id, None)
        if old is not None and old.item is not None:
            self._came_of[old.item].discard(op.id)
        if op.now is not None:
            self._put_verdict(Verdict(op.id, **{"source": None, "score": None, **op.now}))
        if op.id in self.suggested_spans:
            self._refresh({op.id})
        elif op.id in self.suggested_relations:
            self._refresh_relation(op.id)

    def _put_verdict(self, decision: Verdict) -> None:
        self.verdicts[decision.id] = decision
        if decision.item is not None:
            self._came_of[decision.item].add(decision.id)

    # What is suggested beside what is stored

    def revise(self, put: Mapping[str, tuple[Span, bool]], drop: Iterable[str]) -> None:
        """Suggest other spans than the stored ones: new ones, or stored ones with another score.

        ``put`` holds spans by id, each with whether it waits for a verdict like any other; one that does not is there
        for relations to hang on, or is kept quiet.  ``drop`` are ids that go back to what is stored, or away.
        """
        stored, changed = self.stored_spans, dict.fromkeys(put)
        for identity, (span, waits) in put.items():
            if identity not in self.suggested_spans:
                self._suggestion_index.add(span.start, span.end, identity)
            self.suggested_spans[identity] = span
            (self._silent.discard if waits else self._silent.add)(identity)
        for identity in drop:
            changed[identity] = None
            (self._silent.discard if identity in stored else self._silent.add)(identity)
        self._refresh(changed)
        for identity in drop:
            if identity in stored:
                self.suggested_spans[identity] = stored[identity]
            else:
                span = self.suggested_spans.pop(identity)
                self._suggestion_index.discard(span.start, span.end, identity)
                self._silent.discard(identity)

    def relink(self, put: Iterable[Relation], drop: Iterable[str]) -> None:
        """Suggest other relations beside the stored ones; their ends must be suggested spans."""
        for identity in drop:
            before = self._pending_at.pop(identity, None)
            if before is not None:
                self.pending.discard(before.start, before.end, identity)
                self.items.discard(before.start, before.end, identity)
            gone = self.suggested_relations.pop(identity)
            for end in (gone.head, gone.child):
                self._suggested_at[end].pop(identity, None)
        for relation in put:
            self.suggested_relations[relation.id] = relation
            self._hang(relation)
            self._refresh_relation(relation.id)

    def stored_over(self, start: int, end: int) -> list[Span]:
        """Return the stored suggested spans that share text with a range, decided or not."""
        found = self._suggestion_index.overlapping(start, end)
        return [self.stored_spans[i.id] for i in found if i.id in self.stored_spans]

    def proposed_between(self, head: str, child: str, label: str) -> bool:
        """Return whether a stored suggestion links two spans, waiting, or as ``label`` and decided."""
        found = (self.suggested_relations[r] for s in self._suggestions_behind({head, child}) for r in self._at(s))
        return any(
            r.id in self.stored_relations
            and (r.id in self._pending_at or (r.label == label and r.id in self.verdicts))
            and {self.end(r.head), self.end(r.child)} == {head, child}
            for r in found
        )

    def _at(self, suggestion: str) -> Iterable[str]:
        return self._suggested_at.get(suggestion, ())

    # What waits

    def _refresh(self, spans: Iterable[str]) -> None:
        """Decide anew whether suggested spans, and the relations at them, are pending."""
        gone: list[tuple[int, int, str]] = []
        come: list[tuple[int, int, str]] = []
        spans = list(spans)
        for identity in spans:
            waits = self._span_waits(identity)
            if waits == (identity in self._pending_at):
                continue
            place = self._place_span(identity)
            if waits:
                self._pending_at[identity] = Interval.of(*place)
                come.append(place)
            else:
                del self._pending_at[identity]
                gone.append(place)
        self._move(gone, come)
        for identity in {r for s in spans for r in self._at(s)}:
            self._refresh_relation(identity)

    def _move(self, gone: list[tuple[int, int, str]], come: list[tuple[int, int, str]]) -> None:
        for index in (self.pending, self.items, self.pending_spans):
            index.change(gone, come)

    def _refresh_relation(self, identity: str) -> None:
        before = self._pending_at.pop(identity, None)
        if before is not None:
            self.pending.discard(before.start, before.end, identity)
            self.items.discard(before.start, before.end, identity)
        place = self._place_relation(identity)
        if place is not None:
            self._pending_at[identity] = Interval.of(*place)
            self.pending.add(*place)
            self.items.add(*place)

    def _span_waits(self, identity: str) -> bool:
        if identity in self.verdicts or identity in self._silent:
            return False
        span = self.suggested_spans[identity]
        return span.key not in self._by_key and not self.clashes(span.start, span.end)

    def _place_span(self, identity: str) -> tuple[int, int, str]:
        span = self.suggested_spans[identity]
        return span.start, span.end, identity

    def _place_relation(self, identity: str) -> tuple[int, int, str] | None:
        """Return where in the walk a suggested relation waits; ``None`` when it does not."""
        if identity in self.verdicts:
            return None
        suggestion = self.suggested_relations[identity]
        head, child = self.end(suggestion.head), self.end(suggestion.child)
        if head is None or child is None or head == child:
            return None
        one, other = self.span(head), self.span(child)
        if one is None or other is None or self.linked(head, child, suggestion.label):
            return None
        if self.link_problem(suggestion.label, one, other) is not None:
            return None
        return self._after_both(one, other, identity)


def _nests(a_start: int, a_end: int, b_start: int, b_end: int) -> bool:
    inside = a_start <= b_start and b_end <= a_end
    around = b_start <= a_start and a_end <= b_end
    return inside or around
