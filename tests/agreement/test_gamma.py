from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings

from annotator.agreement.gamma import disorder, gamma
from annotator.annotation import SpanKey
from tests.agreement.invented_layers import document
from tests.strategies import span_sets


def units(*given: tuple[int, int, str]) -> list[SpanKey]:
    return [SpanKey(*unit) for unit in given]


@pytest.mark.parametrize(
    ("left", "right", "value"),
    [
        (units((1, 5, "a"), (6, 10, "b"), (11, 15, "a")), units((2, 6, "a"), (7, 11, "b"), (12, 16, "a")), 0.0625),
        (
            units((1, 5, "a"), (6, 10, "b"), (20, 24, "a"), (30, 34, "b")),
            units((2, 6, "a"), (31, 35, "b")),
            0.7083333,
        ),
    ],
)
def test_disorder_of_known_annotations(left: list[SpanKey], right: list[SpanKey], value: float) -> None:
    assert disorder([left, right]) == pytest.approx(value, abs=5e-8)
    assert disorder([right, left]) == pytest.approx(value, abs=5e-8)


def test_three_coders_who_say_the_same_are_in_order_and_an_outsider_costs() -> None:
    same = units((0, 4, "a"), (10, 14, "b"))
    assert disorder([same, same, same]) == pytest.approx(0)
    # the third coder's empty place costs 1 in two of three pairs, for both units; 4/3 units a coder
    assert disorder([same, same, []]) == pytest.approx(2 * (2 / 3) / (4 / 3))


@settings(max_examples=30)
@given(span_sets(max_size=3), span_sets(max_size=3))
def test_two_coders_and_a_copy_are_aligned_no_worse_than_two(
    left: frozenset[SpanKey], right: frozenset[SpanKey]
) -> None:
    two = disorder([sorted(left), sorted(right)])
    three = disorder([sorted(left), sorted(left), sorted(right)])
    assert two is not None
    assert three is not None
    assert (two == pytest.approx(0)) == (three == pytest.approx(0))


def test_gamma_is_one_for_the_same_and_about_nought_by_chance() -> None:
    spans = [(40 * i, 40 * i + 8, "AB"[i % 2]) for i in range(12)]
    shifted = [((start + 217) % 480, (start + 217) % 480 + 8, "BA"[i % 2]) for i, (start, _, _) in enumerate(spans)]
    same = document({"a": spans, "b": spans}, length=500)
    other = document({"a": spans, "b": shifted}, length=500)
    assert gamma([same], ["a", "b"], seconds=60).value == 1
    found = gamma([other], ["a", "b"], seconds=60)
    assert found.value is not None
    assert found.value < 0.3


def test_gamma_depends_on_the_seed_alone() -> None:
    documents = [
        document({"a": [(0, 4, "A"), (20, 26, "B")], "b": [(1, 5, "A"), (12, 18, "B")]}, key=f"d{i}") for i in range(3)
    ]
    assert gamma(documents, ["a", "b"], seconds=60, seed=4) == gamma(documents[::-1], ["a", "b"], seconds=60, seed=4)


def test_gamma_stops_when_its_time_is_up_and_says_how_far_it_came() -> None:
    documents = [document({"a": [(0, 4, "A")], "b": [(1, 5, "A")]}, key=f"d{i}") for i in range(20)]
    ticks = count()
    found = gamma(documents, ["a", "b"], seconds=1000, clock=lambda: next(ticks))
    assert 0 < found.documents < 20
    assert found.available == 20
    late = gamma(documents, ["a", "b"], seconds=0)
    assert late.value is None
    assert late.reason == "no document with spans was measured in time"
