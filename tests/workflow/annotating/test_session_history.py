"""Steps: what is remembered of them, taking them back, and the state of a document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from annotator.annotation import Span
from annotator.errors import StoreError, WorkflowError
from annotator.history import LayerName
from annotator.store import QueueFilter, StaleLayerError, check_database
from annotator.text import Document
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.desk import Desk
from annotator.workflow.document_history import document_history
from tests.workspaces import (
    KEY,
    Bench,
    focused,
    link,
    pending_suggestions,
    range_of,
    relation_texts,
    span_texts,
    verdicts,
)

pytestmark = pytest.mark.usefixtures("proposed")


def begins(session: AnnotationSession, item_id: str | None) -> int:
    position = session.layer.position(item_id or "")
    assert position is not None
    return position.start


class TestUndo:
    def test_it_reaches_back_into_earlier_sessions(self, bench: Bench, ana: Span, cruz: Span) -> None:
        bench.session().accept(ana.id)
        bench.session().accept(cruz.id)
        session = bench.session()
        assert session.undo().message == "undid: accept ORG “Cruz Roja”"
        assert session.undo().message == "undid: accept PERSON “Ana Ruiz”"
        assert span_texts(session) == set()
        assert session.state == "todo"

    def test_a_relation_is_named_by_its_ends(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        session.accept(cruz.id)
        session.accept(link(ana, cruz, "works_for").id)
        assert session.undo().message == "undid: accept “Ana Ruiz” works_for → “Cruz Roja”"
        assert session.redo().message == "redid: accept “Ana Ruiz” works_for → “Cruz Roja”"
        told = [entry.what for entry in document_history(bench.store, KEY).entries if entry.layer == "curator:ana"]
        assert told[2:] == [f"{how} “Ana Ruiz” works_for → “Cruz Roja”" for how in ("accept", "undo", "redo")]

    def test_history_says_of_what_a_verdict_was_taken_back(self, bench: Bench, cruz: Span) -> None:
        session = bench.session()
        session.reject(cruz.id)
        session.undo()
        session.reject_all()
        session.undo()
        told = [entry.what for entry in document_history(bench.store, KEY).entries if entry.layer == "curator:ana"]
        assert told[:2] == [f"{how} ORG “Cruz Roja”" for how in ("reject", "undo")]
        assert told[2].removeprefix("reject all") == told[3].removeprefix("undo")
        assert "verdicts)" in told[3]

    def test_there_is_nothing_before_the_first_step(self, bench: Bench) -> None:
        with pytest.raises(WorkflowError, match="nothing to undo"):
            bench.session().undo()

    def test_redo_brings_back_also_tomorrow(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.accept(link(ana, cruz, "works_for").id)
        session.undo()
        later = bench.session()
        assert later.redo().message == "redid: accept PERSON “Ana Ruiz”"
        assert relation_texts(later) == {("Ana Ruiz", "works_for", "Cruz Roja")}

    def test_a_new_step_closes_the_way_forward(self, bench: Bench, ana: Span, cruz: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        session.undo()
        session.accept(cruz.id)
        with pytest.raises(WorkflowError, match="nothing to redo"):
            session.redo()

    def test_a_step_after_undo_never_reuses_an_id(self, bench: Bench, document: Document, ana: Span) -> None:
        session = bench.session()
        first = focused(session.accept(ana.id))
        session.undo()
        assert focused(session.add(*range_of(document, "Luis Paz"), "PERSON")) != first

    def test_nothing_of_it_is_forgotten(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        session.undo()
        session.redo()
        assert bench.actions("curator:ana") == ["accept", "undo", "redo"]
        assert list(check_database(bench.store)) == []

    @pytest.mark.parametrize("nearest", ["ana", "cruz"])
    def test_the_item_nearest_to_the_curator_comes_into_focus(
        self, bench: Bench, ana: Span, cruz: Span, nearest: str
    ) -> None:
        span = {"ana": ana, "cruz": cruz}[nearest]
        session = bench.session()
        session.accept_all(0.0)
        session.bookmark.move_to(span.start + 1, None)
        assert begins(session, session.undo().focus) == span.start
        session.reject_all()
        assert begins(session, session.undo().focus) == span.start

    def test_it_tells_what_to_repaint(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        assert (ana.start, ana.end) in session.undo().touched


class TestPauses:
    def test_history_knows_how_long_the_curator_thought(self, bench: Bench, ana: Span, cruz: Span) -> None:
        times: Iterator[float] = iter((10.0, 12.5, 12.75))
        session = AnnotationSession(bench.store, bench.scheme, "ana", bench.document(), clock=lambda: next(times))
        session.accept(ana.id)
        session.accept(cruz.id)
        info = bench.store.layer(LayerName(KEY, "curator:ana"))
        assert info is not None
        assert [event.pause_ms for event in bench.store.events(info)] == [2500, 250]


class TestDone:
    def test_what_is_undecided_counts_as_ignored(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        assert session.finish().message == "nota is done"
        assert session.state == "done"
        assert pending_suggestions(session) == []
        verdict_of = verdicts(session)
        assert verdict_of.pop(ana.id) == "accepted"
        assert set(verdict_of.values()) == {"ignored"}
        assert len(verdict_of) == 5  # four that were suggested, and Ana Ruiz again further down

    def test_undo_lets_the_undecided_wait_again(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.accept(ana.id)
        session.finish()
        session.undo()
        assert session.state == "doing"
        assert len(pending_suggestions(session)) == 5

    def test_a_later_change_reopens(self, bench: Bench, document: Document) -> None:
        bench.session().finish()
        session = bench.session()
        outcome = session.add(*range_of(document, "Luis Paz"), "PERSON")
        assert outcome.message == "marked PERSON “Luis Paz”; reopened: was done"
        assert session.state == "doing"
        assert "reopened" not in session.flag().message
        session.undo()
        session.undo()
        assert session.state == "done"

    @pytest.mark.parametrize("settle", [AnnotationSession.finish, AnnotationSession.skip])
    def test_settling_twice_is_one_step(self, bench: Bench, settle: object) -> None:
        session = bench.session()
        assert callable(settle)
        settle(session)
        settle(session)
        assert len(bench.actions("curator:ana")) == 1

    def test_a_skipped_document_keeps_its_suggestions(self, bench: Bench) -> None:
        session = bench.session()
        session.skip()
        assert session.state == "skipped"
        assert len(pending_suggestions(session)) == 5


class TestRemarks:
    def test_a_comment_is_kept_replaced_and_taken_away(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        own = focused(session.accept(ana.id))
        session.comment("¿apellido?", own)
        session.comment(" ¿segundo apellido? ", own)
        (comment,) = bench.session().layer.content.comments.values()
        assert (comment.text, comment.target) == ("¿segundo apellido?", own)
        session.comment("", own)
        assert session.layer.content.comments == {}
        session.undo()
        assert [c.text for c in session.layer.content.comments.values()] == ["¿segundo apellido?"]

    def test_the_document_can_be_commented_but_not_a_suggestion(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.comment("largo")
        assert [c.target for c in session.layer.content.comments.values()] == [None]
        with pytest.raises(WorkflowError, match="suggestion cannot be commented"):
            session.comment("?", ana.id)

    def test_a_flag_comes_and_goes_and_shows_in_the_queue(self, bench: Bench) -> None:
        desk = Desk(bench.workspace, "ana")
        session = bench.session()
        session.flag()
        assert [row.flagged for row in desk.queue.page(QueueFilter(), -1)] == [True]
        session.flag()
        assert not session.flagged
        assert [row.flagged for row in desk.queue.page(QueueFilter(), -1)] == [False]


class TestPlace:
    def test_the_curator_comes_back_to_where_they_were(self, bench: Bench, cruz: Span) -> None:
        desk = Desk(bench.workspace, "ana")
        session = desk.open(KEY)
        session.bookmark.move_to(21, cruz.id)
        session.bookmark.save(opened=True)
        again = desk.open(KEY)
        assert (again.bookmark.cursor, again.bookmark.focus) == (21, cruz.id)
        assert desk.resume() == KEY

    def test_a_step_remembers_the_place_too(self, bench: Bench, ana: Span) -> None:
        session = bench.session()
        session.bookmark.move_to(7, None)
        session.accept(ana.id)
        assert Desk(bench.workspace, "ana").open(KEY).bookmark.cursor == 7

    def test_what_was_closed_is_not_resumed(self, bench: Bench) -> None:
        bench.session().bookmark.save(opened=False)
        assert Desk(bench.workspace, "ana").resume() is None

    def test_an_unknown_document_is_named(self, bench: Bench) -> None:
        with pytest.raises(WorkflowError, match="no document 'nada'"):
            Desk(bench.workspace, "ana").open("nada")


class TestTwoWindows:
    def test_the_stale_one_is_told_recovers_and_loses_nothing(self, bench: Bench, ana: Span, cruz: Span) -> None:
        first, second = bench.session(), bench.session()
        first.accept(ana.id)
        with pytest.raises(StaleLayerError, match="changed by another window of yours"):
            second.accept(cruz.id)
        assert span_texts(second) == set()
        second.recover()
        second.accept(cruz.id)
        first.recover()
        assert span_texts(first) == span_texts(second) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
        assert bench.actions("curator:ana") == ["accept", "accept"]

    def test_a_stale_undo_takes_nothing_of_the_others_back(self, bench: Bench, ana: Span, cruz: Span) -> None:
        first = bench.session()
        first.accept(ana.id)
        second = bench.session()
        first.accept(cruz.id)
        with pytest.raises(StaleLayerError):
            second.undo()
        assert len(span_texts(bench.session())) == 2

    def test_when_the_store_refuses_the_screen_stays_as_the_disk_is(
        self, bench: Bench, document: Document, ana: Span
    ) -> None:
        session = bench.session()
        session.accept(ana.id)
        before = (span_texts(session), pending_suggestions(session), verdicts(session))
        bench.store.connection.execute("PRAGMA query_only = ON")
        for action in (session.undo, session.finish, lambda: session.add(*range_of(document, "Luis Paz"), "PERSON")):
            with pytest.raises(StoreError, match="read-only, nothing was written"):
                action()
            assert (span_texts(session), pending_suggestions(session), verdicts(session)) == before
        bench.store.connection.execute("PRAGMA query_only = OFF")
        session.undo()
        assert span_texts(session) == set()

    def test_what_is_on_the_disk_stands_though_what_follows_from_it_goes_wrong(
        self, bench: Bench, ana: Span, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        session = bench.session()
        assert session.updates is not None
        with monkeypatch.context() as patch:
            patch.setattr(session.updates, "update", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                session.accept(ana.id)
        assert span_texts(session) == span_texts(bench.session()) == {("PERSON", "Ana Ruiz")}
        session.undo()
        assert span_texts(session) == span_texts(bench.session()) == set()
