"""What phrases are made of: names, figures, words in lower case, and the small words that join them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"\w+(?:[-.’']\w+)*|\S")
_AND = frozenset({"y", "e", "and", "&"})
_PREPOSITIONS = frozenset({"de", "del", "of", "for", "para", "da", "do", "van", "von"})
_ARTICLES = frozenset({"la", "las", "los", "el", "the"})
_LOOSE = frozenset({"a", "al", "con", "contra", "en", "por", "que", "sobre", "against", "in", "on", "to", "with"})
_JOINING = _AND | _PREPOSITIONS | _ARTICLES | {"-"}
_SMALL = """
    a al ante así aunque cada como con contra cuando de del desde donde durante e el ella ellos en entre es esa ese esta
    este esto fue ha hasta hay la las le les lo los más me mi mientras muy ni no nos o otra otro para pero por porque
    que qué quien se según ser si sí sin sobre son su sus también tanto te tras un una uno unos y ya yo tiene están
    about after also an and are as at be been but by for from had has have he her his if in into is it its more not of
    on or our out over she so such than that the their there these they this to under was we were what when which
    while who will with would you
"""
FUNCTION_WORDS = frozenset(_SMALL.split())
"""Words that begin no mention, and are none."""


class Wording(NamedTuple):
    """What a phrase of some words (``length``) looks like.

    ``shape`` is ``name`` (capitalised), ``lower`` (in lower case), ``figure`` or ``mixed``, ``size`` the number of
    words without those that join others.  ``first`` and ``last`` are words in lower case; the flags say which small
    words stand between these: one for ``and``, a preposition, or one that seldom joins names.
    """

    shape: str
    size: int
    length: int
    first: str
    last: str
    has_and: bool
    has_preposition: bool
    has_loose: bool


def wording(words: Sequence[str]) -> Wording:
    """What a phrase of some words looks like."""
    inside = words[1:-1]
    return Wording(
        _shape(words),
        _content(words),
        len(words),
        words[0].lower(),
        words[-1].lower(),
        not _AND.isdisjoint(inside),
        not _PREPOSITIONS.isdisjoint(inside),
        not _LOOSE.isdisjoint(inside),
    )


@lru_cache(maxsize=4096)
def wording_of(text: str) -> Wording | None:
    """What a mention looks like; ``None`` where it has no words.  Mentions come again with every key of their label."""
    words = _WORD.findall(text)
    return wording(words) if words else None


def is_and(word: str) -> bool:
    """Whether a word joins others as ``and`` does."""
    return word in _AND


def is_article(word: str) -> bool:
    """Whether a word is a definite article."""
    return word in _ARTICLES


def joins_names(word: str, *, seldom: bool = False) -> bool:
    """Whether a word may stand inside a name without being capitalised, or does so ``seldom``."""
    return word in _JOINING or (seldom and word in _LOOSE)


def _shape(words: Sequence[str]) -> str:
    """Whether words are a ``name`` (capitalised), in ``lower`` case, a ``figure``, or ``mixed``."""
    content = [word for word in words if word not in _JOINING]
    capitalised = [word for word in content if word[0].isupper()]
    if not capitalised:
        return "figure" if any(word[0].isdigit() for word in content) else "lower"
    others = (word for word in content if not word[0].isupper())
    return "mixed" if any(word[0].isalpha() for word in others) else "name"


def _content(words: Sequence[str]) -> int:
    return sum(word not in _JOINING for word in words) or 1
