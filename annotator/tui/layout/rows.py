"""Where text lies on the screen: rows of code points, and the cells that each grapheme takes.

Pure: text and a width in, rows out.  Offsets are code points, columns are cells.  Rows partition the text: joined,
they give it back, line breaks and the spaces at wraps included.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from rich.cells import split_graphemes

from annotator.tui.layout.sanitizing import is_simple, sanitize

TAB = 4
"""Tab stops, in cells from the start of the row."""

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]|\Z)")
_BREAKS = "\n\r\x0b\x0c\x85\u2028\u2029"
_GAP = re.compile(r"[ \t\u2002-\u200a\u3000]")


class Glyph(NamedTuple):
    """One grapheme on a row: its offset and end in the text, its first cell, its width, and what is drawn.

    Width 0 means that nothing is drawn: a line break, or the space that a wrap swallowed.
    """

    start: int
    end: int
    cell: int
    width: int
    drawn: str


def _start(glyph: Glyph) -> int:
    return glyph.start


class Rows:
    """The visual rows of a text at a width, as offsets where each begins."""

    def __init__(self, text: str, width: int) -> None:
        if width < 2:
            raise ValueError("a row needs two cells, or a wide character would not fit")
        self.text = text
        self.width = width
        self.starts = array("I", [0])
        self.hard = bytearray()
        self._wrap()

    def __len__(self) -> int:
        return len(self.starts) - 1

    def _wrap(self) -> None:
        for match in _LINE.finditer(self.text):
            start, end = match.span()
            if start == end and start:
                break
            line = match.group()
            if len(line) <= self.width and is_simple(line.rstrip(_BREAKS)):
                self._add(end, first=True)
            elif is_simple(line.rstrip(_BREAKS)):
                self._wrap_simple(start, end, line)
            else:
                self._wrap_glyphs(start, end)

    def _add(self, end: int, *, first: bool) -> None:
        self.starts.append(end)
        self.hard.append(first)

    def _wrap_simple(self, start: int, end: int, line: str) -> None:
        """Wrap a line of one-cell characters: the common case, by searching for the last space that fits."""
        at, length, width = 0, len(line.rstrip(_BREAKS)), self.width
        first = True
        while length - at > width:
            cut = line.rfind(" ", at, at + width + 1) + 1
            if cut <= at:
                cut = at + width
            self._add(start + cut, first=first)
            first, at = False, cut
        if at < len(line):
            self._add(end, first=first)

    def _wrap_glyphs(self, start: int, end: int) -> None:
        """Wrap a line grapheme by grapheme; a break may come after a space or between wide characters."""
        first = True
        while start < end:
            cut = self._fit(start, end)
            self._add(cut, first=first)
            first, start = False, cut

    def _fit(self, start: int, end: int) -> int:
        """Return where the row that begins at ``start`` ends."""
        last_break = start
        window = start
        cell = 0
        for glyph in _graphemes(self.text, start, min(end, start + 16 * self.width)):
            character = self.text[glyph.start]
            if character in _BREAKS:
                return end
            width = TAB - cell % TAB if character == "\t" else glyph.width
            if cell + width > self.width:
                if _GAP.match(character):
                    return glyph.end
                return last_break if last_break > start else max(window, glyph.start, start + 1)
            cell += width
            window = glyph.end
            if _GAP.match(character) or glyph.width == 2:
                last_break = glyph.end
        return window

    def bounds(self, row: int) -> tuple[int, int]:
        """Return the code points of a row."""
        return self.starts[row], self.starts[row + 1]

    def row_of(self, offset: int) -> int:
        """Return the row that holds the code point at ``offset``; the last one for the end of the text."""
        return max(0, min(bisect_right(self.starts, offset) - 1, len(self) - 1))

    def rows_of(self, start: int, end: int) -> range:
        """Return the rows that hold any code point of a range."""
        return range(self.row_of(start), self.row_of(max(start, end - 1)) + 1)

    def glyphs(self, row: int) -> tuple[Glyph, ...]:
        """Return the graphemes of a row, left to right."""
        start, end = self.bounds(row)
        return _row_glyphs(self.text[start:end], start, self.width)

    def drawn(self, row: int, start: int, end: int) -> str:
        """Return what is drawn of the graphemes on a row that begin between two offsets."""
        plain, low = self._plain(row), self.starts[row]
        if plain is not None:
            return plain[max(start - low, 0) : max(end - low, 0)]
        return "".join(g.drawn for g in self.glyphs(row) if start <= g.start < end)

    def _plain(self, row: int) -> str | None:
        """Return what is drawn on a row where every code point takes one cell, as on nearly all; else ``None``."""
        return _plain(self.text[self.starts[row] : self.starts[row + 1]], self.width)

    def cell_of(self, row: int, offset: int) -> int:
        """Return the cell in which the grapheme at ``offset`` begins; behind the last one for the row's end."""
        plain = self._plain(row)
        if plain is not None:
            return min(offset - self.starts[row], len(plain))
        glyphs = self.glyphs(row)
        for glyph in glyphs:
            if offset < glyph.end:
                return glyph.cell
        return glyphs[-1].cell + glyphs[-1].width if glyphs else 0

    def behind(self, row: int, cell: int) -> tuple[int, int]:
        """Return the first offset drawn at a cell or behind it, and its cell; else the row's end with ``cell``."""
        plain, (low, high) = self._plain(row), self.bounds(row)
        if plain is not None:
            return (low + cell if cell < len(plain) else high), cell
        return next(((g.start, g.cell) for g in self.glyphs(row) if g.cell >= cell and g.width), (high, cell))

    def cells(self, row: int, start: int, end: int) -> tuple[int, int]:
        """Return the cells (half-open) that the part of a range on this row takes; at least one."""
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
        """Return the offset of the grapheme drawn at a cell; of the last one behind the row's end."""
        plain, low = self._plain(row), self.starts[row]
        if plain is not None:
            return low + max(0, min(cell, len(plain) - 1))
        shown = [g for g in self.glyphs(row) if g.width]
        for glyph in shown:
            if cell < glyph.cell + glyph.width:
                return glyph.start
        return shown[-1].start if shown else low


