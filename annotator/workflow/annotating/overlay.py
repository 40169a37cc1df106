"""The suggestions in a unit of text that are not stored, and what changes from one state of them to the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from annotator.annotation import Relation
from annotator.workflow.annotating.suggestions import RevisedSpan


@dataclass(slots=True)
class Overlay:
    """The suggestions in a unit that are not stored: spans, relations, and the spans at their ends."""

    spans: dict[str, RevisedSpan] = field(default_factory=dict)
    ends: dict[str, RevisedSpan] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.spans or self.ends or self.relations)

    def pending(self) -> set[tuple[str, bool]]:
        """The ids of the spans, each with whether it may be pending."""
        return {(span_id, revised.may_be_pending) for span_id, revised in self.spans.items()}


def changed_ranges(before: Iterable[Overlay], after: Iterable[Overlay]) -> list[tuple[int, int]]:
    """The ranges, in code points, in which the suggestions differ."""
    ranges: set[tuple[int, int]] = set()
    for old, new in zip(before, after, strict=True):
        for span_id in old.spans.keys() | new.spans.keys():
            revisions = old.spans.get(span_id), new.spans.get(span_id)
            if revisions[0] != revisions[1]:
                ranges.update((r.span.start, r.span.end) for r in revisions if r is not None)
        for relation_id in old.relations.keys() ^ new.relations.keys():
            relation = old.relations.get(relation_id) or new.relations[relation_id]
            for end in (relation.head, relation.child):
                first, last = end.split("-")[:2]
                ranges.add((int(first), int(last)))
    return sorted(ranges)
