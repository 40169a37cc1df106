"""Words that mark names in news prose, by language: titles, institution heads, given names, places CLDR lacks.

They are data, in ``words/*.toml``, each list with a line that says what it is.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = frozenset({"es", "en"})
FALLBACK = "en"
"""Whose words a language without a list gets: the English rules do the least."""


@cache
def word_list(lang: str, name: str, table: str = "words") -> frozenset[str]:
    """A list of single words of ``lang`` (or of ``common``); empty when the language has no such list."""
    return frozenset(_table(lang).get(table, {}).get(name, "").split())


@cache
def names(lang: str, table: str, name: str) -> tuple[str, ...]:
    """A list of items that may hold blanks, in the file's order; empty when there is none."""
    listed = _table(lang).get(table, {}).get(name, "")
    return tuple(item for item in (part.strip() for part in listed.replace("\n", " ").split(" | ")) if item)


def alternatives(lang: str, name: str) -> str:
    """A list of titles as the inside of a regular expression's group."""
    return "|".join(names(lang, "titles", name))


@cache
def _table(lang: str) -> dict[str, Any]:
    chosen = lang if lang in LANGUAGES or lang == "common" else FALLBACK
    data = files("annotator.suggest.rules").joinpath("words", f"{chosen}.toml").read_text(encoding="utf-8")
    return tomllib.loads(data)
