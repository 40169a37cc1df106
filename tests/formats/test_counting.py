"""Offsets as other programs count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.errors import FormatError
from annotator.formats.counting import COUNTINGS, Counting, Offsets, likeliest, on_word_borders, parse_counting

TEXT = "👩‍🚀 Ana\r\nde\u0301 🇪🇸 Perú"


@given(st.text("aé🚀\u0301\r\n 👩‍", max_size=20), st.sampled_from(COUNTINGS))
def test_what_is_counted_is_found_again(text: str, counting: Counting) -> None:
    offsets = Offsets(text, counting)
    for at in range(len(text) + 1):
        if offsets.has(at):
            assert offsets.to_code_points(offsets.from_code_points(at)) == at
    assert offsets.to_code_points(offsets.from_code_points(len(text)) + 1) is None
    assert offsets.to_code_points(-1) is None


@given(st.text(max_size=20))
def test_utf16_counts_as_pythons_encoder_does(text: str) -> None:
    offsets = Offsets(text, "utf16")
    for at in range(len(text) + 1):
        assert offsets.from_code_points(at) == len(text[:at].encode("utf-16-le", "surrogatepass")) // 2


def test_graphemes_are_what_a_reader_sees() -> None:
    offsets = Offsets(TEXT, "graphemes")
    assert [TEXT[at:][:1] for at in range(len(TEXT)) if offsets.has(at)] == [
        "👩", " ", "A", "n", "a", "\r", "d", "e", " ", "🇪", " ", "P", "e", "r", "ú"
    ]  # fmt: skip
    assert offsets.from_code_points(len(TEXT)) == 15


def test_the_likeliest_way_is_the_one_that_gives_whole_words() -> None:
    text = "🚀 Peru hosts"
    fits = lambda start, end: on_word_borders(text, start, end)  # noqa: E731
    assert likeliest(text, 2, 6, fits) == (2, 6, "codepoints")
    assert likeliest(text, 8, 13, fits) == (7, 12, "utf16")
    assert likeliest("e\u0301 Peru", 2, 6, lambda s, e: "e\u0301 Peru"[s:e] == "Peru") == (3, 7, "graphemes")
    assert likeliest(text, 3, 5, fits) is None


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(FormatError, match="offsets=bytes: there is no such way of counting"):
        parse_counting("offsets", "bytes")
