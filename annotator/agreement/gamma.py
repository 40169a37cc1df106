"""γ (Mathet, Widlöcher & Métivier 2015): one disorder for positions and labels together, against that of chance.

Slow by nature, so it runs on request: documents are taken in an order drawn from the seed until the time is up.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.layers import DocumentLayers
from annotator.annotation import SpanKey

EMPTY = 1.0
"""Δ∅: what it costs that a coder has nothing; the unit in which disorder is measured."""

SAMPLES = 30
"""Least number of random annotations of a document."""

PRECISION = 0.02
"""Relative error of a document's expected disorder at which no more are drawn."""

MOST_SAMPLES = 300
MOST_TUPLES = 200_000
"""Alignments weighed for three coders and more; a document with more is left out."""

Units = Sequence[SpanKey]


@dataclass(frozen=True, slots=True)
class Gamma:
    """γ over some documents: ``value`` is ``None`` with a ``reason``; ``documents`` were measured, of ``available``."""

    value: float | None
    documents: int
    available: int
    items: int
    seed: int
    reason: str = ""


def gamma(
    documents: Sequence[DocumentLayers],
    names: Sequence[str],
    *,
    seconds: float,
    seed: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> Gamma:
    """γ over documents that two or more of the named layers have: 1 − Σ observed / Σ expected disorder.

    Stops after ``seconds``; how many documents were measured until then is part of the result.  A document's random
    annotations depend on the seed and its key alone.
    """
    deadline = clock() + seconds
    waiting = [d for d in documents if sum(name in d.layers for name in names) >= 2]
    order = sorted(waiting, key=lambda d: random.Random(f"{seed}:{d.key}").random())  # noqa: S311 - no secret
    observed = expected = 0.0
    measured = items = 0
    for document in order:
        if clock() >= deadline:
            break
        layers = [sorted(document.layers[name].spans) for name in names if name in document.layers]
        found = _disorders(layers, document.length, f"{seed}:{document.key}", lambda: clock() >= deadline)
        if found is not None:
            size = sum(map(len, layers)) / len(layers)
            observed, expected = observed + found[0] * size, expected + found[1] * size
            measured, items = measured + 1, items + sum(map(len, layers))
    if expected <= 0:
        reason = "no document with spans was measured in time" if waiting else "no document in common"
        return Gamma(None, measured, len(waiting), items, seed, reason)
    return Gamma(1 - observed / expected, measured, len(waiting), items, seed)


def _disorders(
    layers: list[list[SpanKey]], length: int, seed: str, late: Callable[[], bool]
) -> tuple[float, float] | None:
    """A document's observed and expected disorder; ``None`` without spans, or when time or room is short."""
    if not any(layers):
        return 0.0, 0.0
    observed = disorder(layers)
    if observed is None:
        return None
    generator = random.Random(seed)  # noqa: S311 - no secret
    drawn: list[float] = []
    while len(drawn) < MOST_SAMPLES:
        if late():
            return None
        chance = disorder(_by_chance(layers, length, generator))
        if chance is None:
            return None
        drawn.append(chance)
        if len(drawn) >= SAMPLES and 1.96 * np.std(drawn) <= PRECISION * np.mean(drawn) * len(drawn) ** 0.5:
            break
    return observed, float(np.mean(drawn))


def _by_chance(layers: list[list[SpanKey]], length: int, generator: random.Random) -> list[list[SpanKey]]:
    """Random annotations: for each coder some coder's spans, shifted round the document by a random length."""
    made = []
    for _ in layers:
        spans, shift = generator.choice(layers), generator.randrange(max(length, 1))
        moved = ((s.start + shift) % max(length, 1) - s.start for s in spans)
        made.append([SpanKey(s.start + by, s.end + by, s.label) for s, by in zip(spans, moved, strict=True)])
    return made


def disorder(layers: Sequence[Units]) -> float | None:
    """The disorder of the best alignment; ``None`` when too many alignments would have to be weighed.

    Each span is in one unitary alignment, which takes a span or nothing of every coder and costs the mean
    dissimilarity of its pairs.  The sum is divided by the mean number of spans a coder.
    """
    count = sum(map(len, layers))
    if not count:
        return 0.0
    cost = _best_of_two(*layers) if len(layers) == 2 else _best_of_many(layers)
    return None if cost is None else cost / (count / len(layers))


def _dissimilarities(left: Units, right: Units) -> Array:
    """((|Δstart| + |Δend|) / (len + len))² + [labels differ], for every pair of spans (α = β = Δ∅ = 1)."""
    ours = np.array([s[:2] for s in left], dtype=float).reshape(len(left), 2)
    theirs = np.array([s[:2] for s in right], dtype=float).reshape(len(right), 2)
    apart = np.abs(ours[:, None, :] - theirs[None, :, :]).sum(axis=-1)
    lengths = (ours[:, 1] - ours[:, 0])[:, None] + (theirs[:, 1] - theirs[:, 0])[None, :]
    labels = np.array([s.label for s in left])[:, None] != np.array([s.label for s in right])[None, :]
    result: Array = EMPTY * ((apart / lengths) ** 2 + labels) if len(left) and len(right) else np.zeros(apart.shape)
    return result


def _best_of_two(left: Units, right: Units) -> float:
    """The cost of the best alignment of two coders, by linear assignment: leaving a span alone costs Δ∅."""
    from scipy.optimize import linear_sum_assignment

    m, n = len(left), len(right)
    costs = np.full((m + n, m + n), EMPTY)
    costs[:m, :n] = np.minimum(_dissimilarities(left, right), 2 * EMPTY)  # beyond, both had better be alone
    costs[m:, n:] = 0.0
    rows, columns = linear_sum_assignment(costs)
    return float(costs[rows, columns].sum())


def _best_of_many(layers: Sequence[Units]) -> float | None:
    """The cost of the best alignment of three coders or more, as an integer program over what may pay off."""
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    try:
        tuples = list(_unitary(layers))
    except _TooManyError:
        return None
    first = np.cumsum([0, *map(len, layers)])
    used = [
        (first[c] + unit, place) for place, (_, units) in enumerate(tuples) for c, unit in enumerate(units) if unit >= 0
    ]
    rows, columns = np.array(used).T
    matrix = csr_array((np.ones(len(rows)), (rows, columns)), shape=(int(first[-1]), len(tuples)))
    costs = np.array([cost for cost, _ in tuples])
    result = milp(costs, constraints=LinearConstraint(matrix, 1, 1), integrality=np.ones(len(costs)))
    return float(result.fun) if result.success else None


def _unitary(layers: Sequence[Units]) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield cost and members (−1 for none) of the unitary alignments that are no dearer than their spans alone."""
    coders = len(layers)
    pairs = coders * (coders - 1) / 2
    apart = {(i, j): _dissimilarities(layers[i], layers[j]) for i, j in combinations(range(coders), 2)}
    for number, units in enumerate(_near(layers)):
        if number > MOST_TUPLES:
            raise _TooManyError
        cost = sum(
            apart[i, j][units[i], units[j]] if units[i] >= 0 and units[j] >= 0 else EMPTY
            for i, j in combinations(range(coders), 2)
        )
        if cost / pairs <= EMPTY * sum(unit >= 0 for unit in units):
            yield float(cost / pairs), units


class _TooManyError(Exception):
    """More alignments than can be weighed."""


def _near(layers: Sequence[Units]) -> Iterator[tuple[int, ...]]:
    """Yield members of unitary alignments: each span with all that are near enough, in the layers behind its own."""
    for first, units in enumerate(layers):
        for place, span in enumerate(units):
            others = [
                [-1, *(k for k, other in enumerate(layer) if _may_pay(span, other, len(layers)))]
                for layer in layers[first + 1 :]
            ]
            for rest in product(*others):
                yield (*[-1] * first, place, *rest)


def _may_pay(one: SpanKey, other: SpanKey, coders: int) -> bool:
    """Whether two spans may share a unitary alignment: alone, its spans would cost Δ∅ each."""
    apart = abs(one.start - other.start) + abs(one.end - other.end)
    lengths = (one.end - one.start) + (other.end - other.start)
    return (apart / lengths) ** 2 <= coders * coders * (coders - 1) / 2
