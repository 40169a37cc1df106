"""How far curators can be relied on, in tables, records and short words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotator.reports.agreement_text import number
from annotator.reports.curator_competence import Competence, CuratorCompetence, HardPlace
from annotator.reports.sections import Section

TITLE = "How far curators can be relied on"

NOTE = (
    "Estimated from the answers of all where anybody marked something, whatever the borders; the truth is not known."
    " Right, missed, added, other label: Dawid & Skene 1979; knows rather than says anything: MACE. Two who copy each"
    " other, or err alike, look better than they are."
)

COLUMNS = ("right", "missed", "added", "other label", "knows")
"""The shares that are told of each curator, in the order of :func:`shares`."""


def shares(one: CuratorCompetence) -> list[float | None]:
    """The shares of a curator, in the order of :data:`COLUMNS`."""
    return [one.right, one.missed, one.added, one.mislabelled, one.knows]


def section(found: Competence | None) -> Section:
    """The curators as a table."""
    rows = [
        (one.curator, f"{one.documents:,}", f"{one.places:,}", *map(number, shares(one)))
        for one in (found.curators if found else ())
    ]
    columns = ("curator", "documents", "places", *COLUMNS)
    return Section(TITLE, columns, rows, columns[1:], NOTE)


def hard_places(found: Competence | None, most: int = 12) -> Section:
    """The places where the right answer is least certain."""
    places = found.hardest if found else ()
    rows = [
        (one.document, f"{one.start:,}–{one.end:,}", f"{one.bits:.2f}", _said(one), _likely(one))
        for one in places[:most]
    ]
    columns = ("document", "from – to", "bits", "said", "likely")
    return Section("Hardest places", columns, rows, ("bits",), "", cut="said")


def _said(one: HardPlace) -> str:
    return ", ".join(f"{name}: {label or 'nothing'}" for name, label in one.said.items())


def _likely(one: HardPlace) -> str:
    return ", ".join(f"{label or 'nothing'} {number(share)}" for label, share in one.likely[:3])


def record(found: Competence | None) -> dict[str, Any] | None:
    """The competence as a JSON value."""
    if found is None:
        return None
    return {
        "curators": [
            {
                "curator": one.curator,
                "documents": one.documents,
                "places": one.places,
                "right": one.right,
                "missed": one.missed,
                "added": one.added,
                "mislabelled": one.mislabelled,
                "knows": one.knows,
            }
            for one in found.curators
        ],
        "places": found.places,
        "difficulty": dict(sorted((found.documents or {}).items())),
        "hardest": [
            {
                "document": one.document,
                "start": one.start,
                "end": one.end,
                "said": one.said,
                "likely": [{"label": label, "share": share} for label, share in one.likely],
                "bits": one.bits,
            }
            for one in found.hardest
        ],
        "reason": found.reason or None,
    }


def figure_records(found: Competence | None) -> Iterator[dict[str, Any]]:
    """Yield lines of the CSV: of each curator (scope ``curator``), and the difficulty of each document."""
    if found is None:
        return
    for one in found.curators:
        for name, value in zip(("right", "missed", "added", "mislabelled", "knows"), shares(one), strict=True):
            yield {
                "scope": "curator",
                "name": one.curator,
                "measure": f"competence.{name}",
                "level": "span",
                "value": value,
                "documents": one.documents,
                "items": one.places,
                "reason": "of nothing" if value is None else "no interval",
            }
    for key, bits in sorted((found.documents or {}).items()):
        yield {
            "scope": "document",
            "name": key,
            "measure": "difficulty",
            "level": "span",
            "value": bits,
            "documents": 1,
            "reason": "no interval: one document",
        }
