"""Lays out the page of pairs of layers, and of curators against one another.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from rich.cells import cell_len

from annotator.reports.agreement import Agreement, PairSlice
from annotator.reports.agreement_text import number, with_interval
from annotator.tui.layout.competence_lines import competence_lines
from annotator.tui.layout.difference_lines import difference_lines
from annotator.tui.layout.figure_lines import column_heads, figure_line
from annotator.tui.layout.figures import PageLine, StyledText, column_width, fit, heading
from annotator.tui.layout.strips import curator_line
from annotator.wording import plural
from annotator.workflow.comparing.agreement_sample import display_name
from annotator.workflow.comparing.disagreements import DisagreementFilter


def pair_lines(agreement: Agreement, width: int) -> Iterator[PageLine]:
    """Yield the page of pairs: all in a table, the curators, what differs, then pair by pair."""
    if not agreement.pairs:
        return
    yield from _pair_table(agreement, width)
    yield from curator_line(agreement, width)
    yield from competence_lines(agreement.competence, width)
    yield from difference_lines(agreement.differences, ("pair", "curator"), width)
    for measure, title, relations in (("span.f1", "Spans", False), ("relation.f1", "Relations", True)):
        yield from heading(f"{title}, pair by pair")
        yield column_heads(width)
        for pair in agreement.pairs:
            target = DisagreementFilter(
                f"{title.lower()} of {pair.name}", relations=relations, pair=(pair.left, pair.right)
            )
            yield figure_line(pair.name, pair.get(measure), target, width, measure=measure)


def _pair_table(agreement: Agreement, width: int) -> Iterator[PageLine]:
    """Yield a table of all pairs; where names have no room above columns, numbers stand for them.

    Where not even these have room there is none, as the list of pairs gives the same figures.
    """
    names = [display_name(layer) for layer in agreement.layers]
    pairs = {frozenset((p.left, p.right)): p for p in agreement.pairs}
    longest = max(map(cell_len, names)) + 1
    side = min(16, longest)
    cells = column_width(names, width - side, 6, 14)
    heads, rows = names, names
    if cells < min(14, longest):
        heads = [str(place) for place in range(1, len(names) + 1)]
        rows = [f"{head} {name}" for head, name in zip(heads, names, strict=True)]
        side = min(16, longest + 3)
        cells = max(4, min(6, (width - side) // len(names)))
    if side + cells * len(names) > width:
        return
    yield (StyledText("Strict span F1 of each pair of layers", "bold"),)
    yield (StyledText(" " * side), *(StyledText(fit(head, cells), "faint") for head in heads))
    for row, said in zip(agreement.layers, rows, strict=True):
        found = (pairs.get(frozenset((row, column))) for column in agreement.layers)
        yield (StyledText(fit(said, side)), *chain.from_iterable(_pair_cell(pair, cells) for pair in found))


def _pair_cell(pair: PairSlice | None, cells: int) -> Iterator[StyledText]:
    estimate = pair.get("span.f1") if pair is not None else None
    if pair is None or estimate is None:
        yield StyledText(" " * cells)
        return
    target = DisagreementFilter(f"spans of {pair.name}", relations=False, pair=(pair.left, pair.right))
    tip = f"{pair.name}: {with_interval(estimate)}, {plural(estimate.informative, 'document')}"
    yield StyledText(fit(number(estimate.value), cells - 1), "", estimate.value, target, tip, "span.f1")
    yield StyledText(" ")
