"""The lines around the text: what is open, which keys label, what is in focus, what just happened."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from annotator.tui.layout.painting import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.palette_widget import PaletteWidget

CUT = "… "
"""Stands where a line gave way."""


def training_prefix(background: str) -> str:
    """Return what a header says of work in the background; nothing where there is none."""
    return f"{background} · " if background else ""


class StatusLine(PaletteWidget):
    """One line: something at the left, something at the right, the left giving way when there is no room."""

    DEFAULT_CSS = """
    StatusLine { height: 1; width: 1fr; }
    """

    def __init__(self, palette: Palette, *, reverse: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.palette = palette
        self._reverse = reverse
        self._left: list[tuple[str, str]] = []
        self._right = ""

    def show(self, *left: tuple[str, str], right: str = "") -> None:
        """Show pieces of text, each with a label's name, ``bold``, ``faint``, ``alarm`` or nothing as its look."""
        self._left, self._right = list(left), right
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        style = self.palette.style(reverse=self._reverse)
        if y:
            return Strip.blank(self.size.width, style)
        right = set_cell_size(sanitize(self._right), min(cell_len(self._right), self.size.width))
        segments = [Segment(sanitize(text), self._look(look)) for text, look in self._left]
        room = max(0, self.size.width - cell_len(right))
        left = Strip(segments)
        if left.cell_length > room > len(CUT):
            left = Strip(
                [*left.crop(0, room - len(CUT)).adjust_cell_length(room - len(CUT), style), Segment(CUT, style)]
            )
        return Strip([*left.adjust_cell_length(room, style), Segment(right, style)])

    def _look(self, look: str) -> Style:
        if look in self.palette.labels:
            return self.palette.style(self.palette.labels[look], bold=True, reverse=self._reverse)
        if look == "faint":
            return self.palette.style(self.palette.faint, reverse=self._reverse)
        if look == "alarm":
            return self.palette.style(self.palette.hint, bold=True, reverse=self._reverse)
        return self.palette.style(bold=look == "bold", reverse=self._reverse)
