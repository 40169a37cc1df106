"""Agreement as one HTML file that needs nothing from elsewhere: to read, to print, to mail round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from annotator.agreement.planning import HALF_WIDTH
from annotator.reports import (
    agreement_competence,
    agreement_differences,
    agreement_outlook,
    agreement_text,
    diagnosis_html,
    svg,
)
from annotator.reports.agreement import Agreement, Confusion, Figure, Slice
from annotator.reports.agreement_goals import goal_results, goal_sentence
from annotator.reports.agreement_spread import row_shares
from annotator.reports.agreement_tables import EVERY_MEASURE, opening, sections
from annotator.reports.measure_notes import LEVEL_TITLES, explanation
from annotator.reports.printable import printable
from annotator.reports.sections import Section
from annotator.reports.work_summary import VERDICTS, Acceptance, WorkSummary
from annotator.workflow.comparing.agreement_sample import display_name

MOST_LABELS = 24
"""Labels up to which a confusion table is drawn; the tables list the confusions of larger schemes."""

MOST_CURVES = 7
"""Curves that can be told apart in one drawing; the table has all figures."""

GENERATOR = '<meta name="generator" content="annotator agreement">'

STYLE = """
:root { color-scheme: light; --ink: #1d1f23; --faint: #62656b; --line: #dddad2; --blue: #0b5fa5; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 60rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 2.4rem 0 .4rem; padding-top: .5rem; border-top: 1px solid var(--line); }
h3 { font-size: .95rem; margin: 1.6rem 0 .3rem; }
p { margin: .3rem 0; max-width: 48rem; }
.lead { display: flex; gap: 2rem; align-items: center; flex-wrap: wrap; margin-bottom: 1rem; }
.lead b { font-size: 3.6rem; line-height: 1; color: var(--blue); font-variant-numeric: tabular-nums; }
.lead p { flex: 1 1 24rem; font-size: 1.1rem; }
.goal { border-left: .3rem solid var(--faint); padding-left: .6rem; }
.goal.reached { border-color: #2f9f7f; } .goal.not_reached { border-color: #c8501e; }
.note { color: var(--faint); font-size: .87rem; }
svg { width: 100%; height: auto; display: block; font-size: 12px; }
svg text { fill: var(--ink); } svg .faint { fill: var(--faint); } svg .light { fill: #fff; }
.grid { stroke: var(--line); fill: none; } .whisker { stroke: var(--blue); stroke-width: 2.5; opacity: .55; }
.dot { fill: var(--blue); } .line { stroke: var(--blue); fill: none; opacity: .4; stroke-width: 2; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .82rem; width: 100%; }
th, td { text-align: left; padding: .18rem .6rem .18rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums; }
details { border-top: 1px solid var(--line); margin-top: 1rem; } details[open] { padding-bottom: 1rem; }
summary { cursor: pointer; padding: .6rem 0 0; } summary h2 { display: inline; border: 0; margin: 0; padding: 0; }
section, svg { break-inside: avoid; } section.long { break-inside: auto; }
@media print {
  @page { size: A4; margin: 16mm 14mm; }
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  h2, h3 { break-after: avoid; } tr { break-inside: avoid; } .tables { break-before: page; }
  details::details-content { content-visibility: visible; height: auto; }
  .wide { overflow: visible; } table { font-size: 7.5pt; }
}
"""


def as_html(agreement: Agreement, work: WorkSummary) -> str:
    """The whole page."""
    title = f"Agreement of {agreement_text.layer_list(agreement)}"
    body = "\n".join([
        *_opening(agreement, title), *diagnosis_html.what_to_do(agreement), *_charts(agreement, work),
        *_tables(agreement, work),
    ])  # fmt: skip
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8">{GENERATOR}'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{_shown(title)}</title><style>{STYLE}{diagnosis_html.STYLE}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _shown(value: object) -> str:
    return escape(printable(str(value)))


def _opening(agreement: Agreement, title: str) -> Iterator[str]:
    found = agreement.headline
    yield f"<h1>{_shown(title)}</h1>"
    first, *rest = opening(agreement)[1:]
    value = agreement_text.number(found.value if found else None)
    yield f'<div class="lead"><b>{value}</b><p>{_shown(first)}</p></div>'
    said = {goal_sentence(result): result.state for result in goal_results(agreement)}
    for line in rest:
        kind = f' class="goal {said[line]}"' if line in said else ""
        yield f"<p{kind}>{_shown(line)}</p>"
    yield _measure_dots(agreement_text.leading(agreement), "the figures that lead")
    yield f'<p class="note">{_shown(agreement_text.caution(agreement))}</p>'


def _charts(agreement: Agreement, work: WorkSummary) -> Iterator[str]:
    for title, note, chart in (
        ("Who agrees with whom", "Strict span F1 of each pair of layers.", _pairs(agreement)),
        (
            "Curators on a line",
            "The mean strict span F1 of each layer with all others.",
            diagnosis_html.curators_on_a_line(agreement),
        ),
        (
            "Documents",
            "A point a document, by its strict span F1; the line is all of them.",
            diagnosis_html.document_strip(agreement),
        ),
        (
            "Labels",
            "Strict span F1 with its interval, and how many documents have the label.",
            _parts(agreement.labels),
        ),
        ("Relations", "Strict relation F1: both ends and the label.", _parts(agreement.relations)),
        (
            "Attributes",
            "Krippendorff's α of items that layers share, attribute by attribute.",
            _parts(agreement.attributes),
        ),
        ("Groups", "The mean F1 of MUC, B³ and CEAFe, equivalence by equivalence.", _parts(agreement.groups)),
        (agreement_outlook.TITLE, agreement_outlook.ASSUMPTIONS, _outlook(agreement)),
        ("How they differ", "", _kinds(agreement)),
        ("What is taken for what", _confusion_note(agreement.confusion), _confusion(agreement.confusion)),
        ("Languages", "Strict span F1.", _parts(agreement.languages)),
        ("Over time", "Strict span F1 by when the last of a document's layers was finished.", _drift(agreement.times)),
        ("Suggestions shown or not", SHOWN_NOTE, _parts(agreement.conditions)),
        (EVERY_MEASURE, "Each over its own universe: the tables below say of what.", _measures(agreement)),
        (agreement_differences.CLEAR_TITLE, agreement_differences.NOTE, _differences(agreement)),
        (agreement_competence.TITLE, agreement_competence.NOTE, _competence(agreement)),
        ("What became of suggestions", "By source, in finished documents.", _acceptances(work.sources)),
        ("By curator", "", _acceptances(work.curators)),
        ("Can scores be believed?", "", _calibration(work)),
        (
            "Minutes a document",
            "Median and mean over finished documents; pauses count up to five minutes.",
            _pace(work),
        ),
    ):
        if chart:
            long = " class='long'" if chart.count("<svg") > 2 else ""
            yield _folded(title, f"<section{long}><p class='note'>{_shown(note)}</p>{chart}</section>")


def _folded(title: str, body: str) -> str:
    """What unfolds below its heading when that is clicked; on paper it is all there."""
    return f"<details><summary><h2>{_shown(title)}</h2></summary>{body}</details>"


SHOWN_NOTE = (
    "Strict span F1 where both curators saw suggestions, where neither did (blind), or one (mixed). Suggestions pull"
    " people towards the same answer, right or wrong: the difference is what they add to agreement."
)


def _dot(part: Slice) -> svg.Dot:
    found = part.figures[0].estimate if part.figures else None
    if found is None:
        return svg.Dot(part.name, None, None, None, "")
    return svg.Dot(
        part.name, found.value, found.low, found.high, _figures(agreement_text.with_interval(found), found.informative)
    )


def _figures(value: str, documents: int) -> str:
    return f"{value} n={documents:,}"


def _parts(parts: Sequence[Slice]) -> str:
    return svg.dots([_dot(part) for part in parts], "strict F1 with intervals") if parts else ""


def _outlook(agreement: Agreement) -> str:
    """Half the width of some intervals against documents: all spans and relations, and the first labels."""
    found = [(one, agreement_outlook.curve(one)) for one in agreement_outlook.outlooks(agreement)]
    lines = [(one.name, points) for one, points in found if points][:MOST_CURVES]
    if not lines:
        return ""
    axes = "documents that two have finished", "half the width of the interval"
    return svg.curves(lines, agreement.compared, HALF_WIDTH, axes, "half the width of intervals against documents")


def _measures(agreement: Agreement) -> str:
    charts = []
    for level, some in groupby(agreement.overall.figures, key=lambda f: f.measure.universe.level):
        charts.append(f"<h3>{LEVEL_TITLES[level]}</h3>{_measure_dots(list(some), LEVEL_TITLES[level])}")
    return "".join(charts)


def _measure_dots(figures: Sequence[Figure], name: str) -> str:
    rows = [svg.Dot(m.title, e.value, e.low, e.high, agreement_text.with_interval(e)) for m, e in figures]
    return svg.dots(rows, name) if rows else ""


def _pairs(agreement: Agreement) -> str:
    names = [display_name(layer) for layer in agreement.layers]
    values = {frozenset((p.left, p.right)): p.get("span.f1") for p in agreement.pairs}
    if not values:
        return ""
    cells = [
        [
            (None, "") if one == other else (found.value if (found := values.get(frozenset((one, other)))) else None,
                                             agreement_text.number(found.value) if found else "–")
            for other in agreement.layers
        ]
        for one in agreement.layers
    ]  # fmt: skip
    return svg.heat(names, names, cells, "strict span F1 of pairs")


def _kinds(agreement: Agreement) -> str:
    charts = []
    for what, kinds, names in (
        ("spans", agreement.kinds, agreement_text.KIND_NAMES),
        ("relations", agreement.relation_kinds, agreement_text.RELATION_KIND_NAMES),
    ):
        total = sum(kinds.values())
        if total:
            legend = [names[kind] for kind in kinds]
            charts.append(
                svg.stacks([svg.Stack(what, list(kinds.values()), f"{total:,} pairs")], legend, f"how {what} differ")
            )
    return "".join(charts)


def _confusion_note(confusion: Confusion) -> str:
    if confusion.directed:
        return "Aligned spans: what the first layer says in rows, the second in columns. Shade: the share of the row."
    return "Aligned spans of all pairs, whoever said what. Shade: the share of the row."


def _confusion(confusion: Confusion) -> str:
    used = [i for i, row in enumerate(confusion.table) if any(row) or any(other[i] for other in confusion.table)]
    if not 1 < len(used) <= MOST_LABELS:
        return ""
    labels = [confusion.labels[i] for i in used]
    shares = row_shares(confusion)
    cells = [
        [(shares[i][j], f"{confusion.table[i][j]:,}" if confusion.table[i][j] else "") for j in used] for i in used
    ]
    return svg.heat(labels, labels, cells, "labels of aligned spans")


def _drift(parts: Sequence[Slice]) -> str:
    return svg.drift([_dot(part) for part in parts], "strict span F1 over time") if len(parts) > 1 else ""


def _differences(agreement: Agreement) -> str:
    said = agreement_differences.clear_section(agreement.differences).paragraphs
    return "".join(f"<p>{_shown(one.strip())}</p>" for one in said)


def _competence(agreement: Agreement) -> str:
    curators = agreement.competence.curators if agreement.competence else ()
    rows = [
        svg.Dot(
            one.curator, one.right, None, None, f"{agreement_text.number(one.right)} of {one.places:,} answers right"
        )
        for one in curators
    ]
    return svg.dots(rows, "share of answers that are right") if rows else ""


def _acceptances(found: Sequence[Acceptance]) -> str:
    rows = [
        svg.Stack(f"{a.name} ({a.kind}s)", [getattr(a, v) for v in VERDICTS], f"{100 * a.rate:.0f} % of {a.total:,}")
        for a in found
    ]
    return svg.stacks(rows, VERDICTS, "verdicts on suggestions") if rows else ""


def _calibration(work: WorkSummary) -> str:
    points = [(f"{b.kind}s", b.score, b.rate, b.count) for b in work.calibration]
    return svg.calibration(points, "scores against acceptance") if points else ""


def _pace(work: WorkSummary) -> str:
    most = max([p.mean for p in work.pace], default=0)
    if not most:
        return ""
    rows = [(p.curator, [(p.median / most, f"{p.median:.1f}"), (p.mean / most, f"{p.mean:.1f}")]) for p in work.pace]
    return svg.heat([name for name, _ in rows], ["median", "mean"], [cells for _, cells in rows], "minutes a document")


def _tables(agreement: Agreement, work: WorkSummary) -> Iterator[str]:
    tables = []
    for section in sections(agreement, work):
        if section.rows:
            tables.append(_table(section))
            if section.title == EVERY_MEASURE:
                tables.append(_explanations(agreement))
    if tables:
        yield f'<div class="tables">{_folded("All figures as tables", "".join(tables))}</div>'


def _explanations(agreement: Agreement) -> str:
    """What each of the measures is for, to be unfolded."""
    columns = ("for", "misleads", "formula", "of")
    said = [(measure.title, dict(explanation(measure))) for measure, _ in agreement.overall.figures]
    rows = [(title, *(parts.get(column, "") for column in columns)) for title, parts in said]
    table = _table(Section("", ("measure", *columns), rows))
    return f"<details><summary>What each measure is for, and when it misleads</summary>{table}</details>"


def _table(section: Section) -> str:
    head = "".join(f"<th{_side(name, section)}>{_shown(name)}</th>" for name in section.columns)
    rows = "".join(
        "<tr>"
        + "".join(f"<td{_side(n, section)}>{_shown(c)}</td>" for n, c in zip(section.columns, row, strict=True))
        + "</tr>"
        for row in section.rows
    )
    note = f'<p class="note">{_shown(section.note)}</p>' if section.note else ""
    title = f"<h3>{_shown(section.title)}</h3>" if section.title else ""
    return f'{title}<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{note}'


def _side(column: str, section: Section) -> str:
    return ' class="n"' if column in section.numbers else ""
