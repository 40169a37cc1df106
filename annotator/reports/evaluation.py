"""An evaluation of suggestions as JSON values, and as tables and bars for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annotator.workflow.comparing.verdicts import VERDICTS, accepted_share

if TYPE_CHECKING:
    from annotator.workflow.learning.evaluation import Counts, Evaluation, Score

BAR = 40
"""Cells of a bar that stands for 1."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
MEASURES = ("P", "R", "F1", "95 %", "overlap F1")
KINDS = {"spans": "spans", "relations": "relations, true ends", "whole": "relations, whole"}


class EvaluationTable(NamedTuple):
    """A table for a terminal: its title, its column headings, its rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def as_record(evaluation: Evaluation) -> dict[str, Any]:
    """An evaluation as JSON values; undefined figures are null."""
    return {
        "documents": evaluation.documents,
        "folds": evaluation.folds,
        "used": dict(evaluation.used),
        **{kind: {way: _score(s) for way, s in getattr(evaluation, kind).items()} for kind in KINDS},
        "labels": {kind: {name: _score(s) for name, s in by.items()} for kind, by in evaluation.labels.items()},
        "sources": {kind: {name: _score(s) for name, s in by.items()} for kind, by in evaluation.sources.items()},
        "learning_curve": [
            {"share": share, "documents": round(documents, 1), **{k: _rounded(v) for k, v in values.items()}}
            for share, documents, values in evaluation.curve
        ],
        "calibration": {
            kind: {
                "expected_error": _rounded(error),
                "bins": [{"count": b.size, "score": _rounded(b.score), "right": _rounded(b.right)} for b in bins],
            }
            for kind, (bins, error) in evaluation.calibration.items()
        },
        "verdicts": _verdicts(evaluation),
        "attributes": {name: _rounded(f1) for name, f1 in evaluation.attributes.items()},
        "groups": {
            label: {score: _rounded(f1) for score, f1 in scores.items()} for label, scores in evaluation.groups.items()
        },
    }


def _verdicts(evaluation: Evaluation) -> dict[str, Any]:
    counts = evaluation.verdicts
    blind = counts.blind
    return {
        "documents": counts.shown,
        "by_source": [
            {"kind": kind, "source": source, **_verdict_counts(c)}
            for (kind, source), c in sorted(counts.by_source.items())
        ],
        "by_score": [
            {"kind": kind, "from": tenth / 10, **_verdict_counts(c)}
            for (kind, tenth), c in sorted(counts.by_score.items())
        ],
        "blind": {
            "documents": blind.documents,
            "suggested": blind.suggested,
            "matched": blind.matched,
            "share": _rounded(blind.matched / blind.suggested if blind.suggested else None),
        },
    }


def _verdict_counts(counts: Mapping[str, int]) -> dict[str, Any]:
    return {**{verdict: counts.get(verdict, 0) for verdict in VERDICTS}, "share": _rounded(accepted_share(counts))}


def _score(score: Score) -> dict[str, Any]:
    ends = score.interval and [_rounded(value) for value in score.interval]
    return {**_counts(score.exact), "interval": ends, "overlap": _counts(score.overlap)}


def _counts(counts: Counts) -> dict[str, Any]:
    measures = {name: _rounded(getattr(counts, name)) for name in ("precision", "recall", "f1")}
    return {**measures, "shared": counts.shared, "suggested": counts.suggested, "right": counts.right}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def tables(evaluation: Evaluation) -> Iterator[EvaluationTable]:
    """Yield the tables of an evaluation, the overall figures first."""
    rows = [
        [KINDS[kind], way, *_cells(score), "✓" if evaluation.used[kind] == way else ""]
        for kind in KINDS
        for way, score in getattr(evaluation, kind).items()
    ]
    yield EvaluationTable("on documents left out", ("of", "way", *MEASURES, "used"), rows)
    for name, groups in (("label", evaluation.labels), ("source", evaluation.sources)):
        lines = [
            [kind, key, *_cells(score), str(score.exact.suggested), str(score.exact.right)]
            for kind, by in groups.items()
            for key, score in by.items()
        ]
        alone = ", each alone against all that is right" if name == "source" else ""
        yield EvaluationTable(f"by {name}, as used{alone}", ("of", name, *MEASURES, "suggested", "right"), lines)
    if evaluation.attributes:
        lines = [[name, _shown(f1)] for name, f1 in evaluation.attributes.items()]
        yield EvaluationTable("attributes of true spans, and of documents", ("of", "F1"), lines)
    for label, scores in evaluation.groups.items():
        yield EvaluationTable(f"groups between true spans: {label}", tuple(scores), [[*map(_shown, scores.values())]])
    for kind, (bins, error) in evaluation.calibration.items():
        title = f"calibration of {kind}: expected error {_shown(error)}"
        yield EvaluationTable(
            title, ("suggested", "score", "right"), [[str(b.size), _shown(b.score), _shown(b.right)] for b in bins]
        )
    yield from _verdict_tables(evaluation)


def _verdict_tables(evaluation: Evaluation) -> Iterator[EvaluationTable]:
    counts = evaluation.verdicts
    if counts.by_source:
        columns = ("of", "source", *VERDICTS, "accepted share")
        yield EvaluationTable(
            f"verdicts in {counts.shown} finished documents, by source",
            columns,
            [[k, s, *_verdict_cells(c)] for (k, s), c in sorted(counts.by_source.items())],
        )
        scored = sorted(counts.by_score.items())
        rows = [[k, f"{t / 10:.1f}–{(t + 1) / 10:.1f}", *_verdict_cells(c)] for (k, t), c in scored]
        yield EvaluationTable("by score shown", ("of", "score", *columns[2:]), rows)
    blind = counts.blind
    if blind.documents:
        share = _shown(blind.matched / blind.suggested if blind.suggested else None)
        rows = [[str(blind.documents), str(blind.suggested), str(blind.matched), share]]
        yield EvaluationTable(
            "blind documents: spans that nobody was shown", ("documents", "suggested", "marked", "share"), rows
        )


def _verdict_cells(counts: Mapping[str, int]) -> list[str]:
    return [*(str(counts.get(verdict, 0)) for verdict in VERDICTS), _shown(accepted_share(counts))]


def _cells(score: Score) -> list[str]:
    interval = "–" if score.interval is None else f"{score.interval[0]:.3f}–{score.interval[1]:.3f}"
    exact = score.exact
    return [_shown(exact.precision), _shown(exact.recall), _shown(exact.f1), interval, _shown(score.overlap.f1)]


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def curve(evaluation: Evaluation) -> Iterator[str]:
    """Yield the learning curve as bars of F1, a line a share and kind."""
    for kind, name in KINDS.items():
        yield f"{name}"
        for share, documents, values in evaluation.curve:
            value = values[kind]
            yield f"  {share:4.0%} {documents:6.1f} documents  {bar(value)} {_shown(value)}"


def bar(value: float | None, cells: int = BAR) -> str:
    """A bar for a value from 0 to 1, to an eighth of a cell."""
    eighths = round(8 * cells * min(max(value or 0.0, 0.0), 1.0))
    full, rest = divmod(eighths, 8)
    return (_EIGHTHS[8] * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)
