from __future__ import annotations

from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.alignment import Group, SpanMatch, align, align_layers
from annotator.annotation import SpanKey
from tests.strategies import span_sets

A, B, C = "PERSON", "ORG", "GPE"
MIRRORED = {"left": "right", "right": "left"}


def span(start: int, end: int, label: str = A) -> SpanKey:
    return SpanKey(start, end, label)


def shared(one: SpanKey, other: SpanKey) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def worth(matches: list[tuple[SpanKey, SpanKey]]) -> tuple[int, int, int, int, int]:
    """Score a matching as the documentation of align orders them."""
    labels = [(a, b) for a, b in matches if a[:2] == b[:2]]
    rest = [(a, b) for a, b in matches if a[:2] != b[:2]]
    same = [shared(a, b) for a, b in rest if a.label == b.label]
    other = [shared(a, b) for a, b in rest if a.label != b.label]
    return len(labels), len(same), sum(same), len(other), sum(other)


def best_by_trying_all(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> tuple[int, int, int, int, int]:
    ours, theirs = sorted(left - right), sorted(right - left)
    if len(ours) > len(theirs):
        ours, theirs = theirs, ours
    return max(
        worth([(a, b) for a, b in zip(ours, some, strict=True) if shared(a, b) > 0])
        for some in permutations(theirs, len(ours))
    )


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (span(0, 5), span(0, 5), "exact"),
        (span(0, 5), span(0, 5, B), "label"),
        (span(0, 5), span(2, 9), "boundary"),
        (span(0, 5), span(4, 9, B), "overlap"),
    ],
)
def test_two_spans_are_told_by_borders_and_label(left: SpanKey, right: SpanKey, kind: str) -> None:
    assert align([left], [right]) == [(left, right, kind)]


def test_spans_that_only_meet_stand_alone() -> None:
    assert align([span(0, 5)], [span(5, 9)]) == [
        SpanMatch(span(0, 5), None, "left"),
        SpanMatch(None, span(5, 9), "right"),
    ]


def test_the_same_span_is_matched_before_anything_nearer_to_another() -> None:
    assert align([span(0, 9), span(0, 5)], [span(0, 5)]) == [
        SpanMatch(span(0, 9), None, "left"),
        SpanMatch(span(0, 5), span(0, 5), "exact"),
    ]


def test_the_longest_overlap_does_not_rob_a_neighbour_of_its_only_partner() -> None:
    # taking the largest overlap first would match 0-10 with 2-10 and leave 8-12 and 0-3 alone
    assert align([span(0, 10), span(8, 12)], [span(0, 3), span(2, 10)]) == [
        SpanMatch(span(0, 10), span(0, 3), "boundary"),
        SpanMatch(span(8, 12), span(2, 10), "boundary"),
    ]


def test_a_long_chain_of_overlaps_is_matched_though_not_by_trying_all() -> None:
    left = [span(10 * i, 10 * i + 8) for i in range(200)]
    right = [span(10 * i + 5, 10 * i + 13) for i in range(200)]
    matches = align(left, right)
    assert {match.kind for match in matches} <= {"boundary", "left", "right"}
    assert sum(match.kind == "boundary" for match in matches) >= 100
    assert align(right, left) == [SpanMatch(m.right, m.left, MIRRORED.get(m.kind, m.kind)) for m in matches]  # type: ignore[arg-type]


@given(span_sets(), span_sets())
def test_every_span_is_in_exactly_one_match_and_the_kind_is_true(
    left: frozenset[SpanKey], right: frozenset[SpanKey]
) -> None:
    matches = align(left, right)
    assert sorted(m.left for m in matches if m.left is not None) == sorted(left)
    assert sorted(m.right for m in matches if m.right is not None) == sorted(right)
    for one, other, kind in matches:
        if one is None or other is None:
            assert kind == ("right" if one is None else "left")
        else:
            assert shared(one, other) > 0
            assert (one[:2] == other[:2]) == (kind in {"exact", "label"})
            assert (one.label == other.label) == (kind in {"exact", "boundary"})


@given(span_sets(), span_sets())
def test_the_alignment_is_the_mirror_image_of_itself(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> None:
    mirrored = [(m.right, m.left, MIRRORED.get(m.kind, m.kind)) for m in align(left, right)]
    assert align(right, left) == mirrored


@given(span_sets(), span_sets(), st.randoms(use_true_random=False))
def test_the_order_in_which_spans_are_given_changes_nothing(
    left: frozenset[SpanKey], right: frozenset[SpanKey], random: Random
) -> None:
    ours, theirs = [*left, *left], list(right)
    random.shuffle(ours)
    random.shuffle(theirs)
    assert align(ours, theirs) == align(sorted(left), sorted(right))


@given(span_sets(length=14, max_size=5), span_sets(length=14, max_size=5))
def test_no_other_matching_is_better(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> None:
    matches = align(left, right)
    assert {m.left for m in matches if m.kind == "exact"} == left & right
    pairs = [(m.left, m.right) for m in matches if m.left is not None and m.right is not None and m.kind != "exact"]
    assert worth(pairs) == best_by_trying_all(left, right)


@given(span_sets(), span_sets())
def test_matches_are_in_reading_order(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> None:
    starts = [min(s.start for s in match[:2] if s is not None) for match in align(left, right)]
    assert starts == sorted(starts)


@given(span_sets(), span_sets())
def test_two_layers_are_grouped_as_they_are_aligned(left: frozenset[SpanKey], right: frozenset[SpanKey]) -> None:
    assert align_layers([left, right]) == [Group((m.left, m.right)) for m in align(left, right)]


@given(st.lists(span_sets(max_size=5), max_size=4))
def test_every_span_of_every_layer_is_in_one_group_whose_spans_overlap(contents: list[frozenset[SpanKey]]) -> None:
    groups = align_layers(contents)
    for place, content in enumerate(contents):
        assert sorted(s for g in groups if (s := g.spans[place]) is not None) == sorted(content)
    for group in groups:
        present = [s for s in group.spans if s is not None]
        assert present
        assert all(shared(one, other) > 0 for one, other in combinations(present, 2))


@given(st.lists(span_sets(max_size=5), min_size=2, max_size=4))
def test_a_span_that_several_layers_have_is_one_group(contents: list[frozenset[SpanKey]]) -> None:
    groups = align_layers(contents)
    for key in frozenset().union(*contents):
        assert len([g for g in groups if key in g.spans]) == 1


@given(
    st.lists(span_sets(max_size=5), max_size=4).flatmap(lambda c: st.tuples(st.just(c), st.permutations(range(len(c)))))
)
def test_the_order_of_the_layers_only_changes_the_order_inside_groups(
    drawn: tuple[list[frozenset[SpanKey]], list[int]],
) -> None:
    contents, order = drawn
    permuted = [Group(tuple(group.spans[i] for i in order)) for group in align_layers(contents)]
    assert align_layers([contents[i] for i in order]) == permuted


def test_three_versions_of_one_span_are_one_place() -> None:
    layers = [[span(0, 10)], [span(0, 8)], [span(0, 10, B)]]
    assert align_layers(layers) == [Group((span(0, 10), span(0, 8), span(0, 10, B)))]


def test_a_span_over_two_others_is_one_place_with_one_of_them() -> None:
    assert align_layers([[span(0, 5)], [span(0, 12)], [span(6, 12)]]) == [
        Group((None, span(0, 12), span(6, 12))),
        Group((span(0, 5), None, None)),
    ]
