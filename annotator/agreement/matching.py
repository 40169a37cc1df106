"""The alignments of thousands of pairs of layers at once, in arrays; what they are is said by :mod:`alignment`.

Spans that are the same, and two spans that overlap each other and nothing else, need no more than sorting; only the
places where more hang together are handed to the general alignment, each once for all pairs of layers that have it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.alignment import match_neighbourhood
from annotator.agreement.lengths import Unmatched
from annotator.agreement.ordering import changes, in_order, run_starts
from annotator.agreement.packing import Indexes, Packed, indexes, ranges
from annotator.agreement.relations import RelationMatchKind, pair_relations
from annotator.annotation import RelationKey, SpanKey

ENDS: dict[RelationMatchKind, int] = {"exact": 0, "label": 0, "ends": 1, "overlap": 1, "direction": 2}
"""Kinds of matched relations by their ends: the same, aligned ones, or the other way round."""

SAME_ENDS, ALIGNED_ENDS, TURNED_ENDS = 0, 1, 2


class AlignedSpans(NamedTuple):
    """Pairs of spans that stand for each other, by the number of the pair of layers (row) that they are in.

    ``same_row``, ``same``: the spans that both layers have, by key; ``row``, ``left``, ``right``: other pairs.
    ``rest`` are all spans that only one layer has.
    """

    same_row: Indexes
    same: Indexes
    row: Indexes
    left: Indexes
    right: Indexes
    rest: Unmatched


class AlignedLinks(NamedTuple):
    """Pairs of relations that stand for each other: the labels' numbers, and how the ends stand (:data:`ENDS`)."""

    same_row: Indexes
    same: Indexes
    row: Indexes
    left: Indexes
    right: Indexes
    ends: Indexes


