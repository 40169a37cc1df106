"""The side panel that lists the spans and relations of a document in reading order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from annotator.annotation import Relation, Span
from annotator.intervals import Interval
from annotator.tui.layout.attribute_marks import attribute_marks, filter_words, group_mark
from annotator.tui.layout.cutting import cut_middle, cut_together
from annotator.tui.layout.item_filter import ItemFilter
from annotator.tui.layout.palette import RETIRED, Palette
from annotator.tui.layout.sanitizing import sanitize
from annotator.tui.layout.signs import item_marks, score_text
from annotator.tui.widgets.beside_text import BesideText
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.editing.content import RELATION_RANK

LABEL_CELLS = 12
ONE_LINE_FROM = 56
"""Cells from which a relation stands on one line; on two lines its ends are readable in a narrow panel too."""


class ItemPanel(BesideText, VirtualList):
    """Lists decided and suggested items; suggestions have a question mark and their score, retired items a dagger.

    Own links of groups are listed only where a filter finds them: the groups are listed in lines of their own.
    """

    EDGES = ("│", "")

    DEFAULT_CSS = """
    ItemPanel { width: auto; min-width: 36; max-width: 80; padding: 0 0 0 1; }
    """

    def __init__(self, session: AnnotationSession, palette: Palette, item_filter: ItemFilter) -> None:
        super().__init__(palette, id="panel")
        self.session = session
        self.filter = item_filter
        self._picked: list[Interval] | None = None
        self._picked_relations: list[Interval] = []

    def update_entries(self) -> None:
        """Note that items were added, removed or changed; the next :meth:`choose` shows it."""
        order, links = self.session.layer.order, self._links()
        self._picked, self._picked_relations = None, []
        if self.filter:
            self._picked = [i for i in order.items if self.passes(i.id)]
            self._picked_relations = [i for i in self._picked if i.end == RELATION_RANK]
        elif links:
            self._picked = _without(order.items.in_order(), links)
            self._picked_relations = _without(order.relations.in_order(), links)
        super().update_entries()

    def _links(self) -> list[Interval]:
        """Where the own links of groups stand about which nothing waits to be decided, in order."""
        content = self.session.content
        links = content.positions(i for i in content.groups.links if not self._is_retired(i))
        return sorted(Interval.of(*position) for position in links)

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
            return self.filter.passes(span, lambda: self._text(span), self._attributes(span))
        if relation is None:
            return False
        ends = [s for s in (layer.span(relation.head), layer.span(relation.child)) if s is not None]
        return self.filter.passes(relation, lambda: " ".join(self._text(s) for s in ends), self._attributes(relation))

    def _attributes(self, item: Span | Relation) -> str:
        """What a filter finds of an item's attributes and groups."""
        return filter_words(item.attributes, self.session.layer.group_numbers(item.id))

    def listed(self) -> Sequence[Interval]:
        """The items that are listed, in reading order."""
        return self.session.layer.order.items.in_order() if self._picked is None else self._picked

    def number_of(self, item_id: str | None) -> int:
        """The number of an item among those listed, from 1; 0 when it is not listed."""
        interval = self.session.layer.position(item_id) if item_id else None
        if interval is None:
            return 0
        index = bisect_left(self.listed(), interval)
        return index + 1 if index < self.count() and self.listed()[index] == interval else 0

    def count(self) -> int:
        """Count the items that are listed."""
        return len(self.listed())

    def item_id(self, index: int) -> str:
        """The id of the item in a line."""
        return self.listed()[index].id

    def choose_item(self, item_id: str | None) -> None:
        """Choose the line of an item, or none if it is not listed."""
        number = self.number_of(item_id)
        self.choose(number - 1 if number else None)

    def cache_key(self, index: int) -> Hashable:
        """The span, or the relation with its ends, and what is known of it."""
        layer, item_id = self.session.layer, self.item_id(index)
        item = layer.span(item_id) or layer.relation(item_id)
        if item is None:
            return None
        known = layer.certainty(item) if item.origin == "suggested" else layer.retirement(item_id) is not None
        if isinstance(item, Span):
            return item, known, layer.group_numbers(item_id)
        return item, layer.span(item.head), layer.span(item.child), known

    def line(self, index: int, width: int) -> list[Segment]:
        """Build the line of an item, or the first of two: state, label, text and score."""
        item_id = self.item_id(index)
        span = self.session.layer.span(item_id)
        if span is not None:
            return self._span_line(span, width)
        relation = self.session.layer.relation(item_id)
        if relation is None:
            return []
        if self._is_on_one_line():
            return self._relation_line(relation, width)
        label = f"{self._mark(relation)} ╶ {sanitize(relation.label)}{item_marks(self.session.layer, relation)}→"
        return self._faint_line(relation, label, self._score(relation), width)

    def further_line(self, index: int, width: int) -> list[Segment]:
        """Build the second line of a relation, with the texts of its ends."""
        relation = self.session.layer.relation(self.item_id(index))
        if relation is None:
            return []
        head, child = cut_together(self._ends(relation), width - 7)
        return self._faint_line(relation, f"    {head} → {child}", "", width)

    def _is_on_one_line(self) -> bool:
        """Whether there is room for a relation on one line."""
        return self.room >= ONE_LINE_FROM

    def _relations(self) -> Sequence[Interval]:
        return self.session.layer.order.relations.in_order() if self._picked is None else self._picked_relations

    def lines_of(self, index: int) -> int:
        """How many lines an item takes; a relation may take two."""
        return 1 if self.listed()[index].end != RELATION_RANK or self._is_on_one_line() else 2

    def first_line(self, index: int) -> int:
        """The number of an item's first line."""
        if self._is_on_one_line():
            return index
        if index >= self.count():
            return index + len(self._relations())
        return index + bisect_left(self._relations(), self.listed()[index])

    def entry_at(self, line: int) -> int:
        """The item that a line belongs to."""
        listed, relations = self.listed(), () if self._is_on_one_line() else self._relations()
        return bisect_right(range(len(listed)), line, key=lambda i: i + bisect_left(relations, listed[i])) - 1

    def _span_line(self, span: Span, width: int) -> list[Segment]:
        color = self.palette.label(span.label, retired=self._is_retired(span.id))
        pending = span.origin == "suggested"
        attributes = cut_middle(attribute_marks(self.session.scheme, span.attributes), width // 3)
        tail = self._score(span)
        room = max(0, width - LABEL_CELLS - 3 - len(tail) - cell_len(attributes))
        text = set_cell_size(cut_middle(self._text(span), room), room)
        return [
            Segment(f"{self._mark(span)} ", self.palette.style(color)),
            *self._label(span, self.palette.style(color, bold=not pending)),
            Segment(text, self.palette.style(italic=pending)),
            *([Segment(attributes, self.palette.style(color))] if attributes else ()),
            Segment(tail, self.palette.style(self.palette.faint)),
        ]

    def _label(self, span: Span, style: Style) -> list[Segment]:
        """A span's label with the mark of its group, in as many cells as every label takes, and a blank."""
        label, numbers = sanitize(span.label), self.session.layer.group_numbers(span.id)
        if not numbers:
            return [Segment(f"{set_cell_size(label, LABEL_CELLS)} ", style)]
        group = group_mark(numbers)
        label = set_cell_size(label, min(cell_len(label), LABEL_CELLS - cell_len(group)))
        return [
            Segment(label, style),
            Segment(group, self.palette.style(self.palette.group(numbers), bold=True)),
            Segment(" " * (LABEL_CELLS + 1 - cell_len(label + group)), style),
        ]

    def _relation_line(self, relation: Relation, width: int) -> list[Segment]:
        marks = item_marks(self.session.layer, relation)
        before, middle = f"{self._mark(relation)} ╶ ", f" {sanitize(relation.label)}{marks}→ "
        score = self._score(relation)
        head, child = cut_together(self._ends(relation), max(2, width - cell_len(before + middle + score)))
        return self._faint_line(relation, f"{before}{head}{middle}{child}", score, width)

    def _faint_line(self, relation: Relation, text: str, score: str, width: int) -> list[Segment]:
        """A line of a relation, with its score at the end."""
        color = self.palette.retired if self._is_retired(relation.id) else self.palette.faint
        text = set_cell_size(text, max(0, width - len(score)))
        return [Segment(text + score, self.palette.style(color, italic=relation.origin == "suggested"))]

    def _ends(self, relation: Relation) -> tuple[str, str]:
        """The texts of a relation's ends."""
        head, child = (self.session.layer.span(end) for end in (relation.head, relation.child))
        assert head is not None
        assert child is not None
        return self._text(head), self._text(child)

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


def _without(intervals: Sequence[Interval], gone: Sequence[Interval]) -> list[Interval]:
    """Intervals but for a few of them; both are in order."""
    kept: list[Interval] = []
    start = 0
    for interval in gone:
        at = bisect_left(intervals, interval, start)
        kept += intervals[start:at]
        start = at + 1
    return kept + list(intervals[start:])
