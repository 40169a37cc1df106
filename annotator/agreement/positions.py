"""What layers say about tokens and about stretches of text, document behind document on one line of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.layers import DocumentLayers
from annotator.agreement.packing import Indexes, Packed, Spans, blocks, indexes, joined, ranges

BLOCK = 1_000_000
"""Pieces of text that are compared at a time."""


class Marks(NamedTuple):
    """What layers say about pieces of text, where they say anything: the value, never 0, of a layer on a piece."""

    layer: Indexes
    piece: Indexes
    value: Indexes


class Pieces:
    """Pieces of the documents on none of which any layer changes; those that nobody marks are left out.

    ``weights`` is what each piece counts, ``whole`` the same for each document as a whole, what is left out included.
    """

    def __init__(self, packed: Packed, document: Indexes, weights: Indexes, whole: Indexes, marks: Marks) -> None:
        self._weights = weights
        self._first = np.searchsorted(document, np.arange(len(packed.lengths) + 1))
        kept = np.bincount(document, weights=weights, minlength=len(packed.lengths))
        self._left_out = (whole - kept)[packed.document]
        self._begin = self._first[packed.document]
        self._size = np.diff(self._first)[packed.document]
        self._offset = np.cumsum(self._size) - self._size
        self._values = np.zeros(int(self._size.sum()), dtype=np.int32)
        self._values[(self._offset - self._begin)[marks.layer] + marks.piece] = marks.value

    def alike(self, left: Indexes, right: Indexes) -> tuple[Array, Array]:
        """For pairs of layers how much both give the same value or none, and how much both leave unmarked."""
        same, blank = np.zeros(len(left)), np.zeros(len(left))
        for part in blocks(self._size[left], BLOCK):
            one, other = left[part], right[part]
            members, row = ranges(self._offset[one], self._size[one])
            ours = self._values[members]
            theirs = self._values[members + (self._offset[other] - self._offset[one])[row]]
            weights = self._weights[members + (self._begin[one] - self._offset[one])[row]]
            equal = ours == theirs
            same[part] = np.bincount(row, weights=weights * equal, minlength=len(one))
            blank[part] = np.bincount(row, weights=weights * (equal & (ours == 0)), minlength=len(one))
        left_out = self._left_out[left]
        return same + left_out, blank + left_out


# Tokens


class TokenValues(NamedTuple):
    """Tokens by layer and value: 0 without a span, a label's number, or beyond these a combination of labels."""

    pieces: Pieces
    used: Array


def token_values(packed: Packed, documents: Sequence[DocumentLayers]) -> TokenValues:
    """What layers say about every token: the labels of the spans that touch it."""
    sizes = indexes([len(d.tokens) for d in documents])
    first = np.searchsorted(packed.document, np.arange(len(documents) + 1))
    combinations: dict[frozenset[int], int] = {}
    found: list[Marks] = []
    holders = [indexes([])]
    for part in blocks(sizes, BLOCK):
        behind = np.cumsum(sizes[part])
        shift = np.repeat(packed.bases[part], sizes[part])
        starts = joined(d.tokens.starts for d in documents[part]) + shift
        ends = joined(d.tokens.ends for d in documents[part]) + shift
        spans = slice(packed.first[first[part.start]], packed.first[first[part.stop]])
        marks = _marked_tokens(packed, Spans(*(column[spans] for column in packed.spans)), starts, ends, combinations)
        touched, piece = np.unique(marks.piece, return_inverse=True)
        found.append(marks._replace(piece=piece + sum(map(len, holders))))
        holders.append(part.start + np.searchsorted(behind, touched, side="right"))
    every = Marks(*map(np.concatenate, zip(*found, strict=True))) if found else Marks(*[indexes([])] * 3)
    document, values = np.concatenate(holders), len(packed.labels) + 1 + len(combinations)
    pieces = Pieces(packed, document, np.ones(len(document), dtype=np.intp), sizes, every)
    used = _summed(packed, values, every.layer, every.value)
    used[:, 0] = sizes[packed.document] - used.sum(axis=1)
    return TokenValues(pieces, used)


