"""Where documents and curators stand on a scale of agreement: the numbers behind the strips that show them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from annotator.reports.agreement import Agreement
from annotator.workflow.comparing.agreement_sample import display_name

LEAST_RANGE = 0.1
"""What a scale of curators shows at least, so that chance does not look like distance."""


def document_scores(agreement: Agreement) -> list[tuple[str, float]]:
    """The strict span F1 of every document that has spans, lowest first."""
    found = [(row.key, row.span_f1) for row in agreement.documents if row.span_f1 is not None]
    return sorted(found, key=lambda entry: (entry[1], entry[0]))


def curator_scores(agreement: Agreement) -> list[tuple[str, float]]:
    """For each of three layers or more the mean strict span F1 with the others, lowest first.

    Of two layers both would stand in the same place.
    """
    if len(agreement.layers) < 3:
        return []
    found = []
    for layer in agreement.layers:
        own = (pair.get("span.f1") for pair in agreement.pairs if layer in (pair.left, pair.right))
        values = [estimate.value for estimate in own if estimate is not None and estimate.value is not None]
        if values:
            found.append((display_name(layer), fmean(values)))
    return sorted(found, key=lambda entry: (entry[1], entry[0]))


def counts_in_bins(values: Sequence[float], bins: int) -> list[int]:
    """How many values from 0 to 1 there are in each of so many equal parts; 1 belongs to the last."""
    counts = [0] * bins
    for value in values:
        counts[min(int(value * bins), bins - 1)] += 1
    return counts


def ends(values: Sequence[float]) -> tuple[float, float]:
    """The ends of a scale that shows some values, in tenths."""
    low, high = int(10 * min(values)) / 10, -int(-10 * max(values) // 1) / 10
    return low, max(high, low + LEAST_RANGE)
