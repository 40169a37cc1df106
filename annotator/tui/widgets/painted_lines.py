"""A scroll view that builds whole lines itself and repaints only those that changed."""

from __future__ import annotations

from abc import abstractmethod

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip


class PaintedLines(ScrollView):
    """Builds lines on demand by :meth:`strip`, padding and border included; ``y`` counts from the top of the view."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._painted: dict[int, Strip] = {}

    @abstractmethod
    def strip(self, y: int) -> Strip:
        """Build a line of the view as it is now, from edge to edge."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Build lines of the view without Textual's own decoration.

        Textual would build each line a second time to add padding, border, tint and opacity, which costs a third of a
        frame.  These lines have padding and border already.  Line filters, which remove colours, are applied.
        """
        filters, background = self.get_line_filters(), self.background_colors[1]
        width, blank = self.outer_size.width, self.visual_style.rich_style
        lines = []
        for y in crop.line_range:
            strip = self._painted[y] = self.strip(y)
            strip = strip.adjust_cell_length(width, blank)
            for line_filter in filters:
                strip = strip.apply_filter(line_filter, background)
            lines.append(strip if crop.width >= width else strip.crop(crop.x, crop.right))
        return lines

    def resize_content(self, size: Size) -> None:
        """Set the size of the content.

        Setting ``virtual_size`` lays the whole screen out again, which is too slow after each key.  As long as the
        scroll bar neither appears nor disappears, updating the bar is enough.
        """
        old, room = self.virtual_size, self.scrollable_content_region.height
        same_bar = self.styles.overflow_y == "scroll" or (old.height > room) == (size.height > room)
        if old.width == size.width and self.is_mounted and same_bar:
            self.set_reactive(PaintedLines.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def refresh_changed(self) -> None:
        """Repaint the lines that differ from what was painted last."""
        width, height = self.size
        changed = [y for y in range(height) if self._painted.get(y) != self.strip(y)]
        if changed:
            self.refresh(*(Region(0, y, width, 1) for y in changed))
