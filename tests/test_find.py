"""Finding text without regard to case and diacritics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.find import Searchable, fold
from tests.strategies import texts

_ABC = st.text("ab", max_size=12)


def found(text: Searchable, needle: str, start: int, *, backwards: bool = False) -> int | None:
    match = text.match(needle, start, backwards=backwards)
    return None if match is None else match.start


@given(texts().filter(bool), st.data())
def test_every_stretch_is_found_where_it_stands(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    needle = fold(text[start : data.draw(st.integers(start + 1, len(text)))])
    match = Searchable(text).match(needle, start)
    if needle:
        assert match is not None
        assert fold(text[slice(*match)]) == needle
        assert match.start >= start
        assert match in Searchable(text).matches_in(needle, match.start, match.end)


@pytest.mark.parametrize("text", ["café solo", "cafe\u0301 solo"])
@pytest.mark.parametrize("typed", ["cafe s", "CAFÉ s", "cafe\u0301 s"])
def test_accents_do_not_matter_however_they_are_written(text: str, typed: str) -> None:
    assert found(Searchable(f"Un {text}"), fold(typed), 0) == 3
    assert found(Searchable(f"Un {text}"), fold("solo"), 0) == 3 + text.index("solo")


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
        ("cafe\u0301", "cafe"),
    ],
)
def test_diacritics_and_case_are_folded_one_for_one(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_syllables_of_other_scripts_are_not_taken_for_one_another() -> None:
    assert found(Searchable("한국"), fold("하"), 0) is None


def test_the_search_goes_on_and_round() -> None:
    text = Searchable("Así, así. ASI")
    assert [found(text, "asi", start) for start in (0, 1, 6, 11)] == [0, 5, 10, 0]
    assert [found(text, "asi", start, backwards=True) for start in (12, 10, 5, 0)] == [10, 5, 0, 10]
    assert found(text, "no", 0) is None
    assert found(text, "", 0) is None


@given(_ABC, st.text("ab", min_size=1, max_size=3), st.integers(0, 14))
def test_what_is_found_is_the_nearest_in_its_direction(text: str, needle: str, start: int) -> None:
    places = [at for at in range(len(text)) if text.startswith(needle, at)]
    after = [at for at in places if at >= start]
    before = [at for at in places if at < start]
    assert found(Searchable(text), needle, start) == (min(after or places) if places else None)
    assert found(Searchable(text), needle, start, backwards=True) == (max(before or places) if places else None)


@pytest.mark.parametrize("blank", ["\n", "\r\n", "\r", "\t", "\u00a0", "\u202f"])
def test_a_name_that_goes_on_in_the_next_line_is_found(blank: str) -> None:
    text = f"Lo{blank}dijo Lucía{blank}Ferreyra ayer"
    match = Searchable(text).match(fold("lucia ferreyra"), 0)
    assert match is not None
    assert text[match.start : match.end] == f"Lucía{blank}Ferreyra"
