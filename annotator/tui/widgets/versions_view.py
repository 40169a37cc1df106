"""The article with gold under each line, and where curators differ a lane for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rich.segment import Segment
from textual.strip import Strip

from annotator.annotation import Relation, Span
from annotator.intervals import IntervalIndex
from annotator.tui.layout.arcs import Arc
from annotator.tui.layout.painting import Highlights, Mode, Painter
from annotator.tui.layout.rows import Rows
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.adjudicating.cases import SpanCase

NOTHING = "none"
"""Drawn in the lane of a curator who marked nothing there."""


@dataclass(slots=True)
class DisplayedCases:
    """The cases whose versions are drawn, by id, and the curators in the order of their numbers."""

    curators: Sequence[str] = ()
    cases: Mapping[str, SpanCase] = field(default_factory=dict)
    index: IntervalIndex = field(default_factory=IntervalIndex)

    @classmethod
    def of(cls, curators: Sequence[str], cases: Sequence[SpanCase]) -> DisplayedCases:
        """Return the cases, ready to be looked up by row."""
        index = IntervalIndex((*case.range, case.id) for case in cases)
        return cls(curators, {case.id: case for case in cases}, index)


class VersionsPainter(Painter):
    """Draws under each row its gold, and where a case is shown what each curator marked, numbered in the gutter."""

    shown = DisplayedCases()

    def block(self, row: int, marks: Highlights) -> list[Strip]:
        """Return the strips of a row: arcs, the text, gold, and the curators' lanes."""
        start, end = self.rows.bounds(row)
        cases = [self.shown.cases[i.id] for i in self.shown.index.overlapping(start, end)] if start < end else []
        gold = self._spans(start, end)
        claims = [span for case in cases for span in _claims(case)]
        marks = replace(marks, focused=marks.focused | {c.id for c in claims if c.source in marks.focused})
        waiting = [claim for claim in claims if claim.origin == "suggested"]
        strips = [self._text_line(row, [*gold, *waiting], marks)]
        if self.mode is Mode.LANES and gold:
            strips += self._lanes(row, gold, marks)
        if gold and (marks.arcs is None or (marks.arcs and self.mode is Mode.LANES)):
            strips[:0] = self._arcs(row, gold, marks)
        strips = [self._with_gutter("", strip) for strip in strips]
        if self.mode is Mode.LANES and any(_begins(case, start, end) for case in cases):
            for number, curator in enumerate(self.shown.curators, 1):
                strips += self._curator(row, number, curator, cases, marks)
        return strips

    def _curator(self, row: int, number: int, curator: str, cases: list[SpanCase], marks: Highlights) -> list[Strip]:
        """Return what a curator marked in the cases on a row."""
        start, end = self.rows.bounds(row)
        spans = [claim for case in cases for claim in _claims(case, curator) if claim.start < end and start < claim.end]
        lanes = self._lanes(row, spans, marks) or [Strip.blank(self.rows.width, self.palette.style())]
        silent = [case for case in cases if not case.versions.get(curator) and start <= case.range[0] < end]
        for case in silent:
            lanes[0] = self._silence(lanes[0], row, case, focused=case.id in marks.focused)
        return [self._with_gutter(str(number) if not i else "", lane) for i, lane in enumerate(lanes)]

    def _silence(self, lane: Strip, row: int, case: SpanCase, *, focused: bool) -> Strip:
        """Write into a lane that its curator marked nothing, where there is room."""
        cell = min(self.rows.cells(row, *case.range)[0], max(0, self.rows.width - len(NOTHING)))
        under = lane.crop(cell, cell + len(NOTHING))
        if under.text.strip():
            return lane
        word = Strip([Segment(NOTHING, self.palette.style(self.palette.faint, italic=True, reverse=focused))])
        return Strip.join([lane.crop(0, cell), word, lane.crop(cell + len(NOTHING), lane.cell_length)])

    def _with_gutter(self, text: str, strip: Strip) -> Strip:
        gutter = Segment(text.ljust(VersionsView.GUTTER), self.palette.style(bold=True))
        return Strip.join([Strip([gutter]), strip])

    def _arc(self, row: int, relation: Relation) -> Arc | None:
        """Return a relation's part on a row; one of several versions says whose it is."""
        arc = super()._arc(row, relation)
        if arc is None or relation.curator is None or relation.origin != "suggested":
            return arc
        return arc._replace(label=f"{relation.curator} {relation.label}")


class VersionsView(TextView):
    """A text view that draws versions of cases."""

    GUTTER = 2

    def make_painter(self, rows: Rows) -> Painter:
        """Return what draws the rows."""
        painter = VersionsPainter(rows, self.session.layer, self._palette, self._mode)
        painter.shown = self.shown
        return painter

    shown = DisplayedCases()

    def show_cases(self, shown: DisplayedCases) -> None:
        """Draw the versions of other cases from the next painting on."""
        self.shown = shown
        if isinstance(self.painter, VersionsPainter):
            self.painter.shown = shown


def _begins(case: SpanCase, start: int, end: int) -> bool:
    """Return whether a row has something to draw of a case: a mark, or the place where somebody made none."""
    return start <= case.range[0] < end or any(claim.start < end and start < claim.end for claim in case.claims)


def _claims(case: SpanCase, curator: str | None = None) -> list[Span]:
    """Return what was marked in a case, as spans to draw: solid what stands, else dotted; ``source`` is the case."""
    said = case.claims if curator is None else case.versions.get(curator, ())
    return [
        Span(f"{case.id}/{key}", *key, "added" if key in case.outcome else "suggested", source=case.id) for key in said
    ]
