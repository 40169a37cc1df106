"""The side panel: every span and relation of the document, in reading order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence

from rich.cells import set_cell_size
from rich.segment import Segment

from annotator.annotation import Relation, Span
from annotator.intervals import Interval
from annotator.tui.layout.item_filter import ItemFilter
from annotator.tui.layout.painting import Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.editing.layer_session import LayerSession

LABEL_CELLS = 12


class ItemPanel(VirtualList):
    """Lists what stands and what waits; suggestions carry a question mark and their score."""

    EDGES = ("│", "")

    DEFAULT_CSS = """
    ItemPanel { width: 25%; min-width: 36; max-width: 64; padding: 0 0 0 1; }
    """

    def __init__(self, session: LayerSession, palette: Palette) -> None:
        super().__init__(palette, id="panel")
        self.session = session
        self.filter = ItemFilter()
        self._shown: list[Interval] = []

    def update_entries(self) -> None:
        """Take up that items came, went or changed; the next choice shows it."""
        self._shown = [i for i in self.session.layer.items if self._passes(i.id)] if self.filter else []
        super().update_entries()

    def set_filter(self, which: ItemFilter) -> None:
        """Show other items."""
        self.filter = which
        self.index = None
        self.refresh_entries()

    def _passes(self, identity: str) -> bool:
        layer = self.session.layer
        span, relation = layer.span(identity), layer.relation(identity)
        if span is not None:
            return self.filter.passes(span, lambda: self._text(span))
        if relation is None:
            return False
        ends = [s for s in (layer.span(relation.head), layer.span(relation.child)) if s is not None]
        return self.filter.passes(relation, lambda: " ".join(self._text(s) for s in ends))

    def _items(self) -> Sequence[Interval]:
        return self._shown if self.filter else self.session.layer.items

    def count(self) -> int:
        """Return the number of items."""
        return len(self._items())

    def item_id(self, index: int) -> str:
        """Return the id of the item in a line."""
        return self._items()[index].id

    def follow(self, identity: str | None) -> None:
        """Choose the line of an item."""
        place = self.session.layer.place(identity) if identity else None
        if place is None:
            self.choose(None)
            return
        position = bisect_left(self._items(), place)
        there = position < self.count() and self._items()[position] == place
        self.choose(position if there else None)

    def entry(self, index: int) -> Hashable:
        """Return the span, or the relation with its ends."""
        layer = self.session.layer
        identity = self.item_id(index)
        relation = layer.relation(identity)
        if relation is None:
            return layer.span(identity)
        return relation, layer.span(relation.head), layer.span(relation.child)

    def line(self, index: int, width: int) -> list[Segment]:
        """Return label, mark and text of an item."""
        identity = self.item_id(index)
        span = self.session.layer.span(identity)
        if span is not None:
            return self._span_line(span, width)
        relation = self.session.layer.relation(identity)
        return self._relation_line(relation, width) if relation is not None else []

    def _span_line(self, span: Span, width: int) -> list[Segment]:
        color = self.palette.labels[span.label]
        pending = span.origin == "suggested"
        mark = "?" if pending else "✓"
        tail = f" {span.score:.2f}" if pending and span.score is not None else ""
        text = set_cell_size(self._text(span), max(0, width - LABEL_CELLS - 3 - len(tail)))
        return [
            Segment(f"{mark} ", self.palette.style(color)),
            Segment(set_cell_size(span.label, LABEL_CELLS) + " ", self.palette.style(color, bold=not pending)),
            Segment(text, self.palette.style(italic=pending)),
            Segment(tail, self.palette.style(self.palette.faint)),
        ]

    def _relation_line(self, relation: Relation, width: int) -> list[Segment]:
        pending = relation.origin == "suggested"
        head, child = (self.session.layer.span(end) for end in (relation.head, relation.child))
        assert head is not None
        assert child is not None
        middle = f" {relation.label}→ "
        room = max(2, width - 4 - len(middle))
        one = self._text(head)
        other = self._text(child)
        half = max(room // 2, room - len(other))
        text = f"{'?' if pending else '✓'} ╶ {one[: half - 1].strip()}{middle}{other}"
        return [Segment(set_cell_size(text, width), self.palette.style(self.palette.faint, italic=pending))]

    def _text(self, span: Span) -> str:
        return sanitize(" ".join(self.session.text_of(span).split()))
