"""Lanes: brackets with labels under a row of text, stacked where spans nest, overlap or crowd.

Pure: cells in, pieces of text at cells out.  The curator's own spans have solid, rounded brackets; suggestions have
dotted ones and a question mark, so that they differ without colour too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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


def stack(brackets: Sequence[Bracket], width: int) -> list[list[Piece]]:
    """Return the lanes under a row that is ``width`` cells wide, top to bottom, pieces left to right.

    Longer spans lie above shorter ones; no two pieces share a cell.
    """
    lanes: list[list[Piece]] = []
    ends: list[int] = []
    left_out = 0
    for bracket in sorted(brackets, key=lambda b: (b.left, -b.right, b.id)):
        cell, text = drawn(bracket, width)
        lane = next((i for i, end in enumerate(ends) if end <= cell), len(ends))
        if lane == MOST_LANES:
            left_out += 1
            continue
        if lane == len(ends):
            ends.append(0)
            lanes.append([])
        lanes[lane].append(Piece(cell, text, bracket.id))
        ends[lane] = cell + len(text)
    if left_out:
        lanes.append([Piece(0, f"+{left_out} more here"[:width], "")])
    return lanes


def drawn(bracket: Bracket, width: int) -> tuple[int, str]:
    """Return first cell and text of a bracket: its label inside where it fits, else beside it."""
    size = max(1, bracket.right - bracket.left)
    name = f"{bracket.label}?" if bracket.pending else bracket.label
    if not bracket.opens:
        return bracket.left, _line(bracket, size, "")
    if size >= len(name) + 2:
        return bracket.left, _line(bracket, size, name)
    line = _line(bracket, size, "")
    if bracket.left + size + len(name) <= width:
        return bracket.left, line + name
    if len(name) <= bracket.left:
        return bracket.left - len(name), name + line
    room = max(0, width - bracket.left - size)
    return bracket.left, line + name[:room]


def _line(bracket: Bracket, size: int, name: str) -> str:
    left, fill, right, point = ("└", "┄", "┘", "┆") if bracket.pending else ("╰", "─", "╯", "│")
    if size == 1:
        return point
    return (left if bracket.opens else fill) + name.center(size - 2, fill) + (right if bracket.closes else fill)
