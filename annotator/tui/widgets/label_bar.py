"""The bar that shows the entity labels with their hot keys."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from annotator.labels import LabelScheme
from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.palette_widget import PaletteWidget


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
        """Count the lines that the labels take."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """Paint one line of labels."""
        lines = self._lines(self.size.width)
        segments = lines[y] if y < len(lines) else []
        return Strip(segments).adjust_cell_length(self.size.width, self.palette.style())
