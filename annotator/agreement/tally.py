"""Counts a row of a table that has mostly zeros: only what occurs is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.ordering import in_order, run_starts
from annotator.agreement.packing import Indexes, ranges


@dataclass(frozen=True, slots=True)
class Tally:
    """For each of the rows ``width`` cells: ``times[i]`` is what stands in cell ``cell[i]`` of ``row[i]``.

    Rows ascend; what does not occur is 0.
    """

    width: int
    row: NDArray[np.int32]
    cell: NDArray[np.int32]
    times: NDArray[np.int32]

    @classmethod
    def of(cls, width: int, row: Indexes, cell: Indexes) -> Tally:
        """Count things, each in a cell of a row."""
        codes, size = row * width + cell, (int(row.max(initial=-1)) + 1) * width
        if size <= len(codes):  # to count all cells is quicker than to sort
            every = np.bincount(codes, minlength=size)
            found = np.flatnonzero(every)
            times = every[found]
        else:
            codes.sort()
            firsts = run_starts(codes)
            found, times = codes[firsts], np.diff(firsts, append=len(codes))
        return cls(width, *(part.astype(np.int32) for part in (*np.divmod(found, width), times)))

    @classmethod
    def joined(cls, width: int, firsts: Sequence[int], parts: Sequence[Tally]) -> Tally:
        """Tallies under one another; each begins with the row of ``firsts``."""
        rows = [part.row + np.int32(first) for part, first in zip(parts, firsts, strict=True)]
        none = np.zeros(0, dtype=np.int32)
        return cls(
            width,
            np.concatenate([none, *rows]),
            np.concatenate([none, *(part.cell for part in parts)]),
            np.concatenate([none, *(part.times for part in parts)]),
        )

    def in_order(self, order: Indexes) -> Tally:
        """The same with the rows in another order."""
        place = np.empty(len(order), dtype=np.intp)
        place[order] = np.arange(len(order))
        moved, row = in_order(place[self.row])
        return Tally(self.width, row.astype(np.int32), self.cell[moved], self.times[moved])

    def rows(self, which: Indexes) -> Array:
        """Some rows, one behind another, with all their cells."""
        first, behind = (np.searchsorted(self.row, which.astype(np.int32), side=side) for side in ("left", "right"))
        members, place = ranges(first, behind - first)
        flat = place * self.width + self.cell[members]
        values = np.bincount(flat, weights=self.times[members], minlength=len(which) * self.width)
        table: Array = values.astype(float, copy=False).reshape(len(which), self.width)
        return table
