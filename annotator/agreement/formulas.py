"""What measures are computed from: functions of totals, one value a resample (and label)."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array
from annotator.agreement.totals import Features, Totals

# Spans


def diagonal(margins: Array) -> Array:
    """What both layers call the same, by label (without what one of them misses)."""
    return margins[..., 0, 1:]


def left(margins: Array) -> Array:
    """How many items the left layer has, by label."""
    return margins[..., 1, 1:]


def right(margins: Array) -> Array:
    """How many items the right layer has, by label."""
    return margins[..., 2, 1:]


def both(margins: Array) -> Array:
    """How many pairs of items there are of which neither is missed."""
    return c.total(margins) - margins[..., 1, 0] - margins[..., 2, 0]


def spans(t: Totals, _: Features) -> Array:
    """The spans of both layers together."""
    table = t.spans.sum(axis=1)
    return c.summed(left(table)) + c.summed(right(table))


def left_spans(t: Totals, _: Features) -> Array:
    """The spans of the left layer."""
    return c.summed(left(t.spans.sum(axis=1)))


def right_spans(t: Totals, _: Features) -> Array:
    """The spans of the right layer."""
    return c.summed(right(t.spans.sum(axis=1)))


def exact(t: Totals) -> Array:
    """The pairs of spans that are the same."""
    return c.summed(diagonal(t.spans[:, 1]))


def same_borders(t: Totals) -> Array:
    """The pairs of spans with the same borders."""
    return c.total(t.spans[:, 1])


def overlapping(t: Totals) -> Array:
    """The pairs of spans that overlap without having the same borders."""
    return both(t.spans[:, 0])


def same_label(t: Totals) -> Array:
    """The aligned pairs of spans that have the same label."""
    return c.summed(diagonal(t.spans.sum(axis=1)))


def span_f1(t: Totals, f: Features) -> Array:
    """2·|A ∩ B| / (|A| + |B|) on borders and label."""
    return c.ratio(2 * exact(t), spans(t, f))


def boundary_f1(t: Totals, f: Features) -> Array:
    """F of spans on their borders alone."""
    return c.ratio(2 * same_borders(t), spans(t, f))


def partial_f1(t: Totals, f: Features) -> Array:
    """SemEval's F under *partial*: COR the same borders, PAR any overlap, half a point each."""
    return c.ratio(2 * (same_borders(t) + 0.5 * overlapping(t)), spans(t, f))


def type_f1(t: Totals, f: Features) -> Array:
    """SemEval's F under *type*: COR any overlap with the same label."""
    return c.ratio(2 * same_label(t), spans(t, f))


def precision(t: Totals, f: Features) -> Array:
    """The share of the left layer's spans that the right one has."""
    return c.ratio(exact(t), left_spans(t, f))


def recall(t: Totals, f: Features) -> Array:
    """The share of the right layer's spans that the left one has."""
    return c.ratio(exact(t), right_spans(t, f))


def label_spans(t: Totals, _: Features) -> Array:
    """The spans of both layers, by label."""
    table = t.spans.sum(axis=1)
    return left(table) + right(table)


def label_f1(t: Totals, f: Features) -> Array:
    """Strict F by label."""
    return c.ratio(2 * diagonal(t.spans[:, 1]), label_spans(t, f))


def label_type_f1(t: Totals, f: Features) -> Array:
    """F for a label when any overlap counts."""
    return c.ratio(2 * diagonal(t.spans.sum(axis=1)), label_spans(t, f))


Schema = Literal["strict", "exact", "partial", "type"]


def semeval(table: Array) -> dict[Schema, dict[str, int]]:
    """The categories of SemEval-2013 (task 9) under its four schemas, the left layer judged by the right one.

    ``table`` is one pair's total of :attr:`Comparisons.spans`.
    """
    same, overlap = table[1, 1:, 1:], table[0, 1:, 1:]
    exact, boundary = np.trace(same), np.trace(overlap)
    label, other = same.sum() - exact, overlap.sum() - boundary
    missing, spurious = table[0, 0, 1:].sum(), table[0, 1:, 0].sum()
    schemas: dict[Schema, tuple[Any, Any, Any]] = {
        "strict": (exact, label + boundary + other, 0),
        "exact": (exact + label, boundary + other, 0),
        "partial": (exact + label, 0, boundary + other),
        "type": (exact + boundary, label + other, 0),
    }
    names = ("correct", "incorrect", "partial", "missing", "spurious")
    return {
        schema: dict(zip(names, (int(n) for n in (*counts, missing, spurious)), strict=True))
        for schema, counts in schemas.items()
    }


# Labels of spans with the same borders


def named_items(t: Totals, _: Features) -> Array:
    """The places where layers have spans with the same borders."""
    return c.total(t.named_each)


def named_observed(t: Totals, _: Features) -> Array:
    """The share of agreeing labels on the same borders."""
    return c.observed(t.named_each)


def named_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of labels on the same borders; of several pairs the mean."""
    return c.light(t.pair_named)


def named_alpha(t: Totals, _: Features) -> Array:
    """Krippendorff's α of labels on the same borders."""
    return c.alpha(t.named)


