"""Lays the pages of the agreement screen out as lines of figures.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from annotator.agreement.measures import HEADLINE
from annotator.reports.agreement import Agreement, Confusion, Slice, periods
from annotator.reports.agreement_goals import goal_results, goal_sentence, verdict
from annotator.reports.agreement_text import (
    KIND_NAMES,
    RELATION_KIND_NAMES,
    caution,
    coverage,
    headline,
    leading,
    number,
    with_interval,
)
from annotator.reports.work_summary import VERDICTS, Acceptance, WorkSummary
from annotator.tui.layout.diagnosis_page import to_do_in_short, what_to_do
from annotator.tui.layout.difference_lines import difference_lines
from annotator.tui.layout.figure_lines import column_heads, figure_line
from annotator.tui.layout.figures import (
    FigurePage,
    Fold,
    PageLine,
    StyledText,
    bar,
    column_width,
    fit,
    heading,
    prose,
    stacked_bar,
)
from annotator.tui.layout.outlook_lines import outlook_lines
from annotator.tui.layout.pair_lines import pair_lines
from annotator.tui.layout.strips import document_strip
from annotator.wording import plural
from annotator.workflow.comparing.agreement_sample import AgreementSample, display_name
from annotator.workflow.comparing.disagreements import DisagreementFilter

PAGES = ("overview", "pairs", "labels", "confusion", "docs", "parts", "verdicts", "time", "to do")

LEVEL_TARGETS = {
    "span": DisagreementFilter("spans", relations=False),
    "label": DisagreementFilter("spans with the same borders", relations=False, kinds=frozenset({"label"})),
    "token": DisagreementFilter("spans", relations=False),
    "unit": DisagreementFilter("spans", relations=False),
    "relation": DisagreementFilter("relations", relations=True),
    "document": DisagreementFilter("spans", relations=False),
    "attribute": DisagreementFilter("spans", relations=False),
    "group": DisagreementFilter("relations", relations=True),
}


def pages(
    agreement: Agreement, work: WorkSummary, sample: AgreementSample, width: int, *, unfolded: bool = False
) -> list[FigurePage]:
    """Lay out every page for a width in cells, in the order of :data:`PAGES`; a page without figures says so.

    The overview has all measures when ``unfolded``, else those that lead.
    """
    build: dict[str, Callable[[], Iterator[PageLine]]] = {
        "overview": lambda: _overview(agreement, width, unfolded=unfolded),
        "pairs": lambda: pair_lines(agreement, width),
        "labels": lambda: _labels(agreement, width),
        "confusion": lambda: _confusion(agreement, width),
        "docs": lambda: _documents(agreement, width),
        "parts": lambda: _slices(agreement, sample, width),
        "verdicts": lambda: _suggestions(work, width),
        "time": lambda: _time(work, width),
        "to do": lambda: what_to_do(agreement, width),
    }
    return [FigurePage(title, tuple(build[title]()) or ((StyledText(EMPTY[title], "faint"),),)) for title in PAGES]


EMPTY = dict.fromkeys(PAGES, " Nothing to compare.") | {
    "verdicts": " No verdicts on suggestions in finished documents.",
    "time": " No finished documents.",
}


def _overview(agreement: Agreement, width: int, *, unfolded: bool) -> Iterator[PageLine]:
    estimate = agreement.headline
    if estimate is not None and estimate.value is not None:
        value = f" {with_interval(estimate)} "
        figure = StyledText(value, "bold", estimate.value, LEVEL_TARGETS["span"], "strict span F1", HEADLINE.name)
        yield (figure, StyledText(f"  strict span F1{' over all pairs' if len(agreement.pairs) > 1 else ''}"))
    results = goal_results(agreement)
    yield from prose(verdict(results), width, "bold")
    goals = map(goal_sentence, results)
    for sentence in (*goals, headline(agreement), *([coverage(agreement)] if agreement.reason else [])):
        yield from prose(sentence, width)
    if agreement.reason:
        return
    yield from to_do_in_short(agreement, width)
    yield ()
    yield column_heads(width, "measure")
    leading_figures = leading(agreement)
    for one in agreement.overall.figures if unfolded else leading_figures:
        title, target = one.measure.title, LEVEL_TARGETS[one.measure.universe.level]
        yield figure_line(title, one.estimate, target, width, measure=one.measure.name, tip=f"of {one.universe}")
    more = len(agreement.overall.figures) - len(leading_figures)
    if more > 0:
        said = f"without the other {more}" if unfolded else f"and {plural(more, 'more measure')}"
        tip = "enter, or a, shows all measures, or the four that lead"
        yield (StyledText(said, "faint", None, Fold(more), tip),)
    yield ()
    yield from prose(coverage(agreement), width)
    yield from _kinds("How spans differ", agreement.kinds, KIND_NAMES, width, relations=False)
    yield from _kinds("How relations differ", agreement.relation_kinds, RELATION_KIND_NAMES, width, relations=True)
    yield from outlook_lines(agreement, width)
    yield ()
    yield from prose(caution(agreement), width, "faint")


def _kinds(
    title: str, kinds: dict[str, int], names: dict[str, str], width: int, *, relations: bool
) -> Iterator[PageLine]:
    total = sum(kinds.values())
    if not total:
        return
    yield from heading(title)
    room = max(10, width - 58)
    for kind, count in kinds.items():
        is_difference = kind != "exact" and count > 0
        target = (
            DisagreementFilter(names[kind], relations=relations, kinds=frozenset({kind})) if is_difference else None
        )
        yield (
            StyledText(fit(names[kind], 36)),
            StyledText(fit(f"{count:,}", 9, right=True), "bold", None, target),
            StyledText(fit(f"{100 * count / total:.0f} %", 7, right=True)),
            StyledText(f"  {bar(count / total, room)}", "faint"),
        )


# Labels


def _labels(agreement: Agreement, width: int) -> Iterator[PageLine]:
    for title, parts, measure, relations in (
        ("Labels: strict span F1", agreement.labels, "span.f1", False),
        ("Relations: strict F1", agreement.relations, "relation.f1", True),
    ):
        if parts:
            yield from heading(title)[0 if relations else 1 :]
            yield column_heads(width)
            for part in parts:
                target = DisagreementFilter(part.name, relations=relations, label=part.name)
                yield figure_line(part.name, part.get(measure), target, width, measure=measure)
    for title, parts, measure in (
        ("Attributes: α, of items that layers share", agreement.attributes, "attribute.alpha"),
        ("Groups: CoNLL F1", agreement.groups, "group.conll_f1"),
    ):
        if parts:
            yield from heading(title)
            yield column_heads(width)
            for part in parts:
                yield figure_line(part.name, part.get(measure), None, width, measure=measure)


# Confusion


def _confusion(agreement: Agreement, width: int) -> Iterator[PageLine]:
    pair = (agreement.pairs[0].left, agreement.pairs[0].right) if len(agreement.pairs) == 1 else None
    for title, confusion, relations in (
        ("Spans: what is taken for what", agreement.confusion, False),
        ("Relations: what is taken for what", agreement.relation_confusion, True),
    ):
        counts = confusion.disagreements()
        if not counts:
            continue
        yield from heading(title)[1 if not relations else 0 :]
        if pair is not None:
            left, right = map(display_name, pair)
            yield (StyledText(f"{left} in rows, {right} in columns", "faint"),)
        yield from _matrix(confusion, pair, width, relations=relations)
        yield ()
        most = max(count for _, _, count in counts)
        for label, other, count in counts:
            target = DisagreementFilter(f"{label} and {other}", relations=relations, said=(label, other), pair=pair)
            yield (
                StyledText(fit(label, 18)),
                StyledText(fit(other, 18)),
                StyledText(fit(f"{count:,}", 8, right=True), "bold", None, target, target.title),
                StyledText(f"  {bar(count / most, max(8, width - 50))}", "faint"),
            )


def _matrix(confusion: Confusion, pair: tuple[str, str] | None, width: int, *, relations: bool) -> Iterator[PageLine]:
    """Yield the table of the labels that occur, if it fits; the list below gives the same counts."""
    table = confusion.table
    used = [i for i, row in enumerate(table) if any(row) or any(other[i] for other in table)]
    cells = column_width((confusion.labels[i] for i in used), width - 14, 5, 12)
    if 14 + cells * len(used) > width:
        return
    yield (
        StyledText(" " * 14),
        *(StyledText(fit(confusion.labels[i], cells - 1, right=True) + " ", "faint") for i in used),
    )
    for i in used:
        total = sum(table[i]) or 1
        line = [StyledText(fit(confusion.labels[i], 14))]
        for j in used:
            count, labels = table[i][j], (confusion.labels[i], confusion.labels[j])
            name = " and ".join(labels)
            target = None if i == j or not count else DisagreementFilter(name, relations, pair, said=labels)
            value = fit(f"{count:,}" if count else "·", cells - 1, right=True)
            tip = f"{name}: {count:,}"
            line += [
                StyledText(value, "" if count else "faint", count / total if count else None, target, tip),
                StyledText(" "),
            ]
        yield tuple(line)


# Documents


def _documents(agreement: Agreement, width: int) -> Iterator[PageLine]:
    if not agreement.documents:
        return
    yield from document_strip(agreement, width)
    key = max(12, min(24, width // 4))
    yield (StyledText(f"{fit('worst first', key)} spans  relations  differences  title", "faint"),)
    for row in agreement.documents:
        count = row.differences + row.relation_differences
        target = DisagreementFilter(row.key, documents=frozenset({row.key})) if count else None
        yield (
            StyledText(fit(row.key, key), target=row.key, tip=f"{row.title} · enter opens it"),
            StyledText(fit(number(row.span_f1), 6, right=True), "bold", None, target, row.title, "span.f1"),
            StyledText(fit(number(row.relation_f1), 11, right=True)),
            StyledText(fit(f"{count:,}", 13, right=True)),
            StyledText(f"  {fit(row.title, max(4, width - key - 32))}", "faint"),
        )


# Languages, time, conditions


def _slices(agreement: Agreement, sample: AgreementSample, width: int) -> Iterator[PageLine]:
    keys = [document.key for document in sample.documents]
    when = periods([sample.finished_at[key][:10] for key in keys])
    by_period = {name: frozenset(k for k, p in zip(keys, when, strict=True) if p == name) for name in set(when)}
    by_language = {
        part.name: frozenset(k for k in keys if sample.facts[k].lang == part.name) for part in agreement.languages
    }
    parts: list[tuple[str, Sequence[Slice], Callable[[str], DisagreementFilter]]] = [
        ("Languages", agreement.languages,
         lambda name: DisagreementFilter(name, relations=False, documents=by_language[name])),
        ("By when the documents were finished", agreement.times,
         lambda name: DisagreementFilter(name, relations=False, documents=by_period[name])),
        ("Suggestions shown to both, to neither (blind), to one (mixed)", agreement.conditions,
         lambda name: DisagreementFilter(name, relations=False, condition=name)),  # type: ignore[arg-type]
    ]  # fmt: skip
    parts = [(title, group, target) for title, group, target in parts if group]
    for index, (title, group, target) in enumerate(parts):
        yield from heading(f"{title}: strict span F1")[0 if index else 1 :]
        yield column_heads(width)
        for part in group:
            yield figure_line(part.name, part.get("span.f1"), target(part.name), width, measure="span.f1")
    yield from difference_lines(agreement.differences, ("language", "time", "condition"), width)


# Suggestions


def _suggestions(work: WorkSummary, width: int) -> Iterator[PageLine]:
    for title, acceptances in (("By source", work.sources), ("By curator", work.curators)):
        if acceptances:
            yield from heading(title)[0 if title != "By source" else 1 :]
            names = "  ".join(f"{fill} {verdict}" for fill, verdict in zip("█▓▒░", VERDICTS, strict=True))
            yield (StyledText(f"{fit('accepted as it stood', 26)} {names}", "faint"),)
            yield from (_acceptance(acceptance, width) for acceptance in acceptances)
    if work.calibration:
        yield from heading("Can scores be believed? A score of .8 should mean that 8 of 10 are accepted")
        heads = "".join(
            fit(head, cells, right=True) for head, cells in (("suggestions", 12), ("said", 8), ("accepted", 10))
        )
        yield (StyledText(fit("score", 24) + heads, "faint"),)
        for scored in work.calibration:
            yield (
                StyledText(fit(f"{scored.kind}s {scored.low:.1f} to {scored.high:.1f}", 24)),
                StyledText(fit(f"{scored.count:,}", 12, right=True)),
                StyledText(fit(f"{100 * scored.score:.0f} %", 8, right=True)),
                StyledText(fit(f"{100 * scored.rate:.0f} %", 10, right=True), "bold"),
                StyledText(f"  {bar(scored.rate, max(8, width - 58))}", "faint"),
            )


def _acceptance(acceptance: Acceptance, width: int) -> PageLine:
    counts = [acceptance.accepted, acceptance.corrected, acceptance.rejected, acceptance.ignored]
    tip = ", ".join(f"{count:,} {verdict}" for count, verdict in zip(counts, VERDICTS, strict=True) if count)
    return (
        StyledText(fit(f"{acceptance.name} {acceptance.kind}s", 26)),
        StyledText(fit(f"{100 * acceptance.rate:.0f} %", 6, right=True), "bold"),
        StyledText(f"    {stacked_bar(counts, max(12, min(60, width - 50)))}"),
        StyledText(fit(f"{acceptance.total:,}", 8, right=True), "faint", None, None, tip),
    )


# Time


def _time(work: WorkSummary, width: int) -> Iterator[PageLine]:
    if not work.pace:
        return
    heads = ("documents", "hours", "mean min", "median", "s an item", "min blind")
    yield (StyledText(fit("", 16) + "".join(fit(head, 10, right=True) for head in heads), "faint"),)
    for pace in work.pace:
        values = (
            f"{pace.documents:,}",
            *(f"{pace.total / 60:.1f}", f"{pace.mean:.1f}", f"{pace.median:.1f}"),
            "–" if pace.seconds_per_item is None else f"{pace.seconds_per_item:.0f}",
            "–" if pace.blind_mean is None else f"{pace.blind_mean:.1f}",
        )
        yield (StyledText(fit(pace.curator, 16)), *(StyledText(fit(value, 10, right=True)) for value in values))
    yield from heading("Documents that took longest (minutes; pauses count up to five)")
    most = max(1, max(time.milliseconds for time in work.times))
    for time in work.times[:40]:
        yield (
            StyledText(fit(time.document, 24)),
            StyledText(fit(time.curator, 14)),
            StyledText(fit(f"{time.milliseconds / 60_000:.1f}", 7, right=True), "bold"),
            StyledText(fit(f"{time.items:,} items", 12, right=True), "faint"),
            StyledText(f"  {bar(time.milliseconds / most, max(8, width - 62))}", "faint"),
        )
