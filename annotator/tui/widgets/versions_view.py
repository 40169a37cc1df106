"""The text view for gold: gold under each row, and where curators differ a lane for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from rich.segment import Segment
from textual.strip import Strip

from annotator.annotation import Relation, Span
from annotator.tui.between_keys import BetweenKeys
from annotator.tui.layout.arcs import Arc
from annotator.tui.layout.frame import Frame
from annotator.tui.layout.painting import Block, Highlights, Mode, Painter
from annotator.tui.layout.rows import Rows
from annotator.tui.widgets.text_view import TextView
from annotator.workflow.adjudicating.case_list import CaseList
from annotator.workflow.adjudicating.cases import SpanCase

NOTHING = "none"
"""Stands in the lane of a curator who marked nothing there."""


@dataclass(slots=True)
class DisplayedCases:
    """The span cases whose versions are shown, and the curators in the order of their numbers.

    ``in_focus`` is one that is shown only while it is in focus.
    """

    curators: Sequence[str] = ()
    cases: CaseList = field(default_factory=CaseList)
    in_focus: SpanCase | None = None

    def overlapping(self, start: int, end: int) -> list[SpanCase]:
        """The cases that overlap a range of the text."""
        if start >= end:
            return []
        cases = [case for case in self.cases.overlapping(start, end) if isinstance(case, SpanCase)]
        extra = self.in_focus
        if extra is not None and extra.range[0] < end and start < extra.range[1]:
            cases.append(extra)
        return cases


class VersionsPainter(Painter):
    """Paints gold under each row, and for displayed cases what each curator marked, numbered in the gutter."""

    displayed = DisplayedCases()

    def block(self, row: int, highlights: Highlights) -> Block:
        """Paint a row: arcs, the text, gold, and the curators' lanes, top line first."""
        start, end = self.rows.bounds(row)
        cases = self.displayed.overlapping(start, end)
        in_text, highlights = self._seen_in_text(row, highlights)
        block = self._block(row, self._spans(start, end), in_text, highlights)
        if self.mode is Mode.LANES and any(_is_visible(case, start, end) for case in cases):
            for number, curator in enumerate(self.displayed.curators, 1):
                block.strips.extend(self._curator_lanes(row, number, curator, cases, highlights))
        return block

    def _seen_in_text(self, row: int, highlights: Highlights) -> tuple[list[Span], Highlights]:
        """The spans of gold and those that are to be settled; the versions of a case in focus are in focus too."""
        start, end = self.rows.bounds(row)
        claims = [claim for case in self.displayed.overlapping(start, end) for claim in _claims(case)]
        focused = highlights.focused | {claim.id for claim in claims if claim.source in highlights.focused}
        undecided = [claim for claim in claims if claim.origin == "suggested"]
        return [*self._spans(start, end), *undecided], replace(highlights, focused=focused)

    def _curator_lanes(
        self, row: int, number: int, curator: str, cases: list[SpanCase], highlights: Highlights
    ) -> list[Strip]:
        """Paint what a curator marked in the cases on a row."""
        start, end = self.rows.bounds(row)
        spans = [claim for case in cases for claim in _claims(case, curator) if claim.start < end and start < claim.end]
        lanes = self._lanes(row, spans, highlights) or [Strip.blank(self.rows.width, self.palette.style())]
        for case in cases:
            if not case.versions.get(curator) and start <= case.range[0] < end:
                lanes[0] = self._with_nothing(lanes[0], row, case, focused=case.id in highlights.focused)
        return [self._framed(lane, mark="" if i else str(number)) for i, lane in enumerate(lanes)]

    def _with_nothing(self, lane: Strip, row: int, case: SpanCase, *, focused: bool) -> Strip:
        """Write into a lane, if there is room, that its curator marked nothing in a case."""
        cell = min(self.rows.cells(row, *case.range)[0], max(0, self.rows.width - len(NOTHING)))
        covered = lane.crop(cell, cell + len(NOTHING))
        if covered.text.strip():
            return lane
        word = Strip([Segment(NOTHING, self.palette.style(self.palette.faint, italic=True, reverse=focused))])
        return Strip.join([lane.crop(0, cell), word, lane.crop(cell + len(NOTHING), lane.cell_length)])

    def _arc(self, row: int, relation: Relation) -> Arc | None:
        """A relation's part on a row; a version that is not gold is labelled with its curators' numbers."""
        arc = super()._arc(row, relation)
        if arc is None or relation.curator is None or relation.origin != "suggested":
            return arc
        return arc._replace(label=f"{relation.curator} {arc.label}")


class VersionsView(TextView):
    """Shows gold, and the versions of the cases that are displayed."""

    MARK_CELLS = 2

    @cached_property
    def _painting_ahead(self) -> BetweenKeys:
        return BetweenKeys(self, self.paint_ahead)

    def make_painter(self, rows: Rows, frame: Frame) -> Painter:
        """Create a painter that knows the displayed cases."""
        painter = VersionsPainter(rows, frame, self.layer_view, self._palette, self._mode)
        painter.displayed = self.displayed
        return painter

    displayed = DisplayedCases()

    def show_cases(self, displayed: DisplayedCases) -> None:
        """Show the versions of other cases from the next painting on; the caller repaints.

        Then the text below the view is painted, into which the next case may scroll.
        """
        self.displayed = displayed
        self._painting_ahead.begin()
        if isinstance(self.painter, VersionsPainter):
            self.painter.displayed = displayed


def _is_visible(case: SpanCase, start: int, end: int) -> bool:
    """Whether a row shows part of a case: a claim, or the word for none at its start."""
    return start <= case.range[0] < end or any(claim.start < end and start < claim.end for claim in case.claims)


def _claims(case: SpanCase, curator: str | None = None) -> list[Span]:
    """The claims of a case as spans: solid if they stand, dotted if not; ``source`` is the id of the case."""
    keys = case.claims if curator is None else case.versions.get(curator, ())
    return [
        Span(f"{case.id}/{key}", *key, "added" if key in case.outcome else "suggested", source=case.id) for key in keys
    ]
