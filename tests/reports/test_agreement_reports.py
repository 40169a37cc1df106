"""What the report says: in numbers, in words, in every format."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from annotator.agreement.estimates import EstimateOptions
from annotator.history import CORPUS, LayerName, Op
from annotator.reports.agreement import Agreement, measure, periods
from annotator.reports.agreement_html import as_html
from annotator.reports.agreement_records import as_csv, as_json
from annotator.reports.agreement_tables import opening, sections
from annotator.reports.agreement_text import headline, number, with_interval
from annotator.reports.work_summary import WorkSummary, summarize_work
from annotator.store import VerdictCount, WorkTime
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
from tests.agreement.working_curators import ANA, CRUZ, MEXICO, mark
from tests.schemas import schema_problems
from tests.workspaces import Bench, proposal, propose

OPTIONS = EstimateOptions(resamples=200, seed=1)
NO_WORK = summarize_work([], [])


def report(bench: Bench, layers: str | None = None) -> Agreement:
    return measure(read_sample(bench.workspace, layers_to_compare(bench.workspace, layers)), OPTIONS)


@pytest.fixture
def differing(bench: Bench) -> Bench:
    """ana and bo agree on six documents of eight, and differ on a label, a border and a relation in ``nota``."""
    mark(bench, "ana", [ANA, CRUZ, MEXICO], [(ANA, "works_for", CRUZ)])
    mark(bench, "bo", [ANA, ("Cruz", "ORG"), ("México", "ORG")], [(ANA, "leads", ("Cruz", "ORG"))])
    for number_ in range(7):
        key = f"n{number_}"
        bench.add(key, "Luis Paz fue a Lima.\n")
        for curator in ("ana", "bo"):
            mark(
                bench,
                curator,
                [("Luis Paz", "PERSON"), ("Lima", "GPE" if number_ or curator == "ana" else "ORG")],
                key=key,
            )
    return bench


def test_the_figures_are_those_of_the_documents(differing: Bench) -> None:
    found = report(differing)
    assert found.headline is not None
    assert found.headline.value == pytest.approx(2 * (1 + 13) / (2 * (3 + 14)))
    assert found.kinds == {"exact": 14, "label": 2, "boundary": 1, "overlap": 0, "missed": 0}
    assert found.relation_kinds["overlap"] == 1
    assert [row.key for row in found.documents[:2]] == ["nota", "n0"]
    assert found.documents[0].span_f1 == pytest.approx(1 / 3)
    assert (found.documents[0].differences, found.documents[0].relation_differences) == (2, 1)
    assert [part.name for part in found.labels] == ["PERSON", "ORG", "GPE"]
    assert found.confusion.disagreements() == [("GPE", "ORG", 2)]


def test_one_pair_has_left_and_right_and_several_have_not(differing: Bench) -> None:
    mark(differing, "carla", [ANA])
    one = report(differing, "bo,ana").confusion
    assert one.directed
    assert one.disagreements() == [("ORG", "GPE", 2)]
    several = report(differing).confusion
    assert not several.directed
    assert all(several.table[i][j] == several.table[j][i] for i in range(5) for j in range(5))
    assert [pair.name for pair in report(differing).pairs] == ["ana · bo", "ana · carla", "bo · carla"]


def test_the_headline_is_a_sentence(differing: Bench) -> None:
    said = headline(report(differing))
    assert said.startswith("Of 100 spans that ana or bo has, the other has 82 exactly the same; over all documents")
    assert "95 % interval from 8 documents" in said


@pytest.mark.parametrize(("value", "hundredths"), [(0.925, "93"), (0.575, "57"), (0.07, "7"), (1.0, "100")])
def test_the_headline_says_the_figure_that_the_tables_have(differing: Bench, value: float, hundredths: str) -> None:
    found = report(differing)
    first, *others = found.overall.figures
    figure = first._replace(estimate=replace(first.estimate, value=value, low=value, high=value))
    said = headline(replace(found, overall=replace(found.overall, figures=(figure, *others))))
    assert f"the other has {hundredths} exactly the same" in said
    assert f"of this kind, {hundredths} to {hundredths} (95 %" in said
    assert float(number(value)) * 100 == pytest.approx(int(hundredths))


def test_one_curator_alone_is_told_what_is_missing(bench: Bench) -> None:
    assert headline(report(bench)) == "Nothing to compare: nobody has finished a document yet."
    mark(bench, "ana", [ANA])
    assert "only ana has finished documents; agreement needs a second layer" in headline(report(bench))
    bench.add("otra", "Luis Paz fue a Lima.\n")
    mark(bench, "bo", [], key="otra")
    assert "no document was finished by two of ana, bo" in headline(report(bench))


def test_a_report_on_nothing_has_every_format(bench: Bench) -> None:
    empty = report(bench)
    assert json.loads(json.dumps(as_json(empty, NO_WORK)))["reason"] == "nobody has finished a document yet"
    assert as_csv(empty).count("\n") == 1
    assert "Nothing to compare" in as_html(empty, NO_WORK)
    assert list(sections(empty, NO_WORK)) == []


def test_json_has_every_figure_with_what_it_rests_on(differing: Bench) -> None:
    record = json.loads(json.dumps(as_json(report(differing), NO_WORK), allow_nan=False))
    assert schema_problems("agreement", record) == []
    assert record["schema"] == "annotator.agreement/1"
    assert record["options"] == {
        "level": 0.95,
        "intervals": "jackknife",
        "resamples": 200,
        "seed": 1,
        "resampled": "documents",
    }
    assert record["documents"] == {"total": 8, "compared": 8, "single": 0}
    figures = {(f["scope"], f["name"], f["measure"]): f for f in record["figures"]}
    strict = figures["overall", None, "span.f1"]
    assert (strict["documents"], strict["informative"], strict["items"], strict["method"]) == (8, 8, 34, "jackknife")
    undefined = figures["overall", None, "relation.label_kappa"]
    assert undefined["value"] is None
    assert undefined["reason"] == "no two layers relate the same spans"
    for figure in record["figures"]:
        assert figure["value"] is not None or figure["reason"]
        assert figure["low"] is not None or figure["reason"]


def test_csv_has_gamma_where_it_was_measured(differing: Bench) -> None:
    sample = read_sample(differing.workspace, layers_to_compare(differing.workspace, None))
    found = measure(sample, OPTIONS, gamma_seconds=60)
    assert found.gamma is not None
    rows = {(r["measure"], r["name"]): r for r in csv.DictReader(io.StringIO(as_csv(found))) if "gamma" in r["measure"]}
    assert {name for _, name in rows} == {"", *found.gamma.labels}
    assert float(rows["gamma", ""]["value"]) == found.gamma.value
    assert float(rows["gamma", ""]["low"]) == found.gamma.low
    assert (rows["gamma", ""]["method"], rows["gamma", ""]["documents"]) == ("jackknife", "8")
    assert float(rows["gamma.cat", ""]["value"]) == found.gamma.cat.value
    for label, one in found.gamma.labels.items():
        row = rows["gamma.labels", label]
        assert (row["scope"], row["value"] == "", row["reason"]) == ("label", one.value is None, one.reason)


def test_csv_has_one_figure_a_line(differing: Bench) -> None:
    found = report(differing)
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == sum(len(part.figures) for part in found.slices()) + 4 * len(found.documents)
    assert {row["scope"] for row in rows} == {"overall", "pair", "label", "relation", "language", "time", "document"}
    worst = next(row for row in rows if row["scope"] == "document" and row["measure"] == "span.f1")
    assert worst["name"] == "nota"
    assert float(worst["value"]) == pytest.approx(1 / 3)


def test_the_same_database_gives_the_same_bytes(differing: Bench) -> None:
    assert as_csv(report(differing)) == as_csv(report(differing))
    assert as_html(report(differing), NO_WORK) == as_html(report(differing), NO_WORK)


class _Page(HTMLParser):
    """Gathers the tags that are open, what loads something, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [(name, value) for name, value in attrs if name in ("src", "href", "action", "onload")]
        if tag not in ("meta", "path", "circle", "rect", "polyline", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "circle", "rect", "polyline"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_is_whole_and_loads_nothing(differing: Bench) -> None:
    page = _Page(as_html(report(differing), NO_WORK))
    assert page.open == []
    assert page.loads == []
    assert "Of 100 spans that ana or bo has" in page.text
    for heading in ("Every measure", "Labels", "Relations", "How they differ", "What is taken for what", "All figures"):
        assert heading in page.text
    source = as_html(report(differing), NO_WORK)
    assert "<script" not in source
    assert "url(" not in source
    assert "default-src 'none'" in source


def test_titles_and_names_cannot_become_markup(bench: Bench) -> None:
    bench.add("mala", "Luis Paz fue a Lima.\n", title="<script>alert(1)</script>\x1b[31m")
    for curator in ("ana", "bo"):
        mark(bench, curator, [("Lima", "GPE")] if curator == "ana" else [], key="mala")
    page = as_html(report(bench), NO_WORK)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page


def test_tables_say_every_figure_that_the_charts_show(differing: Bench) -> None:
    found = report(differing)
    titles = [section.title for section in sections(found, NO_WORK)]
    assert titles[:3] == ["At a glance", "Pairs", "Labels"]
    assert [row[0] for row in next(sections(found, NO_WORK)).rows] == [
        "Span F1, strict", "Span F1, borders only", "Label: Krippendorff α", "Relation F1, strict",
    ]  # fmt: skip
    assert "Documents, worst first" in titles
    assert opening(found)[2] == "Where they differ, 67 %: other label, same borders; 33 %: other borders, same label."


def test_blind_and_shown_work_are_told_apart(differing: Bench) -> None:
    assert report(differing).conditions == ()
    for key, blind in (("nota", ("ana", "bo")), ("n0", ("ana",))):
        ops = [Op("assignment", curator, None, {"blind": curator in blind}) for curator in ("ana", "bo")]
        with differing.store.write() as writer:
            writer.append(LayerName(key, CORPUS), "lead", "assign", ops)
    parts = {part.name: part.get("span.f1") for part in report(differing).conditions}
    assert {name: e.value for name, e in parts.items() if e is not None} == {
        "blind": pytest.approx(1 / 3),
        "mixed": pytest.approx(1 / 2),
        "shown": 1,
    }


def test_suggestions_among_themselves_are_neither_shown_nor_blind(differing: Bench) -> None:
    with differing.store.write() as writer:
        writer.append(LayerName("nota", CORPUS), "lead", "assign", [Op("assignment", "ana", None, {"blind": True})])
    for key, phrase, names in (("nota", "México", ["suggestions"]), ("n0", "Lima", ["suggestions", "suggestions:x"])):
        document = differing.store.document(key)
        assert document is not None
        for name in names:
            propose(differing.store, document, [proposal(document, phrase, "GPE")], name=name)
    found = report(differing, "ana,suggestions,suggestions:x")
    parts = {part.name: part.get("span.f1") for part in found.conditions}
    assert {name: e.documents for name, e in parts.items() if e is not None} == {"blind": 1, "shown": 1}


@pytest.mark.parametrize(
    ("days", "names"),
    [
        (["2026-03-01", "2026-03-14"], ["2026-03-01", "2026-03-14"]),
        (["2026-03-01", "2026-03-15", ""], ["2026-W09", "2026-W11", ""]),
        (["2025-12-31", "2026-08-01"], ["2025-12", "2026-08"]),
        (["", ""], ["", ""]),
    ],
)
def test_time_is_cut_as_long_as_it_lasts(days: list[str], names: list[str]) -> None:
    assert periods(days) == names


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.834, ".83"), (1.0, "1.00"), (0.999, "1.00"), (0.0, ".00"), (-0.04, "-.04"), (-0.004, ".00"), (None, "–")],
)
def test_figures_have_two_digits(value: float | None, shown: str) -> None:
    assert number(value) == shown


