"""A document's words folded to stems, so that a phrase is found whatever its case, accents and number.

Folding only finds candidates; :func:`form_similarity` then compares how the two are written, because ``Grupo`` may be a
name where ``grupo`` is a word, and ``US`` is not ``us``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from annotator.text import Document, Segment

Stems = tuple[str, ...]
"""A phrase as it is looked up: one folded stem for each token."""
Form = tuple[str, ...]
"""A phrase as it is written: the text of its tokens."""
Context = tuple[str, str]
"""The stems before and after a mention, empty where there is none in the same unit."""
Unit = tuple[int, int]
"""A sentence by its index (-1: before the first one), and a piece of it, counted from 0."""

MOST_TOKENS = 12
"""Tokens beyond which a phrase is not remembered: a longer one hardly occurs twice."""
UNIT_TOKENS = 120
"""Tokens after which a long sentence is cut, so that a change in it stays cheap."""
SAME_FORM, OTHER_CASE, OTHER_NUMBER = 1.0, 0.95, 0.8
"""Similarities of two written forms; 0 means that they are different phrases."""
_LANGUAGES_WITH_PLURAL_S = frozenset({"es", "en", "pt", "fr"})
_LEAST_PLURAL_LETTERS = 5
_MOST_ACRONYM_LETTERS = 4
"""Letters up to which a word in capitals is an acronym, and means something else in lower case."""


class TokenRange(NamedTuple):
    """A half-open range of tokens, counted from 0."""

    start: int
    stop: int


@lru_cache(maxsize=65536)
def folded(word: str) -> str:
    """A word in lower case without accents; the tilde of ``ñ`` is no accent."""
    lower = word.casefold()
    if lower.isascii():
        return lower
    parts = unicodedata.normalize("NFD", lower.replace("ñ", "\0"))
    return "".join(c for c in parts if not unicodedata.combining(c)).replace("\0", "ñ")


@cache
def stemmer(lang: str) -> dict[str, str]:
    """A mapping from words in ``lang`` to their stems, which computes each stem when it is first asked for."""
    return _Stemmer(plurals=lang in _LANGUAGES_WITH_PLURAL_S)


class _Stemmer(dict[str, str]):
    def __init__(self, *, plurals: bool) -> None:
        super().__init__()
        self._plurals = plurals

    def __missing__(self, word: str) -> str:
        stem = folded(word)
        if self._plurals and len(stem) >= _LEAST_PLURAL_LETTERS and stem[-1] == "s":
            stem = stem[:-2] if stem[-2] == "e" and stem[-3] in "lrnzdjs" else stem[:-1]
        self[word] = stem
        return stem


class PhraseIndex:
    """Where each stem of a document stands, and the context of each token range.

    A *unit* is a sentence, or a piece of a very long one.  No phrase crosses the border of a unit, so suggestions from
    the memory can be made unit by unit.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        stems = stemmer(document.lang)
        text, tokens = document.text, document.tokens
        self.stems = [stems[text[start:end]] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
        self._forms: dict[TokenRange, tuple[Form, Context]] = {}
        self._unit_of: dict[int, Unit] = {}
        self._unit_ranges: dict[Unit, TokenRange] = {}
        self.positions: dict[str, list[int]] = {}
        for position, stem in enumerate(self.stems):
            if stem in self.positions:
                self.positions[stem].append(position)
            else:
                self.positions[stem] = [position]

    def token_range(self, start: int, end: int) -> TokenRange | None:
        """The tokens of a range of code points.

        ``None`` for what can be no phrase: off token borders, longer than :data:`MOST_TOKENS`, or without a letter or
        digit.
        """
        exact = self.document.tokens.exact(start, end)
        if exact is None or exact[1] - exact[0] >= MOST_TOKENS:
            return None
        if not any(map(str.isalnum, self.document.text[start:end])):
            return None
        return TokenRange(exact[0], exact[1] + 1)

    def phrase(self, tokens: TokenRange) -> Stems:
        """The stems of a token range, by which the memory knows the phrase."""
        return tuple(self.stems[tokens.start : tokens.stop])

    def form_and_context(self, tokens: TokenRange) -> tuple[Form, Context]:
        """How a token range is written, and the stems around it; both are cached."""
        known = self._forms.get(tokens)
        if known is None:
            known = self._forms[tokens] = (tuple(map(self.word, range(*tokens))), self._context(tokens))
        return known

    def word(self, token: int) -> str:
        """A token's text; empty before the first token and after the last."""
        if not 0 <= token < len(self.stems):
            return ""
        return self.document.text[slice(*self.document.tokens[token])]

    def _context(self, tokens: TokenRange) -> Context:
        start, stop = self.unit_range(self.unit_of(tokens.start))
        before = self.stems[tokens.start - 1] if tokens.start > start else ""
        return before, self.stems[tokens.stop] if tokens.stop < stop else ""

    def segment(self, tokens: TokenRange) -> Segment:
        """A token range in code points."""
        segments = self.document.tokens
        return Segment(segments.starts[tokens.start], segments.ends[tokens.stop - 1])

    def occurrences(self, phrase: Stems) -> Iterator[TokenRange]:
        """Yield the token ranges of a phrase, in order; they may overlap and cross units."""
        size, stems, wanted = len(phrase), self.stems, list(phrase)
        for first in self.positions.get(phrase[0], ()):
            if size == 1 or stems[first : first + size] == wanted:
                yield TokenRange(first, first + size)

    def unit_of(self, token: int) -> Unit:
        """The unit that a token is in."""
        known = self._unit_of.get(token)
        if known is None:
            sentence = self.document.sentences.at_or_before(self.document.tokens.starts[token])
            known = self._unit_of[token] = (sentence, (token - self._first_token(sentence)) // UNIT_TOKENS)
        return known

    def unit_range(self, unit: Unit) -> TokenRange:
        """The tokens of a unit."""
        known = self._unit_ranges.get(unit)
        if known is None:
            sentence, piece = unit
            start, stop = self._first_token(sentence) + piece * UNIT_TOKENS, self._first_token(sentence + 1)
            known = self._unit_ranges[unit] = TokenRange(start, min(start + UNIT_TOKENS, stop))
        return known

    def _first_token(self, sentence: int) -> int:
        """The first token of a sentence; the number of tokens for an index after the last sentence."""
        sentences = self.document.sentences
        if sentence < 0:
            return 0
        if sentence >= len(sentences):
            return len(self.stems)
        at = sentences.starts[sentence]
        index = self.document.tokens.at_or_before(at)
        return index if index >= 0 and self.document.tokens.starts[index] == at else index + 1


def form_similarity(remembered: Form, here: Form) -> float:
    """Compare two written forms of a phrase: 1 for the same form, 0 where they mean different things.

    A name keeps its capitals (``Grupo`` is not ``grupo``, ``US`` not ``us``) and its number.  Other words may be
    capitalised, as at the beginning of a sentence or in a headline, and may stand in the plural.
    """
    if remembered == here:
        return SAME_FORM
    similarity = OTHER_CASE
    name = any(word[0].isupper() for word in remembered)
    for old, new in zip(remembered, here, strict=True):
        if old == new:
            continue
        if old[0].isupper() and not new[0].isupper():
            return 0.0
        if old.isupper() and 1 < len(old) <= _MOST_ACRONYM_LETTERS and not new.isupper():
            return 0.0
        if folded(old) != folded(new):
            if name:
                return 0.0
            similarity = OTHER_NUMBER
    return similarity
