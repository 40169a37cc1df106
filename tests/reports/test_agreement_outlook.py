"""How many documents narrower intervals take, as every report tells it."""

from __future__ import annotations

import json
import random

import pytest

from annotator.agreement.estimates import EstimateOptions
from annotator.agreement.planning import TOO_MANY, Needed
from annotator.reports.agreement import Agreement, measure
from annotator.reports.agreement_html import as_html
from annotator.reports.agreement_outlook import TITLE, curve, in_words, outlooks, section
from annotator.reports.agreement_records import as_json
from annotator.reports.agreement_tables import sections
from annotator.reports.work_summary import summarize_work
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
from tests.agreement.working_curators import mark
from tests.workspaces import Bench

NO_WORK = summarize_work([], [])


def report(bench: Bench, **options: object) -> Agreement:
    sample = read_sample(bench.workspace, layers_to_compare(bench.workspace, None))
    return measure(sample, EstimateOptions(**options))  # type: ignore[arg-type]


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """Twelve documents of which ana and bo mark most of the same."""
    chance = random.Random(1)
    for number in range(12):
        key = f"n{number:02}"
        bench.add(key, "Luis Paz fue a Lima con Eva Sol.\n")
        for curator in ("ana", "bo"):
            every = [("Luis Paz", "PERSON"), ("Lima", "GPE"), ("Eva Sol", "PERSON")]
            mark(bench, curator, [one for one in every if chance.random() < 0.8], key=key)
    return bench


def test_every_figure_says_what_narrower_intervals_take(worked: Bench) -> None:
    found = report(worked)
    some = list(outlooks(found))
    assert [(one.scope, one.name) for one in some] == [
        ("overall", "Span F1, strict"), ("label", "PERSON"), ("label", "GPE"),
    ]  # fmt: skip
    needed = some[0].needed
    assert needed.documents is not None
    assert needed.documents > 12
    [row, *_] = section(found).rows
    assert row[0] == "Span F1, strict"
    assert row[5] == f"{needed.documents:,} ({needed.low:,} to {needed.high:,})"
    assert "There are 13 documents in all." in section(found).note
    assert TITLE in [one.title for one in sections(found, NO_WORK)]


def test_the_curve_falls_to_the_half_width_that_is_asked_for(worked: Bench) -> None:
    for one in outlooks(report(worked)):
        widths = [point.half_width for point in curve(one)]
        assert widths == sorted(widths, reverse=True)
        assert one.half_width in [pytest.approx(width, rel=0.2) for width in widths]


def test_json_and_html_have_it(worked: Bench) -> None:
    found = report(worked)
    record = json.loads(json.dumps(as_json(found, NO_WORK), allow_nan=False))["outlook"]
    assert record["half_width"] == 0.03
    assert "drawn from the whole corpus" in record["assumptions"]
    first = record["figures"][0]
    assert (first["scope"], first["measure"], first["documents"]) == ("overall", "span.f1", 12)
    assert first["needed"]["low"] <= first["needed"]["documents"] <= first["needed"]["high"]
    assert first["curve"][0]["half_width"] > first["curve"][-1]["half_width"]
    page = as_html(found, NO_WORK)
    assert f"<h2>{TITLE}</h2>" in page
    assert 'aria-label="half the width of intervals against documents"' in page


def test_what_cannot_be_told_says_why(worked: Bench) -> None:
    rows = section(report(worked, resamples=0)).rows
    assert rows[0][4] == "none was asked for (0 resamples)"
    assert "jackknife" in str(section(report(worked, way="bootstrap", resamples=100)).rows[0][4])
    assert in_words(Needed(None, reason=TOO_MANY), 12) == "more than 1,000,000 documents"
    assert in_words(Needed(None, reason="too few documents"), 12) == "cannot be told yet"
    assert in_words(Needed(10, 8, 30), 12) == "reached"
    assert in_words(Needed(2000, 1500, None), 12) == "2,000 (1,500 to more)"


def test_without_anything_to_compare_there_is_no_outlook(bench: Bench) -> None:
    assert section(report(bench)).rows == []
    assert as_json(report(bench), NO_WORK)["outlook"]["figures"] == []
