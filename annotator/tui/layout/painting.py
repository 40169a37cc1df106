"""Rows of annotated text as strips of styled cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from annotator.annotation import Relation, Span
from annotator.tui.layout.arcs import Arc, layers
from annotator.tui.layout.lanes import Bracket, stack
from annotator.tui.layout.rows import Rows
from annotator.workflow.editing.editable_layer import WorkingLayer


class Mode(Enum):
    """How spans are shown: brackets under the text, colour and underline in it, or not at all."""

    LANES = "lanes"
    COMPACT = "compact"
    PLAIN = "plain"

    def following(self) -> Mode:
        """Return the next mode in the cycle."""
        modes = list(Mode)
        return modes[(modes.index(self) + 1) % len(modes)]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme: paper, text, faint text, selection, hints, arcs, and one for each label."""

    paper: Color
    text: Color
    faint: Color
    selection: Color
    hint: Color
    arc: Color
    labels: Mapping[str, Color]

    def style(
        self,
        color: Color | None = None,
        background: Color | None = None,
        *,
        bold: bool = False,
        italic: bool = False,
        underline: bool = False,
        reverse: bool = False,
    ) -> Style:
        """Return a terminal style on the theme's paper."""
        return _style(color or self.text, background or self.paper, bold, italic, underline, reverse)


@lru_cache(maxsize=4096)
def _style(color: Color, background: Color, bold: bool, italic: bool, underline: bool, reverse: bool) -> Style:
    return Style(
        color=color.rich_color,
        bgcolor=background.rich_color,
        bold=bold,
        italic=italic,
        underline=underline,
        reverse=reverse,
    )


@dataclass(slots=True)
class Highlights:
    """What is singled out just now: ids in focus, the cursor's and the selection's range, hint codes by offset.

    ``arcs`` are the relations to draw; ``None`` draws all.
    """

    focused: frozenset[str] = frozenset()
    arcs: tuple[Relation, ...] | None = ()
    cursor: tuple[int, int] = (0, 0)
    selection: tuple[int, int] | None = None
    hints: Mapping[int, str] = field(default_factory=dict)


