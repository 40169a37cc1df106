"""What measures are computed from: functions of totals, one value a resample (and label)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array
from annotator.agreement.counting import Count
from annotator.agreement.packing import Indexes
from annotator.agreement.totals import Features, Totals

# Spans


def spans(t: Totals, _: Features) -> Array:
    """The spans of both layers together."""
    return t.count(Count.LEFT) + t.count(Count.RIGHT)


def left_spans(t: Totals, _: Features) -> Array:
    """The spans of the left layer."""
    return t.count(Count.LEFT)


def right_spans(t: Totals, _: Features) -> Array:
    """The spans of the right layer."""
    return t.count(Count.RIGHT)


def span_f1(t: Totals, f: Features) -> Array:
    """2·|A ∩ B| / (|A| + |B|) on borders and label."""
    return c.ratio(2 * t.count(Count.EXACT), spans(t, f))


def boundary_f1(t: Totals, f: Features) -> Array:
    """F of spans on their borders alone."""
    return c.ratio(2 * t.count(Count.SAME_BORDERS), spans(t, f))


def partial_f1(t: Totals, f: Features) -> Array:
    """SemEval's F under *partial*: COR the same borders, PAR any overlap, half a point each."""
    return c.ratio(t.count(Count.SAME_BORDERS) + t.count(Count.MATCHED), spans(t, f))


def type_f1(t: Totals, f: Features) -> Array:
    """SemEval's F under *type*: COR any overlap with the same label."""
    return c.ratio(2 * t.count(Count.SAME_LABEL), spans(t, f))


def iou_f1(t: Totals, f: Features) -> Array:
    """F of aligned spans with the same label that share at least half of the text that either has."""
    return c.ratio(2 * t.count(Count.HALF_SHARED), spans(t, f))


def precision(t: Totals, f: Features) -> Array:
    """The share of the left layer's spans that the right one has."""
    return c.ratio(t.count(Count.EXACT), left_spans(t, f))


def recall(t: Totals, f: Features) -> Array:
    """The share of the right layer's spans that the left one has."""
    return c.ratio(t.count(Count.EXACT), right_spans(t, f))


def label_spans(t: Totals, _: Features) -> Array:
    """The spans of both layers, by label."""
    return t.spans_by_label.left + t.spans_by_label.right


def label_f1(t: Totals, f: Features) -> Array:
    """Strict F by label."""
    return c.ratio(2 * t.spans_by_label.exact, label_spans(t, f))


def label_type_f1(t: Totals, f: Features) -> Array:
    """F for a label when any overlap counts."""
    return c.ratio(2 * t.spans_by_label.matched, label_spans(t, f))


Schema = Literal["strict", "exact", "partial", "type"]


def span_kinds(counts: Indexes) -> dict[str, int]:
    """How often two layers differ in which way, from the total of each :class:`Count`; ``exact`` first."""
    exact, borders, label, matched = (
        int(counts[which]) for which in (Count.EXACT, Count.SAME_BORDERS, Count.SAME_LABEL, Count.MATCHED)
    )
    missed = int(counts[Count.LEFT] + counts[Count.RIGHT]) - 2 * matched
    return {
        "exact": exact,
        "label": borders - exact,
        "boundary": label - exact,
        "overlap": matched - borders - (label - exact),
        "missed": missed,
    }


def relation_kinds(counts: Indexes) -> dict[str, int]:
    """The same of relations."""
    exact, ends = int(counts[Count.EXACT_RELATIONS]), int(counts[Count.ALIGNED_SAME_LABEL])
    same, aligned, turned = (int(counts[which]) for which in (Count.SAME_ENDS, Count.ALIGNED_ENDS, Count.TURNED))
    every = int(counts[Count.LEFT_RELATIONS] + counts[Count.RIGHT_RELATIONS])
    return {
        "exact": exact,
        "label": same - exact,
        "direction": turned,
        "ends": ends,
        "overlap": aligned - ends,
        "missed": every - 2 * (same + aligned + turned),
    }


