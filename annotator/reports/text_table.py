"""A table as plain text, its columns aligned by the cells of a terminal that each letter takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from annotator.reports.printable import printable

GAP = "   "
_NARROWEST = 6
"""Cells that a column keeps where there is no room."""


def table_width(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """The cells that a table takes in which nothing is cut."""
    return sum(_widths(_as_text(columns, rows))) + len(GAP) * (len(columns) - 1)


def _as_text(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[list[str]]:
    return [list(columns), *([printable(str(cell)) for cell in row] for row in rows)]


def _widths(table: Sequence[Sequence[str]]) -> list[int]:
    from rich.cells import cell_len

    return [max(map(cell_len, cells)) for cells in zip(*table, strict=True)]


def text_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
    cut: str = "",
    width: int | None = None,
) -> Iterator[str]:
    """Yield the lines of a table: its columns' names, a rule, then each row.

    ``numbers`` are the columns that are aligned to the right.  Where ``width``, in cells, has no room for all, the
    column ``cut`` gives way first, then the widest; what does not fit ends in ``…``.
    """
    from rich.cells import cell_len, set_cell_size

    table = _as_text(columns, rows)
    widths = _widths(table)
    if width is not None:
        _narrow(widths, width - len(GAP) * (len(widths) - 1), columns.index(cut) if cut in columns else None)
    right = [column in numbers for column in columns]

    def aligned(cell: str, size: int, *, to_right: bool) -> str:
        taken = cell_len(cell)
        if taken > size:
            return set_cell_size(cell, size - 1) + "…"
        room = " " * (size - taken)
        return room + cell if to_right else cell + room

    for number, row in enumerate(table):
        cells = (aligned(cell, size, to_right=end) for cell, size, end in zip(row, widths, right, strict=True))
        yield GAP.join(cells).rstrip()
        if number == 0:
            yield "─" * (sum(widths) + len(GAP) * (len(widths) - 1))


def _narrow(widths: list[int], room: int, cut: int | None) -> None:
    """Make columns narrower until they fit into so many cells, as far as that goes."""
    if cut is not None:
        spare = widths[cut] - _NARROWEST
        widths[cut] -= max(0, min(sum(widths) - room, spare))
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