def test_a_figure_without_interval_stands_alone(differing: Bench) -> None:
    found = report(differing).headline
    assert found is not None
    assert with_interval(replace(found, low=None, high=None)) == ".82"


def summed() -> WorkSummary:
    verdicts = [
        VerdictCount("ana", "span", "rules@1", 9, "accepted", 6, 5.7),
        VerdictCount("ana", "span", "rules@1", 9, "rejected", 2, 1.9),
        VerdictCount("bo", "span", "dates@1", 4, "corrected", 1, 0.4),
        VerdictCount("bo", "relation", "pairs@1", None, "ignored", 3, 0.0),
    ]
    times = [WorkTime("ana", "nota", False, 120_000, 4), WorkTime("ana", "otra", True, 60_000, 2)]
    return summarize_work(verdicts, times)


def test_acceptance_counts_what_was_taken_as_it_stood() -> None:
    found = {(a.kind, a.name): (a.total, round(a.rate, 3)) for a in summed().sources}
    assert found == {("span", "rules@1"): (8, 0.75), ("span", "dates@1"): (1, 0.0), ("relation", "pairs@1"): (3, 0.0)}
    assert {a.name for a in summed().curators} == {"ana", "bo"}


def test_calibration_compares_scores_with_acceptance() -> None:
    low, high = summed().calibration
    assert (low.score, high.score) == pytest.approx((0.4, 0.95))
    assert (low.rate, low.count, high.rate, high.count) == (0.0, 1, 0.75, 8)
    assert summed().calibration_error("span") == pytest.approx((1 * 0.4 + 8 * 0.2) / 9)
    assert summed().calibration_error("relation") is None


