from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement import best_alignment, unitary
from annotator.agreement import gamma as gamma_module
from annotator.agreement.disorder import disorders
from annotator.agreement.gamma import Gamma, gamma
from annotator.agreement.layers import DocumentLayers
from annotator.agreement.unitary import Units
from annotator.annotation import SpanKey
from tests.agreement.disorder_by_hand import Layers, best, gamma_by_hand, gamma_of_labels_by_hand, of_labels
from tests.agreement.invented_layers import document
from tests.strategies import ENTITIES, span_sets


def spans(*given: tuple[int, int, str]) -> list[SpanKey]:
    return [SpanKey(*unit) for unit in given]


def units(texts: Sequence[Layers]) -> Units:
    """Return the layers of some texts as they are aligned together."""
    code = {label: number for number, label in enumerate([*ENTITIES, "a", "b"])}
    rows = [
        (text, coder, *s[:2], code[s.label])
        for text, layers in enumerate(texts)
        for coder, layer in enumerate(layers)
        for s in layer
    ]
    return Units(*np.array(rows, dtype=np.intp).reshape(-1, 5).T)


def disorder(*layers: Sequence[SpanKey]) -> float:
    return float(disorders(units([layers]), 1, len(layers), 9).whole[0])


@pytest.mark.parametrize(
    ("left", "right", "value"),
    [
        (spans((1, 5, "a"), (6, 10, "b"), (11, 15, "a")), spans((2, 6, "a"), (7, 11, "b"), (12, 16, "a")), 0.0625),
        (
            spans((1, 5, "a"), (6, 10, "b"), (20, 24, "a"), (30, 34, "b")),
            spans((2, 6, "a"), (31, 35, "b")),
            0.7083333,
        ),
    ],
)
def test_disorder_of_known_annotations(left: list[SpanKey], right: list[SpanKey], value: float) -> None:
    assert disorder(left, right) == pytest.approx(value, abs=5e-8)
    assert disorder(right, left) == pytest.approx(value, abs=5e-8)


def test_three_coders_who_say_the_same_are_in_order_and_an_outsider_costs() -> None:
    same = spans((0, 4, "a"), (10, 14, "b"))
    assert disorder(same, same, same) == pytest.approx(0)
    # the third coder's empty place costs 1 in two of three pairs, for both units; 4/3 units a coder
    assert disorder(same, same, []) == pytest.approx(2 * (2 / 3) / (4 / 3))


def texts(coders: int, most: int) -> st.SearchStrategy[list[list[list[SpanKey]]]]:
    layer = span_sets(max_size=most, longest=6).map(sorted)
    return st.lists(st.lists(layer, min_size=coders, max_size=coders), min_size=1, max_size=3)


@given(st.one_of(texts(2, 4), texts(3, 3), texts(4, 2)))
def test_no_alignment_is_better_and_labels_are_counted_in_a_best_one(drawn: list[list[list[SpanKey]]]) -> None:
    found = disorders(units(drawn), len(drawn), len(drawn[0]), 9)
    for place, layers in enumerate(drawn):
        least, ways = best(layers)
        assert found.whole[place] == pytest.approx(least)
        possible = [[of_labels(way, label) for label in (None, *ENTITIES)] for way in ways]
        ours = found.categories[place, : 1 + len(ENTITIES)].tolist()
        assert any(
            ours == pytest.approx([np.nan if v is None else v for v in values], nan_ok=True) for values in possible
        )


@settings(max_examples=20)
@given(texts(3, 8))
def test_both_ways_to_solve_find_the_same(drawn: list[list[list[SpanKey]]]) -> None:
    """From left to right, and as integer programs."""
    first = disorders(units(drawn), len(drawn), 3, 9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(best_alignment, "MOST_STATES", 0)
        second = disorders(units(drawn), len(drawn), 3, 9)
    assert second.whole == pytest.approx(first.whole)


A_FEW = [spans((0, 3, "a"), (5, 7, "b")), spans((1, 4, "a"), (5, 7, "a"))]


def measured(layers: Layers, length: int, seconds: float = 600) -> Gamma:
    names = [f"c{number}" for number in range(len(layers))]
    one = document({name: [tuple(s) for s in layer] for name, layer in zip(names, layers, strict=True)}, length=length)  # type: ignore[misc]
    return gamma([one], names, seconds=seconds)


def test_gamma_is_what_all_random_annotations_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gamma_module, "SAMPLES", 4000)
    monkeypatch.setattr(gamma_module, "MOST_SAMPLES", 4000)
    found = measured(A_FEW, 9)
    assert found.over == "random annotations"
    for figure, exact in (
        (found, gamma_by_hand(A_FEW, 9)),
        (found.cat, gamma_of_labels_by_hand(A_FEW, 9)),
        (found.labels["b"], gamma_of_labels_by_hand(A_FEW, 9, "b")),
    ):
        assert figure.value is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high
        assert abs(figure.value - exact) < 2 * (figure.high - figure.low)
        assert figure.value == pytest.approx(exact, abs=0.03)


