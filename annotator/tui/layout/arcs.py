"""Arcs: relations drawn over a row of text, from head to child, with their label.

Pure: cells in, pieces of text at cells out.  Short arcs lie low, long ones above them; stems run down to the text.
An arc whose other end is on another row is a stub that names that row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

MOST_LEVELS = 6
"""Lines of arcs over one row at the most; a last one says how many arcs it could not show."""


class Arc(NamedTuple):
    """A relation's part on one row.

    ``head`` and ``child`` are cells; ``None`` for an end on another row, whose number is then in ``elsewhere``.
    """

    id: str
    head: int | None
    child: int | None
    label: str
    pending: bool
    symmetric: bool = False
    elsewhere: int = 0


class Drawn(NamedTuple):
    """An arc as text: where it begins, what it says, and the cells from which stems go down to the text."""

    cell: int
    text: str
    stems: tuple[int, ...]
    id: str


def layers(arcs: Sequence[Arc], width: int) -> list[list[tuple[int, str, str]]]:
    """Return the lines over a row that is ``width`` cells wide, top to bottom: pieces of cell, text and relation id.

    Pieces of one line never share a cell.
    """
    drawn = [_draw(arc, width) for arc in arcs]
    drawn.sort(key=lambda d: (cell_len(d.text), d.cell, d.id))
    levels: list[list[Drawn]] = []
    left_out = 0
    for arc in drawn:
        level = next((i for i, others in enumerate(levels) if not _crowded(arc, others)), len(levels))
        if level == MOST_LEVELS:
            left_out += 1
            continue
        if level == len(levels):
            levels.append([])
        levels[level].append(arc)
    lines = [_line(levels, level, width) for level in range(len(levels))]
    if left_out:
        lines.append([(0, f"+{left_out} more relations"[:width], "")])
    return lines[::-1]


def _crowded(arc: Drawn, others: Sequence[Drawn]) -> bool:
    end = arc.cell + cell_len(arc.text) + 1
    return any(arc.cell < o.cell + cell_len(o.text) + 1 and o.cell < end for o in others)


def _line(levels: Sequence[Sequence[Drawn]], level: int, width: int) -> list[tuple[int, str, str]]:
    """Return one line: its arcs, and where there is room the stems of those above it."""
    cells: dict[int, tuple[str, str]] = {}
    for arc in levels[level]:
        cell = arc.cell
        for character in arc.text:
            cells[cell] = (character, arc.id)
            cells.update({cell + i: ("", arc.id) for i in range(1, cell_len(character))})
            cell += cell_len(character)
    for above in levels[level + 1 :]:
        for arc in above:
            for stem in arc.stems:
                there = cells.get(stem)
                if there is None:
                    cells[stem] = ("│", arc.id)
                elif there[0] in ("─", "┄"):
                    cells[stem] = ("┼", arc.id)
    pieces: list[tuple[int, str, str]] = []
    last = -1
    for cell in sorted(c for c in cells if 0 <= c < width):
        character, identity = cells[cell]
        if pieces and pieces[-1][2] == identity and last == cell - 1:
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + character, identity)
        else:
            pieces.append((cell, character, identity))
        last = cell
    return pieces


def _draw(arc: Arc, width: int) -> Drawn:
    name = f"{arc.label}?" if arc.pending else arc.label
    if arc.head is not None and arc.child is not None:
        return _whole(arc, name, arc.head, arc.child, width)
    return _stub(arc, name, width)


def _whole(arc: Arc, name: str, head: int, child: int, width: int) -> Drawn:
    """Draw an arc with both ends on the row; its label goes beside it where it is too short to hold it."""
    left, right = sorted((head, child))
    if left == right:
        left, right = (left, left + 1) if left + 1 < width else (left - 1, left)
    fill = "┄" if arc.pending else "─"
    start = "▼" if arc.symmetric or child < head else "╭"
    end = "▼" if arc.symmetric or child >= head else "╮"
    inside = right - left - 1
    stems = (left, right)
    cells = cell_len(name)
    if inside >= cells + 2:
        before = (inside - cells) // 2
        return Drawn(left, start + fill * before + name + fill * (inside - cells - before) + end, stems, arc.id)
    text = start + fill * inside + end
    room = width - right - 1
    if cells <= room or (cells > left and room >= left):
        return Drawn(left, text + set_cell_size(name, min(cells, room)), stems, arc.id)
    shown = set_cell_size(name, min(cells, left))
    return Drawn(left - cell_len(shown), shown + text, stems, arc.id)


def _stub(arc: Arc, name: str, width: int) -> Drawn:
    """Draw the end of an arc that goes on to another row."""
    cell = arc.head if arc.head is not None else arc.child
    assert cell is not None
    tip = "╭" if arc.head is not None and not arc.symmetric else "▼"
    onward = "→" if arc.head is not None else "←"
    said = f"{name} {onward} line {arc.elsewhere}"
    cells = cell_len(said)
    if cell + 2 + cells <= width:
        return Drawn(cell, f"{tip}╴{said}", (cell,), arc.id)
    mirrored = {"╭": "╮"}.get(tip, tip)
    if cells + 1 <= cell:
        return Drawn(cell - cells - 1, f"{said}╶{mirrored}", (cell,), arc.id)
    if cell <= width // 2:
        return Drawn(cell, set_cell_size(f"{tip}╴{said}", width - cell), (cell,), arc.id)
    return Drawn(0, set_cell_size(said, cell - 1) + f"╶{mirrored}", (cell,), arc.id)
