"""Whether some comparisons agree better than others: differences of a measure, with intervals and tests.

The two sides of a :class:`Contrast` are sets of comparisons: a pair of layers and another one, one language and the
others.  Where documents have both sides, those alone are looked at, because documents differ in how hard they are, and
the sides change places in some of them; where they do not, documents move from one side to the other.  What is summed
is each document's share in the difference, the measure's derivative at the totals of both sides together, which the
exchange leaves as they are: so the test is exact where nothing but chance makes the sides differ.  Documents that
move are compared in standard errors of either side's own, so that the test holds as well where one side's documents
are longer or vary more (Janssen 1997; Chung & Romano 2013).  Of few documents all ways are counted, of more some that
the seed draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array, Margins
from annotator.agreement.counting import Comparisons, Count
from annotator.agreement.estimates import LEAST_DOCUMENTS, EstimateOptions
from annotator.agreement.jackknife import Dispersion, LeftOut, clopper_pearson, dispersion, student

Rows = NDArray[np.bool_]
"""Which of the comparisons, one value a row."""

Test = Literal["swaps", "all swaps", "permutation", "all permutations"]
"""What the p is from: sides that change places in documents, or documents that change sides; some ways, or all."""

STEP = 1e-3
"""How far totals go towards a document for a derivative, as a share of what the document adds."""

FIRST, FREQUENT = 200, 20
"""Permutations after which there are no more where so many were as extreme: p is not small (Besag & Clifford 1991)."""

MOST_CELLS = 4_000_000
"""Documents in resamples that are in memory at a time."""

ALIKE = 1 - 1e-9
"""A resample counts as extreme from this share of what was observed, because sums are rounded."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two sets of comparisons that are held against each other, by their names."""

    family: str
    left: str
    right: str
    left_rows: Rows
    right_rows: Rows


@dataclass(frozen=True, slots=True)
class ComparedMeasure:
    """A measure of what can be added up: ``table`` gives the numbers of rows, ``value`` the measure of their sums.

    ``items`` says how many a document has, from its numbers; ``single``, whether it is of one pair of layers only.
    """

    name: str
    table: Callable[[Comparisons, Rows], Array]
    value: Callable[[Array], Array]
    items: Callable[[Array], Array]
    single: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much the left side agrees better than the right one.

    ``documents`` are those that the test is of, on either side; the same ones where it is ``paired``.  What is not
    known is ``None``, with the ``reason``.  ``p_holm`` is corrected for the other differences of the same family and
    measure (Holm 1979).
    """

    contrast: Contrast
    measure: str
    paired: bool
    documents: tuple[int, int]
    left: float | None = None
    right: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    method: Test | None = None
    reason: str = ""


# Measures


def _f1_table(*counts: Count) -> Callable[[Comparisons, Rows], Array]:
    def table(comparisons: Comparisons, rows: Rows) -> Array:
        both, left, right = (comparisons.counts[rows, which].astype(float) for which in counts)
        return np.stack([2 * both, left + right], axis=1)

    return table


def _f1(table: Array) -> Array:
    return c.ratio(table[..., 0], table[..., 1])


def _sizes(table: Array) -> Array:
    sizes: Array = table[..., 1]
    return sizes


def _token_table(comparisons: Comparisons, rows: Rows) -> Array:
    alike = comparisons.counts[rows, Count.TOKENS_ALIKE].astype(float)[:, None]
    sides = comparisons.tokens.used[comparisons.left[rows]], comparisons.tokens.used[comparisons.right[rows]]
    return np.hstack([alike, *sides])


def _kappa(table: Array) -> Array:
    middle = (table.shape[-1] + 1) // 2
    return c.kappa(Margins(table[..., 0], table[..., 1:middle], table[..., middle:]))


def _tokens(table: Array) -> Array:
    return c.summed(table[..., 1:]) / 2


SPAN_F1 = ComparedMeasure("span.f1", _f1_table(Count.EXACT, Count.LEFT, Count.RIGHT), _f1, _sizes)
RELATION_F1 = ComparedMeasure(
    "relation.f1", _f1_table(Count.EXACT_RELATIONS, Count.LEFT_RELATIONS, Count.RIGHT_RELATIONS), _f1, _sizes
)
TOKEN_KAPPA = ComparedMeasure("token.kappa", _token_table, _kappa, _tokens, single=True)

COMPARED = (SPAN_F1, RELATION_F1, TOKEN_KAPPA)
"""The measures whose differences are tested; Cohen's κ where both sides are pairs of layers on the same documents."""


