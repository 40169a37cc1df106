"""Which span of one layer stands for which span of another: the one alignment that everything else builds on.

Measures count its matches, confusion tables tell their labels, adjudication lists what is not exact.  An alignment is
one-to-one, in reading order, a function of what the layers say alone, and the mirror image of itself when the layers
change places.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import Literal, NamedTuple

from annotator.annotation import SpanKey, reading_order

MatchKind = Literal["exact", "label", "boundary", "overlap", "left", "right"]
"""How two spans stand to each other, best first.

``exact``: the same borders and label; ``label``: the same borders, another label; ``boundary``: the same label,
overlapping borders; ``overlap``: overlapping, with another label; ``left`` and ``right``: only that layer has it.
"""

EXACT_SMALLER, EXACT_LARGER = 8, 32
"""Up to how many spans of the one and of the other layer that hang together are matched optimally."""


class SpanMatch(NamedTuple):
    """A span of the left layer and the one that stands for it in the right layer; ``None`` where there is none."""

    left: SpanKey | None
    right: SpanKey | None
    kind: MatchKind


class Group(NamedTuple):
    """What several layers have in one place: a span a layer, in the layers' order; ``None`` where one has none."""

    spans: tuple[SpanKey | None, ...]


class _Edge(NamedTuple):
    """Two spans that may stand for each other; sorted, the best comes first."""

    rank: int
    unshared: int
    one: SpanKey
    other: SpanKey

    @classmethod
    def between(cls, left: SpanKey, right: SpanKey) -> _Edge:
        """The edge, the same one whichever span is on the left."""
        one, other = (left, right) if left <= right else (right, left)
        return cls(_RANKS[kind_of(left, right)], -_shared(left, right), one, other)


_RANKS: dict[MatchKind, int] = {"exact": 0, "label": 1, "boundary": 2, "overlap": 3}


def align(left: Iterable[SpanKey], right: Iterable[SpanKey]) -> list[SpanMatch]:
    """The one-to-one alignment of two layers, in reading order.

    Spans that are the same are matched first.  Of the others, those that overlap and hang together are matched so
    that as many as possible have the same borders; of all such ways, the one with most matches of the same label, then
    with most code points shared by these, then with most matches of any label, then with most code points shared by
    those.  Where more than :data:`EXACT_SMALLER` spans of both layers (or :data:`EXACT_LARGER` of one) hang together,
    pairs are taken best first instead.  What is given twice counts once.
    """
    both = align_unordered(frozenset(left), frozenset(right))
    found = [SpanMatch(span, span, "exact") for span in both.same]
    found += [SpanMatch(one, other, kind_of(one, other)) for one, other in both.pairs]
    found += [SpanMatch(span, None, "left") for span in both.left]
    found += [SpanMatch(None, span, "right") for span in both.right]
    return sorted(found, key=lambda match: _reading_order(match[:2]))


class UnorderedAlignment(NamedTuple):
    """An alignment in no order: spans that are the same, pairs that are not, and what only one layer has."""

    same: frozenset[SpanKey]
    pairs: list[tuple[SpanKey, SpanKey]]
    left: frozenset[SpanKey]
    right: frozenset[SpanKey]


