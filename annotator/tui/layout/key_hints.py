"""Reads a line of hints such as ``a accept · x reject``: which key each of them is about, and where it stands.

Pure: text goes in, cells and keys come out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import NamedTuple

from rich.cells import cell_len

_HINT = re.compile(r"[^·]+")
_WORD = re.compile(r"\S+")
_KEY = re.compile(r"tab|space|enter|esc|f\d+|(?:ctrl|shift|alt)\+\S+|\S")


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A line of hints with other ``names`` for its keys."""
    for start, _, key in reversed(list(_keys(text))):
        text = f"{text[:start]}{names.get(key, key)}{text[start + len(key) :]}"
    return text


class KeyHint(NamedTuple):
    """The cells (half-open) of a hint, and its key as it is written there."""

    start: int
    end: int
    key: str


def key_hints(text: str) -> Iterator[KeyHint]:
    """Yield the keys with which hints begin; the last key of a hint has its words too, as in ``[ ] move``."""
    for start, end, key in _keys(text):
        yield KeyHint(cell_len(text[:start]), cell_len(text[:end]), key)


def _keys(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where in the text each key stands, where what belongs to it ends, and the key."""
    for hint in _HINT.finditer(text):
        words = list(_WORD.finditer(text, *hint.span()))
        keys = list(takewhile(lambda word: _KEY.fullmatch(word.group()), words))
        for key, last in zip(keys, [*keys[:-1], *words[-1:]], strict=False):
            yield key.start(), last.end(), key.group()
