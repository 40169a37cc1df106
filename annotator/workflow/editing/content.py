"""The content of one layer while it is edited: its spans, relations and comments, looked up by id, key and position.

Kept up to date op by op, so that a key costs the same on a page and on a novel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from annotator.annotation import Annotations, Attributes, Comment, Relation, RelationKey, Span, SpanKey
from annotator.history import Op
from annotator.intervals import Interval, IntervalIndex
from annotator.labels import LabelScheme
from annotator.labels.retired import Reason
from annotator.labels.scheme import ranges_clash
from annotator.text import Segment, Segmentation
from annotator.workflow.editing.groups import MentionGroups
from annotator.workflow.editing.layer_view import Certainty
from annotator.workflow.editing.retired_items import RetiredItems

RELATION_RANK = -1
"""End given to relations in reading order: they come right after the spans that start where their later end does."""

Position = tuple[int, int, str]
"""Where an item stands in reading order: start and end in code points, and its id."""


class ContentChange(NamedTuple):
    """What one op did to a layer's content.

    ``old_positions`` and ``new_positions`` are those of the items that changed, before and after.  ``spans`` are the
    ids of the changed spans, or of the ends of a changed relation; ``ranges`` are theirs, before and after.
    """

    old_positions: Sequence[Position] = ()
    new_positions: Sequence[Position] = ()
    spans: frozenset[str] = frozenset()
    ranges: Sequence[tuple[int, int]] = ()


NO_CHANGE = ContentChange()


class LayerContent:
    """The spans, relations, comments and fields of one layer, and the attributes of its document.

    ``index`` holds the spans in reading order, ``retired`` those items that the scheme no longer allows, ``groups`` the
    mentions that are one.  ``fields`` are the layer's ``state``, ``flag`` and the digest of its ``text``, as far as
    they are set.  ``changes`` counts the changes.
    """

    def __init__(self, scheme: LabelScheme, sentences: Segmentation, content: Annotations | None = None) -> None:
        content = content or Annotations()
        self.changes = 0
        self.scheme = scheme
        self._sentences = sentences
        self.spans: dict[str, Span] = dict(content.spans)
        self.relations: dict[str, Relation] = {}
        self.comments: dict[str, Comment] = {}
        self.fields: dict[str, str] = {}
        self.document_attributes: Attributes = dict(content.document_attributes)
        self.index = IntervalIndex((s.start, s.end, i) for i, s in content.spans.items())
        self._by_key: dict[SpanKey, str] = {s.key: i for i, s in content.spans.items()}
        self._relations_at: defaultdict[str, set[str]] = defaultdict(set)
        self._by_ends: dict[tuple[str, str, str], str] = {}
        for relation in content.relations.values():
            self._put_relation(relation)
        self.groups = MentionGroups(scheme.equivalences)
        self.groups.fill(self.relations.values(), lambda span_id: (self.spans[span_id].start, span_id))
        self.group_numbers = self.groups.numbers_of
        self.retired = RetiredItems(self, sentences)

    def fill(self, comments: Mapping[str, Comment], fields: Mapping[str, str | None]) -> None:
        """Take up the comments and those fields that have a value."""
        self.comments.update(comments)
        self.fields.update({name: value for name, value in fields.items() if value is not None})

    # Looking things up

    def __contains__(self, item_id: object) -> bool:
        return item_id in self.spans or item_id in self.relations

    def span(self, span_id: str) -> Span | None:
        """The span with this id."""
        return self.spans.get(span_id)

    def relation(self, relation_id: str) -> Relation | None:
        """The relation with this id."""
        return self.relations.get(relation_id)

    def span_id_with(self, key: SpanKey) -> str | None:
        """The id of the span with exactly this range and label."""
        return self._by_key.get(key)

    def spans_over(self, start: int, end: int) -> list[Span]:
        """The spans that share a code point with ``start`` to ``end``, in reading order."""
        return [self.spans[i.id] for i in self.index.overlapping(start, end)]

    def rejected_over(self, start: int, end: int, label: str) -> list[Segment]:  # noqa: ARG002 - nothing is suggested
        """No ranges: the layer has no suggestions."""
        return []

    def span_id_at(self, offset: int) -> str | None:
        """The id of the shortest span that covers the code point at ``offset``."""
        return shortest(self.index.at(offset))

    def span_starts(self) -> list[int]:
        """Where the spans begin, in code points."""
        return [interval.start for interval in self.index]

    def relations_of(self, span_id: str) -> list[Relation]:
        """The relations that a span is an end of, in order of id."""
        return [self.relations[i] for i in sorted(self._relations_at.get(span_id, ()))]

    def positions(self, item_ids: Iterable[str]) -> list[Position]:
        """Where items that are there stand in reading order: a relation right after its later end."""
        positions: list[Position] = []
        for item_id in item_ids:
            span, relation = self.spans.get(item_id), self.relations.get(item_id)
            if span is not None:
                positions.append((span.start, span.end, item_id))
            elif relation is not None and relation.head in self.spans and relation.child in self.spans:
                positions.append(relation_position(self.spans[relation.head], self.spans[relation.child], item_id))
        return positions

    def comments_on(self, target: str | None) -> list[Comment]:
        """The comments on an item, or (``None``) on the document."""
        return [comment for comment in self.comments.values() if comment.target == target]

    # What the scheme allows

    def relation_between(self, head: str, child: str, label: str) -> str | None:
        """The id of the relation between two spans, in either direction where its type is symmetric."""
        relation_id = self._by_ends.get((head, child, label))
        if relation_id is None and self.scheme.is_symmetric(label):
            relation_id = self._by_ends.get((child, head, label))
        return relation_id

    def item_id_with(self, item: SpanKey | RelationKey) -> str | None:
        """The id of the span or relation with exactly this content."""
        if isinstance(item, SpanKey):
            return self.span_id_with(item)
        head, child = self.span_id_with(item.head), self.span_id_with(item.child)
        return self.relation_between(head, child, item.label) if head and child else None

    def link_problem(self, label: str, head: Span, child: Span) -> str | None:
        """Why the scheme does not allow a relation between two spans; ``None`` when it does."""
        return self.scheme.relation_problem(RelationKey(head.key, child.key, label), self._sentences)

    def retirement(self, item_id: str) -> Reason | None:
        """Why the scheme no longer allows an item; ``None`` where it does, or the item is not there."""
        return self.retired.reason(item_id)

    def certainty(self, item: Span | Relation) -> Certainty:  # noqa: ARG002 - as a layer with suggestions has it
        """How certain an item is; in a layer of decided items there is nothing to tell."""
        return Certainty()

    def clashes(self, start: int, end: int, excluding: str = "") -> list[str]:
        """The ids of the spans that the scheme does not let stand beside one from ``start`` to ``end``."""
        rule = self.scheme.overlap
        near = (i for i in self.index.overlapping(start, end) if i.id != excluding)
        return [i.id for i in near if ranges_clash(rule, i.start, i.end, start, end)]

    def has_room(self, key: SpanKey) -> bool:
        """Whether a span can be added: it is not there already, and clashes with none."""
        return self.span_id_with(key) is None and not self.clashes(key.start, key.end)

    # Change, op by op

    def apply(self, op: Op) -> ContentChange:
        """Carry the content forward by one op."""
        self.changes += 1
        if op.table == "span":
            return self._apply_span(op)
        if op.table == "relation":
            return self._apply_relation(op)
        if op.table == "comment":
            self.comments.pop(op.id, None)
            if op.now is not None:
                self.comments[op.id] = Comment(op.id, **op.now)
        elif op.table == "layer" and op.id == "attributes":
            self.document_attributes = {} if op.now is None else op.now["value"]
        elif op.table == "layer":
            self.fields.pop(op.id, None)
            if op.now is not None:
                self.fields[op.id] = op.now["value"]
        return NO_CHANGE

    def _apply_span(self, op: Op) -> ContentChange:
        moving = (op.id, *(i for i in self._relations_at.get(op.id, ()) if i in self.relations))
        old_positions = self.positions(moving)
        ranges: list[tuple[int, int]] = []
        old = self.spans.pop(op.id, None)
        if old is not None:
            self.index.discard(old.start, old.end, op.id)
            self._by_key.pop(old.key, None)
            ranges.append((old.start, old.end))
        if op.now is not None:
            span = Span(op.id, **op.now)
            self.spans[op.id] = span
            self.index.add(span.start, span.end, op.id)
            self._by_key[span.key] = op.id
            ranges.append((span.start, span.end))
        self.retired.update_span(op.id, ranges)
        return ContentChange(old_positions, self.positions(moving), frozenset({op.id}), ranges)

    def _apply_relation(self, op: Op) -> ContentChange:
        old_positions = self.positions([op.id])
        old = self.relations.pop(op.id, None)
        ends: set[str] = set()
        if old is not None:
            self._by_ends.pop((old.head, old.child, old.label), None)
            for end in (old.head, old.child):
                self._relations_at[end].discard(op.id)
            ends.update((old.head, old.child))
            ends.update(self.groups.discard(old) if self.groups.is_link(old) else ())
        if op.now is not None:
            relation = Relation(op.id, **op.now)
            self._put_relation(relation)
            ends.update((relation.head, relation.child))
            ends.update(self.groups.add(relation) if self.groups.is_link(relation) else ())
        self.retired.update_relation(op.id, ends)
        ranges = [(self.spans[end].start, self.spans[end].end) for end in ends if end in self.spans]
        return ContentChange(old_positions, self.positions([op.id]), frozenset(ends), ranges)

    def _put_relation(self, relation: Relation) -> None:
        self.relations[relation.id] = relation
        self._by_ends[relation.head, relation.child, relation.label] = relation.id
        self._relations_at[relation.head].add(relation.id)
        self._relations_at[relation.child].add(relation.id)


def relation_position(one: Span, other: Span, relation_id: str) -> Position:
    """Where a relation between two spans stands in reading order."""
    return max(one.start, other.start), RELATION_RANK, relation_id


def touched_ranges(content: LayerContent, ops: Iterable[Op]) -> set[tuple[int, int]]:
    """The ranges, in code points, of the spans that ops change and of the ends of the relations that they change.

    Those of the mentions that have come into another group, or gone from one, since this was last called are among
    them.
    """
    moved = (content.spans.get(span_id) for span_id in content.groups.take_moved())
    ranges = {(span.start, span.end) for span in moved if span is not None}
    for op in ops:
        if op.table == "span":
            ranges.update((record["start"], record["end"]) for record in (op.was, op.now) if record is not None)
        elif op.table == "relation":
            ends = {record[end] for record in (op.was, op.now) if record is not None for end in ("head", "child")}
            ranges.update((content.spans[end].start, content.spans[end].end) for end in ends if end in content.spans)
    return ranges


def shortest(intervals: Sequence[Interval]) -> str | None:
    """The id of the shortest of some intervals."""
    return min(intervals, key=lambda i: i.end - i.start).id if intervals else None