def semeval(counts: Indexes) -> dict[Schema, dict[str, int]]:
    """The categories of SemEval-2013 (task 9) under its four schemas, the left layer judged by the right one.

    ``counts`` is one pair's total of each :class:`Count`.
    """
    exact, label, boundary, other, _ = span_kinds(counts).values()
    missing, spurious = (int(counts[side] - counts[Count.MATCHED]) for side in (Count.RIGHT, Count.LEFT))
    schemas: dict[Schema, tuple[int, int, int]] = {
        "strict": (exact, label + boundary + other, 0),
        "exact": (exact + label, boundary + other, 0),
        "partial": (exact + label, 0, boundary + other),
        "type": (exact + boundary, label + other, 0),
    }
    names = ("correct", "incorrect", "partial", "missing", "spurious")
    return {schema: dict(zip(names, (*found, missing, spurious), strict=True)) for schema, found in schemas.items()}


# Labels of spans with the same borders


def named_items(t: Totals, _: Features) -> Array:
    """The places where layers have spans with the same borders."""
    return c.total(t.named_each)


def named_observed(t: Totals, _: Features) -> Array:
    """The share of agreeing labels on the same borders."""
    return c.observed(t.named_each)


def named_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of labels on the same borders; of several pairs the mean."""
    return t.pairwise.named


def named_alpha(t: Totals, _: Features) -> Array:
    """Krippendorff's α of labels on the same borders."""
    return c.alpha(t.named)


def named_ac1(t: Totals, f: Features) -> Array:
    """Gwet's AC1 of labels on the same borders."""
    return c.ac1(c.observed(t.named_each), t.named_shares, named_choices(t, f))


def named_pi(t: Totals, _: Features) -> Array:
    """Scott's π of labels on the same borders; of several pairs the mean."""
    return t.pairwise.named_pi


def named_fleiss(t: Totals, _: Features) -> Array:
    """Fleiss' κ of labels on the same borders."""
    return c.fleiss(c.observed(t.named_each), c.shares(t.named))


def named_s(t: Totals, f: Features) -> Array:
    """S of labels on the same borders."""
    return c.s(c.observed(t.named_each), named_choices(t, f))


def named_ac1_used(t: Totals, f: Features) -> Array:
    """The same, among the labels that are used."""
    return c.ac1(c.observed(t.named_each), t.named_shares, named_used(t, f))


def named_choices(t: Totals, f: Features) -> Array:
    """How many labels a curator could choose from on the same borders."""
    return np.maximum(named_used(t, f), choices(f))


def named_used(t: Totals, _: Features) -> Array:
    """How many labels are used on the same borders."""
    return t.named_labels


def choices(f: Features) -> int:
    """How many labels the scheme has.

    What others use makes no difference, so that a pair's figures are the same whoever else is compared.
    """
    return len(f.vocabulary.labels) if f.vocabulary.own is None else f.vocabulary.own


# Tokens


def tokens(t: Totals, _: Features) -> Array:
    """The tokens."""
    return c.total(t.tokens_each)


def token_observed(t: Totals, _: Features) -> Array:
    """The share of agreeing token values."""
    return c.observed(t.tokens_each)


def token_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of tokens; of several pairs the mean."""
    return t.pairwise.tokens


def token_greatest(t: Totals, _: Features) -> Array:
    """The largest κ of tokens that the layers' shares allow; of several pairs the mean."""
    return t.pairwise.greatest


def token_fleiss(t: Totals, _: Features) -> Array:
    """Fleiss' κ of tokens."""
    return c.fleiss(c.observed(t.tokens_each), c.shares(t.tokens))


def token_alpha(t: Totals, _: Features) -> Array:
    """Krippendorff's α of tokens."""
    return c.alpha(t.tokens)


def token_ac1(t: Totals, f: Features) -> Array:
    """Gwet's AC1 of tokens."""
    return c.ac1(c.observed(t.tokens_each), t.token_shares, token_choices(t, f))


def token_ac1_used(t: Totals, f: Features) -> Array:
    """The same, among the values that are used."""
    return c.ac1(c.observed(t.tokens_each), t.token_shares, token_used(t, f))


def token_s(t: Totals, f: Features) -> Array:
    """S of tokens."""
    return c.s(c.observed(t.tokens_each), token_choices(t, f))


def token_s_used(t: Totals, f: Features) -> Array:
    """The same, among the values that are used."""
    return c.s(c.observed(t.tokens_each), token_used(t, f))


def token_choices(t: Totals, f: Features) -> Array:
    """How many values a curator could choose from for a token: the labels of the scheme, and none of them (O)."""
    return np.maximum(token_used(t, f), choices(f) + 1)


