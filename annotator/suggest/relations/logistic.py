"""Logistic regression on sparse named features, with a prior belief that the data has to overcome.

The logit of each example starts from the logit of what was believed of it before (a rule's score); the weights say
by how much to move it.  With an L2 penalty and no data they are nothing, so that little data changes little.
Training uses numpy; applying a model is a sum over a dictionary, so that the workbench needs nothing more.
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
"""Weight of the L2 term, as if each weight had been seen to be 0 that often."""
STEPS = 60
MEMORY = 8
"""Earlier steps from which L-BFGS estimates the curvature (Liu and Nocedal 1989)."""
_NEGLIGIBLE = 1e-3
_EDGE = 0.01


class Case(NamedTuple):
    """An example: its features, what was believed of it (0 to 1), whether it turned out true, and its weight."""

    features: Features
    belief: float
    true: bool
    weight: float = 1.0


def logit(probability: float) -> float:
    """Return the log odds of a probability, kept away from 0 and 1 so that data can overcome it."""
    p = min(max(probability, _EDGE), 1.0 - _EDGE)
    return math.log(p / (1.0 - p))


def sigmoid(value: float) -> float:
    """Return the probability that log odds stand for."""
    if value < 0:
        return math.exp(value) / (1.0 + math.exp(value))
    return 1.0 / (1.0 + math.exp(-value))


def fit(cases: Iterable[Case], penalty: float = PENALTY) -> dict[str, float]:
    """Return the weights that minimise log loss plus ``penalty / 2`` times their squares; negligible ones left out."""
    import numpy as np

    cases = list(cases)
    names: dict[str, int] = {}
    columns = [[names.setdefault(name, len(names)) for name in dict.fromkeys(case.features)] for case in cases]
    if not names:
        return {}
    rows = np.repeat(np.arange(len(cases)), [len(c) for c in columns])
    flat = np.fromiter((i for c in columns for i in c), dtype=np.int64)
    offset = np.array([logit(case.belief) for case in cases])
    target = np.array([float(case.true) for case in cases])
    weight = np.array([case.weight for case in cases])

    def objective(w: Vector) -> tuple[float, Vector]:
        z = offset + np.bincount(rows, w[flat], len(cases))
        loss = float(weight @ (np.logaddexp(0.0, z) - target * z) + 0.5 * penalty * (w @ w))
        error = weight * (1.0 / (1.0 + np.exp(-z)) - target)
        return loss, np.bincount(flat, error[rows], len(names)) + penalty * w

    found = _minimised(objective, np.zeros(len(names)))
    return {name: round(float(found[i]), 4) for name, i in names.items() if abs(found[i]) >= _NEGLIGIBLE}


def _minimised(objective: object, start: Vector) -> Vector:
    """Return where a smooth convex function is least, by limited-memory BFGS with a halving line search."""
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
    """Return the slope times the estimated inverse curvature."""
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
