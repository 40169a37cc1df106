"""A list of any length: lines are made when they come into view."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from annotator.tui.layout.painting import Palette
from annotator.tui.widgets.painted_lines import PaintedLines
from annotator.tui.widgets.palette_widget import PaletteWidget

CHOSEN = Style(reverse=True)
MOST_MADE = 2000
"""Lines kept ready at the most."""


class VirtualList(PaintedLines, PaletteWidget, can_focus=False, inherit_bindings=False):
    """One line an entry, one of them chosen; subclasses say how many there are and how each looks."""

    class EntryChosen(Message):
        """An entry was clicked; ``twice`` when it was a double click."""

        def __init__(self, sender: VirtualList, index: int, *, twice: bool) -> None:
            super().__init__()
            self.sender = sender
            self.index = index
            self.twice = twice

        @property
        def control(self) -> VirtualList:
            """Return the list, for handlers that select by it."""
            return self.sender

    EDGES: ClassVar[tuple[str, str]] = ("", "")
    """What stands left and right of every line, in cells that the style sheet sets apart as padding."""

    DEFAULT_CSS = """
    VirtualList { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self, palette: Palette, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.palette = palette
        self.index: int | None = None
        self._made: dict[Hashable, Strip] = {}
        self._made_with = palette

    @abstractmethod
    def count(self) -> int:
        """Return how many entries there are."""

    @abstractmethod
    def line(self, index: int, width: int) -> list[Segment]:
        """Return how an entry looks when it is not chosen."""

    @abstractmethod
    def entry(self, index: int) -> Hashable:
        """Return all that the look of an entry depends on, beside the width."""

    def refresh_entries(self) -> None:
        """Take up that entries came, went or changed, and show it."""
        self.update_entries()
        self.refresh_changed()

    def update_entries(self) -> None:
        """Take up that entries came, went or changed; the next choice shows it."""
        self.resize_content(Size(self.scrollable_content_region.width, self.count()))

    def choose(self, index: int | None) -> None:
        """Choose an entry and bring it into view."""
        self.index = index
        height = self.size.height
        top = int(self.scroll_offset.y)
        if index is None or height == 0 or top <= index < top + height:
            self.refresh_changed()
        else:
            self.scroll_to(y=max(0, index - height // 2), animate=False, immediate=True)
            self.refresh()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self.refresh_entries()
        self.choose(self.index)

    def strip(self, y: int) -> Strip:
        """Return one line of the list."""
        index = y + int(self.scroll_offset.y)
        width = self.scrollable_content_region.width
        if index >= self.count():
            return self.framed([], width)
        if self._made_with is not self.palette or len(self._made) > MOST_MADE:
            self._made.clear()
            self._made_with = self.palette
        looks = self.entry(index), width, index == self.index
        if looks not in self._made:
            segments = self.line(index, width)
            if index == self.index:
                segments = [Segment(segment.text, self._chosen(segment.style)) for segment in segments]
            self._made[looks] = self.framed(segments, width, reverse=index == self.index)
        return self._made[looks]

    def _chosen(self, style: Style | None) -> Style:
        """Return how a stretch of the chosen line looks: reversed, and none of it faint, which would be a grey box."""
        style = style or Style()
        if style.color == self.palette.faint.rich_color:
            style += Style(color=self.palette.text.rich_color)
        return style + CHOSEN

    def framed(self, segments: list[Segment], width: int, *, reverse: bool = False) -> Strip:
        """Return a line of the list, filled up to a width and between its edges."""
        left, right = self.EDGES
        edge = self.palette.style(self.palette.faint)
        line = Strip(segments).adjust_cell_length(width, self.palette.style(reverse=reverse))
        return Strip([Segment(left, edge), *line, Segment(right, edge)], width + len(left) + len(right))

    def on_click(self, event: events.Click) -> None:
        """Choose the entry under the mouse."""
        index = event.y + int(self.scroll_offset.y)
        if 0 <= index < self.count():
            self.post_message(self.EntryChosen(self, index, twice=event.chain == 2))
