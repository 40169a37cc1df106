"""Counts a row of a table that has mostly zeros: only the cells that occur anywhere are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array

Indexes: TypeAlias = NDArray[np.intp]


def indexes(values: Any) -> Indexes:
    """Numbers as an array of indexes."""
    return np.asarray(values, dtype=np.intp)


class Counted(NamedTuple):
    """How often a row has something in a cell, where it has it at all."""

    row: Indexes
    cell: Indexes
    times: Array


def compressed(row: Indexes, cell: Indexes, size: int, weight: Any = None) -> Counted:
    """Count things in tables of ``size`` cells, each with a weight of 1 or its own."""
    counts = np.bincount(row * size + cell, weights=weight)
    found = np.flatnonzero(counts)
    return Counted(found // size, found % size, counts[found].astype(float))


@dataclass(frozen=True, slots=True)
class Tally:
    """For each row a table of the given shape: ``values[row, i]`` is its count in the flat cell ``cells[i]``."""

    shape: tuple[int, ...]
    cells: Indexes
    values: Array

    @classmethod
    def of(cls, rows: int, shape: tuple[int, ...], row: Any, cell: Any, weight: Any = None) -> Tally:
        """Count things, each in a flat cell of a row's table, with a weight of 1 or its own."""
        cells, places = np.unique(indexes(cell), return_inverse=True)
        flat = indexes(row) * len(cells) + places
        values = np.bincount(flat, weights=weight, minlength=rows * len(cells)).astype(float)
        return cls(shape, cells, values.reshape(rows, len(cells)))

    @classmethod
    def joined(cls, rows: int, shape: tuple[int, ...], parts: Sequence[Counted]) -> Tally:
        """A tally of things that were counted in parts."""
        if not parts:
            return cls.blank(rows, shape)
        row, cell, times = (np.concatenate(column) for column in zip(*parts, strict=True))
        return cls.of(rows, shape, row, cell, times)

    @classmethod
    def dense(cls, tables: Array) -> Tally:
        """A tally of whole tables, one a row."""
        flat: Array = tables.reshape(len(tables), prod(tables.shape[1:])).astype(float)
        return cls(tables.shape[1:], indexes(range(flat.shape[1])), flat)

    @classmethod
    def blank(cls, rows: int, shape: tuple[int, ...]) -> Tally:
        """A tally in which nothing occurs."""
        return cls(shape, indexes([]), np.zeros((rows, 0)))

    def rows(self, which: Any) -> Tally:
        """Some rows."""
        return Tally(self.shape, self.cells, self.values[which])

    def margins(self) -> Tally:
        """Diagonal, row sums and column sums of the tables in the last two axes, in place of these."""
        size = self.shape[-1]
        outer, row, column = self.cells // size**2, self.cells // size % size, self.cells % size
        leads = [(3 * outer + part) * size + label for part, label in ((0, row), (1, row), (2, column))]
        old = np.arange(len(self.cells))
        source = np.concatenate([old[row == column], old, old])
        cells, places = np.unique(np.concatenate([leads[0][row == column], *leads[1:]]), return_inverse=True)
        leading: Array = np.zeros((len(old), len(cells)))
        leading[source, places] = 1.0
        return Tally((*self.shape[:-2], 3, size), cells, self.values @ leading)

    def scaled(self, factor: Array) -> Tally:
        """The tally with each row multiplied by a factor."""
        return Tally(self.shape, self.cells, self.values * factor[:, None])

    def summed(self, group: Indexes, groups: int) -> Tally:
        """One row a group: the sum of its rows; ``group`` is the ascending number of each row's group."""
        values: Array = np.zeros((groups, len(self.cells)))
        if len(group):
            firsts = np.flatnonzero(np.diff(group, prepend=-1))
            values[group[firsts]] = np.add.reduceat(self.values, firsts, axis=0)
        return Tally(self.shape, self.cells, values)

    def full(self, values: Array) -> Array:
        """Tables from values of the cells in the last axis."""
        tables: Array = np.zeros((*values.shape[:-1], prod(self.shape)))
        tables[..., self.cells] = values
        return tables.reshape(*values.shape[:-1], *self.shape)
