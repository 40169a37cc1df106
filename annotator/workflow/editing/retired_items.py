"""The retired items of a layer that is edited: kept up to date op by op, at the cost of what a step touches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from annotator.annotation import Annotations, Relation, RelationKey, Span, reading_order
from annotator.intervals import IntervalIndex
from annotator.labels.retired import Reason, attribute_reason, relation_reason, retired, span_reason
from annotator.text import Segmentation
from annotator.workflow.editing.layer_view import LayerView


class RetirableContent(LayerView, Protocol):
    """The content of a layer, as far as it matters to what is retired in it."""

    spans: dict[str, Span]
    relations: dict[str, Relation]

    def positions(self, item_ids: Iterable[str]) -> list[tuple[int, int, str]]:
        """Where items stand in reading order."""
        ...


class RetiredItems:
    """The items of ``content`` that the label scheme no longer allows; ``index`` has them in order of review."""

    def __init__(self, content: RetirableContent, sentences: Segmentation) -> None:
        self._content = content
        self._sentences = sentences
        found = retired(content.scheme, Annotations(content.spans, content.relations), sentences)
        of_attributes = {i: reason for (i, _), reason in found.attributes.items() if i is not None}
        self._reasons: dict[str, Reason] = {**of_attributes, **found.spans, **found.relations}
        self._positions = {position[2]: position for position in content.positions(self._reasons)}
        self.index = IntervalIndex(self._positions.values())

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._reasons

    def __len__(self) -> int:
        return len(self._reasons)

    def reason(self, item_id: str) -> Reason | None:
        """Why an item is retired; ``None`` where the scheme allows it, or it is not there."""
        return self._reasons.get(item_id)

    def update_span(self, span_id: str, ranges: Iterable[tuple[int, int]]) -> None:
        """Look again at a span that changed, its relations, and the spans over ``ranges``: where it was and is."""
        over = {span.id for start, end in ranges for span in self._content.spans_over(start, end)}
        for near in {span_id, *over}:
            span = self._content.span(near)
            self._set(near, None if span is None else self._span_reason(span))
        self._update_relations(self._content.relations_of(span_id))

    def update_relation(self, relation_id: str, ends: Iterable[str]) -> None:
        """Look again at a relation that changed, and at those at its ``ends``, which may say the same."""
        if self._content.relation(relation_id) is None:
            self._set(relation_id, None)
        self._update_relations(relation for end in ends for relation in self._content.relations_of(end))

    def _update_relations(self, relations: Iterable[Relation]) -> None:
        for relation in relations:
            self._set(relation.id, self._relation_reason(relation))

    def _set(self, item_id: str, reason: Reason | None) -> None:
        previous = self._positions.pop(item_id, None)
        if previous is not None:
            self.index.discard(*previous)
        self._reasons.pop(item_id, None)
        if reason is not None:
            self._reasons[item_id] = reason
            for position in self._content.positions([item_id]):
                self._positions[item_id] = position
                self.index.add(*position)

    def _span_reason(self, span: Span) -> Reason | None:
        scheme = self._content.scheme
        near = self._content.spans_over(span.start, span.end) if scheme.overlap != "any" else []
        place = reading_order(span), span.id
        before = (s.key for s in near if s.label in scheme.entities and (reading_order(s), s.id) < place)
        return span_reason(scheme, span.key, before) or self._attribute_reason(span)

    def _relation_reason(self, relation: Relation) -> Reason | None:
        key = self._key(relation)
        if key is None:
            return None
        place = key, relation.id
        others = ((self._key(r), r.id) for r in self._content.relations_of(relation.head))
        before = [
            k for k, i in others if k is not None and {k.head, k.child} == {key.head, key.child} and (k, i) < place
        ]
        reason = relation_reason(self._content.scheme, key, self._sentences, before)
        return reason or self._attribute_reason(relation)

    def _attribute_reason(self, item: Span | Relation) -> Reason | None:
        """Why the first of the attributes of an item is retired."""
        said = (item.attributes or {}).items()
        reasons = (attribute_reason(self._content.scheme, name, value, item.label) for name, value in said)
        return next((reason for reason in reasons if reason is not None), None)

    def _key(self, relation: Relation) -> RelationKey | None:
        """The content of a relation; ``None`` while a step has taken an end away and not yet the relation."""
        head, child = self._content.span(relation.head), self._content.span(relation.child)
        return None if head is None or child is None else RelationKey(head.key, child.key, relation.label)
