"""Comparisons summed over documents, for any number of resamples at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array, mirrored
from annotator.agreement.counting import Comparisons
from annotator.agreement.tally import Indexes, Tally, indexes

Weigh = Callable[[Array], Array]
"""Turns one row a document into sums over documents, one a resample."""


class Features:
    """Everything that measures are computed from, as one row of numbers a document; made when first asked for.

    A total over documents, each taken any number of times, is a matrix product.
    """

    def __init__(self, comparisons: Comparisons) -> None:
        self.documents, self._group = np.unique(comparisons.document, return_inverse=True)
        """Index of each row's document."""
        self._comparisons = comparisons
        self._singles: dict[int, NDArray[np.float32]] = {}
        self._compared = np.bincount(self._group, minlength=len(self.documents))
        self.vocabulary = comparisons.vocabulary
        self.token_values = comparisons.tokens.shape[0]
        self.overlapping_labels = comparisons.by_label.overlapping
        self._layers: Indexes = indexes((1 + np.sqrt(1 + 8 * self._compared)) / 2)
        self.sizes = np.unique(self._layers)
        """How many layers documents have (n layers make n (n - 1) / 2 pairs), each number once."""
        self.named_sizes = np.arange(comparisons.named.shape[0])
        if np.all(self._compared == 1):
            self.named_sizes = np.full_like(self.named_sizes, 2)

    def __len__(self) -> int:
        return len(self.documents)

    def total(self) -> Totals:
        """The totals over all documents."""
        return Totals(self, lambda rows: rows.sum(axis=0, keepdims=True))

    def weighed(self, weights: NDArray[np.uint8]) -> Totals:
        """The totals when documents (columns) are taken so many times, one row a resample.

        In single precision: twice as fast, and far finer than what resampling leaves open.
        """
        taken = weights.astype(np.float32)
        return Totals(self, lambda rows: (taken @ self._single(rows)).astype(float))

    def _single(self, rows: Array) -> NDArray[np.float32]:
        """A table's rows in single precision; the tables live as long as this does."""
        if id(rows) not in self._singles:
            self._singles[id(rows)] = rows.astype(np.float32)
        return self._singles[id(rows)]

    def each(self, which: slice = slice(None)) -> Totals:
        """The tables of each document by itself."""
        return Totals(self, lambda rows: rows[which])

    def without(self, which: Indexes) -> Totals:
        """The totals without one document, for some documents."""
        return Totals(self, lambda rows: rows.sum(axis=0) - rows[which])

    def _summed(self, tally: Tally) -> Tally:
        return tally.summed(self._group, len(self))

    def _by(self, outer: Indexes, many: int, tally: Tally) -> Tally:
        """One row a document, with a table for each value of ``outer`` (one a comparison)."""
        cells, values = [indexes([])], [np.zeros((len(self), 0))]
        for place in range(many):
            own = np.flatnonzero(outer == place)
            if len(own):
                part = tally.rows(own).summed(self._group[own], len(self))
                used = part.values.any(axis=0)
                cells.append(part.cells[used] + place * prod(tally.shape))
                values.append(part.values[:, used])
        return Tally((many, *tally.shape), np.concatenate(cells), np.hstack(values))

    # Tables, one row a document

    @cached_property
    def spans(self) -> Tally:
        """As in :class:`Comparisons`, summed over pairs."""
        return self._summed(self._comparisons.spans).margins()

    @cached_property
    def relations(self) -> Tally:
        """As in :class:`Comparisons`, summed over pairs."""
        return self._summed(self._comparisons.relations).margins()

    @cached_property
    def reached(self) -> Tally:
        """As in :class:`Comparisons`, summed over pairs."""
        return self._summed(self._comparisons.reached)

    @cached_property
    def _pair(self) -> Indexes:
        """Each row's pair, counted without those that have no row."""
        found: Indexes = np.unique(self._comparisons.pair, return_inverse=True)[1]
        return found

    @cached_property
    def pairs(self) -> int:
        """How many pairs of layers there are."""
        return len(np.unique(self._comparisons.pair))

    @cached_property
    def _size(self) -> Indexes:
        """Each row's place in :attr:`sizes`: by how many layers its document has."""
        found: Indexes = np.searchsorted(self.sizes, self._layers[self._group])
        return found

    @cached_property
    def tokens(self) -> Tally:
        """By how many layers the document has, and by pair."""
        outer = self._size * self.pairs + self._pair
        return self._by(outer, len(self.sizes) * self.pairs, self._comparisons.tokens.margins())

    @cached_property
    def named(self) -> Tally:
        """By pair; the next axis is as in :class:`Comparisons`."""
        return self._by(self._pair, self.pairs, self._comparisons.named.margins())

    @cached_property
    def presence(self) -> Tally:
        """By how many layers the document has."""
        return self._by(self._size, len(self.sizes), self._comparisons.presence.margins())

    @cached_property
    def related(self) -> Tally:
        """The labels of relations with the same ends in both layers, by pair."""
        relations = self._comparisons.relations
        size = relations.shape[-1]
        ends, row, column = np.unravel_index(relations.cells, relations.shape)
        both = (ends == 0) & (row > 0) & (column > 0)
        cells = ((row - 1) * (size - 1) + column - 1)[both]
        same = Tally((size - 1, size - 1), indexes(cells), relations.values[:, both])
        return self._by(self._pair, self.pairs, same.margins())

    def _weighted(self, tally: Tally) -> Tally:
        """Lengths as coincidences: each pair of n layers counts 1 / (n - 1)."""
        return self._summed(tally.scaled(1 / (self._layers - 1)[self._group]))

    @cached_property
    def units(self) -> Tally:
        """As in :class:`Comparisons`, weighted."""
        return self._weighted(self._comparisons.units.coincidences.margins())

    @cached_property
    def squares(self) -> Tally:
        """As in :class:`Comparisons`, weighted."""
        return self._weighted(self._comparisons.units.squares)

    @cached_property
    def label_units(self) -> Tally:
        """As in :class:`Comparisons`, weighted."""
        return self._weighted(self._comparisons.by_label.coincidences.margins())

    @cached_property
    def label_squares(self) -> Tally:
        """As in :class:`Comparisons`, weighted."""
        return self._weighted(self._comparisons.by_label.squares)


