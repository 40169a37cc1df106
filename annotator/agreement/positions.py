"""What layers say about tokens and about stretches of text, document behind document on one line of numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.layers import DocumentLayers
from annotator.agreement.ordering import distinct, in_order, run_starts
from annotator.agreement.packing import Indexes, Packed, Spans, blocks, indexes, occurring, ranges
from annotator.agreement.token_borders import token_borders

BLOCK = 250_000
"""Pieces of text, or spans, that are looked at at a time: what these take stays near the processor."""


class Marks(NamedTuple):
    """What layers say about pieces of text, where they say anything: the value, never 0, of a layer on a piece."""

    layer: NDArray[np.int32]
    piece: NDArray[np.int32]
    value: NDArray[np.int32]

    @classmethod
    def of(cls, layer: Indexes, piece: Indexes, value: Indexes) -> Marks:
        """Take columns; there are several times as many marks as spans, so that they take little room each."""
        return cls(*(column.astype(np.int32) for column in (layer, piece, value)))


class Alike(NamedTuple):
    """Of pairs of layers how much both call alike, how much both leave unmarked, and how much has the same ``kinds``.

    The same values are alike; where values have kinds, different values of one kind are ``same`` too.
    """

    same: Array
    blank: Array
    values: Array


class Pieces:
    """Pieces of the documents on none of which any layer changes; those that nobody marks are left out.

    ``weights`` is what each piece counts, ``whole`` the same for each document as a whole, what is left out included.
    ``kinds`` gives the kind of each value, where several are of one kind.
    """

    def __init__(
        self,
        packed: Packed,
        document: Indexes,
        weights: Indexes,
        whole: Indexes,
        marks: Marks,
        kinds: Indexes | None = None,
    ) -> None:
        self._kinds = kinds
        self._weights = weights
        self._first = np.searchsorted(document, np.arange(len(packed.lengths) + 1))
        kept = np.bincount(document, weights=weights, minlength=len(packed.lengths))
        self._left_out = (whole - kept)[packed.document]
        self._begin = self._first[packed.document]
        self._size = np.diff(self._first)[packed.document]
        self._offset = np.cumsum(self._size) - self._size
        self._values = np.zeros(int(self._size.sum()), dtype=np.int32)
        self._values[(self._offset - self._begin)[marks.layer] + marks.piece] = marks.value

    def alike(self, left: Indexes, right: Indexes) -> Alike:
        """Compare pairs of layers."""
        found = Alike(*np.zeros((3, len(left))))
        for part, _, ours, theirs, weights in self._both(left, right):
            equal, sizes = ours == theirs, self._size[left[part]]
            found.values[part] = _sums(weights * equal, sizes)
            found.blank[part] = _sums(weights * (equal & (ours == 0)), sizes)
            if self._kinds is not None:
                found.same[part] = _sums(weights * (self._kinds[ours] == self._kinds[theirs]), sizes)
        left_out = self._left_out[left]
        same = found.values if self._kinds is None else found.same
        return Alike(same + left_out, found.blank + left_out, found.values + left_out)

    def unlike(self, left: Indexes, right: Indexes) -> Iterator[tuple[Indexes, Indexes, Indexes]]:
        """Yield the numbers of pairs of layers that differ on a piece that both mark, and the kinds on either side."""
        kinds = np.arange(int(self._values.max(initial=0)) + 1) if self._kinds is None else self._kinds
        for part, row, ours, theirs, _ in self._both(left, right):
            differ = (kinds[ours] != kinds[theirs]) & (ours > 0) & (theirs > 0)
            yield part.start + row[differ], kinds[ours[differ]], kinds[theirs[differ]]

    def _both(
        self, left: Indexes, right: Indexes
    ) -> Iterator[tuple[slice, Indexes, NDArray[np.int32], NDArray[np.int32], Indexes]]:
        """Yield some pairs of layers, and for each piece the pair's place among them, both values and the weight."""
        for part in blocks(self._size[left], BLOCK):
            one, other = left[part], right[part]
            members, row = ranges(self._offset[one], self._size[one])
            ours = self._values[members]
            theirs = self._values[members + (self._offset[other] - self._offset[one])[row]]
            yield part, row, ours, theirs, self._weights[members + (self._begin[one] - self._offset[one])[row]]


def _sums(weights: Indexes, sizes: Indexes) -> Indexes:
    """The sums of runs of weights, each of so many."""
    reached = np.concatenate([[0], np.cumsum(weights)])
    behind = np.cumsum(sizes)
    found: Indexes = reached[behind] - reached[behind - sizes]
    return found


# Tokens


