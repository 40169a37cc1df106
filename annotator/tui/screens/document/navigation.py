"""Finds the offset to which a move, a line number or a search takes the cursor. Offsets are code points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from annotator.find import Searchable, fold
from annotator.intervals import IntervalIndex
from annotator.text import Document, Segment
from annotator.tui.layout.caret import Caret
from annotator.tui.widgets.text_view import SURROUNDINGS, TextView

SHORTEST_WORD = 4
"""Letters of a word from which a hint on it leaves it readable."""
KEEPS_SELECTION = frozenset({"word", "line_edge", "document_edge"})
"""Moves that carry a selection on where one has begun."""


class Navigation:
    """Offsets that the cursor can go to: by a move, by line number, or to a match of ``needle``.

    ``moves`` maps the name of a move to a function from a number of steps (negative: backwards) to the offset there.
    ``needle`` is the text that is searched for, without regard to case and accents.
    """

    def __init__(self, document: Document, caret: Caret, view: TextView, needle: str = "") -> None:
        self._document = document
        self._caret = caret
        self._view = view
        self._last_match: int | None = None
        self.needle = fold(needle)
        self.moves: Mapping[str, Callable[[int], int]] = {
            "token": caret.step,
            "word": caret.word,
            "line": self._line,
            "page": self._page,
            "line_edge": self._line_edge,
            "document_edge": self._document_edge,
        }

    def _line(self, by: int) -> int:
        """The offset ``by`` lines on, skipping lines without tokens; at the edge of the text, the cursor's own."""
        offset = self._caret.offset
        return self._in_line(self._view.rows.row_of(offset) + by, self._view.cell(offset), by)

    def _in_line(self, row: int, cell: int, by: int) -> int:
        """The offset at a cell of a row, or of the next one with tokens in the direction of ``by``."""
        rows = self._view.rows
        while 0 <= row < len(rows):
            target = self._caret.near(rows.offset_at(row, cell))
            if rows.row_of(target) == row:
                return target
            row += 1 if by > 0 else -1
        return self._caret.offset

    def _page(self, by: int) -> int:
        """The offset that comes to stand where the cursor stands, once the view has scrolled by a page."""
        row = self._view.rows.row_of(self._view.page_from(self._caret.offset, by))
        self._view.scroll_page(by)
        return self._in_line(row, 0, by)

    def show_surroundings(self) -> None:
        """Keep some lines in view above and below the cursor."""
        self._view.reveal(self._caret.offset, around=SURROUNDINGS)

    def _line_edge(self, side: int) -> int:
        rows, tokens = self._view.rows, self._document.tokens
        covered = tokens.overlapping(*rows.bounds(rows.row_of(self._caret.offset)))
        return tokens.starts[covered[-1 if side > 0 else 0]] if covered else self._caret.offset

    def _document_edge(self, side: int) -> int:
        return len(self._document.text) if side > 0 else 0

    @property
    def line(self) -> tuple[int, int]:
        """The number of the cursor's line, from 1, and the number of lines; lines are rows on the screen."""
        return self._view.rows.row_of(self._caret.offset) + 1, len(self._view.rows)

    def start_of_line(self, number: str) -> int | None:
        """The offset at which the line with a typed number begins; ``None`` when there is no such line."""
        is_line = number.strip().isdecimal() and len(number) <= 9 and 1 <= int(number) <= len(self._view.rows)
        return self._view.rows.bounds(int(number) - 1)[0] if is_line else None

    def jump_targets(self) -> list[int]:
        """The offsets in view at which words begin that are worth a jump, nearest to the cursor first.

        Small words are not, since hints would hide them: their neighbours are a key away.  Words in spans, suggested
        ones too, come last.
        """
        tokens, text, in_view = self._document.tokens, self._document.text, self._view.visible_range()
        words = [tokens[i] for i in tokens.overlapping(*in_view)]
        words = [word for word in words if text[word.start].isalnum()]
        worth = [word for word in words if word.end - word.start >= SHORTEST_WORD] or words
        here, spans = self._caret.offset, self._view.layer_view.spans_over(*in_view)
        covered = IntervalIndex((span.start, span.end, span.id) for span in spans)
        worth.sort(key=lambda w: (bool(covered.overlapping(*w)), abs(w.start - here)))
        return [word.start for word in worth]

    # Finding

    @cached_property
    def _searchable(self) -> Searchable:
        return Searchable(self._document.text)

    def look_for(self, needle: str) -> None:
        """Search for something else."""
        self.needle = fold(needle)
        self._last_match = None

    def first_match(self) -> Segment | None:
        """The range of the first match in the text."""
        return self._searchable.match(self.needle, 0) if self.needle else None

    def next_match(self, by: int) -> Segment | None:
        """The range of the next match (for -1 the previous one); the first one may be under the cursor."""
        here, last = self._caret.selection or self._caret.unit, self._last_match
        start = here.start if last is None or not here.start <= last < here.end else last + (by > 0)
        found = self._searchable.match(self.needle, start, backwards=by < 0)
        self._last_match = None if found is None else found.start
        return found

    def matches_in(self, start: int, end: int) -> list[Segment]:
        """The matches between two offsets; none while nothing is searched for."""
        return list(self._searchable.matches_in(self.needle, start, end)) if self.needle else []

    def count_matches(self) -> int:
        """Count the matches in the text."""
        return self._searchable.count(self.needle)
