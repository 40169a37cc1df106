"""What the side panel shows: a few words typed by the curator, as a test on items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from annotator.annotation import Relation, Span
from annotator.tui.layout.find import fold


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """All words must fit.

    ``?`` waiting · ``✓`` or ``!`` decided · ``<0.5`` ``>0.8`` score · ``@dates`` source · everything else is a piece of
    the label or of the text, without regard to case and accents.
    """

    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> ItemFilter:
        """Return the filter for what was typed."""
        return cls(tuple(text.split()))

    def __bool__(self) -> bool:
        return bool(self.words)

    def __str__(self) -> str:
        return " ".join(self.words)

    def passes(self, item: Span | Relation, text: Callable[[], str]) -> bool:
        """Return whether an item is shown; ``text`` gives what it covers, asked only when needed."""
        return all(self._fits(word, item, text) for word in self.words)

    def _fits(self, word: str, item: Span | Relation, text: Callable[[], str]) -> bool:
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
        needle = fold(word)
        return needle in item.label.lower() or needle in fold(text())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