class TokenValues(NamedTuple):
    """Tokens by layer and value: 0 without a span, a label's number, or beyond these a combination of labels.

    ``sets`` has the numbers of each value's labels.  ``tags`` is the same by tags: 0, then of each label B (a span
    begins) and I (it goes on), then combinations of tags.
    """

    pieces: Pieces
    used: Array
    tags: Array
    sets: tuple[frozenset[int], ...]


def token_values(
    packed: Packed, documents: Sequence[DocumentLayers], combinations: dict[frozenset[int], int]
) -> TokenValues:
    """What layers say about every token: the labels of the spans that touch it.

    ``combinations`` collects the numbers of sets of tags.
    """
    sizes = indexes([len(d.tokens) for d in documents])
    first = np.searchsorted(packed.document, np.arange(len(documents) + 1))
    found: list[Marks] = []
    holders = [indexes([])]
    for part in blocks(sizes, BLOCK):
        behind = np.cumsum(sizes[part])
        starts, ends = token_borders([d.tokens for d in documents[part]], sizes[part], packed.bases[part])
        spans = slice(packed.first[first[part.start]], packed.first[first[part.stop]])
        layer, token, value = _marked_tokens(
            packed, Spans(*(column[spans] for column in packed.spans)), starts, ends, combinations
        )
        touched, piece = occurring(token, len(starts))
        found.append(Marks.of(layer, piece + sum(map(len, holders)), value))
        holders.append(part.start + np.searchsorted(behind, touched, side="right"))
    every = Marks(*map(np.concatenate, zip(*found, strict=True))) if found else Marks.of(*[indexes([])] * 3)
    document = np.concatenate(holders)
    kinds, sets = _labels_of_tags(len(packed.labels), combinations)
    pieces = Pieces(packed, document, np.ones(len(document), dtype=np.intp), sizes, every, kinds)
    used, tags = (
        _summed(packed, size, every.layer, value)
        for size, value in ((len(sets), kinds[every.value]), (len(kinds), every.value))
    )
    used[:, 0] = tags[:, 0] = sizes[packed.document] - used.sum(axis=1)
    return TokenValues(pieces, used, tags, sets)


def _marked_tokens(
    packed: Packed, spans: Spans, starts: Indexes, ends: Indexes, combinations: dict[frozenset[int], int]
) -> tuple[Indexes, Indexes, Indexes]:
    """Layer, token and tag where spans touch tokens; ``combinations`` collects the numbers given to sets of tags."""
    lowest = int(spans.border.min()) if len(spans.border) else 0
    start, end = packed.range_of_borders(slice(lowest, int(spans.border.max(initial=-1)) + 1))
    begin = np.searchsorted(ends, start, side="right")
    many = np.maximum(np.searchsorted(starts, end, side="left") - begin, 0)
    border = spans.border - lowest  # many spans have the same borders, and these ascend
    first = begin[border]
    token, which = ranges(first, many[border])
    layer = spans.layer[which]
    tag = 2 * spans.code[which] - (token == first[which])
    order, place = in_order(layer * max(len(starts), 1) + token)
    firsts = run_starts(place)
    tag, once = tag[order], order[firsts]
    values, sizes = tag[firsts], np.diff(firsts, append=len(place))
    for number in np.flatnonzero(sizes > 1).tolist():
        tags = frozenset(tag[firsts[number] : firsts[number] + sizes[number]].tolist())
        if len(tags) > 1:
            values[number] = combinations.setdefault(tags, 2 * len(packed.labels) + 1 + len(combinations))
    return layer[once], token[once], values


