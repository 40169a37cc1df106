"""A page of figures, with a cursor that goes from one to the next."""

from __future__ import annotations

from collections.abc import Iterator

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message

from annotator.tui.layout.figures import PageLine, Piece
from annotator.tui.layout.painting import Palette
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.comparing.disagreements import DisagreementFilter

STRONGEST = 0.9
"""How much of the selection's colour a background of shade 1 takes."""


class FiguresView(VirtualList):
    """Lines of pieces; the cursor (``at``: line and piece) stands on pieces that lead somewhere alone."""

    EDGES = (" ", " ")

    DEFAULT_CSS = """
    FiguresView { height: 1fr; padding: 0 1; }
    """

    class Moved(Message):
        """The cursor came to another figure."""

    class Opened(Message):
        """A figure was clicked whose disagreements are wanted."""

        def __init__(self, which: DisagreementFilter) -> None:
            super().__init__()
            self.which = which

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette, id="board")
        self.lines: tuple[PageLine, ...] = ()
        self.at: tuple[int, int] | None = None

    def show(self, lines: tuple[PageLine, ...], at: tuple[int, int] | None = None) -> None:
        """Show other lines, with the cursor where it was there if that still leads somewhere."""
        self.lines = lines
        self.at = at if at is not None and self._target(*at) is not None else next(self._targets(), None)
        self.refresh_entries()
        self.scroll_to(y=0, animate=False, immediate=True)
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def count(self) -> int:
        """Return the number of lines."""
        return len(self.lines)

    @property
    def piece(self) -> Piece | None:
        """Return the figure under the cursor."""
        return self.lines[self.at[0]][self.at[1]] if self.at is not None else None

    def _target(self, line: int, place: int) -> DisagreementFilter | None:
        inside = line < len(self.lines) and place < len(self.lines[line])
        return self.lines[line][place].target if inside else None

    def _targets(self) -> Iterator[tuple[int, int]]:
        return ((i, j) for i, line in enumerate(self.lines) for j, piece in enumerate(line) if piece.target is not None)

    # Moving

    def move_lines(self, by: int) -> None:
        """Go to the figure so many lines further on, in the nearest column; scroll where there is none."""
        rows = [i for i, line in enumerate(self.lines) if any(piece.target for piece in line)]
        if self.at is None or not rows:
            self.scroll_relative(y=by, animate=False)
            return
        row = rows[max(0, min(rows.index(self.at[0]) + by, len(rows) - 1))]
        if row == self.at[0]:
            self.scroll_relative(y=by, animate=False)
            return
        column = self._column(*self.at)
        places = [j for j, piece in enumerate(self.lines[row]) if piece.target is not None]
        self._go(row, min(places, key=lambda j: abs(self._column(row, j) - column)))

    def move_along(self, by: int) -> None:
        """Go to the next or the last figure of the line."""
        if self.at is None:
            return
        row, place = self.at
        places = [j for j, piece in enumerate(self.lines[row]) if piece.target is not None]
        self._go(row, places[max(0, min(places.index(place) + by, len(places) - 1))])

    def _column(self, row: int, place: int) -> int:
        return sum(len(piece.text) for piece in self.lines[row][:place])

    def _go(self, row: int, place: int) -> None:
        self.at = (row, place)
        self._reveal()
        self.refresh_changed()
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        """Bring the cursor into view, and the top of the page when nothing before it leads anywhere."""
        height, top = self.size.height, int(self.scroll_offset.y)
        if self.at is None or height == 0:
            return
        first = next(self._targets(), self.at)
        if self.at == first and self.at[0] < height:
            self.scroll_to(y=0, animate=False, immediate=True)
        elif not top <= self.at[0] < top + height:
            self.scroll_to(y=max(0, self.at[0] - height // 2), animate=False, immediate=True)
        self.refresh()

    # Painting

    def entry(self, index: int) -> tuple[PageLine, int | None]:
        """Return the line, and which of its pieces the cursor stands on."""
        return self.lines[index], self._place(index)

    def _place(self, index: int) -> int | None:
        return self.at[1] if self.at is not None and self.at[0] == index else None

    def line(self, index: int, width: int) -> list[Segment]:  # noqa: ARG002 - the pieces have their width
        """Return the pieces of a line."""
        chosen = self._place(index)
        return [Segment(piece.text, self._style(piece, chosen == j)) for j, piece in enumerate(self.lines[index])]

    def _style(self, piece: Piece, chosen: bool) -> Style:
        background = None
        if piece.shade is not None and self.palette.paper.ansi is None:
            background = self.palette.paper.blend(self.palette.selection, STRONGEST * min(max(piece.shade, 0.0), 1.0))
        color = self.palette.labels.get(piece.look)
        if piece.look == "faint":
            color = self.palette.faint
        leads = piece.target is not None
        return self.palette.style(
            color, background, bold=piece.look == "bold", underline=leads and not chosen, reverse=chosen
        )

    def on_click(self, event: events.Click) -> None:
        """Go to the figure under the mouse; a double click opens it."""
        row = event.y + int(self.scroll_offset.y)
        if not 0 <= row < len(self.lines):
            return
        cell = 1  # behind the edge
        for place, piece in enumerate(self.lines[row]):
            if cell <= event.x < cell + len(piece.text) and piece.target is not None:
                self._go(row, place)
                if event.chain == 2:
                    self.post_message(self.Opened(piece.target))
                return
            cell += len(piece.text)
