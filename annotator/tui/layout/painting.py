"""Paints rows of annotated text: the text with its styles, lanes of brackets under it, arcs over it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from annotator.annotation import Relation, Span
from annotator.tui.layout.arcs import Arc, arc_lines
from annotator.tui.layout.attribute_marks import group_mark
from annotator.tui.layout.frame import Frame
from annotator.tui.layout.lanes import Bracket, lane_lines
from annotator.tui.layout.palette import Palette
from annotator.tui.layout.placed_text import PlacedMark, PlacedText
from annotator.tui.layout.rows import Rows
from annotator.tui.layout.signs import signed_label
from annotator.workflow.editing.layer_view import LayerView, without_links


class Mode(Enum):
    """How spans are shown: brackets under the text, colour and underline in it, or not at all."""

    LANES = "lanes"
    COMPACT = "compact"
    PLAIN = "plain"

    def next_mode(self) -> Mode:
        """The mode after this one, in a cycle."""
        modes = list(Mode)
        return modes[(modes.index(self) + 1) % len(modes)]


@dataclass(frozen=True)
class Highlights:
    """What is emphasised at the moment; offsets are code points, ranges half-open.

    ``focused`` are ids of spans and relations, ``arcs`` the relations to draw (``None`` draws all), ``hints`` the codes
    shown over the text, by offset, ``stretches`` the ranges that these stand for.
    """

    focused: frozenset[str] = frozenset()
    arcs: tuple[Relation, ...] | None = ()
    cursor: tuple[int, int] = (0, 0)
    selection: tuple[int, int] | None = None
    hints: Mapping[int, str] = field(default_factory=dict)
    stretches: tuple[tuple[int, int], ...] = ()

    def ranges_changed_since(self, old: Highlights, span_with: Callable[[str], Span | None]) -> list[tuple[int, int]]:
        """The ranges of the text that look different, but for hints; ``span_with`` gives the span with an id.

        Cursor, selection and focus stand for more that may have changed, except where a question was asked.
        """
        marks, marks_before = (self.cursor, self.selection), (old.cursor, old.selection)
        asked = self.has_hints and (*marks, self.focused) == (*marks_before, old.focused)
        ranges = [] if asked else [r for r in (*marks_before, *marks) if r is not None]
        arcs = set(old.arcs or ()) ^ set(self.arcs or ())
        ids = (old.focused ^ self.focused) | {end for arc in arcs for end in (arc.head, arc.child)}
        return ranges + [(span.start, span.end) for span in map(span_with, ids) if span is not None]

    def hinted_ranges_changed_since(self, old: Highlights) -> list[tuple[int, int]]:
        """The ranges of the text that look different under other hints."""
        stretches = set(old.stretches) ^ set(self.stretches)
        offsets = (old.hints.keys() | self.hints.keys()) - {start for start, _ in stretches}
        changed = [(i, i + 1) for i in offsets if old.hints.get(i) != self.hints.get(i)]
        return [*stretches, *changed]

    @property
    def has_hints(self) -> bool:
        """Whether any hints, or ranges that they stand for, are shown."""
        return bool(self.hints or self.stretches)

    @cached_property
    def _in_order(self) -> tuple[list[int], tuple[tuple[int, int], ...], int]:
        """The offsets of hints and the stretches, each in order, and how long a stretch is at most."""
        longest = max((end - start for start, end in self.stretches), default=0)
        return sorted(self.hints), tuple(sorted(self.stretches)), longest

    def within(self, start: int, end: int) -> Highlights:
        """The same with those hints and stretches only that reach into a range."""
        if not self.has_hints:
            return self
        offsets, stretches, longest = self._in_order
        hints = {i: self.hints[i] for i in offsets[bisect_left(offsets, start) : bisect_left(offsets, end)]}
        near = stretches[bisect_left(stretches, (start - longest,)) : bisect_left(stretches, (end,))]
        stretches = tuple([stretch for stretch in near if start < stretch[1]])
        return Highlights(self.focused, self.arcs, self.cursor, self.selection, hints, stretches)


class Block(NamedTuple):
    """A row of text with the arcs over it and the lanes under it; ``text`` is the number of the text's strip."""

    strips: list[Strip]
    text: int = 0


