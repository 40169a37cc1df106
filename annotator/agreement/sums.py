"""Sums of the rows of tables, each row taken any number of times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes

WHOLE_IN_SINGLE = 2.0**24
"""Whole numbers up to this are exact in single precision."""

Numbers: TypeAlias = NDArray[np.float32] | NDArray[np.float64]

Summing: TypeAlias = Callable[[Indexes, Sequence[Numbers]], list[Array]]
"""Sums tables over units, one row a resample; the numbers say of which unit each row of the tables is."""


def narrowed(table: Array) -> Numbers:
    """A table in single precision, which multiplies twice as fast, where all its sums are exact in it."""
    exact = np.max(table.sum(axis=0), initial=0) < WHOLE_IN_SINGLE / 2 and np.array_equal(table, np.rint(table))
    return table.astype(np.float32) if exact else table


def sum_of(table: Numbers) -> Array:
    """The sum of a table over its rows."""
    found: Array = table.sum(axis=0, dtype=float)
    return found


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
