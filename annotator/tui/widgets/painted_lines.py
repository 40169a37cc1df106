"""A scroll view that builds whole lines itself and repaints only those that changed."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Self

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from annotator.tui.widgets.line_scroll_bar import LineScrollBar
from annotator.tui.widgets.one_screen import on_one_screen
from annotator.tui.widgets.palette_widget import plain_lines


@on_one_screen
class PaintedLines(ScrollView):
    """Builds lines on demand by :meth:`strip`, padding and border included; ``y`` counts from the top of the view.

    ``top`` is the line of the content at the top of the view, ``room`` the cells between padding and scroll bar.

    Lines that :meth:`refresh_changed` built to compare them with what is painted are painted as they are, not built
    again; whatever else refreshes the view, or moves it, drops them.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._painted: dict[int, Strip] = {}
        self._built: dict[int, Strip] = {}
        self.top = 0
        self.room = 0

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scroll bar, which repaints only where it looks different."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = LineScrollBar(name="vertical", thickness=self.scrollbar_size_vertical)
            self._vertical_scrollbar.display = False
            self.app._start_widget(self, self._vertical_scrollbar)
        return self._vertical_scrollbar

    @abstractmethod
    def strip(self, y: int) -> Strip:
        """Build a line of the view as it is now, from edge to edge: :attr:`top` and :attr:`room` are up to date."""

    def look(self) -> None:
        """Note what the lines to be built depend on: it costs more than many of them."""
        before = self.top, self.room
        self.top, self.room = int(self.scroll_offset.y), self.scrollable_content_region.width
        if before != (self.top, self.room):
            self._built.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Build lines of the view, which have padding and border already."""
        self.look()
        is_at_edge = self.show_vertical_scrollbar and not self.styles.gutter.right
        bar = self.scrollbar_size_vertical if is_at_edge else 0
        return plain_lines(self, crop, self._remembered, self.outer_size.width - bar)

    def _remembered(self, y: int) -> Strip:
        built = self._built.get(y)
        self._painted[y] = strip = self.strip(y) if built is None else built
        return strip

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Paint again, from lines that are built anew."""
        self._built.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def resize_content(self, size: Size) -> None:
        """Set the size of the content.

        Setting ``virtual_size`` lays the whole screen out again, which is too slow after each key.  As long as the
        scroll bar neither appears nor disappears, updating the bar is enough.
        """
        old = self.virtual_size
        if size == old:
            return
        room = self.scrollable_content_region.height
        same_bar = self.styles.overflow_y == "scroll" or (old.height > room) == (size.height > room)
        same_bar &= self.styles.overflow_x == "hidden" or old.width == size.width
        if self.is_mounted and same_bar:
            self.set_reactive(PaintedLines.virtual_size, size)
            self.vertical_scrollbar.window_virtual_size = size.height
        else:
            self.virtual_size = size

    def refresh_changed(self, among: Iterable[int] | None = None) -> None:
        """Repaint the lines that differ from what was painted last, ``among`` those that can (``None``: all)."""
        self.look()
        width, height = self.size
        lines = range(height) if among is None else [y for y in among if 0 <= y < height]
        painted, built = self._painted, {y: self.strip(y) for y in lines}
        changed = [y for y, new in built.items() if (old := painted.get(y)) is not new and old != new]
        width -= self.scrollbar_size_vertical if self.show_vertical_scrollbar else 0
        if changed:
            super().refresh(*(Region(0, y, width, 1) for y in changed))
        self._built.update(built)
