"""The widget that shows an annotated text: scrolling, and repainting what changed."""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable

from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from annotator.text import Document, Segment
from annotator.tui.layout.frame import MEASURE, Frame, framed_rows
from annotator.tui.layout.painting import Block, Highlights, Mode, Painter
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.row_tops import RowTops
from annotator.tui.layout.rows import Rows
from annotator.tui.widgets.painted_lines import PaintedLines
from annotator.tui.widgets.pointable import Pointable
from annotator.workflow.editing.layer_view import LayerView

MEASURED_AT_ONCE = 400
"""Up to so many rows, all heights are measured on opening; beyond, only those that come into view."""

SURROUNDINGS = 2
"""Lines kept in view above and below a cursor that moves by the keys."""

COLUMNS_USED = MEASURE + 10
"""Cells that a text makes use of, with its margins, gutter and scroll bar."""


class TextView(Pointable, PaintedLines, can_focus=False, inherit_bindings=False):
    """Shows a document with the spans and relations of a layer.

    Offsets are code points.  The height of a row, in lines, depends on its lanes and arcs; out of view it is estimated,
    so that a novel opens at once.  A change repaints only the rows that it touches.
    """

    DEFAULT_CSS = """
    TextView {
        width: 1fr; height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; overflow-y: scroll;
    }
    """

    MARK_CELLS = 0
    """Cells for marks between the line numbers and the text."""

    class Pointed(Message):
        """The mouse clicked at ``offset``, or dragged there from ``origin``; ``double_click`` says that it was one."""

        def __init__(self, offset: int, origin: int | None = None, *, double_click: bool = False) -> None:
            super().__init__()
            self.offset = offset
            self.origin = origin
            self.double_click = double_click

    class LaidOut(Message):
        """The text was wrapped again for another width."""

    def __init__(
        self,
        document: Document,
        layer_view: LayerView,
        palette: Palette,
        mode: Mode = Mode.LANES,
        *,
        numbered: bool = True,
    ) -> None:
        super().__init__()
        self.document = document
        self.layer_view = layer_view
        self.highlights = Highlights()
        self._palette = palette
        self._mode = mode
        self._numbered = numbered
        self._blocks: dict[int, Block] = {}
        self._under_hints: dict[int, Block] = {}
        self._width, self._height = 80, 0
        self._resized: set[int] = set()
        self._reveal_first: int | None = None
        self._waiting: list[tuple[int, int]] = []
        self._show_rows(*self._rows_within(self._width))

    # Geometry

    def _show_rows(self, rows: Rows, frame: Frame) -> None:
        """Show the text as it is wrapped for the width of the view."""
        self.rows = rows
        self.painter = self.make_painter(self.rows, frame)
        self._tops = RowTops(())
        self._forget_blocks()

    def _rows_within(self, width: int, wrapped: Rows | None = None) -> tuple[Rows, Frame]:
        text, numbered = self.document.text, self._numbered
        return framed_rows(text, width, numbered=numbered, marks=self.MARK_CELLS, wrapped=wrapped)

    def make_painter(self, rows: Rows, frame: Frame) -> Painter:
        """Create the painter of the rows; subclasses may paint more."""
        return Painter(rows, frame, self.layer_view, self._palette, self._mode)

    def _fit(self, width: int) -> None:
        """Show the text at another width, with the same text at the top; most often it need not be wrapped again."""
        top = self.visible_range().start
        self._width = width
        rows, frame = self._rows_within(width, self.rows)
        self.refresh()
        if rows is self.rows:
            self.painter.frame = frame
            self._drop_blocks()
            return
        self._show_rows(rows, frame)
        self.scroll_to(y=self._tops[self.rows.row_of(top)], animate=False, immediate=True)
        self.post_message(self.LaidOut())

    def _forget_blocks(self) -> None:
        """Drop all painted rows, and estimate their heights again."""
        self._drop_blocks()
        self._heights = array("H", [1]) * len(self.rows)
        if len(self.rows) <= MEASURED_AT_ONCE:
            for row in range(len(self.rows)):
                self._measure(row)
        elif self._mode is Mode.LANES:
            for row in self.rows.rows_at(sorted(self.layer_view.span_starts())):
                self._heights[row] = 2
        self._add_up_heights(RowTops(self._heights))

    def _drop_blocks(self) -> None:
        self._blocks.clear()
        self._under_hints.clear()

    def _measure(self, row: int) -> bool:
        """Paint a row unless it is painted; return whether its height differs from the one assumed."""
        if row in self._blocks:
            return False
        if len(self._blocks) > 4 * MEASURED_AT_ONCE:
            self._blocks.clear()
        self._blocks[row] = self.painter.block(row, self.highlights)
        height = len(self._blocks[row].strips)
        changed = height != self._heights[row]
        if changed:
            self._heights[row] = height
            self._resized.add(row)
        return changed

    def _add_up_heights(self, tops: RowTops | None = None) -> None:
        """Set on which line each row begins, where heights changed, or as ``tops`` says; what is read stays in place.

        That is the row of the cursor if it is in view, else the first row in view.
        """
        top = int(self.scroll_offset.y)
        row, inside = 0, 0
        if self._tops.lines:
            row = self.rows.row_of(self.highlights.cursor[0])
            row = row if self._is_in_view(row, self.size.height) else self._tops.row_at(top)
            inside = top - self._tops[row]
        if tops is None:
            for resized in self._resized:
                self._tops.change(resized, self._heights[resized])
        else:
            self._tops = tops
        self._resized.clear()
        self.resize_content(Size(self._width, self._tops.lines))
        self._scroll_to_line(self._tops[row] + min(inside, self._heights[row] - 1))

    def _scroll_to_line(self, line: int) -> None:
        self.scroll_to(y=max(0, line), animate=False, immediate=True)

    def _measure_visible(self) -> None:
        """Measure the rows in view."""
        top, height = int(self.scroll_offset.y), self.size.height
        row = self._tops.row_at(top)
        line, changed = self._tops[row] - top, False
        while row < len(self.rows) and line < height:
            changed |= self._measure(row)
            line += self._heights[row]
            row += 1
        if changed:
            self._add_up_heights()
            self.refresh()

    def paint_ahead(self) -> bool:
        """Paint rows below the view, as far as a screenful, for two milliseconds; return whether any are left."""
        until = time.monotonic() + 0.002
        row, lines = self._tops.row_at(int(self.scroll_offset.y) + self.size.height - 1) + 1, self.size.height
        changed = False
        while row < len(self.rows) and lines > 0 and time.monotonic() < until:
            changed |= self._measure(row)
            lines -= self._heights[row]
            row += 1
        if changed:
            self._add_up_heights()
        return row < len(self.rows) and lines > 0

    def _measure_above(self, row: int, lines: int) -> None:
        """Measure the rows above a row, as far as so many lines."""
        changed = False
        while row > 0 and lines > 0:
            row -= 1
            changed |= self._measure(row)
            lines -= self._heights[row]
        if changed:
            self._add_up_heights()

    def visible_range(self) -> Segment:
        """The range of the text that is in view."""
        top = int(self.scroll_offset.y)
        first = self._tops.row_at(top)
        last = self._tops.row_at(min(top + max(self.size.height - 1, 0), max(self._tops.lines - 1, 0)))
        return Segment(self.rows.bounds(first)[0], self.rows.bounds(last)[1])

    # Events

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """Take another size; Textual forgets to send the event where one layout follows closely on another."""
        resized = super()._size_updated(size, virtual_size, container_size, layout)
        if resized:
            self.call_later(self.on_resize)
        return resized

    def on_resize(self) -> None:
        """Fit the text to the width, and keep the cursor in view if it was there."""
        was_in_view = self._is_in_view(self.rows.row_of(self.highlights.cursor[0]), self._height)
        self._height = self.size.height
        width = self.scrollable_content_region.width
        if width != self._width and width > 1:
            self._fit(width)
        self._measure_visible()
        if self._reveal_first is not None and self._height:
            self.reveal(self._reveal_first, ahead=True)
            self._reveal_first = None
        elif was_in_view:
            self.reveal(self.highlights.cursor[0])

    def _is_in_view(self, row: int, height: int) -> bool:
        """Whether a view of so many lines shows any of a row."""
        top = int(self.scroll_offset.y)
        return self._tops[row] < top + height and top < self._tops[row + 1]

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Measure the rows that scrolled into view."""
        super().watch_scroll_y(old_value, new_value)
        if int(old_value) != int(new_value):
            self._measure_visible()

    def strip(self, y: int) -> Strip:
        """Build one line of the view, with its margins."""
        line = y + self.top
        if line >= self._tops.lines:
            return self._blank()
        row = self._tops.row_at(line)
        block = self._blocks.get(row)
        if block is None:
            self._measure(row)
            block = self._blocks[row]
        inner = line - self._tops[row]
        return block.strips[inner] if inner < len(block.strips) else self._blank()

    def _blank(self) -> Strip:
        return Strip.blank(self._width, self._palette.style())

    # Called by the screen

    def restyle(self, palette: Palette, mode: Mode) -> None:
        """Change the colours and the mode, and repaint."""
        self._palette, self._mode = palette, mode
        self.painter.palette, self.painter.mode = palette, mode
        self.repaint_all()

    def number_lines(self, *, wanted: bool) -> None:
        """Show or hide the line numbers."""
        self._numbered = wanted
        self._fit(self._width)
        self._measure_visible()

    def set_highlights(self, highlights: Highlights, *, revealed: bool = False) -> None:
        """Emphasise something else; only rows that change are painted again.

        Where the cursor is to be ``revealed`` next, and is out of view, what is in view now is not painted any more.
        """
        old, self.highlights = self.highlights, highlights
        waiting, self._waiting = self._waiting, []
        if (old.arcs is None) != (highlights.arcs is None):
            self.repaint_all()
            return
        if highlights.has_hints and not old.has_hints:
            self._under_hints = dict(self._blocks)
        stays = not revealed or self._is_in_view(self.rows.row_of(highlights.cursor[0]), self.size.height)
        changed = highlights.ranges_changed_since(old, self.layer_view.span)
        self.repaint([*changed, *waiting], highlights.hinted_ranges_changed_since(old), stays=stays)

    def repaint_with_highlights(self, *ranges: tuple[int, int]) -> None:
        """Paint the rows of some ranges again when the next highlights are set, as after a step: once, not twice."""
        self._waiting += ranges

    def repaint(
        self, ranges: list[tuple[int, int]], hinted: list[tuple[int, int]] | None = None, *, stays: bool = True
    ) -> None:
        """Paint the rows of some ranges of the text again; where only hints went (``hinted``), what was under them.

        In a view that does not stay where it is they are painted when they come into view.
        """
        rows = self._rows_over(ranges)
        for row in rows:
            self._under_hints.pop(row, None)
        rows |= self._rows_over(hinted or [])
        first, last = (self.rows.row_of(offset) for offset in self.visible_range())
        resized = False
        for row in rows:
            self._blocks.pop(row, None)
            under = self._under_hints.get(row)
            if under is not None and self.highlights.has_hints:
                self._blocks[row] = self.painter.hinted(row, under, self.highlights)
            elif under is not None:
                self._blocks[row] = self._under_hints.pop(row)
            elif stays and first <= row <= last:
                resized |= self._measure(row)
        if not stays:
            return
        if resized:
            self._add_up_heights()
            self._measure_visible()
        self.refresh_changed(None if resized else self._lines_of(rows))

    def _rows_over(self, ranges: list[tuple[int, int]]) -> set[int]:
        return {row for start, end in ranges for row in self.rows.rows_of(start, max(end, start + 1))}

    def _lines_of(self, rows: Iterable[int]) -> list[int]:
        """The lines of some rows, counted from the top of the view."""
        top = int(self.scroll_offset.y)
        return [line - top for row in rows for line in range(self._tops[row], self._tops[row + 1])]

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

    def reveal(self, offset: int, *, ahead: bool = False, around: int = 0) -> None:
        """Scroll the row at ``offset``, with ``around`` lines above and below it, into view, as little as needed.

        With ``ahead``, a row that was out of view comes near the top, so that the text after it can be read.
        """
        row, height = self.rows.row_of(offset), self.size.height
        if not height:
            self._reveal_first = offset
            return
        if self._measure(row):
            self._add_up_heights()
            self.refresh()
        was_in_view = self._is_in_view(row, height)
        top, room = int(self.scroll_offset.y), max(0, (height - self._heights[row]) // 2)
        margin = min(around, room)
        if top + margin <= self._tops[row] and self._tops[row + 1] <= top + height - margin:
            self._measure_visible()
            return
        if not was_in_view:
            margin = min(SURROUNDINGS, room)
        above = margin if self._tops[row] < top + margin else height - margin - self._heights[row]
        above = height // 5 if ahead and not was_in_view else max(0, above)
        self._measure_above(row, above)
        self._scroll_to_line(self._tops[row] - above)
        self._measure_visible()
        self.refresh()

    def _top_of_page(self, pages: int) -> int:
        """The line at the top one screenful on (back, when negative), which shares a row with what is in view."""
        height, top = max(self.size.height, 1), int(self.scroll_offset.y)
        if pages > 0:
            line = max(self._tops[self._tops.row_at(top + height - 1)], top + 1)
        else:
            first = self._tops.row_at(top)
            self._measure_above(first, height)
            top = int(self.scroll_offset.y)
            line = min(self._tops[first + 1] - height, top - 1)
        return max(0, min(line, self._tops.lines - height))

    def scroll_page(self, pages: int) -> None:
        """Scroll one screenful on (back, when negative)."""
        self._scroll_to_line(self._top_of_page(pages))
        self._measure_visible()
        self.refresh()

    def page_from(self, offset: int, pages: int) -> int:
        """The offset of the row that stands where that at ``offset`` stood, one screenful on (back, when negative).

        In a view that cannot scroll on, it is the last row (the first one).
        """
        top_of_page = self._top_of_page(pages)
        top, height = int(self.scroll_offset.y), max(self.size.height, 1)
        if top_of_page == top:
            return self.rows.offset_at(len(self.rows) - 1 if pages > 0 else 0, 0)
        margin = min(SURROUNDINGS, (height - 1) // 2)
        inside = max(margin, min(self._tops[self.rows.row_of(offset)] - top, height - 1 - margin))
        return self.rows.offset_at(self._tops.row_at(min(top_of_page + inside, self._tops.lines - 1)), 0)

    def cell(self, offset: int) -> int:
        """The cell of an offset in its row."""
        return self.rows.cell_of(self.rows.row_of(offset), offset)

    # Mouse

    def offset_at(self, x: int, y: int) -> int | None:
        """The offset at a cell of the view; ``None`` below the text."""
        line = y + int(self.scroll_offset.y)
        if line >= self._tops.lines:
            return None
        return self.rows.offset_at(self._tops.row_at(line), max(0, x - self.painter.frame.left))

    def point(self, offset: int, origin: int | None = None, *, double_click: bool = False) -> None:
        """Say that the mouse clicked at an offset, or dragged there."""
        self.post_message(self.Pointed(offset, origin, double_click=double_click))
