"""What the unitizing α of 1995 is made of: how far borders are off, label by label, and how far by chance.

Krippendorff (1995; 2004, pp. 251-256).  Every label is looked at by itself: its spans are units, what lies between
them are gaps.  All is by label in the last axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.ordering import changes, in_order, run_starts
from annotator.agreement.packing import Indexes, Packed, ranges


class Unmatched(NamedTuple):
    """What only one layer of a row has, ordered by row and content; ``right`` says which layer."""

    row: Indexes
    content: Indexes
    right: Indexes


def border_differences(packed: Packed, rest: Unmatched, rows: int) -> Array:
    """For each row Σ (Δstart² + Δend²) over units that overlap, and Σ length² over those that lie in a gap.

    Units that both layers have add nothing; ``rest`` are the others.
    """
    labels = len(packed.labels)
    start, end = packed.range_of(rest.content)
    group = rest.row * labels + packed.code_of(rest.content) - 1
    order, group = in_order(group)  # what only one layer has is in reading order
    start, end, right = start[order], end[order], rest.right[order] == 1
    shift = group * (packed.end + 1)
    ours, theirs = np.flatnonzero(~right), np.flatnonzero(right)
    first = np.searchsorted((end + shift)[theirs], (start + shift)[ours], side="right")
    behind = np.searchsorted((start + shift)[theirs], (end + shift)[ours], side="left")
    many = np.maximum(behind - first, 0)
    members, which = ranges(first, many)
    one, other = ours[which], theirs[members]
    off = (start[one] - start[other]) ** 2 + (end[one] - end[other]) ** 2
    met = np.zeros(len(theirs), dtype=bool)
    met[members] = True
    alone = np.concatenate([ours[many == 0], theirs[~met]])
    cells = np.concatenate([group[one], group[alone]])
    weights = np.concatenate([off, (end[alone] - start[alone]) ** 2])
    return _table(cells, weights, (rows, labels))


def _table(cells: Indexes, weights: NDArray[np.number], shape: tuple[int, ...]) -> Array:
    """Weights, summed by cell."""
    flat = np.bincount(cells, weights=weights, minlength=int(np.prod(shape)))
    table: Array = flat.astype(float, copy=False).reshape(shape)
    return table


class UnitLengths(NamedTuple):
    """``differences`` and ``crossed`` have one row a pair of layers and document, the others one a layer.

    ``crossed`` is what units of the one would be off by chance in the gaps of the other, both ways, ``own`` the same
    within a layer, and ``among`` what each unit would be off another one; ``number`` is how many units there are, and
    ``pairs`` Σ length (length - 1).  Layers in which spans of one label overlap one another are ``overlapping``.
    """

    differences: Array
    crossed: Array
    own: Array
    among: Array
    number: Array
    pairs: Array
    overlapping: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[UnitLengths], order: Indexes) -> UnitLengths:
        """The same of documents behind one another, with pairs of layers in some order."""
        found = cls(*map(np.concatenate, zip(*parts, strict=True)))
        return found._replace(differences=found.differences[order], crossed=found.crossed[order])


class _Units:
    """Units and gaps of every layer and label: a *group*; a gap's length is at least 1."""

    def __init__(self, packed: Packed) -> None:
        labels, layers = len(packed.labels), len(packed)
        self.shape = layers, labels
        order, group = packed.by_label
        start, end = packed.spans.start[order], packed.spans.end[order]
        self.length, self.group = end - start, group
        groups = layers * labels
        text = np.repeat(packed.lengths[packed.document], labels)
        base = np.repeat(packed.bases[packed.document], labels)
        begins = changes(group)
        before = np.where(begins, base[group], np.roll(end, 1))
        self.overlapping = np.zeros(layers, dtype=bool)
        self.overlapping[group[start < before] // max(labels, 1)] = True
        ends = np.append(begins[1:], True)[: len(begins)]
        self.first = _firsts(group, groups)
        empty = np.flatnonzero(np.diff(self.first) == 0)
        gaps = np.concatenate([start - before, (base + text)[group[ends]] - end[ends], text[empty]])
        gap_group = np.concatenate([group, group[ends], empty])
        kept = np.flatnonzero(gaps > 0)
        order, self.gap_group = in_order(gap_group[kept])
        self.gaps = gaps[kept[order]]
        self.first_gap = _firsts(self.gap_group, groups)
        self.longest, self.shortest = np.zeros(groups), np.full(groups, np.inf)
        if len(group):
            self.longest[group[ends]] = np.maximum.reduceat(self.length, np.flatnonzero(begins))
        with_gaps = run_starts(self.gap_group)
        if len(with_gaps):
            self.shortest[self.gap_group[with_gaps]] = np.minimum.reduceat(self.gaps, with_gaps)
        length = self.length.astype(float)
        self.squares, self.cubes = self.summed(length * length), self.summed(length * length * length)
        self.many = np.diff(self.first_gap).reshape(self.shape)
        self.starts = _table(self.gap_group, self.gaps, self.shape) + self.many
        """By layer and label the gaps, and how many places there are in them for a unit of no length."""

    def summed(self, values: NDArray[np.number]) -> Array:
        """Numbers of units, by layer and label."""
        return _table(self.group, values, self.shape)

    def in_gaps(self, one: Indexes, other: Indexes) -> Array:
        """Σ length² (gap - length + 1) of units of the ones in gaps of the others, wherever they fit."""
        found: Array = self.squares[one] * self.starts[other] - self.cubes[one] * self.many[other]
        longest, shortest = self.longest.reshape(self.shape)[one], self.shortest.reshape(self.shape)[other]
        rows, label = np.nonzero(shortest < longest)
        if len(rows):
            found[rows, label] += self._do_not_fit(
                one[rows] * self.shape[1] + label, other[rows] * self.shape[1] + label
            )
        return found

    def _do_not_fit(self, one: Indexes, other: Indexes) -> Array:
        """What was taken away too much: Σ length² (length - 1 - gap) where a gap is too short, by pair of groups."""
        unit, pair = ranges(self.first[one], self.first[one + 1] - self.first[one])
        gap, which = ranges(self.first_gap[other[pair]], (self.first_gap[other + 1] - self.first_gap[other])[pair])
        length, room = self.length[unit][which].astype(float), self.gaps[gap]
        too_much = np.where(room < length, length**2 * (length - 1 - room), 0)
        return _table(pair[which], too_much, (len(one),))


def _firsts(group: Indexes, groups: int) -> Indexes:
    """Where each group begins among things ordered by group, and behind the last where all end."""
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))])


def lengths(packed: Packed, left: Indexes, right: Indexes, differences: Array) -> UnitLengths:
    """What there is to say about the units of every layer, and of pairs of layers."""
    units = _Units(packed)
    length = units.length.astype(float)
    every = np.arange(len(packed))
    return UnitLengths(
        differences,
        units.in_gaps(left, right) + units.in_gaps(right, left),
        units.in_gaps(every, every),
        units.summed(length * (length - 1) * (2 * length - 1) / 3),
        units.summed(np.ones(len(length))),
        units.summed(length * (length - 1)),
        units.overlapping,
    )
