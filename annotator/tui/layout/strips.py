"""Draws where documents and curators stand, in letters and blocks that need no colour.  Pure."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.reports.agreement import Agreement
from annotator.reports.agreement_text import number
from annotator.reports.positions_on_a_line import counts_in_bins, curator_scores, document_scores, ends
from annotator.tui.layout.figures import PageLine, StyledText, fit
from annotator.wording import plural

BLOCKS = " ▁▂▃▄▅▆▇█"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_BINS = 100
"""Cells of a strip of documents at most."""


def document_strip(agreement: Agreement, width: int) -> Iterator[PageLine]:
    """Yield how many documents have which F1: a block a bin, its height the count, and where all of them are."""
    scores = document_scores(agreement)
    found = agreement.headline
    if len(scores) < 2 or found is None or found.value is None:
        return
    bins = max(10, min(MOST_BINS, width - 2))
    counts = counts_in_bins([score for _, score in scores], bins)
    most = max(counts)
    blocks = "".join(BLOCKS[0] if not count else BLOCKS[max(1, round(8 * count / most))] for count in counts)
    mark = min(int(found.value * bins), bins - 1)
    yield (StyledText(f"{plural(len(scores), 'document')} by strict span F1; ▲ all together", "bold"),)
    yield (StyledText(f" {blocks}"),)
    yield (StyledText(f" {_scale(bins, mark)}", "faint"),)
    caption = f"{number(0.0)}{fit(f'lowest {scores[0][0]} {number(scores[0][1])}', bins - 8, right=True)}"
    yield (StyledText(f" {caption}{fit(number(1.0), bins - len(caption), right=True)}", "faint"),)
    yield ()


def _scale(cells: int, mark: int) -> str:
    line = ["─"] * cells
    line[0], line[-1] = "├", "┤"
    line[mark] = "▲"
    return "".join(line)


def curator_line(agreement: Agreement, width: int) -> Iterator[PageLine]:
    """Yield the curators on a line by how well they agree with the others, and who is who."""
    scores = curator_scores(agreement)
    if not scores or len(scores) > len(LETTERS):
        return
    low, high = ends([score for _, score in scores])
    cells = max(20, min(MOST_BINS, width - 14))
    yield ()
    yield (StyledText("Curators by their mean strict span F1 with the others", "bold"),)
    rows: list[list[str]] = [["─"] * cells]
    rows[0][0], rows[0][-1] = "├", "┤"
    for letter, (_, score) in zip(LETTERS, scores, strict=False):
        at = round((score - low) / (high - low) * (cells - 1))
        row = next((row for row in rows[1:] if row[at] == " "), None)
        if row is None:
            row = [" "] * cells
            rows.append(row)
        row[at] = letter
    for row in reversed(rows[1:]):
        yield (StyledText(f"      {''.join(row)}"),)
    yield (StyledText(f" {fit(number(low), 4, right=True)} {''.join(rows[0])} {number(high)}", "faint"),)
    for letter, (name, score) in zip(LETTERS, scores, strict=False):
        yield (StyledText(f"      {letter} {fit(name, 24)} {number(score)}"),)
