"""The formulas, as functions of arrays.

Every function takes counts with any number of leading axes (resamples, labels, pairs) and returns one value for each;
what is not defined is NaN here, and told apart with a reason where it is reported.

Measures of agreement need three things of a table only: its diagonal, its row sums and its column sums.  These are its
*margins*, an array whose last two axes are [diagonal, rows, columns][category].  A confusion table has the left layer's
categories in rows and the right layer's in columns; coincidences (see :func:`alpha`) are symmetric.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


def ratio(numerator: Any, denominator: Any) -> Array:
    """The quotient, NaN where the denominator is 0."""
    numerator, denominator = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    defined = np.where(denominator == 0, np.nan, denominator)
    result: Array = numerator / defined
    return result


def f1(both: Any, left: Any, right: Any) -> Array:
    """2·both / (left + right): positive specific agreement (Hripcsak & Rothschild 2005)."""
    return ratio(2 * np.asarray(both), np.asarray(left) + np.asarray(right))


def margins(table: Array) -> Array:
    """The margins of tables in the last two axes."""
    return np.stack([np.einsum("...ii->...i", table), table.sum(axis=-1), table.sum(axis=-2)], axis=-2)


def mirrored(margins: Array) -> Array:
    """The margins of a table to which its mirror image is added."""
    used = margins[..., 1, :] + margins[..., 2, :]
    return np.stack([2 * margins[..., 0, :], used, used], axis=-2)


def trace(margins: Array) -> Array:
    """The sum of the diagonal."""
    return summed(margins[..., 0, :])


def total(margins: Array) -> Array:
    """The sum of the whole table."""
    return summed(margins[..., 1, :])


def corrected(observed: Any, expected: Any) -> Array:
    """(observed − expected) / (1 − expected), NaN where chance alone gives perfect agreement."""
    room = 1 - np.asarray(expected, dtype=float)
    room = np.where(np.abs(room) < 1e-12, 0.0, room)
    return ratio(np.asarray(observed) - np.asarray(expected), room)


def summed(table: Array, axis: int = -1) -> Array:
    """The sum over an axis."""
    result: Array = table.sum(axis=axis)
    return result


def observed(margins: Array) -> Array:
    """The share of the diagonal."""
    return ratio(trace(margins), total(margins))


def shares(margins: Array) -> Array:
    """How often each category is used, by both together."""
    used = margins[..., 1, :] + margins[..., 2, :]
    return ratio(used, summed(used)[..., None])


def _left_and_right(margins: Array) -> tuple[Array, Array]:
    """How often each category is used, by either side."""
    every = total(margins)[..., None]
    return ratio(margins[..., 1, :], every), ratio(margins[..., 2, :], every)


def kappa(margins: Array) -> Array:
    """Cohen's κ (1960) of two coders."""
    left, right = _left_and_right(margins)
    return corrected(observed(margins), summed(left * right))


def greatest_kappa(margins: Array) -> Array:
    """The largest κ that the coders' shares allow (Cohen 1960)."""
    left, right = _left_and_right(margins)
    return corrected(summed(np.minimum(left, right)), summed(left * right))


def light(tables: Array, coefficient: Callable[[Array], Array] = kappa) -> Array:
    """The mean over pairs of coders (the axis before the margins) for which the coefficient is defined.

    With κ this is Light's κ (1971) for more than two coders.
    """
    values = coefficient(tables)
    defined = ~np.isnan(values)
    return ratio(np.where(defined, values, 0).sum(axis=-1), defined.sum(axis=-1))


def fleiss(agreement: Any, used: Array) -> Array:
    """Fleiss' κ (1971): ``agreement`` is the mean over units of the share of agreeing pairs of coders.

    ``used`` is how often each category is used, in all.
    """
    return corrected(agreement, (used**2).sum(axis=-1))


def ac1(agreement: Any, used: Array, categories: int) -> Array:
    """Gwet's AC1 (2008).

    ``used`` is the mean over units of each category's share, ``categories`` how many there are to choose from.
    """
    if categories < 2:
        return np.full(np.shape(agreement), np.nan)
    return corrected(agreement, (used * (1 - used)).sum(axis=-1) / (categories - 1))


def s(agreement: Any, categories: int) -> Array:
    """The S of Bennett, Alpert & Goldstein (1954): every category is as likely by chance."""
    return corrected(agreement, np.full(np.shape(agreement), 1 / categories if categories else 1))


def alpha(margins: Array) -> Array:
    """Krippendorff's α for nominal values (2011).

    The margins are of the coincidences o_ck = Σ_u n_uc (n_uk − [c = k]) / (m_u − 1), over units u with m_u ≥ 2 values.
    """
    every, used = total(margins), margins[..., 1, :]
    expected = _room(every**2 - summed(used**2), every**2)
    return 1 - ratio((every - 1) * (every - trace(margins)), expected)


def unitizing_alpha(margins: Array, squares: Array) -> Array:
    """uα (Krippendorff, Mathet, Bouvry & Widlöcher 2016): on how much text coders say the same, gaps included.

    The margins are of the coincidences o_ck in units of length, category 0 being the gap; ``squares`` holds
    s_c = Σ length² over the units of a category, and Σ length for gaps.  By chance, o_ck would be
    e_ck = ℓ (ℓ_c ℓ_k − [c = k] s_c) / (ℓ² − Σ s).
    """
    every, lengths = total(margins), margins[..., 1, :]
    expected = every * ratio(summed(lengths**2 - squares), every**2 - summed(squares))
    return 1 - ratio(every - trace(margins), _room(every - expected, every))


def unitizing_alpha_of_borders(margins: Array, squares: Array) -> Array:
    """|uα: the same for what is marked at all against gaps, whatever the category."""
    every, gaps = total(margins), margins[..., 1, 0]
    scale = ratio(every, every**2 - summed(squares))
    expected = scale * gaps * (every - gaps)
    return 1 - ratio(gaps - margins[..., 0, 0], _room(expected, every))


def _room(value: Array, scale: Array) -> Array:
    """The value, 0 where it is but the rest of a subtraction."""
    result: Array = np.where(np.abs(value) <= 1e-9 * scale, 0.0, value)
    return result
