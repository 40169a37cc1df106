"""Calibration: turning scores into probabilities by the share of suggestions with such a score that were right.

Isotonic regression (pool adjacent violators, Ayer and others 1955) on bins, each drawn towards the score itself as
if :data:`DOUBT` cases had confirmed it, so that little data changes little.  Between bins it is linear.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

DOUBT = 10.0
"""Cases that the score itself counts as in each bin."""
BINS = 12
LEAST_IN_BIN = 8
HIGHEST, LOWEST = 0.99, 0.01
"""No suggestion is certain, whatever was seen."""


class ScoreBin(NamedTuple):
    """Suggestions with about the same score: how many, their mean score, and the share of them that was right."""

    size: int
    score: float
    right: float


class Calibration:
    """A rising, piecewise linear map from scores to probabilities; without points it is the identity."""

    def __init__(self, points: Iterable[tuple[float, float]] = ()) -> None:
        self.points = [(float(x), float(y)) for x, y in points]
        self._scores = [x for x, _ in self.points]

    @classmethod
    def fit(cls, outcomes: Iterable[tuple[float, bool]]) -> Calibration:
        """Fit a calibration to outcomes, each a score and whether the suggestion was right."""
        pooled: list[list[float]] = []
        for group in bins(outcomes):
            weight = group.size + DOUBT
            right = (group.size * group.right + DOUBT * group.score) / weight
            pooled.append([group.score * weight, right * weight, weight])
            while len(pooled) > 1 and pooled[-2][1] / pooled[-2][2] >= pooled[-1][1] / pooled[-1][2]:
                last = pooled.pop()
                pooled[-1] = [a + b for a, b in zip(pooled[-1], last, strict=True)]
        return cls((round(x / w, 4), round(y / w, 4)) for x, y, w in pooled)

    def __call__(self, score: float) -> float:
        """The probability that a suggestion with this score is right."""
        if not self.points:
            return score
        at = bisect_right(self._scores, score)
        (x0, y0) = self.points[at - 1] if at else (0.0, 0.0)
        (x1, y1) = self.points[at] if at < len(self.points) else (1.0, 1.0)
        probability = y0 if x1 <= x0 else y0 + (y1 - y0) * (score - x0) / (x1 - x0)
        return min(max(probability, LOWEST), HIGHEST)


def bins(outcomes: Iterable[tuple[float, bool]], most: int = BINS, least: int = LEAST_IN_BIN) -> list[ScoreBin]:
    """Group outcomes by rising score into bins of about the same size; equal scores share a bin."""
    ordered = sorted(outcomes)
    size = max(least, -(-len(ordered) // most))
    grouped: list[ScoreBin] = []
    start = 0
    while start < len(ordered):
        end = min(start + size, len(ordered))
        while end < len(ordered) and (ordered[end][0] == ordered[end - 1][0] or len(ordered) - end < least):
            end += 1
        part = ordered[start:end]
        grouped.append(ScoreBin(len(part), sum(s for s, _ in part) / len(part), sum(r for _, r in part) / len(part)))
        start = end
    return grouped


def expected_error(score_bins: Sequence[ScoreBin]) -> float | None:
    """The expected calibration error: the mean distance of score and share right, weighted by bin size."""
    total = sum(b.size for b in score_bins)
    return sum(b.size * abs(b.score - b.right) for b in score_bins) / total if total else None
