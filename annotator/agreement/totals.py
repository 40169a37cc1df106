"""Comparisons summed over documents, for any number of resamples at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array, Margins
from annotator.agreement.counting import ByLabel, Comparisons, Count
from annotator.agreement.ordering import changes, in_order, run_starts
from annotator.agreement.packing import Indexes
from annotator.agreement.pairwise import BothSides, PairGroups, PairValues, margins, mean_over_pairs
from annotator.agreement.sums import Summed, narrowed, products, summing

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Weighing = Callable[[Summed], Array]
"""What becomes of a table with a row for every unit, and of its totals: one row a resample or part."""


class Features:
    """Everything that measures are computed from, as one row of numbers a *unit*: a document in one part.

    Parts are what figures are made of: all comparisons, pairs of layers, languages.  The total of a part over
    documents, each taken any number of times, is a matrix product.  Tables are made when they are first asked for;
    those by label, and of labels on the same borders, are over all pairs of a document's layers.
    """

    def __init__(self, comparisons: Comparisons, part: Indexes | None = None, rows: slice = slice(None)) -> None:
        """Take some rows, each in the part with its number (from 0 on without a gap, -1 for none), or all as one."""
        self.comparisons = comparisons
        part = np.zeros(len(comparisons), dtype=np.intp) if part is None else part
        every = np.arange(len(comparisons))[rows][part >= 0]
        many = max(len(comparisons.documents), 1)
        order, units = in_order(part[part >= 0] * many + comparisons.document[every])
        new = changes(units)
        self._rows, self._unit = every[order], np.cumsum(new) - 1
        self._begins, codes = np.flatnonzero(new), units[new]
        self.part, self.document = codes // many, codes % many
        """Of each unit: the part's number, and the document's index."""
        self.first = np.searchsorted(self.part, np.arange(self.part.max(initial=-1) + 2))
        self.alone = np.array_equal(self._rows, np.arange(len(comparisons))[rows]) and self._of_one_pair()
        """Whether each part is of one pair of layers, and each unit one row, in order."""
        compared = np.diff(self._begins, append=len(self._rows))
        self._layers: Array = np.rint((1 + np.sqrt(1 + 8 * compared)) / 2)
        self.vocabulary = comparisons.vocabulary
        self._prepared: dict[str, Summed] = {}

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
        return Totals(self, lambda table: table.total, lambda: self._pair_groups.total())

    def each(self, which: slice) -> Totals:
        """The tables of some units, each by itself."""
        return Totals(self, lambda table: table.each[which].astype(float), None)

    def without(self, which: Indexes) -> Totals:
        """For some units the totals of their part without them."""

        def weigh(table: Summed) -> Array:
            left: Array = table.total[self.part[which]] - table.each[which]
            return left

        return Totals(self, weigh, lambda: PairValues(*(values[which] for values in self._without)))

    def weighed(self, part: int, taken: NDArray[np.float32], tables: Iterable[str]) -> Totals:
        """The totals of a part when its documents (columns) are taken so many times, one row a resample.

        ``tables``, by name, are summed at once, which is several times as fast as one by one.
        """
        own = slice(int(self.first[part]), int(self.first[part + 1]))
        totals = Totals(
            self,
            lambda table: products(taken, [table.each[own]])[0],
            lambda: mean_over_pairs(self._weighed_pairs(own, taken)),
        )
        names = list(tables)
        some = [self._prepared[name].each[own] for name in names]
        totals.tables.update(zip(names, products(taken, some), strict=True))
        return totals

    # Tables, one row a unit

    def table(self, name: str, make: Callable[[], Array]) -> Summed:
        """A table with its totals by part, made when it is first asked for."""
        if name not in self._prepared:
            self._prepared[name] = Summed.of(make(), self._units_of_parts)
        return self._prepared[name]

    def counts(self) -> Array:
        """A column for each :class:`Count`."""
        return self.of_rows(self.comparisons.counts)

    def of_rows(self, table: NDArray[Any]) -> Array:
        """Numbers of rows, summed."""
        found: Array = self._rows_of_units @ table
        return found

    def of_layers(self, table: Array) -> Array:
        """Numbers of layers, summed over both sides of all rows."""
        found: Array = self._layers_of_units @ table
        return found

    @cached_property
    def _units_of_parts(self) -> csr_array:
        return summing(np.arange(len(self)), self.first[:-1], len(self))

    @cached_property
    def _rows_of_units(self) -> csr_array:
        return summing(self._rows, self._begins, len(self.comparisons))

    @cached_property
    def _layers_of_units(self) -> csr_array:
        """Sums the layers of each unit, each as often as it is on a side of the unit's rows."""
        layers = np.concatenate([self.comparisons.left[self._rows], self.comparisons.right[self._rows]])
        many = int(layers.max(initial=0)) + 1
        codes = np.sort(np.tile(self._unit, 2) * many + layers)
        firsts = run_starts(codes)
        units, layers = np.divmod(codes[firsts], many)
        times = np.diff(firsts, append=len(codes))
        return summing(layers, run_starts(units), len(self.comparisons.units), times)

    def alike_and_used(self, alike: Count, table: Array) -> Array:
        """What both call alike, then how often the two sides use each category, as often as there are pairs."""
        return np.hstack([2 * self.counts()[:, [alike]], self.of_layers(table)])

    def weight(self, *, each: bool) -> Array:
        """What a pair of layers counts as coincidences: 1 / (n - 1) of n layers.

        With ``each``, a unit of theirs has the weight 1, however many layers there are: 1 / (n (n - 1)).
        """
        weight: Array = 1 / ((self._layers - 1) * self._layers) if each else 1 / (self._layers - 1)
        return weight

    def named(self, *, each: bool) -> Array:
        """The coincidences of labels of spans with the same borders."""
        found: Array = self.comparisons.named_by_document[each][self.document]
        return found

    def named_sides(self) -> Array:
        """The same where each unit is of one row: what is alike, then the left layer's labels, then the right one's."""
        return self.comparisons.named.rows(self._rows)

    def by_label(self, table: ByLabel) -> Array:
        """Tables by label side by side."""
        found: Array = np.hstack(table)[self.document]
        return found

    def label_units(self) -> Array:
        """By label what is shared, used, and Σ length², then the length of the text, as coincidences."""
        units = self.comparisons.units_by_label
        shared = 2 * units.shared[self.document] * self.weight(each=False)[:, None]
        length = self._layers * self.comparisons.lengths[self.document]
        return np.hstack([shared, units.used[self.document], units.squares[self.document], length[:, None]])

    # Pairs of layers

    @cached_property
    def _pair_groups(self) -> PairGroups:
        part = self.part[self._unit]
        order = np.lexsort((self._rows, part))
        rows, part, unit = self._rows[order], part[order], self._unit[order]
        return PairGroups(self.comparisons, rows, _numbered(part, self.comparisons.pair[rows]), unit, self.part)

    @cached_property
    def _without(self) -> PairValues:
        return self._pair_groups.without()

    def _weighed_pairs(self, own: slice, taken: NDArray[np.float32]) -> Iterator[PairValues]:
        """Yield for each pair of layers its values, when the documents of some units are taken so many times."""
        rows = np.flatnonzero((self._unit >= own.start) & (self._unit < own.stop))
        pair = self.comparisons.pair[self._rows[rows]]
        for number in np.unique(pair).tolist():
            mine = rows[pair == number]
            sides = [narrowed(table) for table in BothSides.of(self.comparisons, self._rows[mine])]
            yield PairValues.of(BothSides(*products(taken[:, self._unit[mine] - own.start], sides)))


