"""Which relation of one layer stands for which of another, given how their spans are aligned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from annotator.annotation import RelationKey, SpanKey

RelationMatchKind = Literal["exact", "label", "direction", "ends", "overlap", "left", "right"]
"""How two relations stand to each other, best first.

``exact``: the same ends and label; ``label``: the same ends, another label; ``direction``: the other way round, where
both have a direction; ``ends``: the same label between spans that are aligned but not the same; ``overlap``: between
such spans, with another label; ``left`` and ``right``: only that layer has it.
"""


class RelationMatch(NamedTuple):
    """A relation of the left layer and the one that stands for it in the right layer; ``None`` where there is none."""

    left: RelationKey | None
    right: RelationKey | None
    kind: RelationMatchKind


def align_relations(
    left: Iterable[RelationKey],
    right: Iterable[RelationKey],
    aligned: Mapping[SpanKey, SpanKey],
    symmetric: frozenset[str] = frozenset(),
) -> list[RelationMatch]:
    """The one-to-one alignment of two layers' relations, in reading order.

    ``aligned`` leads from the left layer's spans to those that stand for them in the right layer; ``symmetric`` are
    the types without direction.  The better kinds are matched first; among relations of one kind that compete, those
    of the same label, then in reading order.
    """
    both = match_relations(direct(left, symmetric), direct(right, symmetric), aligned, symmetric)
    found = [RelationMatch(relation, relation, "exact") for relation in both.same]
    found += [RelationMatch(one, other, kind) for one, other, kind in both.pairs]
    found += [RelationMatch(relation, None, "left") for relation in both.left]
    found += [RelationMatch(None, relation, "right") for relation in both.right]
    return sorted(found, key=_reading_order)


class MatchedRelations(NamedTuple):
    """An alignment in no order: relations that are the same, pairs that are not, and what only one layer has."""

    same: frozenset[RelationKey]
    pairs: list[tuple[RelationKey, RelationKey, RelationMatchKind]]
    left: frozenset[RelationKey]
    right: frozenset[RelationKey]


def match_relations(
    left: frozenset[RelationKey],
    right: frozenset[RelationKey],
    aligned: Mapping[SpanKey, SpanKey],
    symmetric: frozenset[str],
) -> MatchedRelations:
    """The alignment of two layers' relations, directed already, for those who only count it."""
    same = left & right
    ours, theirs = left - same, right - same
    pairs = list(pair_relations(ours, theirs, aligned, symmetric)) if ours and theirs else []
    if pairs:
        ours = ours.difference(one for one, _, _ in pairs)
        theirs = theirs.difference(other for _, other, _ in pairs)
    return MatchedRelations(same, pairs, ours, theirs)


def direct(relations: Iterable[RelationKey], symmetric: frozenset[str]) -> frozenset[RelationKey]:
    """Relations, each with the earlier end as its head where its type has no direction."""
    return frozenset(relation.canonical(symmetric) for relation in relations) if symmetric else frozenset(relations)


class _Candidate(NamedTuple):
    """Two relations that may stand for each other; sorted, the best comes first."""

    apart: bool
    turned: bool
    relabelled: bool
    one: RelationKey
    other: RelationKey
    left: RelationKey
    right: RelationKey

    @classmethod
    def of(cls, left: RelationKey, head: SpanKey, right: RelationKey, symmetric: frozenset[str]) -> _Candidate:
        """How a relation, whose head is ``head`` in the other layer, stands to one between the same spans there."""
        apart = {left.head, left.child} != {right.head, right.child}
        turned = head != right.head and symmetric.isdisjoint((left.label, right.label))
        one, other = (left, right) if left <= right else (right, left)
        return cls(apart, turned, left.label != right.label, one, other, left, right)

    @property
    def kind(self) -> RelationMatchKind:
        """The kind of match."""
        if self.turned:
            return "direction"
        if not self.apart:
            return "label"
        return "overlap" if self.relabelled else "ends"


def pair_relations(
    left: frozenset[RelationKey],
    right: frozenset[RelationKey],
    aligned: Mapping[SpanKey, SpanKey],
    symmetric: frozenset[str],
) -> Iterator[tuple[RelationKey, RelationKey, RelationMatchKind]]:
    """Yield matched pairs of relations of which none is in both layers."""
    between: defaultdict[frozenset[SpanKey], list[RelationKey]] = defaultdict(list)
    for relation in right:
        between[frozenset(relation[:2])].append(relation)
    candidates = []
    for relation in left:
        head, child = aligned.get(relation.head), aligned.get(relation.child)
        if head is not None and child is not None:
            there = between.get(frozenset((head, child)), ())
            candidates += [_Candidate.of(relation, head, other, symmetric) for other in there]
    taken: set[tuple[str, RelationKey]] = set()
    for candidate in sorted(candidates):
        ends = ("left", candidate.left), ("right", candidate.right)
        if taken.isdisjoint(ends):
            taken.update(ends)
            yield candidate.left, candidate.right, candidate.kind


def _reading_order(match: RelationMatch) -> list[tuple[int, int, RelationKey]]:
    present = [relation for relation in match[:2] if relation is not None]
    return sorted((min(r.head.start, r.child.start), max(r.head.end, r.child.end), r) for r in present)
