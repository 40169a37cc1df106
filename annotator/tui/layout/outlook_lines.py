"""Lays out how many documents narrower intervals take: a curve for all spans, then a line a label.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.agreement.planning import HALF_WIDTH
from annotator.reports.agreement import Agreement
from annotator.reports.agreement_outlook import ASSUMPTIONS, FigureOutlook, curve, in_words, outlooks
from annotator.reports.agreement_text import number
from annotator.tui.layout.figures import PageLine, StyledText, bar, fit, heading, prose

NAME_CELLS = 30
MOST_POINTS = 7


def outlook_lines(agreement: Agreement, width: int) -> Iterator[PageLine]:
    """Yield the curve of strict span F1, and for every figure how many documents ± .03 takes."""
    found = list(outlooks(agreement))
    if not found:
        return
    yield from heading(f"How many documents until intervals are ± {number(HALF_WIDTH)}")
    for one in found:
        yield _line(one, width)
    yield from _curve(found[0], width)
    yield ()
    yield from prose(ASSUMPTIONS, width, "faint")


def _line(found: FigureOutlook, width: int) -> PageLine:
    estimate, reason = found.figure.estimate, found.outlook.reason.removeprefix("no interval: ")
    now = "" if found.half_width is None else f"± {number(found.half_width)}"
    said = reason or in_words(found.needed, estimate.documents)
    return (
        StyledText(fit(found.name, NAME_CELLS)),
        StyledText(fit(f"{estimate.documents:,}", 7, right=True)),
        StyledText(fit(now, 8, right=True)),
        StyledText(f"  {fit(said, max(10, width - NAME_CELLS - 17))}", "faint" if reason else "bold"),
    )


def _curve(found: FigureOutlook, width: int) -> Iterator[PageLine]:
    """Yield some points of a curve as bars, from the documents that there are on."""
    points = [point for point in curve(found) if point.documents >= found.figure.estimate.documents]
    if len(points) < 2:
        return
    yield from heading(f"{found.name}: half the width over so many documents")
    every = -(-len(points) // MOST_POINTS)
    for point in [*points[:-1:every], points[-1]]:
        yield (
            StyledText(fit(f"{point.documents:,}", 9, right=True)),
            StyledText(fit(f"± {number(point.half_width, digits=3)}", 8, right=True), "bold"),
            StyledText(f"  {bar(point.half_width / points[0].half_width, max(10, width - 30))}", "faint"),
        )
