"""Training and evaluating in a workspace: what counts as finished, versions, commands, the background process."""

from __future__ import annotations

import fcntl
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.annotation import RelationKey, SpanKey
from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.history import GOLD, SUGGESTIONS, LayerName, Op
from annotator.store import check_database
from annotator.suggest.learned import neural_recogniser, versions
from annotator.suggest.learned.cross_validation import TAGGERS, HeldOutResult
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.comparing.verdicts import summarize_verdicts
from annotator.workflow.desk import Desk
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.learning import background_process, evaluation
from annotator.workflow.learning.background_process import next_documents, train_and_suggest
from annotator.workflow.learning.background_training import KEPT_LOGS, BackgroundTraining
from annotator.workflow.learning.evaluation import Counts, evaluate, interval
from annotator.workflow.learning.suggesting import suggest
from annotator.workflow.learning.training import NothingToLearnError, TrainingUnderWayError, finished_layers, train
from annotator.workflow.schemes.renaming import rename_curator
from tests.schemas import schema_problems
from tests.workspaces import Bench, make_bench, own_span_id, pending_suggestions, proposal, propose, range_of

FIRMS = ("Zumbal", "Tresk", "Ondoro", "Quivia", "Plenox", "Varuna", "Mibex", "Solgan")
CITIES = ("Lima", "Quito", "Bogotá", "Cali", "Oruro", "Cusco", "Loja", "Piura")


def note(number: int) -> tuple[str, list[tuple[str, str]]]:
    """Return an article that no rule reads, and what is to be marked in it."""
    firm, city = FIRMS[number % 8], CITIES[number % 8]
    text = (
        f"la firma {firm.lower()} abrió un taller cerca del puerto número {number}. "
        f"según la firma {firm.lower()} vendrán otros {number + 3} obreros de {city} en otoño, dijo el gremio.\n"
    )
    return text, [(firm.lower(), "ORG")]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return make_bench(tmp_path / "w")


def finish(bench: Bench, number: int, curator: str = "ana", key: str = "") -> None:
    text, marks = note(number)
    key = key or f"n{number}"
    if bench.store.document(key) is None:
        bench.add(key, text)
    session = bench.session(key, curator)
    for needle, label in marks:
        place = range_of(session.document, needle)
        session.add(*place, label)
        session.everywhere(own_span_id(session, SpanKey(*place, label)))
    session.finish()


@pytest.fixture
def finished(bench: Bench) -> Bench:
    for number in range(6):
        finish(bench, number)
    for number in (6, 7):
        bench.add(f"n{number}", note(number)[0])
    return bench


def truths(bench: Bench, layer: str | None = None) -> list[str]:
    return [str(info.name) for info in finished_layers(bench.store, layer)]


class TestWhatIsFinished:
    def test_a_curators_done_work_counts_until_there_is_gold(self, bench: Bench) -> None:
        finish(bench, 0)
        assert truths(bench) == ["curator:ana on n0"]
        settle_finished(bench.workspace, "lead")
        assert truths(bench) == ["gold on n0"]

    def test_nothing_counts_before_everybody_concerned_is_done(self, bench: Bench) -> None:
        finish(bench, 0)
        other = bench.session("n0", "bo")
        other.add(*range_of(other.document, "taller"), "ORG")
        assert truths(bench) == []
        other.skip()
        assert truths(bench) == ["curator:ana on n0"]

    def test_an_assignment_that_waits_counts_as_work_to_come(self, bench: Bench) -> None:
        finish(bench, 0)
        op = Op("assignment", "bo", None, {"blind": False})
        with bench.store.write() as writer:
            writer.append(LayerName("n0", "corpus"), "lead", "assign", [op])
        assert truths(bench) == []
        finish(bench, 0, "bo")
        assert truths(bench) == ["curator:ana on n0"]

    def test_a_layer_can_be_asked_for_by_name(self, bench: Bench) -> None:
        finish(bench, 0)
        finish(bench, 0, "bo")
        assert truths(bench, "curator:bo") == ["curator:bo on n0"]
        assert truths(bench, GOLD) == []


