"""Scores become what share of such suggestions was right, and little data changes little."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.suggest.learned.calibration import Calibration, bins, expected_error

outcomes = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=80)


def test_nothing_seen_changes_nothing() -> None:
    calibrate = Calibration.fit([])
    assert [calibrate(score) for score in (0.0, 0.3, 1.0)] == [0.0, 0.3, 1.0]


def test_what_was_too_sure_is_lowered_towards_the_share_that_was_right() -> None:
    calibrate = Calibration.fit([(0.9, number % 2 == 0) for number in range(400)])
    assert calibrate(0.9) == pytest.approx(0.5, abs=0.02)


def test_a_few_cases_move_a_score_only_a_little() -> None:
    calibrate = Calibration.fit([(0.9, False)] * 2)
    assert 0.7 < calibrate(0.9) < 0.9


@given(seen=outcomes, scores=st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_a_higher_score_never_becomes_a_lower_probability(seen: list[tuple[float, bool]], scores: list[float]) -> None:
    calibrate = Calibration.fit(seen)
    found = [calibrate(score) for score in sorted(scores)]
    assert found == sorted(found)
    assert all(0 <= probability <= 1 for probability in found)


@given(seen=outcomes)
def test_bins_hold_every_case_once_in_rising_order(seen: list[tuple[float, bool]]) -> None:
    found = bins(seen)
    assert sum(b.size for b in found) == len(seen)
    assert [b.score for b in found] == sorted(b.score for b in found)
    assert (expected_error(found) is None) == (not seen)


def test_the_expected_error_is_the_distance_weighed_by_size() -> None:
    found = bins([(0.8, True)] * 8 + [(0.4, False)] * 8)
    assert expected_error(found) == pytest.approx(0.3)
