"""Sums of the rows of tables, each row taken any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WHOLE_IN_SINGLE = 2.0**24
"""Whole numbers up to this are exact in single precision."""

Numbers: TypeAlias = NDArray[np.float32] | NDArray[np.float64]


class Summed(NamedTuple):
    """A table with a row for every unit, and its sums over groups of units."""

    each: Numbers
    total: Array

    @classmethod
    def of(cls, table: Array, groups: csr_array) -> Summed:
        """Sum a table over groups (see :func:`summing`)."""
        total: Array = groups @ table
        return cls(_narrowed(table, total.sum(axis=0)), total)


def summing(rows: Indexes, begins: Indexes, size: int, times: Indexes | None = None) -> csr_array:
    """What a table with ``size`` rows is multiplied by for the sums of groups of its rows.

    A group begins with some of ``rows``, each of which is taken so many times, or once.  Such a product takes a
    fraction of what :func:`numpy.add.reduceat` does, and makes no copy.
    """
    from scipy.sparse import csr_array

    taken = np.ones(len(rows)) if times is None else times.astype(float)
    return csr_array((taken, rows, np.append(begins, len(rows))), shape=(len(begins), size))


def narrowed(table: Array) -> Numbers:
    """A table in single precision, which multiplies twice as fast, where all its sums are exact in it."""
    return _narrowed(table, table.sum(axis=0))


def _narrowed(table: Array, sums: Array) -> Numbers:
    exact = np.max(sums, initial=0) < WHOLE_IN_SINGLE / 2 and np.array_equal(table, np.rint(table))
    return table.astype(np.float32) if exact else table


def products(taken: NDArray[np.float32], tables: Sequence[Numbers]) -> list[Array]:
    """Sums of the rows of tables, each taken so many times; tables of one precision are multiplied at once.

    In memory they are column by column, so that sums over categories are quick.
    """
    found: dict[int, Array] = {}
    for kind in (np.float32, np.float64):
        places = [place for place, table in enumerate(tables) if table.dtype == kind]
        if places:
            stacked = np.hstack([tables[place] for place in places])
            product = (stacked.T @ taken.T.astype(kind, copy=False)).astype(float, copy=False)
            cuts = np.cumsum([tables[place].shape[1] for place in places])[:-1]
            found.update(zip(places, (part.T for part in np.split(product, cuts)), strict=True))
    return [found[place] for place in range(len(tables))]
