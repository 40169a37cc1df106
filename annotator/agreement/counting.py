"""From layers to counts, from which every measure and interval follows: one row a pair of layers and document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import dataclass
from enum import IntEnum, auto
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.label_sets import Similarities
from annotator.agreement.layers import DocumentLayers, Vocabulary
from annotator.agreement.lengths import UnitLengths, border_differences, lengths
from annotator.agreement.matching import ALIGNED_ENDS, SAME_ENDS, TURNED_ENDS, AlignedLinks, AlignedSpans, Aligner
from annotator.agreement.ordering import in_order, run_starts
from annotator.agreement.packing import Indexes, Packed, blocks, indexes, layer_pairs
from annotator.agreement.positions import LabelUnits, label_units, token_values, unit_values
from annotator.agreement.tally import Tally

PART = 200_000
"""Spans and relations of documents that are counted at a time: of a large corpus, what all take would be slow."""

BLOCK = 150_000
"""Spans and relations that are aligned at a time, so that memory does not grow with the pairs of layers."""


class Count(IntEnum):
    """What is counted in every comparison of two layers in a document."""

    LEFT = 0
    RIGHT = auto()
    EXACT = auto()
    SAME_BORDERS = auto()
    SAME_LABEL = auto()
    MATCHED = auto()
    HALF_SHARED = auto()
    LEFT_RELATIONS = auto()
    RIGHT_RELATIONS = auto()
    EXACT_RELATIONS = auto()
    SAME_ENDS = auto()
    ALIGNED_SAME_LABEL = auto()
    ALIGNED_ENDS = auto()
    TURNED = auto()
    REACHED = auto()
    TOKENS_ALIKE = auto()
    TOKENS_BLANK = auto()
    TAGS_ALIKE = auto()
    UNITS_ALIKE = auto()
    UNITS_BLANK = auto()
    UNITS_OVERLAPPING = auto()
    PRESENCE_ALIKE = auto()


class TokenTables(NamedTuple):
    """What tokens are called: ``used`` by layer and value, ``tags`` by layer and tag (see :class:`TokenValues`).

    ``partly`` has for each row how much unlike sets of labels have in common, a column for each of ``similar``.
    """

    used: Array
    tags: Array
    partly: Array
    similar: Similarities

    @classmethod
    def joined(cls, parts: Sequence[TokenTables], order: Indexes) -> TokenTables:
        """Tables of documents behind one another, ``partly`` in some order; later ones may know more values."""
        used, tags = (
            np.concatenate([np.pad(table, ((0, 0), (0, tables[-1].shape[1] - table.shape[1]))) for table in tables])
            for tables in ([part.used for part in parts], [part.tags for part in parts])
        )
        return cls(used, tags, np.concatenate([part.partly for part in parts])[order], parts[-1].similar)


class ByLabel(NamedTuple):
    """By document and label, over all pairs of layers: what both have, aligned items of that label, and either side.

    ``exact`` are the same items (same ends for relations), ``matched`` those that are aligned and have the label.
    """

    exact: Array
    matched: Array
    left: Array
    right: Array


class Named(NamedTuple):
    """Labels of spans with the same borders in both layers, by document, over all pairs of layers.

    In either table the first column is Σ of what has the same label in both, the others Σ of how often the two sides
    use each label.  A pair counts 1 / (m - 1) in ``coincidences``, 1 / (m (m - 1)) in ``each``, where m layers have
    spans with these borders.
    """

    coincidences: Array
    each: Array


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Counts of all comparisons, pair of layers by pair and document by document.

    ``packs`` are the layers, some documents in each; ``document`` and ``pair`` are indexes, ``left`` and ``right``
    number a document's layers, ``counts`` has a column for each :class:`Count`. ``named`` and ``related`` have the
    labels' numbers of left items (from 0), then those of right ones, behind a first column for pairs of one label: of
    spans with the same borders, of relations with the same ends. By layer and value there are ``tokens`` (0 without a
    span, a label's number, or a combination of labels), ``units`` and ``unit_squares`` in code points (0 where nothing
    is marked; no columns where spans of one layer overlap) and ``present`` (labels that are absent, and there).
    ``confusion`` and ``relation_confusion`` are [left label][right label] over all rows, 0 for what one of them misses.
    """

    documents: tuple[str, ...]
    packs: tuple[Packed, ...]
    lengths: Indexes
    pairs: tuple[tuple[str, str], ...]
    vocabulary: Vocabulary
    document: Indexes
    pair: Indexes
    left: Indexes
    right: Indexes
    counts: NDArray[np.int32]
    named: Tally
    related: Tally
    tokens: TokenTables
    units: Array
    unit_squares: Array
    present: Array
    spans_by_label: ByLabel
    relations_by_label: ByLabel
    named_by_document: Named
    units_by_label: LabelUnits
    lengths_1995: UnitLengths
    confusion: Array
    relation_confusion: Array

    def __len__(self) -> int:
        return len(self.document)

    def rows_by_pair(self) -> list[slice]:
        """The rows of every pair of layers."""
        first = np.searchsorted(self.pair, np.arange(len(self.pairs) + 1)).tolist()
        return list(map(slice, first, first[1:]))


