"""Finds text without regard to case and diacritics; offsets stay exact."""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator

from annotator.text import Segment

BLANKS = "\r\n\t\u00a0\u202f"
"""What is searched as a space."""


class _Folded(dict[int, str]):
    """What each character becomes, by code point; found once for each that is met."""

    def __missing__(self, code: int) -> str:
        """Find and keep what a character becomes: accents nothing, blanks a space, all others one character."""
        character = chr(code)
        self[code] = "" if _is_accent(character) else " " if character in BLANKS else _plain(character)
        return self[code]


def _plain(character: str) -> str:
    """A letter in lower case without its accents, where that is one letter; else the character itself."""
    parts = unicodedata.normalize("NFD", character)
    lower = (parts[0] if all(map(unicodedata.combining, parts[1:])) else character).lower()
    return lower if len(lower) == 1 else character


def _is_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"


_FOLDED = _Folded()
_ACCENTED = re.compile("[^\u0300-\u036f][\u0300-\u036f]+")


def composed(text: str) -> str:
    """Join accents that are code points of their own with their letters, as texts mostly have them."""
    return _ACCENTED.sub(lambda letter: unicodedata.normalize("NFC", letter.group()), text)


def fold(text: str) -> str:
    """Lower the case and remove diacritics; a letter stays one code point, combining accents are dropped.

    Line breaks, tabs and spaces that do not break become one space each: a name may go on in the next line.
    """
    return text.replace("\r\n", "\n").translate(_FOLDED)


def _kept(text: str) -> Iterator[int]:
    """Yield where the code points stand that folding keeps."""
    for at, character in enumerate(text):
        if not _is_accent(character) and not (character == "\r" and text.startswith("\n", at + 1)):
            yield at


class Searchable:
    """A text prepared for searching; results are offsets in the original text."""

    def __init__(self, text: str) -> None:
        self._folded = fold(text)
        same = len(self._folded) == len(text)
        self._starts = None if same else array("I", _kept(text))

    def match(self, needle: str, start: int, *, backwards: bool = False) -> Segment | None:
        """The range of the next occurrence of a folded needle from ``start`` on, wrapping round at the end.

        ``backwards`` looks for the previous one.  ``None`` when the text does not have it, or the needle is empty.
        """
        if not needle:
            return None
        start = start if self._starts is None else bisect_left(self._starts, start)
        if backwards:
            at = self._folded.rfind(needle, 0, max(0, start + len(needle) - 1))
            at = at if at >= 0 else self._folded.rfind(needle)
        else:
            at = self._folded.find(needle, start)
            at = at if at >= 0 else self._folded.find(needle)
        return None if at < 0 else self._range(at, needle)

    def matches_in(self, needle: str, start: int, end: int) -> Iterator[Segment]:
        """Yield the ranges of the occurrences of a folded needle that lie between two offsets."""
        if not needle:
            return
        low, high = (start, end) if self._starts is None else (bisect_left(self._starts, x) for x in (start, end))
        at = self._folded.find(needle, low, high)
        while at >= 0:
            yield self._range(at, needle)
            at = self._folded.find(needle, at + len(needle), high)

    def _range(self, at: int, needle: str) -> Segment:
        if self._starts is None:
            return Segment(at, at + len(needle))
        return Segment(self._starts[at], self._starts[at + len(needle) - 1] + 1)

    def count(self, needle: str) -> int:
        """Count the occurrences of a folded needle that do not overlap."""
        return self._folded.count(needle)
