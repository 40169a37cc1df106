"""Tokens and stretches of text, counted one by one beside what is counted all at once."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.counting import Comparisons, Count, compare
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
    found = counted(drawn)
    for row, (tokens, one, other) in enumerate(drawn):
        ours, theirs = values(one, tokens), values(other, tokens)
        assert found.counts[row, Count.TOKENS_ALIKE] == sum(a == b for a, b in zip(ours, theirs, strict=True))
        for layer, said in ((found.left[row], ours), (found.right[row], theirs)):
            used = found.tokens.used[layer]
            assert sorted(used[used > 0]) == sorted(Counter(said).values())
            assert used[0] == said.count(frozenset())
            for number, label in enumerate(LABELS, 1):
                assert used[number] == said.count(frozenset({label}))


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
    for row, (_, one, other) in enumerate(single):
        ours, theirs = letters(one, LABELS), letters(other, LABELS)
        alike = Counter(a for a, b in zip(ours, theirs, strict=True) if a == b)
        assert found.counts[row, Count.UNITS_ALIKE] == alike.total()
        assert found.counts[row, Count.UNITS_BLANK] == alike[0]
        for layer, spans, line in ((found.left[row], one, ours), (found.right[row], other, theirs)):
            assert found.units[layer].tolist() == [line.count(value) for value in range(4)]
            squares = [sum((s.end - s.start) ** 2 for s in spans if s.label == label) for label in LABELS]
            assert found.unit_squares[layer].tolist() == [line.count(0), *squares]


@given(documents)
def test_each_label_is_counted_by_itself_also_where_labels_overlap(drawn: Drawn) -> None:
    found = counted(drawn).units_by_label
    for row, (_, one, other) in enumerate(drawn):
        for number, label in enumerate(LABELS):
            ours, theirs = letters(one, (label,)), letters(other, (label,))
            both = sum(a == b == 1 for a, b in zip(ours, theirs, strict=True))
            assert found.shared[row, number] == both
            assert found.used[row, number] == sum(ours) + sum(theirs)


@given(documents)
def test_labels_overlap_where_spans_of_one_layer_share_text(drawn: Drawn) -> None:
    found = counted(drawn)
    for number, label in enumerate(LABELS):
        layers = [[s for s in layer if s.label == label] for _, *both in drawn for layer in both]
        assert found.units_by_label.overlapping[number] == any(
            a.overlaps(b) for layer in layers for a, b in itertools.combinations(layer, 2)
        )


@given(documents)
def test_a_pair_with_spans_that_share_text_is_noted(drawn: Drawn) -> None:
    found = counted(drawn)
    for row, (_, *both) in enumerate(drawn):
        crossing = any(a.overlaps(b) for layer in both for a, b in itertools.combinations(layer, 2))
        assert found.counts[row, Count.UNITS_OVERLAPPING] == crossing