class Aligner:
    """Aligns pairs of layers, given as the numbers of the left and of the right ones."""

    def __init__(self, packed: Packed, symmetric: frozenset[str]) -> None:
        self._packed = packed
        self._symmetric = symmetric
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], list[tuple[int, int]]] = {}

    def spans(self, left: Indexes, right: Indexes) -> AlignedSpans:
        """The alignment of every pair's spans."""
        packed = self._packed
        same_row, same, rest = _apart(packed.spans.key, packed.first, packed.keys, left, right)
        hood = self._neighbourhoods(rest)
        firsts = run_starts(hood)
        sizes = np.diff(firsts, append=len(hood))
        rights = np.add.reduceat(rest.right, firsts) if len(firsts) else indexes([])
        two = firsts[(sizes == 2) & (rights == 1)]
        swap = rest.right[two]
        more = np.flatnonzero((sizes > 2) & (rights > 0) & (rights < sizes))
        rows, ours, theirs = self._general(rest, firsts[more], sizes[more])
        return AlignedSpans(
            same_row,
            same,
            np.concatenate([rest.row[two], rows]),
            np.concatenate([rest.content[two + swap], ours]),
            np.concatenate([rest.content[two + 1 - swap], theirs]),
            rest,
        )

    def _neighbourhoods(self, rest: Unmatched) -> Indexes:
        """The number of the unbroken stretch of text that each span is in, ascending."""
        start, end = self._packed.range_of(rest.content)
        shift = rest.row * (self._packed.end + 1)
        reach = np.maximum.accumulate(end + shift)
        begins = np.ones(len(start), dtype=bool)
        begins[1:] = (start + shift)[1:] >= reach[:-1]
        return np.cumsum(begins) - 1

    def _general(self, rest: Unmatched, firsts: Indexes, sizes: Indexes) -> tuple[Indexes, Indexes, Indexes]:
        """Pairs of spans where more than two hang together."""
        members, _ = ranges(firsts, sizes)
        keys, rights = rest.content[members].tolist(), rest.right[members].tolist()
        found: list[tuple[int, int]] = []
        counts = []
        at = 0
        for size in sizes.tolist():
            some = list(zip(keys[at : at + size], rights[at : at + size], strict=True))
            matched = self._matched(tuple(k for k, side in some if not side), tuple(k for k, side in some if side))
            found += matched
            counts.append(len(matched))
            at += size
        pairs = indexes(found).reshape(len(found), 2)
        return np.repeat(rest.row[firsts], indexes(counts)), pairs[:, 0], pairs[:, 1]

    def _matched(self, ours: tuple[int, ...], theirs: tuple[int, ...]) -> list[tuple[int, int]]:
        """The pairs of one place, as keys."""
        known = self._known.get((ours, theirs))
        if known is None:
            spans = self._packed.span_keys(indexes((*ours, *theirs)))
            key = dict(zip(spans, (*ours, *theirs), strict=True))
            pairs = match_neighbourhood(spans[: len(ours)], spans[len(ours) :])
            known = self._known[ours, theirs] = [(key[one], key[other]) for one, other in pairs]
        return known

    def links(self, left: Indexes, right: Indexes, spans: AlignedSpans) -> AlignedLinks:
        """The alignment of every pair's relations, given that of the spans."""
        packed = self._packed
        links = packed.links
        of_content = np.zeros(packed.contents, dtype=np.intp)
        of_content[links.number] = np.arange(len(links.number))
        same_row, same, rest = _apart(links.number, packed.first_link, packed.contents, left, right)
        place = of_content[rest.content]
        carried = _Partners(packed, spans)
        on_right = rest.right == 1
        ends = [np.where(on_right, end[place], carried.of(rest.row, end[place])) for end in (links.head, links.child)]
        known = (ends[0] >= 0) & (ends[1] >= 0)
        place, row, on_right, head, child = (x[known] for x in (place, rest.row, on_right, *ends))
        order, firsts, sizes = _grouped(row, np.minimum(head, child), np.maximum(head, child))
        place, row, on_right, head, child = (x[order] for x in (place, row, on_right, head, child))
        rights = np.add.reduceat(on_right.astype(np.intp), firsts) if len(firsts) else indexes([])
        two = firsts[(sizes == 2) & (rights == 1)]
        ours, theirs = two + on_right[two], two + 1 - on_right[two]
        kinds = self._ends(place[ours], head[ours], child[ours], place[theirs])
        more = np.flatnonzero((sizes > 2) & (rights > 0) & (rights < sizes))
        others = [
            self._general_links(place[members], row[members], on_right[members], head[members], child[members])
            for members in (slice(f, f + s) for f, s in zip(firsts[more].tolist(), sizes[more].tolist(), strict=True))
        ]
        added = indexes([pair for pairs in others for pair in pairs]).reshape(-1, 4)
        code = links.code
        return AlignedLinks(
            same_row,
            code[of_content[same]],
            np.concatenate([row[two], added[:, 0]]),
            np.concatenate([code[place[ours]], added[:, 1]]),
            np.concatenate([code[place[theirs]], added[:, 2]]),
            np.concatenate([kinds, added[:, 3]]),
        )

    def reached(self, left: Indexes, right: Indexes, spans: AlignedSpans) -> Indexes:
        """How many relations of either layer there are in every pair whose two spans the other layer has too."""
        packed = self._packed
        both = spans.same_row * packed.keys + spans.same
        counts = np.zeros(len(left), dtype=np.intp)
        for layer in (left, right):
            members, row = ranges(packed.first_link[layer], packed.first_link[layer + 1] - packed.first_link[layer])
            there = np.ones(len(row), dtype=bool)
            for end in (packed.links.head, packed.links.child):
                there &= _among(both, row * packed.keys + end[members])
            counts += np.bincount(row[there], minlength=len(left))
        return counts

    def _ends(self, ours: Indexes, head: Indexes, child: Indexes, theirs: Indexes) -> Indexes:
        """How the ends of two relations stand; ``head`` and ``child`` are ours carried to the other layer."""
        links = self._packed.links
        directed = np.array([False, *(label not in self._symmetric for label in self._packed.types)])
        turned = (head != links.head[theirs]) | (child != links.child[theirs])
        turned &= directed[links.code[ours]] & directed[links.code[theirs]]
        apart = (np.minimum(links.head[ours], links.child[ours]) != np.minimum(head, child)) | (
            np.maximum(links.head[ours], links.child[ours]) != np.maximum(head, child)
        )
        return np.where(turned, TURNED_ENDS, np.where(apart, ALIGNED_ENDS, SAME_ENDS))

    def _general_links(
        self, place: Indexes, row: Indexes, on_right: Indexes, head: Indexes, child: Indexes
    ) -> list[tuple[int, int, int, int]]:
        """Row, labels and ends of pairs where several relations are between the same two spans."""
        links, spans = self._packed.links, self._packed.span_keys
        heads, children = spans(links.head[place]), spans(links.child[place])
        labels = [self._packed.types[code - 1] for code in links.code[place].tolist()]
        keys = list(map(RelationKey, heads, children, labels))
        sides = on_right.tolist()
        aligned: dict[SpanKey, SpanKey] = {}
        for key, head_there, child_there, side in zip(keys, spans(head), spans(child), sides, strict=True):
            if not side:
                aligned.update({key.head: head_there, key.child: child_there})
        ours = frozenset(key for key, side in zip(keys, sides, strict=True) if not side)
        theirs = frozenset(key for key, side in zip(keys, sides, strict=True) if side)
        number = {label: code for code, label in enumerate(self._packed.types, 1)}
        return [
            (int(row[0]), number[one.label], number[other.label], ENDS[kind])
            for one, other, kind in pair_relations(ours, theirs, aligned, self._symmetric)
        ]