def _labels_of_tags(
    labels: int, combinations: Mapping[frozenset[int], int]
) -> tuple[Indexes, tuple[frozenset[int], ...]]:
    """For every tag and combination of tags the number of its set of labels; and these sets."""
    sets = {frozenset[int](): 0} | {frozenset({label}): label for label in range(1, labels + 1)}
    of_combinations = [sets.setdefault(frozenset((tag + 1) // 2 for tag in tags), len(sets)) for tags in combinations]
    return np.concatenate([(np.arange(2 * labels + 1) + 1) // 2, indexes(of_combinations)]), tuple(sets)


# Stretches of text


class UnitValues(NamedTuple):
    """Lengths in code points by layer and label, 0 where nothing is marked, for unitizing measures.

    ``squares`` holds Σ length² of the spans (for gaps Σ length).  Layers with spans that overlap one another
    are ``overlapping``, and count as if they had none.
    """

    pieces: Pieces
    used: Array
    squares: Array
    overlapping: NDArray[np.bool_]


def unit_values(packed: Packed) -> UnitValues:
    """What layers say about every code point."""
    layer, start, end, code, border = packed.spans[:5]
    overlapping = np.zeros(len(packed), dtype=bool)
    overlapping[layer[1:][(np.diff(layer) == 0) & (start[1:] < end[:-1])]] = True
    kept = np.flatnonzero(~overlapping[layer])
    layer, start, end, code, border = (column[kept] for column in (layer, start, end, code, border))
    used, place = occurring(border, int(border.max(initial=-1)) + 1)
    cuts, places = distinct(np.concatenate(packed.range_of_borders(used)))
    first, behind = places[: len(used)][place], places[len(used) :][place]
    events = np.bincount(first, minlength=len(cuts)) - np.bincount(behind, minlength=len(cuts))
    covered = np.cumsum(events)[:-1] > 0
    number = np.concatenate([[0], np.cumsum(covered)])
    members, which = ranges(number[first], number[behind] - number[first])
    document = np.searchsorted(packed.bases, cuts[:-1][covered], side="right") - 1
    marks = Marks.of(layer[which], members, code[which])
    pieces = Pieces(packed, document, np.diff(cuts)[covered], packed.lengths, marks)
    return UnitValues(pieces, *_lengths(packed, layer, code, end - start), overlapping)


def _lengths(packed: Packed, layer: Indexes, code: Indexes, length: Indexes) -> tuple[Array, Array]:
    """Σ length and Σ length² by layer and label."""
    size = len(packed.labels) + 1
    used, squares = _summed(packed, size, layer, code, length), _summed(packed, size, layer, code, length**2)
    used[:, 0] = squares[:, 0] = packed.lengths[packed.document] - used.sum(axis=1)
    return used, squares


def _summed(
    packed: Packed,
    size: int,
    layer: NDArray[np.signedinteger],
    code: NDArray[np.signedinteger],
    weights: Indexes | None = None,
) -> Array:
    """Weights (of 1 without any) by layer and number."""
    flat = np.bincount(layer.astype(np.intp) * size + code, weights=weights, minlength=len(packed) * size)
    table: Array = flat.astype(float).reshape(len(packed), size)
    return table


class LabelUnits(NamedTuple):
    """Lengths in code points by document and label, each label by itself against everything else, over all layers.

    ``shared`` is what pairs of a document's layers have in common, summed over the pairs; ``used`` and ``squares`` are
    Σ length and Σ length² over the layers; ``overlapping`` says of which labels spans of one layer overlap one another.
    """

    shared: Array
    used: Array
    squares: Array
    overlapping: tuple[bool, ...]

    @classmethod
    def joined(cls, parts: Sequence[LabelUnits]) -> LabelUnits:
        """The same of documents behind one another."""
        shared, used, squares = (np.concatenate(tables) for tables in zip(*(part[:3] for part in parts), strict=True))
        return cls(shared, used, squares, tuple(map(any, zip(*(part.overlapping for part in parts), strict=True))))


def label_units(packed: Packed) -> LabelUnits:
    """How far the layers of every document give the same text the same label."""
    spans, labels, documents = packed.spans, len(packed.labels), len(packed.lengths)
    order, group = packed.by_label
    layer, start, end, code = (column[order] for column in spans[:4])
    shift = group * (packed.end + 1)
    reach = np.maximum.accumulate(end + shift)
    new = np.ones(len(start), dtype=bool)
    new[1:] = (start + shift)[1:] >= reach[:-1]
    overlapping = np.bincount(code[~new], minlength=labels + 1)[1:] > 0
    last = np.append(new[1:], True)[: len(new)]
    whole_start, whole_end, whole_code = start[new], (reach - shift)[last], code[new]
    document = packed.document[layer]
    cell, whole = document * labels + code - 1, document[new] * labels + whole_code - 1
    at = np.concatenate([whole_end, whole_start]) + np.tile(whole_code, 2) * (packed.end + 1)
    sweep, at = in_order(at)  # ends first: what begins where another document ends has the stretch
    layers = np.cumsum(np.repeat([-1, 1], len(whole))[sweep])
    common = np.diff(at, append=at[-1:]) * (layers * (layers - 1) // 2)

    def table(cell: Indexes, weights: Indexes) -> Array:
        flat = np.bincount(cell, weights=weights, minlength=documents * labels)
        found: Array = flat.astype(float).reshape(documents, labels)
        return found

    return LabelUnits(
        shared=table(np.tile(whole, 2)[sweep], common),
        used=table(whole, whole_end - whole_start),
        squares=table(cell, (end - start) ** 2),
        overlapping=tuple(overlapping.tolist()),
    )
