"""The filter of the side panel: words typed by the curator, tested on spans and relations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from annotator.annotation import Relation, Span
from annotator.find import fold


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Words that an item must all match; without words every item passes.

    ``?`` undecided · ``✓`` or ``!`` decided · ``<0.5`` ``>0.8`` score · ``@dates`` beginning of the source · anything
    else part of the label, of the text or of attributes (``certainty=possible``, ``=Q96``), without regard to case and
    accents · ``#2`` in group 2.
    """

    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> ItemFilter:
        """Read a filter as it is typed, words with blanks between them."""
        return cls(tuple(text.split()))

    def __bool__(self) -> bool:
        return bool(self.words)

    def __str__(self) -> str:
        return " ".join(self.words)

    def passes(self, item: Span | Relation, text: Callable[[], str], attributes: str = "") -> bool:
        """Whether an item matches every word; ``text`` is called for its text only when a word needs it.

        ``attributes`` are what :func:`filter_words` gives.
        """
        return all(self._matches(word, item, text, attributes) for word in self.words)

    def _matches(self, word: str, item: Span | Relation, text: Callable[[], str], attributes: str) -> bool:
        pending = item.origin == "suggested"
        if word == "?":
            return pending
        if word in ("✓", "!"):
            return not pending
        if word[0] in "<>" and _number(word[1:]) is not None:
            bound = _number(word[1:])
            assert bound is not None
            return item.score is not None and (item.score < bound if word[0] == "<" else item.score > bound)
        if word[0] == "@" and len(word) > 1:
            return item.source is not None and item.source.startswith(word[1:])
        if word[0] == "#" and word[1:].isdigit():
            return word in attributes.split()
        needle = fold(word)
        if attributes and needle in fold(attributes):
            return True
        return needle in item.label.lower() or needle in fold(text())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
