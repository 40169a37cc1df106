"""Tokens and stretches of text, counted one by one beside what is counted all at once."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.counting import Comparisons, compare
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.annotation import SpanKey
from annotator.text import Segmentation
from tests.strategies import ENTITIES, span_sets

LENGTH = 30
LABELS = ENTITIES[:3]


@st.composite
def segmentations(draw: st.DrawFn) -> Segmentation:
    """Draw tokens that touch, leave gaps, or are not there."""
    cuts = sorted(draw(st.sets(st.integers(0, LENGTH), max_size=10)))
    tokens = list(itertools.pairwise(cuts))
    return Segmentation(token for token in tokens if draw(st.booleans()))


documents = st.lists(st.tuples(segmentations(), span_sets(max_size=4), span_sets(max_size=4)), min_size=1, max_size=4)
Drawn = list[tuple[Segmentation, frozenset[SpanKey], frozenset[SpanKey]]]


def counted(drawn: Drawn) -> Comparisons:
    made = [
        DocumentLayers(f"d{i}", LENGTH, tokens, {"a": Content(one), "b": Content(other)})
        for i, (tokens, one, other) in enumerate(drawn)
    ]
    return compare(made, ("a", "b"), Vocabulary(LABELS))


def values(spans: frozenset[SpanKey], tokens: Segmentation) -> list[frozenset[str]]:
    return [frozenset(s.label for s in spans if s.start < end and start < s.end) for start, end in tokens]


@given(documents)
def test_a_token_has_the_labels_of_the_spans_that_touch_it(drawn: Drawn) -> None:
    found = counted(drawn).tokens
    tables = found.full(found.values)
    for table, (tokens, one, other) in zip(tables, drawn, strict=True):
        pairs = Counter(zip(values(one, tokens), values(other, tokens), strict=True))
        assert sorted(table[table > 0]) == sorted(pairs.values())
        for (left, right), times in pairs.items():
            if len(left) < 2 and len(right) < 2:
                row, column = (1 + LABELS.index(next(iter(side))) if side else 0 for side in (left, right))
                assert table[row, column] == times


def flat(spans: frozenset[SpanKey]) -> frozenset[SpanKey]:
    """Return those spans that no earlier one overlaps."""
    kept: list[SpanKey] = []
    for span in sorted(spans):
        if not kept or kept[-1].end <= span.start:
            kept.append(span)
    return frozenset(kept)


def letters(spans: frozenset[SpanKey], labels: tuple[str, ...]) -> list[int]:
    line = [0] * LENGTH
    for span in spans:
        if span.label in labels:
            line[span.start : span.end] = [1 + labels.index(span.label)] * (span.end - span.start)
    return line


@given(documents)
def test_stretches_of_text_are_counted_letter_by_letter(drawn: Drawn) -> None:
    single = [(tokens, flat(one), flat(other)) for tokens, one, other in drawn]
    found = counted(single)
    assert not found.units.overlapping[0]
    for table, squares, (_, one, other) in zip(
        found.units.coincidences.full(found.units.coincidences.values),
        found.units.squares.full(found.units.squares.values),
        single,
        strict=True,
    ):
        expected = np.zeros((4, 4))
        np.add.at(expected, (letters(one, LABELS), letters(other, LABELS)), 1)
        assert np.array_equal(table, expected)
        for label, name in enumerate(LABELS, 1):
            assert squares[label] == sum((s.end - s.start) ** 2 for s in (*one, *other) if s.label == name)
        assert squares[0] == letters(one, LABELS).count(0) + letters(other, LABELS).count(0)


@given(documents)
def test_each_label_is_counted_by_itself_also_where_labels_overlap(drawn: Drawn) -> None:
    found = counted(drawn).by_label
    tables = found.coincidences.full(found.coincidences.values)
    for table, (_, one, other) in zip(tables, drawn, strict=True):
        for number, label in enumerate(LABELS):
            expected = np.zeros((2, 2))
            np.add.at(expected, (letters(one, (label,)), letters(other, (label,))), 1)
            if not found.overlapping[number]:
                assert np.array_equal(table[number], expected)
