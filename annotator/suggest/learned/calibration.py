"""From scores to probabilities: what share of suggestions with a score were right.

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


class Bin(NamedTuple):
    """Some suggestions with about the same score: how many, their mean score, and the share that was right."""

    size: int
    score: float
    right: float


class Calibration:
    """A rising map from scores to probabilities, given by points; none means the score itself."""

    def __init__(self, points: Iterable[tuple[float, float]] = ()) -> None:
        self.points = [(float(x), float(y)) for x, y in points]
        self._scores = [x for x, _ in self.points]

    @classmethod
    def fit(cls, outcomes: Iterable[tuple[float, bool]]) -> Calibration:
        """Return the calibration that outcomes (score, whether it was right) bear out."""
        pooled: list[list[float]] = []
        for found in bins(outcomes):
            weight = found.size + DOUBT
            right = (found.size * found.right + DOUBT * found.score) / weight
            pooled.append([found.score * weight, right * weight, weight])
            while len(pooled) > 1 and pooled[-2][1] / pooled[-2][2] >= pooled[-1][1] / pooled[-1][2]:
                last = pooled.pop()
                pooled[-1] = [a + b for a, b in zip(pooled[-1], last, strict=True)]
        return cls((round(x / w, 4), round(y / w, 4)) for x, y, w in pooled)

    def __call__(self, score: float) -> float:
        """Return the probability that a suggestion with this score is right."""
        if not self.points:
            return score
        at = bisect_right(self._scores, score)
        (x0, y0) = self.points[at - 1] if at else (0.0, 0.0)
        (x1, y1) = self.points[at] if at < len(self.points) else (1.0, 1.0)
        found = y0 if x1 <= x0 else y0 + (y1 - y0) * (score - x0) / (x1 - x0)
        return min(max(found, LOWEST), HIGHEST)


def bins(outcomes: Iterable[tuple[float, bool]], most: int = BINS, least: int = LEAST_IN_BIN) -> list[Bin]:
    """Return outcomes by rising score in bins of about the same size; equal scores share one."""
    ordered = sorted(outcomes)
    size = max(least, -(-len(ordered) // most))
    found: list[Bin] = []
    start = 0
    while start < len(ordered):
        end = min(start + size, len(ordered))
        while end < len(ordered) and (ordered[end][0] == ordered[end - 1][0] or len(ordered) - end < least):
            end += 1
        part = ordered[start:end]
        found.append(Bin(len(part), sum(s for s, _ in part) / len(part), sum(r for _, r in part) / len(part)))
        start = end
    return found


def expected_error(found: Sequence[Bin]) -> float | None:
    """Return the mean distance between score and share right, bins weighed by size; ``None`` without any."""
    total = sum(b.size for b in found)
    return sum(b.size * abs(b.score - b.right) for b in found) / total if total else None