def test_gamma_is_one_for_the_same_and_about_nought_by_chance() -> None:
    marked = [(40 * i, 40 * i + 8, "AB"[i % 2]) for i in range(12)]
    shifted = [((start + 217) % 480, (start + 217) % 480 + 8, "BA"[i % 2]) for i, (start, _, _) in enumerate(marked)]
    same = document({"a": marked, "b": marked}, length=500)
    other = document({"a": marked, "b": shifted}, length=500)
    assert gamma([same], ["a", "b"], seconds=60).value == 1
    found = gamma([other], ["a", "b"], seconds=60)
    assert found.value is not None
    assert found.value < 0.3


def test_labels_may_agree_where_borders_do_not_and_the_other_way_round() -> None:
    marked = [(20 * i, 20 * i + 8, "AB"[i % 2]) for i in range(20)]
    moved = [(start + 2, end + 2, label) for start, end, label in marked]
    swapped = [(start, end, "BA"["AB".index(label)]) for start, end, label in marked]
    borders, labels = (
        gamma([document({"a": marked, "b": other}, length=400)], ["a", "b"], seconds=60) for other in (moved, swapped)
    )
    assert borders.cat.value == 1
    assert borders.value is not None
    assert borders.value < 1
    assert labels.cat.value is not None
    assert labels.cat.value < -0.5


def some(number: int, moved: int = 1) -> DocumentLayers:
    return document(
        {"a": [(0, 4, "A"), (20, 26, "B")], "b": [(moved, 4 + moved, "A"), (12, 18, "B")]}, key=f"d{number}"
    )


def test_gamma_depends_on_the_seed_alone() -> None:
    documents = [some(number) for number in range(3)]
    assert gamma(documents, ["a", "b"], seconds=60, seed=4) == gamma(documents[::-1], ["a", "b"], seconds=60, seed=4)


def test_from_five_documents_the_interval_is_over_documents() -> None:
    few, more = (gamma([some(n, 1 + n % 3) for n in range(many)], ["a", "b"], seconds=60) for many in (4, 6))
    assert (few.over, more.over) == ("random annotations", "documents")
    for found in (few, more):
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        assert found.low < found.value < found.high


def test_one_label_alone_leaves_gamma_of_labels_undefined() -> None:
    found = measured([spans((0, 4, "a")), spans((1, 5, "a"))], 40)
    assert found.value is not None
    assert (found.cat.value, found.cat.reason) == (None, "no two spans are aligned, or all have one label")


def test_gamma_stops_when_its_time_is_up_and_says_how_far_it_came() -> None:
    documents = [document({"a": [(0, 4, "A")], "b": [(1, 5, "A")]}, key=f"d{i}") for i in range(20)]
    ticks = count()
    found = gamma(documents, ["a", "b"], seconds=20, clock=lambda: next(ticks))
    assert 0 < found.documents < 20
    assert found.available == 20
    late = gamma(documents, ["a", "b"], seconds=0)
    assert late.value is None
    assert late.reason == "no document with spans was measured in time"


@pytest.mark.parametrize("seconds", [0.0, 0.1])
def test_an_integer_program_takes_no_more_time_than_there_is(seconds: float) -> None:
    """This one would take seconds; γ leaves a text out whose time is up."""
    chance = random.Random(2)
    layers = [
        spans(*{(start, start + chance.randrange(20, 300), chance.choice("ab")) for start in range(0, 200, 7)})
        for _ in range(3)
    ]
    with pytest.raises(best_alignment.OutOfTimeError):
        disorders(units([layers]), 1, 3, 9, left=lambda: seconds)
    assert measured(layers, 600, seconds).documents == 0


def test_a_text_that_is_too_dense_to_be_aligned_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    dense = document({"a": [(0, n, "A") for n in range(1, 20)], "b": [(0, n, "B") for n in range(1, 20)]}, key="dense")
    monkeypatch.setattr(unitary, "MOST", 300)
    found = gamma([dense, some(1)], ["a", "b"], seconds=60)
    assert (found.documents, found.available) == (1, 2)
    assert found.value == gamma([some(1)], ["a", "b"], seconds=60).value
