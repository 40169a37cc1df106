"""Draws spans as labelled brackets in lanes under a row of text.

Pure: positions in cells go in, pieces of text at cells come out.  Spans that nest, overlap or crowd take a lane each.
The curator's own spans have solid, rounded brackets; suggestions have dotted ones, and signs behind their labels, so
that they differ without colour too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from annotator.tui.layout.placed_text import PlacedText

MAX_LANES = 6
"""Lanes under one row; if that is too few, one more line says how many spans are left out."""


class Bracket(NamedTuple):
    """A span's part on one row: cells ``left`` to ``right`` (half-open).

    ``label`` is with its signs; ``pending`` brackets are dotted.  ``opens`` and ``closes`` say whether the span begins
    and ends on this row.
    """

    id: str
    left: int
    right: int
    label: str
    pending: bool
    opens: bool = True
    closes: bool = True


class _Lane:
    """One lane, filled from the left: ``free`` is the first free cell, ``right`` where its last bracket ends."""

    def __init__(self) -> None:
        self.pieces: list[PlacedText] = []
        self.free = 0
        self.right = 0
        self._ends_with_label = False

    def has_room_for(self, bracket: Bracket, cell: int) -> bool:
        """Whether text at ``cell`` fits; a label beside its bracket needs a blank between it and the next."""
        return self.free + (self._ends_with_label or cell < bracket.left) <= cell or not self.pieces

    def add(self, bracket: Bracket, cell: int, text: str) -> None:
        self.pieces.append(PlacedText(cell, text, bracket.id))
        self.free = cell + cell_len(text)
        self._ends_with_label = self.free > bracket.left + _size(bracket)
        self.right = max(self.right, bracket.right)


def lane_lines(brackets: Sequence[Bracket], width: int) -> list[list[PlacedText]]:
    """Lay brackets out in lanes under a row of ``width`` cells, top lane first, each from left to right.

    Where brackets overlap, the one that begins first (of two that begin together, the longer one) lies above the
    other.  No two pieces share a cell.
    """
    lanes: list[_Lane] = []
    left_out = 0
    for bracket in sorted(brackets, key=lambda b: (b.left, -b.right, b.id)):
        cell, text = bracket_text(bracket, width)
        first = max((i + 1 for i, lane in enumerate(lanes) if lane.right > bracket.left), default=0)
        index = next((i for i in range(first, len(lanes)) if lanes[i].has_room_for(bracket, cell)), len(lanes))
        if index == MAX_LANES:
            left_out += 1
            continue
        if index == len(lanes):
            lanes.append(_Lane())
        lanes[index].add(bracket, cell, text)
    lines = [lane.pieces for lane in lanes]
    if left_out:
        lines.append([PlacedText(0, f"+{left_out} more here"[:width], "")])
    return lines


def bracket_text(bracket: Bracket, width: int) -> tuple[int, str]:
    """Draw a bracket; return its first cell and its text.

    The label stands inside if it fits, else beside the bracket, cut to the room that there is.
    """
    size = _size(bracket)
    name = bracket.label
    if not bracket.opens:
        return bracket.left, _line(bracket, size, "")
    cells = cell_len(name)
    if size >= cells + 2:
        return bracket.left, _line(bracket, size, name)
    line = _line(bracket, size, "")
    room = max(0, width - bracket.left - size)
    if cells <= room or (cells > bracket.left and room >= bracket.left):
        return bracket.left, line + set_cell_size(name, min(cells, room))
    label = set_cell_size(name, min(cells, bracket.left))
    return bracket.left - cell_len(label), label + line


def _size(bracket: Bracket) -> int:
    return max(1, bracket.right - bracket.left)


def _line(bracket: Bracket, size: int, name: str) -> str:
    left, fill, right, point = ("└", "┄", "┘", "┆") if bracket.pending else ("╰", "─", "╯", "│")
    if size == 1:
        return point
    before = (size - 2 - cell_len(name)) // 2
    inside = fill * before + name + fill * (size - 2 - cell_len(name) - before)
    return (left if bracket.opens else fill) + inside + (right if bracket.closes else fill)
