"""How much sets of labels have in common, for tokens that several spans touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes, indexes


def jaccard(one: frozenset[int], other: frozenset[int]) -> float:
    """|A ∩ B| / |A ∪ B| (Jaccard 1901)."""
    return len(one & other) / len(one | other)


def masi(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard's times how one set lies in the other: 1 the same, 2/3 inside, 1/3 crossing (Passonneau 2006)."""
    contained = 1.0 if one == other else 2 / 3 if one < other or other < one else 1 / 3
    return jaccard(one, other) * contained


KINDS = (jaccard, masi)
"""What similarities are made by, in the order of columns."""

JACCARD, MASI = 0, 1


class Similarities:
    """Between values of tokens, given as their sets of labels; only those that are unlike and not without each other.

    Sets without a label, and two sets of one label each, have nothing in common: without nested spans there is nothing.
    """

    def __init__(self, sets: Sequence[frozenset[int]]) -> None:
        self._sets = sets
        self.any = any(len(some) > 1 for some in sets)

    @cached_property
    def tables(self) -> tuple[Array, ...]:
        """For each of :data:`KINDS` the similarity of every two values that are not the same."""
        found = np.zeros((len(KINDS), len(self._sets), len(self._sets)))
        larger = [value for value, some in enumerate(self._sets) if len(some) > 1]
        for value in larger:
            for other, some in enumerate(self._sets):
                if other != value and self._sets[value] & some:
                    shared = [similarity(self._sets[value], some) for similarity in KINDS]
                    found[:, value, other] = found[:, other, value] = shared
        return tuple(found)

    def partly(self, unlike: Iterable[tuple[Indexes, Indexes, Indexes]], rows: int) -> Array:
        """For each row what its unlike values have in common, a column for each of :data:`KINDS`."""
        found = np.zeros((rows, len(KINDS)))
        if self.any:
            for row, ours, theirs in unlike:
                for column, table in enumerate(self.tables):
                    found[:, column] += np.bincount(indexes(row), weights=table[ours, theirs], minlength=rows)
        return found

    def expected(self, used: Array, kind: int) -> Array:
        """Σ n_v n_w s_vw over values that are not the same, n being how often each is used (last axis)."""
        if not self.any:
            return np.zeros(used.shape[:-1])
        found: Array = ((used @ self.tables[kind]) * used).sum(axis=-1)
        return found
