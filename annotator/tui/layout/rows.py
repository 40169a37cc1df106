"""Wraps text into rows for the screen, and maps offsets in the text to cells and back.

Pure: text and a width go in, rows come out.  Offsets are code points, columns are cells.  Rows partition the text:
joined, they give it back, line breaks and the spaces at wraps included.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rich.cells import split_graphemes

from annotator.tui.layout.sanitizing import is_simple, sanitize

TAB = 4
"""Cells from one tab stop to the next."""
NO_WIDTH = "␦"
"""Displayed for a character without width that has no letter to sit on."""

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]|\Z)")
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_GAP = re.compile(r"[ \t\u2002-\u200a\u3000]")


class Glyph(NamedTuple):
    """One grapheme on a row: its range in the text, its first cell, its width in cells, and what is displayed.

    Width 0 means that nothing is displayed: a line break, or the space that a wrap swallowed.
    """

    start: int
    end: int
    cell: int
    width: int
    displayed: str


def _start(glyph: Glyph) -> int:
    return glyph.start


class _Line(NamedTuple):
    """A line of a text: its range, its length without the line break, and whether all of that is one cell wide."""

    start: int
    end: int
    length: int
    is_simple: bool


def _lines(text: str) -> list[_Line]:
    lines = []
    for match in _LINE.finditer(text):
        start, end = match.span()
        if start == end and start:
            break
        visible = match.group().rstrip(_BREAKS)
        lines.append(_Line(start, end, len(visible), is_simple(visible)))
    return lines


class Rows:
    """The rows of a text at a width of at least two cells.

    Row ``n`` begins at offset ``starts[n]``; ``begins_line[n]`` is 1 where a line of the text begins, 0 after a wrap.
    """

    def __init__(self, text: str, width: int, lines: Sequence[_Line] | None = None) -> None:
        if width < 2:
            raise ValueError("a row needs two cells, or a wide character would not fit")
        self.text = text
        self.width = width
        self.starts = array("I", [0])
        self.begins_line = bytearray()
        self._lines = _lines(text) if lines is None else lines
        self._last_plain: tuple[int, str | None] = (-1, None)
        self._wrap()

    def wrapped_to(self, width: int) -> Rows:
        """The rows of the same text at another width: its lines need not be looked for again."""
        return Rows(self.text, width, self._lines)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def _wrap(self) -> None:
        width, begin, note = self.width, self.starts.append, self.begins_line.append
        for start, end, length, simple in self._lines:
            if not simple:
                self._wrap_glyphs(start, end)
            elif end - start <= width:
                begin(end)
                note(True)
            else:
                self._wrap_simple(start, end, start + length)

    def _wrap_simple(self, start: int, end: int, visible_end: int) -> None:
        """Wrap a line of one-cell characters: the common case, by searching for the last space that fits."""
        width, last_space = self.width, self.text.rfind
        begin, note = self.starts.append, self.begins_line.append
        first = True
        while visible_end - start > width:
            cut = last_space(" ", start, start + width + 1) + 1
            start = cut if cut > start else start + width
            begin(start)
            note(first)
            first = False
        if start < end:
            begin(end)
            note(first)

    def _add(self, end: int, *, first: bool) -> None:
        self.starts.append(end)
        self.begins_line.append(first)

    def _wrap_glyphs(self, start: int, end: int) -> None:
        """Wrap a line grapheme by grapheme; a break may come after a space or between wide characters."""
        first = True
        while start < end:
            cut = self._fit(start, end)
            self._add(cut, first=first)
            first, start = False, cut

    def _fit(self, start: int, end: int) -> int:
        """The offset at which the row that begins at ``start`` ends."""
        last_break = fits_to = start
        cell = 0
        for glyph in _graphemes(self.text, start, min(end, start + 16 * self.width)):
            character = self.text[glyph.start]
            if character in _BREAKS:
                return end
            width = TAB - cell % TAB if character == "\t" else glyph.width
            if cell + width > self.width:
                if _GAP.match(character):
                    return glyph.end
                return last_break if last_break > start else max(fits_to, glyph.start, start + 1)
            cell += width
            fits_to = glyph.end
            if _GAP.match(character) or glyph.width == 2:
                last_break = glyph.end
        return fits_to

    def bounds(self, row: int) -> tuple[int, int]:
        """The range of a row in the text, half-open."""
        return self.starts[row], self.starts[row + 1]

    def row_of(self, offset: int) -> int:
        """The row with the code point at ``offset``; the last row for the end of the text."""
        return max(0, bisect_right(self.starts, offset, 0, len(self.starts) - 1) - 1)

    def rows_at(self, offsets: Iterable[int]) -> Iterator[int]:
        """Yield the row of each offset; these come in order, so that no row is looked for."""
        row, starts = 0, self.starts
        end, last = starts[1], len(self) - 1
        for offset in offsets:
            while offset >= end and row < last:
                row += 1
                end = starts[row + 1]
            yield row

    def rows_of(self, start: int, end: int) -> range:
        """The rows with any code point of a range."""
        first = self.row_of(start)
        return range(first, (first if end <= self.starts[first + 1] else self.row_of(end - 1)) + 1)

    def glyphs(self, row: int) -> tuple[Glyph, ...]:
        """The graphemes of a row, left to right."""
        start, end = self.bounds(row)
        return _row_glyphs(self.text[start:end], start, self.width)

    def pieces(self, row: int, cuts: Sequence[int]) -> list[str]:
        """The displayed text between each two neighbours of some offsets of a row, which are in order.

        A grapheme is displayed where it begins.
        """
        plain, low = self._plain(row), self.starts[row]
        if plain is not None:
            return [plain[start - low : end - low] for start, end in pairwise(cuts)]
        glyphs = self.glyphs(row)
        places = [bisect_left(glyphs, cut, key=_start) for cut in cuts]
        return ["".join([g.displayed for g in glyphs[first:after]]) for first, after in pairwise(places)]

    def _plain(self, row: int) -> str | None:
        """The displayed text of a row on which every code point takes one cell (nearly all do); else ``None``."""
        if row != self._last_plain[0]:  # painting asks for one row again and again
            self._last_plain = row, _plain(self.text[self.starts[row] : self.starts[row + 1]], self.width)
        return self._last_plain[1]

    def cell_of(self, row: int, offset: int) -> int:
        """The cell where the grapheme at ``offset`` begins; for the end of the row, the cell after its text."""
        plain = self._plain(row)
        if plain is not None:
            return min(offset - self.starts[row], len(plain))
        glyphs = self.glyphs(row)
        for glyph in glyphs:
            if offset < glyph.end:
                return glyph.cell
        return glyphs[-1].cell + glyphs[-1].width if glyphs else 0

    def first_from_cell(self, row: int, cell: int) -> tuple[int, int]:
        """The offset and cell of the first grapheme at ``cell`` or to its right; else the row's end and ``cell``."""
        plain, (low, high) = self._plain(row), self.bounds(row)
        if plain is not None:
            return (low + cell if cell < len(plain) else high), cell
        return next(((g.start, g.cell) for g in self.glyphs(row) if g.cell >= cell and g.width), (high, cell))

    def cells(self, row: int, start: int, end: int) -> tuple[int, int]:
        """The cells (half-open, at least one) taken by the part of a range that is on this row."""
        low, high = self.bounds(row)
        plain = self._plain(row)
        if plain is not None:
            left = min(max(start, low) - low, len(plain), self.width - 1)
            return left, max(min(min(end, high) - low, len(plain)), left + 1)
        glyphs = self.glyphs(row)
        first = glyphs[bisect_right(glyphs, max(start, low), key=_start) - 1]
        last = glyphs[bisect_right(glyphs, min(end, high) - 1, key=_start) - 1]
        left = min(first.cell, self.width - 1)
        return left, max(last.cell + last.width, left + 1)

    def offset_at(self, row: int, cell: int) -> int:
        """The offset of the grapheme at a cell; to the right of the text, that of the last grapheme."""
        plain, low = self._plain(row), self.starts[row]
        if plain is not None:
            return low + max(0, min(cell, len(plain) - 1))
        visible = [glyph for glyph in self.glyphs(row) if glyph.width]
        for glyph in visible:
            if cell < glyph.cell + glyph.width:
                return glyph.start
        return visible[-1].start if visible else low