@lru_cache(maxsize=512)
def _plain(piece: str, width: int) -> str | None:
    shown = piece.removesuffix("\n").removesuffix("\r") if piece.endswith("\n") else piece
    return shown[:width] if is_simple(shown) else None


@lru_cache(maxsize=512)
def _row_glyphs(text: str, start: int, width: int) -> tuple[Glyph, ...]:
    glyphs: list[Glyph] = []
    cell = 0
    for glyph in _graphemes(text, 0, len(text)):
        character = text[glyph.start]
        wide = TAB - cell % TAB if character == "\t" else glyph.width
        drawn = " " * wide if character == "\t" else glyph.drawn
        if character == "\n" or text.startswith("\r\n", glyph.start):
            wide, drawn = 0, ""
        if cell + wide > width:
            wide = width - cell
            drawn = " " * wide
        glyphs.append(Glyph(start + glyph.start, start + glyph.end, cell, wide, drawn))
        cell += wide
    return tuple(glyphs)


def _graphemes(text: str, start: int, end: int) -> list[Glyph]:
    """Return the graphemes of a stretch, with their width; cells are not set."""
    piece = text[start:end]
    if is_simple(piece):
        return [Glyph(start + i, start + i + 1, 0, 1, c) for i, c in enumerate(piece)]
    shown = sanitize(piece)
    spans, _ = split_graphemes(shown)
    found: list[Glyph] = []
    for first, last, width in spans:
        drawn = shown[first:last]
        if width == 0:
            drawn, width = "◌" + drawn if first == 0 and drawn.strip() else FALLBACK, 1
        found.append(Glyph(start + first, start + last, 0, min(width, 2), drawn))
    return found


FALLBACK = "␦"
"""Drawn for what has no width of its own and no base to sit on."""