class _Partners:
    """Looks up which span of the right layer stands for a span of the left one."""

    def __init__(self, packed: Packed, spans: AlignedSpans) -> None:
        self._size = packed.keys
        codes = np.concatenate([spans.same_row * self._size + spans.same, spans.row * self._size + spans.left])
        order, self._codes = in_order(codes)
        self._partner = np.concatenate([spans.same, spans.right])[order]

    def of(self, row: Indexes, key: Indexes) -> Indexes:
        """The partners' keys, -1 where there is none."""
        wanted = row * self._size + key
        at = np.searchsorted(self._codes, wanted)
        there = np.append(self._codes, -1)[at] == wanted
        return np.where(there, np.append(self._partner, -1)[at], -1)


def _among(ordered: Indexes, wanted: Indexes) -> NDArray[np.bool_]:
    """Which numbers are among others that ascend."""
    at = np.searchsorted(ordered, wanted)
    found: NDArray[np.bool_] = np.append(ordered, -1)[at] == wanted
    return found


def _apart(
    content: Indexes, first: Indexes, size: int, left: Indexes, right: Indexes
) -> tuple[Indexes, Indexes, Unmatched]:
    """Row and content of what both layers of a row have, and what only one of them has.

    A layer's contents, each below ``size``, are those from its ``first`` on.
    """
    parts = []
    for side, layer in enumerate((left, right)):
        members, row = ranges(first[layer], first[layer + 1] - first[layer])
        parts.append((row * size + content[members]) * 2 + side)
    codes = np.concatenate(parts)
    codes.sort()
    what = codes >> 1
    twin = what[1:] == what[:-1]
    alone = np.ones(len(codes), dtype=bool)
    alone[1:] &= ~twin
    alone[:-1] &= ~twin
    twins, others = np.flatnonzero(twin), np.flatnonzero(alone)
    size = max(size, 1)
    return (*np.divmod(what[twins], size), Unmatched(*np.divmod(what[others], size), codes[others] & 1))


def _grouped(*columns: Indexes) -> tuple[Indexes, Indexes, Indexes]:
    """An order in which equal things are together, where each group of them begins, and its size."""
    order = np.lexsort(columns[::-1])
    differs = np.zeros(len(order), dtype=bool)
    for column in columns:
        differs |= changes(column[order])
    firsts = np.flatnonzero(differs)
    return order, firsts, np.diff(firsts, append=len(order))
