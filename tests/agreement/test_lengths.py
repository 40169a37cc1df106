"""The unitizing α of 1995, number by number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.invented_layers import document, measured

LENGTH = 30
LABELS = ("A", "B")
Spans = list[tuple[int, int, str]]


@st.composite
def apart_by_label(draw: st.DrawFn) -> Spans:
    """Draw spans of which those of one label do not overlap; they may touch."""
    found: Spans = []
    for label in LABELS:
        at = 0
        for gap, size in draw(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 6)), max_size=4)):
            if at + gap + size <= LENGTH:
                found.append((at + gap, at + gap + size, label))
                at += gap + size
    return found


def by_hand(layers: Sequence[Spans]) -> float | None:
    """Return 1 - D_o / D_e as Krippendorff (2004) has them, over sections one by one."""
    observed = expected = 0.0
    m, text = len(layers), LENGTH
    for label in LABELS:
        units = [sorted(span[:2] for span in layer if span[2] == label) for layer in layers]
        gaps = []
        for some in units:
            ends = [0, *(end for _, end in some)]
            starts = [*(start for start, _ in some), text]
            gaps.append([(a, b) for a, b in zip(ends, starts, strict=True) if b > a])
        for i, j in permutations(range(m), 2):
            for b, e in units[i]:
                observed += sum((b - c) ** 2 + (e - d) ** 2 for c, d in units[j] if b < d and c < e)
                observed += 2 * sum((e - b) ** 2 for c, d in gaps[j] if c <= b and e <= d)
        sizes = [e - b for some in units for b, e in some]
        off = 0.0
        for size in sizes:
            off += (len(sizes) - 1) * (2 * size**3 - 3 * size**2 + size) / 3
            off += size**2 * sum(d - c - size + 1 for some in gaps for c, d in some if d - c >= size)
        expected += 2 / text * off / (m * text * (m * text - 1) - sum(size * (size - 1) for size in sizes))
    observed /= m * (m - 1) * text**2
    return 1 - observed / expected if expected else None


@settings(max_examples=60)
@given(st.lists(apart_by_label(), min_size=2, max_size=3))
def test_the_unitizing_alpha_of_1995_is_that_of_its_formulas(layers: list[Spans]) -> None:
    one = document({f"c{n}": layer for n, layer in enumerate(layers)}, length=LENGTH)
    found = measured([one], LABELS)["unit.alpha_1995"].value
    expected = by_hand(layers)
    assert found == (None if expected is None else pytest.approx(expected))


def test_spans_of_different_labels_may_overlap_those_of_one_label_not() -> None:
    def alpha(*spans: tuple[int, int, str]) -> float | None:
        return measured([document({"a": spans, "b": spans})])["unit.alpha_1995"].value

    assert alpha((0, 8, "A"), (4, 12, "B")) == 1
    assert alpha((0, 8, "A"), (4, 12, "A")) is None