class Code(NamedTuple):
    """A hint as it is painted: its text, the offset and cell behind what it covers, and blanks up to there."""

    text: str
    end: int
    cell: int
    gap: int


class Painter:
    """Paints the rows of one document, each as a block."""

    def __init__(self, rows: Rows, frame: Frame, layer_view: LayerView, palette: Palette, mode: Mode) -> None:
        self.rows = rows
        self.frame = frame
        self.layer_view = layer_view
        self.palette = palette
        self.mode = mode

    def block(self, row: int, highlights: Highlights) -> Block:
        """Paint a row: the arcs that are asked for, the text, and its lanes, top line first."""
        spans = self._spans(*self.rows.bounds(row))
        return self._block(row, spans, spans, highlights)

    def hinted(self, row: int, block: Block, highlights: Highlights) -> Block:
        """Paint hints over a row that is painted without them: only its text is painted anew."""
        strips = [*block.strips]
        strips[block.text] = self._numbered(row, *self._seen_in_text(row, highlights))
        return Block(strips, block.text)

    def _seen_in_text(self, row: int, highlights: Highlights) -> tuple[list[Span], Highlights]:
        """The spans that colour the text of a row, and what is emphasised of them."""
        return self._spans(*self.rows.bounds(row)), highlights

    def _block(self, row: int, spans: list[Span], in_text: list[Span], highlights: Highlights) -> Block:
        """Paint a row with the lanes and arcs of some spans, and with others (``in_text``) seen only in the text."""
        arcs: list[Strip] = []
        lanes: list[Strip] = []
        if spans and self.mode is Mode.LANES:
            lanes = [self._framed(lane) for lane in self._lanes(row, spans, highlights)]
        if spans and (highlights.arcs is None or (highlights.arcs and self.mode is Mode.LANES)):
            arcs = [self._framed(arc) for arc in self._arcs(row, spans, highlights)]
        return Block([*arcs, self._numbered(row, in_text, highlights), *lanes], len(arcs))

    def _numbered(self, row: int, spans: list[Span], highlights: Highlights) -> Strip:
        """Paint the text of a row, with its number before it."""
        return self._framed(self._text_line(row, spans, highlights), number=str(row + 1))

    def _framed(self, strip: Strip, number: str = "", mark: str = "") -> Strip:
        """Put margins around a line, and into the gutter the number of a row, or a mark."""
        frame = self.frame
        before = f"{number if frame.numbers else ''} ".rjust(frame.margin + frame.numbers)
        segments = [Segment(before, self.palette.style(self.palette.faint))]
        if frame.marks:
            segments.append(Segment(mark.ljust(frame.marks), self.palette.style(bold=True)))
        segments += strip
        if frame.right:
            segments.append(Segment(" " * frame.right, self.palette.style()))
        return Strip(segments, frame.left + strip.cell_length + frame.right)

    def _spans(self, start: int, end: int) -> list[Span]:
        """The spans, decided and suggested, that overlap a range."""
        if start == end:
            return []
        return self.layer_view.spans_over(start, end)

    def _is_retired(self, span: Span) -> bool:
        """Whether the label scheme no longer allows a span, which need not be one of the layer."""
        return span.label not in self.layer_view.scheme.entities or self.layer_view.retirement(span.id) is not None

    # Arcs

    def _arcs(self, row: int, spans: list[Span], highlights: Highlights) -> list[Strip]:
        span_ids = {span.id for span in spans}
        relations = self._all_relations(span_ids) if highlights.arcs is None else highlights.arcs
        arcs = [self._arc(row, r) for r in relations if r.head in span_ids or r.child in span_ids]
        lines = arc_lines([arc for arc in arcs if arc is not None], self.rows.width)

        def style(piece: PlacedText) -> Style:
            focused = piece.id in highlights.focused
            return self.palette.style(self.palette.arc, bold=focused, reverse=focused)

        return [self._strip_of(line, style) for line in lines]

    def _all_relations(self, span_ids: set[str]) -> list[Relation]:
        """The relations with an end at one of the spans, each once; groups are marked at their mentions."""
        found = {r.id: r for span_id in sorted(span_ids) for r in self.layer_view.relations_of(span_id)}
        return without_links(self.layer_view, list(found.values()))

    def _arc(self, row: int, relation: Relation) -> Arc | None:
        """A relation's part on a row, if it has one; a span counts on the row where it begins."""
        head, child = self.layer_view.span(relation.head), self.layer_view.span(relation.child)
        if head is None or child is None:
            return None
        head_row, child_row = self.rows.row_of(head.start), self.rows.row_of(child.start)
        if row not in (head_row, child_row):
            return None
        known = relation.label in self.layer_view.scheme.relations
        retired = not known or self.layer_view.retirement(relation.id) is not None
        return Arc(
            relation.id,
            self._middle(head, row) if head_row == row else None,
            self._middle(child, row) if child_row == row else None,
            signed_label(self.layer_view, relation, retired=retired),
            relation.origin == "suggested",
            self.layer_view.scheme.is_symmetric(relation.label),
            (child_row if head_row == row else head_row) + 1,
        )

    def _middle(self, span: Span, row: int) -> int:
        """The cell over the middle of a span's part on a row."""
        left, right = self.rows.cells(row, span.start, span.end)
        return (left + right - 1) // 2

    # Text

    def _text_line(self, row: int, spans: list[Span], highlights: Highlights) -> Strip:
        """Paint the text of a row; a hint covers the first letters of what it stands for."""
        rows = self.rows
        start, end = rows.bounds(row)
        highlights = highlights.within(start, end)  # those of the whole view would be looked through for every piece
        codes = self._codes(row, highlights.hints) if highlights.hints else {}
        style_at = self._styles(start, end, spans, highlights)
        code_style = self.palette.style(self.palette.background, self.palette.hint, bold=True)
        segments: list[Segment] = []
        cuts = _cuts(start, end, spans, highlights, codes)
        painted_to, used = start, rows.cell_of(row, end)
        for offset, text in zip(cuts, rows.pieces(row, cuts), strict=False):
            if offset in codes:
                code, painted_to, next_cell, gap = codes[offset]
                segments.append(Segment(code, code_style))
                if gap:
                    segments.append(Segment(" " * gap, self.palette.style()))
                used = max(used, next_cell)
            elif text and offset >= painted_to:
                segments.append(Segment(text, style_at(offset)))
        return self._filled(segments, used)

    def _codes(self, row: int, hints: Mapping[int, str]) -> dict[int, Code]:
        """The codes of a row by their offsets, as far as they have room and do not cover one another."""
        rows = self.rows
        codes: dict[int, Code] = {}
        covered_to = 0
        for offset in sorted(hints):
            cell = rows.cell_of(row, offset)
            text = hints[offset][: rows.width - cell]
            if offset >= covered_to and text:
                after = cell + len(text)
                covered_to, next_cell = rows.first_from_cell(row, after)
                codes[offset] = Code(text, covered_to, next_cell, next_cell - after)
        return codes

    def _styles(self, start: int, end: int, spans: list[Span], highlights: Highlights) -> Callable[[int], Style]:
        """What gives the style of the text at an offset of a row; the shortest span there gives the colour."""
        by_length = sorted(spans, key=lambda span: (span.end - span.start, span.id))
        offered = bytearray(end - start)
        for first, last in highlights.stretches:
            part = slice(max(first, start) - start, max(min(last, end), start) - start)
            offered[part] = b"\1" * (part.stop - part.start)
        from_cursor, to_cursor = highlights.cursor
        from_selected, to_selected = highlights.selection or (0, 0)
        plain = self.palette.style(), self.palette.style(None, self.palette.selection, underline=True)

        def style_at(offset: int) -> Style:
            covering = [span for span in by_length if span.start <= offset < span.end]
            at_cursor = from_cursor <= offset < to_cursor
            selected = from_selected <= offset < to_selected
            is_offered = offered[offset - start]
            if not (covering or at_cursor or selected):
                return plain[is_offered]
            return self._style(covering, highlights, offered=bool(is_offered), at_cursor=at_cursor, selected=selected)

        return style_at

    def _style(
        self, covering: list[Span], highlights: Highlights, *, offered: bool, at_cursor: bool, selected: bool
    ) -> Style:
        """The style of text with some spans, the shortest first."""
        span = covering[0] if covering and self.mode is not Mode.PLAIN else None
        focused = not highlights.focused.isdisjoint([span.id for span in covering])
        decided = span is not None and span.origin != "suggested"
        retired = span is not None and self._is_retired(span)
        return self.palette.style(
            self.palette.label(span.label, retired=retired) if span and not selected else None,
            self.palette.selection if selected or offered else None,
            bold=decided,
            italic=span is not None and not decided,
            underline=at_cursor or offered or (self.mode is Mode.COMPACT and span is not None),
            strike=retired,
            reverse=(focused and not offered) or (at_cursor and not selected and not highlights.focused),
        )

    # Lanes

    def _lanes(self, row: int, spans: list[Span], highlights: Highlights) -> list[Strip]:
        colors = {span.id: self.palette.label(span.label, retired=self._is_retired(span)) for span in spans}

        groups = {s.id: numbers for s in spans if (numbers := self.layer_view.group_numbers(s.id))}

        def style(piece: PlacedText) -> Style:
            color = colors[piece.id] if piece.id else self.palette.faint
            is_mark = isinstance(piece, PlacedMark)
            if is_mark:
                color = self.palette.group(groups[piece.id])
            return self.palette.style(color, bold=is_mark, reverse=piece.id in highlights.focused)

        lanes = lane_lines([self._bracket(row, span) for span in spans], self.rows.width)
        if groups:
            lanes = [[part for piece in lane for part in _with_mark(piece, groups.get(piece.id, ()))] for lane in lanes]
        return [self._strip_of(lane, style) for lane in lanes]

    def _bracket(self, row: int, span: Span) -> Bracket:
        start, end = self.rows.bounds(row)
        left, right = self.rows.cells(row, span.start, span.end)
        pending = span.origin == "suggested"
        label = signed_label(self.layer_view, span, retired=self._is_retired(span))
        return Bracket(span.id, left, right, label, pending, span.start >= start, span.end <= end)

    # Strips

    def _strip_of(self, pieces: Sequence[PlacedText], style: Callable[[PlacedText], Style]) -> Strip:
        """A line of the whole width with pieces of text, left to right, at their cells."""
        segments: list[Segment] = []
        cell = 0
        for piece in pieces:
            if piece.cell > cell:
                segments.append(Segment(" " * (piece.cell - cell), self.palette.style()))
            segments.append(Segment(piece.text, style(piece)))
            cell = piece.cell + cell_len(piece.text)
        return self._filled(segments, cell)

    def _filled(self, segments: list[Segment], used: int) -> Strip:
        """Fill segments that take ``used`` cells up to a line of the whole width."""
        if used < self.rows.width:
            segments.append(Segment(" " * (self.rows.width - used), self.palette.style()))
        return Strip(segments, self.rows.width)


def _with_mark(piece: PlacedText, numbers: Sequence[int]) -> list[PlacedText]:
    """A bracket in parts, of which the mark of its group is one, where there is room for it."""
    mark = group_mark(numbers)
    before, _, after = piece.text.partition(mark) if mark else (piece.text, "", "")
    if not mark or before == piece.text:
        return [piece]
    at = piece.cell + cell_len(before)
    parts = [piece._replace(text=before), PlacedMark(at, mark, piece.id)]
    return [*parts, PlacedText(at + cell_len(mark), after, piece.id)]


def _cuts(start: int, end: int, spans: list[Span], highlights: Highlights, codes: Mapping[int, Code]) -> list[int]:
    """The offsets of a row, with its ends, at which the style of the text may change, in order."""
    cuts = {start, end, *highlights.cursor, *(highlights.selection or ()), *codes}
    cuts.update([code.end for code in codes.values()], *highlights.stretches)
    cuts.update(*[(span.start, span.end) for span in spans])
    return sorted([cut for cut in cuts if start <= cut <= end])
