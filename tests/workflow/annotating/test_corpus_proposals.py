"""What a curator marked here, suggested wherever else it stands."""

from __future__ import annotations

from annotator.store import Queue, QueueFilter, check_database
from annotator.workflow.desk import Desk
from annotator.workflow.learning.suggesting import suggest
from tests.workspaces import KEY, Bench, pending_suggestions, proposal, span_texts, sql_dump, verdicts


def propose(bench: Bench, phrase: str, label: str = "PERSON") -> tuple[int, int]:
    return Desk(bench.workspace, "ana").propose(phrase, label, excluding=KEY)


def test_every_whole_mention_in_the_other_documents_waits(bench: Bench) -> None:
    bench.add("uno", "Luis Paz y Luis Pazos. Otra vez Luis Paz.")
    bench.add("dos", "Nada de luis paz.")
    assert propose(bench, "Luis Paz") == (2, 1)
    session = bench.session("uno")
    assert pending_suggestions(session) == [proposal(session.document, "Luis Paz", "PERSON", nth=n).id for n in (0, 2)]
    assert pending_suggestions(bench.session()) == pending_suggestions(bench.session("dos")) == []
    assert list(check_database(bench.store)) == []


def test_a_second_time_changes_nothing(bench: Bench) -> None:
    bench.add("uno", "Luis Paz.")
    propose(bench, "Luis Paz")
    before = sql_dump(bench.store.path)
    assert propose(bench, "Luis Paz") == (0, 0)
    assert sql_dump(bench.store.path) == before


def test_it_can_be_accepted_like_any_other(bench: Bench) -> None:
    document = bench.add("uno", "Vino Luis Paz.")
    propose(bench, "Luis Paz")
    suggestion_id = proposal(document, "Luis Paz", "PERSON").id
    session = bench.session("uno")
    session.accept(suggestion_id)
    assert span_texts(session) == {("PERSON", "Luis Paz")}
    assert session.layer.suggestions.verdicts[suggestion_id].source == "ana@1"


def test_what_was_rejected_there_is_not_asked_again(bench: Bench) -> None:
    document = bench.add("uno", "Vino Luis Paz.")
    propose(bench, "Luis Paz")
    bench.session("uno").reject(proposal(document, "Luis Paz", "PERSON").id)
    propose(bench, "Luis Paz")
    session = bench.session("uno")
    assert pending_suggestions(session) == []
    assert set(verdicts(session).values()) == {"rejected"}


def test_signs_that_no_index_knows_are_no_obstacle(bench: Bench) -> None:
    bench.add("uno", "Dijo «\"*» y O'Neil, S.A. volvió.")
    assert propose(bench, '"*') == (0, 0)
    assert propose(bench, "O'Neil") == (1, 1)
    assert propose(bench, "S.A.", "ORG") == (1, 1)


def test_a_run_of_the_models_leaves_it_standing(bench: Bench) -> None:
    bench.add("uno", "Luis Paz.")
    propose(bench, "Luis Paz")
    suggest(bench.workspace)
    assert len([i for i in pending_suggestions(bench.session("uno")) if i.endswith("PERSON")]) >= 1
    assert "proposals:ana" in {layer.name.name for layer in bench.store.layers(document="uno")}


def test_nobody_else_sees_it(bench: Bench) -> None:
    document = bench.add("uno", "Vino Luis Paz.")
    propose(bench, "Luis Paz")
    assert pending_suggestions(bench.session("uno", curator="bo")) == []
    assert pending_suggestions(bench.session("uno", curator="ana")) == [proposal(document, "Luis Paz", "PERSON").id]
    assert sum(row.pending for row in Queue(bench.store, "bo").page(QueueFilter(), 9)) == 0
    assert sum(row.pending for row in Queue(bench.store, "ana").page(QueueFilter(), 9)) == 1
