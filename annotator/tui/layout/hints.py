"""Hint codes: one or two letters shown over the places on the screen that can be chosen."""

from __future__ import annotations

ALPHABET = "asdfjklghqwertyuiopzxcvbnm"
"""Home row first, so that the likeliest places get the nearest keys."""


def codes(count: int, alphabet: str = ALPHABET) -> list[str]:
    """Make up to ``count`` codes, shorter ones first; no code is the beginning of another.

    As many as possible have one letter; the others have two, the first from the end of the alphabet.  There are fewer
    than ``count`` when two letters do not suffice.
    """
    size = len(alphabet)
    prefixes = 0
    while prefixes < size and (size - prefixes) + prefixes * size < count:
        prefixes += 1
    single = list(alphabet[: size - prefixes])
    double = [first + second for first in alphabet[size - prefixes :] for second in alphabet]
    return (single + double)[:count]
