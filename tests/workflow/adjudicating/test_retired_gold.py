"""Adjudicating after the label scheme moved on: no gold is made of what it no longer allows, and nothing is lost."""

from __future__ import annotations

import pytest

from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName
from annotator.store import check_database
from annotator.workflow.adjudicating.cases import RelationCase, SpanCase
from annotator.workflow.adjudicating.gold import adjudicate, settle_finished
from annotator.workflow.adjudicating.session import GoldSession
from tests.workspaces import KEY, Bench, focused, range_of, relation_texts, span_texts, under

WORKS_FOR = "works_for: {key: w, head: PERSON, child: ORG}"
CHANGES = {
    "its label went": (("PERSON", "HUMAN"),),
    "its type went": ((f"  {WORKS_FOR}\n", ""),),
    "its type was turned round": ((WORKS_FOR, "works_for: {key: w, head: ORG, child: PERSON}"),),
}


def work(bench: Bench, *curators: str) -> None:
    """All say that Ana Ruiz works for the Cruz Roja."""
    for curator in curators:
        session = bench.session(curator=curator)
        person = focused(session.add(*range_of(session.document, "Ana Ruiz"), "PERSON"))
        body = focused(session.add(*range_of(session.document, "Cruz Roja"), "ORG"))
        session.relate(person, body, "works_for")
        session.finish()


@pytest.fixture
def agreed(bench: Bench) -> Bench:
    work(bench, "ana", "bo")
    return bench


def opened(bench: Bench) -> GoldSession:
    return adjudicate(bench.workspace, KEY, "lea")


@pytest.mark.parametrize("change", CHANGES)
def test_no_gold_is_made_by_itself_of_what_all_agree_on(agreed: Bench, change: str) -> None:
    again = under(agreed, *CHANGES[change])
    report = settle_finished(again.workspace, "lea")
    assert (report.settled, report.unchanged) == ([], [])
    assert report.open[KEY].endswith("of bo")
    assert "retired item" in report.open[KEY]
    assert sum(report.retired.values()) == (4 if change == "its label went" else 2)
    assert again.store.layer(LayerName(KEY, GOLD)) is None


@pytest.mark.parametrize("curators", [("ana",), ("ana", "bo")])
def test_one_curators_work_becomes_no_gold_either(bench: Bench, curators: tuple[str, ...]) -> None:
    work(bench, *curators)
    assert settle_finished(under(bench, *CHANGES["its type went"]).workspace, "lea").settled == []


def test_gold_that_was_complete_before_stays_where_nothing_of_it_is_retired(agreed: Bench) -> None:
    settle_finished(agreed.workspace, "lea")
    again = under(agreed, ("  DATE: {key: 4}\n", ""), ("child: DATE, within", "child: GPE, within"))
    assert settle_finished(again.workspace, "lea").unchanged == [KEY]


@pytest.mark.parametrize("change", ["its type went", "its type was turned round"])
def test_a_relation_that_is_retired_is_a_case_of_its_own(agreed: Bench, change: str) -> None:
    session = opened(under(agreed, *CHANGES[change]))
    assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
    assert relation_texts(session) == set()
    (case,) = session.gold.open
    assert isinstance(case, RelationCase)
    assert case.kind == "retired"
    assert session.retirement(case) is not None
    with pytest.raises(WorkflowError):
        session.choose(case.id, "ana")
    with pytest.raises(WorkflowError):
        session.choose_most_common(case.id)
    session.choose_majority_everywhere()
    with pytest.raises(WorkflowError):
        session.finish()
    session.choose_none(case.id)
    session.finish()
    assert session.state == "done"
    session.undo()
    session.undo()
    assert [case.kind for case in session.gold.open] == ["retired"]


def test_another_relation_between_the_same_spans_settles_one_that_is_retired(agreed: Bench) -> None:
    session = opened(under(agreed, *CHANGES["its type went"]))
    (case,) = session.gold.open
    assert isinstance(case, RelationCase)
    session.relate(str(case.ends[0]), str(case.ends[1]), "leads", case_id=case.id)
    assert not session.gold.open
    assert relation_texts(session) == {("Ana Ruiz", "leads", "Cruz Roja")}


