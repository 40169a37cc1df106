"""Hint codes, and the prompt that takes them."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.tui.key_prompt import KeyPrompt
from annotator.tui.layout.hints import ALPHABET, codes

COUNTS = st.integers(0, len(ALPHABET) ** 2)


@given(COUNTS)
def test_every_place_gets_a_code_of_its_own(count: int) -> None:
    hint_codes = codes(count)
    assert len(hint_codes) == len(set(hint_codes)) == count
    assert all(1 <= len(code) <= 2 and set(code) <= set(ALPHABET) for code in hint_codes)


@given(st.integers(0, 80))
def test_no_code_begins_another(count: int) -> None:
    assert not [one for one, other in permutations(codes(count), 2) if other.startswith(one)]


@given(COUNTS)
def test_short_codes_come_first_and_are_as_many_as_can_be(count: int) -> None:
    hint_codes = codes(count)
    single = sum(len(code) == 1 for code in hint_codes)
    assert [len(code) for code in hint_codes] == [1] * single + [2] * (count - single)
    size = len(ALPHABET)
    assert count <= size or single + 1 + (size - single - 1) * size < count


def test_the_home_row_comes_first() -> None:
    assert codes(4) == ["a", "s", "d", "f"]
    assert codes(27)[-3:] == ["n", "ma", "ms"]


def test_places_beyond_two_letters_go_without() -> None:
    assert len(codes(1000)) == len(ALPHABET) ** 2


def test_letters_narrow_the_hints_down_until_one_is_meant() -> None:
    done: list[str] = []
    options = {code: (lambda code=code: done.append(code)) for code in ("a", "ma", "ms")}
    prompt = KeyPrompt("which?", options, {0: "a", 5: "ma", 9: "ms"})
    assert prompt.remaining_hints() == {0: "a", 5: "ma", 9: "ms"}
    assert prompt.feed("m") is None
    assert prompt.remaining_hints() == {5: "a", 9: "s"}
    action = prompt.feed("s")
    assert action is not None
    action()
    assert done == ["ms"]


def test_a_letter_that_begins_no_code_is_refused() -> None:
    prompt = KeyPrompt("which?", {"ma": lambda: None})
    with pytest.raises(KeyError):
        prompt.feed("x")
