"""How many documents an interval takes: what it would be over more documents of the corpus.

A figure's standard error shrinks as documents come to those that were compared; how fast, their lengths decide, which
are known of all documents.  Long documents are rare, and rarer still among few: so that nothing is promised that they
would break, a document of s tokens is taken to add s² to the variance, as if its items stood or fell together.  Over
documents with the lengths s the relative variance is then Σ s² / (Σ s)², and there are (Σ v)² / Σ v² documents' worth
of freedom, with v = s^1.5 as in :mod:`annotator.agreement.jackknife`, and never less than now.

That holds as far as further documents are drawn from the whole corpus, are as hard as those compared and done by as
many curators who work as before, and the figure stays where it is.  How far documents of one length differ is itself
only known from those compared: with ν degrees of freedom, the true variance lies with a probability of 80 % between
ν / χ²(.9) and ν / χ²(.1) times that found, and so, about, does the number of documents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import isinf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.estimates import LEAST_DOCUMENTS, Estimate
from annotator.agreement.jackknife import DEPENDENCE, Dispersion, bounds

HALF_WIDTH = 0.03
"""Half the width that an interval is to have, unless somebody says otherwise."""
LEAST_FREEDOM = 3.0
"""Degrees of freedom below which the dispersion is too little known to plan by."""
MOST_DOCUMENTS = 1_000_000
"""Documents beyond which nobody plans."""
STEPS = 64
"""Numbers of documents that are tried at a time."""
RANGE = (0.1, 0.9)
"""Between which quantiles of χ² the variance is taken to lie: with a probability of 80 %."""

TOO_FEW = "too few documents, or a few long ones decide: how far documents differ is hardly known yet"
NOT_BY_BOOTSTRAP = "only intervals by the jackknife tell how many documents a narrower one takes"
TOO_MANY = f"more than {MOST_DOCUMENTS:,} documents"


class Lengths(NamedTuple):
    """Sums over documents of powers of their lengths: of what they have, and of what they add to the variance.

    ``together`` is what they add if their items stand or fall together, ``added`` what :data:`DEPENDENCE` says;
    ``squares`` are those of that.
    """

    documents: float
    items: float
    together: float
    added: float
    squares: float

    @classmethod
    def of(cls, lengths: Sequence[int]) -> Lengths:
        """The sums over documents of these lengths, in tokens; an empty one counts as one."""
        known = np.maximum(np.array(lengths or [1], dtype=float), 1.0)
        powers = (1.0, 2.0, DEPENDENCE, 2 * DEPENDENCE)
        return cls(len(known), *(float((known**power).sum()) for power in powers))


class Needed(NamedTuple):
    """How many compared documents something takes, and between which numbers it lies with a probability of 80 %.

    ``documents`` is ``None`` where that cannot be told, with the reason; ``high`` alone where it is beyond
    :data:`MOST_DOCUMENTS`.
    """

    documents: int | None
    low: int | None = None
    high: int | None = None
    reason: str = ""


class CurvePoint(NamedTuple):
    """Half the width that an interval would have over so many compared documents."""

    documents: int
    half_width: float


EQUAL = Lengths.of([1])


@dataclass(frozen=True)
class Outlook:
    """What the interval of an estimate would be over other numbers of documents.

    ``chance_corrected`` says whether the measure may be less than 0.  ``compared`` and ``corpus`` are the lengths of
    the documents that were compared and of all; without them all are taken to be of one length.
    """

    estimate: Estimate
    chance_corrected: bool
    compared: Lengths = EQUAL
    corpus: Lengths = EQUAL

    @cached_property
    def reason(self) -> str:
        """Why nothing can be said; empty where something can."""
        found = self.estimate
        if found.low is None:
            return found.reason
        if found.dispersion is None:
            return NOT_BY_BOOTSTRAP
        if not self.alike and self._freedom < LEAST_FREEDOM:
            return TOO_FEW
        return ""

    @property
    def alike(self) -> bool:
        """Whether no document changes the figure."""
        return self.estimate.method == "clopper-pearson"

    @property
    def half_width(self) -> float:
        """Half the width of the interval as it is."""
        assert self.estimate.low is not None
        assert self.estimate.high is not None
        return (self.estimate.high - self.estimate.low) / 2

    def until(self, half_width: float) -> Needed:
        """How many documents have to be compared until the interval is so narrow."""
        return _until(self, half_width)

    def until_beyond(self, goal: float) -> Needed:
        """How many documents have to be compared until the interval lies on one side of a goal."""
        return self.needed(lambda low, high: (low >= goal) | (high < goal))

    def curve(self, most: int, points: int = 25) -> list[CurvePoint]:
        """Half the interval's width over as many documents as there are, and over others; the most are ``most``."""
        if self.reason:
            return []
        least = self._least
        spread = np.rint(np.geomspace(least, max(most, least + 1), points))
        numbers = np.unique(np.append(spread, self.estimate.documents))
        low, high = self._bounds(numbers, 1.0)
        return [CurvePoint(int(n), float(w)) for n, w in zip(numbers, (high - low) / 2, strict=True)]

    @cached_property
    def _dispersion(self) -> Dispersion:
        assert self.estimate.dispersion is not None
        error, of_lengths, of_values = map(np.asarray, self.estimate.dispersion)
        return Dispersion(error, of_lengths, of_values, np.asarray(self.alike))

    @cached_property
    def _freedom(self) -> float:
        return float(self._dispersion.freedom)

    @property
    def _least(self) -> int:
        """The fewest compared documents that can be expected to give an interval."""
        share = self.estimate.informative / self.estimate.documents
        return int(np.ceil(LEAST_DOCUMENTS / share))

    def _bounds(self, documents: Array, variance: float) -> tuple[Array, Array]:
        """The interval over so many compared documents, should the variance be so many times that found."""
        times = documents / self.estimate.documents
        found = self._dispersion_over(times)
        found = found._replace(error=found.error * np.sqrt(variance))
        value = np.full(documents.shape, self.estimate.value)
        corrected = np.full(documents.shape, self.chance_corrected)
        return bounds(value, times * self.estimate.informative, found, corrected)

    def _dispersion_over(self, times: Array) -> Dispersion:
        """The dispersion over so many times as many documents: those compared, or fewer of them, then others."""
        own, others = np.minimum(times, 1.0), np.maximum(times - 1.0, 0.0)
        before = Lengths(*(part / self.compared.documents for part in self.compared))
        average = Lengths(*(part / self.corpus.documents for part in self.corpus))
        after = [own * seen + others * further for seen, further in zip(before, average, strict=True)]
        _, items, together, added, squares = after
        variance = (together / items**2) / (before.together / before.items**2)
        freedom = np.maximum(own, (added**2 / squares) / (before.added**2 / before.squares))
        error, of_lengths, of_values, alike = self._dispersion
        freedoms = (of_lengths + 1) * freedom - 1, of_values * freedom
        return Dispersion(error * np.sqrt(variance), *freedoms, np.broadcast_to(alike, times.shape))

    def needed(self, enough: Callable[[Array, Array], NDArray[np.bool_]]) -> Needed:
        """How many documents have to be compared until the ends of the interval are ``enough``."""
        if self.reason:
            return Needed(None, reason=self.reason)
        variances = (1.0,) if self.alike or isinf(self._freedom) else (1.0, *_variances(self._freedom))
        found = [self._fewest(enough, variance) for variance in variances]
        documents, low, high = found if len(found) == 3 else found * 3
        if documents is None:
            return Needed(None, low, None, TOO_MANY)
        return Needed(documents, low, high)

    def _fewest(self, enough: Callable[[Array, Array], NDArray[np.bool_]], variance: float) -> int | None:
        """The fewest documents from which on intervals are enough; ``None`` beyond :data:`MOST_DOCUMENTS`.

        Longer documents than those compared may widen an interval before it gets narrower.  A grid of numbers is tried
        first, then ever finer ones after the last number that is not enough.
        """
        below, up_to = self._least - 1, MOST_DOCUMENTS
        while up_to - below > 1:
            numbers = np.unique(np.rint(np.geomspace(below + 1, up_to, STEPS)))
            short = np.flatnonzero(~enough(*self._bounds(numbers, variance)))
            last = int(short[-1]) if len(short) else -1
            if last == len(numbers) - 1:
                return None
            below, up_to = int(numbers[last]) if last >= 0 else below, int(numbers[last + 1])
        return up_to


@lru_cache(maxsize=4096)
def _until(outlook: Outlook, half_width: float) -> Needed:
    """As :meth:`Outlook.until`, once for each: reports ask for the same several times, screens whenever they change."""
    return outlook.needed(lambda low, high: (high - low) / 2 <= half_width)


def _variances(freedom: float) -> tuple[float, float]:
    """By how much the true variance may be less and more than that found."""
    from scipy.special import chdtri

    more, less = (freedom / float(chdtri(freedom, 1 - quantile)) for quantile in RANGE)
    return less, more