def test_a_span_that_is_retired_gets_another_label_and_its_relation_comes_with_it(agreed: Bench) -> None:
    session = opened(under(agreed, *CHANGES["its label went"]))
    (case,) = session.gold.open
    assert isinstance(case, SpanCase)
    assert (case.kind, session.gold.settlement.waiting_relations) == ("retired", 2)
    with pytest.raises(WorkflowError):
        session.choose(case.id, "ana")
    with pytest.raises(WorkflowError):
        session.amend(case.id, side="end", by=1)
    session.amend(case.id, label="HUMAN")
    assert span_texts(session) == {("HUMAN", "Ana Ruiz"), ("ORG", "Cruz Roja")}
    assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}
    assert not session.gold.open
    session.undo()
    assert [case.kind for case in session.gold.open] == ["retired"]
    session.redo()
    session.finish()
    assert session.state == "done"


def test_a_span_that_was_decided_by_hand_stays_in_gold_and_wants_a_decision(agreed: Bench) -> None:
    session = opened(agreed)
    luis = focused(session.add(*range_of(session.document, "Luis Paz"), "PERSON"))
    session.finish()
    bench = under(agreed, ("PERSON", "HUMAN"))
    again = opened(bench)
    assert again.state == "doing"
    assert again.content.retirement(luis) is not None
    assert [case.kind for case in again.gold.open] == ["retired", "added"]
    case = again.gold.case_of(luis)
    assert case is not None
    again.amend(case.id, label="HUMAN")
    assert span_texts(again) == {("HUMAN", "Luis Paz"), ("ORG", "Cruz Roja")}
    again.undo()
    again.delete(luis)
    assert [case.kind for case in again.gold.open] == ["retired"]
    assert list(check_database(bench.store)) == []


@pytest.mark.parametrize(
    "change",
    [
        ("  leads: {key: l, head: PERSON, child: ORG}\n", ""),
        ("leads: {key: l, head: PERSON, child: ORG}", "leads: {key: l, head: ORG, child: PERSON}"),
    ],
)
def test_a_relation_that_was_decided_by_hand_stays_in_gold_and_wants_a_decision(
    agreed: Bench, change: tuple[str, str]
) -> None:
    session = opened(agreed)
    ends = {session.checks.text_of(span): i for i, span in session.content.spans.items()}
    session.relate(ends["Ana Ruiz"], ends["Cruz Roja"], "leads")
    session.finish()
    both = {("Ana Ruiz", "works_for", "Cruz Roja"), ("Ana Ruiz", "leads", "Cruz Roja")}
    assert relation_texts(session) == both
    again = opened(under(agreed, change))
    assert relation_texts(again) == both
    (case,) = again.gold.open
    assert again.content.retirement(str(case.outcome[0])) is not None
    again.delete(str(case.outcome[0]))
    assert not again.gold.open
    again.finish()
    assert relation_texts(again) == {("Ana Ruiz", "works_for", "Cruz Roja")}


def test_spans_that_must_no_longer_overlap_are_settled_by_one_of_them(bench: Bench) -> None:
    bench = under(bench, ("overlap: flat", "overlap: any"))
    for curator in ("ana", "bo"):
        work_on = bench.session(curator=curator)
        work_on.add(*range_of(work_on.document, "Ana Ruiz"), "PERSON")
        work_on.add(*range_of(work_on.document, "Ruiz"), "ORG")
        work_on.finish()
    again = under(bench, ("overlap: any", "overlap: flat"))
    assert settle_finished(again.workspace, "lea").settled == []
    session = opened(again)
    assert span_texts(session) == set()
    (case,) = session.gold.open
    assert case.kind == "retired"
    with pytest.raises(WorkflowError):
        session.choose(case.id, "ana")
    session.amend(case.id, label="PERSON")
    assert span_texts(session) == {("PERSON", "Ana Ruiz")}
    session.finish()
    assert session.state == "done"
