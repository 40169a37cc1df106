"""The lead's status as tables and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from annotator.reports.sections import Section
from annotator.reports.summaries import retired_records
from annotator.store import Charge
from annotator.wording import plural
from annotator.workflow.progress import CuratorProgress, Overview

WORK = ("assigned", "blind", "todo", "doing", "done", "skipped", "returned", "flagged", "idle")
YIELD = ("spans", "relations", "min/doc", "docs/day", "time left")
"""Columns of the tables: how far everybody is, and what comes of it."""

_ALWAYS = frozenset({"todo", "doing", "done", "spans", "relations"})


def curator_json(progress: CuratorProgress) -> dict[str, Any]:
    """One curator's numbers as JSON values; what is not known yet is null."""
    tally = asdict(progress.tally)
    minutes, recent = tally.pop("minutes"), tally.pop("recent")
    return {
        **tally,
        "minutes_per_document": _rounded(minutes),
        "finished_lately": recent[0],
        "documents_per_day": _rounded(progress.per_day),
        "hours_left": _rounded(progress.hours_left),
        "days_left": _rounded(progress.days_left),
    }


def overview_json(overview: Overview) -> dict[str, Any]:
    """The overview as JSON values, by the keys of ``annotator status --json``."""
    stages = overview.stages._asdict()
    reopened = stages.pop("reopened")
    return {
        "stages": stages,
        "reopened": reopened,
        "curators": [curator_json(progress) for progress in overview.curators],
        "abandoned": [noted._asdict() for noted in overview.abandoned],
        "flagged": [noted._asdict() for noted in overview.flagged],
        "returned": [returned._asdict() for returned in overview.returned],
        "retired": retired_records(overview.retired),
    }


def curator_sections(curators: Sequence[CuratorProgress], tables: Sequence[Sequence[str]]) -> Iterator[Section]:
    """Yield tables of the curators, each with some columns; those in which nobody has anything are left away."""
    rows = [_cells(progress) for progress in curators]
    for columns in tables if rows else ():
        shown = ("curator", *(column for column in columns if column in _ALWAYS or any(row[column] for row in rows)))
        cells = [[row[column] for column in shown] for row in rows]
        yield Section("Curators", shown, cells, numbers=(*WORK, *YIELD[:-1]))


def noted_sections(overview: Overview) -> Iterator[Section]:
    """Yield tables of what wants the lead's eye: left lying, flagged, returned."""
    for what, noted in (("left lying", overview.abandoned), ("flagged", overview.flagged)):
        if noted:
            rows = [(one.document, one.curator, one.changed_at) for one in noted]
            yield Section(what.capitalize(), (what, "curator", "last step"), rows)
    if overview.returned:
        returned = [(one.document, one.curator, one.by, one.at, one.note) for one in overview.returned]
        yield Section("Returned", ("returned", "curator", "by", "at", "note"), returned, cut="note")


def _cells(progress: CuratorProgress) -> dict[str, object]:
    tally = progress.tally
    return {
        **asdict(tally),
        "idle": tally.abandoned,
        "min/doc": _one_decimal(tally.minutes),
        "docs/day": _one_decimal(progress.per_day),
        "time left": time_left(progress),
    }


def _one_decimal(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def time_left(progress: CuratorProgress) -> str:
    """An estimate in words: work in hours, then days at the pace of the last week."""
    hours, days = progress.hours_left, progress.days_left
    said = [] if hours is None else [f"{hours:.1f} h" if hours >= 1 else f"{60 * hours:.0f} min"]
    if days is not None:
        said.append(f"{days:.0f} d" if days >= 1 or days == 0 else "< 1 d")
    return ", ".join(said)


def stages_line(overview: Overview) -> str:
    """In one line how far the documents are."""
    documents, untouched, in_work, done, gold, reopened = overview.stages
    parts = [
        f"{untouched:,} untouched",
        f"{in_work:,} in work",
        f"{done:,} done by all who have them",
        f"{gold:,} gold",
    ]
    if reopened:
        parts.append(f"{reopened:,} reopened since by other work")
    return f"{plural(documents, 'document')}: {', '.join(parts)}"


def charge_words(charges: Mapping[str, Charge]) -> str:
    """Who has a document and how far they are."""
    return ", ".join(f"{name} {c.state}{' ⚑' if c.flagged else ''}" for name, c in charges.items())


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
