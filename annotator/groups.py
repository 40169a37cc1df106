"""Groups: the mentions of one layer that an equivalence links, directly or through others."""

from __future__ import annotations

from annotator.annotation import Annotations, reading_order
from annotator.disjoint_sets import DisjointSets


def groups(content: Annotations, label: str) -> list[list[str]]:
    """The groups that relations of a label make of the spans of a layer: the ids of each, in reading order.

    Groups are in the order of their first mentions.  A mention that is linked with none other is in no group.
    """
    sets: DisjointSets[str] = DisjointSets()
    for relation in content.relations.values():
        if relation.label == label:
            sets.join(relation.head, relation.child)
    members: dict[str, list[str]] = {}
    for span_id in sorted(sets, key=lambda span_id: reading_order(content.spans[span_id])):
        members.setdefault(sets.find(span_id), []).append(span_id)
    return [group for group in members.values() if len(group) > 1]