def align_unordered(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> UnorderedAlignment:
    """The alignment of two layers for those who only count it."""
    same = left & right
    ours, theirs = left - same, right - same
    pairs = list(_pairs(ours, theirs)) if ours and theirs else []
    if pairs:
        ones, others = zip(*pairs, strict=True)
        ours, theirs = ours.difference(ones), theirs.difference(others)
    return UnorderedAlignment(same, pairs, ours, theirs)


def align_layers(layers: Sequence[Iterable[SpanKey]]) -> list[Group]:
    """What several layers have in each place, in reading order.

    Every span of every layer is in one group, and a group has at most one span of each layer.  What :func:`align`
    matches in any two of the layers comes together, best matches first, as long as no layer is there twice and all
    spans of the group overlap.  With two layers that is :func:`align`; another order of the layers changes nothing but
    the order inside the groups.
    """
    contents = [frozenset(layer) for layer in layers]
    members: dict[SpanKey, dict[int, SpanKey]] = defaultdict(dict)
    for place, content in enumerate(contents):
        for span in content:
            members[span][place] = span
    edges = {
        _Edge.between(left, right)
        for one, other in combinations(contents, 2)
        for left, right in align_unordered(one, other).pairs
    }
    for edge in sorted(edges):
        one, other = members[edge.one], members[edge.other]
        if one.keys().isdisjoint(other) and _all_touch(one.values(), other.values(), edge.rank):
            one.update(other)
            members.update(dict.fromkeys(other.values(), one))
    groups = {id(member): member for member in members.values()}.values()
    found = [Group(tuple(group.get(place) for place in range(len(contents)))) for group in groups]
    return sorted(found, key=lambda group: _reading_order(group.spans))


def kind_of(left: SpanKey, right: SpanKey) -> MatchKind:
    """How two spans stand to each other that are the same or overlap."""
    if left[:2] == right[:2]:
        return "exact" if left.label == right.label else "label"
    return "boundary" if left.label == right.label else "overlap"


def _shared(one: SpanKey, other: SpanKey) -> int:
    """How many code points two spans share; not above 0 when they do not overlap."""
    return min(one.end, other.end) - max(one.start, other.start)


def _all_touch(ones: Iterable[SpanKey], others: Iterable[SpanKey], rank: int) -> bool:
    """Whether every two spans overlap; those of the same borders need not be looked at."""
    return rank == _RANKS["label"] or all(_shared(one, other) > 0 for one in set(ones) for other in set(others))


def _reading_order(spans: Iterable[SpanKey | None]) -> list[tuple[int, int, str]]:
    """A sort key: by start, the longer first; spans of one match or group count from the first on."""
    return sorted(reading_order(span) for span in spans if span is not None)


# Pairs that are not the same


def _pairs(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> Iterator[tuple[SpanKey, SpanKey]]:
    """Yield matched pairs of spans of which none is in both layers."""
    for ours, theirs in _neighbourhoods(left, right):
        if len(ours) == len(theirs) == 1:
            yield ours[0], theirs[0]
        else:
            yield from match_neighbourhood(ours, theirs)


def _neighbourhoods(
    left: frozenset[SpanKey], right: frozenset[SpanKey]
) -> Iterator[tuple[list[SpanKey], list[SpanKey]]]:
    """Yield the spans of both layers over each unbroken stretch of text, where both have some."""
    ours: list[SpanKey] = []
    theirs: list[SpanKey] = []
    reach = -1
    for span in sorted(left | right):
        if span.start >= reach:
            if ours and theirs:
                yield ours, theirs
            ours, theirs = [], []
        (ours if span in left else theirs).append(span)
        reach = max(reach, span.end)
    if ours and theirs:
        yield ours, theirs


def match_neighbourhood(ours: list[SpanKey], theirs: list[SpanKey]) -> Iterator[tuple[SpanKey, SpanKey]]:
    """Yield the pairs of an unbroken stretch of text, matched apart for each set of spans that hang together.

    None of the spans is in both layers.
    """
    partners: dict[SpanKey, list[SpanKey]] = defaultdict(list)
    for one in ours:
        for other in theirs:
            if _shared(one, other) > 0:
                partners[one].append(other)
                partners[other].append(one)
    mine = frozenset(ours)
    for component in _components(partners):
        left = [span for span in component if span in mine]
        right = [span for span in component if span not in mine]
        swapped = (len(left), left) > (len(right), right)
        larger, smaller = (left, right) if swapped else (right, left)
        fits = len(smaller) <= EXACT_SMALLER and len(larger) <= EXACT_LARGER
        for one, other in _best(larger, smaller) if fits else _best_first(larger, partners):
            yield (one, other) if one in mine else (other, one)


def _components(partners: dict[SpanKey, list[SpanKey]]) -> Iterator[list[SpanKey]]:
    """Yield the spans that hang together over their partners, sorted."""
    seen: set[SpanKey] = set()
    for first in sorted(partners):
        if first in seen:
            continue
        seen.add(first)
        component = [first]
        for span in component:
            fresh = [partner for partner in partners[span] if partner not in seen]
            seen.update(fresh)
            component += fresh
        yield sorted(component)


def _best(larger: list[SpanKey], smaller: list[SpanKey]) -> list[tuple[SpanKey, SpanKey]]:
    """The best matching of a component: over subsets of the smaller side, span by span of the larger."""

    @cache
    def best(row: int, free: int) -> tuple[int, tuple[int, ...]]:
        """The worth of the rows from ``row`` on, and the column of each (-1 for none)."""
        if row == len(larger) or not free:
            return 0, ()
        worth, columns = best(row + 1, free)
        columns = (-1, *columns)
        for column, span in enumerate(smaller):
            if free >> column & 1 and _shared(larger[row], span) > 0:
                rest, following = best(row + 1, free & ~(1 << column))
                candidate = rest + _worth(larger[row], span)
                if candidate > worth:
                    worth, columns = candidate, (column, *following)
        return worth, columns

    columns = best(0, (1 << len(smaller)) - 1)[1]
    return [(span, smaller[column]) for span, column in zip(larger, columns, strict=False) if column != -1]


def _worth(one: SpanKey, other: SpanKey) -> int:
    """What a pair adds to a matching: one number whose sums compare as :func:`align` says."""
    kind = kind_of(one, other)
    if kind == "label":
        return 1 << 192
    return (1 << 144 if kind == "boundary" else 1 << 48) + (_shared(one, other) << (96 if kind == "boundary" else 0))


def _best_first(spans: list[SpanKey], partners: dict[SpanKey, list[SpanKey]]) -> Iterator[tuple[SpanKey, SpanKey]]:
    """Yield pairs in the order of their edges, each span once."""
    taken: set[SpanKey] = set()
    for edge in sorted(_Edge.between(span, partner) for span in spans for partner in partners[span]):
        if edge.one not in taken and edge.other not in taken:
            taken.update((edge.one, edge.other))
            yield edge.one, edge.other