def test_pace_is_minutes_a_document_and_seconds_an_item() -> None:
    [pace] = summed().pace
    assert (pace.documents, pace.total, pace.mean, pace.median) == (2, 3, 1.5, 1.5)
    assert (pace.seconds_per_item, pace.blind_mean) == (30, 1)


def test_means_over_pairs_and_documents_count_each_the_same(differing: Bench) -> None:
    mark(differing, "carla", [ANA])
    found = report(differing)
    record = json.loads(json.dumps(as_json(found, NO_WORK)))
    by = {(one["measure"], one["over"]): one for one in record["spread"]}
    pairs = [pair.get("span.f1") for pair in found.pairs]
    values = [e.value for e in pairs if e is not None and e.value is not None]
    assert by["span.f1", "pairs"]["number"] == 3
    assert by["span.f1", "pairs"]["mean"] == pytest.approx(sum(values) / 3)
    documents = [row.span_f1 for row in found.documents if row.span_f1 is not None]
    mean = sum(documents) / 8
    assert by["span.f1", "documents"]["mean"] == pytest.approx(mean)
    deviation = (sum((value - mean) ** 2 for value in documents) / 7) ** 0.5
    assert by["span.f1", "documents"]["deviation"] == pytest.approx(deviation)
    assert any(section.title == "Means over pairs and documents" for section in sections(found, NO_WORK))


def test_confusion_is_told_in_shares_of_either_label(differing: Bench) -> None:
    """ana: 8 GPE, 1 ORG; bo: 6 GPE, 3 ORG, two of which are GPE for ana."""
    record = as_json(report(differing), NO_WORK)["confusion"]
    place = record["labels"].index
    assert record["shares"][place("GPE")][place("ORG")] == pytest.approx(2 / 8)
    assert record["shares"][place("GPE")][place("GPE")] == pytest.approx(6 / 8)
    table = next(s for s in sections(report(differing), NO_WORK) if s.title == "Spans taken for one another")
    assert table.columns == ("left", "right", "pairs", "of left", "of right")
    assert list(table.rows) == [("GPE", "ORG", "2", "25 %", "67 %")]
    mark(differing, "carla", [ANA])
    several = as_json(report(differing), NO_WORK)["confusion"]
    # of three pairs: GPE and GPE six times, GPE and ORG twice, GPE missed once
    assert several["shares"][place("GPE")][place("ORG")] == pytest.approx(2 / (2 * 6 + 2 + 1))