def _numbered(*columns: Indexes) -> Indexes:
    """Numbers of runs of rows that are alike, from 0 on."""
    differs = np.any([np.diff(column, prepend=column[:1]) != 0 for column in columns], axis=0)
    found: Indexes = np.cumsum(differs)
    return found


class Totals:
    """Tables summed over documents; the first axis of each runs over resamples or parts.

    ``weigh`` sums a table that has a row for every unit; ``of_pairs`` gives what is measured of pairs of layers, which
    is not known of units by themselves.
    """

    def __init__(self, features: Features, weigh: Weighing, of_pairs: Callable[[], PairValues] | None) -> None:
        self._features = features
        self._comparisons = features.comparisons
        self._weigh = weigh
        self._of_pairs = of_pairs
        self.tables: dict[str, Array] = {}
        """The totals of the features' tables, as far as anything asked for them."""

    def of(self, name: str, make: Callable[[], Array]) -> Array:
        """The totals of one of the features' tables."""
        if name not in self.tables:
            self.tables[name] = self._weigh(self._features.table(name, make))
        return self.tables[name]

    @cached_property
    def _counts(self) -> Array:
        return self.of("counts", self._features.counts)

    def count(self, which: Count) -> Array:
        """How often something was counted."""
        return self._counts[:, which]

    def _coincidences(self, name: str, alike: Count, table: Array, *, each: bool = False) -> Margins:
        """As Krippendorff counts them; see :meth:`Features.weight`."""
        weight = self._features.weight(each=each)
        if np.ptp(weight) == 0:
            found = self.of(name, lambda: self._features.alike_and_used(alike, table)) * weight[0]
        else:
            make = self._features.alike_and_used
            found = self.of(f"{name} {each}", lambda: make(alike, table) * weight[:, None])
        return c.coincidences(found[:, 0], found[:, 1:])

    @cached_property
    def tokens(self) -> Margins:
        """Values of tokens."""
        return self._coincidences("tokens", Count.TOKENS_ALIKE, self._comparisons.tokens.used)

    @cached_property
    def blank_each(self) -> Array:
        """Tokens that two layers leave unmarked, mean over pairs."""
        counts, weight = self._comparisons.counts[:, [Count.TOKENS_BLANK]], self._features.weight(each=True)
        return self.of("blank each", lambda: 2 * self._features.of_rows(counts) * weight[:, None])[:, 0]

    @cached_property
    def tokens_each(self) -> Margins:
        """Values of tokens, every token having the weight 1."""
        return self._coincidences("tokens", Count.TOKENS_ALIKE, self._comparisons.tokens.used, each=True)

    @cached_property
    def token_shares(self) -> Array:
        """How often each value of tokens is used, every token having the weight 1."""
        return c.shares(self.tokens_each)

    @cached_property
    def token_values(self) -> Array:
        """How many values tokens have: labels, combinations of them, O."""
        return c.used(self.token_shares)

    @cached_property
    def named_shares(self) -> Array:
        """How often each label of spans with the same borders is used, every place having the weight 1."""
        return c.shares(self.named_each)

    @cached_property
    def named_labels(self) -> Array:
        """How many labels are used on the same borders."""
        return c.used(self.named_shares)

    def partly(self, *, each: bool) -> Array:
        """What unlike values of tokens have in common, as coincidences, a column for each way to compare them."""
        partly, weight = self._comparisons.tokens.partly, self._features.weight(each=each)
        return self.of(f"partly {each}", lambda: 2 * self._features.of_rows(partly) * weight[:, None])

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
    def squares(self) -> Margins:
        """By label Σ length² of both layers' spans (for gaps Σ length), ``same`` being what neither marks."""
        return self._coincidences("squares", Count.UNITS_BLANK, self._comparisons.unit_squares)

    @cached_property
    def named(self) -> Margins:
        """Labels of spans with the same borders."""
        return self._named_coincidences(each=False)

    @cached_property
    def named_each(self) -> Margins:
        """Labels of spans with the same borders, every place having the weight 1."""
        return self._named_coincidences(each=True)

    def _named_coincidences(self, *, each: bool) -> Margins:
        if self._features.alone:
            same, left, right = self._named_sides
            weight = 0.5 if each else 1.0
            return c.coincidences(2 * weight * same, weight * (left + right))
        found = self.of(f"named {each}", lambda: self._features.named(each=each))
        return c.coincidences(found[:, 0], found[:, 1:])

    @cached_property
    def _named_sides(self) -> Margins:
        return margins(self.of("named sides", self._features.named_sides))

    @cached_property
    def pairwise(self) -> PairValues:
        """Measures of two layers; where a part is of several pairs of layers, means over the pairs that define them."""
        assert self._of_pairs is not None
        return self._of_pairs()

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
