"""Linking spans: which types fit, what is suggested, what symmetric means."""

from __future__ import annotations

import pytest

from annotator.annotation import Relation, Span
from annotator.errors import WorkflowError
from annotator.text import Document
from annotator.workflow.annotating.session import AnnotationSession
from tests.workspaces import (
    Bench,
    focused,
    link,
    own_span_id,
    proposal,
    propose,
    range_of,
    relation_texts,
    span_texts,
    verdicts,
)

pytestmark = pytest.mark.usefixtures("proposed")


def marked(session: AnnotationSession, needle: str, label: str, nth: int = 0) -> str:
    return focused(session.add(*range_of(session.document, needle, nth), label))


class TestRelate:
    def test_two_own_spans_are_linked(self, bench: Bench) -> None:
        session = bench.session()
        head, child = marked(session, "Luis Paz", "PERSON"), marked(session, "México", "ORG", 2)
        outcome = session.relate(head, child, "works_for")
        assert outcome.message == "related: “Luis Paz” works_for → “México”"
        assert session.layer.content.relations[focused(outcome)].origin == "added"

    def test_pending_ends_are_accepted_with_it(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.relate(ana.id, cruz.id, "leads")
        assert relation_texts(session) == {("Ana Ruiz", "leads", "Cruz Roja")}
        assert verdicts(session) == {ana.id: "accepted", cruz.id: "accepted"}
        session.undo()
        assert span_texts(session) == set()

    def test_linking_what_is_suggested_accepts_the_suggestion(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.relate(ana.id, cruz.id, "works_for")
        assert verdicts(session)[link(ana, cruz, "works_for").id] == "accepted"

    def test_types_that_do_not_fit_are_refused(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        with pytest.raises(WorkflowError, match="works_for goes PERSON → ORG, not ORG → PERSON"):
            session.relate(cruz.id, ana.id, "works_for")
        assert bench.actions("curator:ana") == []

    def test_types_that_the_scheme_does_not_have_are_refused(self, bench: Bench, ana: Span, cruz: Span) -> None:
        with pytest.raises(WorkflowError, match="work_for is not a relation label of the scheme; did you mean"):
            bench.session().relate(ana.id, cruz.id, "work_for")

    def test_the_same_link_twice_is_refused(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.relate(ana.id, cruz.id, "leads")
        with pytest.raises(WorkflowError, match="there already"):
            session.relate(own_span_id(session, ana.key), own_span_id(session, cruz.key), "leads")

    def test_a_link_inside_one_sentence_may_not_leave_it(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        other = marked(session, "Cruz Roja", "ORG", 1)
        with pytest.raises(WorkflowError, match="works_for stays inside one sentence"):
            session.relate(ana.id, other, "works_for")

    def test_a_link_within_the_document_may(self, bench: Bench, cruz: Span) -> None:
        session = bench.session()
        session.relate(cruz.id, marked(session, "mayo", "DATE"), "founded_on")
        assert relation_texts(session) == {("Cruz Roja", "founded_on", "mayo")}

    def test_a_span_is_not_linked_with_itself(self, bench: Bench, mexico: Span) -> None:
        with pytest.raises(WorkflowError, match="with itself"):
            bench.session().relate(mexico.id, mexico.id, "cooperates_with")

    def test_suggested_ends_that_exclude_each_other_are_not_both_taken(self, bench: Bench, document: Document) -> None:
        luis, paz = proposal(document, "Luis Paz", "PERSON"), proposal(document, "Paz", "ORG")
        propose(bench.store, document, [luis, paz], [link(luis, paz, "works_for")], name="suggestions:other")
        session = bench.session()
        with pytest.raises(WorkflowError, match="may not stand beside each other"):
            session.accept(link(luis, paz, "works_for").id)
        with pytest.raises(WorkflowError, match="may not stand beside each other"):
            session.relate(luis.id, paz.id, "leads")
        assert span_texts(session) == set()
        assert session.layer.order.is_pending(luis.id)
        assert session.layer.order.is_pending(paz.id)


class TestSymmetric:
    def test_it_starts_at_the_earlier_span(self, bench: Bench) -> None:
        session = bench.session()
        canada, mexico = marked(session, "Canadá", "GPE"), marked(session, "México", "GPE", 1)
        session.relate(canada, mexico, "cooperates_with")
        assert relation_texts(session) == {("México", "cooperates_with", "Canadá")}

    def test_the_other_way_round_it_is_there_already(self, bench: Bench) -> None:
        session = bench.session()
        canada, mexico = marked(session, "Canadá", "GPE"), marked(session, "México", "GPE", 1)
        session.relate(canada, mexico, "cooperates_with")
        with pytest.raises(WorkflowError, match="there already"):
            session.relate(mexico, canada, "cooperates_with")

    def test_linking_by_hand_accepts_the_suggestion_of_either_direction(self, bench: Bench, document: Document) -> None:
        mexico, canada = proposal(document, "México", "GPE", nth=1), proposal(document, "Canadá", "GPE")
        suggested = link(canada, mexico, "cooperates_with")
        propose(bench.store, document, [mexico, canada], [suggested], name="suggestions:other")
        by_hand, by_key = bench.session(curator="ana"), bench.session(curator="bo")
        by_hand.relate(mexico.id, canada.id, "cooperates_with")
        by_key.accept(suggested.id)
        assert verdicts(by_hand)[suggested.id] == verdicts(by_key)[suggested.id] == "accepted"
        assert relation_texts(by_hand) == relation_texts(by_key) == {("México", "cooperates_with", "Canadá")}


class TestRetype:
    def test_a_suggestion_is_thereby_corrected(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        suggested = link(ana, cruz, "works_for").id
        session.retype(suggested, "leads")
        assert relation_texts(session) == {("Ana Ruiz", "leads", "Cruz Roja")}
        assert verdicts(session)[suggested] == "corrected"

    def test_an_accepted_relation_turns_corrected(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        suggested = link(ana, cruz, "works_for").id
        own = focused(session.accept(suggested))
        session.retype(own, "leads")
        assert session.layer.content.relations[own].origin == "corrected"
        assert verdicts(session)[suggested] == "corrected"

    def test_the_same_type_again_is_no_step(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        own = focused(session.accept(link(ana, cruz, "works_for").id))
        session.retype(own, "works_for")
        assert session.layer.content.relations[own].origin == "accepted"
        assert bench.actions("curator:ana") == ["accept"]

    def test_a_type_that_links_the_two_already_is_refused(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        own = focused(session.accept(link(ana, cruz, "works_for").id))
        session.relate(own_span_id(session, ana.key), own_span_id(session, cruz.key), "leads")
        with pytest.raises(WorkflowError, match="there already"):
            session.retype(own, "leads")

    def test_a_type_that_the_ends_do_not_allow_is_refused(self, bench: Bench, ana: Span, cruz: Span) -> None:
        with pytest.raises(WorkflowError, match=r"located_in goes ORG\|GPE → GPE, not PERSON → ORG"):
            bench.session().retype(link(ana, cruz, "works_for").id, "located_in")

    def test_it_can_be_turned_round(self, bench: Bench) -> None:
        session = bench.session()
        one, other = marked(session, "México", "GPE", 1), marked(session, "Canadá", "GPE")
        own = focused(session.relate(one, other, "located_in"))
        session.retype(own, "located_in", reverse=True)
        assert relation_texts(session) == {("Canadá", "located_in", "México")}
        session.undo()
        assert relation_texts(session) == {("México", "located_in", "Canadá")}

    def test_the_choice_is_every_other_type_and_direction_that_fits(self, bench: Bench) -> None:
        session = bench.session()
        one, other = marked(session, "México", "GPE", 1), marked(session, "Canadá", "GPE")
        own = focused(session.relate(one, other, "located_in"))
        assert [(kind.name, turned) for kind, turned in session.checks.retypings(own)] == [
            ("cooperates_with", False),
            ("located_in", True),
        ]


class TestDelete:
    def test_only_the_relation_goes(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        suggested = link(ana, cruz, "works_for").id
        outcome = session.delete(focused(session.accept(suggested)))
        assert outcome.message == "deleted “Ana Ruiz” works_for → “Cruz Roja”"
        assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
        assert verdicts(session)[suggested] == "rejected"


class TestPartners:
    def test_only_what_fits_in_the_sentence_nearest_first(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        marked(session, "Cruz Roja", "ORG", 1)
        assert [(other, kind.name, turned) for other, kind, turned in session.checks.partners(ana.id)] == [
            (cruz.id, "works_for", False),
            (cruz.id, "leads", False),
        ]

    def test_types_within_the_document_reach_everywhere(self, bench: Bench, cruz: Span) -> None:
        session = bench.session()
        date = marked(session, "mayo", "DATE")
        assert (date, "founded_on") in [(other, kind.name) for other, kind, _ in session.checks.partners(cruz.id)]

    def test_what_is_linked_already_is_not_offered(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.relate(ana.id, cruz.id, "leads")
        assert [kind.name for _, kind, _ in session.checks.partners(own_span_id(session, ana.key))] == ["works_for"]

    def test_every_offer_can_be_taken(self, bench: Bench, cruz: Span) -> None:
        for other, kind, turned in bench.session().checks.partners(cruz.id):
            session = bench.session()
            session.relate(*((other, cruz.id) if turned else (cruz.id, other)), kind.name)
            assert len(relation_texts(session)) == 1
            session.undo()


class TestAlike:
    def test_relations_ask_the_same_with_the_same_label_between_the_same_words(self, bench: Bench) -> None:
        session, suggested = repeated(bench)
        assert session.layer.suggestions.alike(suggested[0].id) == [relation.id for relation in suggested[:3]]

    def test_all_that_ask_the_same_are_accepted_with_their_ends_in_one_step(self, bench: Bench) -> None:
        session, suggested = repeated(bench)
        outcome = session.accept_alike(suggested[0].id)
        assert outcome.message == "accepted “Lima” cooperates_with → “Quito”, 3 times"
        assert len(session.content.relations) == 3
        assert len(session.content.spans) == 6
        assert session.layer.order.is_pending(suggested[3].id)
        session.undo()
        assert not session.content.relations
        assert not session.content.spans
        assert bench.actions("curator:ana", "pares") == ["accept alike", "undo"]

    def test_what_asks_the_same_between_own_spans_is_rejected_with_it(self, bench: Bench) -> None:
        session, suggested = repeated(bench)
        session.accept(suggested[0].head)
        assert session.reject_alike(suggested[2].id).message == "rejected “Lima” cooperates_with → “Quito”, 3 times"
        assert [verdicts(session)[relation.id] for relation in suggested[:3]] == ["rejected"] * 3
        assert suggested[3].id not in verdicts(session)
        session.undo()
        assert [session.layer.order.is_pending(relation.id) for relation in suggested] == [True] * 4

    def test_spans_ask_the_same_only_with_the_same_case_and_label(self, bench: Bench) -> None:
        document = bench.add("caso", "Paz firma. La paz llega. Paz vuelve. Paz come.")
        spans = [
            proposal(document, "Paz", "PERSON"),
            proposal(document, "paz", "PERSON"),
            proposal(document, "Paz", "GPE", nth=1),
            proposal(document, "Paz", "PERSON", nth=2),
        ]
        propose(bench.store, document, spans)
        assert bench.session("caso").layer.suggestions.alike(spans[0].id) == [spans[0].id, spans[3].id]

    def test_what_is_decided_asks_nothing(self, bench: Bench) -> None:
        session, suggested = repeated(bench)
        outcome = session.accept(suggested[3].id)
        assert session.layer.suggestions.alike(suggested[3].id) == []
        assert session.layer.suggestions.alike(focused(outcome)) == []


def repeated(bench: Bench) -> tuple[AnnotationSession, list[Relation]]:
    """A document in which a symmetric relation is suggested three times between the same words, and once the other."""
    document = bench.add("pares", "Lima y Quito pactan. Quito y Lima firman. Lima y Quito ríen. Lima y Bogotá no.")
    lima = [proposal(document, "Lima", "GPE", 0.6, nth=n) for n in range(4)]
    quito = [proposal(document, "Quito", "GPE", 0.6, nth=n) for n in range(3)]
    bogota = proposal(document, "Bogotá", "GPE", 0.6)
    links = [link(*ends, "cooperates_with") for ends in zip(lima, [*quito, bogota], strict=True)]
    propose(bench.store, document, [*lima, *quito, bogota], links)
    return bench.session("pares"), links
