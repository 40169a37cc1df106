"""What layers say about tokens and about stretches of text, document behind document on one line of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.layers import DocumentLayers
from annotator.agreement.tally import Indexes, Tally, compressed, indexes

ABSENT = -1
"""Value of a token in a layer that the document does not have."""


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """Lengths in code points on which two layers coincide, for unitizing measures.

    ``squares`` holds Σ length² of both layers' spans (for gaps Σ length); ``overlapping`` says of which tables spans of
    one layer overlap one another, so that they have no unitizing measure.
    """

    coincidences: Tally
    squares: Tally
    overlapping: tuple[bool, ...]

    def rows(self, which: Any) -> UnitCounts:
        """The counts of some rows."""
        return UnitCounts(self.coincidences.rows(which), self.squares.rows(which), self.overlapping)


class _Layer(NamedTuple):
    """One layer's spans in all documents: positions on the line, label numbers from 1, which documents it has."""

    starts: Indexes
    ends: Indexes
    codes: Indexes
    has: NDArray[np.bool_]


class _Track(NamedTuple):
    """What a layer says all along a line: from ``at[i]`` on it is ``code[i]``, 0 meaning nothing."""

    at: Indexes
    code: Indexes


class Positions:
    """Documents laid end to end; rows of the results are comparisons of two layers in a document."""

    def __init__(self, documents: Sequence[DocumentLayers], names: Sequence[str], labels: Sequence[str]) -> None:
        self._lengths = indexes([d.length for d in documents])
        self._bases = np.cumsum(self._lengths) - self._lengths
        self._labels = len(labels)
        code = {label: number for number, label in enumerate(labels, 1)}
        self._layers = [self._read(documents, name, code) for name in names]
        sizes = [len(d.tokens) for d in documents]
        shift = np.repeat(self._bases, sizes)
        self._token_document = np.repeat(np.arange(len(sizes)), sizes)
        self._token_starts = _joined(d.tokens.starts for d in documents) + shift
        self._token_ends = _joined(d.tokens.ends for d in documents) + shift

    def _read(self, documents: Sequence[DocumentLayers], name: str, code: dict[str, int]) -> _Layer:
        starts: list[int] = []
        ends: list[int] = []
        codes: list[int] = []
        sizes = []
        for document in documents:
            content = document.layers.get(name)
            sizes.append(len(content.spans) if content is not None else 0)
            if content is not None and content.spans:
                some_starts, some_ends, some_labels = zip(*content.spans, strict=True)
                starts += some_starts
                ends += some_ends
                codes += [code[label] for label in some_labels]
        shift = np.repeat(self._bases, sizes)
        has = np.array([name in document.layers for document in documents], dtype=bool)
        return _Layer(indexes(starts) + shift, indexes(ends) + shift, indexes(codes), has)

    # Tokens

    def tokens(self, document: Indexes, left: Indexes, right: Indexes) -> Tally:
        """For each comparison how often tokens have which values in both layers."""
        combinations: dict[frozenset[int], int] = {}
        values = [self._values(layer, combinations) for layer in self._layers]
        size = self._labels + 1 + len(combinations)
        parts = []
        for one, other, row in self._pairs(document, left, right):
            rows = row[self._token_document]
            there = rows >= 0
            cells = values[one][there] * size + values[other][there]
            parts.append(compressed(rows[there], cells, size * size))
        return Tally.joined(len(document), (size, size), parts)

    def _pairs(self, document: Indexes, left: Indexes, right: Indexes) -> Iterable[tuple[int, int, Indexes]]:
        """Yield each pair of layers with the row of every document that they share, -1 for the others."""
        for one, other in sorted(set(zip(left.tolist(), right.tolist(), strict=True))):
            which = np.flatnonzero((left == one) & (right == other))
            row = np.full(len(self._lengths), -1, dtype=np.intp)
            row[document[which]] = which
            yield one, other, row

    def _values(self, layer: _Layer, combinations: dict[frozenset[int], int]) -> Indexes:
        """Every token's value; ``combinations`` collects the numbers given to sets of labels."""
        first = np.searchsorted(self._token_ends, layer.starts, side="right")
        behind = np.maximum(np.searchsorted(self._token_starts, layer.ends, side="left"), first)
        sizes = behind - first
        codes = np.repeat(layer.codes, sizes)
        tokens = np.arange(sizes.sum()) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
        values = np.where(layer.has[self._token_document], 0, ABSENT)
        values[tokens] = codes
        shared = np.flatnonzero(np.bincount(tokens, minlength=len(values)) > 1)
        if len(shared):
            under: dict[int, set[int]] = {int(token): set() for token in shared}
            several = np.isin(tokens, shared)
            for token, code in zip(tokens[several].tolist(), codes[several].tolist(), strict=True):
                under[token].add(code)
            for token, found in under.items():
                values[token] = self._number(frozenset(found), combinations)
        return values

    def _number(self, labels: frozenset[int], combinations: dict[frozenset[int], int]) -> int:
        if len(labels) == 1:
            return next(iter(labels))
        return combinations.setdefault(labels, self._labels + 1 + len(combinations))

    # Stretches of text

    def units(self, document: Indexes, left: Indexes, right: Indexes) -> UnitCounts:
        """For each comparison the lengths on which the layers say what."""
        size = self._labels + 1
        overlapping = any(_overlap(layer.starts, layer.ends) for layer in self._layers)
        squares = (
            np.stack([self._squares(layer, size) for layer in self._layers]) if self._layers else np.zeros((0, 0, size))
        )
        squares[..., 0] = self._lengths - squares[..., 0]  # Σ length of gaps
        both = Tally.dense(squares[left, document] + squares[right, document])
        if overlapping:
            return UnitCounts(Tally.blank(len(document), (size, size)), both, (True,))
        tracks = [self._track(self._bases, layer.starts, layer.ends, layer.codes) for layer in self._layers]
        end = int(self._lengths.sum())
        parts = []
        for one, other, row in self._pairs(document, left, right):
            at, length, ours, theirs = _side_by_side(tracks[one], tracks[other], end)
            rows = row[np.searchsorted(self._bases, at, side="right") - 1]
            there = rows >= 0
            cells = ours[there] * size + theirs[there]
            parts.append(compressed(rows[there], cells, size * size, length[there]))
        return UnitCounts(Tally.joined(len(document), (size, size), parts), both, (False,))

    def _squares(self, layer: _Layer, size: int) -> Array:
        """Σ length² by document and label; in place 0, Σ length of all."""
        document = np.searchsorted(self._bases, layer.starts, side="right") - 1
        lengths = layer.ends - layer.starts
        rows = len(self._lengths)
        squares = np.bincount(document * size + layer.codes, weights=lengths**2, minlength=rows * size)
        table: Array = squares.astype(float).reshape(rows, size)
        table[:, 0] = np.bincount(document, weights=lengths, minlength=rows)
        return table

    def units_by_label(self, document: Indexes, left: Indexes, right: Indexes, units: UnitCounts) -> UnitCounts:
        """For each comparison and label the lengths on which the layers have it, or have it not.

        ``units`` are the lengths for all labels at once; where spans overlap, they do not give those of one label.
        """
        shape = (self._labels, 2, 2)
        squares = self._squares_by_label(document, left, right)
        if not units.overlapping[0]:
            table = units.coincidences.full(units.coincidences.values)
            both = np.einsum("...ii->...i", table)[..., 1:]
            ours, theirs = table.sum(axis=-1)[..., 1:] - both, table.sum(axis=-2)[..., 1:] - both
            neither = table.sum(axis=(-1, -2))[:, None] - both - ours - theirs
            stacked = np.stack([neither, theirs, ours, both], axis=-1).reshape(len(document), *shape)
            return UnitCounts(Tally.dense(stacked), squares, (False,) * self._labels)
        coincidences, overlapping = self._apart(document, left, right)
        return UnitCounts(coincidences, squares, overlapping)

    def _apart(self, document: Indexes, left: Indexes, right: Indexes) -> tuple[Tally, tuple[bool, ...]]:
        """Count each label by itself, the documents being laid end to end once for each, and say which overlap."""
        end = int(self._lengths.sum())
        bases = (np.arange(self._labels)[:, None] * end + self._bases[None, :]).ravel()
        shifted = [
            (layer.starts + (layer.codes - 1) * end, layer.ends + (layer.codes - 1) * end) for layer in self._layers
        ]
        overlapping = np.zeros(self._labels, dtype=bool)
        for starts, ends in shifted:
            overlapping[_overlaps(starts, ends) // max(end, 1)] = True
        tracks = [self._track(bases, starts, ends, np.ones_like(starts)) for starts, ends in shifted]
        parts = []
        for one, other, row in self._pairs(document, left, right):
            at, length, ours, theirs = _side_by_side(tracks[one], tracks[other], end * self._labels)
            rows = row[np.searchsorted(self._bases, at % end, side="right") - 1]
            there = rows >= 0
            cells = (at[there] // end) * 4 + ours[there] * 2 + theirs[there]
            parts.append(compressed(rows[there], cells, self._labels * 4, length[there]))
        return Tally.joined(len(document), (self._labels, 2, 2), parts), tuple(overlapping.tolist())

    def _squares_by_label(self, document: Indexes, left: Indexes, right: Indexes) -> Tally:
        """By comparison and label Σ length of the rest and Σ length² of the spans, of both layers."""
        rows, size = len(self._lengths), self._labels
        tables = []
        for layer in self._layers:
            cell = (np.searchsorted(self._bases, layer.starts, side="right") - 1) * size + layer.codes - 1
            lengths = layer.ends - layer.starts
            under = np.bincount(cell, weights=lengths, minlength=rows * size).reshape(rows, size)
            squares = np.bincount(cell, weights=lengths**2, minlength=rows * size).reshape(rows, size)
            tables.append(np.stack([self._lengths[:, None] - under, squares], axis=-1))
        stacked = _stacked(tables, (rows, size, 2))
        return Tally.dense(stacked[left, document] + stacked[right, document])

    @staticmethod
    def _track(bases: Indexes, starts: Indexes, ends: Indexes, codes: Indexes) -> _Track:
        """A layer's track; where one span ends and another begins, the one that begins speaks."""
        at = np.concatenate([bases, ends, starts])
        code = np.concatenate([np.zeros(len(bases) + len(ends), dtype=np.intp), codes])
        order = np.argsort(at, kind="stable")
        return _Track(at[order], code[order])


def _joined(parts: Iterable[Any]) -> Indexes:
    """Arrays of 32-bit offsets end to end."""
    arrays = [np.frombuffer(part, dtype=np.uint32) for part in parts if len(part)]
    return indexes(np.concatenate(arrays)) if arrays else indexes([])


def _stacked(tables: Sequence[Array], shape: tuple[int, ...]) -> Array:
    """Tables of some shape under one another, also when there are none."""
    return np.stack(tables) if tables else np.zeros((0, *shape))


def _overlaps(starts: Indexes, ends: Indexes) -> Indexes:
    """The starts of spans that begin before an earlier one ends."""
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], ends[order]
    result: Indexes = starts[1:][np.maximum.accumulate(ends)[:-1] > starts[1:]]
    return result


def _overlap(starts: Indexes, ends: Indexes) -> bool:
    return len(_overlaps(starts, ends)) > 0


def _side_by_side(one: _Track, other: _Track, end: int) -> tuple[Indexes, Indexes, Indexes, Indexes]:
    """The stretches on which neither layer changes: where each begins, its length, what both say."""
    cuts = np.sort(np.concatenate([one.at, other.at, [end]]), kind="stable")  # runs that are sorted only need merging
    lengths = np.diff(cuts)
    at, lengths = cuts[:-1][lengths > 0], lengths[lengths > 0]
    ours = one.code[np.searchsorted(one.at, at, side="right") - 1]
    theirs = other.code[np.searchsorted(other.at, at, side="right") - 1]
    return at, lengths, ours, theirs
