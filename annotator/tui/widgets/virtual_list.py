"""A list of any length: lines are made when they come into view."""

from __future__ import annotations

from abc import abstractmethod

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from annotator.tui.painting import Inks
from annotator.tui.widgets.inked import Inked
from annotator.tui.widgets.painted_lines import PaintedLines


class VirtualList(PaintedLines, Inked, can_focus=False, inherit_bindings=False):
    """One line an entry, one of them chosen; subclasses say how many there are and how each looks."""

    class Chosen(Message):
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

    DEFAULT_CSS = """
    VirtualList { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self, inks: Inks, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.inks = inks
        self.index: int | None = None

    @abstractmethod
    def count(self) -> int:
        """Return how many entries there are."""

    @abstractmethod
    def line(self, index: int, width: int) -> list[Segment]:
        """Return how an entry looks when it is not chosen."""

    def recount(self) -> None:
        """Take up that entries came, went or changed, and show it."""
        self.take_changes()
        self.refresh_changed()

    def take_changes(self) -> None:
        """Take up that entries came, went or changed; the next choice shows it."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.count())

    def choose(self, index: int | None) -> None:
        """Choose an entry and bring it into view."""
        self.index = index
        self.refresh_changed()
        if index is None or self.size.height == 0:
            return
        top = int(self.scroll_offset.y)
        if not top <= index < top + self.size.height:
            self.scroll_to(y=max(0, index - self.size.height // 2), animate=False, immediate=True)

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self.recount()
        self.choose(self.index)

    def strip(self, y: int) -> Strip:
        """Return one line of the list."""
        index = y + int(self.scroll_offset.y)
        width = self.scrollable_content_region.width
        if index >= self.count():
            return Strip.blank(width, self.inks.style())
        strip = Strip(self.line(index, width)).adjust_cell_length(width, self.inks.style())
        return strip.apply_style(self.inks.style(reverse=True)) if index == self.index else strip

    def on_click(self, event: events.Click) -> None:
        """Choose the entry under the mouse."""
        index = event.y + int(self.scroll_offset.y)
        if 0 <= index < self.count():
            self.post_message(self.Chosen(self, index, twice=event.chain == 2))
