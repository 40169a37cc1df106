"""Finding text as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.tui.find import fold, occurrence
from tests.strategies import texts

_ABC = st.text("ab", max_size=12)


@given(texts())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(texts())
def test_case_does_not_matter(text: str) -> None:
    if len(text.upper()) == len(text.lower()) == len(text):
        assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("México", "mexico"),
        ("ÑANDÚ", "nandu"),
        ("Çà İstanbul", "ca istanbul"),
        ("Straße", "straße"),
        ("Łódź", "łodz"),
        ("ﬁn", "ﬁn"),
        ("한국 日本", "한국 日本"),
        ("cafe\u0301", "cafe\u0301"),
    ],
)
def test_diacritics_and_case_are_folded_one_for_one(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_syllables_of_other_scripts_are_not_taken_for_one_another() -> None:
    assert occurrence(fold("한국"), fold("하"), 0) is None


def test_the_search_goes_on_and_round() -> None:
    text = fold("Así, así. ASI")
    assert [occurrence(text, "asi", start) for start in (0, 1, 6, 11)] == [0, 5, 10, 0]
    assert [occurrence(text, "asi", start, backwards=True) for start in (12, 10, 5, 0)] == [10, 5, 0, 10]
    assert occurrence(text, "no", 0) is None
    assert occurrence(text, "", 0) is None


@given(_ABC, st.text("ab", min_size=1, max_size=3), st.integers(0, 14))
def test_what_is_found_is_the_nearest_in_its_direction(text: str, needle: str, start: int) -> None:
    places = [at for at in range(len(text)) if text.startswith(needle, at)]
    after = [at for at in places if at >= start]
    before = [at for at in places if at < start]
    assert occurrence(text, needle, start) == (min(after or places) if places else None)
    assert occurrence(text, needle, start, backwards=True) == (max(before or places) if places else None)
