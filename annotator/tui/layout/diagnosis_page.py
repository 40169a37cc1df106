"""Lays out what to do: the diagnoses with their evidence, and in short on the first page.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from annotator.reports.agreement import Agreement
from annotator.reports.agreement_text import nothing_to_do
from annotator.reports.diagnosis import Diagnosis, example_in_words
from annotator.tui.layout.figures import PageLine, StyledText, Target, fit, heading, prose
from annotator.workflow.comparing.disagreements import DisagreementFilter

INDENT = 3
MOST_IN_SHORT = 4
SHARE_CELLS = 16
WIDEST_WORDS = 84
"""Cells up to which a diagnosis in short goes, so that its share stands near it."""


def to_do_in_short(agreement: Agreement, width: int) -> Iterator[PageLine]:
    """Yield a line for each of the first diagnoses, none without any."""
    found = agreement.diagnoses or ()
    if not found:
        return
    yield from heading("What to do (9: why, with examples)")
    for rank, one in enumerate(found[:MOST_IN_SHORT], 1):
        share = f"{one.explained:,} of {one.total:,}" if one.total else ""
        words = fit(f"{rank}. {one.words}", max(20, min(WIDEST_WORDS, width - SHARE_CELLS)))
        yield (
            StyledText(words, target=_target(one), tip=one.evidence),
            StyledText(fit(share, SHARE_CELLS, right=True), "faint"),
        )
    if len(found) > MOST_IN_SHORT:
        yield (StyledText(f"{' ' * INDENT}and {len(found) - MOST_IN_SHORT:,} more", "faint"),)


def what_to_do(agreement: Agreement, width: int) -> Iterator[PageLine]:
    """Yield every diagnosis with its evidence, its examples and the next step."""
    if not agreement.looked_into:
        return
    if not agreement.diagnoses:
        yield from prose(nothing_to_do(agreement), width)
    for rank, found in enumerate(agreement.diagnoses or (), 1):
        if rank > 1:
            yield ()
        title = prose(f"{rank}. {found.words}", width - INDENT, "bold")
        yield from _with_target(title, 0, _target(found), found.evidence)
        if found.share:
            yield (StyledText(f"{' ' * INDENT}{found.share}", "faint"),)
        yield from _indented(found.evidence, width)
        for example in found.examples:
            key = example.disagreement.document
            told = prose(example_in_words(example), width - 2 * INDENT)
            yield from _with_target(told, 2 * INDENT, _within(found, key), f"in {key}")
        yield from _indented(f"→ {found.next_step}", width, "bold")


def _target(found: Diagnosis) -> Target | None:
    return found.document or found.which


def _within(found: Diagnosis, key: str) -> DisagreementFilter | None:
    """What it explains in one document."""
    if found.which is None:
        return None
    return replace(found.which, title=f"{key}: {found.words}", documents=frozenset({key}))


def _with_target(lines: list[PageLine], indent: int, target: Target | None, tip: str) -> Iterator[PageLine]:
    """Yield indented lines; what is behind them is on the first."""
    for number, (text, *_) in enumerate(lines):
        if number:
            yield StyledText(" " * max(indent, INDENT)), text
        else:
            yield StyledText(" " * indent), text._replace(target=target, tip=tip)


def _indented(text: str, width: int, style: str = "") -> Iterator[PageLine]:
    for line in prose(text, width - INDENT, style):
        yield (StyledText(" " * INDENT), *line)
