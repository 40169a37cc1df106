"""A line of status above or below the main part of a screen."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.palette_widget import PaletteWidget

ELLIPSIS = "… "
"""Ends a left part that was cut."""


def training_prefix(training_status: str) -> str:
    """The status of the training, to begin a header's right part; empty while no training runs."""
    return f"{training_status} · " if training_status else ""


class StatusLine(PaletteWidget):
    """One line with a left and a right part; the left one is cut when there is no room for both."""

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
        """Show pairs of text and style: ``bold``, ``faint``, ``alarm``, ``retired``, a label's name or empty."""
        self._left, self._right = list(left), right
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the line."""
        style = self.palette.style(reverse=self._reverse)
        if y:
            return Strip.blank(self.size.width, style)
        right = set_cell_size(sanitize(self._right), min(cell_len(self._right), self.size.width))
        segments = [Segment(sanitize(text), self._style(style_name)) for text, style_name in self._left]
        room = max(0, self.size.width - cell_len(right))
        left = Strip(segments)
        if left.cell_length > room > len(ELLIPSIS):
            kept = room - len(ELLIPSIS)
            left = Strip([*left.crop(0, kept).adjust_cell_length(kept, style), Segment(ELLIPSIS, style)])
        return Strip([*left.adjust_cell_length(room, style), Segment(right, style)])

    def _style(self, style_name: str) -> Style:
        if style_name in self.palette.labels:
            return self.palette.style(self.palette.labels[style_name], bold=True, reverse=self._reverse)
        if style_name == "faint":
            return self.palette.style(self.palette.faint, reverse=self._reverse)
        if style_name == "retired":
            return self.palette.style(self.palette.retired, bold=True, reverse=self._reverse)
        if style_name == "alarm":
            return self.palette.style(self.palette.hint, bold=True, reverse=self._reverse)
        return self.palette.style(bold=style_name == "bold", reverse=self._reverse)