def compare(documents: Sequence[DocumentLayers], names: Sequence[str], vocabulary: Vocabulary) -> Comparisons:
    """Count how the named layers agree, in every document that at least two of them have.

    Pairs are in the order of the names: the first of a pair is the left layer.
    """
    vocabulary = vocabulary.widened(documents)
    shared = [d for d in documents if sum(name in d.layers for name in names) >= 2]
    sizes = indexes([sum(content.size for content in d.layers.values()) for d in shared])
    tag_sets: dict[frozenset[int], int] = {}
    parts = [shared[part] for part in blocks(sizes, PART)] or [[]]
    return _joined([_Counter(some, names, vocabulary, tag_sets).compare() for some in parts])


def _joined(parts: Sequence[Comparisons]) -> Comparisons:
    """The counts of documents behind one another."""
    if len(parts) == 1:
        return parts[0]

    def stacked(column: Callable[[Comparisons], NDArray[Any]]) -> NDArray[Any]:
        return np.concatenate([column(part) for part in parts])

    def numbered_on(column: Callable[[Comparisons], Indexes], counted: Callable[[Comparisons], Sized]) -> Indexes:
        firsts = np.cumsum([0, *(len(counted(part)) for part in parts)])
        return np.concatenate([column(part) + first for part, first in zip(parts, firsts, strict=False)])[order]

    def tables(several: Callable[[Comparisons], tuple[Array, ...]]) -> Iterator[Array]:
        return map(np.concatenate, zip(*map(several, parts), strict=True))

    order, pair = in_order(stacked(lambda c: c.pair))
    return Comparisons(
        documents=tuple(key for part in parts for key in part.documents),
        packs=tuple(packed for part in parts for packed in part.packs),
        lengths=stacked(lambda c: c.lengths),
        pairs=parts[0].pairs,
        vocabulary=parts[0].vocabulary,
        document=numbered_on(lambda c: c.document, lambda c: c.documents),
        pair=pair,
        left=numbered_on(lambda c: c.left, lambda c: c.units),
        right=numbered_on(lambda c: c.right, lambda c: c.units),
        counts=stacked(lambda c: c.counts)[order],
        named=_joined_tally(parts, [part.named for part in parts], order),
        related=_joined_tally(parts, [part.related for part in parts], order),
        tokens=TokenTables.joined([part.tokens for part in parts], order),
        units=stacked(lambda c: c.units),
        unit_squares=stacked(lambda c: c.unit_squares),
        present=stacked(lambda c: c.present),
        spans_by_label=ByLabel(*tables(lambda c: c.spans_by_label)),
        relations_by_label=ByLabel(*tables(lambda c: c.relations_by_label)),
        named_by_document=Named(*tables(lambda c: c.named_by_document)),
        units_by_label=LabelUnits.joined([part.units_by_label for part in parts]),
        lengths_1995=UnitLengths.joined([part.lengths_1995 for part in parts], order),
        confusion=np.sum([part.confusion for part in parts], axis=0),
        relation_confusion=np.sum([part.relation_confusion for part in parts], axis=0),
    )


