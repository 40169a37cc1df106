"""Measures of two layers: of one pair, or as the mean over pairs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array, Margins


class PairMargins(NamedTuple):
    """Of pairs of layers, the margins of tokens and of their tags, of labels of named spans and of related ones.

    ``blank`` is how many tokens both leave unmarked.
    """

    tokens: Margins
    tags: Margins
    blank: Array
    named: Margins
    related: Margins


class PairValues(NamedTuple):
    """Cohen's κ and Scott's π: of tokens, of their tags, of ``named`` spans (same borders) and ``related`` ones (ends).

    ``greatest`` is the largest κ that the layers' shares of tokens allow, ``marked`` κ of tokens that either marks.
    """

    tokens: Array
    greatest: Array
    marked: Array
    tags: Array
    tokens_pi: Array
    named: Array
    named_pi: Array
    related: Array


def pair_values(margins: PairMargins) -> PairValues:
    """The values of each pair."""
    return PairValues(
        tokens=c.kappa(margins.tokens),
        greatest=c.greatest_kappa(margins.tokens),
        marked=c.kappa(c.without_blank(margins.tokens, margins.blank)),
        tags=c.kappa(margins.tags),
        tokens_pi=c.scott(margins.tokens),
        named=c.kappa(margins.named),
        named_pi=c.scott(margins.named),
        related=c.kappa(margins.related),
    )


def mean_over_pairs(values: Iterable[PairValues]) -> PairValues:
    """The means over those pairs that define a value."""
    return PairValues(*map(c.mean_of_defined, zip(*values, strict=True)))
