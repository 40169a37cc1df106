"""The lines around the text: what is open, which keys label, what is in focus, what just happened."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from annotator.labels import LabelScheme
from annotator.tui.layout.painting import Palette
from annotator.tui.layout.sanitizing import inert
from annotator.tui.widgets.palette_widget import PaletteWidget

CUT = "… "
"""Stands where a line gave way."""


def going_on(background: str) -> str:
    """Return what a header says of work in the background; nothing where there is none."""
    return f"{background} · " if background else ""


class Line(PaletteWidget):
    """One line: something at the left, something at the right, the left giving way when there is no room."""

    DEFAULT_CSS = """
    Line { height: 1; width: 1fr; }
    """

    def __init__(self, palette: Palette, *, reverse: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.palette = palette
        self._reverse = reverse
        self._left: list[tuple[str, str]] = []
        self._right = ""

    def say(self, *left: tuple[str, str], right: str = "") -> None:
        """Show pieces of text, each with a label's name, ``bold``, ``faint``, ``alarm`` or nothing as its look."""
        self._left, self._right = list(left), right
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        style = self.palette.style(reverse=self._reverse)
        if y:
            return Strip.blank(self.size.width, style)
        right = set_cell_size(inert(self._right), min(cell_len(self._right), self.size.width))
        segments = [Segment(inert(text), self._look(look)) for text, look in self._left]
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


class LabelBar(PaletteWidget):
    """The entity labels with their hot keys, on as many lines as they need."""

    DEFAULT_CSS = """
    LabelBar { height: auto; width: 1fr; }
    """

    def __init__(self, scheme: LabelScheme, palette: Palette) -> None:
        super().__init__(id="labels")
        self.scheme = scheme
        self.palette = palette

    def _lines(self, width: int) -> list[list[Segment]]:
        lines: list[list[Segment]] = [[]]
        used = 0
        for entity in self.scheme.entities.values():
            size = len(entity.key) + 1 + cell_len(entity.name) + 2
            if used + size - 2 > width and lines[-1]:
                lines.append([])
                used = 0
            lines[-1].append(Segment(entity.key, self.palette.style(bold=True, underline=True)))
            lines[-1].append(Segment(f" {entity.name}  ", self.palette.style(self.palette.labels[entity.name])))
            used += size
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many lines the labels take."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """Return one line of labels."""
        lines = self._lines(self.size.width)
        segments = lines[y] if y < len(lines) else []
        return Strip(segments).adjust_cell_length(self.size.width, self.palette.style())
