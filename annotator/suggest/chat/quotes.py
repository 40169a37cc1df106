"""Finding in a text the words that a model quotes.

First letter by letter; then with blanks, quotation marks, case and the composition of accents made alike, because that
is what models change without meaning to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from annotator.labels import LabelScheme
from annotator.suggest.rules.resolve import trim
from annotator.text import Document, Segment

_ALIKE = str.maketrans(dict.fromkeys("“”„«»‘’‚‹›`´'", '"') | dict.fromkeys("‐‑‒–—―−", "-"))

_NEAR = 20
"""Code points beyond the length of the words around a place in which they are looked for."""


class Quotes:
    """Finds quotes in a document; matches are trimmed as the guideline wants it and lie on token borders."""

    def __init__(self, scheme: LabelScheme, document: Document) -> None:
        self._document = document
        self._by_token = scheme.snap == "token"
        self._folded: dict[Segment, tuple[str, list[int]]] = {}

    def exact(self, quote: str, within: Segment) -> Iterator[Segment]:
        """Yield where a quote stands letter by letter, in reading order."""
        text = self._document.text
        at = text.find(quote, within.start, within.end)
        while at >= 0:
            segment = self._placed(at, at + len(quote))
            if segment is not None:
                yield segment
            at = text.find(quote, at + len(quote), within.end)

    def alike(self, quote: str, within: Segment) -> Iterator[Segment]:
        """Yield where a quote stands when small differences are overlooked, in reading order."""
        if within not in self._folded:
            self._folded[within] = _fold(self._document.text[within.start : within.end])
        text, origins = self._folded[within]
        wanted = _folded_quote(quote)
        at = text.find(wanted) if wanted else -1
        while at >= 0:
            end = at + len(wanted)
            after = origins[end] if end < len(origins) else within.end - within.start
            segment = self._placed(within.start + origins[at], within.start + max(after, origins[end - 1] + 1))
            if segment is not None:
                yield segment
            at = text.find(wanted, end)

    def bare(self, quote: str, within: Segment) -> Iterator[Segment]:
        """Yield where a quote stands without the article and the marks that the model put around it."""
        start, end = trim(quote, 0, len(quote), self._document.lang)
        return self.alike(quote[start:end], within)

    def _placed(self, start: int, end: int) -> Segment | None:
        """A range after trimming, ``None`` when it is empty or cuts a token in two."""
        start, end = trim(self._document.text, start, end, self._document.lang)
        if start >= end:
            return None
        if self._by_token and self._document.tokens.exact(start, end) is None:
            return self._widened(start, end)
        if unicodedata.combining(self._document.text[end : end + 1] or " "):
            return None
        return Segment(start, end)

    def _widened(self, start: int, end: int) -> Segment | None:
        """The whole tokens of a range that leaves out only marks of theirs, such as the last point of ``U.S.``."""
        tokens = self._document.tokens.snap(start, end)
        if tokens is None:
            return None
        text = self._document.text
        added = text[tokens.start : start] + text[end : tokens.end]
        if any(char.isalnum() or unicodedata.combining(char) for char in added):
            return None
        return tokens if trim(text, *tokens, self._document.lang) == tuple(tokens) else None

    def fit(self, segment: Segment, before: str, after: str) -> int:
        """Count on how many sides of a place the words stand that a model quoted from there."""
        text = self._document.text
        near = len(before) + len(after) + _NEAR
        left, _ = _fold(text[max(0, segment.start - near) : segment.start])
        right, _ = _fold(text[segment.end : segment.end + near])
        wanted_left, wanted_right = (_folded_quote(words).strip() for words in (before, after))
        fits_left = bool(wanted_left) and left.rstrip().endswith(wanted_left)
        return fits_left + (bool(wanted_right) and right.lstrip().startswith(wanted_right))


@lru_cache(maxsize=8)
def _folded_quote(quote: str) -> str:
    """What a quote is when differences of form are removed: the same one is looked for in many sentences."""
    return _fold(quote.strip())[0]


def _fold(text: str) -> tuple[str, list[int]]:
    """A text with differences of form removed, and for each of its code points the index where it came from."""
    folded: list[str] = []
    origins: list[int] = []
    for index, char in enumerate(text):
        if char.isspace():
            if folded and folded[-1] != " ":
                folded.append(" ")
                origins.append(index)
            continue
        for part in unicodedata.normalize("NFD", char.translate(_ALIKE)).casefold():
            folded.append(part)
            origins.append(index)
    return "".join(folded), origins
