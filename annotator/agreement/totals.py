"""Comparisons summed over documents, for any number of resamples at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array, Margins
from annotator.agreement.counting import ByLabel, Comparisons, Count
from annotator.agreement.packing import Indexes
from annotator.agreement.tally import Tally

WHOLE_IN_SINGLE = 2.0**24
"""Whole numbers up to this are exact in single precision."""

Sides = Callable[[slice], Array]
"""For some rows what both call alike, then how often the left layer has each category, then the right one."""


class Features:
    """Everything that measures are computed from, as one row of numbers a *unit*: a document in one part.

    Parts are what figures are made of: all comparisons, pairs of layers, languages.  The total of a part over
    documents, each taken any number of times, is a matrix product.  Tables are made when they are first asked for;
    those by label, and of labels on the same borders, are over all pairs of a document's layers.
    """

    def __init__(self, comparisons: Comparisons, part: Indexes, rows: slice = slice(None)) -> None:
        """Take some rows, each in the part with its number; the numbers begin with 0, none is left out, -1 is none."""
        self.comparisons = comparisons
        every = np.arange(len(comparisons))[rows][part >= 0]
        many = max(len(comparisons.documents), 1)
        codes, unit = np.unique(part[part >= 0] * many + comparisons.document[every], return_inverse=True)
        order = np.argsort(unit, kind="stable")
        self._rows, self._unit = every[order], unit[order]
        self._begins = np.flatnonzero(np.diff(self._unit, prepend=-1))
        self.part, self.document = codes // many, codes % many
        """Of each unit: the part's number, and the document's index."""
        self.first = np.searchsorted(self.part, np.arange(self.part.max(initial=-1) + 2))
        self._alone = np.array_equal(self._rows, np.arange(len(comparisons))[rows]) and self._of_one_pair()
        compared = np.diff(self._begins, append=len(self._rows))
        self._layers: Array = np.rint((1 + np.sqrt(1 + 8 * compared)) / 2)
        self.vocabulary = comparisons.vocabulary
        self._prepared: dict[str, Array] = {}

    def _of_one_pair(self) -> bool:
        """Whether each part is of one pair of layers."""
        pair = self.comparisons.pair[self._rows]
        return bool(np.all((np.diff(pair) == 0) | (np.diff(self.part[self._unit]) != 0)))

    def __len__(self) -> int:
        return len(self.document)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.first) - 1

    @classmethod
    def of_all(cls, comparisons: Comparisons) -> Features:
        """All comparisons as one part."""
        return cls(comparisons, np.zeros(len(comparisons), dtype=np.intp))

    @classmethod
    def of_keys(cls, comparisons: Comparisons, keys: Sequence[str]) -> tuple[list[str], Features]:
        """A part for every key that rows go by, in order; rows with an empty key are in none."""
        names = sorted({key for key in keys if key})
        number = {name: place for place, name in enumerate(names)}
        return names, cls(comparisons, np.array([number.get(key, -1) for key in keys], dtype=np.intp))

    @classmethod
    def of_pairs(cls, comparisons: Comparisons, most: int) -> Iterator[tuple[list[int], Features]]:
        """Yield features with a part for every pair of layers that shares a document, ``most`` rows at a time or one.

        With them come the pairs' numbers.
        """
        pairs, firsts = np.unique(comparisons.pair, return_index=True)
        behind = np.append(firsts[1:], len(comparisons))
        start = 0
        while start < len(pairs):
            stop = max(start + 1, int(np.searchsorted(behind, firsts[start] + most, side="right")))
            rows = slice(int(firsts[start]), int(behind[stop - 1]))
            yield pairs[start:stop].tolist(), cls(comparisons, _numbered(comparisons.pair[rows]), rows)
            start = stop

    # Totals

    def total(self) -> Totals:
        """The totals of all parts."""
        return Totals(self, lambda table: np.add.reduceat(table, self.first[:-1], axis=0), np.ones((1, len(self))))

    def each(self, which: slice) -> Totals:
        """The tables of some units, each by itself."""
        return Totals(self, lambda table: table[which], None)

    def without(self, which: Indexes) -> Totals:
        """For some units the totals of their part without them."""

        def weigh(table: Array) -> Array:
            whole: Array = np.add.reduceat(table, self.first[:-1], axis=0)
            return whole[self.part[which]] - table[which]

        taken = None
        if not self._alone:
            taken = np.ones((len(which), len(self)))
            taken[np.arange(len(which)), which] = 0
        return Totals(self, weigh, taken)

    def weighed(self, part: int, taken: NDArray[np.float32]) -> Totals:
        """The totals of a part when its documents (columns) are taken so many times, one row a resample."""
        own = slice(int(self.first[part]), int(self.first[part + 1]))
        return Totals(self, lambda table: _product(taken, table[own]), taken)

    # Tables, one row a unit

    def table(self, name: str, make: Callable[[], Array]) -> Array:
        """A table, made when it is first asked for."""
        if name not in self._prepared:
            self._prepared[name] = make()
        return self._prepared[name]

    def counts(self) -> Array:
        """A column for each :class:`Count`."""
        counts: Array = np.add.reduceat(self.comparisons.counts[self._rows], self._begins, axis=0).astype(float)
        return counts

    def of_layers(self, table: Array) -> Array:
        """Numbers of layers, summed over both sides of all rows."""
        found: Array = np.zeros((len(self), table.shape[1]))
        layers = np.concatenate([self.comparisons.left[self._rows], self.comparisons.right[self._rows]])
        codes, times = np.unique(np.tile(self._unit, 2) * len(table) + layers, return_counts=True)
        np.add.at(found, codes // len(table), table[codes % len(table)] * times[:, None])
        return found

    def coincidences(self, alike: Count, table: Array, *, each: bool) -> Array:
        """What both call alike, then how often each category is used, as Krippendorff counts coincidences.

        Each pair of n layers counts 1 / (n - 1); with ``each``, all units have the weight 1, however many layers.
        """
        plain = np.hstack([2 * self.counts()[:, [alike]], self.of_layers(table)])
        return plain * self.weight(each=each)[:, None]

    def weight(self, *, each: bool) -> Array:
        """What a pair of layers counts."""
        weight: Array = 1 / ((self._layers - 1) * self._layers) if each else 1 / (self._layers - 1)
        return weight

    def named(self, *, each: bool) -> Array:
        """The same of labels of spans with the same borders."""
        if not self._alone:
            return self.comparisons.named_by_document[each][self.document]
        sides = self.sides_of(self.comparisons.named)(slice(0, len(self)))
        labels = len(self.vocabulary.labels)
        used = sides[:, 1 : labels + 1] + sides[:, labels + 1 :]
        return np.hstack([2 * sides[:, :1], used]) * (0.5 if each else 1.0)

    def by_label(self, table: ByLabel) -> Array:
        """Tables by label side by side."""
        return np.hstack(table)[self.document]

    def label_units(self) -> Array:
        """By label what is shared, used, and Σ length², then the length of the text, as coincidences."""
        units = self.comparisons.units_by_label
        shared = 2 * units.shared[self.document] * self.weight(each=False)[:, None]
        length = self._layers * self.comparisons.lengths[self.document]
        return np.hstack([shared, units.used[self.document], units.squares[self.document], length[:, None]])

    # Pairs of layers

    def sides_of(self, tally: Tally) -> Sides:
        """Labels of matched items."""
        first = int(self._rows[0]) if self._alone else 0
        return lambda rows: tally.rows(slice(first + rows.start, first + rows.stop))

    def token_sides(self, rows: slice) -> Array:
        """Values of tokens."""
        comparisons = self.comparisons
        which = self._rows[rows] if self._alone else rows
        alike = comparisons.counts[which, Count.TOKENS_ALIKE][:, None]
        sides = comparisons.tokens[comparisons.left[which]], comparisons.tokens[comparisons.right[which]]
        return np.hstack([alike, *sides])

    def over_pairs(
        self, totals: Totals, name: str, sides: Sides, measures: Sequence[Callable[[Margins], Array]]
    ) -> list[Array]:
        """Measures of pairs of layers; where a part has several pairs, their means over those that define them."""
        if self._alone:
            found = _margins(totals.of(name, lambda: sides(slice(0, len(self)))))
            return [measure(found) for measure in measures]
        values = []
        for pair in np.unique(self.comparisons.pair):
            rows = self.comparisons.rows_of(pair)
            unit = np.searchsorted(self.document, self.comparisons.document[rows])
            assert totals.taken is not None
            found = _margins(_product(totals.taken[:, unit], sides(rows)))
            values.append([measure(found) for measure in measures])
        return [c.mean_of_defined(some) for some in zip(*values, strict=True)]


def _numbered(pair: Indexes) -> Indexes:
    found: Indexes = np.unique(pair, return_inverse=True)[1]
    return found


def _product(taken: NDArray[Any], table: Array) -> Array:
    """Sums of a table's rows, each taken so many times; in single precision, twice as fast, where that is exact."""
    if np.max(table.sum(axis=0), initial=0) < WHOLE_IN_SINGLE / 2 and np.array_equal(table, np.rint(table)):
        return (taken.astype(np.float32, copy=False) @ table.astype(np.float32)).astype(float)
    return taken.astype(float) @ table


