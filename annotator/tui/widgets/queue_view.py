"""The list of documents in the queue, read from the store page by page."""

from __future__ import annotations

from collections.abc import Hashable

from rich.cells import set_cell_size
from rich.segment import Segment
from textual.strip import Strip

from annotator.tui.layout.palette import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.description import quote
from annotator.workflow.desk import Desk, QueueFilter, QueueRow

PAGE = 100
EMPTY = "  No documents yet. `annotator ingest PATH` brings some in."
NO_MATCH = "  Nothing like that. esc shows all documents."
SIGNS = {"todo": "·", "doing": "◐", "done": "●", "skipped": "○", "returned": "↩"}


class QueueView(VirtualList):
    """Shows one line for each document: state, key, language, undecided and decided items, title."""

    EDGES = (" ", " ")

    DEFAULT_CSS = """
    QueueView { height: 1fr; padding: 0 1; }
    """

    def __init__(self, desk: Desk, palette: Palette) -> None:
        super().__init__(palette, id="queue")
        self.desk = desk
        self.filter = QueueFilter(mine=desk.assigned_only)
        self._pages: dict[int, list[QueueRow]] = {}
        self._count = 0
        self._several = False

    def reload(self) -> None:
        """Read the queue again."""
        self._pages.clear()
        self._count = self.desk.queue.count(self.filter)
        self._several = self.desk.queue.has_several_curators()
        if self._count == 0:
            self.index = None
        else:
            self.index = min(self.index or 0, self._count - 1)
        self.refresh_entries()

    def set_filter(self, queue_filter: QueueFilter) -> None:
        """Show the documents that pass another filter, with the first one chosen."""
        self.filter = queue_filter
        self.index = 0
        self.reload()

    def count(self) -> int:
        """Count the documents that pass the filter."""
        return self._count

    def strip(self, y: int) -> Strip:
        """Build one line; the second line of an empty list says what to do."""
        if self._count or y != 1:
            return super().strip(y)
        style = self.palette.style(self.palette.faint)
        filtered = self.filter.text or self.filter.state
        return self.framed([Segment(NO_MATCH if filtered else EMPTY, style)], self.scrollable_content_region.width)

    def row(self, index: int) -> QueueRow | None:
        """The document of a line, or ``None`` if it has gone since the count."""
        page = index // PAGE
        if page not in self._pages:
            if len(self._pages) > 20:
                self._pages.clear()
            self._pages[page] = self.desk.queue.page(self.filter, PAGE, page * PAGE)
        rows = self._pages[page]
        return rows[index % PAGE] if index % PAGE < len(rows) else None

    def find(self, key: str) -> None:
        """Choose the line of a document, if it is on one of the first ten pages."""
        for index in range(min(self._count, 10 * PAGE)):
            row = self.row(index)
            if row is not None and row.key == key:
                self.choose(index)
                return

    def cache_key(self, index: int) -> Hashable:
        """The document's row, and whether gold has a column."""
        return self.row(index), self._several

    @property
    def shows_gold(self) -> bool:
        """Whether the lines have a column for gold, as they do where several curators work."""
        return self._several

    def _gold(self, row: QueueRow) -> str:
        """The column for gold: complete, or the number of differences between those who finished."""
        if not self._several:
            return " ★" if row.gold == "done" else ""
        return "    ★" if row.gold == "done" else f"{row.differing:>4}≠" if row.finished > 1 else " " * 5

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of a document."""
        row = self.row(index)
        if row is None:
            return []
        key_cells = max(12, min(24, width // 4 + 2))
        sign = f"{SIGNS[row.state]} {row.state:<9}"
        counts = f"{row.pending:>6}?{row.spans:>6}✓{row.relations:>6}→{self._gold(row)}  "
        head = f"{'⚑' if row.flagged else ' '} {sign}"
        style = self.palette.style(bold=row.state in ("doing", "returned"))
        note = f"{quote(row.note)} " if row.note else ""
        return [
            Segment(head, self.palette.style(self.palette.faint if row.state == "done" else None)),
            Segment(set_cell_size(sanitize(row.key), key_cells) + f" {row.lang[:3]:<3}", style),
            Segment(counts, self.palette.style(self.palette.faint)),
            Segment(note + sanitize(row.title), style),
        ]
