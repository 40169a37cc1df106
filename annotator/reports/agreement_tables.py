"""Agreement as tables: what the command prints, and what stands under the charts of the HTML report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from annotator.agreement.gamma import GammaFigure
from annotator.reports import agreement_competence, agreement_differences, agreement_outlook, agreement_text
from annotator.reports.agreement import Agreement, Figure, Slice
from annotator.reports.agreement_goals import goal_results, goal_sentence, verdict
from annotator.reports.agreement_spread import confusion_section, spread_section
from annotator.reports.diagnosis import NOTHING, example_in_words
from annotator.reports.sections import Section
from annotator.reports.work_summary import Acceptance, WorkSummary
from annotator.workflow.comparing.agreement_sample import display_name

MOST_ROWS = 12
"""Rows of a list that goes on: the worst documents, the most frequent confusions."""


EVERY_MEASURE = "Every measure"
"""The title of the table of all measures."""


def opening(agreement: Agreement) -> list[str]:
    """What is to be read first: the headline, whether goals are reached, where layers differ, what counts."""
    results = goal_results(agreement)
    lines = [
        f"Agreement of {agreement_text.layer_list(agreement)}",
        agreement_text.headline(agreement),
        verdict(results),
        *map(goal_sentence, results),
        agreement_text.differing(agreement),
        agreement_text.coverage(agreement),
        agreement_text.retired_labels(agreement),
    ]
    return [line for line in lines if line]


def sections(agreement: Agreement, work: WorkSummary) -> Iterator[Section]:
    """Yield the tables that have rows."""
    for section in (
        what_to_do(agreement),
        _figures("At a glance", agreement_text.leading(agreement)),
        *(_parts(title, parts) for title, parts in (
            ("Pairs", agreement.pairs),
            ("Labels", agreement.labels),
            ("Relations", agreement.relations),
            ("Languages", agreement.languages),
            ("Over time", agreement.times),
            ("Suggestions shown or not", agreement.conditions),
        )),
        spread_section(agreement),
        agreement_differences.section(agreement.differences),
        agreement_competence.section(agreement.competence),
        _figures(EVERY_MEASURE, agreement.overall.figures, agreement_text.caution(agreement)),
        _kinds("How spans differ", agreement.kinds, agreement_text.KIND_NAMES),
        _kinds("How relations differ", agreement.relation_kinds, agreement_text.RELATION_KIND_NAMES),
        agreement_outlook.section(agreement),
        confusion_section("Spans taken for one another", agreement.confusion, MOST_ROWS),
        confusion_section("Relations taken for one another", agreement.relation_confusion, MOST_ROWS),
        _semeval(agreement),
        _documents(agreement),
        agreement_competence.hard_places(agreement.competence),
        _acceptances("Suggestions by source", work.sources),
        _acceptances("Suggestions by curator", work.curators),
        _calibration(work),
        _pace(work),
        _gamma(agreement),
    ):  # fmt: skip
        if section.rows or section.paragraphs:
            yield section


def what_to_do(agreement: Agreement) -> Section:
    """The diagnoses, each with its evidence, its examples and the next step."""
    lines = []
    for rank, found in enumerate(agreement.diagnoses or (), 1):
        lines.append(f"{rank}. {found.words}{f' ({found.share})' if found.share else ''}")
        lines += [f"   {line}" for line in (found.evidence, *map(example_in_words, found.examples))]
        lines.append(f"   → {found.next_step}")
    return Section("What to do", (), (), paragraphs=tuple(lines or [NOTHING] if agreement.looked_into else lines))


FIGURES = ("value", "95 % interval", "documents", "items")


def _figures(title: str, figures: Sequence[Figure], note: str = "") -> Section:
    """A table with a line a measure of all layers."""
    rows = [
        (
            m.title,
            agreement_text.number(e.value),
            agreement_text.interval(e) or e.reason,
            e.informative,
            f"{e.items:,}",
            figure.universe,
        )
        for figure in figures
        for m, e in (figure,)
    ]
    columns = ("measure", *FIGURES, "of")
    return Section(title, columns, rows, ("value", "documents", "items"), note if rows else "")


def _parts(title: str, parts: Sequence[Slice]) -> Section:
    """A table with a line a part and a column a figure."""
    chosen = [f.measure.name for f in parts[0].figures if f.measure.name in agreement_text.SHORT] if parts else []
    rows = []
    for part in parts:
        first = part.figures[0].estimate if part.figures else None
        counts = (first.informative, f"{first.items:,}") if first else (0, 0)
        rows.append((part.name, *(agreement_text.with_interval(part.get(name)) for name in chosen), *counts))
    columns = ("", *(agreement_text.SHORT[name] for name in chosen), "documents", "items")
    return Section(title, columns, rows, ("documents", "items"))


def _kinds(title: str, kinds: dict[str, int], names: dict[str, str]) -> Section:
    total = sum(kinds.values())
    rows = [(names[kind], f"{count:,}", f"{100 * count / total:.0f} %") for kind, count in kinds.items() if count]
    return Section(title, ("how", "pairs", "share"), rows, ("pairs", "share"))


def _semeval(agreement: Agreement) -> Section:
    rows = [
        (pair.name, schema, *counts.values()) for pair in agreement.pairs for schema, counts in pair.semeval.items()
    ]
    names = ("correct", "incorrect", "partial", "missing", "spurious")
    return Section("SemEval categories, the left layer judged by the right", ("pair", "schema", *names), rows, names)


def _documents(agreement: Agreement) -> Section:
    rows = [
        (
            *(row.key, row.lang, agreement_text.number(row.span_f1), agreement_text.number(row.relation_f1)),
            *(row.differences, row.relation_differences, ", ".join(map(display_name, row.layers)), row.title),
        )
        for row in agreement.documents[:MOST_ROWS]
    ]
    columns = ("document", "lang", "spans", "relations", "span differences", "relation differences", "layers", "title")
    more = len(agreement.documents) - MOST_ROWS
    return Section("Documents, worst first", columns, rows, columns[2:6], f"and {more} more" if more > 0 else "")


def _acceptances(title: str, found: Sequence[Acceptance]) -> Section:
    rows = [
        (a.name, f"{a.kind}s", a.total, a.accepted, a.corrected, a.rejected, a.ignored, f"{100 * a.rate:.0f} %")
        for a in found
    ]
    columns = ("who", "what", "suggested", "accepted", "corrected", "rejected", "ignored", "as they stood")
    return Section(title, columns, rows, columns[2:])


def _calibration(work: WorkSummary) -> Section:
    rows = [
        (f"{b.kind}s", f"{b.low:.1f} to {b.high:.1f}", b.count, f"{100 * b.score:.0f} %", f"{100 * b.rate:.0f} %")
        for b in work.calibration
    ]
    found = ((kind, work.calibration_error(kind)) for kind in ("span", "relation"))
    errors = [f"{kind}s {100 * error:.0f} points" for kind, error in found if error is not None]
    note = f"Scores are off by, on average: {', '.join(errors)}." if errors else ""
    columns = ("what", "score", "suggestions", "said to be accepted", "accepted")
    return Section("Calibration of scores", columns, rows, columns[2:], note)


def _pace(work: WorkSummary) -> Section:
    rows = [
        (
            *(p.curator, p.documents, f"{p.total / 60:.1f}", f"{p.mean:.1f}", f"{p.median:.1f}"),
            "–" if p.seconds_per_item is None else f"{p.seconds_per_item:.0f}",
            "–" if p.blind_mean is None else f"{p.blind_mean:.1f}",
        )
        for p in work.pace
    ]
    columns = ("curator", "documents", "hours", "minutes a document", "median", "seconds an item", "minutes blind")
    note = "Pauses count up to five minutes; what goes beyond is a break."
    return Section("Time on finished documents", columns, rows, columns[1:], note if rows else "")


def _gamma(agreement: Agreement) -> Section:
    found = agreement.gamma
    columns = ("measure", "value", "95 % interval", "documents")
    if found is None:
        return Section("Gamma", columns, [])
    whole = GammaFigure(found.value, found.low, found.high, found.documents, found.reason)
    named = [("γ", whole), ("γ_cat, labels alone", found.cat), *((f"γ_k of {k}", v) for k, v in found.labels.items())]
    rows = [
        (name, agreement_text.number(figure.value), agreement_text.gamma_interval(figure), figure.documents)
        for name, figure in named
    ]
    return Section("Gamma", columns, rows, ("value", "documents"), agreement_text.gamma_basis(found))
