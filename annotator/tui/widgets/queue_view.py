"""The list of documents in the queue, read from the store page by page."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from annotator.store import Store
from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.queue_lines import curator_line, lead_line
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.desk import Desk, LeadQueue, LeadRow, Queue, QueueFilter, QueueRow
from annotator.workflow.next_document import NextDocument

PAGE = 100
EMPTY = "  No documents yet. `annotator ingest PATH` brings some in."
NO_MATCH = "  Nothing like that. esc shows all documents."
NOTHING_WAITS = "  Nothing waits for you. tab shows the other documents."


@dataclass(frozen=True, slots=True)
class FoundDocuments:
    """What a filter lets through: how many documents, and the first page of them."""

    filter: QueueFilter
    count: int
    first_page: Sequence[QueueRow | LeadRow]


class QueueView(VirtualList):
    """Shows one line for each document, for a curator or for whoever leads."""

    EDGES = (" ", " ")

    DEFAULT_CSS = """
    QueueView { height: 1fr; padding: 0 1; }
    """

    def __init__(self, desk: Desk, palette: Palette) -> None:
        super().__init__(palette, id="queue")
        self.desk = desk
        self.leads = desk.leads()
        self.filter = self._first_filter()
        self._pages: dict[int, Sequence[QueueRow | LeadRow]] = {}
        self._source: Queue | LeadQueue = desk.queue
        self._count = 0
        self._several = False
        self._next: NextDocument | None = None

    def _first_filter(self) -> QueueFilter:
        """The filter at first: what waits for whoever leads, a curator's own documents."""
        return QueueFilter("waiting") if self.leads else QueueFilter(mine=self.desk.assigned_only)

    def reload(self) -> None:
        """Read the queue again: of a curator, or of whoever leads, which the first step of work ends."""
        leads = self.desk.leads()
        if leads != self.leads:
            self.leads = leads
            self.filter = self._first_filter()
        self._source = self.desk.lead_queue() if leads else self.desk.queue
        self._pages.clear()
        self._next = None if leads or self.filter.sort != "uncertainty" else self.desk.next_document()
        self._count = self._source.count(self.filter)
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

    def search(self, queue_filter: QueueFilter) -> Callable[[Store], FoundDocuments]:
        """What to run on another connection to find the documents that pass a filter."""
        desk, leads = self.desk, self.leads

        def found(store: Store) -> FoundDocuments:
            return FoundDocuments(queue_filter, *desk.queue_on(store, leads=leads).search(queue_filter, PAGE))

        return found

    def show_found(self, found: FoundDocuments) -> None:
        """Show the documents that a search found, with the first one chosen."""
        self.filter, self._count = found.filter, found.count
        self._pages = {0: found.first_page}
        self.update_entries()
        self.choose(0 if found.count else None)

    def count(self) -> int:
        """Count the documents that pass the filter."""
        return self._count

    def strip(self, y: int) -> Strip:
        """Build one line; the second line of an empty list says what to do."""
        if self._count or y != 1:
            return super().strip(y)
        style = self.palette.style(self.palette.faint)
        filtered = self.filter.text or self.filter.state
        said = NOTHING_WAITS if self.filter == QueueFilter("waiting") else NO_MATCH if filtered else EMPTY
        return self.framed([Segment(said, style)], self.room)

    def row(self, index: int) -> QueueRow | LeadRow | None:
        """The document of a line, or ``None`` if it has gone since the count."""
        page = index // PAGE
        if page not in self._pages:
            if len(self._pages) > 20:
                self._pages.clear()
            self._pages[page] = self._source.page(self.filter, PAGE, page * PAGE)
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
        """The document's row, what is said of it, and whether gold has a column."""
        row = self.row(index)
        return row, self._remark(row), self._several

    def _remark(self, row: QueueRow | LeadRow | None) -> str:
        return "" if row is None or self._next is None else self._next.remark(row.key)

    @property
    def shows_gold(self) -> bool:
        """Whether the lines have a column for gold, as they do where several curators work."""
        return self._several

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of a document."""
        row = self.row(index)
        if row is None:
            return []
        if isinstance(row, LeadRow):
            return lead_line(row, self.palette, width)
        return curator_line(row, self.palette, width, several=self._several, remark=self._remark(row))
