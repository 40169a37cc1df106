"""The lead's status: every number against work that was done, with a clock that the test holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.store import Noted, Stages
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.annotating.session import AnnotationSession
from annotator.workflow.idleness import IDLE_DAYS
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.progress import CuratorProgress, overview
from annotator.workflow.sharing.assignment import assign
from tests.workspaces import KEY, Bench, range_of

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def corpus(bench: Bench) -> Bench:
    """``nota`` and four more documents, all of them ana's, the first two bo's too."""
    for key in ("d1", "d2", "d3", "d4"):
        bench.add(key, f"Luis Paz volvió a México, {key}.")
    assign(bench.workspace, "lead", ["ana"])
    assign(bench.workspace, "lead", ["bo"], overlap=2, keys=["d1", "d2"])
    return bench


@pytest.fixture
def run(corpus: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["-w", str(corpus.workspace.root), "status", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def at(bench: Bench, day: int, hour: int = 12) -> None:
    """Let it be some day of May."""
    bench.store.clock = lambda: f"2026-05-{day:02}T{hour:02}:00:00.000Z"


def numbers(bench: Bench, curator: str, *, idle_days: int = IDLE_DAYS) -> CuratorProgress:
    return next(p for p in overview(bench.workspace, idle_days=idle_days).curators if p.tally.curator == curator)


def work(bench: Bench, key: str, curator: str, minutes: float = 2.0) -> None:
    """Finish a document with one span in so many minutes."""
    moments = iter([0.0, 30 * minutes, 60 * minutes])
    session = AnnotationSession(bench.store, bench.scheme, curator, bench.document(key), clock=lambda: next(moments))
    session.add(*range_of(session.document, "Luis Paz"), "PERSON")
    session.finish()


class TestNumbers:
    def test_who_has_what_in_which_state(self, corpus: Bench) -> None:
        work(corpus, "d1", "ana")
        corpus.session("d2", "ana").skip()
        corpus.session("d3", "ana").flag()
        tally = numbers(corpus, "ana").tally
        assert (tally.assigned, tally.todo, tally.doing, tally.done, tally.skipped) == (5, 2, 1, 1, 1)
        assert (tally.flagged, tally.spans, tally.relations, tally.blind) == (1, 1, 0, 0)
        assert numbers(corpus, "bo").tally.todo == 2

    def test_work_that_was_not_assigned_counts_and_takes_nothing_from_what_is_to_do(self, corpus: Bench) -> None:
        work(corpus, "d3", "bo")
        tally = numbers(corpus, "bo").tally
        assert (tally.assigned, tally.todo, tally.done) == (2, 2, 1)

    def test_work_taken_back_to_nothing_is_to_do_again(self, corpus: Bench) -> None:
        session = corpus.session("d1", "bo")
        session.flag()
        assert numbers(corpus, "bo").tally.todo == 1
        session.undo()
        assert numbers(corpus, "bo").tally.todo == 2

    @pytest.mark.usefixtures("proposed")
    def test_suggestions_are_nobodys_work(self, bench: Bench) -> None:
        assert overview(bench.workspace).curators == []
        assert overview(bench.workspace).stages == Stages(1, 1, 0, 0, 0)

    def test_blind_documents_are_counted(self, bench: Bench) -> None:
        assign(bench.workspace, "lead", ["ana"], blind=1.0)
        assert numbers(bench, "ana").tally.blind == 1

    def test_stages_of_documents(self, corpus: Bench) -> None:
        assert overview(corpus.workspace).stages == Stages(5, untouched=5, in_work=0, done=0, gold=0)
        work(corpus, "d1", "ana")  # bo has it too, and has not begun
        work(corpus, "d3", "ana")
        corpus.session("d4", "ana").flag()
        assert overview(corpus.workspace).stages == Stages(5, untouched=2, in_work=2, done=1, gold=0)
        work(corpus, "d1", "bo")
        settle_finished(corpus.workspace, "lead", ["d1"])
        assert overview(corpus.workspace).stages == Stages(5, untouched=2, in_work=1, done=2, gold=1)
        corpus.session("d1", "bo").flag()
        assert overview(corpus.workspace).stages.in_work == 2


class TestTime:
    def test_pace_and_what_is_left_at_that_pace(self, corpus: Bench) -> None:
        at(corpus, 1)
        work(corpus, "d1", "ana", minutes=2)
        work(corpus, "d2", "ana", minutes=4)
        at(corpus, 3, hour=0)
        found = numbers(corpus, "ana")
        assert found.tally.minutes == pytest.approx(3)
        assert found.hours_left == pytest.approx(3 * 3 / 60)
        assert found.per_day == pytest.approx(2 / 2)
        assert found.days_left == pytest.approx(3)

    def test_nothing_is_predicted_before_the_first_document_is_done(self, corpus: Bench) -> None:
        corpus.session("d1", "ana").flag()
        found = numbers(corpus, "ana")
        assert (found.tally.minutes, found.per_day, found.hours_left, found.days_left) == (None, None, None, None)

    def test_documents_a_day_are_those_of_the_last_week(self, corpus: Bench) -> None:
        at(corpus, 1)
        work(corpus, "d1", "ana")
        at(corpus, 20)
        found = numbers(corpus, "ana")
        assert (found.per_day, found.days_left) == (None, None)
        assert found.hours_left is not None

    def test_a_text_that_is_replaced_is_not_finished_again(self, corpus: Bench, tmp_path: Path) -> None:
        at(corpus, 1)
        work(corpus, "d1", "ana")
        at(corpus, 18)
        work(corpus, "d2", "ana")
        at(corpus, 20)
        (tmp_path / "d1.txt").write_text("Ayer Luis Paz volvió a México, d1.", encoding="utf-8")
        assert ingest(corpus.workspace, [tmp_path / "d1.txt"], "lead", replace=True).replaced == ["d1"]
        tally = numbers(corpus, "ana").tally
        assert (tally.done, tally.recent) == (2, (1, "2026-05-18T12:00:00.000Z"))

    def test_what_was_begun_and_left_lying_is_named(self, corpus: Bench) -> None:
        at(corpus, 1)
        corpus.session("d1", "bo").flag()
        at(corpus, 2)
        corpus.session("d2", "ana").flag()
        work(corpus, "d3", "ana")
        at(corpus, 8, hour=13)
        lying = Noted("d1", "bo", "2026-05-01T12:00:00.000Z")
        assert overview(corpus.workspace).abandoned == [lying]
        assert numbers(corpus, "bo").tally.abandoned == 1
        assert numbers(corpus, "ana").tally.abandoned == 0
        assert [n.document for n in overview(corpus.workspace, idle_days=3).abandoned] == ["d1", "d2"]
        assert numbers(corpus, "ana", idle_days=3).tally.abandoned == 1

    def test_flagged_documents_are_named(self, corpus: Bench) -> None:
        corpus.session("d2", "bo").flag()
        assert [(n.document, n.curator) for n in overview(corpus.workspace).flagged] == [("d2", "bo")]


class TestCommand:
    def test_the_lead_sees_who_has_what(self, run: Run, corpus: Bench) -> None:
        work(corpus, "d1", "ana")
        corpus.session("d1", "bo").flag()
        status, out, err = run("--as", "lead")
        assert (status, err) == (0, "")
        lines = out.splitlines()
        assert lines[0] == "5 documents: 4 untouched, 1 in work, 0 done by all who have them, 0 gold"
        line = next(line for line in lines if line.startswith("d1"))
        assert "ana done, bo doing ⚑" in line
        assert [line.split()[:3] for line in lines if line.startswith(("ana ", "bo "))] == [
            ["ana", "5", "4"],
            ["bo", "2", "1"],
        ]
        assert "left lying" not in out

    def test_a_curator_sees_their_queue(self, run: Run) -> None:
        listed = [line.split()[0] for line in run("--as", "bo")[1].splitlines() if line.startswith("d")]
        assert listed == ["document", "d1", "d2"]

    @pytest.mark.parametrize("state", ["todo", "doing", "done", "skipped", "flagged"])
    def test_the_queue_can_be_narrowed_to_a_state(self, run: Run, corpus: Bench, state: str) -> None:
        work(corpus, "d1", "ana")
        corpus.session("d2", "ana").skip()
        corpus.session("d3", "ana").flag()
        _, out, _ = run("--as", "ana", "--state", state, "--json")
        found = {row["key"] for row in json.loads(out)["documents"]}
        expected = {"todo": {"d4", KEY}, "doing": {"d3"}, "done": {"d1"}, "skipped": {"d2"}, "flagged": {"d3"}}
        assert found == expected[state]

    def test_json_has_everything_and_null_where_nothing_is_known(self, run: Run, corpus: Bench) -> None:
        for key in ("d1", "d3"):
            work(corpus, key, "ana")
        settle_finished(corpus.workspace, "lead", ["d1", "d3"])  # d1 waits for bo
        found = json.loads(run("--json", "--as", "lead")[1])
        assert found["stages"] == {"documents": 5, "untouched": 3, "in_work": 1, "done": 1, "gold": 1}
        ana, bo = found["curators"]
        assert (ana["todo"], ana["done"], ana["minutes_per_document"], ana["finished_lately"]) == (3, 2, 2.0, 2)
        assert (bo["todo"], bo["minutes_per_document"], bo["documents_per_day"], bo["days_left"]) == (2, *[None] * 3)
        assert found["abandoned"] == found["flagged"] == []
        row = next(row for row in found["documents"] if row["key"] == "d1")
        assert (row["curators"], row["gold"]) == ({"ana": "done", "bo": "todo"}, None)
        assert next(row for row in found["documents"] if row["key"] == "d3")["gold"] == "done"

    def test_long_lists_are_cut_and_say_so(self, run: Run) -> None:
        _, out, err = run("--as", "lead", "--limit", "2")
        assert sum(line.startswith(("d1", "d2", "d3", "d4", KEY)) for line in out.splitlines()) == 2
        assert err == "2 of 5 documents listed; --limit N or --all lists more\n"
        assert run("--as", "lead", "--limit", "5")[2] == ""
        assert len(json.loads(run("--json", "--limit", "2")[1])["documents"]) == 2
