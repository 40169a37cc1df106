"""Marking, relabelling, moving and deleting spans, and what that does to what hangs on them."""

from __future__ import annotations

import pytest

from annotator.annotation import Span, SpanKey
from annotator.errors import WorkflowError
from annotator.labels.retired import retired
from annotator.store import check_database
from annotator.text import Document
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

ANA = ("PERSON", "Ana Ruiz")
CRUZ = ("ORG", "Cruz Roja")


class TestMark:
    def test_a_range_becomes_a_span_of_the_curators_own(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        outcome = session.add(*range_of(document, "Luis Paz"), "PERSON")
        assert outcome.message == "marked PERSON “Luis Paz”"
        assert outcome.focus is not None
        span = session.layer.content.spans[outcome.focus]
        assert (span.origin, span.source, span.score) == ("added", None, None)

    def test_marking_exactly_what_is_suggested_accepts_it(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.add(ana.start, ana.end, "PERSON")
        assert verdicts(session) == {ana.id: "accepted"}

    def test_marking_over_a_suggestion_corrects_it(self, bench: Bench, document: Document, ana: Span) -> None:
        session = bench.session()
        session.add(*range_of(document, "Ana"), "PERSON")
        (span,) = session.layer.content.spans.values()
        assert (span.origin, span.source) == ("corrected", "rules@1")
        decision = session.layer.suggestions.verdicts[ana.id]
        assert (decision.verdict, decision.original, decision.item) == ("corrected", list(ana.key), span.id)

    def test_the_relations_of_a_corrected_suggestion_hang_on_the_correction(
        self, bench: Bench, document: Document, ana: Span, cruz: Span
    ) -> None:
        session = bench.session()
        session.add(*range_of(document, "Ana"), "PERSON")
        session.accept(link(ana, cruz, "works_for").id)
        assert relation_texts(session) == {("Ana", "works_for", "Cruz Roja")}

    def test_in_flat_schemes_one_own_span_underneath_is_changed(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        first = session.add(*range_of(document, "Luis"), "PERSON").focus
        outcome = session.add(*range_of(document, "Luis Paz"), "ORG")
        assert outcome.focus == first
        assert outcome.message == "marked ORG “Luis Paz”; PERSON “Luis” gave way"
        assert span_texts(session) == {("ORG", "Luis Paz")}

    def test_in_flat_schemes_several_own_spans_underneath_give_way(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        session.add(*range_of(document, "Luis"), "PERSON")
        session.add(*range_of(document, "Paz"), "PERSON")
        message = session.add(*range_of(document, "Luis Paz"), "PERSON").message
        assert message == "marked PERSON “Luis Paz”; PERSON “Luis”, PERSON “Paz” gave way"
        assert span_texts(session) == {("PERSON", "Luis Paz")}
        session.undo()
        assert span_texts(session) == {("PERSON", "Luis"), ("PERSON", "Paz")}

    @pytest.mark.parametrize("overlap", ["nested", "any"])
    def test_in_nested_schemes_both_stand(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        session.add(*range_of(document, "Luis"), "PERSON")
        session.add(*range_of(document, "Luis Paz"), "ORG")
        assert span_texts(session) == {("PERSON", "Luis"), ("ORG", "Luis Paz")}

    @pytest.mark.parametrize(("overlap", "count"), [("flat", 1), ("nested", 1), ("any", 2)])
    def test_only_any_lets_spans_cross(self, bench: Bench, document: Document, count: int) -> None:
        session = bench.session()
        session.add(*range_of(document, "con Luis"), "PERSON")
        session.add(*range_of(document, "Luis Paz"), "PERSON")
        assert len(session.layer.content.spans) == count
        assert not retired(session.scheme, bench.store.annotations(bench.layer_id()), document.sentences)

    def test_what_stands_there_already_is_refused(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        session.add(*range_of(document, "Luis Paz"), "PERSON")
        with pytest.raises(WorkflowError, match="“Luis Paz” is PERSON already"):
            session.add(*range_of(document, "Luis Paz"), "PERSON")
        assert bench.actions("curator:ana") == ["label"]

    @pytest.mark.parametrize(
        ("start", "end", "label"), [(5, 5, "ORG"), (7, 5, "ORG"), (-1, 5, "ORG"), (0, 9999, "ORG"), (0, 3, "MONTH")]
    )
    def test_what_the_scheme_or_the_text_does_not_have_is_refused(
        self, bench: Bench, start: int, end: int, label: str
    ) -> None:
        session = bench.session()
        with pytest.raises(WorkflowError):
            session.add(start, end, label)
        assert bench.actions("curator:ana") == []


class TestRelabel:
    def test_a_suggestion_is_thereby_corrected(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.relabel(ana.id, "ORG")
        assert span_texts(session) == {("ORG", "Ana Ruiz")}
        assert verdicts(session) == {ana.id: "corrected"}

    def test_with_its_own_label_a_suggestion_is_accepted(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.relabel(ana.id, "PERSON")
        assert verdicts(session) == {ana.id: "accepted"}

    def test_an_accepted_span_turns_corrected(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        focus = focused(session.accept(ana.id))
        session.relabel(focus, "ORG")
        assert session.layer.content.spans[focus].origin == "corrected"
        assert verdicts(session) == {ana.id: "corrected"}

    def test_relations_that_the_new_label_does_not_allow_go(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.accept(link(ana, cruz, "works_for").id)
        own = own_span_id(session, ana.key)
        outcome = session.relabel(own, "GPE")
        assert outcome.message == "relabelled to GPE “Ana Ruiz”; its works_for went, GPE does not allow it"
        assert relation_texts(session) == set()
        session.undo()
        assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}

    def test_relations_that_still_fit_stay(self, bench: Bench, cruz: Span, mexico: Span) -> None:
        session = bench.session()
        session.accept(link(cruz, mexico, "located_in").id)
        own = own_span_id(session, cruz.key)
        session.relabel(own, "GPE")
        assert relation_texts(session) == {("Cruz Roja", "located_in", "México")}

    @pytest.mark.parametrize("overlap", ["nested", "any"])
    def test_two_spans_never_say_the_same(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        focus = focused(session.add(*range_of(document, "Luis Paz"), "PERSON"))
        session.add(*range_of(document, "Luis Paz"), "ORG")
        with pytest.raises(WorkflowError, match="is ORG already"):
            session.relabel(focus, "ORG")
        assert list(check_database(bench.store)) == []

    def test_the_same_label_again_is_no_step(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        focus = focused(session.accept(ana.id))
        session.relabel(focus, "PERSON")
        assert bench.actions("curator:ana") == ["accept"]


class TestBoundary:
    def test_ends_move_by_tokens(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        focus = focused(session.move_boundary(ana.id, "end", -1))
        assert span_texts(session) == {("PERSON", "Ana")}
        assert verdicts(session) == {ana.id: "corrected"}
        session.move_boundary(focus, "end", 2)
        assert span_texts(session) == {("PERSON", "Ana Ruiz trabaja")}
        session.move_boundary(focus, "start", 1)
        assert span_texts(session) == {("PERSON", "Ruiz trabaja")}

    def test_moved_back_it_still_counts_as_corrected_once(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        focus = focused(session.move_boundary(ana.id, "end", -1))
        session.move_boundary(focus, "end", 1)
        assert session.layer.content.spans[focus].key == ana.key
        assert verdicts(session) == {ana.id: "corrected"}

    def test_it_cannot_run_into_another_span_or_out_of_the_text(
        self, bench: Bench, document: Document, ana: Span
    ) -> None:
        session = bench.session()
        session.add(*range_of(document, "trabaja"), "ORG")
        with pytest.raises(WorkflowError, match="run into ORG “trabaja”"):
            session.move_boundary(ana.id, "end", 1)
        with pytest.raises(WorkflowError, match="the text ends here"):
            session.move_boundary(ana.id, "start", -1)
        with pytest.raises(WorkflowError, match="cannot get smaller"):
            session.move_boundary(ana.id, "start", 2)
        assert bench.actions("curator:ana") == ["label"]

    def test_a_relation_goes_when_its_ends_no_longer_share_a_sentence(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        start, end = range_of(document, "México. México")
        wide = focused(session.add(start, end, "GPE"))
        canada = focused(session.add(*range_of(document, "Canadá"), "GPE"))
        session.relate(wide, canada, "cooperates_with")
        outcome = session.move_boundary(wide, "end", -2)
        assert "its cooperates_with went, its ends no longer share a sentence" in outcome.message
        assert relation_texts(session) == set()


class TestEverywhere:
    def test_every_identical_mention_gets_the_label_in_one_step(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        focus = focused(session.add(*range_of(document, "México"), "GPE"))
        assert session.everywhere(focus).message == "GPE on 2 more mentions of “México”"
        assert {s.key for s in session.layer.content.spans.values()} == {
            SpanKey(*range_of(document, "México", nth), "GPE") for nth in range(3)
        }
        session.undo()
        assert len(session.layer.content.spans) == 1

    def test_from_a_suggestion_it_is_accepted_too(self, bench: Bench, mexico: Span) -> None:
        session = bench.session()
        session.everywhere(mexico.id)
        assert len(session.layer.content.spans) == 3
        assert verdicts(session)[mexico.id] == "accepted"

    def test_other_spans_and_parts_of_words_are_left_alone(self, bench: Bench) -> None:
        bench.add("otra", "Ana y Anabel. Ana Ruiz y Ana.")
        session = bench.session("otra")
        session.add(*range_of(session.document, "Ana Ruiz"), "ORG")
        focus = focused(session.add(*range_of(session.document, "Ana"), "PERSON"))
        assert session.everywhere(focus).message == "PERSON on 1 more mention of “Ana”"

    def test_with_no_other_mention_it_is_no_step(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        focus = focused(session.add(*range_of(document, "Luis Paz"), "PERSON"))
        session.everywhere(focus)
        assert bench.actions("curator:ana") == ["label"]


class TestDelete:
    def test_a_span_takes_its_relations_with_it(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.accept(link(ana, cruz, "works_for").id)
        own = own_span_id(session, ana.key)
        outcome = session.delete(own)
        assert outcome.message == "deleted PERSON “Ana Ruiz”; 1 relation of “Ana Ruiz” went with it"
        assert span_texts(session) == {CRUZ}
        assert relation_texts(session) == set()
        assert verdicts(session)[ana.id] == "rejected"
        session.undo()
        assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}
        assert set(verdicts(session).values()) == {"accepted"}

    def test_a_suggestion_is_rejected(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.delete(ana.id)
        assert verdicts(session) == {ana.id: "rejected"}

    def test_what_is_gone_cannot_be_deleted(self, bench: Bench) -> None:
        with pytest.raises(WorkflowError, match="no longer there"):
            bench.session().delete("s99")

    def test_suggestions_that_a_deleted_span_hid_wait_again(self, bench: Bench, document: Document) -> None:
        session = bench.session()
        focus = focused(session.add(*range_of(document, "Luis Paz"), "PERSON"))
        propose(bench.store, document, [proposal(document, "Paz", "ORG")], name="suggestions:other")
        session = bench.session()
        hidden = proposal(document, "Paz", "ORG").id
        assert not session.layer.order.is_pending(hidden)
        session.delete(focus)
        assert session.layer.order.is_pending(hidden)
