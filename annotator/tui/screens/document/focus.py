"""Looks up what belongs to the item in focus: its ends, and the relations drawn as arcs."""

from __future__ import annotations

from annotator.annotation import Relation, Span
from annotator.workflow.editing.layer_view import LayerView, without_links


def spans_of(layer: LayerView, item_id: str | None) -> list[Span]:
    """The span with this id, or both ends of the relation with this id; nothing when it is not there."""
    if item_id is None:
        return []
    span, relation = layer.span(item_id), layer.relation(item_id)
    spans = [span] if span else [layer.span(relation.head), layer.span(relation.child)] if relation else []
    return [s for s in spans if s is not None]


def with_ends(layer: LayerView, item_id: str | None) -> frozenset[str]:
    """The id of an item, and for a relation those of its ends."""
    ends = {span.id for span in spans_of(layer, item_id)}
    return frozenset(ends | {item_id} if item_id else ends)


def relations_at(layer: LayerView, item_id: str | None) -> list[Relation]:
    """The relation with this id, or those at the span with this id; of groups, the mentions are marked instead."""
    if item_id is None:
        return []
    relation = layer.relation(item_id)
    return [relation] if relation is not None else without_links(layer, layer.relations_of(item_id))


def next_relation(layer: LayerView, item_id: str) -> str | None:
    """The next relation of a span, or of a relation's head; ``None`` where there are none."""
    relation = layer.relation(item_id)
    ids = [r.id for r in layer.relations_of(relation.head if relation is not None else item_id)]
    index = ids.index(item_id) if item_id in ids else -1
    return ids[(index + 1) % len(ids)] if ids else None


def waits_for_verdict(layer: LayerView, item_id: str | None) -> bool:
    """Whether an item is there, and is a suggestion."""
    item = (layer.span(item_id) or layer.relation(item_id)) if item_id is not None else None
    return item is not None and item.origin == "suggested"
