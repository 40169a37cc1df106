"""Disorder, γ and γ_cat by the formulas as they are printed: every alignment and every random annotation is tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np

from annotator.annotation import SpanKey

Layers = Sequence[Sequence[SpanKey]]
Unitary = tuple[SpanKey | None, ...]
"""A span of every coder, or none."""


def apart(one: SpanKey, other: SpanKey) -> float:
    lengths = one.end - one.start + other.end - other.start
    return ((abs(one.start - other.start) + abs(one.end - other.end)) / lengths) ** 2


def dissimilarity(one: SpanKey | None, other: SpanKey | None) -> float:
    if one is None or other is None:
        return 1.0
    return apart(one, other) + (one.label != other.label)


def cost(unitary: Unitary) -> float:
    """Return the mean dissimilarity of its pairs."""
    pairs = list(combinations(unitary, 2))
    return sum(dissimilarity(one, other) for one, other in pairs) / len(pairs)


def alignments(layers: Layers) -> Iterator[list[Unitary]]:
    """Yield every way to put each span into one unitary alignment."""
    first = next((coder for coder, spans in enumerate(layers) if spans), None)
    if first is None:
        yield []
        return
    span, rest = layers[first][0], [list(spans) for spans in layers]
    rest[first] = rest[first][1:]
    for others in product(*([None, *spans] for spans in rest[first + 1 :])):
        unitary = (*[None] * first, span, *others)
        left = [[s for s in spans if s is not taken] for spans, taken in zip(rest, unitary, strict=True)]
        left[first] = rest[first]
        yield from ([unitary, *more] for more in alignments(left))


def best(layers: Layers) -> tuple[float, list[list[Unitary]]]:
    """Return the least disorder, and all alignments that have it."""
    every = [(sum(map(cost, alignment)), alignment) for alignment in alignments(layers)]
    least = min(total for total, _ in every)
    mean = sum(map(len, layers)) / len(layers)
    return least / mean if mean else 0.0, [alignment for total, alignment in every if total <= least + 1e-9]


def of_labels(alignment: list[Unitary], label: str | None = None) -> float | None:
    """Return how often aligned spans differ in label (one of them has ``label``, if given); None without any."""
    every = different = 0.0
    for unitary in alignment:
        spans = [span for span in unitary if span is not None]
        for one, other in combinations(spans, 2):
            if label is None or label in (one.label, other.label):
                weight = max(0.0, 1 - apart(one, other)) / (len(spans) - 1)
                every, different = every + weight, different + weight * (one.label != other.label)
    return different / every if every else None


def by_chance(layers: Layers, length: int) -> Iterator[list[list[SpanKey]]]:
    """Yield every random annotation: of each coder some coder's spans, shifted by some length."""
    for chosen in product(product(layers, range(length)), repeat=len(layers)):
        yield [[SpanKey((s.start + by) % length, (s.start + by) % length + s.end - s.start, s.label) for s in spans]
               for spans, by in chosen]  # fmt: skip


def gamma_by_hand(layers: Layers, length: int) -> float:
    """Return γ: one less observed by expected disorder."""
    expected = np.mean([best(random)[0] for random in by_chance(layers, length)])
    return 1 - best(layers)[0] / float(expected)


def gamma_of_labels_by_hand(layers: Layers, length: int, label: str | None = None) -> float:
    """Return γ_cat, or γ_k of a label; of several best alignments the mean."""
    observed = of_labels(best(layers)[1][0], label)
    drawn = [[of_labels(one, label) for one in best(random)[1]] for random in by_chance(layers, length)]
    means = [np.mean([v for v in values if v is not None]) for values in drawn if any(v is not None for v in values)]
    assert observed is not None
    return 1 - observed / float(np.mean(means))
