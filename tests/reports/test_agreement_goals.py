"""Whether goals are reached, in words, with what would tell where that is not known."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from annotator.agreement.estimates import Estimate, EstimateOptions
from annotator.agreement.measures import OVERALL
from annotator.errors import AnnotatorError
from annotator.reports.agreement import Agreement, Figure, Slice, measure
from annotator.reports.agreement_goals import (
    GoalMissedError,
    GoalUnknownError,
    check_goals,
    goal_results,
    goal_sentence,
    verdict,
)
from annotator.reports.agreement_html import as_html
from annotator.reports.agreement_records import as_json
from annotator.reports.agreement_tables import opening
from annotator.reports.work_summary import summarize_work
from annotator.workflow.comparing.agreement_sample import layers_to_compare, read_sample
from tests.agreement.working_curators import ANA, mark
from tests.workspaces import Bench

MEASURES = {m.name: m for m in OVERALL}
DISPERSION = (0.02, 30.0, 40.0)
NO_WORK = summarize_work([], [])


def estimate(value: float | None, low: float | None, high: float | None, reason: str = "") -> Estimate:
    if low is None:
        return Estimate(value, None, None, None, 40, 40, 900, reason)
    return Estimate(value, low, high, "jackknife", 40, 40, 900, reason, DISPERSION)


@pytest.fixture
def empty(bench: Bench) -> Agreement:
    return measure(read_sample(bench.workspace, []), EstimateOptions())


def with_figures(empty: Agreement, goals: dict[str, float], **figures: Estimate) -> Agreement:
    """Return a report with some figures of all layers (``span_f1``), and goals by measure."""
    names = {name.replace("_", ".", 1): found for name, found in figures.items()}
    overall = Slice("overall", "", tuple(Figure(MEASURES[name], found) for name, found in names.items()))
    return replace(empty, overall=overall, reason="", goals=goals, compared=40)


@pytest.mark.parametrize(
    ("low", "high", "goal", "state", "said"),
    [
        (0.86, 0.92, 0.85, "reached", "goal .85: reached: .89 (.86–.92), the whole interval lies at or above it."),
        (0.85, 0.92, 0.85, "reached", "the whole interval lies at or above it."),
        (0.80, 0.84, 0.85, "not_reached", "goal .85: not reached: .82 (.80–.84), the whole interval lies below it."),
        (0.80, 0.85, 0.85, "unknown", "goal .85: not yet known from 40 documents: .82 (.80–.85)"),
        (0.8496, 0.92, 0.85, "unknown", "not yet known from 40 documents: .88 (.8496–.92)"),
    ],
)
def test_the_whole_interval_decides(
    empty: Agreement, low: float, high: float, goal: float, state: str, said: str
) -> None:
    found = with_figures(empty, {"span.f1": goal}, span_f1=estimate((low + high) / 2, low, high))
    [result] = goal_results(found)
    assert result.state == state
    assert said in goal_sentence(result)


def test_where_it_is_open_it_says_how_many_more_documents_would_tell(empty: Agreement) -> None:
    found = with_figures(empty, {"span.f1": 0.85}, span_f1=estimate(0.87, 0.83, 0.91))
    [result] = goal_results(found)
    assert result.more is not None
    assert result.more > 40
    sentence = goal_sentence(result)
    assert f"about {result.more:,} more documents (" in sentence
    assert sentence.endswith("would tell, should the figure stay as it is.")
    on_it = with_figures(empty, {"span.f1": 0.87}, span_f1=estimate(0.87, 0.83, 0.91))
    assert "not even 1,000,000 documents would tell" in goal_sentence(goal_results(on_it)[0])


def test_what_has_no_interval_is_not_known_with_the_reason(empty: Agreement) -> None:
    few = estimate(0.9, None, None, "no interval: fewer than 5 documents have any of this")
    nothing = estimate(None, None, None, "no layer has a relation")
    found = with_figures(empty, {"span.f1": 0.5, "relation.f1": 0.5}, span_f1=few, relation_f1=nothing)
    assert [goal_sentence(result) for result in goal_results(found)] == [
        "Span F1, strict, goal .5: not yet known: .90, fewer than 5 documents have any of this.",
        "Relation F1, strict, goal .5: not yet known: no layer has a relation.",
    ]
    assert verdict(goal_results(found)) == "Whether the 2 goals are reached is not yet known."


def test_several_goals_are_summed_up_and_the_gate_names_the_worst(empty: Agreement) -> None:
    good, bad, open_ = estimate(0.9, 0.87, 0.93), estimate(0.6, 0.5, 0.69), estimate(0.8, 0.7, 0.87)
    goals = {"relation.f1": 0.7, "span.f1": 0.85, "token.alpha": 0.8}
    found = with_figures(empty, goals, span_f1=good, relation_f1=bad, token_alpha=open_)
    results = goal_results(found)
    assert [(r.figure.measure.name, r.state) for r in results] == [
        ("relation.f1", "not_reached"), ("span.f1", "reached"), ("token.alpha", "unknown"),
    ]  # fmt: skip
    assert verdict(results) == "Of 3 goals 1 is reached, 1 is not reached, 1 is not yet known."
    with pytest.raises(GoalMissedError, match=r"^Relation F1, strict, goal \.7: not reached") as missed:
        check_goals(found)
    with pytest.raises(GoalUnknownError, match=r"^Token: Krippendorff α, goal \.8: not yet known") as unknown:
        check_goals(replace(found, goals={"span.f1": 0.85, "token.alpha": 0.8}))
    check_goals(replace(found, goals={"span.f1": 0.85}))
    assert (missed.value.exit_code, unknown.value.exit_code) == (1, 3)
    assert isinstance(missed.value, AnnotatorError)


def test_every_report_says_it(empty: Agreement) -> None:
    found = with_figures(
        empty,
        {"span.f1": 0.85, "relation.f1": 0.7},
        span_f1=estimate(0.9, 0.87, 0.93),
        relation_f1=estimate(0.6, 0.5, 0.69),
    )
    sentences = [goal_sentence(result) for result in goal_results(found)]
    assert opening(found)[2:5] == ["Of 2 goals 1 is reached, 1 is not reached.", *sentences]
    record = json.loads(json.dumps(as_json(found, NO_WORK), allow_nan=False))["verdict"]
    assert record["state"] == "not_reached"
    assert record["goals"][0] == {
        "measure": "span.f1", "goal": 0.85, "value": 0.9, "low": 0.87, "high": 0.93, "state": "reached",
        "documents": 40, "needed": None, "sentence": sentences[0],
    }  # fmt: skip
    page = as_html(found, NO_WORK)
    assert f'<p class="goal reached">{sentences[0]}</p>' in page
    assert f'<p class="goal not_reached">{sentences[1]}</p>' in page


def test_without_a_goal_there_is_no_verdict(bench: Bench) -> None:
    for curator in ("ana", "bo"):
        mark(bench, curator, [ANA])
    found = measure(read_sample(bench.workspace, layers_to_compare(bench.workspace, None)), EstimateOptions())
    assert as_json(found, NO_WORK)["verdict"] is None
    assert not any("goal" in line for line in opening(found))
