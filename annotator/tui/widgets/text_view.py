"""The article: rows of text with lanes, painted line by line, cursor, selection, mouse."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from annotator.text import Segment as Stretch
from annotator.tui.layout.painting import Highlights, Mode, Painter, Palette
from annotator.tui.layout.rows import Rows
from annotator.tui.widgets.painted_lines import PaintedLines
from annotator.workflow.comparing.disagreements import LayerVersion
from annotator.workflow.editing.layer_session import LayerSession

MEASURED_AT_ONCE = 400
"""Rows up to which heights are measured on opening; beyond, only those that come into view."""

PULL_SECONDS = 0.05
"""Between two rows that come along while the mouse drags beyond the edge."""

MARGIN = 2
"""Lines kept between the cursor and the edge when the view follows it."""


class TextView(PaintedLines, can_focus=True, inherit_bindings=False):
    """Shows a session's document.

    Offsets in and out are code points.  Heights of rows out of view are estimates until they come into view, so that
    a novel opens at once; a change repaints only the rows that it touches.
    """

    DEFAULT_CSS = """
    TextView {
        width: 1fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll;
    }
    """

    GUTTER = 0
    """Cells that the painter draws in front of every row."""

    class Pointed(Message):
        """The mouse chose a place (``offset``), or dragged there from ``origin``; ``words`` after a double click."""

        def __init__(self, offset: int, origin: int | None = None, *, words: bool = False) -> None:
            super().__init__()
            self.offset = offset
            self.origin = origin
            self.words = words

    class LaidOut(Message):
        """The text was wrapped anew for another width."""

    def __init__(self, session: LayerSession | LayerVersion, palette: Palette, mode: Mode = Mode.LANES) -> None:
        super().__init__()
        self.session = session
        self.marks = Highlights()
        self._palette = palette
        self._mode = mode
        self._pressed: int | None = None
        self._pointer = (0, 0)
        self._pull: Timer | None = None
        self._blocks: dict[int, list[Strip]] = {}
        self._lay_out(80)

    # Geometry

    def _lay_out(self, width: int) -> None:
        """Wrap the text anew."""
        rows = Rows(self.session.document.text, max(width - self.GUTTER, 2))
        self.painter = self.make_painter(rows)
        self.rows = self.painter.rows
        self._forget()

    def make_painter(self, rows: Rows) -> Painter:
        """Return what draws the rows."""
        return Painter(rows, self.session.layer, self._palette, self._mode)

    def _forget(self) -> None:
        """Drop everything painted, and estimate all heights again."""
        self._blocks.clear()
        self._heights = array("H", [1]) * len(self.rows)
        self._measured = bytearray(len(self.rows))
        if len(self.rows) <= MEASURED_AT_ONCE:
            for row in range(len(self.rows)):
                self._measure(row)
        elif self._mode is Mode.LANES:
            for intervals in (self.session.layer.index, self.session.layer.pending_spans):
                for interval in intervals:
                    self._heights[self.rows.row_of(interval.start)] = 2
        self._stack()

    def _measure(self, row: int) -> bool:
        """Paint a row if need be; return whether its height was another than thought."""
        if row in self._blocks:
            return False
        if len(self._blocks) > 4 * MEASURED_AT_ONCE:
            self._blocks.clear()
        edge = Segment(" ", self._palette.style())
        width = self.rows.width + self.GUTTER + 2
        self._blocks[row] = [Strip([edge, *line, edge], width) for line in self.painter.block(row, self.marks)]
        self._measured[row] = 1
        height = len(self._blocks[row])
        changed = height != self._heights[row]
        self._heights[row] = height
        return changed

    def _stack(self) -> None:
        """Add the heights up: ``_tops[row]`` is the line on which a row begins."""
        self._tops = array("L", accumulate(self._heights, initial=0))
        self.resize_content(Size(self.rows.width + self.GUTTER, self._tops[-1]))

    def _row_at(self, line: int) -> int:
        return min(bisect_right(self._tops, line) - 1, len(self.rows) - 1)

    def _settle(self) -> None:
        """Measure what is in view until it holds still, keeping the first visible row where it is."""
        top_line = int(self.scroll_offset.y)
        top = self._row_at(top_line)
        inside = top_line - self._tops[top]
        changed = False
        row, line = top, -inside
        while row < len(self.rows) and line < self.size.height:
            changed |= self._measure(row)
            line += self._heights[row]
            row += 1
        if changed:
            self._stack()
            self.scroll_to(y=self._tops[top] + min(inside, self._heights[top] - 1), animate=False, immediate=True)
            self.refresh()

    def visible_range(self) -> Stretch:
        """Return the code points in view."""
        top = int(self.scroll_offset.y)
        first = self._row_at(top)
        last = self._row_at(min(top + max(self.size.height - 1, 0), max(self._tops[-1] - 1, 0)))
        return Stretch(self.rows.bounds(first)[0], self.rows.bounds(last)[1])

    # Events of the toolkit

    def on_resize(self) -> None:
        """Wrap anew for another width, keeping the cursor in view."""
        width = self.scrollable_content_region.width
        if width != self.rows.width + self.GUTTER and width > 1:
            self._lay_out(width)
            self.post_message(self.LaidOut())
        self._settle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure what the scrolling brought into view."""
        super().watch_scroll_y(old_value, new_value)
        if int(old_value) != int(new_value):
            self._settle()

    def strip(self, y: int) -> Strip:
        """Return one line of the view, with a cell of padding at either side."""
        line = y + int(self.scroll_offset.y)
        if line >= self._tops[-1]:
            return self._blank()
        row = self._row_at(line)
        block = self._blocks.get(row)
        if block is None:
            self._measure(row)
            block = self._blocks[row]
        inner = line - self._tops[row]
        return block[inner] if inner < len(block) else self._blank()

    def _blank(self) -> Strip:
        return Strip.blank(self.rows.width + 2, self._palette.style())

    # What the screen asks for

    def restyle(self, palette: Palette, mode: Mode) -> None:
        """Paint with other colours or in another mode."""
        anchor = self._row_at(int(self.scroll_offset.y))
        self._palette, self._mode = palette, mode
        self.painter.palette, self.painter.mode = palette, mode
        self._forget()
        self.scroll_to(y=self._tops[anchor], animate=False, immediate=True)
        self._settle()
        self.refresh()

    def set_highlights(self, marks: Highlights) -> None:
        """Single out other things; only rows that look different are painted again."""
        old, self.marks = self.marks, marks
        if (old.arcs is None) != (marks.arcs is None):
            self.repaint_all()
            return
        ranges = [r for r in (old.cursor, marks.cursor, old.selection, marks.selection) if r is not None]
        arcs = set(old.arcs or ()) ^ set(marks.arcs or ())
        for identity in (old.focused ^ marks.focused) | {end for r in arcs for end in (r.head, r.child)}:
            span = self.session.layer.span(identity)
            if span is not None:
                ranges.append((span.start, span.end))
        ranges += [(offset, offset + 1) for offset in old.hints.keys() ^ marks.hints.keys()]
        ranges += [(offset, offset + 1) for offset in marks.hints if old.hints.get(offset) != marks.hints[offset]]
        self.repaint(ranges)

    def repaint(self, ranges: list[tuple[int, int]]) -> None:
        """Paint the rows of some stretches of text again."""
        rows: set[int] = set()
        for start, end in ranges:
            rows.update(self.rows.rows_of(start, max(end, start + 1)))
        first, last = (self.rows.row_of(offset) for offset in self.visible_range())
        grown = False
        for row in rows:
            self._blocks.pop(row, None)
            if first <= row <= last or len(self.rows) <= MEASURED_AT_ONCE:
                grown |= self._measure(row)
        if grown:
            self._stack()
            self._settle()
        self.refresh_changed()

    def repaint_all(self) -> None:
        """Paint everything again, after the layer was read anew."""
        self.painter.layer = self.session.layer
        self._forget()
        self._settle()
        self.refresh()

    def show(self, offset: int, *, middle: bool = False) -> None:
        """Scroll as little as needed for the row at ``offset`` to be in view; to the middle where asked."""
        row = self.rows.row_of(offset)
        height = max(self.size.height, 1)
        view_top = int(self.scroll_offset.y)
        if self._measure(row):
            self._stack()
            self.refresh()
        margin = min(MARGIN, max(0, (height - self._heights[row]) // 2))
        if view_top + margin <= self._tops[row] and self._tops[row + 1] <= view_top + height - margin:
            return
        above = margin if self._tops[row] < view_top + margin else height - margin - self._heights[row]
        self._scroll_with(row, height // 5 if middle else max(0, above))

    def _scroll_with(self, row: int, above: int) -> None:
        """Scroll so that ``above`` lines stand above a row, measuring the rows that come there."""
        grown = False
        near, room = row, above
        while near > 0 and room > 0:
            near -= 1
            grown |= self._measure(near)
            room -= self._heights[near]
        if grown:
            self._stack()
        self.scroll_to(y=max(0, self._tops[row] - above), animate=False, immediate=True)
        self._settle()
        self.refresh()

    def page_from(self, offset: int, pages: int) -> int:
        """Return the offset of the row some screenfuls below (above, when negative), lanes and arcs counted."""
        row = self.rows.row_of(offset)
        line = self._tops[row] + pages * max(1, self.size.height - 2)
        target = self._row_at(max(0, min(line, self._tops[-1] - 1)))
        if target == row:
            target = max(0, min(row + pages, len(self.rows) - 1))
        return self.rows.offset_at(target, 0)

    def cell(self, offset: int) -> int:
        """Return the column of an offset in its row."""
        return self.rows.cell_of(self.rows.row_of(offset), offset)

    # Mouse

    def _offset_at(self, x: int, y: int) -> int | None:
        """Return the offset under a cell of the content."""
        line = y + int(self.scroll_offset.y)
        return self.rows.offset_at(self._row_at(line), max(0, x - self.GUTTER)) if line < self._tops[-1] else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a selection."""
        at = event.get_content_offset(self)
        self._pressed = self._offset_at(*at) if event.button == 1 and at is not None else None
        if self._pressed is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Widen the selection while the button is down; beyond the edge the text comes along."""
        if self._pressed is None:
            return
        x, y = event.get_content_offset_capture(self)
        self._pointer = (max(0, x), y)
        beyond = not 0 <= y < self.size.height
        if beyond and self._pull is None:
            self._pull = self.set_interval(PULL_SECONDS, self._drag)
        elif not beyond:
            self._let_go()
        self._drag()

    def _drag(self) -> None:
        """Select up to the pointer, or to the row beyond the edge to which it points."""
        x, y = self._pointer
        line = max(-1, min(y, self.size.height), -int(self.scroll_offset.y))
        offset = self._offset_at(x, line)
        if offset is not None and offset != self._pressed:
            self.post_message(self.Pointed(offset, self._pressed))

    def _let_go(self) -> None:
        if self._pull is not None:
            self._pull.stop()
            self._pull = None

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the selection; without movement it was a click."""
        if self._pressed is None:
            return
        self._let_go()
        at = event.get_content_offset(self)
        offset = self._offset_at(*at) if at is not None else None
        if offset is not None:
            self.post_message(self.Pointed(offset, self._pressed if offset != self._pressed else None))
        self._pressed = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Select the word on a double click."""
        at = event.get_content_offset(self)
        offset = self._offset_at(*at) if at is not None else None
        if event.chain == 2 and offset is not None:
            self.post_message(self.Pointed(offset, words=True))
