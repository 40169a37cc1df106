"""Values with intervals that resample documents, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.measures import Measure
from annotator.agreement.packing import Indexes
from annotator.agreement.totals import Features, Totals

LEAST_DOCUMENTS = 5
"""Documents below which there is no interval: they would say next to nothing about others."""

BOOTSTRAP_DOCUMENTS = 30
"""Documents from which the interval is a bootstrap's; below, it is the jackknife's with Student's t."""

MOST_WEIGHTS = 4_000_000
"""Weights of documents in resamples that are multiplied at a time, so that memory does not grow with both."""

MOST_TOTALS = 500_000
"""Totals of resamples that are looked at at a time."""

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
    """For each measure its estimates over one part: one, or one a label where the measure is one a label."""
    found = estimate_parts(features, measures, options)
    return found[0] if found else {m.name: [] for m in measures}


def estimate_parts(
    features: Features, measures: Sequence[Measure], options: EstimateOptions
) -> list[dict[str, list[Estimate]]]:
    """For each part of the features what :func:`estimate` says of it."""
    if not len(features):
        return []
    board = _Board(features, measures)
    informative = board.informative()
    counts = np.add.reduceat(informative, features.first[:-1], axis=0, dtype=np.intp)
    low, high = np.full_like(board.total, np.nan), np.full_like(board.total, np.nan)
    many, few = counts >= BOOTSTRAP_DOCUMENTS, (counts >= LEAST_DOCUMENTS) & (counts < BOOTSTRAP_DOCUMENTS)
    if options.resamples:
        if few.any():
            low, high = _jackknife(board, few, informative)
        for part in np.flatnonzero(many.any(axis=1)).tolist():
            which = many[part]
            low[part, which], high[part, which] = _bootstrap(board, part, which, options)
    return [board.estimates(part, low[part], high[part], counts[part]) for part in range(features.parts)]


class _Board:
    """The measures' values side by side, for totals of any number of resamples."""

    def __init__(self, features: Features, measures: Sequence[Measure]) -> None:
        self.features = features
        self.measures = measures
        first = features.total()
        values = [m.value(first, features).reshape(features.parts, -1) for m in measures]
        self.tables = tuple(first.tables)
        """The tables that the values are computed from."""
        self.width = max(1, sum(table.shape[1] for table in first.tables.values()))
        self.total = np.hstack(values)
        """One row a part, one column a value."""
        self.sizes = [part.shape[1] for part in values]
        self.items = self._items(first)

    def values(self, totals: Totals) -> Array:
        """One row a resample, one column a value."""
        values = [m.value(totals, self.features) for m in self.measures]
        return np.hstack([value.reshape(len(value), -1) for value in values])

    def _items(self, totals: Totals) -> Array:
        """How many items each value rests on; several measures may count the same."""
        counted = {items: items(totals, self.features) for items in {m.universe.items for m in self.measures}}
        items = [counted[m.universe.items] for m in self.measures]
        return np.hstack([some.reshape(len(some), -1) for some in items])

    def informative(self) -> NDArray[np.bool_]:
        """For each unit and value whether the document has any of its items."""
        parts = _chunks(len(self.features), SINGLE_DOCUMENTS)
        return np.vstack([self._items(self.features.each(part)) > 0 for part in parts])

    def estimates(self, part: int, low: Array, high: Array, informative: Indexes) -> dict[str, list[Estimate]]:
        """The estimates of a part by their measure's name."""
        documents = int(self.features.first[part + 1] - self.features.first[part])
        result: dict[str, list[Estimate]] = {}
        at = 0
        for measure, size in zip(self.measures, self.sizes, strict=True):
            result[measure.name] = [
                _estimate(
                    measure,
                    float(self.total[part, place]),
                    (float(low[place]), float(high[place])),
                    (documents, int(informative[place]), round(float(self.items[part, place]))),
                )
                for place in range(at, at + size)
            ]
            at += size
        return result


def _estimate(measure: Measure, value: float, interval: tuple[float, float], basis: tuple[int, int, int]) -> Estimate:
    """One value with what there is to say about it; its basis are documents, informative ones, and items."""
    informative, items = basis[1:]
    if isnan(value):
        reason = measure.degenerate if items else measure.universe.nothing
        return Estimate(None, None, None, None, *basis, reason)
    if isnan(interval[0]) or isnan(interval[1]):
        return Estimate(value, None, None, None, *basis, _no_interval(informative))
    method: Method = "bootstrap" if informative >= BOOTSTRAP_DOCUMENTS else "jackknife-t"
    return Estimate(value, max(measure.lowest, interval[0]), min(1.0, interval[1]), method, *basis)


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


def _bootstrap(board: _Board, part: int, which: NDArray[np.bool_], options: EstimateOptions) -> tuple[Array, Array]:
    """The percentiles 2.5 and 97.5 of a part's values over resampled documents."""
    features = board.features
    documents = int(features.first[part + 1] - features.first[part])
    drawn = draws(documents, options)
    chunks = _chunks(len(drawn), max(1, min(MOST_WEIGHTS // documents, MOST_TOTALS // board.width)))
    taken = (drawn[chunk].T.astype(np.float32, order="C").T for chunk in chunks)  # a document's weights together
    values = np.vstack([board.values(features.weighed(part, weights, board.tables))[:, which] for weights in taken])
    return _percentiles(values)


def _percentiles(values: Array) -> tuple[Array, Array]:
    """The percentiles 2.5 and 97.5 of columns; NaN where more than one in ten is undefined."""
    columns = np.ascontiguousarray(values.T)
    undefined = np.isnan(columns)
    bounds = np.full((2, len(columns)), np.nan)
    whole = ~undefined.any(axis=1)
    if whole.any():
        bounds[:, whole] = np.quantile(columns[whole], (0.025, 0.975), axis=1)
    some = ~whole & (undefined.mean(axis=1) <= 0.1)
    if some.any():
        bounds[:, some] = np.nanquantile(columns[some], (0.025, 0.975), axis=1)
    return bounds[0], bounds[1]


def _jackknife(board: _Board, which: NDArray[np.bool_], informative: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Value ± t · standard error, from leaving out each document that has any items; NaN but for ``which`` values.

    All parts are done at once.
    """
    features = board.features
    mine = informative & which[features.part]
    left_out: Indexes = np.flatnonzero(mine.any(axis=1))
    size = max(1, min(SINGLE_DOCUMENTS, MOST_WEIGHTS // len(features)))
    leaving = np.vstack([board.values(features.without(left_out[chunk])) for chunk in _chunks(len(left_out), size)])
    mine, part = mine[left_out], features.part[left_out]
    begins = np.flatnonzero(np.diff(part, prepend=-1))
    counts = np.add.reduceat(mine, begins, axis=0, dtype=np.intp)
    there = np.maximum(counts, 1)
    place = np.repeat(np.arange(len(begins)), np.diff(begins, append=len(part)))
    mean = np.add.reduceat(np.where(mine, leaving, 0), begins, axis=0) / there
    squares = np.add.reduceat(np.where(mine, (leaving - mean[place]) ** 2, 0), begins, axis=0)
    error = np.sqrt((counts - 1) / there * squares, where=counts > 0, out=np.zeros_like(squares))
    margin = np.full_like(board.total, np.nan)
    found = which[part[begins]]
    margin[which] = (np.array(STUDENT)[np.clip(counts - 2, 0, len(STUDENT) - 1)] * error)[found]
    return board.total - margin, board.total + margin