def _margins(sides: Array) -> Margins:
    middle = (sides.shape[1] + 1) // 2
    return Margins(sides[:, 0], sides[:, 1:middle], sides[:, middle:])


class Totals:
    """Tables summed over documents; the first axis of each runs over resamples or parts.

    ``taken`` says how often each document was taken, one row a resample, where that is known.
    """

    def __init__(self, features: Features, weigh: Callable[[Array], Array], taken: NDArray[Any] | None) -> None:
        self._features = features
        self._comparisons = features.comparisons
        self._weigh = weigh
        self.taken = taken

    def of(self, name: str, make: Callable[[], Array]) -> Array:
        """The totals of one of the features' tables."""
        return self._weigh(self._features.table(name, make))

    @cached_property
    def _counts(self) -> Array:
        return self.of("counts", self._features.counts)

    def count(self, which: Count) -> Array:
        """How often something was counted."""
        return self._counts[:, which]

    def _coincidences(self, name: str, alike: Count, table: Array, *, each: bool = False) -> Margins:
        found = self.of(f"{name} {each}", lambda: self._features.coincidences(alike, table, each=each))
        return c.coincidences(found[:, 0], found[:, 1:])

    @cached_property
    def tokens(self) -> Margins:
        """Values of tokens."""
        return self._coincidences("tokens", Count.TOKENS_ALIKE, self._comparisons.tokens)

    @cached_property
    def tokens_each(self) -> Margins:
        """Values of tokens, every token having the weight 1."""
        return self._coincidences("tokens", Count.TOKENS_ALIKE, self._comparisons.tokens, each=True)

    @cached_property
    def presence(self) -> Margins:
        """Whether a label is in a document."""
        return self._coincidences("presence", Count.PRESENCE_ALIKE, self._comparisons.present)

    @cached_property
    def presence_each(self) -> Margins:
        """Whether a label is in a document, every label in a document having the weight 1."""
        return self._coincidences("presence", Count.PRESENCE_ALIKE, self._comparisons.present, each=True)

    @cached_property
    def units(self) -> Margins:
        """Labels of code points."""
        return self._coincidences("units", Count.UNITS_ALIKE, self._comparisons.units)

    @cached_property
    def squares(self) -> Array:
        """By label Σ length² of both layers' spans (for gaps Σ length)."""
        return self._coincidences("squares", Count.UNITS_BLANK, self._comparisons.unit_squares).left

    @cached_property
    def blank_units(self) -> Array:
        """The coincidences of gaps with gaps, in code points."""
        return self._coincidences("squares", Count.UNITS_BLANK, self._comparisons.unit_squares).same

    @cached_property
    def named(self) -> Margins:
        """Labels of spans with the same borders."""
        found = self.of("named", lambda: self._features.named(each=False))
        return c.coincidences(found[:, 0], found[:, 1:])

    @cached_property
    def named_each(self) -> Margins:
        """Labels of spans with the same borders, every place having the weight 1."""
        found = self.of("named each", lambda: self._features.named(each=True))
        return c.coincidences(found[:, 0], found[:, 1:])

    @cached_property
    def token_kappas(self) -> list[Array]:
        """Cohen's κ of tokens, and the largest that the layers' shares allow, over pairs of layers."""
        measures = (c.kappa, c.greatest_kappa)
        return self._features.over_pairs(self, "token sides", self._features.token_sides, measures)

    @cached_property
    def named_kappa(self) -> Array:
        """Cohen's κ of labels of spans with the same borders, over pairs of layers."""
        sides = self._features.sides_of(self._comparisons.named)
        return self._features.over_pairs(self, "named sides", sides, (c.kappa,))[0]

    @cached_property
    def related_kappa(self) -> Array:
        """Cohen's κ of labels of relations with the same ends, over pairs of layers."""
        sides = self._features.sides_of(self._comparisons.related)
        return self._features.over_pairs(self, "related sides", sides, (c.kappa,))[0]

    @cached_property
    def spans_by_label(self) -> ByLabel:
        """Spans by label."""
        return self._by_label("spans by label", self._comparisons.spans_by_label)

    @cached_property
    def relations_by_label(self) -> ByLabel:
        """Relations by label."""
        return self._by_label("relations by label", self._comparisons.relations_by_label)

    def _by_label(self, name: str, table: ByLabel) -> ByLabel:
        return ByLabel(*np.split(self.of(name, lambda: self._features.by_label(table)), len(ByLabel._fields), axis=1))

    @cached_property
    def _label_units(self) -> list[Array]:
        labels = len(self._features.vocabulary.labels)
        return np.split(self.of("label units", self._features.label_units), [labels, 2 * labels, 3 * labels], axis=1)

    @cached_property
    def label_units(self) -> Margins:
        """Of each label (second axis) whether code points have it."""
        shared, used, _, length = self._label_units
        return c.coincidences(length - 2 * used + 2 * shared, np.stack([length - used, used], axis=-1))

    @cached_property
    def label_squares(self) -> Array:
        """By label Σ length of the rest, and Σ length² of the spans."""
        _, used, squares, length = self._label_units
        return np.stack([length - used, squares], axis=-1)

    @cached_property
    def label_lengths(self) -> Array:
        """By label the coincidences of code points that either layer gives it."""
        shared, used, _, _ = self._label_units
        return 2 * used - shared
