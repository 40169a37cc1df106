"""Values with intervals over documents, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from math import isnan
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.document_tables import DocumentSums, DocumentTables
from annotator.agreement.jackknife import Bounds, Dispersion, LeftOut, intervals
from annotator.agreement.measures import Measure
from annotator.agreement.ordering import run_starts
from annotator.agreement.packing import Indexes
from annotator.agreement.totals import Features, Totals

Counted = Features | DocumentTables
"""What figures are computed from."""

LEAST_DOCUMENTS = 5
"""Documents below which there is no interval: they would say next to nothing about others."""

LEAST_RESAMPLES = 40
"""Resamples below which none lies beyond the percentiles 2.5 and 97.5: the bootstrap's interval would be too narrow."""

MOST_WEIGHTS = 4_000_000
"""Weights of documents in resamples that are multiplied at a time, so that memory does not grow with both."""

MOST_TOTALS = 500_000
"""Totals of resamples that are looked at at a time."""

SINGLE_DOCUMENTS = 1000
"""Documents looked at one by one that are unpacked at a time."""

Way = Literal["jackknife", "bootstrap"]
"""What intervals are made by."""

Method = Literal["jackknife", "clopper-pearson", "bootstrap"]
"""What an interval was made by: the jackknife's is Clopper and Pearson's where no document changes the figure."""


class EstimateOptions(NamedTuple):
    """How intervals are made: the bootstrap's resamples and the seed of their draw.  The level is 95 %.

    Without ``resamples`` there are no intervals, whichever way they are made.
    """

    resamples: int = 2000
    seed: int = 0
    way: Way = "jackknife"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure's value, its 95 % interval over documents, and what it rests on.

    ``value`` is ``None`` with a ``reason`` when it is undefined; ``low`` and ``high`` are ``None`` with one when there
    is no interval.  ``items`` counts the measure's universe, ``documents`` those compared, ``informative`` those of
    them that have any items.  ``dispersion`` is the value's standard error by the jackknife, and the degrees of freedom
    that lengths and values allow (see :class:`Dispersion`); ``None`` where the jackknife had no part in the interval.
    ``categories`` is how many categories chance is taken to choose from, where the measure goes by that, and ``choice``
    which these are.
    """

    value: float | None
    low: float | None
    high: float | None
    method: Method | None
    documents: int
    informative: int
    items: int
    reason: str = ""
    dispersion: tuple[float, float, float] | None = None
    categories: int | None = None
    choice: str = ""


def estimate(features: Counted, measures: Sequence[Measure], options: EstimateOptions) -> dict[str, list[Estimate]]:
    """For each measure its estimates over one part: one, or one a label where the measure is one a label."""
    found = estimate_parts(features, measures, options)
    return found[0] if found else {m.name: [] for m in measures}


def estimate_parts(
    features: Counted, measures: Sequence[Measure], options: EstimateOptions
) -> list[dict[str, list[Estimate]]]:
    """For each part of the features what :func:`estimate` says of it."""
    if not len(features):
        return []
    board = _Board(features, measures)
    items = board.items_each()
    counts = np.add.reduceat(items > 0, features.first[:-1], axis=0, dtype=np.intp)
    enough = counts >= LEAST_DOCUMENTS
    if not options.resamples or not enough.any():
        found = _no_bounds(board)
    elif options.way == "bootstrap":
        found = _bootstraps(board, enough, options) if options.resamples >= LEAST_RESAMPLES else _no_bounds(board)
    else:
        found = _jackknife(board, enough, items)
    return [board.estimates(part, found, counts[part], options) for part in range(features.parts)]


class _Board:
    """The measures' values side by side, for totals of any number of resamples."""

    def __init__(self, features: Counted, measures: Sequence[Measure]) -> None:
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
        self.categories = {m.name: m.choice.categories(first, features) for m in measures if m.choice}
        """By measure how many categories chance is taken to choose from, in every part."""

    def values(self, totals: Totals | DocumentSums) -> Array:
        """One row a resample, one column a value."""
        values = [m.value(totals, self.features) for m in self.measures]
        return np.hstack([value.reshape(len(value), -1) for value in values])

    def _items(self, totals: Totals | DocumentSums) -> Array:
        """How many items each value rests on; several measures may count the same."""
        counted = {items: items(totals, self.features) for items in {m.universe.items for m in self.measures}}
        items = [counted[m.universe.items] for m in self.measures]
        return np.hstack([some.reshape(len(some), -1) for some in items])

    def items_each(self) -> NDArray[np.float32]:
        """For each unit and value how many of its items the document has."""
        parts = _chunks(len(self.features), SINGLE_DOCUMENTS)
        return np.vstack([self._items(self.features.each(part)).astype(np.float32) for part in parts])

    def estimates(
        self, part: int, found: Bounds, informative: Indexes, options: EstimateOptions
    ) -> dict[str, list[Estimate]]:
        """The estimates of a part by their measure's name."""
        documents = int(self.features.first[part + 1] - self.features.first[part])
        spread = found.dispersion
        columns = (self.total, found.low, found.high, spread.alike, spread.error, spread.of_lengths, spread.of_values)
        known = zip(*(column[part].tolist() for column in columns), strict=True)
        basis = zip(informative.tolist(), np.rint(self.items[part]).astype(np.intp).tolist(), strict=True)
        values = zip(known, basis, strict=True)
        result: dict[str, list[Estimate]] = {}
        for measure, size in zip(self.measures, self.sizes, strict=True):
            choice = self._choice(measure, part)
            result[measure.name] = [
                _estimate(
                    measure,
                    value,
                    _Interval(low, high, alike, tuple(dispersion)),
                    (documents, *counts),
                    choice,
                    options,
                )
                for (value, low, high, alike, *dispersion), counts in islice(values, size)
            ]
        return result

    def _choice(self, measure: Measure, part: int) -> tuple[int | None, str]:
        """How many categories chance is taken to choose from, and which; of most measures there is nothing to say."""
        if measure.choice is None:
            return None, ""
        count = int(self.categories[measure.name][part])
        return count, measure.choice.told(count, self.features)

    @property
    def chance_corrected(self) -> NDArray[np.bool_]:
        """Which values are of measures that are corrected for chance."""
        return np.repeat([bool(measure.degenerate) for measure in self.measures], self.sizes)


