"""Logistic regression on sparse named features, with a prior probability for each instance.

The logit of an instance starts from that of its prior probability (a rule's score), and the weights of its features
move it.  The L2 penalty keeps weights near 0, so that little data changes little.  Training uses numpy; applying a
model is a sum over a dictionary, so that the workbench needs nothing more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]

Features = Sequence[str]
Weights = Mapping[str, float]

PENALTY = 1.0
"""Weight of the L2 term."""
STEPS = 60
MEMORY = 8
"""Earlier steps from which L-BFGS estimates the curvature (Liu and Nocedal 1989)."""
_NEGLIGIBLE = 1e-3
_EDGE = 0.01


class Instance(NamedTuple):
    """A training instance: its features, its prior probability, whether it is true, and its weight in the loss."""

    features: Features
    prior: float
    true: bool
    weight: float = 1.0


def logit(probability: float) -> float:
    """The log odds of a probability, which is first kept away from 0 and 1 so that data can overcome it."""
    p = min(max(probability, _EDGE), 1.0 - _EDGE)
    return math.log(p / (1.0 - p))


def sigmoid(value: float) -> float:
    """The probability with these log odds."""
    if value < 0:
        return math.exp(value) / (1.0 + math.exp(value))
    return 1.0 / (1.0 + math.exp(-value))


def fit(instances: Iterable[Instance], penalty: float = PENALTY) -> dict[str, float]:
    """The weights that minimise log loss plus ``penalty / 2`` times their squares, without negligible ones."""
    import numpy as np

    instances = list(instances)
    names: dict[str, int] = {}
    columns = [
        [names.setdefault(name, len(names)) for name in dict.fromkeys(instance.features)] for instance in instances
    ]
    if not names:
        return {}
    rows = np.repeat(np.arange(len(instances)), [len(c) for c in columns])
    flat = np.fromiter((i for c in columns for i in c), dtype=np.int64)
    offset = np.array([logit(instance.prior) for instance in instances])
    target = np.array([float(instance.true) for instance in instances])
    weight = np.array([instance.weight for instance in instances])

    def objective(w: Vector) -> tuple[float, Vector]:
        z = offset + np.bincount(rows, w[flat], len(instances))
        loss = float(weight @ (np.logaddexp(0.0, z) - target * z) + 0.5 * penalty * (w @ w))
        error = weight * (1.0 / (1.0 + np.exp(-z)) - target)
        return loss, np.bincount(flat, error[rows], len(names)) + penalty * w

    weights = _minimised(objective, np.zeros(len(names)))
    return {name: round(float(weights[i]), 4) for name, i in names.items() if abs(weights[i]) >= _NEGLIGIBLE}


def _minimised(objective: object, start: Vector) -> Vector:
    """Minimise a smooth convex function by limited-memory BFGS with a halving line search; return the minimum."""
    import numpy as np

    at = start
    value, slope = objective(at)  # type: ignore[operator]
    steps: list[tuple[Vector, Vector]] = []
    for _ in range(STEPS):
        direction = -_scaled(slope, steps)
        size, gain = 1.0, float(slope @ direction)
        if gain > -1e-7 * max(1.0, abs(value)):
            break
        if not steps:
            size = min(1.0, 1.0 / float(np.abs(slope).sum()))
        while True:
            new = at + size * direction
            new_value, new_slope = objective(new)  # type: ignore[operator]
            if new_value <= value + 1e-4 * size * gain or size < 1e-8:
                break
            size /= 2
        steps = [*steps, (new - at, new_slope - slope)][-MEMORY:]
        at, value, slope = new, new_value, new_slope
    return at


def _scaled(slope: Vector, steps: Sequence[tuple[Vector, Vector]]) -> Vector:
    """The slope times the estimated inverse curvature."""
    direction = slope.copy()
    kept = []
    for moved, turned in reversed(steps):
        share = float(moved @ direction) / float(moved @ turned)
        direction -= share * turned
        kept.append(share)
    if steps:
        moved, turned = steps[-1]
        direction *= float(moved @ turned) / float(turned @ turned)
    for (moved, turned), share in zip(steps, reversed(kept), strict=True):
        direction += moved * (share - float(turned @ direction) / float(moved @ turned))
    return direction
