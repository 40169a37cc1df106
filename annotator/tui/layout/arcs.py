"""Draws relations as arcs over a row of text, from head to child, with their label.

Pure: positions in cells go in, pieces of text at cells come out.  Short arcs lie low, long ones above them; stems run
down to the text.  An arc whose other end is on another row is a stub that names that row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from annotator.tui.layout.placed_text import PlacedText

MAX_LEVELS = 6
"""Lines of arcs over one row; if that is too few, one more line says how many arcs are left out."""


class Arc(NamedTuple):
    """A relation's part on one row.

    ``head`` and ``child`` are cells; an end on another row is ``None``, and ``other_line`` numbers that row, from 1.
    ``label`` is with its signs; ``pending`` arcs are dotted.
    """

    id: str
    head: int | None
    child: int | None
    label: str
    pending: bool
    symmetric: bool = False
    other_line: int = 0


class DrawnArc(NamedTuple):
    """An arc as text that begins at ``cell``; from the cells in ``stems`` lines run down to the article."""

    cell: int
    text: str
    stems: tuple[int, ...]
    id: str


def arc_lines(arcs: Sequence[Arc], width: int) -> list[list[PlacedText]]:
    """Lay arcs out in lines over a row of ``width`` cells, top line first; no two pieces of a line share a cell."""
    drawn_arcs = [_draw(arc, width) for arc in arcs]
    drawn_arcs.sort(key=lambda arc: (cell_len(arc.text), arc.cell, arc.id))
    levels: list[list[DrawnArc]] = []
    left_out = 0
    for arc in drawn_arcs:
        level = next((i for i, others in enumerate(levels) if not _collides(arc, others)), len(levels))
        if level == MAX_LEVELS:
            left_out += 1
            continue
        if level == len(levels):
            levels.append([])
        levels[level].append(arc)
    lines = [_line(levels, level, width) for level in range(len(levels))]
    if left_out:
        lines.append([PlacedText(0, f"+{left_out} more relations"[:width], "")])
    return lines[::-1]


def _collides(arc: DrawnArc, others: Sequence[DrawnArc]) -> bool:
    """Whether an arc would lie over one of the others, or touch it."""
    end = arc.cell + cell_len(arc.text) + 1
    return any(arc.cell < other.cell + cell_len(other.text) + 1 and other.cell < end for other in others)


def _line(levels: Sequence[Sequence[DrawnArc]], level: int, width: int) -> list[PlacedText]:
    """Draw one level: its arcs, and through the gaps the stems of the arcs above it."""
    if level + 1 == len(levels):
        return [PlacedText(arc.cell, arc.text, arc.id) for arc in sorted(levels[level])]
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
                occupant = cells.get(stem)
                if occupant is None:
                    cells[stem] = ("│", arc.id)
                elif occupant[0] in ("─", "┄"):
                    cells[stem] = ("┼", arc.id)
    return _joined({cell: cells[cell] for cell in sorted(cells) if 0 <= cell < width})


def _joined(cells: Mapping[int, tuple[str, str]]) -> list[PlacedText]:
    """Join neighbouring cells of one relation; ``cells`` maps cells in ascending order to character and relation id."""
    pieces: list[PlacedText] = []
    last = -1
    for cell, (character, relation_id) in cells.items():
        if pieces and pieces[-1].id == relation_id and last == cell - 1:
            pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + character)
        else:
            pieces.append(PlacedText(cell, character, relation_id))
        last = cell
    return pieces


def _draw(arc: Arc, width: int) -> DrawnArc:
    if arc.head is not None and arc.child is not None:
        return _whole(arc, arc.head, arc.child, width)
    return _stub(arc, width)


def _whole(arc: Arc, head: int, child: int, width: int) -> DrawnArc:
    """Draw an arc with both ends on the row; its label goes beside it where it is too short to hold it."""
    name = arc.label
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
        return DrawnArc(left, start + fill * before + name + fill * (inside - cells - before) + end, stems, arc.id)
    text = start + fill * inside + end
    room = width - right - 1
    if cells <= room or (cells > left and room >= left):
        return DrawnArc(left, text + set_cell_size(name, min(cells, room)), stems, arc.id)
    label = set_cell_size(name, min(cells, left))
    return DrawnArc(left - cell_len(label), label + text, stems, arc.id)


def _stub(arc: Arc, width: int) -> DrawnArc:
    """Draw the one end that is on this row, and name the line of the other."""
    name = arc.label
    cell = arc.head if arc.head is not None else arc.child
    assert cell is not None
    tip = "╭" if arc.head is not None and not arc.symmetric else "▼"
    onward = "→" if arc.head is not None else "←"
    text = f"{name} {onward} line {arc.other_line}"
    cells = cell_len(text)
    if cell + 2 + cells <= width:
        return DrawnArc(cell, f"{tip}╴{text}", (cell,), arc.id)
    mirrored = {"╭": "╮"}.get(tip, tip)
    if cells + 1 <= cell:
        return DrawnArc(cell - cells - 1, f"{text}╶{mirrored}", (cell,), arc.id)
    if cell <= width // 2:
        return DrawnArc(cell, set_cell_size(f"{tip}╴{text}", width - cell), (cell,), arc.id)
    return DrawnArc(0, set_cell_size(text, cell - 1) + f"╶{mirrored}", (cell,), arc.id)
