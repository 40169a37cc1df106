"""The widget that shows a page of figures, with a cursor that moves from figure to figure."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from annotator.tui.layout.figures import PageLine, StyledText, Target
from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.virtual_list import VirtualList

FULL_SHADE = 0.9
"""Share of the selection's colour in the background of a figure with shade 1."""


class FiguresView(VirtualList):
    """Lines of styled text; the cursor (line, index in the line) stands only on pieces that are figures."""

    EDGES = (" ", " ")

    DEFAULT_CSS = """
    FiguresView { height: 1fr; padding: 0 1; }
    """

    class Moved(Message):
        """The cursor moved to another figure."""

    class Opened(Message):
        """A figure was double-clicked, to see what is behind it."""

        def __init__(self, target: Target) -> None:
            super().__init__()
            self.target = target

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="figures")
        self.lines: tuple[PageLine, ...] = ()
        self.cursor: tuple[int, int] | None = None

    def show(self, lines: tuple[PageLine, ...], cursor: tuple[int, int] | None = None) -> None:
        """Show other lines; the cursor goes to ``cursor`` if that is a figure, else to the first one."""
        self.lines = lines
        self.cursor = cursor if cursor is not None and self._is_figure(*cursor) else next(self._figures(), None)
        self.refresh_entries()
        self.scroll_to(y=0, animate=False, immediate=True)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def count(self) -> int:
        """Count the lines."""
        return len(self.lines)

    @property
    def figure(self) -> StyledText | None:
        """The figure under the cursor."""
        return self.lines[self.cursor[0]][self.cursor[1]] if self.cursor is not None else None

    def _is_figure(self, line: int, index: int) -> bool:
        return line < len(self.lines) and index < len(self.lines[line]) and self.lines[line][index].is_figure

    def _figures(self) -> Iterator[tuple[int, int]]:
        return ((i, j) for i, line in enumerate(self.lines) for j, piece in enumerate(line) if piece.is_figure)

    # Moving

    def move_lines(self, by: int) -> None:
        """Move ``by`` lines with figures, to the nearest column; scroll where there is no figure further on."""
        rows = [i for i, line in enumerate(self.lines) if any(piece.is_figure for piece in line)]
        if self.cursor is None or not rows:
            self.scroll_relative(y=by, animate=False)
            return
        row = rows[max(0, min(rows.index(self.cursor[0]) + by, len(rows) - 1))]
        if row == self.cursor[0]:
            self.scroll_relative(y=by, animate=False)
            return
        column = self._column(*self.cursor)
        self._move_to(row, min(self._figures_in(row), key=lambda index: abs(self._column(row, index) - column)))

    def move_along(self, by: int) -> None:
        """Move ``by`` figures along the line, stopping at its ends."""
        if self.cursor is None:
            return
        row, index = self.cursor
        indices = self._figures_in(row)
        self._move_to(row, indices[max(0, min(indices.index(index) + by, len(indices) - 1))])

    def _figures_in(self, row: int) -> list[int]:
        return [index for index, piece in enumerate(self.lines[row]) if piece.is_figure]

    def _column(self, row: int, index: int) -> int:
        """The cell at which a piece of a line begins."""
        return sum(cell_len(piece.text) for piece in self.lines[row][:index])

    def _move_to(self, row: int, index: int) -> None:
        self.cursor = (row, index)
        self._reveal()
        self.refresh_changed()
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        """Scroll the cursor into view; from the first figure up to the top of the page, if both fit."""
        height, top = self.size.height, int(self.scroll_offset.y)
        if self.cursor is None or height == 0:
            return
        first = next(self._figures(), self.cursor)
        if self.cursor == first and self.cursor[0] < height:
            self.scroll_to(y=0, animate=False, immediate=True)
        elif not top <= self.cursor[0] < top + height:
            self.scroll_to(y=max(0, self.cursor[0] - height // 2), animate=False, immediate=True)
        self.refresh()

    # Painting

    def cache_key(self, index: int) -> tuple[PageLine, int | None]:
        """The line, and the index of the cursor in it."""
        return self.lines[index], self._cursor_in(index)

    def _cursor_in(self, index: int) -> int | None:
        return self.cursor[1] if self.cursor is not None and self.cursor[0] == index else None

    def line(self, index: int, width: int) -> list[Segment]:  # noqa: ARG002 - the pieces have their width
        """Style the pieces of a line."""
        cursor = self._cursor_in(index)
        return [Segment(piece.text, self._style(piece, cursor == i)) for i, piece in enumerate(self.lines[index])]

    def _style(self, piece: StyledText, at_cursor: bool) -> Style:
        background = None
        if piece.shade is not None and self.palette.background.ansi is None:
            background = self.palette.background.blend(
                self.palette.selection, FULL_SHADE * min(max(piece.shade, 0.0), 1.0)
            )
        color = self.palette.labels.get(piece.style)
        if piece.style == "faint":
            color = self.palette.faint
        underline = piece.target is not None and not at_cursor
        return self.palette.style(color, background, bold=piece.style == "bold", underline=underline, reverse=at_cursor)

    def on_click(self, event: events.Click) -> None:
        """Move to the figure under the mouse; a double click opens it."""
        row = event.y + int(self.scroll_offset.y)
        if not 0 <= row < len(self.lines):
            return
        cell = 1  # the line begins after the edge
        for index, piece in enumerate(self.lines[row]):
            following = cell + cell_len(piece.text)
            if cell <= event.x < following and piece.is_figure:
                self._move_to(row, index)
                if event.chain == 2 and piece.target is not None:
                    self.post_message(self.Opened(piece.target))
                return
            cell = following
