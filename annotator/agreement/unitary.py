"""Unitary alignments: what spans of several coders may stand together in a best alignment, and what that costs.

After Mathet, Widlöcher & Métivier (2015), with α = β = Δ∅ = 1.  Any number of annotations is looked at at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes, ranges

MOST = 2_000_000
"""Unitary alignments that are weighed at a time: beyond, the annotations are too dense to be aligned."""


class TooManyError(Exception):
    """More unitary alignments than can be weighed."""


class Units(NamedTuple):
    """Spans that coders made; ``text`` numbers the annotations, and only spans of one are ever aligned."""

    text: Indexes
    coder: Indexes
    start: Indexes
    end: Indexes
    label: Indexes

    def __len__(self) -> int:
        return len(self.start)

    def apart(self, one: Indexes, other: Indexes) -> Array:
        """How far apart spans are, ((|Δstart| + |Δend|) / (length + length))²."""
        away = np.abs(self.start[one] - self.start[other]) + np.abs(self.end[one] - self.end[other])
        lengths = self.end[one] - self.start[one] + self.end[other] - self.start[other]
        found: Array = (away / lengths) ** 2
        return found

    def differ(self, one: Indexes, other: Indexes) -> NDArray[np.bool_]:
        """Whether spans have different labels."""
        found: NDArray[np.bool_] = self.label[one] != self.label[other]
        return found


class Together(NamedTuple):
    """Spans of different coders that stand together: numbers of spans, in the order of coders, and what is saved.

    ``saving`` is what the spans cost alone, 1 each, less what they cost together: more than 0.
    """

    members: Indexes
    saving: Array


class _Pairs:
    """Pairs of spans that may stand together, the lower coder's first, with their dissimilarity."""

    def __init__(self, units: Units, coders: int) -> None:
        one, other = _near(units, _farthest(coders))
        turned = units.coder[one] > units.coder[other]
        one, other = np.where(turned, other, one), np.where(turned, one, other)
        cost = units.apart(one, other) + units.differ(one, other)
        kept = cost < _farthest(coders)
        one, other, cost = one[kept], other[kept], cost[kept]
        self._many = len(units)
        codes = one * self._many + other
        order = np.argsort(codes)
        self.one, self.other, self.cost, self._codes = one[order], other[order], cost[order], codes[order]
        self._first = np.searchsorted(self.one, np.arange(self._many + 1))

    def following(self, members: Indexes) -> tuple[Indexes, Indexes]:
        """What may come behind the last of some members: the number of the row, and the span."""
        last = members[:, -1]
        sizes = self._first[last + 1] - self._first[last]
        if sizes.sum() > MOST:
            raise TooManyError
        place, row = ranges(self._first[last], sizes)
        return row, self.other[place]

    def costs(self, one: Indexes, other: Indexes) -> Array:
        """The dissimilarity of pairs; infinite where they may not stand together."""
        wanted = one * self._many + other
        place = np.minimum(np.searchsorted(self._codes, wanted), max(len(self._codes) - 1, 0))
        found: Array = np.where(self._codes[place] == wanted, self.cost[place], np.inf)
        return found


def unitary_alignments(units: Units, coders: int) -> list[Together]:
    """Spans that cost less together than in any two parts of which one is a single span, by their number from 2 on.

    All that a best alignment may consist of are among them, beside single spans.  Raises :class:`TooManyError`.

    A unitary alignment has a span of every coder, or none: ∅.  It costs the mean dissimilarity of its P pairs, where
    a pair with ∅ costs 1.  So k spans cost (Σ d + P − k (k − 1) / 2) / P, and to leave out one of them is dearer only
    if its dissimilarities with the others sum up to less than P + k − 1.
    """
    pairs = _Pairs(units, coders)
    members, apart = np.stack([pairs.one, pairs.other], axis=1), np.stack([pairs.cost] * 2, axis=1)
    found = []
    while len(members):
        found.append(_worth_it(members, apart, coders))
        members, apart = _longer(pairs, members, apart, coders)
    return found


def _farthest(coders: int) -> float:
    """Below this is the sum of a span's dissimilarities with all that it stands together with."""
    return coders * (coders - 1) / 2 + coders - 1


def _worth_it(members: Indexes, apart: Array, coders: int) -> Together:
    """Those that no single span had better leave; ``apart`` is each member's dissimilarity with the others."""
    size, pairs = members.shape[1], coders * (coders - 1) / 2
    saving = size - (apart.sum(axis=1) / 2 + pairs - size * (size - 1) / 2) / pairs
    kept = (saving > 0) & (apart < pairs + size - 1).all(axis=1)
    return Together(members[kept], saving[kept])


def _longer(pairs: _Pairs, members: Indexes, apart: Array, coders: int) -> tuple[Indexes, Array]:
    """What there is with one span more."""
    row, added = pairs.following(members)
    costs = np.stack([pairs.costs(column[row], added) for column in members.T], axis=1)
    longer = np.hstack([apart[row] + costs, costs.sum(axis=1, keepdims=True)])
    kept = (longer < _farthest(coders)).all(axis=1)
    return np.hstack([members[row], added[:, None]])[kept], longer[kept]


def _near(units: Units, farthest: float) -> tuple[Indexes, Indexes]:
    """Pairs of spans of different coders that may be less than ``farthest`` apart: when widened, they overlap."""
    reach = np.sqrt(farthest) * (units.end - units.start) / 2
    middle = (units.start + units.end) / 2
    low, high = middle - reach, middle + reach
    shift = units.text * (high.max(initial=0) - low.min(initial=0) + 1)
    order = np.argsort(low + shift, kind="stable")
    low, high = (low + shift)[order], (high + shift)[order]
    behind = np.searchsorted(low, high, side="right")
    sizes = behind - np.arange(len(order)) - 1
    if sizes.sum() > MOST:
        raise TooManyError
    other, one = ranges(np.arange(len(order)) + 1, sizes)
    one, other = order[one], order[other]
    kept = units.coder[one] != units.coder[other]
    return one[kept], other[kept]
