"""What is said of measures: of every one, and the same in the docs."""

from __future__ import annotations

import pytest

from annotator.agreement.estimates import EstimateOptions
from annotator.agreement.measures import BY_LABEL, BY_RELATION, DIRECTED, OVERALL
from annotator.reports.agreement import measure
from annotator.reports.agreement_html import as_html
from annotator.reports.measure_notes import NOTES, every_measure, explanation, measure_named
from annotator.reports.work_summary import summarize_work
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
from tests.agreement.working_curators import ANA, mark
from tests.workspaces import Bench
from tools.measure_tables import PAGE, page_with_tables


@pytest.mark.parametrize("name", sorted({m.name for m in (*OVERALL, *DIRECTED, *BY_LABEL, *BY_RELATION)}))
def test_every_measure_says_what_it_is_for_and_of(name: str) -> None:
    said = dict(explanation(measure_named(name)))
    assert {"for", "formula", "of"} <= set(said)
    assert "`" not in "".join(said.values())


def test_nothing_is_said_of_what_is_not_measured() -> None:
    assert {m.name for m in every_measure()} == set(NOTES)


def test_names_of_measures_are_titles_where_people_read_them() -> None:
    assert dict(explanation(measure_named("span.boundary_f1")))["for"].startswith("beside Span F1, strict:")


def test_the_docs_say_the_same() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_tables(page), "run python -m tools.measure_tables"
    assert all(f"\n| `{name}` |" in page for name in NOTES)


def test_the_html_has_it_to_unfold(bench: Bench) -> None:
    for curator in ("ana", "bo"):
        mark(bench, curator, [ANA])
    sample = read_sample(bench.workspace, layers_to_compare(bench.workspace, None))
    page = as_html(measure(sample, EstimateOptions()), summarize_work([], []))
    assert "<summary>What each measure is for, and when it misleads</summary>" in page
    assert "a border off by one token costs as much as a missed span" in page
