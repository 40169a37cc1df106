"""How many documents have to be annotated twice until intervals are narrow: overall and by label, in every report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from annotator.agreement.planning import HALF_WIDTH, TOO_MANY, CurvePoint, Needed, Outlook
from annotator.reports.agreement import Agreement, Figure, Scope
from annotator.reports.agreement_text import number
from annotator.reports.sections import Section
from annotator.wording import plural

TITLE = "How many documents"
WIDER = 0.05
"""A half-width that takes fewer documents, beside the one that is asked for."""
OVERALL = ("span.f1", "relation.f1")
LONGEST = 50
"""How many times the documents compared a curve goes up to at most."""

ASSUMPTIONS = (
    "Documents in all, finished by two or more, until half the width of the interval is that small; in brackets between"
    " which numbers that lies four times in five. It is taken that further documents are drawn from the whole corpus,"
    " are as hard as those compared and done by curators who work as before, and that the figure stays where it is. The"
    " fewer documents there are, the less this is worth: measure again on the way."
)


class FigureOutlook(NamedTuple):
    """A figure, what its interval would be over more documents, and what it is called among others."""

    scope: Scope
    name: str
    figure: Figure
    outlook: Outlook

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval as it is."""
        return None if self.figure.estimate.low is None else self.outlook.half_width

    @property
    def needed(self) -> Needed:
        """How many documents the half-width that is asked for takes."""
        return self.outlook.until(HALF_WIDTH)


def outlooks(agreement: Agreement) -> Iterator[FigureOutlook]:
    """Yield the outlook of the strict F1 of spans and relations, of what has a goal, and of every label."""
    wanted = (*OVERALL, *(name for name in agreement.goals if name not in OVERALL))
    for figure in agreement.overall.figures:
        if figure.measure.name in wanted and figure.estimate.items:
            yield FigureOutlook("overall", figure.measure.title, figure, agreement.outlook(figure))
    for part in (*agreement.labels, *agreement.relations):
        yield FigureOutlook(part.scope, part.name, part.figures[0], agreement.outlook(part.figures[0]))


def curve(found: FigureOutlook) -> list[CurvePoint]:
    """Half-widths over numbers of documents, to where they are as small as is asked for; none without an outlook."""
    needed, compared = found.needed.documents, found.figure.estimate.documents
    most = LONGEST * compared if needed is None else min(needed, LONGEST * compared)
    return found.outlook.curve(max(most, 2 * compared))


def in_words(needed: Needed, documents: int) -> str:
    """How many documents something takes, as ``160 (120 to 250)``."""
    if needed.documents is None:
        return needed.reason if needed.reason == TOO_MANY else "cannot be told yet"
    if needed.documents <= documents:
        return "reached"
    between = "" if needed.low == needed.high else f" ({needed.low:,} to {_most(needed)})"
    return f"{needed.documents:,}{between}"


def _most(needed: Needed) -> str:
    return "more" if needed.high is None else f"{needed.high:,}"


def section(agreement: Agreement) -> Section:
    """A table with a line a figure."""
    rows = []
    for found in outlooks(agreement):
        estimate = found.figure.estimate
        told = (found.outlook.until(width) for width in (WIDER, HALF_WIDTH))
        half_width = "–" if found.half_width is None else f"± {number(found.half_width)}"
        reason = found.outlook.reason.removeprefix("no interval: ")
        rows.append((
            found.name, f"{estimate.documents:,}", f"{estimate.informative:,}", half_width,
            *([reason, ""] if reason else [in_words(needed, estimate.documents) for needed in told]),
        ))  # fmt: skip
    columns = ("", "documents", "with any", "now", f"for ± {number(WIDER)}", f"for ± {number(HALF_WIDTH)}")
    note = f"{ASSUMPTIONS} There are {plural(agreement.total, 'document')} in all."
    return Section(TITLE, columns, rows, columns[1:4], note if rows else "", spare=columns[2:3])


def record(agreement: Agreement) -> dict[str, Any]:
    """The outlooks as JSON values."""
    figures = [
        {
            "scope": found.scope,
            "name": found.name if found.scope != "overall" else None,
            "measure": found.figure.measure.name,
            "documents": found.figure.estimate.documents,
            "informative": found.figure.estimate.informative,
            "half_width": found.half_width,
            "needed": found.needed._asdict(),
            "curve": [point._asdict() for point in curve(found)],
        }
        for found in outlooks(agreement)
    ]
    return {"half_width": HALF_WIDTH, "assumptions": ASSUMPTIONS, "figures": figures}
