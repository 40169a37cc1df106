"""The bar that shows the entity labels with their hot keys."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from annotator.labels import EntityType, LabelScheme
from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.clickable_keys import ClickableKeys, KeyPlace

GAP = 2
"""Cells between two labels."""


class LabelBar(ClickableKeys):
    """The entity labels with their hot keys, on as many lines as they need; a click does what the key does."""

    DEFAULT_CSS = """
    LabelBar { height: auto; width: 1fr; }
    """

    def __init__(self, scheme: LabelScheme, palette: Palette) -> None:
        super().__init__(id="labels")
        self.scheme = scheme
        self.palette = palette

    def _lines(self, width: int) -> list[list[EntityType]]:
        """The labels that stand on each line of a bar of so many cells."""
        lines: list[list[EntityType]] = [[]]
        used = 0
        for entity in self.scheme.entities.values():
            if used + _cells(entity) > width and lines[-1]:
                lines.append([])
                used = 0
            lines[-1].append(entity)
            used += _cells(entity) + GAP
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Count the lines that the labels take."""
        return len(self._lines(width))

    def key_places(self) -> Iterator[KeyPlace]:
        """Yield where each label stands, with its key."""
        for y, line in enumerate(self._lines(self.size.width)):
            start = 0
            for entity in line:
                yield KeyPlace(y, start, start + _cells(entity), entity.key)
                start += _cells(entity) + GAP

    def render_line(self, y: int) -> Strip:
        """Paint one line of labels."""
        lines = self._lines(self.size.width)
        segments: list[Segment] = []
        for entity in lines[y] if y < len(lines) else []:
            segments.append(Segment(entity.key, self.palette.style(bold=True, underline=True)))
            name = f" {entity.name}{' ' * GAP}"
            segments.append(Segment(name, self.palette.style(self.palette.labels[entity.name])))
        return self.underlined(y, Strip(segments).adjust_cell_length(self.size.width, self.palette.style()))


def _cells(entity: EntityType) -> int:
    return cell_len(f"{entity.key} {entity.name}")