# Both sides of a contrast


class _Sides(NamedTuple):
    """What documents add to either side, one row a document, and how many comparisons each side is of."""

    documents: tuple[NDArray[np.intp], NDArray[np.intp]]
    tables: tuple[Array, Array]
    comparisons: tuple[int, int]
    paired: bool


def _sides(comparisons: Comparisons, contrast: Contrast, measure: ComparedMeasure) -> _Sides:
    """Take the documents that have both sides or, where more have one side alone, those."""
    rows = contrast.left_rows, contrast.right_rows
    numbers = [comparisons.document[some] for some in rows]
    first, second = (np.bincount(some, minlength=len(comparisons.documents)) > 0 for some in numbers)
    shared = first & second
    paired = bool(shared.any() and shared.sum() >= min((first & ~shared).sum(), (second & ~shared).sum()))
    chosen = [shared, shared] if paired else [first & ~shared, second & ~shared]
    tables, counts = [], []
    for some, number, documents in zip(rows, numbers, chosen, strict=True):
        kept = documents[number]
        table = measure.table(comparisons, some)[kept]
        summed = np.zeros((int(documents.sum()), table.shape[1]))
        np.add.at(summed, (np.cumsum(documents) - 1)[number[kept]], table)
        tables.append(summed)
        counts.append(len(table))
    items = [measure.items(table) > 0 for table in tables]
    informative = [items[0] | items[1]] * 2 if paired else items
    left, right = (table[which] for table, which in zip(tables, informative, strict=True))
    ours, theirs = (np.flatnonzero(some)[which] for some, which in zip(chosen, informative, strict=True))
    return _Sides((ours, theirs), (left, right), (counts[0], counts[1]), paired)


def _shares(sides: _Sides, measure: ComparedMeasure) -> tuple[Array, Array]:
    """What each document adds to the difference: of both sides at once, or of either by itself."""
    left, right = sides.tables
    if sides.paired:
        weights = [1 / max(count, 1) for count in sides.comparisons]
        total = left.sum(axis=0) * weights[0] + right.sum(axis=0) * weights[1]
        both = _derivative(measure, total, left * weights[0] - right * weights[1])
        return both, both
    total = left.sum(axis=0) + right.sum(axis=0)
    return _derivative(measure, total, left), _derivative(measure, total, right)


def _derivative(measure: ComparedMeasure, total: Array, towards: Array) -> Array:
    step = STEP * towards
    found: Array = (measure.value(total + step) - measure.value(total - step)) / (2 * STEP)
    return found


# Intervals


def _interval(sides: _Sides, measure: ComparedMeasure) -> tuple[float, float]:
    """The 95 % interval of the difference, by the jackknife; NaN where it is undefined without a document."""
    tables = sides.tables
    left, right = (measure.value(table.sum(axis=0)[None] - table)[:, None] for table in tables)
    items = [measure.items(table)[:, None] for table in tables]
    if sides.paired:
        error, freedom = _only(dispersion(_left_out(left - right, items[0] + items[1])))
    else:
        spreads = [dispersion(_left_out(*of_one)) for of_one in zip((left, right), items, strict=True)]
        (one, of_one), (other, of_other) = map(_only, spreads)
        error = np.hypot(one, other)
        share = error**4 / (one**4 / of_one + other**4 / of_other) if error else 1.0  # Satterthwaite 1946
        freedom = max(share, 1.0)
    values = [float(measure.value(table.sum(axis=0))) for table in tables]
    difference = values[0] - values[1]
    if error <= 1e-12:
        return _without_spread(values, [len(table) for table in tables])
    margin = error * float(student(np.array([freedom]))[0])
    return max(difference - margin, -1.0), min(difference + margin, 1.0)


def _left_out(values: Array, items: Array) -> LeftOut:
    return LeftOut(values, np.ones(values.shape, dtype=bool), items, np.zeros(1, dtype=np.intp))


def _only(found: Dispersion) -> tuple[float, float]:
    return float(found.error[0, 0]), float(found.freedom[0, 0])


