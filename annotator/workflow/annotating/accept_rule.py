"""Which suggestions "accept all" takes: those from a score on, or as many as are right as often as was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from annotator.labels import LabelScheme

ABOVE_ALL = 2.0
"""A threshold that no score reaches."""
_ROUNDING = 1e-9


class AcceptRule(NamedTuple):
    """A fixed ``threshold``, or else the ``precision`` that is expected of what is taken."""

    threshold: float
    precision: float | None = None

    @classmethod
    def under(cls, scheme: LabelScheme, threshold: float | None) -> AcceptRule:
        """The rule of a scheme, unless a person has a ``threshold`` of their own."""
        if threshold is not None:
            return cls(threshold)
        return cls(scheme.accept_threshold, scheme.accept_precision)

    def threshold_among(self, scores: Mapping[float, int]) -> float:
        """The threshold where these are the scores of all that is pending, each with how many have it."""
        return self.threshold if self.precision is None else threshold_for(self.precision, scores)


def threshold_for(precision: float, scores: Mapping[float, int]) -> float:
    """The lowest of some scores from which their mean is ``precision`` or more; above all of them where there is none.

    The mean of probabilities is the share that is expected to be right.  Equal scores are taken together or not at all.
    """
    threshold, total, number = ABOVE_ALL, 0.0, 0
    for score, count in sorted(scores.items(), reverse=True):
        total, number = total + count * score, number + count
        if total < (precision - _ROUNDING) * number:
            break
        threshold = score
    return threshold
