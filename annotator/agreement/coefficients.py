"""The formulas, as functions of arrays.

Every function takes counts with any number of leading axes (resamples, labels, pairs) and returns one value for each;
what is not defined is NaN here, and told apart with a reason where it is reported.

Measures of agreement need three things of a table only: its :class:`Margins`.  A confusion table has the left layer's
categories in rows and the right layer's in columns; coincidences (see :func:`alpha`) are symmetric.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


class Margins(NamedTuple):
    """A table's sum of the diagonal, its row sums and its column sums; categories are in the last axis of sums."""

    same: Array
    left: Array
    right: Array


def ratio(numerator: Any, denominator: Any) -> Array:
    """The quotient, NaN where the denominator is 0."""
    numerator, denominator = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    defined = np.where(denominator == 0, np.nan, denominator)
    result: Array = numerator / defined
    return result


def f1(both: Any, left: Any, right: Any) -> Array:
    """2·both / (left + right): positive specific agreement (Hripcsak & Rothschild 2005)."""
    return ratio(2 * np.asarray(both), np.asarray(left) + np.asarray(right))


def margins(table: Array) -> Margins:
    """The margins of tables in the last two axes."""
    return Margins(np.einsum("...ii->...", table), table.sum(axis=-1), table.sum(axis=-2))


def coincidences(same: Array, used: Array) -> Margins:
    """The margins of a symmetric table."""
    return Margins(same, used, used)


def total(margins: Margins) -> Array:
    """The sum of the whole table."""
    return summed(margins.left)


def corrected(observed: Any, expected: Any) -> Array:
    """(observed − expected) / (1 − expected), NaN where chance alone gives perfect agreement."""
    room = 1 - np.asarray(expected, dtype=float)
    room = np.where(np.abs(room) < 1e-12, 0.0, room)
    return ratio(np.asarray(observed) - np.asarray(expected), room)


def summed(table: Array) -> Array:
    """The sum over the last axis."""
    result: Array = np.einsum("...c->...", table)  # sum takes three times as long over a few columns
    return result


def observed(margins: Margins) -> Array:
    """The share of the diagonal."""
    return ratio(margins.same, total(margins))


def shares(margins: Margins) -> Array:
    """How often each category is used, by both together."""
    used = margins.left + margins.right
    return ratio(used, summed(used)[..., None])


def _by_chance(margins: Margins) -> Array:
    """How often two coders would agree by chance, given how often each uses each category."""
    return ratio(np.einsum("...c,...c->...", margins.left, margins.right), total(margins) ** 2)


def kappa(margins: Margins) -> Array:
    """Cohen's κ (1960) of two coders."""
    return corrected(observed(margins), _by_chance(margins))


def scott(margins: Margins) -> Array:
    """Scott's π (1955) of two coders: chance is that of how often both together use each category."""
    return corrected(observed(margins), summed(shares(margins) ** 2))


def without_blank(margins: Margins, blank: Array) -> Margins:
    """The margins without what both coders put into category 0."""
    nothing = np.zeros(margins.left.shape[-1])
    nothing[:1] = 1
    left_out = blank[..., None] * nothing
    return Margins(margins.same - blank, margins.left - left_out, margins.right - left_out)


def greatest_kappa(margins: Margins) -> Array:
    """The largest κ that the coders' shares allow (Cohen 1960)."""
    most = ratio(summed(np.minimum(margins.left, margins.right)), total(margins))
    return corrected(most, _by_chance(margins))


def mean_of_defined(values: Iterable[Array]) -> Array:
    """The mean of those values (say of pairs of coders) that are defined.

    With κ this is Light's κ (1971) for more than two coders.
    """
    total: Any = 0.0
    defined: Any = 0
    for value in values:
        known = ~np.isnan(value)
        total, defined = total + np.where(known, value, 0), defined + known
    return ratio(total, defined)


def fleiss(agreement: Any, used: Array) -> Array:
    """Fleiss' κ (1971): ``agreement`` is the mean over units of the share of agreeing pairs of coders.

    ``used`` is how often each category is used, in all.
    """
    return corrected(agreement, (used**2).sum(axis=-1))


def used(shares: Array) -> Array:
    """How many categories have a share."""
    found: Array = (shares > 0).sum(axis=-1).astype(float)
    return found


def ac1(agreement: Any, used: Array, categories: Any) -> Array:
    """Gwet's AC1 (2008); NaN where there is one category.

    ``used`` is the mean over units of each category's share, ``categories`` how many there are to choose from.
    """
    return corrected(agreement, ratio((used * (1 - used)).sum(axis=-1), np.maximum(np.asarray(categories) - 1, 0)))


def ac2(agreement: Any, used: Array, weights: Any, categories: Any) -> Array:
    """Gwet's AC2 (2014): AC1 where some disagreements count less; NaN where there is one category.

    ``agreement`` is the mean weight of pairs of values, ``weights`` the sum of the weights of all pairs of categories.
    """
    several = np.maximum(np.asarray(categories, dtype=float) - 1, 0)
    return corrected(agreement, ratio(weights, categories * several) * (used * (1 - used)).sum(axis=-1))


def s(agreement: Any, categories: Any) -> Array:
    """The S of Bennett, Alpert & Goldstein (1954): every category is as likely by chance."""
    return corrected(agreement, ratio(np.ones(np.shape(agreement)), np.maximum(categories, 1)))


def alpha(margins: Margins) -> Array:
    """Krippendorff's α for nominal values (2011).

    The margins are of the coincidences o_ck = Σ_u n_uc (n_uk − [c = k]) / (m_u − 1), over units u with m_u ≥ 2 values.
    """
    every, used = total(margins), margins.left
    expected = _room(every**2 - summed(used**2), every**2)
    return 1 - ratio((every - 1) * (every - margins.same), expected)


def weighted_alpha(margins: Margins, partly: Array, expected: Array) -> Array:
    """Krippendorff's α where unlike values may have something in common (1 less their distance).

    ``partly`` is what they have, Σ o_ck s_ck, ``expected`` Σ n_c n_k s_ck, both over c ≠ k.
    """
    every, used = total(margins), margins.left
    room = _room(every**2 - summed(used**2) - expected, every**2)
    return 1 - ratio((every - 1) * (every - margins.same - partly), room)


def unitizing_alpha(margins: Margins, squares: Array) -> Array:
    """uα (Krippendorff, Mathet, Bouvry & Widlöcher 2016): on how much text coders say the same, gaps included.

    The margins are of the coincidences o_ck in units of length, category 0 being the gap; ``squares`` holds
    s_c = Σ length² over the units of a category, and Σ length for gaps.  By chance, o_ck would be
    e_ck = ℓ (ℓ_c ℓ_k − [c = k] s_c) / (ℓ² − Σ s).
    """
    every, lengths = total(margins), margins.left
    expected = every * ratio(summed(lengths**2 - squares), every**2 - summed(squares))
    return 1 - ratio(every - margins.same, _room(every - expected, every))


def unitizing_alpha_of_borders(margins: Margins, blank: Array, squares: Array) -> Array:
    """|uα: the same for what is marked at all against gaps, whatever the category.

    ``blank`` is the coincidence of gaps with gaps.
    """
    every, gaps = total(margins), margins.left[..., 0]
    scale = ratio(every, every**2 - summed(squares))
    expected = scale * gaps * (every - gaps)
    return 1 - ratio(gaps - blank, _room(expected, every))


def _room(value: Array, scale: Array) -> Array:
    """The value, 0 where it is but the rest of a subtraction."""
    result: Array = np.where(np.abs(value) <= 1e-9 * scale, 0.0, value)
    return result