def _without_spread(values: Sequence[float], documents: Sequence[int]) -> tuple[float, float]:
    """Where no document changes the difference: from the intervals of both sides (Newcombe 1998)."""
    bounds = [
        [float(end) for end in clopper_pearson(np.array(value), np.array(float(count)))]
        for value, count in zip(values, documents, strict=True)
    ]
    (low, high), (other_low, other_high) = bounds
    difference = values[0] - values[1]
    below = np.hypot(values[0] - low, other_high - values[1])
    above = np.hypot(high - values[0], values[1] - other_low)
    return max(float(difference - below), -1.0), min(float(difference + above), 1.0)


# Tests


def _swaps(shares: Sequence[Array], documents: Sequence[NDArray[np.intp]], options: EstimateOptions) -> list[float]:
    """For some differences the share of resamples that are as extreme; shares in them are swapped or not."""
    if not shares:
        return []
    every, number = np.unique(np.concatenate(documents), return_inverse=True)
    placed = np.zeros((len(shares), len(every)), dtype=np.float32)
    at = 0
    for row, share in zip(placed, shares, strict=True):
        row[number[at : at + len(share)]] = share
        at += len(share)
    seen = np.abs(placed.sum(axis=1, dtype=float)) * (1 - 1e-5)  # sums are in single precision
    generator = np.random.default_rng(options.seed)
    extreme = np.zeros(len(shares))
    for count in _blocks(options.resamples, len(every)):
        bits = np.unpackbits(np.frombuffer(generator.bytes(-(-count * len(every) // 8)), dtype=np.uint8))
        signs = bits[: count * len(every)].reshape(count, len(every)).astype(np.float32)
        signs *= 2
        signs -= 1
        swapped = signs @ placed.T
        extreme += (np.abs(swapped) >= seen).sum(axis=0)
    found: list[float] = ((extreme + 1) / (options.resamples + 1)).tolist()
    return found


def _blocks(resamples: int, documents: int) -> Iterator[int]:
    size = max(1, MOST_CELLS // max(documents, 1))
    for start in range(0, resamples, size):
        yield min(size, resamples - start)


def _all_swaps(share: Array) -> float:
    ways = np.arange(2 ** len(share))[:, None] >> np.arange(len(share)) & 1
    found = np.abs((2 * ways - 1) @ share)
    return float((found >= abs(share.sum()) * ALIKE).mean())


def _permuted(sides: _Sides, measure: ComparedMeasure, options: EstimateOptions) -> float:
    """The share of ways to part the documents that are as extreme."""
    pooled, size = _pooled(sides, measure), len(sides.tables[0])
    ways = np.arange(len(pooled))
    seen = float(_apart(pooled, ways[None], size)[0]) * ALIKE
    generator = np.random.default_rng(options.seed)
    extreme = done = 0
    first = min(FIRST, options.resamples)
    for count in (*_blocks(first, len(pooled)), *_blocks(options.resamples - first, len(pooled))):
        if done >= FIRST and extreme >= FREQUENT:
            break
        drawn = generator.permuted(np.tile(ways, (count, 1)), axis=1)
        extreme += int((_apart(pooled, drawn, size) >= seen).sum())
        done += count
    return (extreme + 1) / (done + 1)


def _all_permutations(sides: _Sides, measure: ComparedMeasure) -> float:
    pooled, size = _pooled(sides, measure), len(sides.tables[0])
    chosen = np.array(list(combinations(range(len(pooled)), size)))
    there = np.zeros((len(chosen), len(pooled)), dtype=bool)
    there[np.arange(len(chosen))[:, None], chosen] = True
    seen = float(_apart(pooled, np.arange(len(pooled))[None], size)[0])
    return float((_apart(pooled, np.argsort(~there, axis=1, kind="stable"), size) >= seen * ALIKE).mean())


def _pooled(sides: _Sides, measure: ComparedMeasure) -> Array:
    """What each document of both sides adds to the difference, and its items."""
    items = [measure.items(table) for table in sides.tables]
    return np.stack([np.concatenate(_shares(sides, measure)), np.concatenate(items)], axis=1)


def _apart(pooled: Array, ways: NDArray[np.intp], size: int) -> Array:
    """How far the first ``size`` documents are from the others, in standard errors, by row."""
    means, errors = [], []
    for side in (ways[:, :size], ways[:, size:]):
        share, items = pooled[side, 0], pooled[side, 1]
        total = items.sum(axis=1)
        mean = share.sum(axis=1) / total
        rest = ((share - mean[:, None] * items) ** 2).sum(axis=1)
        means.append(mean)
        errors.append(rest / total**2 * side.shape[1] / (side.shape[1] - 1))
    error = np.sqrt(errors[0] + errors[1])
    apart = np.abs(means[0] - means[1])
    tiny = error <= 1e-12 * np.abs(pooled[:, 0] / pooled[:, 1]).max(initial=0)
    found: Array = np.where(tiny, np.where(apart > 0, np.inf, 0.0), apart / np.where(tiny, 1.0, error))
    return found


def holm(p: Sequence[float]) -> list[float]:
    """The p of several tests, each corrected for the others (Holm 1979), in their order."""
    found = [1.0] * len(p)
    least = 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        least = max(least, min(1.0, (len(p) - rank) * p[place]))
        found[place] = least
    return found


# All together


def differences(
    comparisons: Comparisons, families: Iterable[tuple[Sequence[Contrast], ComparedMeasure]], options: EstimateOptions
) -> list[Difference]:
    """Measure and test the contrasts of some families, each by one measure; p are corrected within each family.

    Without resamples there are neither intervals nor tests.
    """
    parts: list[list[Difference]] = []
    swapped: list[tuple[int, int, _Sides, Array]] = []
    for contrasts, measure in families:
        parts.append([])
        for contrast in contrasts:
            sides = _sides(comparisons, contrast, measure)
            one = _described(contrast, measure, sides, options)
            if one.reason == "":
                one = _tested(one, sides, measure, options)
            if one.method == "swaps":
                swapped.append((len(parts) - 1, len(parts[-1]), sides, _shares(sides, measure)[0]))
            parts[-1].append(one)
    values = _swaps([share for *_, share in swapped], [sides.documents[0] for *_, sides, _ in swapped], options)
    for (part, place, *_), p in zip(swapped, values, strict=True):
        parts[part][place] = replace(parts[part][place], p=p)
    return [one for part in parts for one in _corrected(part)]


def _corrected(found: list[Difference]) -> list[Difference]:
    corrected = iter(holm([one.p for one in found if one.p is not None]))
    return [one if one.p is None else replace(one, p_holm=next(corrected)) for one in found]


def _described(contrast: Contrast, measure: ComparedMeasure, sides: _Sides, options: EstimateOptions) -> Difference:
    """The difference itself, with the reason why it is not tested."""
    sizes = len(sides.tables[0]), len(sides.tables[1])
    values = [float(measure.value(table.sum(axis=0))) for table in sides.tables]
    known = [None if np.isnan(value) else value for value in values]
    left, right = known
    reason = ""
    if left is None or right is None:
        empty = contrast.left if left is None else contrast.right
        reason = f"undefined for {empty}"
    elif measure.single and not sides.paired:
        reason = "not tested: κ of other documents depends on how frequent each label is there"
    elif not options.resamples:
        reason = "not tested: none was asked for (0 resamples)"
    elif min(sizes) < LEAST_DOCUMENTS:
        where = "have any of this on both sides" if sides.paired else "have any of this on one of the sides"
        reason = f"not tested: fewer than {LEAST_DOCUMENTS} documents {where}"
    difference = None if left is None or right is None else left - right
    return Difference(contrast, measure.name, sides.paired, sizes, left, right, difference, reason=reason)


def _tested(found: Difference, sides: _Sides, measure: ComparedMeasure, options: EstimateOptions) -> Difference:
    """The difference with its interval, and with its p unless it is to be found by many swaps."""
    low, high = _interval(sides, measure)
    if np.isnan(low) or np.isnan(high):
        return replace(found, reason="not tested: undefined without one of the documents")
    left, right = map(len, sides.tables)
    p: float | None = None
    if sides.paired:
        few = 2**left <= options.resamples
        method: Test = "all swaps" if few else "swaps"
        p = _all_swaps(_shares(sides, measure)[0]) if few else None
    else:
        few = comb(left + right, left) <= options.resamples
        method = "all permutations" if few else "permutation"
        p = _all_permutations(sides, measure) if few else _permuted(sides, measure, options)
    return replace(found, low=low, high=high, p=p, method=method)
