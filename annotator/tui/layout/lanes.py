"""Lanes: brackets with labels under a row of text, stacked where spans nest, overlap or crowd.

Pure: cells in, pieces of text at cells out.  The curator's own spans have solid, rounded brackets; suggestions have
dotted ones and a question mark, so that they differ without colour too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

MOST_LANES = 6
"""Lanes drawn under one row at the most; a last one says how many spans it could not show."""


class Bracket(NamedTuple):
    """A span's part on one row: cells ``left`` to ``right`` (half-open), and whether it goes on beyond them."""

    id: str
    left: int
    right: int
    label: str
    pending: bool
    opens: bool = True
    closes: bool = True


class Piece(NamedTuple):
    """Text drawn at a cell of a lane, on behalf of a span (empty ``id``: on nobody's)."""

    cell: int
    text: str
    id: str


class _Lane:
    """One lane while it fills up from the left: its pieces, and the cell from which there is room."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.free = 0
        self.named = False
        self.under = 0

    def takes(self, bracket: Bracket, cell: int) -> bool:
        """Return whether a piece fits behind the others; a name beside its bracket may touch no other piece."""
        return self.free + (self.named or cell < bracket.left) <= cell or not self.pieces

    def put(self, bracket: Bracket, cell: int, text: str) -> None:
        self.pieces.append(Piece(cell, text, bracket.id))
        self.free = cell + cell_len(text)
        self.named = self.free > bracket.left + _size(bracket)
        self.under = max(self.under, bracket.right)


def stack(brackets: Sequence[Bracket], width: int) -> list[list[Piece]]:
    """Return the lanes under a row that is ``width`` cells wide, top to bottom, pieces left to right.

    Where brackets overlap, the one that begins first (or, of two that begin together, the longer) lies above the
    other; no two pieces share a cell.
    """
    lanes: list[_Lane] = []
    left_out = 0
    for bracket in sorted(brackets, key=lambda b: (b.left, -b.right, b.id)):
        cell, text = drawn(bracket, width)
        below = max((i + 1 for i, lane in enumerate(lanes) if lane.under > bracket.left), default=0)
        place = next((i for i in range(below, len(lanes)) if lanes[i].takes(bracket, cell)), len(lanes))
        if place == MOST_LANES:
            left_out += 1
            continue
        if place == len(lanes):
            lanes.append(_Lane())
        lanes[place].put(bracket, cell, text)
    pieces = [lane.pieces for lane in lanes]
    if left_out:
        pieces.append([Piece(0, f"+{left_out} more here"[:width], "")])
    return pieces


def drawn(bracket: Bracket, width: int) -> tuple[int, str]:
    """Return first cell and text of a bracket: its label inside where it fits, else beside it, cut if it must be."""
    size = _size(bracket)
    name = f"{bracket.label}?" if bracket.pending else bracket.label
    if not bracket.opens:
        return bracket.left, _line(bracket, size, "")
    cells = cell_len(name)
    if size >= cells + 2:
        return bracket.left, _line(bracket, size, name)
    line = _line(bracket, size, "")
    room = max(0, width - bracket.left - size)
    if cells <= room or (cells > bracket.left and room >= bracket.left):
        return bracket.left, line + set_cell_size(name, min(cells, room))
    shown = set_cell_size(name, min(cells, bracket.left))
    return bracket.left - cell_len(shown), shown + line


def _size(bracket: Bracket) -> int:
    return max(1, bracket.right - bracket.left)


def _line(bracket: Bracket, size: int, name: str) -> str:
    left, fill, right, point = ("└", "┄", "┘", "┆") if bracket.pending else ("╰", "─", "╯", "│")
    if size == 1:
        return point
    before = (size - 2 - cell_len(name)) // 2
    inside = fill * before + name + fill * (size - 2 - cell_len(name) - before)
    return (left if bracket.opens else fill) + inside + (right if bracket.closes else fill)
