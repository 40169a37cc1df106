"""Article text as it may appear on a terminal: control and invisible characters become pictures.

Every picture stands for one code point, so offsets never shift; the text itself is not touched.
"""

from __future__ import annotations

import re
import unicodedata

FORMAT_PICTURE = "␦"
"""Stands for invisible formatting: bidi marks, zero-width spaces, byte order marks, C1 controls."""

_SIMPLE = re.compile(
    r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u0391-\u03ff\u0400-\u0482\u2010-\u2027\u2030-\u203a]*"
)
_SPECIAL = re.compile(
    r"[\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_SPACES = {"\t", "\xa0", "\u202f", "\u205f"}


def is_simple(text: str) -> bool:
    """Return whether every character is visible and one cell wide."""
    return _SIMPLE.fullmatch(text) is not None


def inert(text: str) -> str:
    """Return the text with every dangerous or invisible character replaced, one for one.

    Tabs and odd spaces become a space; a zero-width joiner survives between two pictographs, where it makes one
    picture of them; line breaks become pictures too, which the caller need not draw.
    """
    return _SPECIAL.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _SPACES:
        return " "
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if code == 0xAD:
        return "-"
    if code in (0x200C, 0x200D) and _joins(match.string, match.start()):
        return character
    if 0xE0020 <= code <= 0xE007F and match.start() and ord(match.string[match.start() - 1]) > 0x1F000:
        return character
    return FORMAT_PICTURE


def _joins(text: str, at: int) -> bool:
    if at == 0 or at + 1 >= len(text):
        return False
    before, after = text[at - 1], text[at + 1]
    if text[at] == "\u200c":
        return unicodedata.category(before)[0] in "LM" and ord(before) > 0x5FF
    return (ord(before) >= 0x2190 or before == "\ufe0f") and ord(after) >= 0x2190