class _Interval(NamedTuple):
    """The interval of one value: its ends, whether no document changes the value, and its dispersion."""

    low: float
    high: float
    alike: bool
    dispersion: tuple[float, float, float]


def _estimate(
    measure: Measure,
    value: float,
    interval: _Interval,
    basis: tuple[int, int, int],
    choice: tuple[int | None, str],
    options: EstimateOptions,
) -> Estimate:
    """One value with what there is to say about it; its basis are documents, informative ones, and items."""
    informative, items = basis[1:]
    low, high, alike, dispersion = interval
    if isnan(value):
        reason = measure.degenerate if items else measure.universe.nothing
        return Estimate(None, None, None, None, *basis, reason, None, *choice)
    if isnan(low) or isnan(high):
        return Estimate(value, None, None, None, *basis, _no_interval(informative, options), None, *choice)
    method: Method = "bootstrap" if options.way == "bootstrap" else "clopper-pearson" if alike else "jackknife"
    jackknife = None if isnan(dispersion[0]) else dispersion
    return Estimate(value, max(measure.lowest, low), min(1.0, high), method, *basis, "", jackknife, *choice)


def _no_interval(informative: int, options: EstimateOptions) -> str:
    if not options.resamples:
        return "no interval: none was asked for (0 resamples)"
    if informative < LEAST_DOCUMENTS:
        return f"no interval: fewer than {LEAST_DOCUMENTS} documents have any of this"
    if options.way == "bootstrap" and options.resamples < LEAST_RESAMPLES:
        return f"no interval: fewer than {LEAST_RESAMPLES} resamples"
    if options.way == "bootstrap":
        return "no interval: undefined in too many resamples"
    return "no interval: undefined without one of the documents"


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


def _no_bounds(board: _Board) -> Bounds:
    """Bounds that are not known yet of any value."""
    unknown = np.full_like(board.total, np.nan)
    dispersion = Dispersion(unknown.copy(), unknown.copy(), unknown.copy(), np.zeros(unknown.shape, dtype=bool))
    return Bounds(unknown, unknown.copy(), dispersion)


def _bootstraps(board: _Board, which: NDArray[np.bool_], options: EstimateOptions) -> Bounds:
    """The bootstrap's intervals of all parts, for ``which`` values."""
    found = _no_bounds(board)
    for part in np.flatnonzero(which.any(axis=1)).tolist():
        found.low[part, which[part]], found.high[part, which[part]] = _bootstrap(board, part, which[part], options)
    return found


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


def _jackknife(board: _Board, which: NDArray[np.bool_], items: NDArray[np.float32]) -> Bounds:
    """The jackknife's intervals for ``which`` values, of all parts at once."""
    features = board.features
    mine = (items > 0) & which[features.part]
    rows: Indexes = np.flatnonzero(mine.any(axis=1))
    size = max(1, min(SINGLE_DOCUMENTS, MOST_TOTALS // board.width))
    values = np.vstack([board.values(features.without(rows[chunk])) for chunk in _chunks(len(rows), size)])
    part = features.part[rows]
    first = run_starts(part)
    left_out = LeftOut(values, mine[rows], items[rows].astype(float), first)
    there = part[first]
    bounds = intervals(board.total[there], left_out, board.chance_corrected)
    found = _no_bounds(board)
    found.low[there] = np.where(which[there], bounds.low, np.nan)
    found.high[there] = np.where(which[there], bounds.high, np.nan)
    for every, known in zip(found.dispersion, bounds.dispersion, strict=True):
        every[there] = known
    return found
