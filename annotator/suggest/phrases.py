"""A document's words, folded so that a phrase is found again whatever its case, accents and number.

Folding only finds candidates; :func:`likeness` then compares how the two are written, because ``Grupo`` may be a name
where ``grupo`` is a word, and ``US`` is not ``us``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from annotator.text import Document, Segment

Stems = tuple[str, ...]
"""A phrase as it is looked up: one folded stem a token."""
Form = tuple[str, ...]
"""A phrase as it is written: its tokens."""

LONGEST = 12
"""Tokens beyond which a phrase is not remembered: what is longer is said once."""
PIECE = 120
"""Tokens after which a sentence without end is cut, so that a change in it stays cheap."""
SAME, RECASED, INFLECTED = 1.0, 0.95, 0.8
"""How alike two phrases are written; 0 is not alike at all."""
_INFLECTING = frozenset({"es", "en", "pt", "fr"})
"""Languages in which a final ``s`` is a plural's more often than not."""
_LEAST = 5
"""Letters of a word from which it may be a plural."""
_SHORT = 4
"""Letters up to which a word in capitals is an acronym, and means something else in lower case."""


class Place(NamedTuple):
    """A phrase at a place: its first token, and the token behind its last."""

    first: int
    last: int


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """Return a word in lower case without accents; the tilde of ``ñ`` is no accent."""
    lower = word.casefold()
    if lower.isascii():
        return lower
    parts = unicodedata.normalize("NFD", lower.replace("ñ", "\0"))
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("\0", "ñ")


@cache
def stemmer(lang: str) -> dict[str, str]:
    """Return the stems of words in ``lang``, made as they are asked for."""
    return _Stemmer(plurals=lang in _INFLECTING)


class _Stemmer(dict[str, str]):
    def __init__(self, *, plurals: bool) -> None:
        super().__init__()
        self._plurals = plurals

    def __missing__(self, word: str) -> str:
        stem = folded(word)
        if self._plurals and len(stem) >= _LEAST and stem[-1] == "s":
            stem = stem[:-2] if stem[-2] == "e" and stem[-3] in "lrnzdjs" else stem[:-1]
        self[word] = stem
        return stem


class PhraseIndex:
    """Where each word of a document stands, and what stands around it.

    Tokens are counted from 0.  A *unit* is a sentence, or a piece of an endless one: what is remembered is looked for
    unit by unit, and no phrase crosses one.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        stems = stemmer(document.lang)
        text, tokens = document.text, document.tokens
        self.stems = [stems[text[start:end]] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
        self._written: dict[Place, tuple[Form, tuple[str, str]]] = {}
        self._unit_of: dict[int, tuple[int, int]] = {}
        self._units: dict[tuple[int, int], Place] = {}
        self.positions: dict[str, list[int]] = {}
        for position, stem in enumerate(self.stems):
            if stem in self.positions:
                self.positions[stem].append(position)
            else:
                self.positions[stem] = [position]

    def place(self, start: int, end: int) -> Place | None:
        """Return the tokens of a range; ``None`` for what is no phrase: off token borders, too long, no word in it."""
        exact = self.document.tokens.exact(start, end)
        if exact is None or exact[1] - exact[0] >= LONGEST:
            return None
        if not any(map(str.isalnum, self.document.text[start:end])):
            return None
        return Place(exact[0], exact[1] + 1)

    def phrase(self, place: Place) -> Stems:
        """Return the phrase at a place as it is looked up."""
        return tuple(self.stems[place.first : place.last])

    def written(self, place: Place) -> tuple[Form, tuple[str, str]]:
        """Return the phrase at a place as it is written, and the stems around it; they are kept once asked for."""
        known = self._written.get(place)
        if known is None:
            known = self._written[place] = (tuple(map(self.word, range(*place))), self._around(place))
        return known

    def word(self, token: int) -> str:
        """Return a token's text; empty before the first and behind the last."""
        if not 0 <= token < len(self.stems):
            return ""
        return self.document.text[slice(*self.document.tokens[token])]

    def _around(self, place: Place) -> tuple[str, str]:
        """Return the stems before and after a place, within its unit; empty at the edges."""
        first, last = self.unit(self.unit_of(place.first))
        before = self.stems[place.first - 1] if place.first > first else ""
        return before, self.stems[place.last] if place.last < last else ""

    def segment(self, place: Place) -> Segment:
        """Return a place in code points."""
        tokens = self.document.tokens
        return Segment(tokens.starts[place.first], tokens.ends[place.last - 1])

    def occurrences(self, phrase: Stems) -> Iterator[Place]:
        """Yield where a phrase stands, in order."""
        size, stems, wanted = len(phrase), self.stems, list(phrase)
        for first in self.positions.get(phrase[0], ()):
            if size == 1 or stems[first : first + size] == wanted:
                yield Place(first, first + size)

    # Units

    def unit_of(self, token: int) -> tuple[int, int]:
        """Return the unit that a token is in, as its sentence and piece; sentence -1 before the first one."""
        known = self._unit_of.get(token)
        if known is None:
            sentence = self.document.sentences.at_or_before(self.document.tokens.starts[token])
            known = self._unit_of[token] = (sentence, (token - self._first(sentence)) // PIECE)
        return known

    def unit(self, unit: tuple[int, int]) -> Place:
        """Return the tokens of a unit."""
        known = self._units.get(unit)
        if known is None:
            sentence, piece = unit
            first, behind = self._first(sentence) + piece * PIECE, self._first(sentence + 1)
            known = self._units[unit] = Place(first, min(first + PIECE, behind))
        return known

    def _first(self, sentence: int) -> int:
        """Return the first token of a sentence, the number of tokens behind the last one."""
        sentences = self.document.sentences
        if sentence < 0:
            return 0
        if sentence >= len(sentences):
            return len(self.stems)
        at = sentences.starts[sentence]
        index = self.document.tokens.at_or_before(at)
        return index if index >= 0 and self.document.tokens.starts[index] == at else index + 1


def likeness(remembered: Form, here: Form) -> float:
    """Return how far a phrase is written as the one that is remembered: 1 the same, 0 too differently to mean it.

    A name keeps its capitals (``Grupo`` is not ``grupo``, ``US`` not ``us``) and its number; other words may begin a
    sentence or a headline, and may stand in the plural.
    """
    if remembered == here:
        return SAME
    result = RECASED
    name = any(word[0].isupper() for word in remembered)
    for old, new in zip(remembered, here, strict=True):
        if old == new:
            continue
        if old[0].isupper() and not new[0].isupper():
            return 0.0
        if old.isupper() and 1 < len(old) <= _SHORT and not new.isupper():
            return 0.0
        if folded(old) != folded(new):
            if name:
                return 0.0
            result = INFLECTED
    return result
