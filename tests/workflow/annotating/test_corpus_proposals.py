"""What a curator marked here, suggested wherever else it stands."""

from __future__ import annotations

import pytest

from annotator.errors import WorkflowError
from annotator.history import LayerName
from annotator.store import Queue, QueueFilter, check_database
from annotator.workflow.annotating.corpus_proposals import CorpusProposals
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.learning.suggesting import suggest
from tests.workspaces import (
    KEY,
    Bench,
    pending_suggestions,
    proposal,
    propose_elsewhere,
    range_of,
    span_texts,
    sql_dump,
    verdicts,
)


def propose(bench: Bench, phrase: str, label: str = "PERSON") -> tuple[int, int]:
    return propose_elsewhere(bench.workspace, "ana", phrase, label, excluding=KEY)


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


class TestAsAStep:
    """``*`` twice: each is a step, whose undo takes back all that it wrote."""

    def proposing(self, bench: Bench) -> AnnotationSession:
        bench.add("uno", "Vino Luis Paz, y Luis Paz volvió.")
        bench.add("dos", "Luis Paz.")
        session = bench.session()
        span_id = session.add(*range_of(session.document, "Luis Paz"), "PERSON").focus
        outcome = session.propose(span_id or "")
        assert outcome.message == "proposed PERSON “Luis Paz” on 3 mentions in 2 other documents"
        return session

    def proposed(self, bench: Bench, key: str) -> set[str]:
        """Return what is proposed; what is marked in one document is suggested in others without it, too."""
        info = bench.store.layer(LayerName(key, "proposals:ana"))
        return set() if info is None else {*bench.store.annotations(info.id).spans}

    def waiting(self, bench: Bench) -> tuple[int, int]:
        return len(self.proposed(bench, "uno")), len(self.proposed(bench, "dos"))

    def test_undo_takes_it_back_everywhere_and_redo_brings_it_again(self, bench: Bench) -> None:
        session = self.proposing(bench)
        assert self.waiting(bench) == (2, 1)
        assert session.undo().message == "undid: propose PERSON “Luis Paz” on 3 mentions in 2 other documents"
        assert self.waiting(bench) == (0, 0)
        assert span_texts(session) == {("PERSON", "Luis Paz")}
        session.redo()
        assert self.waiting(bench) == (2, 1)
        session = bench.session()  # tomorrow
        session.undo()
        session.undo()
        assert (self.waiting(bench), span_texts(session)) == ((0, 0), set())
        assert list(check_database(bench.store)) == []

    def test_what_was_decided_meanwhile_stays(self, bench: Bench) -> None:
        session = self.proposing(bench)
        other = bench.session("uno")
        accepted, _ = pending_suggestions(other)
        other.accept(accepted)
        session.undo()
        other = bench.session("uno")
        assert span_texts(other) == {("PERSON", "Luis Paz")}
        assert set(verdicts(other)) == {accepted}
        assert self.proposed(bench, "uno") == {accepted}
        assert self.proposed(bench, "dos") == set()
        assert list(check_database(bench.store)) == []

    def test_where_nothing_is_left_to_propose_there_is_no_step(self, bench: Bench) -> None:
        session = self.proposing(bench)
        before = bench.actions("curator:ana")
        with pytest.raises(WorkflowError, match="“Luis Paz” is nowhere else, or proposed there already"):
            session.propose(next(iter(session.content.spans)))
        assert bench.actions("curator:ana") == before

    def test_all_of_it_or_nothing(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        bench.add("uno", "Luis Paz.")
        session = bench.session()
        span_id = session.add(*range_of(session.document, "Luis Paz"), "PERSON").focus or ""
        before = sql_dump(bench.store.path)

        def fail(*_: object) -> None:
            raise KeyError("PLACE")

        monkeypatch.setattr(CorpusProposals, "propose", fail)
        with pytest.raises(KeyError, match="PLACE"):
            session.propose(span_id)
        assert sql_dump(bench.store.path) == before

    def test_a_finished_document_stays_finished(self, bench: Bench) -> None:
        bench.add("uno", "Luis Paz.")
        session = bench.session()
        span_id = session.add(*range_of(session.document, "Luis Paz"), "PERSON").focus or ""
        session.finish()
        session.propose(span_id)
        assert bench.session().state == "done"
