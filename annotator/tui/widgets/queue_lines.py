"""The lines of the queue: a document as its curator sees it, and as whoever leads does."""

from __future__ import annotations

from rich.cells import set_cell_size
from rich.segment import Segment

from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.workflow.description import quote
from annotator.workflow.desk import LeadRow, QueueRow

SIGNS = {"todo": "·", "doing": "◐", "done": "●", "skipped": "○", "returned": "↩"}


def curator_line(row: QueueRow, palette: Palette, width: int, *, several: bool, remark: str = "") -> list[Segment]:
    """Build a curator's line: state, key, language, undecided and decided items, gold where several work, title.

    ``remark`` stands before the title: why the document is next.
    """
    sign = f"{SIGNS[row.state]} {row.state:<9}"
    counts = f"{row.pending:>6}?{row.spans:>6}✓{row.relations:>6}→{_gold(row, several=several)}  "
    head = f"{'⚑' if row.flagged else ' '} {sign}"
    style = palette.style(bold=row.state in ("doing", "returned"))
    note = f"{quote(row.note)} " if row.note else f"({remark}) " if remark else ""
    return [
        Segment(head, palette.style(palette.faint if row.state == "done" else None)),
        Segment(_key(row, width), style),
        Segment(counts, palette.style(palette.faint)),
        Segment(note + sanitize(row.title), style),
    ]


def lead_line(row: LeadRow, palette: Palette, width: int) -> list[Segment]:
    """Build a lead's line: what the document waits for, who has it and how far they are, gold, title."""
    more = f" +{len(row.waits) - 1}" if len(row.waits) > 1 else ""
    waits = f"{row.waits[0]}{more}" if row.waits else ""
    people = " ".join(f"{SIGNS[c.state]}{name}{'⚑' if c.flagged else ''}" for name, c in row.charges)
    gold = f"{row.differing:>4}≠" if row.differing else "    ★" if row.gold else ""
    return [
        Segment(set_cell_size(waits, 17), palette.style(bold=bool(row.waits))),
        Segment(_key(row, width), palette.style()),
        Segment(f" {set_cell_size(gold, 5)} {sanitize(people)}  ", palette.style(palette.faint)),
        Segment(sanitize(row.title), palette.style()),
    ]


def _key(row: QueueRow | LeadRow, width: int) -> str:
    cells = max(12, min(24, width // 4 + 2))
    return f"{set_cell_size(sanitize(row.key), cells)} {row.lang[:3]:<3}"


def _gold(row: QueueRow, *, several: bool) -> str:
    """The column for gold: complete, or the number of differences between those who finished."""
    if not several:
        return " ★" if row.gold == "done" else ""
    return "    ★" if row.gold == "done" else f"{row.differing:>4}≠" if row.finished > 1 else " " * 5