class TestTrain:
    def test_too_little_is_said(self, bench: Bench) -> None:
        with pytest.raises(NothingToLearnError, match="0 documents are finished"):
            train(bench.workspace)
        assert not list((learned_folder(bench.workspace)).glob("[0-9]*"))

    def test_a_version_is_made_and_used_once_for_the_same_work(self, finished: Bench) -> None:
        first = train(finished.workspace)
        assert (first.version, first.new) == ("0001", True)
        assert len(first.card["documents"]) == 6
        again = train(finished.workspace)
        assert (again.version, again.new) == ("0001", False)
        finish(finished, 8)
        assert train(finished.workspace).version == "0002"
        status = versions.list_versions(learned_folder(finished.workspace), finished.scheme)
        assert [(v.version, v.chosen, v.problem) for v in status] == [("0001", False, ""), ("0002", True, "")]

    def test_suggestions_change_once_and_no_verdict_is_touched(self, finished: Bench) -> None:
        document = finished.document("n6")
        propose(finished.store, document, [proposal(document, "taller", "ORG", 0.6)])
        session = finished.session("n6")
        session.reject(pending_suggestions(session)[0])
        before = session.layer.suggestions.verdicts
        train(finished.workspace)
        assert suggest(finished.workspace).suggested == 8
        assert suggest(finished.workspace).suggested == 0
        session = finished.session("n6")
        assert session.layer.suggestions.verdicts == before
        found = {session.checks.text_of(s) for s in session.layer.suggestions.stored_spans.values()}
        assert FIRMS[6].lower() in found
        assert list(check_database(finished.store)) == []

    def test_only_one_trains_at_a_time(self, finished: Bench) -> None:
        folder = learned_folder(finished.workspace)
        folder.mkdir(parents=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(TrainingUnderWayError):
                train(finished.workspace)
        assert train(finished.workspace).new

    def test_what_a_killed_training_left_is_swept_up(self, finished: Bench) -> None:
        left = learned_folder(finished.workspace) / ".making-1"
        left.mkdir(parents=True)
        (left / "tagger.crf").write_bytes(b"half")
        train(finished.workspace)
        assert not left.exists()

    def test_a_version_that_a_person_chose_stays_in_use(self, finished: Bench) -> None:
        learned_dir, scheme = learned_folder(finished.workspace), finished.scheme
        train(finished.workspace)
        versions.use(learned_dir, "0001", scheme, pinned=True)
        finish(finished, 8)
        train(finished.workspace, override=False)
        assert versions.chosen_version(learned_dir) == "0001"
        finish(finished, 9)
        train(finished.workspace)
        assert versions.chosen_version(learned_dir) == "0003"

    def test_old_versions_go_and_the_one_in_use_stays(self, finished: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(versions.prune, "__defaults__", (2,))
        learned_dir = learned_folder(finished.workspace)
        for number in (8, 9, 10):
            train(finished.workspace)
            finish(finished, number)
        assert [v.version for v in versions.list_versions(learned_dir, finished.scheme)] == ["0002", "0003"]
        assert versions.chosen_version(learned_dir) == "0003"

    def test_the_workbench_takes_a_new_version_up_with_the_next_document(self, finished: Bench) -> None:
        desk = Desk(finished.workspace, "ana")
        assert desk.learning() == ""
        train(finished.workspace)
        assert desk.learning() == "learned from 6 · "
        assert desk.open("n6").updates is not None


class TestEvaluate:
    def test_documents_are_left_out_in_turn(self, finished: Bench) -> None:
        found = evaluate(finished.workspace, folds=None)
        assert (found.documents, found.folds) == (6, 6)
        assert set(found.spans) == {"rules", "memory", "tagger", "rich tagger"}
        assert found.spans["tagger"].exact.right == 12
        assert (found.spans["tagger"].exact.f1 or 0) > (found.spans["rules"].exact.f1 or 0)
        assert found.used["spans"] in TAGGERS
        assert [share for share, _, _ in found.curve] == [0.25, 0.5, 0.75, 1.0]
        assert found.labels["spans"]["ORG"].exact.right == 12
        for score in (found.spans["tagger"], found.labels["spans"]["ORG"], *found.sources["spans"].values()):
            assert score.interval is not None
            assert score.interval[0] <= (score.exact.f1 or 0) <= score.interval[1]
            assert score.overlap.shared >= score.exact.shared

    def test_it_says_how_far_it_is_while_it_learns(self, finished: Bench) -> None:
        told: list[tuple[int, int]] = []
        evaluate(finished.workspace, folds=3, progress=lambda done, total: told.append((done, total)))
        assert told[-3:] == [(0, 3), (1, 3), (2, 3)]

    def test_each_source_is_held_against_all_that_is_right(self, finished: Bench) -> None:
        found = evaluate(finished.workspace, folds=None)
        for kind in ("spans", "relations"):
            whole = getattr(found, kind)[found.used[kind]].exact
            parts = [score.exact for score in found.sources[kind].values()]
            assert sum(part.shared for part in parts) == whole.shared
            assert sum(part.suggested for part in parts) == whole.suggested
            assert {part.right for part in parts} <= {whole.right}

    def test_relations_overlap_where_both_their_ends_do(self) -> None:
        firm, part, town = SpanKey(0, 9, "ORG"), SpanKey(3, 9, "ORG"), SpanKey(12, 16, "GPE")
        true = frozenset({RelationKey(firm, town, "located_in")})
        for head, child, label, shared in (
            (part, town, "located_in", 1),
            (part, town, "targets", 0),
            (town, part, "located_in", 0),
            (part, SpanKey(20, 24, "GPE"), "located_in", 0),
        ):
            outcome = HeldOutResult("n0", {RelationKey(head, child, label): 0.5}, true, {})
            assert evaluation._overlapping(outcome) == (shared, 1, 1)

    def test_a_long_span_is_left_to_the_suggestion_that_has_no_other(self) -> None:
        long, inside = SpanKey(0, 10, "ORG"), SpanKey(2, 3, "ORG")
        suggested = {SpanKey(0, 3, "ORG"): 0.5, SpanKey(4, 8, "ORG"): 0.5}
        outcome = HeldOutResult("n0", suggested, frozenset({long, inside}), {})
        assert evaluation._overlapping(outcome) == (2, 2, 2)
        assert evaluation._overlapping(outcome._replace(right=frozenset({long}))) == (1, 2, 1)

    def test_too_little_and_nothing_but_twins_is_said(self, bench: Bench) -> None:
        finish(bench, 0)
        with pytest.raises(WorkflowError, match="1 document is finished"):
            evaluate(bench.workspace)
        finish(bench, 0, key="twin")
        with pytest.raises(WorkflowError, match="near-duplicates"):
            evaluate(bench.workspace)

    def test_documents_without_tokens_count_like_others(self, bench: Bench) -> None:
        finish(bench, 0)
        for key, text in (("blank", "   "), ("unseen", "\u200b\u200b\x01")):
            bench.add(key, text)
            bench.session(key).finish()
        found = evaluate(bench.workspace)
        assert (found.documents, found.folds) == (3, 2)
        assert found.spans["tagger"].exact.right == 2
        assert train(bench.workspace).version == "0001"

    def test_there_is_no_interval_below_five_documents(self) -> None:
        assert interval([Counts(1, 2, 2)] * 4) is None
        assert interval([Counts(1, 2, 2), *[Counts(2, 2, 2)] * 4]) is not None

    @pytest.mark.parametrize(("shared", "low", "high"), [(0, 0.0, 0.5218), (1, 0.0944, 0.9056), (2, 0.4782, 1.0)])
    def test_five_documents_with_the_same_f1_do_not_make_it_certain(self, shared: int, low: float, high: float) -> None:
        """Of 5 trials without a miss 48 to 100 %: .025 ** (1 / 5) = .4782."""
        assert interval([Counts(shared, 2, 2)] * 5) == pytest.approx((low, high), abs=1e-4)

    def test_blind_work_is_counted_apart(self, bench: Bench) -> None:
        for key, curator, blind in (("n0", "ana", False), ("n1", "ana", True)):
            document = bench.add(key, note(int(key[1]))[0])
            firm = FIRMS[int(key[1])].lower()
            propose(
                bench.store, document, [proposal(document, firm, "ORG", 0.9), proposal(document, "taller", "ORG", 0.4)]
            )
            op = Op("assignment", curator, None, {"blind": blind})
            with bench.store.write() as writer:
                writer.append(LayerName(key, "corpus"), "lead", "assign", [op])
            session = Desk(bench.workspace, curator).open(key)
            if blind:
                session.add(*range_of(document, firm), "ORG")
            else:
                session.accept(pending_suggestions(session)[0])
                session.reject(str(SpanKey(*range_of(document, "taller"), "ORG")))
            session.finish()
        found = summarize_verdicts(bench.store)
        assert found.shown == 1
        assert found.by_source["span", "rules"] == {"accepted": 1, "rejected": 1}
        assert (found.blind.documents, found.blind.suggested, found.blind.matched) == (1, 2, 1)

    def test_a_document_that_two_finished_is_one(self, bench: Bench) -> None:
        for key in ("n0", "n1"):
            document = bench.add(key, note(int(key[1]))[0])
            propose(bench.store, document, [proposal(document, "taller", "ORG", 0.4)])
            for curator in ("ana", "bo"):
                op = Op("assignment", curator, None, {"blind": key == "n1"})
                with bench.store.write() as writer:
                    writer.append(LayerName(key, "corpus"), "lead", "assign", [op])
                Desk(bench.workspace, curator).open(key).finish()
        found = summarize_verdicts(bench.store)
        assert (found.shown, found.by_source["span", "rules"]) == (1, {"ignored": 2})
        assert (found.blind.documents, found.blind.suggested, found.blind.matched) == (1, 2, 0)


class TestCommands:
    @pytest.fixture
    def run(self, finished: Bench, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
        def call(*arguments: str) -> tuple[int, str, str]:
            status = main(["-w", str(finished.workspace.root), *arguments])
            return (status, *capsys.readouterr())

        return call

    def test_train_list_and_use(self, run: Callable[..., tuple[int, str, str]]) -> None:
        status, out, said = run("train")
        assert status == 0
        assert "tagger" in out
        assert "version 0001 learned from 6 documents" in said
        assert "already learned" in run("train")[2]
        card = json.loads(run("train", "--json")[1])
        assert card["uses"]["spans"] in TAGGERS
        assert schema_problems("train", card) == []
        assert schema_problems("evaluate", json.loads(run("evaluate", "--folds", "2", "--json")[1])) == []
        rows = json.loads(run("models", "list", "--json")[1])
        assert schema_problems("models", rows) == []
        assert [row["state"] for row in rows if row["name"] == "learned"] == ["used"]
        assert run("models", "use", "none")[0] == 0
        rows = json.loads(run("models", "list", "--json")[1])
        assert [row["state"] for row in rows if row["name"] == "learned"] == [""]
        assert run("models", "remove", "0001")[::2] == (0, "0001 is gone\n")
        assert not [row for row in json.loads(run("models", "list", "--json")[1]) if row["name"] == "learned"]
        assert run("models", "use", "0007")[::2] == (
            1,
            "annotator: no learned version '0007': `annotator models list` shows them\n",
        )

    def test_the_neural_tagger_is_compared_on_request_where_another_one_beats_the_rules(
        self, run: Callable[..., tuple[int, str, str]], finished: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(neural_recogniser, "LEAST_READ", 600)
        monkeypatch.setattr(neural_recogniser, "PASSES", 1)
        assert "neural" not in "".join(run("train", "--neural")[1:])
        for number in range(6, 12):
            finish(finished, number)
        _, out, said = run("train")
        assert "neural" not in out
        assert "`annotator train --neural` compares the neural tagger too" in said
        _, out, said = run("train", "--neural")
        assert "neural tagger" in out
        assert "version 0003 learned from 12 documents" in said
        assert "--neural" not in said
        assert "version 0003, in use, already learned" in run("train", "--neural")[2]

    def test_a_neural_training_that_is_broken_off_leaves_nothing(
        self, finished: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        for number in range(6, 12):
            finish(finished, number)
        monkeypatch.setattr(neural_recogniser, "train", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(finished.workspace, neural=True)
        folder = learned_folder(finished.workspace)
        assert [path.name for path in folder.iterdir()] == [".lock"]
        assert train(finished.workspace).version == "0001"

    def test_a_damaged_version_is_told_of_and_the_rest_goes_on(
        self, run: Callable[..., tuple[int, str, str]], finished: Bench
    ) -> None:
        run("train")
        (learned_folder(finished.workspace) / "0001" / versions.MEMORY).write_text("[]", encoding="utf-8")
        status, _, said = run("suggest")
        assert status == 0
        assert "learned version 0001 is not used: its file memory.json is missing or was changed; `annot" in said
        assert Desk(finished.workspace, "ana").learning() == "learned version unusable · "

    def test_evaluate(self, run: Callable[..., tuple[int, str, str]]) -> None:
        status, out, said = run("evaluate", "--folds", "3")
        assert status == 0
        assert "6 documents in 3 parts" in said
        assert "learning curve" in out
        found = json.loads(run("evaluate", "--folds", "document", "--json")[1])
        assert found["folds"] == 6
        assert [point["share"] for point in found["learning_curve"]] == [0.25, 0.5, 0.75, 1.0]
        assert found["spans"]["tagger"]["f1"] > 0

    @pytest.mark.parametrize(
        ("arguments", "status", "said"),
        [
            (("--folds", "1"), 2, "neither a number from 2 on nor `document`"),
            (("--layer", "bo"), 1, "--layer: found 'bo': expected gold or curator:NAME"),
            (("--layer", "curator:bo"), 1, "0 documents are finished in curator:bo"),
        ],
    )
    def test_evaluate_says_what_is_wrong(
        self, run: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], status: int, said: str
    ) -> None:
        found, _, err = run("evaluate", *arguments)
        assert found == status
        assert said in err


class TestBackground:
    def test_it_trains_and_suggests_for_what_comes_next(self, finished: Bench) -> None:
        root = finished.workspace.root
        training = BackgroundTraining(root, "ana")
        assert training.start().wait() == 0
        assert training.log() == "version 0001 from 6 documents; 2 suggested for\n"
        info = finished.store.layer(LayerName("n7", SUGGESTIONS))
        assert info is not None
        assert finished.store.layer(LayerName("n0", SUGGESTIONS)) is None

    def test_what_lies_where_the_workbench_was_started_is_not_run(
        self, finished: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("annotator", "msgspec"):
            (tmp_path / f"{name}.py").write_text("raise SystemExit(7)", encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        assert BackgroundTraining(finished.workspace.root, "ana").start().wait() == 0

    def test_where_nothing_can_be_written_the_workbench_goes_on(self, bench: Bench) -> None:
        learned_folder(bench.workspace).parent.mkdir()
        learned_folder(bench.workspace).write_text("a file is in the way", encoding="utf-8")
        BackgroundTraining(bench.workspace.root, "ana")._run()

    def test_it_starts_after_two_documents_and_then_after_each_few(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        started: list[int] = []
        monkeypatch.setattr(BackgroundTraining, "_run", lambda _self: started.append(1))
        training = BackgroundTraining(bench.workspace.root, "ana", every=3)
        seen: list[int] = []
        for number in range(1, 9):
            training.document_done()
            deadline = time.monotonic() + 5
            while training.under_way and time.monotonic() < deadline:
                time.sleep(0.001)
            if len(started) > len(seen):
                seen.append(number)
                versions.use(learned_folder(bench.workspace), versions.NONE, bench.scheme, pinned=False)
        assert seen == [2, 5, 8]

    def test_each_run_has_a_log_of_its_own(self, finished: Bench) -> None:
        others = [BackgroundTraining(finished.workspace.root, "bo") for _ in range(2)]
        folder = learned_folder(finished.workspace)
        folder.mkdir(parents=True)
        for number in range(20):
            (folder / f"background-2020{number:02}.log").write_text("old", encoding="utf-8")
        (folder / "notes.log").write_text("mine", encoding="utf-8")
        for process in [training.start() for training in others]:
            process.wait()
        assert sorted(training.log().split()[0] for training in others) in (["a", "version"], ["version", "version"])
        logs = sorted(path.name for path in folder.glob("*.log"))
        assert len(logs) == KEPT_LOGS + 2
        assert "notes.log" in logs

    def test_a_training_that_a_signal_ends_is_told_of(self, finished: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        training = BackgroundTraining(finished.workspace.root, "ana")
        script = "import os, signal; print('half', flush=True); os.kill(os.getpid(), signal.SIGSEGV)"
        monkeypatch.setattr(training, "_command", [sys.executable, "-c", script])
        training._run()
        assert training.state() == "training ended by SIGSEGV"
        assert training.log() == "half\nthe training was ended by SIGSEGV\n"

    def test_who_wants_none_gets_none(self, finished: Bench) -> None:
        versions.use(learned_folder(finished.workspace), versions.NONE, finished.scheme, pinned=True)
        assert train_and_suggest(finished.workspace, "ana") == "no learned version is to be used"
        assert versions.list_versions(learned_folder(finished.workspace), finished.scheme) == []

    def test_too_little_is_no_failure_of_the_workbench(self, bench: Bench) -> None:
        assert background_process.main([str(bench.workspace.root), "ana"]) == 1

    def test_the_open_document_is_left_alone(self, finished: Bench) -> None:
        session = Desk(finished.workspace, "ana").open("n6")
        session.bookmark.save(opened=True)
        assert next_documents(finished.workspace, "ana") == ["n7"]
        rename_curator(finished.store, "lead", "ana", "zoe")
        assert next_documents(finished.workspace, "ana") == ["n7"]  # the workbench was opened as ana
