"""What a decision does to the suggestions that remain: in the open document at once, in others when they are opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from annotator.annotation import SpanKey
from annotator.text import Document, Segment
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.desk import Desk
from tests.workspaces import (
    Bench,
    make_bench,
    own_span_id,
    pending_suggestions,
    proposal,
    propose,
    range_of,
    relation_texts,
    span_texts,
)

NEWS = (
    "El Grupo Delta se reunió en Lima. Ana Ruiz habló del Grupo Delta ante la prensa.\n\n"
    "Lima recibió a Ana Ruiz. El grupo volvió después; Delta Grupo no es nadie.\n"
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path)


def mark(session: AnnotationSession, needle: str, label: str, nth: int = 0) -> str:
    place = range_of(session.document, needle, nth)
    session.add(*place, label)
    return own_span_id(session, SpanKey(*place, label))


def suggested(session: AnnotationSession) -> list[tuple[str, str]]:
    """Return the waiting spans in reading order: label and text."""
    spans = [session.layer.suggestions.spans[i.id] for i in session.layer.order.pending_spans]
    return [(span.label, session.checks.text_of(span)) for span in spans]


def suggested_links(session: AnnotationSession) -> list[tuple[str, str, str]]:
    texts = []
    for relation_id in pending_suggestions(session):
        relation = session.layer.relation(relation_id)
        if relation is not None:
            head, child = session.layer.span(relation.head), session.layer.span(relation.child)
            assert head is not None
            assert child is not None
            texts.append((session.checks.text_of(head), relation.label, session.checks.text_of(child)))
    return texts


class TestPhrases:
    def test_what_was_marked_is_suggested_at_every_other_mention(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        session = bench.session("a")
        mark(session, "Grupo Delta", "ORG")
        assert suggested(session) == [("ORG", "Grupo Delta")]
        span = session.layer.suggestions.spans[pending_suggestions(session)[0]]
        assert span.source == "memory@1"
        assert span.score is not None
        assert 0.7 < span.score < 1

    def test_undo_takes_the_effect_back_and_redo_brings_it_again(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        session = bench.session("a")
        mark(session, "Lima", "GPE")
        assert suggested(session) == [("GPE", "Lima")]
        session.undo()
        assert suggested(session) == []
        session.redo()
        assert suggested(session) == [("GPE", "Lima")]

    def test_what_changed_is_painted_again(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        session = bench.session("a")
        outcome = session.add(*range_of(session.document, "Lima"), "GPE")
        assert range_of(session.document, "Lima", 1) in outcome.touched

    def test_a_correction_of_the_label_holds_for_the_other_mentions(self, bench: Bench) -> None:
        document = bench.add("a", NEWS)
        wrong = [proposal(document, "Lima", "PERSON", 0.6, nth=n) for n in range(2)]
        propose(bench.store, document, wrong)
        session = bench.session("a")
        session.relabel(wrong[0].id, "GPE")
        assert suggested(session) == [("GPE", "Lima")]

    def test_every_further_mention_makes_it_surer(self, bench: Bench) -> None:
        bench.add("a", "Lima gana. Lima pierde. Lima duerme. Lima.")
        session = bench.session("a")
        mark(session, "Lima", "GPE")
        before = session.layer.suggestions.spans[pending_suggestions(session)[0]].score or 0
        session.accept(pending_suggestions(session)[0])
        assert (session.layer.suggestions.spans[pending_suggestions(session)[0]].score or 0) > before

    def test_a_score_that_rose_over_the_threshold_or_fell_is_told_from_one_that_stood(self, bench: Bench) -> None:
        document = bench.add("a", "Lima gana. Lima pierde. Ana Ruiz duerme. Lima sueña.")
        spans = [*(proposal(document, "Lima", "GPE", 0.6, nth=n) for n in range(3)), proposal(document, "Ana", "ORG")]
        propose(bench.store, document, spans)
        session = bench.session("a")
        layer = session.layer

        def certainties() -> list[tuple[bool, int]]:
            pending = [layer.suggestions.spans[i.id] for i in layer.order.pending_spans]
            return [(certainty.likely, certainty.change) for certainty in map(layer.certainty, pending)]

        assert certainties() == [(False, 0), (False, 0), (True, 0), (False, 0)]
        session.accept(spans[0].id)
        assert certainties() == [(True, 1), (True, 0), (True, 1)]
        assert [layer.certainty(layer.suggestions.spans[span.id]).first for span in spans[1:3]] == [0.6, 0.6]
        session.undo()
        assert certainties() == [(False, 0), (False, 0), (True, 0), (False, 0)]
        session.relabel(spans[0].id, "PERSON")
        assert (True, 1) not in certainties()

    def test_accepting_all_tells_how_many_had_risen(self, bench: Bench) -> None:
        document = bench.add("a", "Lima gana. Lima pierde. Ana Ruiz duerme. Lima sueña.")
        spans = [*(proposal(document, "Lima", "GPE", 0.6, nth=n) for n in range(3)), proposal(document, "Ana", "ORG")]
        propose(bench.store, document, spans)
        session = bench.session("a")
        session.accept(spans[0].id)
        message = session.accept_all().message
        assert message == "accepted 3 from 0.70 (2 risen), 0 remain; V reviews, the 2 under 0.85 first"

    def test_a_rejection_keeps_the_same_context_quiet_and_lowers_the_others(self, bench: Bench) -> None:
        document = bench.add("a", "Vino la Delta hoy. Salió de Delta ayer. Vino la Delta otra vez.")
        spans = [proposal(document, "Delta", "ORG", 0.6, nth=n) for n in range(3)]
        propose(bench.store, document, spans)
        session = bench.session("a")
        session.reject(spans[0].id)
        assert pending_suggestions(session) == [spans[1].id]
        assert (session.layer.suggestions.spans[spans[1].id].score or 0) < 0.6
        session.reject(spans[1].id)
        assert pending_suggestions(session) == []

    def test_a_word_that_is_two_things_is_told_apart_by_its_neighbours(self, bench: Bench) -> None:
        text = "El presidente Lima vino. Fue en Lima anoche. El presidente Lima salió. Murió en Lima ayer."
        bench.add("a", text)
        session = bench.session("a")
        mark(session, "Lima", "PERSON", 0)
        mark(session, "Lima", "GPE", 1)
        assert suggested(session) == [("PERSON", "Lima"), ("GPE", "Lima")]

    def test_a_longer_name_is_not_cut_up(self, bench: Bench) -> None:
        document = bench.add("a", "Lima crece. El Club Lima Norte juega en Lima.")
        propose(bench.store, document, [proposal(document, "Club Lima Norte", "ORG", 0.7)])
        session = bench.session("a")
        mark(session, "Lima", "GPE", 0)
        assert suggested(session) == [("ORG", "Club Lima Norte"), ("GPE", "Lima")]

    def test_what_comes_of_rejecting_all_is_told(self, bench: Bench) -> None:
        document = bench.add("a", "Lima gana. La Nueva Lima pierde.")
        propose(bench.store, document, [proposal(document, "Nueva Lima", "GPE", 0.95)])
        session = bench.session("a")
        mark(session, "Lima", "GPE")
        assert suggested(session) == [("GPE", "Nueva Lima")]
        assert session.reject_all().message == "rejected 1 suggestion; 1 more came of that: X again"
        assert suggested(session) == [("GPE", "Lima")]
        assert session.reject_all().message == "rejected 1 suggestion"

    def test_contradictory_decisions_break_nothing(self, bench: Bench) -> None:
        bench.add("a", "Lima y Lima y Lima y Lima y Lima.")
        session = bench.session("a")
        for nth, label in enumerate(("GPE", "ORG", "PERSON", "DATE")):
            mark(session, "Lima", label, nth)
        assert len(suggested(session)) <= 1

    def test_only_so_many_mentions_wait_at_a_time(self, bench: Bench) -> None:
        bench.add("a", "Lima. " * 500)
        session = bench.session("a")
        mark(session, "Lima", "GPE")
        first = pending_suggestions(session)
        assert 0 < len(first) < 100
        session.accept(first[0])
        assert len(pending_suggestions(session)) == len(first)


def waiting(session: AnnotationSession) -> list[tuple[str, float | None]]:
    """Return the waiting suggestions with their scores, in reading order."""
    suggestions = session.layer.suggestions
    items = [suggestions.spans.get(i) or suggestions.relations[i] for i in pending_suggestions(session)]
    return [(item.id, item.score) for item in items]


class TestOutOfView:
    TEXT = "Lima gana.\n" * 6

    def test_what_is_in_view_follows_a_step_at_once_and_the_rest_when_it_is_finished(self, bench: Bench) -> None:
        bench.add("a", self.TEXT)
        session = bench.session("a")
        assert session.updates is not None
        session.updates.in_view = Segment(0, 33)
        mark(session, "Lima", "GPE")
        assert [session.layer.suggestions.spans[i].start for i in pending_suggestions(session)] == [11, 22]
        assert session.updates.has_more_to_do
        assert session.updates.follows_between(4, 26)
        assert not session.updates.follows_between(4, 37)
        assert not session.updates.follows_between(26, 4)
        changes = session.layer.changes
        assert session.updates.finish() == [(33, 37), (44, 48), (55, 59)]
        assert session.layer.changes > changes
        changes = session.layer.changes
        assert session.updates.finish() == []
        assert session.layer.changes == changes
        assert waiting(session) == waiting(bench.session("a"))

    def test_what_comes_after_the_view_follows_as_far_as_is_asked(self, bench: Bench) -> None:
        bench.add("a", self.TEXT)
        session = bench.session("a")
        assert session.updates is not None
        session.updates.in_view = Segment(11, 33)
        mark(session, "Lima", "GPE", nth=2)
        assert session.updates.follow(48) == [(33, 37), (44, 48)]
        assert session.updates.follows_between(22, 48)
        assert not session.updates.follows_between(22, 59)
        assert session.updates.finish() == [(0, 4), (55, 59)]
        assert waiting(session) == waiting(bench.session("a"))

    @pytest.mark.parametrize("seen", [(0, 11), (22, 44), (60, 66)])
    def test_the_next_step_finishes_the_one_before(self, bench: Bench, seen: tuple[int, int]) -> None:
        bench.add("a", self.TEXT)
        session = bench.session("a")
        assert session.updates is not None
        session.updates.in_view = Segment(*seen)
        mark(session, "Lima", "GPE")
        session.undo()
        session.redo()
        mark(session, "Lima gana", "ORG", nth=3)
        session.updates.finish()
        assert waiting(session) == waiting(bench.session("a"))

    @pytest.mark.parametrize("then", ["nothing", "undo", "another step"])
    def test_accepting_all_is_followed_in_view_at_once_and_elsewhere_with_what_comes_next(
        self, bench: Bench, then: str
    ) -> None:
        document = bench.add("a", "Lima gana. Ana canta.\n" * 6)
        lima = [proposal(document, "Lima", "GPE", nth=n) for n in (0, 4)]
        propose(bench.store, document, [*lima, *(proposal(document, "Ana", "PERSON", nth=n) for n in (0, 4))])
        session = bench.session("a")
        assert session.updates is not None
        session.updates.in_view = Segment(0, 44)
        session.accept_all(0.5)
        assert suggested(session) == [("GPE", "Lima"), ("PERSON", "Ana")]
        assert session.updates.has_more_to_do
        if then == "undo":
            session.undo()
        elif then == "another step":
            mark(session, "gana", "ORG")
        session.updates.finish()
        assert len(suggested(session)) == {"nothing": 8, "undo": 4, "another step": 13}[then]
        assert waiting(session) == waiting(bench.session("a"))

    def test_catching_up_finishes_a_step(self, bench: Bench) -> None:
        bench.add("a", self.TEXT)
        session = bench.session("a")
        assert session.updates is not None
        session.updates.in_view = Segment(0, 11)
        mark(session, "Lima", "GPE")
        assert session.catch_up(0) == [(11, 15), (22, 26), (33, 37), (44, 48), (55, 59)]


class TestAfterALargeStep:
    @pytest.fixture(autouse=True)
    def all_steps_are_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("annotator.workflow.annotating.suggestion_updates.AT_ONCE", 0)
        monkeypatch.setattr("annotator.workflow.annotating.suggestion_updates.PIECE", 1)

    def test_suggestions_follow_piece_by_piece(self, bench: Bench) -> None:
        bench.add("a", "Lima gana. " * 12)
        session = bench.session("a")
        assert session.updates is not None
        mark(session, "Lima", "GPE")
        assert suggested(session) == []
        counts = []
        while session.updates.is_behind:
            ranges = session.updates.catch_up(0)
            counts.append(len(suggested(session)))
            assert len(ranges) <= 1
        assert counts == sorted(counts)
        assert len(set(counts)) > 5
        assert waiting(session) == waiting(bench.session("a"))

    def test_steps_meanwhile_make_no_difference_in_the_end(self, bench: Bench) -> None:
        document = bench.add("a", NEWS + "Lima y Ana Ruiz vuelven. Lima calla.")
        spans = [proposal(document, "Lima", "GPE", 0.6, nth=n) for n in range(3)]
        propose(bench.store, document, spans)
        session = bench.session("a")
        before = waiting(session)
        assert session.updates is not None
        mark(session, "Ana Ruiz", "PERSON")
        session.updates.catch_up(0)
        session.accept(spans[0].id)
        session.updates.catch_up(0)
        session.reject(spans[1].id)
        for _ in range(3):
            session.updates.catch_up(0)
        session.undo()
        session.updates.catch_up()
        assert waiting(session) == waiting(bench.session("a")) != before
        for _ in range(2):
            session.undo()
            session.updates.catch_up(0)
        session.updates.catch_up()
        assert waiting(session) == waiting(bench.session("a")) == before

    def test_a_finished_document_has_nothing_to_catch_up_with(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        session = bench.session("a")
        assert session.updates is not None
        mark(session, "Lima", "GPE")
        session.finish()
        assert not session.updates.is_behind
        assert suggested(session) == []


class TestWhereNothingIsSuggested:
    def test_on_a_blind_document(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        session = bench.session("a", blind=True)
        mark(session, "Lima", "GPE")
        assert suggested(session) == []

    def test_where_a_person_does_not_want_it(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        desk = Desk(bench.workspace, "ana")
        desk.learns = False
        session = desk.open("a")
        mark(session, "Lima", "GPE")
        assert suggested(session) == []

    def test_on_a_finished_document(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        session = bench.session("a")
        mark(session, "Lima", "GPE")
        session.finish()
        assert suggested(session) == suggested(bench.session("a")) == []
        session.undo()
        assert suggested(session) == [("GPE", "Lima")]


class TestOtherDocuments:
    def test_what_was_marked_in_one_is_suggested_in_the_next(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        bench.add("b", "La prensa de Lima calla.")
        mark(bench.session("a"), "Lima", "GPE")
        assert suggested(bench.session("b")) == [("GPE", "Lima")]

    def test_a_rejection_stays_in_its_document_until_it_is_repeated(self, bench: Bench) -> None:
        texts: list[Document] = [bench.add(key, f"{key} dijo que Delta vino.") for key in ("a", "b", "c")]
        spans = [proposal(document, "Delta", "ORG", 0.6) for document in texts]
        for document, span in zip(texts, spans, strict=True):
            propose(bench.store, document, [span])
        bench.session("a").reject(spans[0].id)
        assert bench.session("c").layer.suggestions.spans[spans[2].id].score == 0.6
        bench.session("b").reject(spans[1].id)
        assert pending_suggestions(bench.session("c")) == []

    def test_another_curators_work_is_not_used_before_it_is_gold(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        bench.add("b", "La prensa de Lima calla.")
        theirs = bench.session("a", curator="bo")
        mark(theirs, "Lima", "GPE")
        theirs.finish()
        assert suggested(bench.session("b")) == []
        settle_finished(bench.workspace, "lead")
        assert suggested(bench.session("b")) == [("GPE", "Lima")]

    def test_gold_of_the_open_document_is_not_given_away(self, bench: Bench) -> None:
        bench.add("a", NEWS)
        theirs = bench.session("a", curator="bo")
        mark(theirs, "Lima", "GPE")
        theirs.finish()
        settle_finished(bench.workspace, "lead")
        assert suggested(bench.session("a")) == []

    def test_mentions_that_finished_work_leaves_alone_speak_against_a_phrase(self, bench: Bench) -> None:
        bench.add("a", "la delta. " * 5 + "Fin de la delta.")
        session = bench.session("a")
        mark(session, "delta", "ORG", 5)
        session.finish()
        bench.add("b", "Otra delta.")
        assert suggested(bench.session("b")) == []


class TestRelations:
    def test_one_is_suggested_the_moment_both_ends_exist(self, bench: Bench) -> None:
        bench.add("a", "En Cali, Colombia, llovió.")
        session = bench.session("a")
        mark(session, "Cali", "GPE")
        assert suggested_links(session) == []
        mark(session, "Colombia", "GPE")
        assert suggested_links(session) == [("Cali", "located_in", "Colombia")]
        session.accept(pending_suggestions(session)[0])
        assert relation_texts(session) == {("Cali", "located_in", "Colombia")}

    def test_between_an_own_span_and_one_that_waits_it_takes_that_one_with_it(self, bench: Bench) -> None:
        document = bench.add("a", "En Cali, Colombia, llovió.")
        propose(bench.store, document, [proposal(document, "Colombia", "GPE", 0.7)])
        session = bench.session("a")
        mark(session, "Cali", "GPE")
        relation = next(i for i in pending_suggestions(session) if i in session.layer.suggestions.relations)
        session.accept(relation)
        assert span_texts(session) == {("GPE", "Cali"), ("GPE", "Colombia")}

    def test_one_that_was_rejected_is_not_suggested_again(self, bench: Bench) -> None:
        bench.add("a", "En Cali, Colombia, llovió.")
        session = bench.session("a")
        mark(session, "Cali", "GPE")
        mark(session, "Colombia", "GPE")
        session.reject(pending_suggestions(session)[0])
        assert suggested_links(session) == suggested_links(bench.session("a")) == []

    def test_it_goes_with_its_end(self, bench: Bench) -> None:
        bench.add("a", "En Cali, Colombia, llovió.")
        session = bench.session("a")
        mark(session, "Cali", "GPE")
        end = mark(session, "Colombia", "GPE")
        session.delete(end)
        assert suggested_links(session) == []
        session.undo()
        assert suggested_links(session) == [("Cali", "located_in", "Colombia")]


def test_a_document_opens_without_the_relation_rules(bench: Bench) -> None:
    document = bench.add("a", "Ana Ruiz, ministra de Lima, habló.")
    propose(bench.store, document, [proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "ministra", "ROLE")])
    code = (
        "import sys; from pathlib import Path; from annotator.workflow.workspace import Workspace;"
        "from annotator.workflow.annotating.session import AnnotationSession;"
        "w = Workspace(Path(sys.argv[1])); d = w.store.document('a');"
        "s = AnnotationSession(w.store, w.scheme, 'ana', d); rules = 'annotator.suggest.relations.rules';"
        "opened = rules in sys.modules; s.updates.prepare(); print(opened, rules in sys.modules)"
    )
    bench.workspace.close()
    done = subprocess.run(
        [sys.executable, "-c", code, bench.workspace.root], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False True\n"
