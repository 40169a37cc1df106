"""Agreement as tables: what the command prints, and what stands under the charts of the HTML report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from annotator.agreement.gamma import GammaFigure
from annotator.agreement.measures import HEADLINE
from annotator.reports import agreement_competence, agreement_differences, agreement_outlook, agreement_text
from annotator.reports.agreement import Agreement, Figure, PairSlice, Slice
from annotator.reports.agreement_goals import goal_results, goal_sentence, verdict
from annotator.reports.agreement_spread import confusion_section, spread_section
from annotator.reports.diagnosis import example_in_words
from annotator.reports.sections import Section
from annotator.reports.work_summary import Acceptance, WorkSummary
from annotator.workflow.comparing.agreement_sample import display_name

SPARE = ("any overlap", "aligned ends", "borders only", "token α", "κ", "AC1", "CEAFe", "MUC", "LEA", "items")
"""Columns of parts that are left out first where room is short."""

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
    """Yield the tables that have rows, those first that a report leads with."""
    yield from leading_sections(agreement, work)
    yield from further_sections(agreement, work)


def leading_sections(agreement: Agreement, work: WorkSummary) -> Iterator[Section]:
    """Yield what is read first: what to do, how large agreement is, where layers differ, who, and what it takes."""
    return _with_content(
        what_to_do(agreement),
        _figures("At a glance", agreement_text.leading(agreement), agreement_text.caution(agreement)),
        _pairs(agreement),
        _parts("Labels", agreement.labels),
        _parts("Relations", agreement.relations),
        _parts("Attributes, of items that layers share", agreement.attributes),
        _parts("Groups", agreement.groups),
        _kinds("How spans differ", agreement.kinds, agreement_text.KIND_NAMES),
        _kinds("How relations differ", agreement.relation_kinds, agreement_text.RELATION_KIND_NAMES),
        confusion_section("Spans taken for one another", agreement.confusion, MOST_ROWS),
        confusion_section("Relations taken for one another", agreement.relation_confusion, MOST_ROWS),
        agreement_competence.section(agreement.competence),
        _parts("Languages", agreement.languages),
        _parts("Over time", agreement.times),
        _parts("Suggestions shown or not", agreement.conditions),
        agreement_differences.clear_section(agreement.differences),
        _documents(agreement),
        agreement_outlook.section(agreement),
        _acceptances("Suggestions by source", work.sources),
        _acceptances("Suggestions by curator", work.curators),
        _gamma(agreement),
        _pace(work),
    )


def further_sections(agreement: Agreement, work: WorkSummary) -> Iterator[Section]:
    """Yield what is looked up: every measure, how figures vary, all that was tested, counts, the hardest places."""
    return _with_content(
        _figures(EVERY_MEASURE, agreement.overall.figures),
        spread_section(agreement),
        agreement_differences.section(agreement.differences),
        _semeval(agreement),
        agreement_competence.hard_places(agreement.competence),
        _calibration(work),
    )


def _with_content(*found: Section) -> Iterator[Section]:
    return (section for section in found if section.rows or section.paragraphs)


def what_to_do(agreement: Agreement) -> Section:
    """The diagnoses, each with its evidence, its examples and the next step."""
    lines = []
    for rank, found in enumerate(agreement.diagnoses or (), 1):
        lines.append(f"{rank}. {found.words}{f' ({found.share})' if found.share else ''}")
        lines += [f"   {line}" for line in (found.evidence, *map(example_in_words, found.examples))]
        lines.append(f"   → {found.next_step}")
    return Section(
        "What to do",
        (),
        (),
        paragraphs=tuple(lines or [agreement_text.nothing_to_do(agreement)] if agreement.looked_into else ()),
    )


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
    return Section(title, columns, rows, ("value", "documents", "items"), note if rows else "", cut="of")


def _parts(title: str, parts: Sequence[Slice]) -> Section:
    """A table with a line a part and a column a figure."""
    chosen = [f.measure.name for f in parts[0].figures if f.measure.name in agreement_text.SHORT] if parts else []
    rows = []
    for part in parts:
        first = part.figures[0].estimate if part.figures else None
        counts = (first.informative, f"{first.items:,}") if first else (0, 0)
        rows.append((part.name, *(agreement_text.with_interval(part.get(name)) for name in chosen), *counts))
    columns = ("", *(agreement_text.SHORT[name] for name in chosen), "documents", "items")
    return Section(title, columns, rows, ("documents", "items"), spare=SPARE)


def _pairs(agreement: Agreement) -> Section:
    """The pairs; of more than there is room for, those that agree least."""
    pairs = _least_agreeing(agreement)
    found = _parts("Pairs", pairs)
    return replace(found, note=_and_more(len(agreement.pairs) - len(pairs), "pairs, which agree better"))


def _least_agreeing(agreement: Agreement) -> Sequence[PairSlice]:
    """All pairs in their order where there are few, else those with the least span F1, lowest first."""
    if len(agreement.pairs) <= MOST_ROWS:
        return agreement.pairs
    return sorted(agreement.pairs, key=_span_f1)[:MOST_ROWS]


def _span_f1(pair: PairSlice) -> float:
    found = pair.get(HEADLINE.name)
    return 2.0 if found is None or found.value is None else found.value


def _and_more(count: int, what: str) -> str:
    """How many rows a table leaves out, and where they are; empty where it has all."""
    return f"and {count:,} more {what}; the JSON has all" if count > 0 else ""


def _kinds(title: str, kinds: dict[str, int], names: dict[str, str]) -> Section:
    total = sum(kinds.values())
    rows = [(names[kind], f"{count:,}", f"{100 * count / total:.0f} %") for kind, count in kinds.items() if count]
    return Section(title, ("how", "pairs", "share"), rows, ("pairs", "share"))


def _semeval(agreement: Agreement) -> Section:
    pairs = _least_agreeing(agreement)
    rows = [(pair.name, schema, *counts.values()) for pair in pairs for schema, counts in pair.semeval.items()]
    names = ("correct", "incorrect", "partial", "missing", "spurious")
    title = "SemEval categories, the left layer judged by the right"
    more = _and_more(len(agreement.pairs) - len(pairs), "pairs, which agree better")
    return Section(title, ("pair", "schema", *names), rows, names, more)


def _documents(agreement: Agreement) -> Section:
    rows = [
        (
            *(row.key, row.lang, agreement_text.number(row.span_f1), agreement_text.number(row.relation_f1)),
            *(row.differences, row.relation_differences, ", ".join(map(display_name, row.layers)), row.title),
        )
        for row in agreement.documents[:MOST_ROWS]
    ]
    columns = ("document", "lang", "spans", "relations", "span differences", "relation differences", "layers", "title")
    more = _and_more(len(agreement.documents) - MOST_ROWS, "documents")
    return Section("Documents, worst first", columns, rows, columns[2:6], more, cut="title", spare=("layers", "lang"))


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
    spare = ("seconds an item",)
    return Section("Time on finished documents", columns, rows, columns[1:], note if rows else "", spare=spare)


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
