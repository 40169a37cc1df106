"""The disorder of annotations: of their best alignment, and of the labels in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np

from annotator.agreement.best_alignment import best_alignment, no_end
from annotator.agreement.coefficients import Array, ratio
from annotator.agreement.packing import Indexes
from annotator.agreement.unitary import Together, Units


class Disorders(NamedTuple):
    """One row an annotation of a text.

    ``whole`` is the disorder of the best alignment.  The others have a column for all spans and one a label:
    ``categories`` is how often aligned spans (of which one has the label) differ in it, NaN where none are aligned,
    ``weights`` the weight of all of them.
    """

    whole: Array
    categories: Array
    weights: Array

    def only(self, count: int) -> Disorders:
        """The first so many rows; of 0, all."""
        return Disorders(*(table[: count or None] for table in self))

    def joined(self, more: Disorders) -> Disorders:
        """These and more."""
        return Disorders(*(np.concatenate(both) for both in zip(self, more, strict=True)))


def disorders(units: Units, texts: int, coders: int, labels: int, left: Callable[[], float] = no_end) -> Disorders:
    """The disorders of texts, each annotated by so many coders.  Raises what :func:`best_alignment` does.

    Of a best alignment that is its cost, divided by the mean number of spans a coder.  Of labels, as γ_cat and γ_k
    have them (Mathet 2017, 4.2.5): two of n spans that stand together count max(0, 1 − d) / (n − 1), d being how far
    they are apart.
    """
    spans = np.bincount(units.text, minlength=texts)
    cost = spans.astype(float)
    weights, different = np.zeros((2, texts, 1 + labels))
    for together in best_alignment(units, coders, left):
        cost -= np.bincount(units.text[together.members[:, 0]], weights=together.saving, minlength=texts)
        for one, other, weight in _pairs(units, together):
            _count(units, one, other, weight, weights)
            _count(units, one, other, weight * units.differ(one, other), different)
    whole = cost * coders / np.maximum(spans, 1)
    return Disorders(whole, ratio(different, weights), weights)


def _pairs(units: Units, together: Together) -> Iterator[tuple[Indexes, Indexes, Array]]:
    """Yield every two spans that stand together, with their weight."""
    size = together.members.shape[1]
    for i, j in combinations(range(size), 2):
        one, other = together.members[:, i], together.members[:, j]
        yield one, other, np.maximum(0, 1 - units.apart(one, other)) / (size - 1)


def _count(units: Units, one: Indexes, other: Indexes, weight: Array, table: Array) -> None:
    """Add weights of pairs: to all, to the label of the one, and to that of the other if it differs."""
    row, differ = units.text[one] * table.shape[1], units.differ(one, other)
    cells = np.concatenate([row, row + 1 + units.label[one], (row + 1 + units.label[other])[differ]])
    weights = np.concatenate([weight, weight, weight[differ]])
    table += np.bincount(cells, weights=weights, minlength=table.size).reshape(table.shape)
