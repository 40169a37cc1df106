"""Intervals of figures from what they are without each document.

They are symmetric on a scale without ends: log(p / (1 - p)) of shares such as F1, -log(1 - κ) of measures that are
corrected for chance.  There the interval is value ± t · standard error; the error is the delete-one jackknife's
(Quenouille 1956, Tukey 1958), carried over by the scale's slope.  A few long documents decide as if there were no more
than these: Student's t has as many degrees of freedom as the lesser of

- (Σ v)² / Σ v² - 1 (Satterthwaite 1946), where v is what a document of s items is expected to add to the variance:
  s^1.5, halfway between spans that have nothing to do with one another (s) and those that stand or fall together (s²),
- 2 m / (k - 1), for m documents whose leave-one-out values have the kurtosis k: how well they tell their own spread.

Where no document changes the figure, there is no spread to go by, and the interval is that of a share among as many
trials as documents (Clopper & Pearson 1934).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.packing import Indexes

TAIL = 0.025
"""What lies beyond either end of an interval."""
DEPENDENCE = 1.5
"""The power of a document's items to which its share in the variance is taken to grow: the items and their root."""
SAME = 1e-12
"""Differences up to this are the rest of a calculation."""


class LeftOut(NamedTuple):
    """The values without each document, one row a document and one column a value.

    ``informative`` says which documents have any of what a value counts, and ``items`` how many; ``first`` is the
    number of each part's first row.
    """

    values: Array
    informative: NDArray[np.bool_]
    items: Array
    first: Indexes

    def sums(self, table: Array) -> Array:
        """The sums of a table over each part's informative documents."""
        found: Array = np.add.reduceat(np.where(self.informative, table, 0.0), self.first, axis=0)
        return found


class Dispersion(NamedTuple):
    """How far values vary from document to document, one row a part; NaN is undefined.

    Standard errors; the degrees of freedom that the documents' items allow, and those that the values without each
    document allow (infinite where these tell their own spread exactly); and where no document changes the value.
    """

    error: Array
    of_lengths: Array
    of_values: Array
    alike: NDArray[np.bool_]

    @property
    def freedom(self) -> Array:
        """Student's degrees of freedom, at least 1."""
        found: Array = np.fmax(np.fmin(self.of_lengths, self.of_values), 1.0)
        return found


class Bounds(NamedTuple):
    """The ends of intervals, and the dispersion behind them; NaN where the jackknife had no part in them."""

    low: Array
    high: Array
    dispersion: Dispersion


def intervals(value: Array, left_out: LeftOut, chance_corrected: NDArray[np.bool_]) -> Bounds:
    """The 95 % interval of each value (one row a part), NaN where it is undefined without one of the documents.

    ``chance_corrected`` says which columns are measures that may be less than 0.
    """
    found = dispersion(left_out)
    undefined = np.isnan(found.error)
    low, high = bounds(value, _documents(left_out), found, chance_corrected)
    return Bounds(np.where(undefined, np.nan, low), np.where(undefined, np.nan, high), found)


def bounds(
    value: Array, documents: Array, found: Dispersion, chance_corrected: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """The ends of the intervals of values over so many documents that have any of what they count."""
    low, high = _on_scale(value, found.error * student(found.freedom), chance_corrected)
    if not found.alike.any():
        return low, high
    alike = np.broadcast_to(found.alike, value.shape)
    low[alike], high[alike] = clopper_pearson(value[alike], documents[alike])
    return low, high


def _documents(left_out: LeftOut) -> Array:
    return left_out.sums(np.ones_like(left_out.values))


def dispersion(left_out: LeftOut) -> Dispersion:
    """The jackknife's standard errors, with what else an interval needs."""
    documents = _documents(left_out)
    there = np.maximum(documents, 1)
    part = np.repeat(np.arange(len(there)), np.diff(left_out.first, append=len(left_out.values)))
    away = left_out.values - (left_out.sums(left_out.values) / there)[part]
    square = away * away
    squares, fourth = left_out.sums(square), left_out.sums(square * square)
    error = np.sqrt((there - 1) / there * squares)
    return Dispersion(error, *_freedom(there, left_out, squares, fourth), squares <= SAME**2 * there)


def _freedom(documents: Array, left_out: LeftOut, squares: Array, fourth: Array) -> tuple[Array, Array]:
    """Degrees of freedom by the documents' items, and by the values without each document."""
    items = left_out.items
    shares = items * np.sqrt(items)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_lengths = left_out.sums(shares) ** 2 / left_out.sums(shares * shares) - 1
        excess = documents * fourth / squares**2 - 1
        return of_lengths, np.where(excess > SAME, 2 * documents / excess, np.inf)


def student(freedom: Array) -> Array:
    """The quantiles .975 of Student's t."""
    from scipy.special import stdtrit

    found: Array = stdtrit(freedom, 1 - TAIL)
    return found


def _on_scale(value: Array, margin: Array, chance_corrected: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The interval that is symmetric on the value's scale; about the value itself where the scale ends."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        odds, step = np.log(value / (1 - value)), margin / (value * (1 - value))
        share = 1 / (1 + np.exp(step - odds)), 1 / (1 + np.exp(-step - odds))
        room = 1 - np.maximum(value, -1.0)
        corrected = np.maximum(1 - room * np.exp(margin / room), -1.0), 1 - room * np.exp(-margin / room)
    at_end = (value >= 1) | (~chance_corrected & (value <= 0))
    straight = np.where(chance_corrected, np.maximum(value - margin, -1.0), np.maximum(value - margin, 0.0))
    low = np.where(at_end, straight, np.where(chance_corrected, corrected[0], share[0]))
    high = np.where(at_end, np.minimum(value + margin, 1.0), np.where(chance_corrected, corrected[1], share[1]))
    return low, high


def clopper_pearson(value: Array, documents: Array) -> tuple[Array, Array]:
    """The interval of a share among so many trials; a value below 0 counts as the least there is."""
    from scipy.special import betaincinv

    hits = np.clip(value, 0, 1) * documents
    misses = documents - hits
    low = np.where(hits > 0, betaincinv(np.maximum(hits, SAME), misses + 1, TAIL), 0.0)
    high = np.where(misses > 0, betaincinv(hits + 1, np.maximum(misses, SAME), 1 - TAIL), 1.0)
    return np.where(value < 0, -1.0, low), high
