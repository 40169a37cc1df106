"""Measures of two layers: of one pair, or as the mean over pairs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array, Margins
from annotator.agreement.counting import Comparisons, Count
from annotator.agreement.ordering import run_starts
from annotator.agreement.packing import Indexes
from annotator.agreement.sums import summing

MOST_CELLS = 2_000_000
"""Numbers of both sides that are unpacked at a time."""


class BothSides(NamedTuple):
    """What both layers call alike, then how often the left one has each category, then the right one; by row.

    Of tokens and of their tags, of labels of named spans and of related ones; ``blank`` is how many tokens both leave
    unmarked.
    """

    tokens: Array
    tags: Array
    blank: Array
    named: Array
    related: Array

    @classmethod
    def of(cls, comparisons: Comparisons, rows: Indexes) -> BothSides:
        """Of some rows of comparisons."""
        counts, left, right = comparisons.counts[rows], comparisons.left[rows], comparisons.right[rows]

        def tokens(alike: Count, table: Array) -> Array:
            return np.hstack([counts[:, [alike]], table[left], table[right]])

        return cls(
            tokens(Count.TOKENS_ALIKE, comparisons.tokens.used),
            tokens(Count.TAGS_ALIKE, comparisons.tokens.tags),
            counts[:, [Count.TOKENS_BLANK]].astype(float),
            comparisons.named.rows(rows),
            comparisons.related.rows(rows),
        )


class PairValues(NamedTuple):
    """Cohen's κ and Scott's π: of tokens, of their tags, of ``named`` spans (same borders) and ``related`` ones (ends).

    ``greatest`` is the largest κ that the layers' shares of tokens allow, ``marked`` κ of tokens that either marks.
    """

    tokens: Array
    greatest: Array
    marked: Array
    tags: Array
    tokens_pi: Array
    named: Array
    named_pi: Array
    related: Array

    @classmethod
    def of(cls, sides: BothSides) -> PairValues:
        """The values of each row."""
        tokens, named = margins(sides.tokens), margins(sides.named)
        return cls(
            tokens=c.kappa(tokens),
            greatest=c.greatest_kappa(tokens),
            marked=c.kappa(c.without_blank(tokens, sides.blank[:, 0])),
            tags=c.kappa(margins(sides.tags)),
            tokens_pi=c.scott(tokens),
            named=c.kappa(named),
            named_pi=c.scott(named),
            related=c.kappa(margins(sides.related)),
        )


def margins(sides: Array) -> Margins:
    """The margins of tables of both sides."""
    middle = (sides.shape[1] + 1) // 2
    return Margins(sides[:, 0], sides[:, 1:middle], sides[:, middle:])


def mean_over_pairs(values: Iterable[PairValues]) -> PairValues:
    """The means over those pairs that define a value."""
    return PairValues(*map(c.mean_of_defined, zip(*values, strict=True)))


class PairGroups:
    """Rows of comparisons in groups, each of one pair of layers in one part: the values of groups, and without a row.

    ``group`` ascends; ``unit`` is the unit of each row, ``parts`` the part of each unit.
    """

    def __init__(self, comparisons: Comparisons, rows: Indexes, group: Indexes, unit: Indexes, parts: Indexes) -> None:
        self._comparisons, self._rows, self._group, self._unit, self._parts = comparisons, rows, group, unit, parts
        self._begins = run_starts(group)
        self._part = parts[unit[self._begins]]
        widths = [table.shape[1] for table in BothSides.of(comparisons, rows[:0])]
        size = max(1, MOST_CELLS // sum(widths))
        self._blocks = [slice(first, first + size) for first in range(0, len(rows), size)]
        self._only = BothSides.of(comparisons, rows) if len(self._blocks) == 1 else None
        sums = [np.zeros((len(self._begins), width)) for width in widths]
        for block in self._blocks:
            groups = group[block]
            begins = run_starts(groups)
            groups_of_rows = summing(np.arange(len(groups)), begins, len(groups))
            for total, own in zip(sums, self._sides(block), strict=True):
                total[groups[begins]] += groups_of_rows @ own
        self._sums = BothSides(*sums)
        self._values = PairValues.of(self._sums)

    def _sides(self, block: slice) -> BothSides:
        """Both sides of some rows, made anew each time where there are several blocks."""
        return BothSides.of(self._comparisons, self._rows[block]) if self._only is None else self._only

    def total(self) -> PairValues:
        """Of each part the means over its pairs of layers."""
        count = int(self._parts[-1]) + 1
        return PairValues(*(c.ratio(*_known(values, self._part, count)) for values in self._values))

    def without(self) -> PairValues:
        """For each unit the means over the pairs of its part, without it."""
        parts = [
            PairValues.of(BothSides(*(
                total[self._group[block]] - own
                for total, own in zip(self._sums, self._sides(block), strict=True))))
            for block in self._blocks
        ]  # fmt: skip
        rest = PairValues(*map(np.concatenate, zip(*parts, strict=True)))
        return PairValues(*(self._left_out(*both) for both in zip(self._values, rest, strict=True)))

    def _left_out(self, values: Array, without: Array) -> Array:
        units, count = len(self._parts), int(self._parts[-1]) + 1
        with_all = [sums[self._parts] for sums in _known(values, self._part, count)]
        own, rest = (_known(some, self._unit, units) for some in (values[self._group], without))
        total, defined = (every - mine + left for every, mine, left in zip(with_all, own, rest, strict=True))
        return c.ratio(total, defined)


def _known(values: Array, place: Indexes, count: int) -> tuple[Array, Array]:
    """The sums of values that are defined, and how many these are, by place."""
    known = ~np.isnan(values)
    total, defined = (
        np.bincount(place, weights=some, minlength=count).astype(float)
        for some in (np.where(known, values, 0.0), known)
    )
    return total, defined
