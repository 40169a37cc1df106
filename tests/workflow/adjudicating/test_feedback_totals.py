"""Every curator against gold: the same figures as agreement gives, and what was got wrong most."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.agreement.counting import compare as count
from annotator.agreement.estimates import EstimateOptions, estimate
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.agreement.measures import OVERALL
from annotator.agreement.totals import Features
from annotator.annotation import Annotations
from annotator.cli.main import main
from annotator.workflow.adjudicating.feedback import compare
from annotator.workflow.adjudicating.feedback_totals import FeedbackTotals, Scores, feedback_totals
from tests.workflow.adjudicating.finished_documents import finish, judge
from tests.workflow.adjudicating.settlements import LABELS, SENTENCES, TEXT, contents, layer, says, scheme, word
from tests.workspaces import KEY, Bench

A, B, C = word(0, 1, "P"), word(2, 2, "O"), word(4, 4, "G")


def total(*documents: tuple[Annotations, Annotations]) -> FeedbackTotals:
    totals = FeedbackTotals("ana")
    for own, gold in documents:
        totals.add(compare(own, gold, scheme(), SENTENCES))
    return totals


def agreement(*documents: tuple[Annotations, Annotations]) -> dict[str, float | None]:
    """Return the measures of agreement between the curator and gold."""
    labels = scheme()
    layers = [
        DocumentLayers(
            f"d{number}",
            len(TEXT),
            SENTENCES,
            dict(zip(("ana", "gold"), map(said, pair), strict=True)),
        )
        for number, pair in enumerate(documents)
    ]
    vocabulary = Vocabulary(LABELS, tuple(labels.relations), labels.symmetric)
    features = Features(count(layers, ("ana", "gold"), vocabulary))
    found = estimate(features, OVERALL, EstimateOptions(resamples=0))
    return {name: values[0].value for name, values in found.items() if values}


def said(content: Annotations) -> Content:
    spans, relations = says(content)
    return Content(frozenset(spans), frozenset(relation.canonical(scheme().symmetric) for relation in relations))


@given(st.lists(st.tuples(contents(scheme()), contents(scheme())), min_size=1, max_size=4))
def test_the_figures_are_those_of_agreement(documents: list[tuple[Annotations, Annotations]]) -> None:
    totals, figures = total(*documents), agreement(*documents)
    assert totals.scores("spans").f1 == pytest.approx(figures["span.f1"])
    assert totals.scores("relations").f1 == pytest.approx(figures["relation.relaxed_f1"])
    assert totals.strict_relation_f1() == pytest.approx(figures["relation.f1"])


def test_scores_are_undefined_where_there_is_nothing_to_divide_by() -> None:
    assert Scores.of(0, 0, 0) == (None, None, None)
    assert Scores.of(0, 0, 4) == (None, 0, 0)
    assert Scores.of(2, 2, 6) == (1.0, 1 / 3, 0.5)


def test_errors_are_named_by_finding_and_labels_and_the_commonest_come_first() -> None:
    own = layer(A, B, C, word(6, 6, "P"), links=((A, B, "w"),))
    gold = layer(word(0, 0, "P"), word(2, 2, "G"), C, word(5, 5, "O"))
    totals = total((own, gold), (layer(A), layer(word(0, 0, "P"))))
    assert [(str(error), times) for error, times in totals.commonest()] == [
        ("boundary P", 2), ("label O → G", 1), ("missed O", 1), ("not in gold P", 1), ("not in gold w", 1),
    ]  # fmt: skip
    assert totals.documents == 2
    assert sum(totals.counts("spans").values()) == 6
    assert totals.as_json()["errors"][1] == {"kind": "spans", "finding": "label", "own": "O", "gold": "G", "count": 1}


@pytest.fixture
def settled(bench: Bench) -> Bench:
    """``nota`` is gold by ana's version; bo drew a border otherwise and missed a place."""
    finish(bench, "ana", ("PERSON", "Ana Ruiz"), ("GPE", "México"))
    finish(bench, "bo", ("PERSON", "Ana"))
    session = judge(bench)
    for _ in range(2):
        session.choose(session.gold.open[0].id, "ana")
    session.finish()
    bench.add("zeta", "Luis Paz vive en Quito.")
    finish(bench, "carla", ("PERSON", "Luis Paz"), key="zeta")
    return bench


def test_only_finished_work_with_complete_gold_counts(settled: Bench) -> None:
    found = feedback_totals(settled.store, settled.scheme, "lead")
    assert [(one.curator, one.documents, one.scores("spans").f1) for one in found.curators] == [
        ("ana", 1, 1.0), ("bo", 1, 0.0),
    ]  # fmt: skip
    assert found.hidden == 0
    settled.session(curator="bo").flag()
    assert [one.curator for one in feedback_totals(settled.store, settled.scheme, "lead").curators] == ["ana"]


def test_a_curator_sees_what_they_may(settled: Bench) -> None:
    assert [one.curator for one in feedback_totals(settled.store, settled.scheme, "bo").curators] == ["ana", "bo"]
    settled.session(curator="ana").flag()
    found = feedback_totals(settled.store, settled.scheme, "ana")
    assert (found.curators, found.hidden) == ([], 1)


def test_the_command(settled: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str, by: str = "lead") -> tuple[int, str, str]:
        status = main(["-w", str(settled.workspace.root), "feedback", *arguments, "--as", by])
        return status, *capsys.readouterr()

    _, out, _ = run("--all")
    assert "ana               1      1.00      1.00       1.00" in out
    assert "bo                1       .00       .00        .00" in out
    assert "boundary PERSON 1, missed GPE 1" in out
    rows = json.loads(run("--all", "--json")[1])
    assert [(row["curator"], row["spans"]["recall"], row["relations"]["f1"]) for row in rows] == [
        ("ana", 1.0, None), ("bo", 0.0, None),
    ]  # fmt: skip
    assert run("--all", KEY)[0] == 2
    settled.session(curator="ana").flag()
    assert run("--all", by="ana")[2].splitlines() == [
        "left out: 1 piece of work, until you and its curator are done with it",
    ]
