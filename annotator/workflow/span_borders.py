"""Spans that begin or end with white space, or inside a token: told, and moved where that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from annotator.text import Segmentation
from annotator.wording import Places

BorderRule = Literal["keep", "trim", "snap"]
"""What becomes of such spans: they stay, lose the white space at their ends, or take the borders of tokens."""


class SpanBorders:
    """Places the spans of an import or an export, counting those whose borders are doubtful.

    ``white_space`` holds the spans that keep white space at an end, ``off_token`` those that keep a border inside a
    token, which counts only where ``at_tokens`` (the scheme's spans are to end at tokens).  ``moved`` counts the spans
    that were given other borders.
    """

    def __init__(self, rule: BorderRule, *, at_tokens: bool) -> None:
        self.white_space = Places()
        self.off_token = Places()
        self.moved = 0
        self._rule = rule
        self._at_tokens = at_tokens or rule == "snap"
        self._key = ""
        self._text = ""
        self._tokens: Callable[[], Segmentation] = Segmentation
        self._segments: Segmentation | None = None

    def begin(self, key: str, text: str, tokens: Callable[[], Segmentation]) -> None:
        """Go on to a document; ``tokens`` are looked up only where they are needed."""
        self._key, self._text, self._tokens, self._segments = key, text, tokens, None

    def place(self, start: int, end: int, label: str) -> tuple[int, int]:
        """The borders that a span is to have."""
        text = self._text
        first, last = start, end
        if text[start].isspace() or text[end - 1].isspace():
            covered = text[start:end]
            first, last = start + len(covered) - len(covered.lstrip()), start + len(covered.rstrip())
            if self._rule == "keep" or first >= last:
                self.white_space.add(self._key, start, end, label)
                return start, end
        if self._at_tokens:
            if self._segments is None:
                self._segments = self._tokens()
            segments = self._segments
            if segments.exact(first, last) is None:
                segment = segments.snap(first, last) if self._rule == "snap" else None
                if segment is None:
                    self.off_token.add(self._key, first, last, label)
                else:
                    first, last = segment
        if first != start or last != end:
            self.moved += 1
        return first, last
