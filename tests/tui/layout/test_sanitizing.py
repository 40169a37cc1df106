"""No character of an article acts on the terminal, and none is hidden."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from rich.cells import get_character_cell_size

from annotator.tui.layout.sanitizing import is_simple, sanitize
from tests.strategies import texts


@given(texts())
def test_pictures_stand_one_for_one(text: str) -> None:
    assert len(sanitize(text)) == len(text)


@given(texts())
def test_visible_characters_stay_as_they_are(text: str) -> None:
    hidden = ("Cc", "Cf", "Zl", "Zp", "Zs", "Cs", "Cn")
    for sanitized, character in zip(sanitize(text), text, strict=True):
        if unicodedata.category(character) not in hidden:
            assert sanitized == character


def test_no_code_point_does_harm() -> None:
    sanitized = sanitize("".join(map(chr, range(0x110000))))
    assert not [c for c in sanitized if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs")]
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not turning.intersection(map(unicodedata.bidirectional, sanitized))


def test_simple_characters_are_visible_and_one_cell_wide() -> None:
    simple = [c for c in map(chr, range(0x3000)) if is_simple(c)]
    assert {"a", "é", "“", "—", "ж", "€"} - set(simple) == {"€"}
    for character in simple:
        assert sanitize(character) == character
        assert get_character_cell_size(character) == 1


@pytest.mark.parametrize(
    ("text", "sanitized"),
    [
        ("\x1b[31mrojo", "␛[31mrojo"),
        ("\x00\x07\x7f", "␀␇␡"),
        ("\x9b2J", "␦2J"),
        ("a\u202eb\u2066c\u200fd", "a␦b␦c␦d"),
        ("\ufeffinicio", "␦inicio"),
        ("in\xadvisible", "in-visible"),
        ("\t\xa0\u202f", "   "),
        ("a\r\n", "a␍␊"),
        ("a\u2028b", "a␦b"),
        ("\ud800", "␦"),
    ],
)
def test_what_acts_or_hides_becomes_a_picture(text: str, sanitized: str) -> None:
    assert sanitize(text) == sanitized


@pytest.mark.parametrize("text", ["👩\u200d🚀", "❤\ufe0f\u200d🔥", "👩🏽\u200d🚀", "🏴\U000e0067\U000e0062\U000e007f"])
def test_joined_pictographs_stay_joined(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize("text", ["ab\u200dcd", "日\u200d本", "👩\u200d", "\u200d👩", "a\u200cb", "日\u200c本"])
def test_joiners_that_join_nothing_are_shown(text: str) -> None:
    assert "␦" in sanitize(text)


def test_tags_that_name_no_flag_are_shown() -> None:
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "robar")
    assert sanitize("𠮷" + hidden) == "𠮷" + "␦" * 5
    assert sanitize("👍" + hidden) == "👍" + "␦" * 5


def test_a_non_joiner_stays_in_scripts_that_write_with_it() -> None:
    assert sanitize("می\u200cخواهم") == "می\u200cخواهم"