def named_ac1(t: Totals, f: Features) -> Array:
    """Gwet's AC1 of labels on the same borders."""
    return c.ac1(c.observed(t.named_each), c.shares(t.named_each), len(f.vocabulary.labels))


# Tokens


def tokens(t: Totals, _: Features) -> Array:
    """The tokens."""
    return c.total(t.tokens_each)


def token_observed(t: Totals, _: Features) -> Array:
    """The share of agreeing token values."""
    return c.observed(t.tokens_each)


def token_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of tokens; of several pairs the mean."""
    return c.light(t.pair_tokens)


def token_greatest(t: Totals, _: Features) -> Array:
    """The largest κ of tokens that the layers' shares allow; of several pairs the mean."""
    return c.light(t.pair_tokens, c.greatest_kappa)


def token_fleiss(t: Totals, _: Features) -> Array:
    """Fleiss' κ of tokens."""
    return c.fleiss(c.observed(t.tokens_each), c.shares(t.tokens))


def token_alpha(t: Totals, _: Features) -> Array:
    """Krippendorff's α of tokens."""
    return c.alpha(t.tokens)


def token_ac1(t: Totals, f: Features) -> Array:
    """Gwet's AC1 of tokens."""
    return c.ac1(c.observed(t.tokens_each), c.shares(t.tokens_each), f.token_values)


def token_s(t: Totals, f: Features) -> Array:
    """S of tokens."""
    return c.s(c.observed(t.tokens_each), f.token_values)


# Stretches of text


def characters(t: Totals, _: Features) -> Array:
    """The code points."""
    return c.total(t.units)


def unit_alpha(t: Totals, _: Features) -> Array:
    """uα."""
    return c.unitizing_alpha(t.units, t.squares)


def unit_borders(t: Totals, _: Features) -> Array:
    """|uα."""
    return c.unitizing_alpha_of_borders(t.units, t.squares)


def label_unit_items(t: Totals, _: Features) -> Array:
    """The code points that either layer gives a label, by label."""
    return c.total(t.label_units) - t.label_units[..., 0, 0]


def label_unit_alpha(t: Totals, f: Features) -> Array:
    """uα of each label alone against everything else."""
    values = c.unitizing_alpha(t.label_units, t.label_squares)
    return np.where(np.array(f.overlapping_labels, dtype=bool), np.nan, values)


# Relations


def relations(t: Totals, _: Features) -> Array:
    """The relations of both layers together."""
    table = t.relations.sum(axis=1)
    return c.summed(left(table)) + c.summed(right(table))


def relation_f1(t: Totals, f: Features) -> Array:
    """F of relations on both ends and label."""
    return c.ratio(2 * diagonal(t.relations[:, 0]).sum(axis=-1), relations(t, f))


def endpoints_f1(t: Totals, f: Features) -> Array:
    """F of relations on their ends alone."""
    return c.ratio(2 * both(t.relations[:, 0]), relations(t, f))


def relaxed_f1(t: Totals, f: Features) -> Array:
    """F of relations on label and aligned ends."""
    return c.ratio(2 * diagonal(t.relations[:, :2].sum(axis=1)).sum(axis=-1), relations(t, f))


def reached(t: Totals, _: Features) -> Array:
    """The relations whose two spans the other layer has too."""
    result: Array = t.reached.sum(axis=(-1, -2))
    return result


def f1_given_spans(t: Totals, f: Features) -> Array:
    """Strict F among relations whose spans both layers have."""
    return c.ratio(2 * diagonal(t.relations[:, 0]).sum(axis=-1), reached(t, f))


def related(t: Totals, _: Features) -> Array:
    """The pairs of spans that both layers relate the same way round."""
    return both(t.relations[:, 0])


def related_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of labels of relations with the same ends; of several pairs the mean."""
    return c.light(t.pair_relations)


def related_observed(t: Totals, _: Features) -> Array:
    """The share of agreeing labels of relations with the same ends."""
    return c.ratio(c.summed(diagonal(t.relations[:, 0])), both(t.relations[:, 0]))


def type_relations(t: Totals, _: Features) -> Array:
    """The relations of both layers, by label."""
    table = t.relations.sum(axis=1)
    return left(table) + right(table)


def type_relation_f1(t: Totals, f: Features) -> Array:
    """Strict F of relations by label."""
    return c.ratio(2 * diagonal(t.relations[:, 0]), type_relations(t, f))


def type_relaxed_f1(t: Totals, f: Features) -> Array:
    """F of relations over aligned ends by label."""
    return c.ratio(2 * diagonal(t.relations[:, :2].sum(axis=1)), type_relations(t, f))


# Documents


def presences(t: Totals, _: Features) -> Array:
    """Labels times documents."""
    return c.total(t.presence_each)


def presence_alpha(t: Totals, _: Features) -> Array:
    """Krippendorff's α of whether a label is in a document."""
    return c.alpha(t.presence)


def presence_ac1(t: Totals, _: Features) -> Array:
    """Gwet's AC1 of whether a label is in a document."""
    return c.ac1(c.observed(t.presence_each), c.shares(t.presence_each), 2)
