"""A list of any length that builds its lines when they come into view."""

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

from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.painted_lines import PaintedLines
from annotator.tui.widgets.palette_widget import PaletteWidget

CHOSEN = Style(reverse=True)
CACHE_SIZE = 2000
"""Lines kept ready."""


class VirtualList(PaintedLines, PaletteWidget, can_focus=False, inherit_bindings=False):
    """Shows a line or more for each entry, at most one of them chosen; subclasses provide the entries."""

    class EntryChosen(Message):
        """An entry was clicked; ``twice`` when it was a double click."""

        def __init__(self, sender: VirtualList, index: int, *, twice: bool) -> None:
            super().__init__()
            self.sender = sender
            self.index = index
            self.twice = twice

        @property
        def control(self) -> VirtualList:
            """The list that was clicked, for handlers that select by widget."""
            return self.sender

    EDGES: ClassVar[tuple[str, str]] = ("", "")
    """Text left and right of every line, in the cells that the style sheet reserves as padding."""

    DEFAULT_CSS = """
    VirtualList { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self, palette: Palette, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.palette = palette
        self.index: int | None = None
        self._cache: dict[Hashable, Strip] = {}
        self._cache_palette = palette
        self._is_stale = True
        self._in_view: list[tuple[int, int]] | None = None

    @abstractmethod
    def count(self) -> int:
        """Count the entries."""

    @abstractmethod
    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of an entry as it looks when it is not chosen, up to ``width`` cells wide."""

    def further_line(self, index: int, width: int) -> list[Segment]:  # noqa: ARG002 - for entries with two lines
        """Build the second line of an entry that has two."""
        return []

    def lines_of(self, index: int) -> int:  # noqa: ARG002 - for entries with two lines
        """How many lines an entry takes."""
        return 1

    def first_line(self, index: int) -> int:
        """The number of an entry's first line, from 0; of the number of entries, the number of all lines."""
        return index

    def entry_at(self, line: int) -> int:
        """The entry that a line belongs to."""
        return line

    @abstractmethod
    def cache_key(self, index: int) -> Hashable:
        """All values that an entry's line shows; the line is built again when they change."""

    def line_after(self, by: int) -> int | None:
        """The line ``by`` lines on from the chosen one, or the first or last one; ``None`` in an empty list."""
        last = self.count() - 1
        return None if last < 0 else max(0, min((self.index or 0) + by, last))

    def choose_after(self, by: int) -> None:
        """Choose the line ``by`` lines on from the chosen one, as far as there are any."""
        line = self.line_after(by)
        if line is not None:
            self.choose(line)

    @property
    def lines_on_a_page(self) -> int:
        """How many lines a page down goes on, so that one of those before stays in view."""
        return max(1, self.size.height - 1)

    def refresh_entries(self) -> None:
        """Show that entries were added, removed or changed."""
        self.update_entries()
        self.refresh_changed()

    def update_entries(self) -> None:
        """Note that entries were added, removed or changed; the next :meth:`choose` shows it."""
        self.look()
        self._built.clear()
        self._is_stale = True
        self.resize_content(Size(self.room, self.first_line(self.count())))

    def choose(self, index: int | None) -> None:
        """Choose an entry (or none) and scroll it into view."""
        before, self.index = self.index, index
        self.look()
        height, top = self.size.height, self.top
        lines = self._lines_of_entry(index)
        if height == 0 or all(top <= line < top + height for line in lines):
            among = {line - top for line in (*lines, *self._lines_of_entry(before))}
            self.refresh_changed(None if self._is_stale else among)
        else:
            self.scroll_to(y=max(0, lines.start - height // 2), animate=False, immediate=True)
            self.refresh()
        self._is_stale = False

    def _lines_of_entry(self, index: int | None) -> range:
        """The numbers of the lines of an entry; none where there is no such entry."""
        if index is None or index >= self.count():
            return range(0)
        first = self.first_line(index)
        return range(first, first + self.lines_of(index))

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self.refresh_entries()
        self.choose(self.index)

    def look(self) -> None:
        """Note what the lines to be built depend on."""
        super().look()
        self._in_view = None

    def _lines_in_view(self) -> list[tuple[int, int]]:
        """The entry of each line in view, and which of its lines that is, from 0."""
        if self._in_view is None:
            count, bottom = self.count(), self.top + self.size.height
            index = self.entry_at(self.top) if count else 0
            line = self.first_line(index)
            found: list[tuple[int, int]] = []
            while index < count and line < bottom:
                lines = self.lines_of(index)
                found += [(index, part) for part in range(lines) if self.top <= line + part < bottom]
                line += lines
                index += 1
            self._in_view = found
        return self._in_view

    def strip(self, y: int) -> Strip:
        """Build or look up one line of the list."""
        width, in_view = self.room, self._lines_in_view()
        if y >= len(in_view):
            return self.framed([], width)
        index, part = in_view[y]
        is_first = not part
        if self._cache_palette is not self.palette or len(self._cache) > CACHE_SIZE:
            self._cache.clear()
            self._cache_palette = self.palette
        key = self.cache_key(index), is_first, width, index == self.index
        if key not in self._cache:
            segments = self.line(index, width) if is_first else self.further_line(index, width)
            if index == self.index:
                segments = [Segment(segment.text, self._chosen_style(segment.style)) for segment in segments]
            self._cache[key] = self.framed(segments, width, reverse=index == self.index)
        return self._cache[key]

    def _chosen_style(self, style: Style | None) -> Style:
        """The style of a segment in the chosen line: reversed, and not faint, which would give a grey box."""
        style = style or Style()
        if style.color == self.palette.faint.rich_color:
            style += Style(color=self.palette.text.rich_color)
        return style + CHOSEN

    def framed(self, segments: list[Segment], width: int, *, reverse: bool = False) -> Strip:
        """Fill a line up to ``width`` cells, and put its edges left and right."""
        left, right = self.EDGES
        edge = self.palette.style(self.palette.faint)
        line = Strip(segments).adjust_cell_length(width, self.palette.style(reverse=reverse))
        return Strip([Segment(left, edge), *line, Segment(right, edge)], width + len(left) + len(right))

    def on_click(self, event: events.Click) -> None:
        """Choose the entry under the mouse."""
        line = event.y + int(self.scroll_offset.y)
        if 0 <= line < self.first_line(self.count()):
            self.clicked(self.entry_at(line), twice=event.chain == 2)

    def clicked(self, index: int, *, twice: bool) -> None:
        """Act on a click on an entry; subclasses override this, since Textual calls every ``on_click`` of a class."""
        self.post_message(self.EntryChosen(self, index, twice=twice))
