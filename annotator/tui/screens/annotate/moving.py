"""The cursor, the selection, and finding."""

from __future__ import annotations

from annotator.tui.layout.find import fold
from annotator.tui.screens.annotate.base import AnnotateBase


class Moving(AnnotateBase):
    """The cursor, the selection, and finding."""

    def action_token(self, by: int, select: bool = False) -> None:
        """Move by tokens."""
        self._go(self.caret.step(by), select)

    def action_word(self, by: int) -> None:
        """Move by words."""
        self._go(self.caret.word(by), self.caret.anchor is not None)

    def action_line(self, by: int, select: bool = False) -> None:
        """Move by lines on the screen."""
        self._go(self.line_from(self.caret.offset, by), select)

    def line_from(self, offset: int, by: int) -> int:
        """Return the offset a line on, over lines that have nothing to stand on; the same one at the edge."""
        rows = self.view.rows
        cell = self.view.cell(offset)
        row = rows.row_of(offset) + by
        while 0 <= row < len(rows):
            found = self.caret.near(rows.offset_at(row, cell))
            if rows.row_of(found) == row:
                return found
            row += 1 if by > 0 else -1
        return offset

    def action_page(self, by: int) -> None:
        """Move by screenfuls."""
        self._go(self.view.page_from(self.caret.offset, by), False)

    def action_line_edge(self, end: int) -> None:
        """Move to an edge of the line on the screen."""
        start, stop = self.view.rows.bounds(self.view.rows.row_of(self.caret.offset))
        tokens = self.session.document.tokens.overlapping(start, stop)
        if tokens:
            self._go(self.session.document.tokens.starts[tokens[-1 if end else 0]], self.caret.anchor is not None)

    def action_document_edge(self, end: int) -> None:
        """Move to an edge of the document."""
        self._go(len(self.session.document.text) if end else 0, self.caret.anchor is not None)

    def action_select(self) -> None:
        """Begin or end a selection at the cursor."""
        self._selecting = not self._selecting
        if self._selecting:
            self.caret.go(self.caret.offset, select=True)
            self.session.focus = None
        else:
            self.drop_selection()
        self._refresh_marks()

    def action_clear(self) -> None:
        """Let go of selection and focus."""
        self.drop_selection()
        self._show_focus(None)
        self._say_default()

    def action_jump(self) -> None:
        """Put hints on every word in view."""
        tokens = self.session.document.tokens
        visible = tokens.overlapping(*self.view.visible_range())
        text = self.session.document.text
        starts = [tokens.starts[i] for i in visible if text[tokens.starts[i]].isalnum()]
        starts.sort(key=lambda start: abs(start - self.caret.offset))
        self._hint("jump to which word?", [(start, start) for start in starts], lambda start: self._go(start, False))

    def action_line_number(self) -> None:
        """Ask for the number of a line on the screen, and go there."""
        self.ask_for_text(f"line, 1 to {len(self.view.rows)}", "", self._go_to_line)

    def _go_to_line(self, text: str) -> None:
        if not text.strip().isdecimal() or len(text) > 9 or not 1 <= int(text) <= len(self.view.rows):
            self._say(f"there is no line {text.strip()!r}", "faint")
            return
        self._go(self.view.rows.bounds(int(text) - 1)[0], False)

    def action_find(self) -> None:
        """Ask what to find."""
        self.ask_for_text("find, without regard to case and accents", "", self._find)

    def _find(self, text: str) -> None:
        self._needle = fold(text)
        self._match = None
        self.action_find_again(1)

    def action_find_again(self, by: int) -> None:
        """Go to the next place, or the one before; the first may be under the cursor."""
        here = self.caret.unit
        again = self._match is not None and here.start <= self._match < here.end
        start = self._match + (by > 0) if again and self._match is not None else here.start
        at = self.searchable.occurrence(self._needle, start, backwards=by < 0)
        if at is None:
            self._say("not found" if self._needle else "/ finds", "faint")
            return
        self._match = at
        self._go(at, False)
        self._say(f"{self.searchable.count(self._needle)} in this document · n next · N previous", "faint")