class Totals:
    """Tables summed over documents, unpacked when first asked for; the first axis of each runs over resamples.

    The last two axes of a table are its margins (see :mod:`coefficients`), but for ``reached`` and ``squares``.
    ``spans``, ``relations`` and ``reached`` are as in :class:`Comparisons`, summed over pairs of layers.
    ``tokens``, ``named``, ``units``, ``label_units`` and ``presence`` are of coincidences as Krippendorff counts them;
    ``tokens_each``, ``named_each`` and ``presence_each`` give every unit the weight 1, however many layers it has.
    ``pair_tokens``, ``pair_named`` and ``pair_relations`` are of confusion tables a pair of layers (second axis).
    """

    def __init__(self, features: Features, weigh: Weigh) -> None:
        self._features = features
        self._weigh = weigh

    def _table(self, tally: Tally) -> Array:
        return tally.full(self._weigh(tally.values))

    @cached_property
    def spans(self) -> Array:
        """[same borders], then margins of [left label][right label]."""
        return self._table(self._features.spans)

    @cached_property
    def relations(self) -> Array:
        """[ends], then margins of [left label][right label]."""
        return self._table(self._features.relations)

    @cached_property
    def reached(self) -> Array:
        """[side][label]."""
        return self._table(self._features.reached)

    @cached_property
    def _tokens(self) -> Array:
        """[how many layers][pair][left value][right value]."""
        table = self._table(self._features.tokens)
        sizes, pairs = len(self._features.sizes), self._features.pairs
        return table.reshape(len(table), sizes, pairs, *table.shape[2:])

    @cached_property
    def pair_tokens(self) -> Array:
        """[pair][left value][right value]."""
        found: Array = self._tokens.sum(axis=1)
        return found

    def _of_sizes(self, tables: Array, sizes: Indexes, *, each: bool) -> Array:
        """Tables by number of layers (second axis) as coincidences, or with the weight 1 a unit."""
        layers = np.maximum(sizes, 2).astype(float)
        weight = 1 / (layers * (layers - 1)) if each else 1 / (layers - 1)
        return mirrored(np.einsum("rmab,m->rab", tables, weight))

    @cached_property
    def tokens(self) -> Array:
        """[value][value]."""
        return self._of_sizes(self._tokens.sum(axis=2), self._features.sizes, each=False)

    @cached_property
    def tokens_each(self) -> Array:
        """[value][value]."""
        return self._of_sizes(self._tokens.sum(axis=2), self._features.sizes, each=True)

    @cached_property
    def _named(self) -> Array:
        """[pair][how many layers have a span of these borders][left label][right label]."""
        return self._table(self._features.named)

    @cached_property
    def pair_named(self) -> Array:
        """[pair][left label][right label]."""
        found: Array = self._named.sum(axis=2)
        return found

    @cached_property
    def named(self) -> Array:
        """[label][label]."""
        return self._of_sizes(self._named.sum(axis=1), self._features.named_sizes, each=False)

    @cached_property
    def named_each(self) -> Array:
        """[label][label]."""
        return self._of_sizes(self._named.sum(axis=1), self._features.named_sizes, each=True)

    @cached_property
    def pair_relations(self) -> Array:
        """[pair][left label][right label]."""
        return self._table(self._features.related)

    @cached_property
    def _presence(self) -> Array:
        return self._table(self._features.presence)

    @cached_property
    def presence(self) -> Array:
        """[has it][has it]."""
        return self._of_sizes(self._presence, self._features.sizes, each=False)

    @cached_property
    def presence_each(self) -> Array:
        """[has it][has it]."""
        return self._of_sizes(self._presence, self._features.sizes, each=True)

    @cached_property
    def units(self) -> Array:
        """[label][label] in code points."""
        return mirrored(self._table(self._features.units))

    @cached_property
    def squares(self) -> Array:
        """[label]."""
        return self._table(self._features.squares)

    @cached_property
    def label_units(self) -> Array:
        """[label][has it][has it] in code points."""
        return mirrored(self._table(self._features.label_units))

    @cached_property
    def label_squares(self) -> Array:
        """[label][has it]."""
        return self._table(self._features.label_squares)
