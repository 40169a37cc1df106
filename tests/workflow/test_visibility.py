"""Nobody writes into another's layer, and a curator sees nobody else's work before both are done."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from annotator.annotation import Span
from annotator.cli.main import main
from annotator.history import CORPUS, GOLD, PROPOSALS, LayerName, Op
from annotator.store import ForeignLayerError
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.visibility import Visibility
from tests.workspaces import KEY, Bench, propose_elsewhere, range_of, sql_dump

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(bench: Bench, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        status = main(["-w", str(bench.workspace.root), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def layers_seen(bench: Bench, reader: str, key: str = KEY) -> set[str]:
    visibility = Visibility(bench.store, reader)
    return {info.name.name for info in bench.store.layers(document=key) if not visibility.why_hidden(info)}


class TestWriting:
    @pytest.mark.parametrize("layer", ["curator:bo", f"{PROPOSALS}:bo"])
    def test_nobody_writes_into_what_is_another_curators(self, bench: Bench, layer: str) -> None:
        before = sql_dump(bench.store.path)
        op = Op("layer", "state", None, {"value": "done"})
        with (
            pytest.raises(ForeignLayerError, match=f"{layer} on nota is bo's own, ana cannot write there"),
            bench.store.write() as writer,
        ):
            writer.append(LayerName(KEY, layer), "ana", "done", [op])
        assert sql_dump(bench.store.path) == before

    def test_names_that_begin_alike_are_different_people(self, bench: Bench) -> None:
        bench.session(curator="ana").flag()
        bench.session(curator="ana.").flag()
        assert bench.actions("curator:ana") == bench.actions("curator:ana.") == ["flag"]

    def test_whoever_keeps_the_corpus_writes_what_is_everybodys(self, bench: Bench) -> None:
        with bench.store.write() as writer:
            writer.append(LayerName(KEY, CORPUS), "anyone", "assign", [])


class TestSeeing:
    @pytest.fixture(autouse=True)
    def _worked(self, bench: Bench, proposed: None) -> None:  # noqa: ARG002 - must come first
        bench.add("otra", "Luis Paz.")
        bench.session(curator="ana").accept_all(0.0)

    def test_unfinished_work_is_its_authors_alone(self, bench: Bench) -> None:
        bench.session("otra", "bo").flag()
        assert layers_seen(bench, "ana") == {CORPUS, "suggestions", "curator:ana"}
        assert layers_seen(bench, "bo") == {CORPUS, "suggestions"}

    def test_finished_work_is_seen_once_oneself_is_done(self, bench: Bench) -> None:
        bench.session(curator="ana").finish()
        session = bench.session(curator="bo")
        session.flag()
        assert "curator:ana" not in layers_seen(bench, "bo")
        session.finish()
        assert "curator:ana" in layers_seen(bench, "bo")
        assert "curator:bo" in layers_seen(bench, "ana")
        session.flag()  # which opens it again
        assert "curator:ana" not in layers_seen(bench, "bo")
        assert "curator:bo" not in layers_seen(bench, "ana")

    def test_on_documents_of_others_what_is_finished_is_seen(self, bench: Bench) -> None:
        assign(bench.workspace, "lead", ["bo"], keys=["otra"])
        assert "curator:ana" not in layers_seen(bench, "bo")
        bench.session(curator="ana").finish()
        assert "curator:ana" in layers_seen(bench, "bo")

    def test_what_is_assigned_counts_before_it_is_begun(self, bench: Bench) -> None:
        assign(bench.workspace, "lead", ["bo"], overlap=2, keys=[KEY])
        bench.session(curator="ana").finish()
        assert "curator:ana" not in layers_seen(bench, "bo")

    def test_whoever_has_no_work_leads_and_sees_all(self, bench: Bench) -> None:
        assert layers_seen(bench, "lead") == {CORPUS, "suggestions", "curator:ana"}

    def test_what_somebody_proposed_to_themselves_is_theirs(self, bench: Bench) -> None:
        propose_elsewhere(bench.workspace, "ana", "Luis Paz", "PERSON", excluding=KEY)
        bench.session("otra", "bo").finish()
        bench.session(curator="ana").finish()
        assert f"{PROPOSALS}:ana" not in layers_seen(bench, "bo", "otra")
        assert f"{PROPOSALS}:ana" in layers_seen(bench, "ana", "otra")

    def test_gold_waits_for_those_who_still_have_the_document(self, bench: Bench) -> None:
        bench.session(curator="ana").finish()
        settle_finished(bench.workspace, "lead", [KEY])
        assign(bench.workspace, "lead", ["bo"], overlap=2, keys=[KEY])
        assert GOLD not in layers_seen(bench, "bo")
        bench.session(curator="bo").finish()
        assert GOLD in layers_seen(bench, "bo")

    def test_suggestions_are_kept_from_who_works_blind(self, bench: Bench) -> None:
        assign(bench.workspace, "lead", ["bo"], overlap=2, keys=[KEY], blind=1.0)
        assert "suggestions" not in layers_seen(bench, "bo")
        bench.session(curator="bo", blind=True).finish()
        assert "suggestions" in layers_seen(bench, "bo")


class TestCommands:
    @pytest.fixture(autouse=True)
    def _worked(self, bench: Bench, proposed: None, ana: Span) -> None:  # noqa: ARG002 - must come first
        bench.session(curator="ana").accept(ana.id)
        bench.session(curator="bo").flag()

    def test_history_leaves_out_what_is_not_for_the_reader(self, run: Run) -> None:
        status, out, err = run("history", KEY, "--json", "--as", "bo")
        assert status == 0
        assert {row["layer"] for row in json.loads(out)} == {CORPUS, "suggestions", "curator:bo"}
        assert err == "left out: curator:ana (ana is not done with it)\n"

    def test_history_of_that_layer_alone_is_refused(self, run: Run) -> None:
        status, out, err = run("history", KEY, "--layer", "curator:ana", "--as", "bo")
        assert (status, out) == (1, "")
        assert err == (
            "annotator: curator:ana on nota stays unseen: ana is not done with it: finish first, then compare\n"
        )

    def test_an_export_leaves_it_out_and_says_so(self, run: Run, bench: Bench) -> None:
        bench.session(curator="ana").finish()
        status, out, err = run("export", "jsonl", "--layer", "curator:ana", "--as", "bo")
        assert (status, out) == (0, "")
        assert "left out: nota (bo is not done with it)" in err
        assert "Ana Ruiz" in run("export", "jsonl", "--layer", "curator:ana", "--as", "lead")[1]
        bench.session(curator="bo").finish()
        assert "Ana Ruiz" in run("export", "jsonl", "--layer", "curator:ana", "--as", "bo")[1]

    def test_not_even_when_unfinished_work_is_asked_for(self, run: Run) -> None:
        status, out, _ = run("export", "jsonl", "--layer", "curator:ana", "--unfinished", "--as", "bo")
        assert (status, out) == (0, "")
        assert run("export", "jsonl", "--layer", "curator:ana", "--unfinished", "--as", "ana")[1] != ""

    def test_an_export_of_gold_is_the_same_whoever_makes_it(self, run: Run, bench: Bench) -> None:
        bench.session(curator="ana").finish()
        bench.session(curator="bo").undo()
        settle_finished(bench.workspace, "lead")
        assign(bench.workspace, "lead", ["carla"], overlap=2)
        exports = {run("export", "jsonl", "--as", reader)[1] for reader in ("ana", "bo", "carla", "lead")}
        assert len(exports) == 1
        assert "Ana Ruiz" in exports.pop()

    def test_status_tells_how_far_others_are_and_nothing_of_what_they_said(self, run: Run, bench: Bench) -> None:
        session = bench.session(curator="ana")
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        _, out, _ = run("status", "--as", "bo")
        assert "Luis Paz" not in out
        assert "PERSON" not in out