class Painter:
    """Draws the rows of one document: the text, and under it the lanes."""

    def __init__(self, rows: Rows, layer: WorkingLayer, palette: Palette, mode: Mode) -> None:
        self.rows = rows
        self.layer = layer
        self.palette = palette
        self.mode = mode

    def block(self, row: int, marks: Highlights) -> list[Strip]:
        """Return the strips of a row: the text line, then its lanes."""
        start, end = self.rows.bounds(row)
        spans = self._spans(start, end)
        strips = [self._text_line(row, spans, marks)]
        if self.mode is Mode.LANES and spans:
            strips += self._lanes(row, spans, marks)
        if spans and (marks.arcs is None or (marks.arcs and self.mode is Mode.LANES)):
            strips[:0] = self._arcs(row, spans, marks)
        return strips

    def _arcs(self, row: int, spans: list[Span], marks: Highlights) -> list[Strip]:
        here = {span.id for span in spans}
        shown = self._all_relations(here) if marks.arcs is None else marks.arcs
        arcs = [self._arc(row, r) for r in shown if r.head in here or r.child in here]
        strips = []
        for line in layers([arc for arc in arcs if arc is not None], self.rows.width):
            segments: list[Segment] = []
            cell = 0
            for at, text, identity in line:
                segments.append(Segment(" " * (at - cell), self.palette.style()))
                focused = identity in marks.focused
                segments.append(Segment(text, self.palette.style(self.palette.arc, bold=focused, reverse=focused)))
                cell = at + cell_len(text)
            strips.append(self._filled(segments, cell))
        return strips

    def _all_relations(self, here: set[str]) -> list[Relation]:
        found = {r.id: r for identity in sorted(here) for r in self.layer.relations_of(identity)}
        return list(found.values())

    def _arc(self, row: int, relation: Relation) -> Arc | None:
        """Return a relation's part on a row; a span counts where it begins."""
        head, child = self.layer.span(relation.head), self.layer.span(relation.child)
        if head is None or child is None:
            return None
        rows = self.rows.row_of(head.start), self.rows.row_of(child.start)
        if row not in rows:
            return None
        cells = [self._middle(span, row) if at == row else None for span, at in zip((head, child), rows, strict=True)]
        elsewhere = rows[1] if rows[0] == row else rows[0]
        return Arc(
            relation.id,
            cells[0],
            cells[1],
            relation.label,
            relation.origin == "suggested",
            self.layer.scheme.relations[relation.label].symmetric,
            elsewhere + 1,
        )

    def _middle(self, span: Span, row: int) -> int:
        """Return the cell over the middle of a span's part on a row."""
        left, right = self.rows.cells(row, span.start, span.end)
        return (left + right - 1) // 2

    def _spans(self, start: int, end: int) -> list[Span]:
        if start == end:
            return []
        found = [self.layer.spans[i.id] for i in self.layer.index.overlapping(start, end)]
        found += [self.layer.suggested_spans[i.id] for i in self.layer.pending_spans.overlapping(start, end)]
        return found

    def _text_line(self, row: int, spans: list[Span], marks: Highlights) -> Strip:
        """Return the text of a row; hints stand over the first letters of what they mean."""
        low, high = self.rows.bounds(row)
        inner = sorted(spans, key=lambda s: (s.end - s.start, s.id))
        segments: list[Segment] = []
        at, used = low, self.rows.cell_of(row, high)
        for offset in sorted(offset for offset in marks.hints if low <= offset < high):
            cell = self.rows.cell_of(row, offset)
            shown = marks.hints[offset][: self.rows.width - cell]
            if offset < at or not shown:
                continue
            segments += self._runs(row, at, offset, inner, marks)
            segments.append(Segment(shown, self.palette.style(self.palette.paper, self.palette.hint, bold=True)))
            at, resumed = self.rows.behind(row, cell + len(shown))
            segments.append(Segment(" " * (resumed - cell - len(shown)), self.palette.style()))
            used = max(used, resumed)
        segments += self._runs(row, at, high, inner, marks)
        return self._filled([s for s in segments if s.text], used)

    def _runs(self, row: int, start: int, end: int, inner: list[Span], marks: Highlights) -> Iterator[Segment]:
        """Yield a stretch of a row in runs of one style each; ``inner`` are the row's spans, shortest first."""
        cuts = {offset for s in inner for offset in (s.start, s.end)} | {*marks.cursor, *(marks.selection or ())}
        for one, other in pairwise([start, *sorted(cut for cut in cuts if start < cut < end), end]):
            yield Segment(self.rows.drawn(row, one, other), self._style_at(one, inner, marks))

    def _filled(self, segments: list[Segment], used: int) -> Strip:
        """Return segments that take some cells as a line of the whole width."""
        if used < self.rows.width:
            segments.append(Segment(" " * (self.rows.width - used), self.palette.style()))
        return Strip(segments, self.rows.width)

    def _style_at(self, offset: int, inner: list[Span], marks: Highlights) -> Style:
        """Return the style of the text at an offset; ``inner`` are the row's spans, shortest first."""
        there = [s for s in inner if s.start <= offset < s.end]
        span = there[0] if there and self.mode is not Mode.PLAIN else None
        focused = any(s.id in marks.focused for s in there)
        under = marks.cursor[0] <= offset < marks.cursor[1]
        chosen = marks.selection is not None and marks.selection[0] <= offset < marks.selection[1]
        own = span is not None and span.origin != "suggested"
        return self.palette.style(
            self.palette.labels[span.label] if span and not chosen else None,
            self.palette.selection if chosen else None,
            bold=own,
            italic=span is not None and not own,
            underline=under or (self.mode is Mode.COMPACT and span is not None),
            reverse=focused or (under and not chosen and not marks.focused),
        )

    def _lanes(self, row: int, spans: list[Span], marks: Highlights) -> list[Strip]:
        labels = {s.id: s.label for s in spans}
        strips = []
        for lane in stack([self._bracket(row, s) for s in spans], self.rows.width):
            segments: list[Segment] = []
            cell = 0
            for piece in lane:
                segments.append(Segment(" " * (piece.cell - cell), self.palette.style()))
                color = self.palette.labels[labels[piece.id]] if piece.id else self.palette.faint
                segments.append(Segment(piece.text, self.palette.style(color, reverse=piece.id in marks.focused)))
                cell = piece.cell + cell_len(piece.text)
            strips.append(self._filled(segments, cell))
        return strips

    def _bracket(self, row: int, span: Span) -> Bracket:
        start, end = self.rows.bounds(row)
        left, right = self.rows.cells(row, span.start, span.end)
        pending = span.origin == "suggested"
        return Bracket(span.id, left, right, span.label, pending, span.start >= start, span.end <= end)
