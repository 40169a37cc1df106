"""Agreement as records: JSON whose fields stay, and CSV with one figure a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from annotator.agreement.gamma import Gamma, GammaFigure
from annotator.reports import agreement_competence, agreement_differences, agreement_outlook, agreement_text
from annotator.reports.agreement import Agreement, Confusion, DocumentRow, PairSlice, Slice
from annotator.reports.agreement_goals import goal_results, goal_sentence, overall_state, verdict
from annotator.reports.agreement_spread import row_shares, spreads
from annotator.reports.diagnosis import as_record
from annotator.reports.work_summary import WorkSummary

SCHEMA = "annotator.agreement/1"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a text begins that spreadsheets take for a formula."""

COLUMNS = (
    *("scope", "name", "left", "right", "measure", "level", "value", "low", "high", "method", "documents"),
    *("informative", "items", "reason", "categories", "resamples", "seed", "p", "p_holm"),
)
"""Of the CSV; also the fields of a figure in the JSON, but for the options."""


def figures(agreement: Agreement) -> Iterator[dict[str, Any]]:
    """Yield every figure as a record, γ where it was measured, those of single documents, then the differences."""
    for part in agreement.slices():
        yield from _figures(part)
    if agreement.gamma is not None:
        yield from _gamma_figures(agreement.gamma)
    for row in agreement.documents:
        yield from _document_figures(row)
    yield from agreement_differences.figure_records(agreement.differences)
    yield from agreement_competence.figure_records(agreement.competence)


def _figures(part: Slice) -> Iterator[dict[str, Any]]:
    left, right = (part.left, part.right) if isinstance(part, PairSlice) else (None, None)
    for measure, found in part.figures:
        yield {
            "scope": part.scope,
            "name": part.name or None,
            "left": left,
            "right": right,
            "measure": measure.name,
            "title": measure.title,
            "level": measure.universe.level,
            "universe": measure.universe.text,
            "categories": found.categories,
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "method": found.method,
            "documents": found.documents,
            "informative": found.informative,
            "items": found.items,
            "reason": found.reason or None,
        }


def _gamma_figures(gamma: Gamma) -> Iterator[dict[str, Any]]:
    whole = GammaFigure(gamma.value, gamma.low, gamma.high, gamma.documents, gamma.reason)
    named = [("overall", None, "gamma", whole), ("overall", None, "gamma.cat", gamma.cat)]
    for scope, name, measure, found in (*named, *(("label", k, "gamma.labels", v) for k, v in gamma.labels.items())):
        yield {
            "scope": scope,
            "name": name,
            "measure": measure,
            "level": "unit",
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "method": None if found.low is None else "jackknife" if gamma.over == "documents" else gamma.over,
            "documents": gamma.documents,
            "informative": found.documents,
            "items": gamma.items if found is whole else None,
            "reason": found.reason or None,
        }


def _document_figures(row: DocumentRow) -> Iterator[dict[str, Any]]:
    for measure, level, value in (
        ("span.f1", "span", row.span_f1),
        ("relation.f1", "relation", row.relation_f1),
        ("differences", "span", row.differences),
        ("relation_differences", "relation", row.relation_differences),
    ):
        yield {
            "scope": "document",
            "name": row.key,
            "measure": measure,
            "level": level,
            "value": value,
            "documents": 1,
            "items": row.items,
            "reason": f"no layer has a {level}" if value is None else "no interval: one document",
        }


def as_json(agreement: Agreement, work: WorkSummary) -> dict[str, Any]:
    """The report as JSON values; docs/agreement.md documents every field."""
    found = agreement.headline
    return {
        "schema": SCHEMA,
        "layers": list(agreement.layers),
        "options": {
            "level": 0.95,
            "intervals": agreement.options.way,
            "resamples": agreement.options.resamples,
            "seed": agreement.options.seed,
            "resampled": "documents",
        },
        "documents": {"total": agreement.total, "compared": agreement.compared, "single": agreement.single},
        "reason": agreement.reason or None,
        "retired": list(agreement.retired),
        "headline": {
            "measure": "span.f1",
            "value": found.value if found else None,
            "low": found.low if found else None,
            "high": found.high if found else None,
            "sentence": agreement_text.headline(agreement),
        },
        "verdict": _verdict(agreement),
        "outlook": agreement_outlook.record(agreement),
        "figures": [record for part in agreement.slices() for record in _figures(part)],
        "semeval": [
            {"left": pair.left, "right": pair.right, "schema": schema, **counts}
            for pair in agreement.pairs
            for schema, counts in pair.semeval.items()
        ],
        "competence": agreement_competence.record(agreement.competence),
        "spread": [one._asdict() for one in spreads(agreement)],
        "comparisons": agreement_differences.records(agreement.differences),
        "kinds": agreement.kinds,
        "relation_kinds": agreement.relation_kinds,
        "confusion": _confusion(agreement.confusion),
        "relation_confusion": _confusion(agreement.relation_confusion),
        "worst_documents": [{**asdict(row), "layers": list(row.layers)} for row in agreement.documents],
        "diagnoses": [as_record(found) for found in agreement.diagnoses or ()],
        "gamma": asdict(agreement.gamma) if agreement.gamma is not None else None,
        **_work(work),
    }


def _verdict(agreement: Agreement) -> dict[str, Any] | None:
    """The goals with their states; ``None`` where the label scheme has none, or nothing can be compared."""
    results = goal_results(agreement)
    if not results:
        return None
    goals = [
        {
            "measure": result.figure.measure.name,
            "goal": result.goal,
            "value": result.estimate.value,
            "low": result.estimate.low,
            "high": result.estimate.high,
            "state": result.state,
            "documents": result.estimate.documents,
            "needed": result.needed._asdict() if result.needed is not None else None,
            "sentence": goal_sentence(result),
        }
        for result in results
    ]
    return {"state": overall_state(results), "sentence": verdict(results), "goals": goals}


def _confusion(confusion: Confusion) -> dict[str, Any]:
    return {
        "labels": list(confusion.labels),
        "table": [list(row) for row in confusion.table],
        "shares": row_shares(confusion),
        "directed": confusion.directed,
    }


def _work(work: WorkSummary) -> dict[str, Any]:
    return {
        "suggestions": {
            "by_source": [{**asdict(a), "rate": a.rate} for a in work.sources],
            "by_curator": [{**asdict(a), "rate": a.rate} for a in work.curators],
            "calibration": [asdict(b) for b in work.calibration],
            "calibration_error": {kind: work.calibration_error(kind) for kind in ("span", "relation")},
        },
        "pace": [asdict(pace) for pace in work.pace],
        "times": [time._asdict() for time in work.times],
    }


def as_csv(agreement: Agreement) -> str:
    """Every figure as CSV, one a line; an empty field is null.

    A text that a spreadsheet would take for a formula has an apostrophe before it, which spreadsheets do not show.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in figures(agreement):
        row = {**record, "resamples": agreement.options.resamples, "seed": agreement.options.seed}
        writer.writerow({name: harmless(value) for name, value in row.items()})
    return out.getvalue()


def harmless(value: object) -> object:
    """A cell of CSV that no spreadsheet runs: numbers stay, a text that begins like a formula gets a ``'``."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
