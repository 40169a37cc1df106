"""Hint letters: short codes to type, put over the places on the screen that one may mean."""

from __future__ import annotations

ALPHABET = "asdfjklghqwertyuiopzxcvbnm"
"""Home row first: the likeliest places get the nearest keys."""


def codes(count: int, alphabet: str = ALPHABET) -> list[str]:
    """Return ``count`` codes, none the beginning of another, the shorter ones first.

    As many places as possible get one letter; the rest share the last letters of the alphabet as first of two.
    Codes are of two letters at the most: what does not fit is left without.
    """
    size = len(alphabet)
    prefixes = 0
    while prefixes < size and (size - prefixes) + prefixes * size < count:
        prefixes += 1
    single = list(alphabet[: size - prefixes])
    double = [first + second for first in alphabet[size - prefixes :] for second in alphabet]
    return (single + double)[:count]