def _joined_tally(parts: Sequence[Comparisons], tallies: Sequence[Tally], order: Indexes) -> Tally:
    firsts = np.cumsum([0, *map(len, parts[:-1])]).tolist()
    return Tally.joined(tallies[0].width, firsts, tallies).in_order(order)


class _Counter:
    """Counts block by block of the rows; what is asked for by document or in all is added up.

    ``tag_sets`` are the numbers of sets of tags that tokens have, so far.
    """

    def __init__(
        self,
        documents: Sequence[DocumentLayers],
        names: Sequence[str],
        vocabulary: Vocabulary,
        tag_sets: dict[frozenset[int], int],
    ) -> None:
        self.packed = packed = Packed(documents, names, vocabulary)
        self.documents, self.vocabulary, self.tag_sets = documents, vocabulary, tag_sets
        self.aligner = Aligner(packed, vocabulary.symmetric)
        self.labels, self.types = len(vocabulary.labels), len(vocabulary.relations)
        self.pairs = tuple(combinations(names, 2))
        self.pair, self.left, self.right = layer_pairs(packed, len(names))
        self.document = packed.document[self.left]
        self.counts = np.zeros((len(self.pair), len(Count)), dtype=np.int32)
        many = len(documents)
        self.spans_by_label = ByLabel(*(np.zeros((many, self.labels)) for _ in ByLabel._fields))
        self.relations_by_label = ByLabel(*(np.zeros((many, self.types)) for _ in ByLabel._fields))
        self.named_by_document = Named(*(np.zeros((many, self.labels + 1)) for _ in Named._fields))
        self.differences = np.zeros((len(self.pair), self.labels))
        self.confusion = np.zeros((self.labels + 1, self.labels + 1))
        self.relation_confusion = np.zeros((self.types + 1, self.types + 1))

    def compare(self) -> Comparisons:
        packed = self.packed
        self._sides()
        sizes = np.diff(packed.first) + np.diff(packed.first_link)
        parts = [(part.start, *self._block(part)) for part in blocks(sizes[self.left] + sizes[self.right], BLOCK)]
        firsts = [part[0] for part in parts]
        tokens, units = self._positions()
        return Comparisons(
            documents=tuple(d.key for d in self.documents),
            packs=(packed,),
            lengths=packed.lengths,
            pairs=self.pairs,
            vocabulary=self.vocabulary,
            document=self.document,
            pair=self.pair,
            left=self.left,
            right=self.right,
            counts=self.counts,
            named=Tally.joined(2 * self.labels + 1, firsts, [part[1] for part in parts]),
            related=Tally.joined(2 * self.types + 1, firsts, [part[2] for part in parts]),
            tokens=tokens,
            units=units[0],
            unit_squares=units[1],
            present=np.stack([(~self.present).sum(axis=1), self.present.sum(axis=1)], axis=1).astype(float),
            spans_by_label=self.spans_by_label,
            relations_by_label=self.relations_by_label,
            named_by_document=self.named_by_document,
            units_by_label=label_units(packed),
            lengths_1995=lengths(packed, self.left, self.right, self.differences),
            confusion=self.confusion,
            relation_confusion=self.relation_confusion,
        )

    # What does not depend on how items are aligned

    def _sides(self) -> None:
        """Count the items of either side, and the labels that both have or have not."""
        packed = self.packed
        spans = _by_layer(packed.spans.layer, packed.spans.code, len(packed), self.labels)
        links = _by_layer(packed.links.layer, packed.links.code, len(packed), self.types)
        self.present = (spans > 0)[:, : self.vocabulary.own or None]
        kinds = (
            (spans, self.spans_by_label, self.confusion, Count.LEFT, Count.RIGHT),
            (links, self.relations_by_label, self.relation_confusion, Count.LEFT_RELATIONS, Count.RIGHT_RELATIONS),
        )
        begins = run_starts(packed.document)
        for items, table, confusion, on_left, on_right in kinds:
            for side, layers, column in ((on_left, self.left, table.left), (on_right, self.right, table.right)):
                self.counts[:, side] = items.sum(axis=1)[layers]
                times = np.bincount(layers, minlength=len(packed))
                column[:] = np.add.reduceat(items * times[:, None], begins, axis=0)
            confusion[1:, 0], confusion[0, 1:] = table.left.sum(axis=0), table.right.sum(axis=0)
        for part in blocks(np.full(len(self.left), max(self.labels, 1)), BLOCK):
            alike = self.present[self.left[part]] == self.present[self.right[part]]
            self.counts[part, Count.PRESENCE_ALIKE] = alike.sum(axis=1)

    def _positions(self) -> tuple[TokenTables, tuple[Array, Array]]:
        """Count the tokens and stretches of text that are called alike, and return what each layer calls them."""
        tokens = token_values(self.packed, self.documents, self.tag_sets)
        alike = tokens.pieces.alike(self.left, self.right)
        for column, counted in zip((Count.TOKENS_ALIKE, Count.TOKENS_BLANK, Count.TAGS_ALIKE), alike, strict=True):
            self.counts[:, column] = counted
        units = unit_values(self.packed)
        self.counts[:, Count.UNITS_ALIKE], self.counts[:, Count.UNITS_BLANK], _ = units.pieces.alike(
            self.left, self.right
        )
        self.counts[:, Count.UNITS_OVERLAPPING] = units.overlapping[self.left] | units.overlapping[self.right]
        similar = Similarities(tokens.sets)
        partly = similar.partly(tokens.pieces.unlike(self.left, self.right), len(self.left))
        return TokenTables(tokens.used, tokens.tags, partly, similar), (units.used, units.squares)

    # What does

    def _block(self, part: slice) -> tuple[Tally, Tally]:
        left, right, document = self.left[part], self.right[part], self.document[part]
        spans = self.aligner.spans(left, right)
        named = self._spans(spans, part, document)
        self.differences[part] = border_differences(self.packed, spans.rest, len(document))
        links = self.aligner.links(left, right, spans)
        self.counts[part, Count.REACHED] = self.aligner.reached(left, right, spans)
        return named, self._links(links, part, document)

    def _spans(self, found: AlignedSpans, part: slice, document: Indexes) -> Tally:
        packed, rows = self.packed, len(document)
        same, ours, theirs = (packed.code_of(key) for key in (found.same, found.left, found.right))
        borders = packed.border_of(found.left) == packed.border_of(found.right)
        label = ours == theirs
        counts = self.counts[part]
        counts[:, Count.EXACT] = exact = np.bincount(found.same_row, minlength=rows)
        counts[:, Count.SAME_BORDERS] = exact + np.bincount(found.row[borders], minlength=rows)
        counts[:, Count.SAME_LABEL] = exact + np.bincount(found.row[label], minlength=rows)
        counts[:, Count.MATCHED] = exact + np.bincount(found.row, minlength=rows)
        half = label & self._share_half(found.left, found.right)
        counts[:, Count.HALF_SHARED] = exact + np.bincount(found.row[half], minlength=rows)
        _add(self.spans_by_label.exact, document[found.same_row], same)
        _add(self.spans_by_label.matched, document[found.same_row], same)
        _add(self.spans_by_label.matched, document[found.row[label]], ours[label])
        _confuse(self.confusion, np.concatenate([same, ours]), np.concatenate([same, theirs]))
        row, one, other = found.row[borders], ours[borders], theirs[borders]
        self._named(document[found.same_row], found.same, ((0, 2.0), (same, 2.0)))
        self._named(document[row], found.left[borders], ((one, 1.0), (other, 1.0)))
        return _pairs_of_labels(self.labels, *map(np.concatenate, ((found.same_row, row), (same, one), (same, other))))

    def _share_half(self, left: Indexes, right: Indexes) -> NDArray[np.bool_]:
        """Whether spans that overlap share half of the text that either has, or more."""
        (start, end), (other_start, other_end) = self.packed.range_of(left), self.packed.range_of(right)
        shared = np.minimum(end, other_end) - np.maximum(start, other_start)
        whole = np.maximum(end, other_end) - np.minimum(start, other_start)
        found: NDArray[np.bool_] = 2 * shared >= whole
        return found

    def _named(self, document: Indexes, key: Indexes, cells: Sequence[tuple[Indexes | int, float]]) -> None:
        """Count labels on the borders of keys, in cells of their documents, each so many times."""
        layers, width = self.packed.having[self.packed.border_of(key)].astype(float), self.labels + 1
        for table, places in zip(self.named_by_document, (1.0, layers), strict=True):
            weight = 1 / (places * (layers - 1))
            for cell, times in cells:
                flat = np.bincount(document * width + cell, weights=times * weight, minlength=table.size)
                table += flat.reshape(table.shape)

    def _links(self, found: AlignedLinks, part: slice, document: Indexes) -> Tally:
        rows = len(document)
        label, ends = found.left == found.right, found.ends
        counts = self.counts[part]
        counts[:, Count.EXACT_RELATIONS] = exact = np.bincount(found.same_row, minlength=rows)
        for column, which in (
            (Count.SAME_ENDS, ends == SAME_ENDS),
            (Count.ALIGNED_ENDS, ends == ALIGNED_ENDS),
            (Count.ALIGNED_SAME_LABEL, (ends == ALIGNED_ENDS) & label),
            (Count.TURNED, ends == TURNED_ENDS),
        ):
            counts[:, column] = np.bincount(found.row[which], minlength=rows)
        counts[:, Count.SAME_ENDS] += exact.astype(np.int32)
        _add(self.relations_by_label.exact, document[found.same_row], found.same)
        _add(self.relations_by_label.matched, document[found.same_row], found.same)
        aligned = label & (ends != TURNED_ENDS)
        _add(self.relations_by_label.matched, document[found.row[aligned]], found.left[aligned])
        one, other = np.concatenate([found.same, found.left]), np.concatenate([found.same, found.right])
        _confuse(self.relation_confusion, one, other)
        same = np.concatenate([np.ones(len(found.same), dtype=bool), ends == SAME_ENDS])
        row = np.concatenate([found.same_row, found.row])
        return _pairs_of_labels(self.types, row[same], one[same], other[same])


def _by_layer(layer: Indexes, code: Indexes, layers: int, labels: int) -> Indexes:
    """How many items of each label every layer has."""
    return np.bincount(layer * labels + code - 1, minlength=layers * labels).reshape(layers, labels)


def _add(table: Array, document: Indexes, code: Indexes) -> None:
    """Count things by document and label."""
    if table.size:
        table += np.bincount(document * table.shape[1] + code - 1, minlength=table.size).reshape(table.shape)


def _confuse(table: Array, one: Indexes, other: Indexes) -> None:
    """Count matched items, which until then were missed on either side."""
    size = len(table)
    table += np.bincount(one * size + other, minlength=size * size).reshape(size, size)
    table[:, 0] -= np.bincount(one, minlength=size)
    table[0] -= np.bincount(other, minlength=size)


def _pairs_of_labels(labels: int, row: Indexes, one: Indexes, other: Indexes) -> Tally:
    """Count pairs of labels: those of one label in column 0, then the left labels, then the right ones."""
    alike = row[one == other]
    return Tally.of(
        2 * labels + 1,
        np.concatenate([alike, row, row]),
        np.concatenate([np.zeros(len(alike), dtype=np.intp), one, labels + other]),
    )
