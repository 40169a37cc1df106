"""Tables with a row for each document, from which figures are computed as ratios of sums.

They stand in for :class:`~annotator.agreement.totals.Features` where what is compared is no span or token: values of
attributes, groups of mentions.  All documents are one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes
from annotator.agreement.sums import Summed, products, summing


class DocumentTables:
    """Tables by name, each with a row for every document that is compared."""

    parts = 1

    def __init__(self, tables: Mapping[str, Array]) -> None:
        count = len(next(iter(tables.values())))
        self.part: Indexes = np.zeros(count, dtype=np.intp)
        self.first: Indexes = np.array([0, count])
        whole = summing(np.arange(count), self.first[:-1], count)
        self._tables = {name: Summed.of(table, whole) for name, table in tables.items()}

    def __len__(self) -> int:
        return len(self.part)

    def total(self) -> DocumentSums:
        """The sums over all documents."""
        return self._sums(lambda table: table.total)

    def each(self, which: slice) -> DocumentSums:
        """The tables of some documents, each by itself."""
        return self._sums(lambda table: table.each[which].astype(float))

    def without(self, which: Indexes) -> DocumentSums:
        """For some documents the sums without them."""
        return self._sums(lambda table: table.total - table.each[which])

    def weighed(self, part: int, taken: NDArray[np.float32], tables: Iterable[str]) -> DocumentSums:  # noqa: ARG002
        """The sums when documents (columns) are taken so many times, one row a resample."""
        return self._sums(lambda table: products(taken, [table.each])[0])

    def _sums(self, weigh: Callable[[Summed], Array]) -> DocumentSums:
        return DocumentSums({name: weigh(table) for name, table in self._tables.items()})


class DocumentSums:
    """The sums of the tables of :class:`DocumentTables`; the first axis of each runs over resamples."""

    def __init__(self, tables: dict[str, Array]) -> None:
        self.tables = tables

    def __getitem__(self, name: str) -> Array:
        return self.tables[name]
