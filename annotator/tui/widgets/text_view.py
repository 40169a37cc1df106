"""The widget that shows an annotated text: scrolling, repainting what changed, and the mouse."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from annotator.text import Document, Segment
from annotator.tui.layout.painting import Highlights, Mode, Painter
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.rows import Rows
from annotator.tui.widgets.painted_lines import PaintedLines
from annotator.workflow.editing.layer_view import LayerView

MEASURED_AT_ONCE = 400
"""Up to so many rows, all heights are measured on opening; beyond, only those that come into view."""

DRAG_SCROLL_SECONDS = 0.05
"""Seconds for each row that scrolls into view while the mouse drags beyond the edge."""

MARGIN = 2
"""Lines kept between the cursor and the edge of the view."""


class TextView(PaintedLines, can_focus=True, inherit_bindings=False):
    """Shows a document with the spans and relations of a layer.

    Offsets are code points.  The height of a row, in lines, depends on its lanes and arcs; out of view it is estimated,
    so that a novel opens at once.  A change repaints only the rows that it touches.
    """

    DEFAULT_CSS = """
    TextView {
        width: 1fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll;
    }
    """

    GUTTER = 0
    """Cells that the painter adds before every row."""

    class Pointed(Message):
        """The mouse clicked at ``offset``, or dragged there from ``origin``; ``double_click`` says that it was one."""

        def __init__(self, offset: int, origin: int | None = None, *, double_click: bool = False) -> None:
            super().__init__()
            self.offset = offset
            self.origin = origin
            self.double_click = double_click

    class LaidOut(Message):
        """The text was wrapped again for another width."""

    def __init__(self, document: Document, layer_view: LayerView, palette: Palette, mode: Mode = Mode.LANES) -> None:
        super().__init__()
        self.document = document
        self.layer_view = layer_view
        self.highlights = Highlights()
        self._palette = palette
        self._mode = mode
        self._pressed: int | None = None
        self._pointer = (0, 0)
        self._drag_timer: Timer | None = None
        self._blocks: dict[int, list[Strip]] = {}
        self._lay_out(80)

    # Geometry

    def _lay_out(self, width: int) -> None:
        """Wrap the text for a width in cells."""
        rows = Rows(self.document.text, max(width - self.GUTTER, 2))
        self.painter = self.make_painter(rows)
        self.rows = self.painter.rows
        self._forget_blocks()

    def make_painter(self, rows: Rows) -> Painter:
        """Create the painter of the rows; subclasses may paint more."""
        return Painter(rows, self.layer_view, self._palette, self._mode)

    def _forget_blocks(self) -> None:
        """Drop all painted rows, and estimate their heights again."""
        self._blocks.clear()
        self._heights = array("H", [1]) * len(self.rows)
        if len(self.rows) <= MEASURED_AT_ONCE:
            for row in range(len(self.rows)):
                self._measure(row)
        elif self._mode is Mode.LANES:
            for start in self.layer_view.span_starts():
                self._heights[self.rows.row_of(start)] = 2
        self._add_up_heights()

    def _measure(self, row: int) -> bool:
        """Paint a row unless it is painted; return whether its height differs from the one assumed."""
        if row in self._blocks:
            return False
        if len(self._blocks) > 4 * MEASURED_AT_ONCE:
            self._blocks.clear()
        edge = Strip.blank(1, self._palette.style())
        self._blocks[row] = [Strip.join([edge, line, edge]) for line in self.painter.block(row, self.highlights)]
        height = len(self._blocks[row])
        changed = height != self._heights[row]
        self._heights[row] = height
        return changed

    def _add_up_heights(self) -> None:
        """Set ``_tops``, the line on which each row begins, and the size of the content."""
        self._tops = array("L", accumulate(self._heights, initial=0))
        self.resize_content(Size(self.rows.width + self.GUTTER, self._tops[-1]))

    def _row_at(self, line: int) -> int:
        return min(bisect_right(self._tops, line) - 1, len(self.rows) - 1)

    def _measure_visible(self) -> None:
        """Measure the rows in view, and keep the first of them where it is on the screen."""
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
            self._add_up_heights()
            self.scroll_to(y=self._tops[top] + min(inside, self._heights[top] - 1), animate=False, immediate=True)
            self.refresh()

    def visible_range(self) -> Segment:
        """The range of the text that is in view."""
        top = int(self.scroll_offset.y)
        first = self._row_at(top)
        last = self._row_at(min(top + max(self.size.height - 1, 0), max(self._tops[-1] - 1, 0)))
        return Segment(self.rows.bounds(first)[0], self.rows.bounds(last)[1])

    # Events

    def on_resize(self) -> None:
        """Wrap the text again when the width changed."""
        width = self.scrollable_content_region.width
        if width != self.rows.width + self.GUTTER and width > 1:
            self._lay_out(width)
            self.post_message(self.LaidOut())
        self._measure_visible()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure the rows that scrolled into view."""
        super().watch_scroll_y(old_value, new_value)
        if int(old_value) != int(new_value):
            self._measure_visible()

    def strip(self, y: int) -> Strip:
        """Build one line of the view, with a cell of padding at either side."""
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

    # Called by the screen

    def restyle(self, palette: Palette, mode: Mode) -> None:
        """Change the colours and the mode, and repaint."""
        anchor = self._row_at(int(self.scroll_offset.y))
        self._palette, self._mode = palette, mode
        self.painter.palette, self.painter.mode = palette, mode
        self._forget_blocks()
        self.scroll_to(y=self._tops[anchor], animate=False, immediate=True)
        self._measure_visible()
        self.refresh()

    def set_highlights(self, highlights: Highlights) -> None:
        """Emphasise something else; only rows that change are painted again."""
        old, self.highlights = self.highlights, highlights
        if (old.arcs is None) != (highlights.arcs is None):
            self.repaint_all()
            return
        self.repaint(self._changed_ranges(old, highlights))

    def _changed_ranges(self, old: Highlights, new: Highlights) -> list[tuple[int, int]]:
        """The ranges of the text that look different under other highlights."""
        ranges = [r for r in (old.cursor, new.cursor, old.selection, new.selection) if r is not None]
        arcs = set(old.arcs or ()) ^ set(new.arcs or ())
        for span_id in (old.focused ^ new.focused) | {end for arc in arcs for end in (arc.head, arc.child)}:
            span = self.layer_view.span(span_id)
            if span is not None:
                ranges.append((span.start, span.end))
        offsets = old.hints.keys() | new.hints.keys()
        return ranges + [(i, i + 1) for i in offsets if old.hints.get(i) != new.hints.get(i)]

    def repaint(self, ranges: list[tuple[int, int]]) -> None:
        """Paint the rows of some ranges of the text again."""
        rows: set[int] = set()
        for start, end in ranges:
            rows.update(self.rows.rows_of(start, max(end, start + 1)))
        first, last = (self.rows.row_of(offset) for offset in self.visible_range())
        resized = False
        for row in rows:
            self._blocks.pop(row, None)
            if first <= row <= last or len(self.rows) <= MEASURED_AT_ONCE:
                resized |= self._measure(row)
        if resized:
            self._add_up_heights()
            self._measure_visible()
        self.refresh_changed()

    def show_layer(self, layer_view: LayerView) -> None:
        """Show another layer on the same document, or the same one as it was read again."""
        self.layer_view = layer_view
        self.painter.layer_view = layer_view
        self.repaint_all()

    def repaint_all(self) -> None:
        """Paint everything again."""
        self._forget_blocks()
        self._measure_visible()
        self.refresh()

    def reveal(self, offset: int, *, ahead: bool = False) -> None:
        """Scroll the row at ``offset`` into view, as little as needed.

        With ``ahead``, a row that was out of view comes near the top, so that the text after it can be read.
        """
        row = self.rows.row_of(offset)
        height = max(self.size.height, 1)
        view_top = int(self.scroll_offset.y)
        if self._measure(row):
            self._add_up_heights()
            self.refresh()
        margin = min(MARGIN, max(0, (height - self._heights[row]) // 2))
        if view_top + margin <= self._tops[row] and self._tops[row + 1] <= view_top + height - margin:
            return
        above = margin if self._tops[row] < view_top + margin else height - margin - self._heights[row]
        self._scroll_with(row, height // 5 if ahead else max(0, above))

    def _scroll_with(self, row: int, above: int) -> None:
        """Scroll until ``above`` lines are in view above a row, and measure the rows that come there."""
        resized = False
        preceding, room = row, above
        while preceding > 0 and room > 0:
            preceding -= 1
            resized |= self._measure(preceding)
            room -= self._heights[preceding]
        if resized:
            self._add_up_heights()
        self.scroll_to(y=max(0, self._tops[row] - above), animate=False, immediate=True)
        self._measure_visible()
        self.refresh()

    def page_from(self, offset: int, pages: int) -> int:
        """The offset of the row ``pages`` screenfuls below (above, when negative), counting lanes and arcs."""
        row = self.rows.row_of(offset)
        line = self._tops[row] + pages * max(1, self.size.height - 2)
        target = self._row_at(max(0, min(line, self._tops[-1] - 1)))
        if target == row:
            target = max(0, min(row + pages, len(self.rows) - 1))
        return self.rows.offset_at(target, 0)

    def cell(self, offset: int) -> int:
        """The cell of an offset in its row."""
        return self.rows.cell_of(self.rows.row_of(offset), offset)

    # Mouse

    def _offset_at(self, x: int, y: int) -> int | None:
        """The offset at a cell of the content; ``None`` below the text."""
        line = y + int(self.scroll_offset.y)
        return self.rows.offset_at(self._row_at(line), max(0, x - self.GUTTER)) if line < self._tops[-1] else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a selection."""
        point = event.get_content_offset(self)
        self._pressed = self._offset_at(*point) if event.button == 1 and point is not None else None
        if self._pressed is not None:
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Extend the selection while the button is down; beyond the edge, scroll."""
        if self._pressed is None:
            return
        x, y = event.get_content_offset_capture(self)
        self._pointer = (max(0, x), y)
        beyond = not 0 <= y < self.size.height
        if beyond and self._drag_timer is None:
            self._drag_timer = self.set_interval(DRAG_SCROLL_SECONDS, self._drag)
        elif not beyond:
            self._stop_drag_scroll()
        self._drag()

    def _drag(self) -> None:
        """Select up to the pointer, or to the next row beyond the edge if the pointer is there."""
        x, y = self._pointer
        line = max(-1, min(y, self.size.height), -int(self.scroll_offset.y))
        offset = self._offset_at(x, line)
        if offset is not None and offset != self._pressed:
            self.post_message(self.Pointed(offset, self._pressed))

    def _stop_drag_scroll(self) -> None:
        if self._drag_timer is not None:
            self._drag_timer.stop()
            self._drag_timer = None

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the selection; without movement it was a click."""
        if self._pressed is None:
            return
        self._stop_drag_scroll()
        point = event.get_content_offset(self)
        offset = self._offset_at(*point) if point is not None else None
        if offset is not None:
            self.post_message(self.Pointed(offset, self._pressed if offset != self._pressed else None))
        self._pressed = None
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Select the word on a double click."""
        point = event.get_content_offset(self)
        offset = self._offset_at(*point) if point is not None else None
        if event.chain == 2 and offset is not None:
            self.post_message(self.Pointed(offset, double_click=True))
