"""How many documents an interval takes: what is predicted is what the intervals' own formula gives."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.agreement.estimates import Estimate, EstimateOptions, estimate
from annotator.agreement.layers import DocumentLayers
from annotator.agreement.measures import OVERALL
from annotator.agreement.planning import LEAST_FREEDOM, NOT_BY_BOOTSTRAP, TOO_FEW, TOO_MANY, Lengths, Outlook
from annotator.agreement.totals import Features
from tests.agreement.invented_layers import compared, labelled_tokens

MEASURES = {m.name: m for m in OVERALL}


def documents(count: int, right: float = 0.8, seed: int = 0) -> list[DocumentLayers]:
    """Return documents of one length in which two layers agree on a share of the tokens."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        ours = [chance.choice([None, "A", "B"]) for _ in range(12)]
        theirs = [value if chance.random() < right else chance.choice([None, "A", "B"]) for value in ours]
        made.append(labelled_tokens({"ana": ours, "bo": theirs}, key=f"d{number:03}"))
    return made


def figure(some: list[DocumentLayers], name: str = "span.f1", **options: object) -> Estimate:
    return estimate(Features(compared(some)), (MEASURES[name],), EstimateOptions(**options))[name][0]  # type: ignore[arg-type]


def outlook(some: list[DocumentLayers], name: str = "span.f1", *lengths: Lengths) -> Outlook:
    return Outlook(figure(some, name), bool(MEASURES[name].degenerate), *lengths)


@pytest.mark.parametrize("name", ["span.f1", "token.kappa", "unit.alpha"])
def test_over_as_many_documents_the_interval_is_the_one_there_is(name: str) -> None:
    found = outlook(documents(30), name)
    needed = found.until(found.half_width * 1.000001)
    assert needed.documents == 30
    last = found.curve(30)[-1]
    assert last.documents == 30
    assert last.half_width == pytest.approx(found.half_width)


@pytest.mark.parametrize("name", ["span.f1", "token.kappa"])
def test_four_times_the_documents_make_it_as_wide_as_it_then_is(name: str) -> None:
    some = documents(40)
    predicted = outlook(some, name).curve(160, 2)[-1]
    several = [f"{copy}{number}" for copy in "abcd" for number in range(40)]
    fourfold = [DocumentLayers(key, d.length, d.tokens, d.layers) for key, d in zip(several, some * 4, strict=True)]
    assert predicted.documents == 160
    assert predicted.half_width == pytest.approx(outlook(fourfold, name).half_width, rel=0.02)


@settings(max_examples=20)
@given(seed=st.integers(0, 20), half_width=st.floats(0.01, 0.2))
def test_so_many_documents_are_enough_and_one_less_is_not(seed: int, half_width: float) -> None:
    found = outlook(documents(20, seed=seed))
    needed = found.until(half_width).documents
    assert needed is not None
    widths = {point.documents: point.half_width for point in found.curve(needed, 2 * needed)}
    assert widths[needed] <= half_width
    assert needed - 1 not in widths or widths[needed - 1] > half_width


def test_few_documents_promise_little() -> None:
    few, many = outlook(documents(8)).until(0.03), outlook(documents(200)).until(0.03)
    for needed in (few, many):
        assert needed.documents is not None
        assert needed.low is not None
        assert needed.high is not None
        assert needed.low <= needed.documents <= needed.high
    assert few.high / few.low > 3 > 1.5 > many.high / many.low  # type: ignore[operator]


def test_where_next_to_nothing_is_known_nothing_is_predicted() -> None:
    long = labelled_tokens({"ana": ["A"] * 400, "bo": ["A", "B"] * 200}, key="long")
    found = outlook([*documents(6), long])
    assert found.estimate.low is not None
    assert found.estimate.dispersion is not None
    assert min(found.estimate.dispersion[1:]) < LEAST_FREEDOM
    assert (found.until(0.03).documents, found.until(0.03).reason, found.curve(100)) == (None, TOO_FEW, [])


def test_the_reason_is_that_of_the_interval_or_of_the_bootstrap() -> None:
    assert "fewer than 5 documents" in outlook(documents(3)).until(0.03).reason
    assert "0 resamples" in Outlook(figure(documents(9), resamples=0), False).reason
    assert Outlook(figure(documents(9), way="bootstrap", resamples=200), False).reason == NOT_BY_BOOTSTRAP


def test_where_all_agree_it_takes_as_many_trials() -> None:
    found = outlook(documents(6, right=1.0))
    needed = found.until(0.03)
    assert (needed.documents, needed.low, needed.high) == (60, 60, 60)  # 1 - .025 ** (1 / 60) is .0596
    assert found.until_beyond(0.9).documents == 36  # .025 ** (1 / 36) is .9026, over 35 .8999


def test_labels_that_are_rare_take_more_documents() -> None:
    some = documents(20)
    empty = [labelled_tokens({"ana": [None] * 12, "bo": [None] * 12}, key=f"e{number}") for number in range(60)]
    alone, among = outlook(some).until(0.05).documents, outlook([*some, *empty]).until(0.05).documents
    assert alone is not None
    assert among == pytest.approx(4 * alone, abs=4)


def test_a_corpus_of_longer_documents_takes_more_of_them() -> None:
    some = documents(20)
    own = Lengths.of([12] * 20)
    same, mixed = Lengths.of([12] * 500), Lengths.of([12] * 490 + [600] * 10)
    alike = outlook(some, "span.f1", own, same).until(0.03)
    assert alike == outlook(some).until(0.03)
    assert outlook(some, "span.f1", own, mixed).until(0.03).documents > 2 * alike.documents  # type: ignore[operator]


def test_a_goal_is_told_by_as_many_documents_as_it_is_near() -> None:
    found = outlook(documents(40))
    value = found.estimate.value
    assert value is not None
    near, far = found.until_beyond(value - 0.01).documents, found.until_beyond(value - 0.2).documents
    assert near is not None
    assert far is not None
    assert near > 300 > 40 > far
    assert found.until_beyond(value + 0.01).documents is not None
    assert found.until_beyond(value).reason == TOO_MANY