@lru_cache(maxsize=512)
def _plain(text: str, width: int) -> str | None:
    visible = text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text
    return visible[:width] if is_simple(visible) else None


@lru_cache(maxsize=512)
def _row_glyphs(text: str, start: int, width: int) -> tuple[Glyph, ...]:
    glyphs: list[Glyph] = []
    cell = 0
    for glyph in _graphemes(text, 0, len(text)):
        character = text[glyph.start]
        wide = TAB - cell % TAB if character == "\t" else glyph.width
        displayed = " " * wide if character == "\t" else glyph.displayed
        if character == "\n" or text.startswith("\r\n", glyph.start):
            wide, displayed = 0, ""
        if cell + wide > width:
            wide = width - cell
            displayed = " " * wide
        glyphs.append(Glyph(start + glyph.start, start + glyph.end, cell, wide, displayed))
        cell += wide
    return tuple(glyphs)


def _graphemes(text: str, start: int, end: int) -> list[Glyph]:
    """The graphemes of a range with their widths; all have cell 0."""
    part = text[start:end]
    if is_simple(part):
        return [Glyph(start + i, start + i + 1, 0, 1, c) for i, c in enumerate(part)]
    sanitized = sanitize(part)
    ranges, _ = split_graphemes(sanitized)
    glyphs: list[Glyph] = []
    for first, last, width in ranges:
        displayed = sanitized[first:last]
        if width == 0:
            displayed, width = "◌" + displayed if first == 0 and displayed.strip() else NO_WIDTH, 1
        glyphs.append(Glyph(start + first, start + last, 0, min(width, 2), displayed))
    return glyphs
