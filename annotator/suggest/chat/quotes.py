"""Finding in a text the words that a model quotes.

First letter by letter; then with blanks, quotation marks, case and the composition of accents made alike, because that
is what models change without meaning to.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from annotator.labels import LabelScheme
from annotator.suggest.rules.resolve import trim
from annotator.text import Document, Segment

_ALIKE = str.maketrans(dict.fromkeys("“”„«»‘’‚‹›`´'", '"') | dict.fromkeys("‐‑‒–—―−", "-"))


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
        wanted, _ = _fold(quote.strip())
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
            return None
        if unicodedata.combining(self._document.text[end : end + 1] or " "):
            return None
        return Segment(start, end)


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
