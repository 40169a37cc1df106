"""The side panel that lists the spans and relations of a document in reading order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment

from annotator.annotation import Relation, Span
from annotator.intervals import Interval
from annotator.tui.layout.cutting import cut_middle, cut_together
from annotator.tui.layout.item_filter import ItemFilter
from annotator.tui.layout.palette import RETIRED, Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.layout.signs import score_text
from annotator.tui.widgets.beside_text import BesideText
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.annotating.session import AnnotationSession

LABEL_CELLS = 12


class ItemPanel(BesideText, VirtualList):
    """Lists decided and suggested items; suggestions have a question mark and their score, retired items a dagger."""

    EDGES = ("│", "")

    DEFAULT_CSS = """
    ItemPanel { width: auto; min-width: 36; max-width: 80; padding: 0 0 0 1; }
    """

    def __init__(self, session: AnnotationSession, palette: Palette) -> None:
        super().__init__(palette, id="panel")
        self.session = session
        self.filter = ItemFilter()
        self._filtered: list[Interval] = []

    def update_entries(self) -> None:
        """Note that items were added, removed or changed; the next :meth:`choose` shows it."""
        self._filtered = [i for i in self.session.layer.order.items if self.passes(i.id)] if self.filter else []
        super().update_entries()

    def set_filter(self, item_filter: ItemFilter) -> None:
        """Show the items that pass another filter, with none chosen."""
        self.filter = item_filter
        self.index = None
        self.refresh_entries()

    def passes(self, item_id: str) -> bool:
        """Whether an item passes the filter."""
        if not self.filter:
            return True
        layer = self.session.layer
        span, relation = layer.span(item_id), layer.relation(item_id)
        if span is not None:
            return self.filter.passes(span, lambda: self._text(span))
        if relation is None:
            return False
        ends = [s for s in (layer.span(relation.head), layer.span(relation.child)) if s is not None]
        return self.filter.passes(relation, lambda: " ".join(self._text(s) for s in ends))

    def listed(self) -> Sequence[Interval]:
        """The items that pass the filter, in reading order."""
        return self._filtered if self.filter else self.session.layer.order.items

    def number_of(self, item_id: str | None) -> int:
        """The number of an item among those listed, from 1; 0 when it is not listed."""
        interval = self.session.layer.position(item_id) if item_id else None
        if interval is None:
            return 0
        index = bisect_left(self.listed(), interval)
        return index + 1 if index < self.count() and self.listed()[index] == interval else 0

    def count(self) -> int:
        """Count the items that pass the filter."""
        return len(self.listed())

    def item_id(self, index: int) -> str:
        """The id of the item in a line."""
        return self.listed()[index].id

    def choose_item(self, item_id: str | None) -> None:
        """Choose the line of an item, or none if it is not listed."""
        number = self.number_of(item_id)
        self.choose(number - 1 if number else None)

    def cache_key(self, index: int) -> Hashable:
        """The span, or the relation with its ends."""
        layer = self.session.layer
        item_id = self.item_id(index)
        relation = layer.relation(item_id)
        item = relation or layer.span(item_id)
        known = self._is_retired(item_id), layer.certainty(item) if item is not None else None
        if relation is None:
            return item, known
        return relation, layer.span(relation.head), layer.span(relation.child), known

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of an item: state, label and text."""
        item_id = self.item_id(index)
        span = self.session.layer.span(item_id)
        if span is not None:
            return self._span_line(span, width)
        relation = self.session.layer.relation(item_id)
        return self._relation_line(relation, width) if relation is not None else []

    def _span_line(self, span: Span, width: int) -> list[Segment]:
        color = self.palette.label(span.label, retired=self._is_retired(span.id))
        pending = span.origin == "suggested"
        mark, label = self._mark(span), set_cell_size(sanitize(span.label), LABEL_CELLS)
        tail = self._score(span)
        room = max(0, width - LABEL_CELLS - 3 - len(tail))
        text = set_cell_size(cut_middle(self._text(span), room), room)
        return [
            Segment(f"{mark} ", self.palette.style(color)),
            Segment(f"{label} ", self.palette.style(color, bold=not pending)),
            Segment(text, self.palette.style(italic=pending)),
            Segment(tail, self.palette.style(self.palette.faint)),
        ]

    def _relation_line(self, relation: Relation, width: int) -> list[Segment]:
        pending = relation.origin == "suggested"
        head, child = (self.session.layer.span(end) for end in (relation.head, relation.child))
        assert head is not None
        assert child is not None
        middle = f" {sanitize(relation.label)}→ "
        room = max(2, width - 4 - cell_len(middle))
        head_text, child_text = cut_together((self._text(head), self._text(child)), room)
        text = f"{self._mark(relation)} ╶ {head_text}{middle}{child_text}"
        color = self.palette.retired if self._is_retired(relation.id) else self.palette.faint
        return [Segment(set_cell_size(text, width), self.palette.style(color, italic=pending))]

    def _score(self, item: Span | Relation) -> str:
        """The score of a suggestion, after a blank."""
        score = score_text(self.session.layer, item) if item.origin == "suggested" else ""
        return f" {score}" if score else ""

    def _mark(self, item: Span | Relation) -> str:
        return "?" if item.origin == "suggested" else RETIRED if self._is_retired(item.id) else "✓"

    def _is_retired(self, item_id: str) -> bool:
        return self.session.layer.retirement(item_id) is not None

    def _text(self, span: Span) -> str:
        return sanitize(" ".join(self.session.checks.text_of(span).split()))
