"""Finding text as people type it: case and diacritics do not matter, offsets stay exact."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    parts = unicodedata.normalize("NFD", character)
    lower = (parts[0] if all(map(unicodedata.combining, parts[1:])) else character).lower()
    return lower if len(lower) == 1 else character


def fold(text: str) -> str:
    """Return the text in lower case without diacritics, one code point for one."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded, text))


def occurrence(folded: str, needle: str, start: int, *, backwards: bool = False) -> int | None:
    """Return where a folded needle begins next from ``start`` on (or back), going round; ``None`` if nowhere."""
    if not needle:
        return None
    if backwards:
        at = folded.rfind(needle, 0, max(0, start + len(needle) - 1))
        at = at if at >= 0 else folded.rfind(needle)
    else:
        at = folded.find(needle, start)
        at = at if at >= 0 else folded.find(needle)
    return at if at >= 0 else None
