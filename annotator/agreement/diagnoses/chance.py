"""What chance would give: tests over documents, since items of one document stand or fall together.

Every test sums what a document has beyond its expectation.  Its standard error is what documents differ by, but never
less than what independent items would give; its reference is Student's t with the degrees of freedom of as many
documents as carry the sum (Kish 1965), less one.  So a few long documents prove no more than a few.

Many things are looked at.  Each kind of diagnosis has an equal share of :data:`ALPHA`, and within a kind the looks are
corrected after Holm (1979): of projects without any problem at most one in twenty gets a finding that is none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annotator.agreement.coefficients import Array

ALPHA = 0.05
"""The share of projects without a problem in which something may be found."""
KINDS = 10
"""Kinds of diagnoses that are tested."""
SHARE = ALPHA / KINDS
"""What a kind may err by, whatever it looks at."""

LEAST_DOCUMENTS = 5
"""Documents below which nothing is tested: spread cannot be told."""
LEAST_DIFFERENCES, LEAST_PLACES = 5, 3
"""Differences, and documents with any of them, below which a finding would not be worth the reading."""
LEAST_PART = 0.02
"""The part of all differences below which it would not either."""


def excess(observed: Array, expected: Array, variance: Array) -> float:
    """The probability that chance gives as much more than expected as was observed, by document; 1 where unknown."""
    there = variance > 0
    documents = int(there.sum())
    if documents < LEAST_DOCUMENTS:
        return 1.0
    beyond = (observed - expected)[there]
    weights = variance[there]
    error = np.sqrt(max(documents * beyond.var(ddof=1), weights.sum()))
    return _upper_tail(float(beyond.sum() / error), _documents_that_count(weights) - 1)


def higher_rate(hits: tuple[Array, Array], trials: tuple[Array, Array]) -> float:
    """The probability that chance sets the first of two rates as far above the second; 1 where unknown.

    Both are given by document; a document may count in both.
    """
    sums = [float(some.sum()) for some in trials]
    counts = [int((some > 0).sum()) for some in trials]
    if min(counts) < LEAST_DOCUMENTS:
        return 1.0
    rates = [float(hit.sum()) / total for hit, total in zip(hits, sums, strict=True)]
    away = [(hit - rate * some) / total for hit, rate, some, total in zip(hits, rates, trials, sums, strict=True)]
    documents = int(((trials[0] > 0) | (trials[1] > 0)).sum())
    spread = float(((away[0] - away[1]) ** 2).sum()) * documents / (documents - 1)
    pooled = (hits[0].sum() + hits[1].sum()) / (sums[0] + sums[1])
    error = np.sqrt(max(spread, pooled * (1 - pooled) * (1 / sums[0] + 1 / sums[1])))
    if error == 0:
        return 1.0
    return _upper_tail((rates[0] - rates[1]) / error, min(map(_documents_that_count, trials)) - 1)


def _documents_that_count(weights: Array) -> float:
    """Kish's effective number."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _upper_tail(t: float, freedom: float) -> float:
    from scipy.special import stdtr

    return float(stdtr(max(freedom, 1.0), -t))


def unlikely(chances: Sequence[float], share: float = SHARE) -> list[bool]:
    """Which of several probabilities are too small for chance, corrected after Holm."""
    order = sorted(range(len(chances)), key=chances.__getitem__)
    found = [False] * len(chances)
    for rank, number in enumerate(order):
        if chances[number] > share / (len(chances) - rank):
            break
        found[number] = True
    return found


def least_differences(total: int) -> float:
    """How many differences, of all that there are, would be worth the reading."""
    return max(LEAST_DIFFERENCES, LEAST_PART * total)


def worth_reading(by_document: Array, total: int) -> bool:
    """Whether so many differences, by document, of all that there are, are enough to be told."""
    count = by_document.sum()
    places = int((by_document > 0).sum())
    return bool(count >= least_differences(total) and places >= LEAST_PLACES)
