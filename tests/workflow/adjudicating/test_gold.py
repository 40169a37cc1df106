"""From finished work to gold."""

from __future__ import annotations

import pytest

from annotator.annotation import Span
from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName
from annotator.store import check_database
from annotator.workflow.adjudicating.gold import GoldReport, settle_finished
from tests.workspaces import KEY, Bench, link, range_of

pytestmark = pytest.mark.usefixtures("proposed")


def settle(bench: Bench, *keys: str) -> GoldReport:
    return settle_finished(bench.workspace, "lead", keys)


def work(bench: Bench, curator: str, *suggestions: str, finish: bool = True) -> None:
    session = bench.session(curator=curator)
    for suggestion_id in suggestions:
        session.accept(suggestion_id)
    if finish:
        session.finish()


def gold(bench: Bench) -> set[str]:
    content = bench.store.annotations(bench.layer_id(GOLD))
    return {*content.spans, *content.relations}


def test_one_curators_finished_work_becomes_gold_under_ids_of_content(bench: Bench, ana: Span, cruz: Span) -> None:
    relation = link(ana, cruz, "works_for").id
    work(bench, "ana", relation)
    assert settle(bench).settled == [KEY]
    assert gold(bench) == {ana.id, cruz.id, relation}
    content = bench.store.annotations(bench.layer_id(GOLD))
    assert {span.curator for span in content.spans.values()} == {"ana"}
    assert content.spans[ana.id].origin == "accepted"
    info = bench.store.layer(LayerName(KEY, GOLD))
    assert info is not None
    assert (info.state, info.curators) == ("done", "ana")
    assert list(check_database(bench.store)) == []


def test_a_second_time_changes_nothing(bench: Bench, ana: Span) -> None:
    work(bench, "ana", ana.id)
    settle(bench)
    report = settle(bench)
    assert (report.settled, report.unchanged) == ([], [KEY])
    assert bench.actions(GOLD) == ["adjudicate"]


def test_untouched_documents_wait(bench: Bench) -> None:
    assert settle(bench).open == {KEY: "nobody has worked on it"}
    assert bench.store.layer(LayerName(KEY, GOLD)) is None


def test_unfinished_work_waits_and_says_whose(bench: Bench, ana: Span) -> None:
    work(bench, "ana", ana.id)
    work(bench, "bo", ana.id, finish=False)
    assert settle(bench).open == {KEY: "not finished by bo"}


def test_several_who_agree_make_gold_together(bench: Bench, ana: Span, cruz: Span) -> None:
    work(bench, "bo", cruz.id, ana.id)
    session = bench.session(curator="ana")
    session.add(ana.start, ana.end, "PERSON")
    session.add(cruz.start, cruz.end, "ORG")
    session.finish()
    assert settle(bench).settled == [KEY]
    info = bench.store.layer(LayerName(KEY, GOLD))
    assert info is not None
    assert info.curators == "ana,bo"
    assert gold(bench) == {ana.id, cruz.id}


def test_several_who_differ_wait_for_adjudication(bench: Bench, ana: Span, cruz: Span) -> None:
    work(bench, "ana", ana.id)
    work(bench, "bo", ana.id, cruz.id)
    assert settle(bench).open == {KEY: "ana, bo differ: 1 missing"}


def test_a_differing_relation_is_a_difference(bench: Bench, ana: Span, cruz: Span) -> None:
    work(bench, "ana", ana.id, cruz.id)
    work(bench, "bo", link(ana, cruz, "works_for").id)
    assert settle(bench).open == {KEY: "ana, bo differ: 1 relation missing"}


def test_reopened_work_leaves_the_gold_until_it_is_finished_again(bench: Bench, ana: Span) -> None:
    work(bench, "ana", ana.id)
    settle(bench)
    session = bench.session()
    session.add(*range_of(session.document, "Luis Paz"), "PERSON")
    assert settle(bench).open == {KEY: "not finished by ana"}
    assert gold(bench) == {ana.id}
    session.finish()
    assert settle(bench).settled == [KEY]
    assert len(gold(bench)) == 2
    assert list(check_database(bench.store)) == []


def test_work_taken_back_to_nothing_counts_as_none(bench: Bench, ana: Span) -> None:
    work(bench, "ana", ana.id)
    session = bench.session(curator="bo")
    session.flag()
    session.undo()
    assert settle(bench).settled == [KEY]


def test_only_what_was_asked_for_is_settled(bench: Bench, ana: Span) -> None:
    bench.add("otra", "Ana Ruiz.")
    bench.session("otra").finish()
    work(bench, "ana", ana.id)
    assert settle(bench, "otra").settled == ["otra"]
    assert bench.store.layer(LayerName(KEY, GOLD)) is None


def test_an_unknown_document_is_named_before_anything_is_written(bench: Bench, ana: Span) -> None:
    work(bench, "ana", ana.id)
    with pytest.raises(WorkflowError, match="no document 'nada'"):
        settle(bench, KEY, "nada")
    assert bench.store.layer(LayerName(KEY, GOLD)) is None
