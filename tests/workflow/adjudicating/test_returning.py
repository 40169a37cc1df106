"""Returning finished work: it counts as unfinished until it is finished again, wherever both sides work meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.history import CORPUS
from annotator.store import QueueFilter, check_database, read_returned
from annotator.workflow.adjudicating.feedback import feedback
from annotator.workflow.adjudicating.finished_work import read_finished
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.adjudicating.returning import return_work, undo_return
from annotator.workflow.comparing.agreement_sample import read_sample
from annotator.workflow.desk import Desk
from annotator.workflow.progress import overview
from annotator.workflow.sharing.assignment import assign, reassign
from annotator.workflow.sharing.bundling import bundle
from annotator.workflow.sharing.merging import merge
from annotator.workflow.workspace import Workspace
from tests.workflow.adjudicating.finished_documents import finish, gold_state
from tests.workspaces import KEY, Bench, span_texts

ANA, CRUZ = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")
NOTE = "GPE fehlt | siehe „Länder“\nund so"


@pytest.fixture
def done(bench: Bench) -> Iterator[Bench]:
    """ana and bo finished ``nota``, the same; there is ``zeta`` too."""
    bench.add("zeta", "Luis Paz vive en Quito.")
    for curator in ("ana", "bo"):
        finish(bench, curator, ANA, CRUZ)
    yield bench
    assert list(check_database(bench.store)) == []


def send(bench: Bench, *curators: str, note: str = NOTE) -> None:
    return_work(bench.store, "lead", KEY, curators or ("ana",), note)


def has_back(bench: Bench) -> list[str]:
    return [one.curator for one in read_returned(bench.store)]


def states(bench: Bench, curator: str = "ana") -> dict[str, str]:
    return {row.key: row.state for row in Desk(bench.workspace, curator).queue.page(QueueFilter(), -1)}


def test_it_stands_first_in_the_queue_with_its_note_until_it_is_finished_again(done: Bench) -> None:
    done.add("alfa", "Eva.")
    send(done)
    desk = Desk(done.workspace, "ana")
    rows = desk.queue.page(QueueFilter(), -1)
    assert [(row.key, row.state, row.note) for row in rows] == [
        ("nota", "returned", NOTE), ("alfa", "todo", ""), ("zeta", "todo", ""),
    ]  # fmt: skip
    assert [desk.queue.page(QueueFilter(), 1, n)[0].key for n in range(3)] == ["nota", "alfa", "zeta"]
    assert [row.key for row in desk.queue.page(QueueFilter("returned"), -1)] == ["nota"]
    assert desk.queue.count(QueueFilter("returned")) == 1
    assert desk.queue.count(QueueFilter("doing")) == 0
    assert desk.progress() == {"returned": 1, "todo": 2, "total": 3}
    assert desk.next_open() == "nota"
    assert states(done, "bo")[KEY] == "done"
    session = done.session()
    assert session.returned is not None
    assert (session.returned.note, session.returned.by) == (NOTE, "lead")
    session.delete(session.layer.content.span_id_with(next(iter(session.layer.content.spans.values())).key) or "")
    assert states(done)[KEY] == "returned"
    session.finish()
    assert states(done)[KEY] == "done"
    assert has_back(done) == []
    assert desk.next_open() == "alfa"


def test_it_is_answered_also_by_finishing_it_as_it_was_and_undo_takes_the_answer_back(done: Bench) -> None:
    send(done)
    session = done.session()
    session.finish()
    assert done.actions("curator:ana")[-1] == "done"
    assert (has_back(done), session.returned) == ([], None)
    session.undo()
    assert has_back(done) == ["ana"]
    assert session.returned is not None
    session.redo()
    assert has_back(done) == []
    session.undo()
    session.flag()
    session.undo()  # the state is done again, but nobody called it so since
    assert has_back(done) == ["ana"]
    session.skip()
    assert has_back(done) == []


def test_what_is_returned_counts_as_unfinished_everywhere(done: Bench) -> None:
    settle_finished(done.workspace, "lead")
    assert gold_state(done) == "done"
    before = read_finished(done.store, KEY, done.document().sha256)
    send(done)
    now = read_finished(done.store, KEY, done.document().sha256)
    assert (now.unfinished, now.contents, now.fingerprint) == (("ana",), before.contents, before.fingerprint)
    assert read_sample(done.workspace, ["curator:ana", "curator:bo"]).documents == ()
    assert settle_finished(done.workspace, "lead").open[KEY] == "not finished by ana"
    with pytest.raises(WorkflowError, match="ana has not finished it"):
        feedback(done.store, done.scheme, KEY, "ana")
    found = overview(done.workspace)
    assert (found.stages.in_work, found.stages.done) == (1, 0)
    assert [(p.tally.curator, p.tally.doing, p.tally.done, p.tally.returned) for p in found.curators] == [
        ("ana", 1, 0, 1), ("bo", 0, 1, 0),
    ]  # fmt: skip
    assert [(one.curator, one.note) for one in overview(done.workspace, reader="ana").returned] == [("ana", NOTE)]
    assert overview(done.workspace, reader="bo").returned == []


def test_what_is_returned_is_not_left_lying(done: Bench) -> None:
    assign(done.workspace, "lead", ["ana", "bo"], overlap=2)
    send(done)
    assert overview(done.workspace, idle_days=0).abandoned == []
    report = reassign(done.workspace, "lead", "ana", ["carla"], idle_days=0, keys=[KEY])
    assert report.tasks == []


def test_only_who_leads_returns_and_only_what_is_finished(done: Bench) -> None:
    finish(done, "carla", ANA, done=False)
    for actor, key, to, note, why in (
        ("bo", KEY, "ana", "x", "bo curates here, and returning work is for who leads"),
        ("lead", "nope", "ana", "x", "no document 'nope'"),
        ("lead", KEY, "dora", "x", "dora has no work on nota"),
        ("lead", KEY, "carla", "x", "carla has not finished nota"),
        ("lead", KEY, "ana", "  ", "a return needs a note"),
    ):
        with pytest.raises(WorkflowError, match=why):
            return_work(done.store, actor, key, [to], note)
    assert done.actions(CORPUS) == ["ingest"]
    with pytest.raises(WorkflowError, match="carla has not finished"):
        send(done, "ana", "carla")
    assert has_back(done) == []


def test_a_return_is_taken_back(done: Bench) -> None:
    send(done, "ana", "bo")
    with pytest.raises(WorkflowError, match="bo curates here"):
        undo_return(done.store, "bo", KEY)
    undo_return(done.store, "lead", KEY, ["bo"])
    assert has_back(done) == ["ana"]
    assert states(done, "bo")[KEY] == "done"
    undo_return(done.store, "lead", KEY)
    assert done.actions(CORPUS) == ["ingest", "return", "undo return", "undo return"]
    with pytest.raises(WorkflowError, match="nobody has nota back"):
        undo_return(done.store, "lead", KEY)
    send(done)
    done.session().finish()
    send(done, note="once more")
    assert [one.note for one in read_returned(done.store)] == ["once more"]
    assert done.session().returned is not None


class TestApart:
    """The curator works on in a bundle while the lead returns."""

    @pytest.fixture
    def away(self, done: Bench, tmp_path: Path) -> Iterator[Bench]:
        bundle(done.workspace, "ana", tmp_path / "ana")
        other = Bench(Workspace(tmp_path / "ana"))
        yield other
        other.workspace.close()

    def test_what_was_not_finished_since_comes_back_returned(self, done: Bench, away: Bench) -> None:
        away.session().flag()
        send(done)
        merge(done.workspace, away.workspace.root)
        merge(away.workspace, done.workspace.root)
        for bench in (done, away):
            assert has_back(bench) == ["ana"]
            assert list(check_database(bench.store)) == []
        session = away.session()
        assert session.returned is not None
        session.finish()
        merge(done.workspace, away.workspace.root)
        assert has_back(done) == []
        assert states(done)[KEY] == "done"

    def test_what_was_finished_since_is_not(self, done: Bench, away: Bench) -> None:
        session = away.session()
        session.flag()
        session.finish()
        send(done)
        merge(done.workspace, away.workspace.root)
        assert has_back(done) == []
        merge(away.workspace, done.workspace.root)
        assert has_back(away) == []
        assert list(check_database(away.store)) == []

    def test_two_leads_the_later_note_holds_and_a_return_taken_back_stays_so(self, done: Bench, away: Bench) -> None:
        send(done, note="here")
        send(away, note="first")
        undo_return(away.store, "lead", KEY)
        send(away, note="there")
        merge(done.workspace, away.workspace.root)
        merge(away.workspace, done.workspace.root)
        assert [one.note for one in read_returned(done.store)] == ["there"]
        assert [one.note for one in read_returned(away.store)] == ["there"]


class TestCommand:
    def run(self, bench: Bench, *arguments: str, by: str = "lead") -> int:
        return main(["-w", str(bench.workspace.root), "return", *arguments, "--as", by])

    def test_it_says_what_was_done(self, done: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(done, KEY, "--to", "ana", "--to", "bo", "--note", NOTE, "--json") == 0
        out, err = capsys.readouterr()
        assert [(one["curator"], one["note"], one["by"]) for one in json.loads(out)] == [
            ("ana", NOTE, "lead"), ("bo", NOTE, "lead"),
        ]  # fmt: skip
        assert err == "nota is returned to ana, bo\n"
        assert self.run(done, KEY, "--undo") == 0
        assert capsys.readouterr().err == "nota: the return to ana, bo is taken back\n"

    def test_history_tells_the_note_to_whom_it_concerns(self, done: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        send(done, note="see México")
        for reader, told in (("lead", True), ("ana", True), ("bo", False)):
            main(["-w", str(done.workspace.root), "history", KEY, "--as", reader])
            out = capsys.readouterr().out
            assert "return to ana" in out
            assert ("see México" in out) == told

    def test_wrong_usage(self, done: Bench) -> None:
        assert self.run(done, KEY) == 2
        assert self.run(done, KEY, "--to", "ana") == 2
        assert self.run(done, KEY, "--undo", "--note", "x") == 2
        assert self.run(done, KEY, "--to", "ana", "--note", "x", by="bo") == 1


def test_what_the_curator_did_meanwhile_is_theirs(done: Bench) -> None:
    send(done)
    assert span_texts(done.session()) == {ANA, CRUZ}
    assert done.actions("curator:ana")[-1] == "done"
