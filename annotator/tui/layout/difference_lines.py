"""Lays out which parts of an agreement differ, for the pages of the agreement screen.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from annotator.agreement.differences import Difference
from annotator.reports.agreement_differences import (
    FAMILIES,
    MEASURES,
    MOST_ROWS,
    clearest,
    is_clear,
    names,
    probability,
    sentence,
    told,
    with_bounds,
)
from annotator.tui.layout.figures import PageLine, StyledText, fit, heading, prose

BOUNDS_CELLS, P_CELLS, SAID_CELLS = 22, 7, 18
CORRECTED_CELLS = 10


def difference_lines(found: Sequence[Difference], families: Sequence[str], width: int) -> Iterator[PageLine]:
    """Yield a table of the differences of some families: those of spans, and others that are more than chance.

    The clearest of them are told in a sentence.
    """
    for family in families:
        own = [one for one in told(found) if one.contrast.family == family and one.difference is not None]
        spans = [one for one in own if one.measure == "span.f1"]
        rows = [*spans[:MOST_ROWS], *(one for one in own if one.measure != "span.f1" and is_clear(one))]
        if not rows:
            continue
        yield from heading(f"Differences: {FAMILIES[family]}")
        for one in clearest(found, family):
            yield from prose(f"{sentence(one)}.", width)
        cells = max(16, min(44, width - BOUNDS_CELLS - P_CELLS - CORRECTED_CELLS - SAID_CELLS - 1))
        heads = f"{fit('p', P_CELLS, right=True)}{fit('corrected', CORRECTED_CELLS, right=True)}"
        yield (StyledText(f"{fit('left − right', cells)} {fit('95 % interval', BOUNDS_CELLS)}{heads}", "faint"),)
        for one in rows:
            yield from _row(one, cells, width)
        if len(spans) > MOST_ROWS:
            yield (StyledText(f"and {len(spans) - MOST_ROWS} more, further from being clear", "faint"),)


def _row(one: Difference, cells: int, width: int) -> Iterator[PageLine]:
    """Yield the line of a difference; names that are too long stand on a line of their own."""
    so = "more than chance" if is_clear(one) else one.reason or "may be chance"
    what = "" if one.measure == "span.f1" else f"{MEASURES[one.measure]}: "
    ps = f"{fit(probability(one.p), P_CELLS, right=True)}{fit(probability(one.p_holm), CORRECTED_CELLS, right=True)}"
    room = width - cells - BOUNDS_CELLS - P_CELLS - CORRECTED_CELLS - 3
    name = f"{what}{names(one)}"
    if len(name) > cells:
        yield (StyledText(fit(name, width)),)
        name = ""
    yield (
        StyledText(fit(name, cells)),
        StyledText(f" {fit(with_bounds(one), BOUNDS_CELLS)}", "bold" if is_clear(one) else ""),
        StyledText(ps),
        StyledText(f"  {fit(so, max(4, room))}", "" if is_clear(one) else "faint"),
    )
