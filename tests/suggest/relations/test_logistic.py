"""A regression that starts from a belief, and is moved by data as far as the data goes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.suggest.relations.logistic import Instance, fit, logit, sigmoid


def test_without_cases_there_are_no_weights() -> None:
    assert fit([]) == {}
    assert fit([Instance((), 0.5, true=True)]) == {}


def test_it_finds_the_weight_at_which_the_slope_is_nothing() -> None:
    instances = [Instance(("a",), 0.5, number < 8) for number in range(10)]
    weight = fit(instances, penalty=1.0)["a"]
    assert 10 * sigmoid(weight) - 8 + weight == pytest.approx(0.0, abs=1e-3)


def test_what_was_believed_already_needs_no_weight() -> None:
    assert fit([Instance(("a",), 0.8, number < 8) for number in range(10)]) == {}


def test_a_feature_that_tells_right_from_wrong_gets_the_weight() -> None:
    instances = [Instance(("both", "right"), 0.5, true=True), Instance(("both", "wrong"), 0.5, true=False)] * 20
    found = fit(instances)
    assert found["right"] > 1 > -1 > found["wrong"]
    assert abs(found.get("both", 0.0)) < 0.01


def test_it_is_the_same_every_time() -> None:
    instances = [Instance((f"f{i % 7}", f"g{i % 3}"), 0.3, i % 5 < 2) for i in range(60)]
    assert fit(instances) == fit(instances)


@given(value=st.floats(-700, 700))
def test_a_probability_and_its_odds_say_the_same(value: float) -> None:
    assert 0 <= sigmoid(value) <= 1
    if abs(value) < 4:
        assert math.isclose(logit(sigmoid(value)), value, abs_tol=1e-6)
