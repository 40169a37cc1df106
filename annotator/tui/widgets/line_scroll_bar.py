"""A scroll bar that is repainted only where it looks different."""

from __future__ import annotations

from functools import lru_cache
from typing import Self

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from annotator.tui.widgets.one_layout import laid_out_once
from annotator.tui.widgets.one_screen import on_one_screen
from annotator.tui.widgets.palette_widget import plain_lines


@lru_cache(maxsize=64)
def _strip(cell: Segment) -> Strip:
    """A line of a bar: few, which come again and again, and know how they were rendered."""
    return Strip([cell])


@on_one_screen
@laid_out_once
class LineScrollBar(ScrollBar):
    """A vertical scroll bar, drawn line by line.

    Lanes and arcs come and go with the focus, so most keys change the length of the content, by less than shows on the
    bar.  Textual repaints all of the bar then.
    """

    def __init__(self, *, name: str, thickness: int) -> None:
        super().__init__(vertical=True, name=name, thickness=thickness)
        self._painted: dict[int, Segment] = {}

    def _cells(self) -> list[Segment]:
        """The bar as it is now, a segment each line."""
        bar = self.render()
        assert isinstance(bar, ScrollBarRender)
        assert isinstance(bar.style, Style)
        drawn = bar.render_bar(
            size=self.size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=self.size.width,
            back_color=bar.style.bgcolor or Color.default(),
            bar_color=bar.style.color or Color.default(),
        )
        return list(drawn.segments)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Build lines of the bar without Textual's own decoration.

        They are blank once its list has been removed, and below its end: a frame may be due before it has its size.
        """
        if self.parent is None:
            return [Strip.blank(crop.width)] * crop.height
        cells = self._cells()

        def line(y: int) -> Strip:
            if y >= len(cells):
                return Strip.blank(crop.width)
            self._painted[y] = cells[y]
            return _strip(cells[y])

        return plain_lines(self, crop, line)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Repaint the lines that look different from what was painted last."""
        if layout or recompose or not self._painted or not self.is_attached:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        changed = [y for y, cell in enumerate(self._cells()) if self._painted.get(y) != cell]
        if changed:
            super().refresh(*(Region(0, y, self.size.width, 1) for y in changed))
        return self
