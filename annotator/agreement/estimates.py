"""Values with intervals that resample documents, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.measures import Measure
from annotator.agreement.tally import Indexes
from annotator.agreement.totals import Features, Totals

LEAST_DOCUMENTS = 5
"""Documents below which there is no interval: they would say next to nothing about others."""

BOOTSTRAP_DOCUMENTS = 30
"""Documents from which the interval is a bootstrap's; below, it is the jackknife's with Student's t."""

MOST_WEIGHTS = 4_000_000
"""Weights of documents in resamples that are multiplied at a time, so that memory does not grow with both."""

SINGLE_DOCUMENTS = 1000
"""Documents looked at one by one that are unpacked at a time."""

Method = Literal["bootstrap", "jackknife-t"]

STUDENT = (
    *(12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448),
    *(2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484),
)
"""Quantiles .975 of Student's t with 1, 2, … degrees of freedom."""


class EstimateOptions(NamedTuple):
    """How intervals are made: resamples drawn, and the seed of the draw. The level is 95 %."""

    resamples: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure's value, its 95 % interval over documents, and what it rests on.

    ``value`` is ``None`` with a ``reason`` when it is undefined; ``low`` and ``high`` are ``None`` with one when there
    is no interval.  ``items`` counts the measure's universe, ``documents`` those compared, ``informative`` those of
    them that have any items.
    """

    value: float | None
    low: float | None
    high: float | None
    method: Method | None
    documents: int
    informative: int
    items: int
    reason: str = ""


def estimate(features: Features, measures: Sequence[Measure], options: EstimateOptions) -> dict[str, list[Estimate]]:
    """For each measure its estimates: one, or one a label where the measure is one a label."""
    if not len(features):
        return {m.name: [] for m in measures}
    board = _Board(features, measures)
    total = features.total()
    values, items = board.values(total)[0], board.items(total)[0]
    informative = board.informative()
    counts = informative.sum(axis=0)
    low, high = np.full_like(values, np.nan), np.full_like(values, np.nan)
    many, few = counts >= BOOTSTRAP_DOCUMENTS, (counts >= LEAST_DOCUMENTS) & (counts < BOOTSTRAP_DOCUMENTS)
    if many.any() and options.resamples:
        low[many], high[many] = _bootstrap(board, many, options)
    if few.any() and options.resamples:
        low[few], high[few] = _jackknife(board, few, values, informative)
    found = [
        board.estimate(place, values[place], low[place], high[place], int(counts[place]), round(float(items[place])))
        for place in range(len(values))
    ]
    return board.by_measure(found)


class _Board:
    """The measures' values side by side, for totals of any number of resamples."""

    def __init__(self, features: Features, measures: Sequence[Measure]) -> None:
        self.features = features
        self.measures = measures
        first = features.total()
        self.sizes = [int(np.size(m.value(first, features))) for m in measures]
        self.measure_of = [m for m, size in zip(measures, self.sizes, strict=True) for _ in range(size)]

    def _columns(self, parts: Sequence[Array]) -> Array:
        return np.hstack([part.reshape(len(part), -1) for part in parts])

    def values(self, totals: Totals) -> Array:
        """One row a resample, one column a value."""
        return self._columns([m.value(totals, self.features) for m in self.measures])

    def items(self, totals: Totals) -> Array:
        """How many items each value rests on."""
        return self._columns([m.universe.items(totals, self.features) for m in self.measures])

    def informative(self) -> NDArray[np.bool_]:
        """For each document and value whether the document has any of its items."""
        parts = _chunks(len(self.features), SINGLE_DOCUMENTS)
        return np.vstack([self.items(self.features.each(part)) > 0 for part in parts])

    def estimate(self, place: int, value: float, low: float, high: float, informative: int, items: int) -> Estimate:
        """One value with what there is to say about it."""
        measure = self.measure_of[place]
        documents = len(self.features)
        if np.isnan(value):
            reason = measure.degenerate if items else measure.universe.nothing
            return Estimate(None, None, None, None, documents, informative, items, reason)
        if np.isnan(low) or np.isnan(high):
            return Estimate(float(value), None, None, None, documents, informative, items, _no_interval(informative))
        method: Method = "bootstrap" if informative >= BOOTSTRAP_DOCUMENTS else "jackknife-t"
        low, high = max(measure.lowest, float(low)), min(1.0, float(high))
        return Estimate(float(value), low, high, method, documents, informative, items)

    def by_measure(self, found: Sequence[Estimate]) -> dict[str, list[Estimate]]:
        """The estimates by their measure's name."""
        result: dict[str, list[Estimate]] = {}
        at = 0
        for measure, size in zip(self.measures, self.sizes, strict=True):
            result[measure.name] = list(found[at : at + size])
            at += size
        return result


def _no_interval(informative: int) -> str:
    if informative < LEAST_DOCUMENTS:
        return f"no interval: fewer than {LEAST_DOCUMENTS} documents have any of this"
    return "no interval: undefined in too many resamples"


@lru_cache(maxsize=2)
def draws(documents: int, options: EstimateOptions) -> NDArray[np.uint8]:
    """A bootstrap's weights: how often each document (column) is drawn in each resample (row)."""
    generator = np.random.default_rng(options.seed)
    drawn = np.zeros((options.resamples, documents), dtype=np.uint8)
    for part in _chunks(options.resamples, 100):
        rows = len(drawn[part])
        flat = generator.integers(0, documents, size=(rows, documents)) + (np.arange(rows) * documents)[:, None]
        drawn[part] = np.bincount(flat.ravel(), minlength=rows * documents).reshape(rows, documents)
    return drawn


def _chunks(count: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, count, size)]


def _bootstrap(board: _Board, which: NDArray[np.bool_], options: EstimateOptions) -> tuple[Array, Array]:
    """The percentiles 2.5 and 97.5 of the values over resampled documents."""
    features = board.features
    drawn = draws(len(features), options)
    parts = _chunks(len(drawn), max(1, MOST_WEIGHTS // len(features)))
    values = np.vstack([board.values(features.weighed(drawn[part]))[:, which] for part in parts])
    defined = (~np.isnan(values)).mean(axis=0) >= 0.9
    bounds = np.full((2, values.shape[1]), np.nan)
    if defined.any():
        bounds[:, defined] = np.nanquantile(values[:, defined], (0.025, 0.975), axis=0)
    return bounds[0], bounds[1]


def _jackknife(
    board: _Board, which: NDArray[np.bool_], values: Array, informative: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Value ± t · standard error, from leaving out each document that has any items."""
    left_out: Indexes = np.flatnonzero(informative[:, which].any(axis=1))
    parts = _chunks(len(left_out), SINGLE_DOCUMENTS)
    leaving = np.vstack([board.values(board.features.without(left_out[part]))[:, which] for part in parts])
    mine = informative[left_out][:, which]
    counts = mine.sum(axis=0)
    mean = np.where(mine, leaving, 0).sum(axis=0) / counts
    squares = np.where(mine, (leaving - mean) ** 2, 0).sum(axis=0)
    error = np.sqrt((counts - 1) / counts * squares)
    margin = np.array(STUDENT)[counts - 2] * error
    return values[which] - margin, values[which] + margin
