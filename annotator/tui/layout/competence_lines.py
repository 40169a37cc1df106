"""Lays out how far curators can be relied on, for the agreement screen.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.reports.agreement_competence import COLUMNS, NOTE, TITLE, shares
from annotator.reports.agreement_text import number
from annotator.reports.curator_competence import Competence
from annotator.tui.layout.figures import PageLine, StyledText, bar, fit, heading, prose

NAME_CELLS, CELLS = 18, 9


def competence_lines(found: Competence | None, width: int) -> Iterator[PageLine]:
    """Yield a line a curator, or why there is none."""
    if found is None:
        return
    yield from heading(TITLE)
    if not found.curators:
        yield from prose(f"Not estimated: {found.reason}.", width, "faint")
        return
    heads = "".join(fit(head, CELLS if head != "other label" else 13, right=True) for head in ("places", *COLUMNS))
    yield (StyledText(f"{fit('', NAME_CELLS)}{heads}", "faint"),)
    room = width - NAME_CELLS - 6 * CELLS - 6
    for one in found.curators:
        right, *others = map(number, shares(one))
        missed, added, other, knows = others
        yield (
            StyledText(fit(one.curator, NAME_CELLS)),
            StyledText(fit(f"{one.places:,}", CELLS, right=True), "faint"),
            StyledText(fit(right, CELLS, right=True), "bold"),
            StyledText("".join(fit(value, CELLS, right=True) for value in (missed, added))),
            StyledText(fit(other, 13, right=True)),
            StyledText(fit(knows, CELLS, right=True)),
            StyledText(f"  {bar(one.right or 0.0, room)}" if room >= 8 else "", "faint"),
        )
    yield from prose(NOTE, width, "faint")