def _marked_tokens(
    packed: Packed, spans: Spans, starts: Indexes, ends: Indexes, combinations: dict[frozenset[int], int]
) -> Marks:
    """The tokens that spans touch; ``combinations`` collects the numbers given to sets of labels."""
    first = np.searchsorted(ends, spans.start, side="right")
    behind = np.maximum(np.searchsorted(starts, spans.end, side="left"), first)
    token, which = ranges(first, behind - first)
    size = max(len(starts), 1)
    place = spans.layer[which] * size + token
    order = np.argsort(place, kind="stable")
    place, value = place[order], spans.code[which][order]
    begins = np.flatnonzero(np.diff(place, prepend=-1))
    values, sizes = value[begins], np.diff(begins, append=len(place))
    for number in np.flatnonzero(sizes > 1).tolist():
        labels = frozenset(value[begins[number] : begins[number] + sizes[number]].tolist())
        if len(labels) > 1:
            values[number] = combinations.setdefault(labels, len(packed.labels) + 1 + len(combinations))
    return Marks(place[begins] // size, place[begins] % size, values)


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
    layer, start, end, code = packed.spans[:4]
    overlapping = np.zeros(len(packed), dtype=bool)
    overlapping[layer[1:][(np.diff(layer) == 0) & (start[1:] < end[:-1])]] = True
    layer, start, end, code = (column[~overlapping[packed.spans.layer]] for column in (layer, start, end, code))
    cuts, places = np.unique(np.concatenate([start, end]), return_inverse=True)
    first, behind = places[: len(start)], places[len(start) :]
    events = np.bincount(first, minlength=len(cuts)) - np.bincount(behind, minlength=len(cuts))
    covered = np.cumsum(events)[:-1] > 0
    number = np.concatenate([[0], np.cumsum(covered)])
    members, which = ranges(number[first], number[behind] - number[first])
    document = np.searchsorted(packed.bases, cuts[:-1][covered], side="right") - 1
    marks = Marks(layer[which], members, code[which])
    pieces = Pieces(packed, document, np.diff(cuts)[covered], packed.lengths, marks)
    return UnitValues(pieces, *_lengths(packed, layer, code, end - start), overlapping)


def _lengths(packed: Packed, layer: Indexes, code: Indexes, length: Indexes) -> tuple[Array, Array]:
    """Σ length and Σ length² by layer and label."""
    size = len(packed.labels) + 1
    used, squares = _summed(packed, size, layer, code, length), _summed(packed, size, layer, code, length**2)
    used[:, 0] = squares[:, 0] = packed.lengths[packed.document] - used.sum(axis=1)
    return used, squares


def _summed(packed: Packed, size: int, layer: Indexes, code: Indexes, weights: Indexes | None = None) -> Array:
    """Weights (of 1 without any) by layer and number."""
    flat = np.bincount(layer * size + code, weights=weights, minlength=len(packed) * size)
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


def label_units(packed: Packed) -> LabelUnits:
    """How far the layers of every document give the same text the same label."""
    spans, labels, documents = packed.spans, len(packed.labels), len(packed.lengths)
    order = np.lexsort((spans.start, spans.code, spans.layer))
    layer, start, end, code = (column[order] for column in spans[:4])
    group = layer * (labels + 1) + code
    shift = group * (packed.end + 1)
    reach = np.maximum.accumulate(end + shift)
    begins = np.ones(len(start), dtype=bool)
    begins[1:] = (start + shift)[1:] >= reach[:-1]
    overlapping = np.bincount(code[~begins], minlength=labels + 1)[1:] > 0
    last = np.append(begins[1:], True)[: len(begins)]
    whole_start, whole_end, whole_code = start[begins], (reach - shift)[last], code[begins]
    document = packed.document[layer]
    cell, whole = document * labels + code - 1, document[begins] * labels + whole_code - 1
    at = np.concatenate([whole_end, whole_start]) + np.tile(whole_code, 2) * (packed.end + 1)
    sweep = np.argsort(at, kind="stable")  # ends first: what begins where another document ends has the stretch
    layers = np.cumsum(np.repeat([-1, 1], len(whole))[sweep])
    common = np.diff(at[sweep], append=at[sweep][-1:]) * (layers * (layers - 1) // 2)

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
