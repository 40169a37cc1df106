"""The keys that SLATE needs for the same spans from scratch, reckoned from its documented keys.

``j ; i o`` move by token and line (a line down keeps the token's number in the line), ``J :`` go to the edges of the
line, a number before a key repeats it, ``/`` and ``l`` grow and shrink the selection at its right end.  A label is
taken to be one key (the default is two, ``SPACE`` and a letter), the tokens to be ours, the lines to be 100 columns.
Typed relations are not among what SLATE can say.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from annotator.annotation import SpanKey
from annotator.text import Document
from annotator.tui.layout.rows import Rows

COLUMNS = 100
LABEL_KEYS = 1
DONE_KEYS = 1


def repeated(times: int) -> int:
    """Return the keys for pressing one so many times: that often, or a number and the key once."""
    return min(times, len(str(times)) + 1) if times else 0


class Page:
    """A document's tokens in lines, and the fewest keys between them."""

    def __init__(self, document: Document) -> None:
        rows = Rows(document.text, COLUMNS)
        self._place: dict[int, tuple[int, int]] = {}
        lines: dict[int, list[int]] = {}
        for index, token in enumerate(document.tokens):
            lines.setdefault(rows.row_of(token.start), []).append(index)
        self._lines = list(lines.values())
        for number, line in enumerate(self._lines):
            for position, index in enumerate(line):
                self._place[index] = (number, position)

    def keys_between(self, one: int, other: int) -> int:
        """Return the fewest keys from a token to another: lines first, then tokens, over every line near the other."""
        line, position = self._place[one]
        best = repeated(abs(one - other))
        for there, tokens in enumerate(self._lines):
            vertical = repeated(abs(there - line))
            kept = tokens[min(position, len(tokens) - 1)]
            landings = [(kept, 0), (tokens[0], 1), (tokens[-1], 1)]
            best = min(best, *(vertical + edge + repeated(abs(at - other)) for at, edge in landings))
        return best


def keys_for(document: Document, spans: Iterable[SpanKey]) -> int:
    """Return the fewest keys to mark spans in reading order, from the first token on, and to save."""
    page = Page(document)
    found = sorted(document.tokens.exact(span.start, span.end) or (0, 0) for span in spans)
    total = DONE_KEYS + len(found) * LABEL_KEYS
    for (start, end), (next_start, next_end) in pairwise([(0, 0), *found]):
        size, wanted = end - start, next_end - next_start
        total += page.keys_between(start, next_start) + min(repeated(abs(wanted - size)), repeated(wanted) + 1)
    return total
