"""Suggestions: how they wait, and what accepting and rejecting them does."""

from __future__ import annotations

import pytest

from annotator.annotation import Span
from annotator.errors import WorkflowError
from annotator.history import LayerName
from annotator.text import Document
from tests.workspaces import (
    KEY,
    Bench,
    focused,
    link,
    own_span_id,
    pending_suggestions,
    proposal,
    propose,
    range_of,
    relation_texts,
    span_texts,
    verdicts,
)

pytestmark = pytest.mark.usefixtures("proposed")

ANA = ("PERSON", "Ana Ruiz")
CRUZ = ("ORG", "Cruz Roja")


class TestReading:
    def test_suggestions_wait_in_reading_order_relations_after_their_later_end(
        self, bench: Bench, ana: Span, cruz: Span, mexico: Span
    ) -> None:
        first = link(ana, cruz, "works_for").id
        second = link(cruz, mexico, "located_in").id
        assert pending_suggestions(bench.session()) == [ana.id, cruz.id, first, mexico.id, second]

    def test_opening_a_document_writes_nothing(self, bench: Bench) -> None:
        bench.session()
        assert bench.store.layer(LayerName(KEY, "curator:ana")) is None

    def test_the_walk_goes_round_at_both_ends(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        last = pending_suggestions(session)[-1]
        end = session.layer.position(last)
        assert end is not None
        assert session.layer.order.next_undecided(end) == ana.id
        assert session.layer.order.previous_undecided((0,)) == last

    def test_a_blind_session_shows_no_suggestions(self, bench: Bench) -> None:
        assert pending_suggestions(bench.session(blind=True)) == []

    def test_a_curator_sees_nothing_of_another(self, bench: Bench, ana: Span) -> None:
        bench.session(curator="bo").accept(ana.id)
        session = bench.session(curator="ana")
        assert span_texts(session) == set()
        assert session.layer.order.is_pending(ana.id)

    def test_suggestions_with_labels_that_the_scheme_does_not_know_are_not_shown(
        self, bench: Bench, document: Document
    ) -> None:
        propose(bench.store, document, [proposal(document, "mayo", "MONTH")], name="suggestions:other")
        assert not [i for i in pending_suggestions(bench.session()) if "MONTH" in i]

    def test_of_two_suggesters_that_say_the_same_the_likelier_speaks(
        self, bench: Bench, document: Document, mexico: Span
    ) -> None:
        propose(bench.store, document, [proposal(document, "México", "GPE", 0.99)], name="suggestions:other")
        assert bench.session().layer.suggestions.spans[mexico.id].score == 0.99


class TestAccept:
    def test_the_span_becomes_the_curators_own(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        outcome = session.accept(ana.id)
        assert outcome.message == "accepted PERSON “Ana Ruiz”"
        assert outcome.focus is not None
        span = session.layer.content.spans[outcome.focus]
        assert (span.key, span.origin, span.source, span.score) == (ana.key, "accepted", "rules@1", 0.9)
        assert verdicts(session) == {ana.id: "accepted"}
        assert not session.layer.order.is_pending(ana.id)
        assert session.state == "doing"

    def test_a_relation_takes_its_ends_with_it(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.accept(link(ana, cruz, "works_for").id)
        assert span_texts(session) == {ANA, CRUZ}
        assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}
        assert set(verdicts(session).values()) == {"accepted"}

    def test_a_relation_and_its_ends_are_taken_back_together(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.accept(link(ana, cruz, "works_for").id)
        session.undo()
        assert span_texts(session) == set()
        assert verdicts(session) == {}

    def test_it_refuses_what_does_not_wait(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        with pytest.raises(WorkflowError, match="nothing to accept"):
            session.accept(ana.id)

    def test_all_from_a_score_on_are_accepted_in_one_step(self, bench: Bench) -> None:
        session = bench.session()
        outcome = session.accept_all(0.75)
        assert outcome.message == "accepted 3 from 0.75, 4 remain; V reviews, the 2 under 0.85 first"
        assert span_texts(session) == {ANA, CRUZ}
        assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}
        session.undo()
        assert span_texts(session) == set()
        assert bench.actions("curator:ana") == ["accept all", "undo"]

    def test_accepting_all_takes_no_relation_whose_end_does_not_stand(self, bench: Bench, document: Document) -> None:
        head = proposal(document, "Luis Paz", "PERSON", 0.1)
        child = proposal(document, "Cruz Roja", "ORG", 0.9, nth=1)
        propose(bench.store, document, [head, child], [link(head, child, "leads", 0.95)], name="suggestions:other")
        session = bench.session()
        session.accept_all(0.75)
        assert "leads" not in {label for _, label, _ in relation_texts(session)}


class TestReject:
    def test_the_suggestion_goes_and_what_hangs_on_it(self, bench: Bench, ana: Span, cruz: Span, mexico: Span) -> None:
        session = bench.session()
        assert session.reject(cruz.id).message == "rejected ORG “Cruz Roja”"
        assert pending_suggestions(session) == [ana.id, mexico.id]
        assert verdicts(session) == {cruz.id: "rejected"}
        session.undo()
        assert len(pending_suggestions(session)) == 5

    def test_all_that_waits_is_rejected_in_one_step(self, bench: Bench) -> None:
        session = bench.session()
        assert session.reject_all().message == "rejected 5 suggestions"
        assert pending_suggestions(session) == []
        assert set(verdicts(session).values()) == {"rejected"}
        session.undo()
        assert len(pending_suggestions(session)) == 5
        assert bench.actions("curator:ana") == ["reject all", "undo"]

    def test_a_span_that_a_curator_marked_cannot_be_rejected(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        focus = focused(session.add(*range_of(document, "Luis Paz"), "PERSON"))
        with pytest.raises(WorkflowError, match="nothing to reject"):
            session.reject(focus)

    def test_what_was_accepted_is_rejected_with_its_relations_in_one_step(
        self, bench: Bench, ana: Span, cruz: Span
    ) -> None:
        session = bench.session()
        relation = link(ana, cruz, "works_for").id
        session.accept(relation)
        before = {**verdicts(session)}
        outcome = session.reject(own_span_id(session, ana.key))
        assert outcome.message == (
            "rejected PERSON “Ana Ruiz”, which was accepted; 1 relation of “Ana Ruiz” went with it"
        )
        assert span_texts(session) == {CRUZ}
        assert verdicts(session) == {ana.id: "rejected", cruz.id: "accepted", relation: "rejected"}
        session.undo()
        assert span_texts(session) == {ANA, CRUZ}
        assert verdicts(session) == before
        assert bench.actions("curator:ana") == ["accept", "reject", "undo"]

    def test_an_accepted_relation_is_rejected_alone(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        relation = link(ana, cruz, "works_for").id
        outcome = session.reject(focused(session.accept(relation)))
        assert outcome.message == "rejected “Ana Ruiz” works_for → “Cruz Roja”, which was accepted"
        assert span_texts(session) == {ANA, CRUZ}
        assert verdicts(session)[relation] == "rejected"

    def test_a_verdict_outlives_the_run_that_proposed(self, bench: Bench, document: Document, ana: Span) -> None:
        bench.session().reject(ana.id)
        propose(bench.store, document, [proposal(document, "Ana Ruiz", "PERSON", 0.99)], name="suggestions:other")
        assert not bench.session().layer.order.is_pending(ana.id)
