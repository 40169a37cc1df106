"""How figures vary: mean and standard deviation over pairs of layers and over documents; and confusion as shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean, stdev
from typing import Literal, NamedTuple

from annotator.reports import agreement_text
from annotator.reports.agreement import Agreement, Confusion
from annotator.reports.sections import Section

SHOWN = ("span.f1", "span.boundary_f1", "label.kappa", "token.kappa", "unit.alpha", "relation.f1")
"""Measures that tables have room for; the JSON has all of them."""

NOTE = (
    "Each pair or document counts the same here, however much it has; the figures above count what is there. A standard"
    " deviation says how much single pairs or documents vary, an interval how well the whole is known."
)


class MeanOfParts(NamedTuple):
    """The mean of a measure over a ``number`` of pairs or documents, and the standard deviation of such a sample."""

    measure: str
    title: str
    over: Literal["pairs", "documents"]
    mean: float
    deviation: float
    number: int


def spreads(agreement: Agreement) -> Iterator[MeanOfParts]:
    """Yield every measure that two pairs or two documents define."""
    for measure, _ in agreement.overall.figures:
        found = (pair.get(measure.name) for pair in agreement.pairs)
        yield from _spread(measure.name, measure.title, "pairs", [e.value for e in found if e is not None])
    titles = {measure.name: measure.title for measure, _ in agreement.overall.figures}
    rows = agreement.documents
    for name, values in (
        ("span.f1", [row.span_f1 for row in rows]),
        ("relation.f1", [row.relation_f1 for row in rows]),
    ):
        yield from _spread(name, titles.get(name, name), "documents", values)


def _spread(
    name: str, title: str, over: Literal["pairs", "documents"], values: Sequence[float | None]
) -> Iterator[MeanOfParts]:
    known = [value for value in values if value is not None]
    if len(known) > 1:
        yield MeanOfParts(name, title, over, fmean(known), stdev(known), len(known))


def spread_section(agreement: Agreement) -> Section:
    """A table of the means, of the measures that it has room for."""
    rows = [
        (one.title, one.over, agreement_text.number(one.mean), agreement_text.number(one.deviation), one.number)
        for one in spreads(agreement)
        if one.measure in SHOWN
    ]
    columns = ("measure", "over", "mean", "SD", "n")
    return Section("Means over pairs and documents", columns, rows, columns[2:], NOTE if rows else "")


# Confusion


def row_shares(confusion: Confusion) -> list[list[float | None]]:
    """Of what has the label of a row, the share that has that of each column; ``None`` where nothing has it.

    Where it does not matter who said what, every agreement has two sides, and a disagreement one in each row.
    """
    sides = 1 if confusion.directed else 2
    found: list[list[float | None]] = []
    for place, row in enumerate(confusion.table):
        counts = [count * sides if place == column else count for column, count in enumerate(row)]
        total = sum(counts)
        found.append([count / total if total else None for count in counts])
    return found


def confusion_section(title: str, confusion: Confusion, most: int) -> Section:
    """What is taken for what, most often first: how often, and which share that is of either label."""
    found = confusion.disagreements()
    left, right = ("left", "right") if confusion.directed else ("one", "the other")
    place = {label: number for number, label in enumerate(confusion.labels)}
    mirrored = Confusion(confusion.labels, tuple(zip(*confusion.table, strict=True)), confusion.directed)
    shares, shares_back = row_shares(confusion), row_shares(mirrored)
    rows = [
        (one, other, f"{count:,}", _percent(shares[place[one]][place[other]]),
         _percent(shares_back[place[other]][place[one]]))
        for one, other, count in found[:most]
    ]  # fmt: skip
    columns = (left, right, "pairs", f"of {left}", f"of {right}")
    more = f"and {len(found) - most} more" if len(found) > most else ""
    return Section(title, columns, rows, columns[2:], more)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"
