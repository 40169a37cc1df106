"""Lays out a figure on a line, as all pages of the agreement screen show it.  Pure."""

from __future__ import annotations

from annotator.agreement.estimates import Estimate
from annotator.reports.agreement_text import with_interval
from annotator.tui.layout.figures import PageLine, StyledText, fit, scale
from annotator.wording import plural
from annotator.workflow.comparing.disagreements import DisagreementFilter

NAME_CELLS = 30
WIDE_NAME_CELLS, WIDE_FROM = 40, 110
"""Cells for names where the page has at least ``WIDE_FROM`` cells."""

VALUE_CELLS = 16
"""Cells for a value and its interval, both ends of which may be below 0."""


def _layout(width: int) -> tuple[int, int]:
    """The widths in cells of the column of names and of the scale."""
    name = WIDE_NAME_CELLS if width >= WIDE_FROM else NAME_CELLS
    return name, max(10, min(60, width - name - VALUE_CELLS - 18))


def figure_line(
    name: str,
    estimate: Estimate | None,
    target: DisagreementFilter | None,
    width: int,
    *,
    measure: str,
    tip: str = "",
) -> PageLine:
    """Lay out a figure: name, value with interval, scale, number of documents and of items."""
    cells, room = _layout(width)
    if estimate is None:
        return (StyledText(fit(name, cells)), StyledText(" –"))
    if estimate.value is None:
        reason = fit(f"– {estimate.reason}", width - cells - 1)
        told = StyledText(f" {reason}", "faint", tip=f"{name}: {estimate.reason}", measure=measure)
        return (StyledText(fit(name, cells)), told)
    counts = f"{fit(f'{estimate.informative:,}', 7, right=True)}{fit(f'{estimate.items:,}', 9, right=True)}"
    facts = (with_interval(estimate), plural(estimate.informative, "document"), estimate.reason)
    explanation = f"{tip or name}: {', '.join(fact for fact in facts if fact)}"
    return (
        StyledText(fit(name, cells)),
        StyledText(f" {fit(with_interval(estimate), VALUE_CELLS)}", "bold", None, target, explanation, measure),
        StyledText(f" {scale(estimate, room)}"),
        StyledText(counts, "faint"),
    )


def column_heads(width: int, name: str = "") -> PageLine:
    """The line above figures, of which ``name`` says what stands on the left."""
    cells, room = _layout(width)
    ends = fit("0", room - 1) + "1"
    counts = f"{fit('docs', 7, right=True)}{fit('items', 9, right=True)}"
    return (StyledText(f"{fit(name, cells)} {fit('95 % interval', VALUE_CELLS)} {ends}{counts}", "faint"),)
