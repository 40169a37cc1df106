"""What commands did, as JSON values with fields that stay; the schemas of :mod:`annotator.reports.schemas` say them.

The command line prints them under ``--json``, and :mod:`annotator.api` returns them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotator.files.outputs import Outputs
    from annotator.labels import LabelScheme
    from annotator.labels.retired import RetiredCounts, RetiredGroup
    from annotator.workflow.adjudicating.gold import GoldReport
    from annotator.workflow.exporting.export_writer import ExportResult
    from annotator.workflow.exporting.selection import Selection
    from annotator.workflow.importing.import_request import ImportReport
    from annotator.workflow.importing.ingest import IngestReport
    from annotator.workflow.learning.suggesting import SuggestReport
    from annotator.workflow.learning.training import TrainingResult
    from annotator.workflow.retired_work import RetiredLayer

Summary = dict[str, Any]


def ingest_summary(report: IngestReport) -> Summary:
    """What became of articles."""
    return {
        "added": report.added,
        "unchanged": report.unchanged,
        "replaced": report.replaced,
        "renamed": report.renamed,
        "owners": report.owners,
        "uncarried": [
            {"document": item.layer.document, "layer": item.layer.name, "label": item.label, "text": item.text}
            for item in report.uncarried
        ],
        "backup": _path(report.backup),
        "reading": report.reading.as_json(),
    }


def suggest_summary(report: SuggestReport) -> Summary:
    """What was suggested, and what stood in the way of more."""
    return {
        "suggested": report.suggested,
        "unchanged": report.unchanged,
        "spans": report.spans,
        "relations": report.relations,
        "missing": report.missing,
        "set_aside": report.set_aside or None,
        "unread": _sorted(report.unread),
        "dropped": _sorted(report.dropped),
        "unkept": _sorted(report.unkept),
        "sent": [{"host": host, **asdict(sent)} for host, sent in report.sent.items()],
        "uncalibrated": report.uncalibrated,
    }


def import_summary(report: ImportReport, form: str, *, dry_run: bool) -> Summary:
    """What an import took in, and what it did not."""
    layers = {
        name: {field.name: getattr(counts, field.name) for field in fields(counts)}
        for name, counts in report.layers.items()
    }
    return {
        "format": form,
        "dry_run": dry_run,
        "documents": {"new": report.new, "known": report.known},
        "repeated": report.repeated,
        "layers": layers,
        "aside": _sorted(report.aside),
        "lost": _sorted(report.lost),
        "notes": _sorted(report.notes),
        "borders": {
            "white_space": report.white_space.as_json(),
            "off_token": report.off_token.as_json(),
            "moved": report.moved,
        },
        "new_labels": report.new_labels,
        "overridden": _sorted(report.overridden),
        "backup": _path(report.backup),
        "labels_aside": _path(report.labels_aside),
    }


def export_summary(
    result: ExportResult, selection: Selection, form: str, layer: str, path: Path | None, outputs: Outputs
) -> Summary:
    """What an export wrote, and what it left out."""
    return {
        "format": form,
        "layer": layer,
        "path": _path(path),
        "parts": [{**asdict(part), "labels": _sorted(part.labels)} for part in result.parts],
        "setup": result.setup,
        "warnings": _sorted(result.warnings),
        "not_carried": _sorted(result.lost),
        "off_token": result.off_token.as_json(),
        "moved": result.moved,
        "left_out": selection.left_out,
        "retired": retired_records(selection.retired),
        "made_room": [{"path": str(there), "now": str(aside)} for there, aside in outputs.moved],
    }


def gold_summary(report: GoldReport) -> Summary:
    """What became gold without anybody's decision, and what did not."""
    return {
        "settled": report.settled,
        "unchanged": report.unchanged,
        "open": report.open,
        "retired": retired_records(report.retired),
    }


def doctor_summary(findings: Iterable[str], seal: Path | None, retired: Iterable[RetiredLayer] | None) -> Summary:
    """What is damaged; ``retired`` is ``None`` where it was not counted, because of damage."""
    counts: RetiredCounts = Counter()
    for one in retired or ():
        counts.update(one.counts)
    return {
        "findings": list(findings),
        "seal": _path(seal),
        "retired": None if retired is None else retired_records(counts),
    }


def training_summary(trained: TrainingResult) -> Summary:
    """The card of the version in use, without what is about its files; ``new`` says whether it was made just now."""
    return {**{name: value for name, value in trained.card.items() if name not in ("files", "format")},
            "new": trained.new}  # fmt: skip


def validation_summary(problems: Mapping[Path, list[str]]) -> Summary:
    """The problems of files that were checked."""
    return {
        "problems": sum(map(len, problems.values())),
        "files": [{"file": str(path), "problems": found} for path, found in problems.items()],
    }


def scheme_check_summary(
    path: Path, mistakes: list[str], scheme: LabelScheme | None, retired: Iterable[RetiredLayer], outdated: int
) -> Summary:
    """The mistakes of a label scheme, or, where it has none, what of the work it does not allow.

    ``outdated`` counts the documents whose suggestions have labels that it does not have.
    """
    layers: dict[RetiredGroup, Counter[str]] = {}
    for layer in retired:
        for group, count in layer.counts.items():
            layers.setdefault(group, Counter())[layer.name.name] += count
    return {
        "path": str(path),
        "mistakes": mistakes,
        "entities": None if scheme is None else len(scheme.entities),
        "relations": None if scheme is None else len(scheme.relations),
        "retired": [
            {**group._asdict(), "count": counts.total(), "layers": _sorted(counts)}
            for group, counts in sorted(layers.items())
        ],
        "outdated_suggestions": outdated,
    }


def retired_records(counts: RetiredCounts) -> list[Summary]:
    """How much work the label scheme no longer allows: by label, kind of item and reason."""
    return [{**group._asdict(), "count": count} for group, count in sorted(counts.items())]


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)
