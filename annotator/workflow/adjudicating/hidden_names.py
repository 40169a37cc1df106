"""Who is who while names are hidden, so that a decision falls on what was said and not on who said it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from string import ascii_uppercase


def displayed_names(document: str, curators: Iterable[str], *, hidden: bool) -> Mapping[str, str]:
    """What each curator is called on the screen, in the order in which they are shown.

    Hidden, they are A, B, C … in an order that differs from document to document and stays the same for each.
    """
    if not hidden:
        return {curator: curator for curator in sorted(curators)}
    order = sorted(curators, key=lambda curator: hashlib.sha256(f"{document}\0{curator}".encode()).hexdigest())
    return {curator: _letters(number) for number, curator in enumerate(order)}


def _letters(number: int) -> str:
    rest, letter = divmod(number, len(ascii_uppercase))
    return (_letters(rest - 1) if rest else "") + ascii_uppercase[letter]
