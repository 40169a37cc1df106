"""Makes text safe for a terminal: control and invisible characters become visible symbols.

Each symbol stands for one code point, so offsets never shift.  Only what is displayed changes, never the stored text.
"""

from __future__ import annotations

import re
import unicodedata

FORMAT_SYMBOL = "␦"
"""Stands for invisible formatting: bidi marks, zero-width spaces, byte order marks, C1 controls."""

_SIMPLE = re.compile(
    r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0377\u0391-\u03ff\u0400-\u0482\u2010-\u2027\u2030-\u203a]*"
)
_SPECIAL = re.compile(
    r"[\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_PICTOGRAPH = re.compile(
    r"[\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u2bff"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_FLAG_BEFORE = re.compile(r"\U0001f3f4[\U000e0020-\U000e007e]{0,6}\Z")
"""What precedes a tag character in the name of a regional flag."""
_SPACES = {"\t", "\xa0", "\u202f", "\u205f"}


def is_simple(text: str) -> bool:
    """Whether every character is visible and one cell wide, as far as a quick check can tell."""
    return _SIMPLE.fullmatch(text) is not None


def sanitize(text: str) -> str:
    """Replace every dangerous or invisible character by a symbol, one for one.

    Tabs and unusual spaces become a space.  Kept are a zero-width joiner between two pictographs, which makes one
    picture of them, a zero-width non-joiner in scripts that use it, and tag characters behind the flag that they
    complete.  Line breaks become symbols too; the caller need not display them.
    """
    return _SPECIAL.sub(_symbol, text)


def _symbol(match: re.Match[str]) -> str:
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
    if 0xE0020 <= code <= 0xE007F and _FLAG_BEFORE.search(match.string[max(0, match.start() - 8) : match.start()]):
        return character
    return FORMAT_SYMBOL


def _joins(text: str, at: int) -> bool:
    """Whether the zero-width joiner or non-joiner at an index joins or separates characters as it should."""
    if at == 0 or at + 1 >= len(text):
        return False
    before, after = text[at - 1], text[at + 1]
    if text[at] == "\u200c":
        return unicodedata.category(before)[0] in "LM" and 0x600 <= ord(before) < 0x1100
    pictograph = before if before != "\ufe0f" else text[max(0, at - 2)]
    return _PICTOGRAPH.match(pictograph) is not None and _PICTOGRAPH.match(after) is not None