def token_used(t: Totals, _: Features) -> Array:
    """How many values tokens have: labels, combinations of them, O."""
    return t.token_values


def marked_tokens(t: Totals, f: Features) -> Array:
    """The tokens that one of two layers marks, or both; of several pairs the mean."""
    return tokens(t, f) - t.blank_each


def token_marked_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of tokens that either layer marks; of several pairs the mean."""
    return t.pairwise.marked


def token_tag_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of the B and I tags of tokens; of several pairs the mean."""
    return t.pairwise.tags


def token_pi(t: Totals, _: Features) -> Array:
    """Scott's π of tokens; of several pairs the mean."""
    return t.pairwise.tokens_pi


# Stretches of text


def characters(t: Totals, _: Features) -> Array:
    """The code points; none where spans of a layer overlap one another."""
    return np.where(t.count(Count.UNITS_OVERLAPPING) > 0, 0.0, c.total(t.units))


def unit_alpha(t: Totals, _: Features) -> Array:
    """uα."""
    return _without_overlaps(t, c.unitizing_alpha(t.units, t.squares.left))


def unit_borders(t: Totals, _: Features) -> Array:
    """|uα."""
    return _without_overlaps(t, c.unitizing_alpha_of_borders(t.units, t.squares.same, t.squares.left))


def _without_overlaps(t: Totals, values: Array) -> Array:
    """The values; NaN where spans of one of the layers overlap one another."""
    return np.where(t.count(Count.UNITS_OVERLAPPING) > 0, np.nan, values)


def label_unit_items(t: Totals, f: Features) -> Array:
    """The code points that either layer gives a label, by label; none where spans of one layer overlap."""
    return np.where(_overlapping(f), 0.0, t.label_lengths)


def label_unit_alpha(t: Totals, f: Features) -> Array:
    """uα of each label alone against everything else."""
    return np.where(_overlapping(f), np.nan, c.unitizing_alpha(t.label_units, t.label_squares))


def _overlapping(f: Features) -> NDArray[np.bool_]:
    """Of which labels spans of one layer overlap one another."""
    return np.array(f.comparisons.units_by_label.overlapping, dtype=bool)


# Relations


def relations(t: Totals, _: Features) -> Array:
    """The relations of both layers together."""
    return t.count(Count.LEFT_RELATIONS) + t.count(Count.RIGHT_RELATIONS)


def relation_f1(t: Totals, f: Features) -> Array:
    """F of relations on both ends and label."""
    return c.ratio(2 * t.count(Count.EXACT_RELATIONS), relations(t, f))


def endpoints_f1(t: Totals, f: Features) -> Array:
    """F of relations on their ends alone."""
    return c.ratio(2 * related(t, f), relations(t, f))


def relaxed_f1(t: Totals, f: Features) -> Array:
    """F of relations on label and aligned ends."""
    both = t.count(Count.EXACT_RELATIONS) + t.count(Count.ALIGNED_SAME_LABEL)
    return c.ratio(2 * both, relations(t, f))


def reached(t: Totals, _: Features) -> Array:
    """The relations whose two spans the other layer has too."""
    return t.count(Count.REACHED)


def f1_given_spans(t: Totals, f: Features) -> Array:
    """Strict F among relations whose spans both layers have."""
    return c.ratio(2 * t.count(Count.EXACT_RELATIONS), reached(t, f))


def related(t: Totals, _: Features) -> Array:
    """The pairs of spans that both layers relate the same way round."""
    return t.count(Count.SAME_ENDS)


def related_kappa(t: Totals, _: Features) -> Array:
    """Cohen's κ of labels of relations with the same ends; of several pairs the mean."""
    return t.pairwise.related


def related_observed(t: Totals, f: Features) -> Array:
    """The share of agreeing labels of relations with the same ends."""
    return c.ratio(t.count(Count.EXACT_RELATIONS), related(t, f))


def type_relations(t: Totals, _: Features) -> Array:
    """The relations of both layers, by label."""
    return t.relations_by_label.left + t.relations_by_label.right


def type_relation_f1(t: Totals, f: Features) -> Array:
    """Strict F of relations by label."""
    return c.ratio(2 * t.relations_by_label.exact, type_relations(t, f))


def type_relaxed_f1(t: Totals, f: Features) -> Array:
    """F of relations over aligned ends by label."""
    return c.ratio(2 * t.relations_by_label.matched, type_relations(t, f))


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
