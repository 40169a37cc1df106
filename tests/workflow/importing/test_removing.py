"""Removed documents: in no list and no count, with nothing lost, and back with all that was done on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import CorpusError, StoreError, WorkflowError
from annotator.history import CORPUS
from annotator.store import QueueFilter, check_database, read_assignments, removed_documents
from annotator.workflow.adjudicating.feedback_totals import feedback_totals
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.adjudicating.returning import return_work
from annotator.workflow.comments import list_comments, visible_layers
from annotator.workflow.comparing.agreement_sample import read_sample, verdict_counts, work_times
from annotator.workflow.desk import Desk
from annotator.workflow.document_history import document_history
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.importing.removing import remove, undo_remove
from annotator.workflow.progress import overview
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.merging import merge
from annotator.workflow.sharing.seals import Contents, breaches, make_seal, read_seal
from tests.workflow.adjudicating.finished_documents import finish
from tests.workspaces import KEY, TEXT, Bench, make_bench, open_bench, proposal, propose, span_texts

ANA, CRUZ = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")


@pytest.fixture
def worked(bench: Bench) -> Iterator[Bench]:
    """``nota`` is assigned, suggested for, finished by two, commented, flagged and gold; ``zeta`` is plain."""
    bench.add("zeta", "Luis Paz vive en Quito.")
    assign(bench.workspace, "lead", ["ana", "bo", "carla"], keys=[KEY], overlap=3)
    propose(bench.store, bench.document(), [proposal(bench.document(), "Cruz Roja", "ORG")])
    for curator in ("ana", "bo"):
        session = finish(bench, curator, ANA, done=False)
        session.comment("¿?")
        session.finish()
    finish(bench, "carla", CRUZ, done=False).flag()
    settle_finished(bench.workspace, "lead")
    yield bench
    assert list(check_database(bench.store)) == []


def everything(bench: Bench) -> dict[str, object]:
    """Return all that is counted and listed."""
    store, desk, lead = bench.store, Desk(bench.workspace, "ana"), Desk(bench.workspace, "lead")
    desk.assigned_only = False
    found = overview(bench.workspace)
    layers = ["curator:ana", "curator:bo", "curator:carla", "gold"]
    return {
        "stages": found.stages,
        "curators": [progress.tally for progress in found.curators],
        "noted": (found.abandoned, found.flagged, found.returned),
        "queue": [row.key for row in desk.queue.page(QueueFilter(), -1)],
        "search": [row.key for row in desk.queue.page(QueueFilter(text="Cruz"), -1)],
        "progress": desk.progress(),
        "next": (desk.next_open(), desk.resume(), desk.to_adjudicate()),
        "leads": (desk.leads(), lead.leads(), desk.queue.has_assignments(), desk.queue.has_several_curators()),
        "waiting": (lead.lead_queue().counts(), [r.key for r in lead.lead_queue().page(QueueFilter(), -1)]),
        "assignments": read_assignments(store),
        "sample": (read_sample(bench.workspace, layers).total, len(read_sample(bench.workspace, layers).documents)),
        "verdicts": (verdict_counts(bench.workspace), [t.curator for t in work_times(bench.workspace)]),
        "comments": len(list(list_comments(store, visible_layers(store, "lead")[0]))),
        "feedback": [one.curator for one in feedback_totals(store, bench.scheme, "lead").curators],
        "layers": sorted(map(str, (layer.name for layer in store.layers()))),
        "names": (store.layer_names(), store.documents_with("Cruz Roja"), store.document_keys()),
        "latest": [layer.name for layer in store.latest_layers("curator:ana", 5)],
    }


@pytest.fixture
def never(tmp_path: Path) -> Iterator[Bench]:
    """The same workspace, in which ``nota`` never was."""
    bench = make_bench(tmp_path / "never")
    bench.add("zeta", "Luis Paz vive en Quito.")
    yield bench
    bench.workspace.close()


def test_it_is_as_if_it_never_was_and_as_if_nothing_had_happened_when_it_is_back(worked: Bench, never: Bench) -> None:
    return_work(worked.store, "lead", KEY, ["bo"], "x")
    before, events = everything(worked), worked.actions("curator:ana")
    removed = remove(worked.store, "lead", [KEY], with_work=True)
    assert [(one.layer, one.spans, one.state) for one in removed[0].work] == [
        ("curator:ana", 1, "done"), ("curator:bo", 1, "done"), ("curator:carla", 1, "doing"),
    ]  # fmt: skip
    assert everything(worked) == everything(never)
    assert removed_documents(worked.store) == [KEY]
    assert worked.actions("curator:ana") == events
    assert [e.what for e in document_history(worked.store, KEY, "corpus").entries][-1] == "remove"
    assert list(check_database(worked.store)) == []
    undo_remove(worked.store, "lead", [KEY])
    assert everything(worked) == before
    assert worked.actions(CORPUS)[-2:] == ["remove", "undo remove"]


def test_work_asks_for_a_word_and_others_for_a_lead(worked: Bench) -> None:
    with pytest.raises(WorkflowError, match=r"nothing was removed: there is work on nota: .* by ana, bo, carla"):
        remove(worked.store, "lead", ["zeta", KEY])
    assert worked.store.document_keys() == [KEY, "zeta"]
    with pytest.raises(WorkflowError, match=r"'nota' holds the work of bo and carla, and ana curates here"):
        remove(worked.store, "ana", [KEY], with_work=True)
    remove(worked.store, "ana", ["zeta"])
    with pytest.raises(WorkflowError, match="'zeta' was removed already"):
        remove(worked.store, "ana", ["zeta"])
    with pytest.raises(WorkflowError, match="no document 'nope'"):
        remove(worked.store, "ana", ["nope"])
    with pytest.raises(WorkflowError, match="'nota' was not removed"):
        undo_remove(worked.store, "lead", ["zeta", KEY])
    assert worked.store.document_keys() == [KEY]


def test_who_has_it_open_is_told(worked: Bench) -> None:
    session = worked.session(curator="carla")
    remove(worked.store, "lead", [KEY], with_work=True)
    with pytest.raises(StoreError, match="nota was removed from the corpus"):
        session.flag()
    undo_remove(worked.store, "lead", [KEY])
    session.flag()


def test_the_same_article_brings_it_back_and_another_is_refused(worked: Bench, tmp_path: Path) -> None:
    remove(worked.store, "lead", [KEY], with_work=True)
    path = tmp_path / f"{KEY}.txt"
    path.write_text("Otra cosa.", encoding="utf-8")
    with pytest.raises(CorpusError, match="'nota' was removed, and there is work on another text of it"):
        ingest(worked.workspace, [path], "lead")
    path.write_text(TEXT, encoding="utf-8")
    assert ingest(worked.workspace, [path], "lead").added == 1
    assert span_texts(worked.session(curator="ana")) == {ANA}
    remove(worked.store, "lead", ["zeta"])
    (tmp_path / "zeta.txt").write_text("Otra cosa.", encoding="utf-8")
    assert ingest(worked.workspace, [tmp_path / "zeta.txt"], "lead").added == 1


def test_an_import_under_its_key_is_refused(worked: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "gold.jsonl"
    root = str(worked.workspace.root)
    assert main(["-w", root, "export", "jsonl", "--layer", "curator:ana", "-o", str(path)]) == 0
    remove(worked.store, "lead", [KEY], with_work=True)
    assert main(["-w", root, "import", "jsonl", str(path), "--as", "lead"]) == 1
    assert "the document 'nota' was removed: `annotator remove --undo nota` brings it back" in capfd.readouterr().err


def test_a_label_that_is_renamed_meanwhile_has_its_new_name_when_it_is_back(worked: Bench) -> None:
    remove(worked.store, "lead", [KEY], with_work=True)
    root = worked.workspace.root
    worked.workspace.close()
    assert main(["-w", str(root), "labels", "rename", "PERSON", "HUMAN", "--as", "lead"]) == 0
    assert main(["-w", str(root), "remove", "--undo", KEY, "--as", "lead"]) == 0
    again = open_bench(str(root))
    assert span_texts(again.session(curator="ana")) == {("HUMAN", "Ana Ruiz")}
    assert list(check_database(again.store)) == []
    again.workspace.close()
    for cached in ("store", "scheme"):
        worked.workspace.__dict__.pop(cached)


class TestApart:
    @pytest.fixture
    def away(self, worked: Bench, tmp_path: Path) -> Iterator[Bench]:
        with ExitStack() as stack:
            other = make_bench(tmp_path / "away")
            worked.store.backup(other.workspace.database_path)
            stack.callback(other.workspace.close)
            yield other
            assert list(check_database(other.store)) == []

    def test_a_removal_comes_by_merge_and_work_on_it_stays_hidden(self, worked: Bench, away: Bench) -> None:
        away.session(curator="carla").finish()
        remove(worked.store, "lead", [KEY], with_work=True)
        report = merge(worked.workspace, away.workspace.root)
        assert (report.documents, report.removed) == ([], [])
        assert worked.store.document_keys() == ["zeta"]
        assert worked.store.layers(document=KEY) == []
        assert worked.actions("curator:carla")[-1] == "done"
        assert merge(away.workspace, worked.workspace.root).removed == [KEY]
        assert away.store.document_keys() == ["zeta"]
        undo_remove(away.store, "lead", [KEY])
        assert merge(worked.workspace, away.workspace.root).documents == [KEY]
        assert Desk(worked.workspace, "carla").queue.page(QueueFilter("done"), -1)[0].key == KEY

    def test_the_later_word_holds(self, worked: Bench, away: Bench) -> None:
        worked.store.clock = lambda: "2026-05-01T00:00:00.000Z"
        away.store.clock = lambda: "2026-05-02T00:00:00.000Z"
        remove(worked.store, "lead", [KEY], with_work=True)
        remove(away.store, "lead", [KEY], with_work=True)
        undo_remove(away.store, "lead", [KEY])
        for here, there in ((worked, away), (away, worked)):
            merge(here.workspace, there.workspace.root)
        assert worked.store.document_keys() == away.store.document_keys() == [KEY, "zeta"]

    def test_a_seal_still_holds(self, worked: Bench) -> None:
        seal = read_seal(make_seal(worked.store), "the seal")
        remove(worked.store, "lead", [KEY], with_work=True)
        assert list(breaches(seal, Contents.of(worked.store))) == []


class TestCommand:
    @pytest.fixture
    def run(self, worked: Bench, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
        def call(*arguments: str, by: str = "lead") -> tuple[int, str, str]:
            status = main(["-w", str(worked.workspace.root), "remove", *arguments, "--as", by])
            return status, *capfd.readouterr()

        return call

    def test_it_says_what_is_on_it(self, worked: Bench, run: Callable[..., tuple[int, str, str]]) -> None:
        status, _, err = run(KEY)
        assert status == 1
        assert "nothing was removed: there is work on nota" in err
        assert "--yes removes it all the same" in err
        status, out, err = run(KEY, "--dry-run", "--json")
        assert status == 0
        assert [one["curator"] for one in json.loads(out)[0]["work"] if one["curator"]] == ["ana", "bo", "carla"]
        assert "1 document removed (dry run: nothing was written): nota" in err
        assert worked.store.document_keys() == [KEY, "zeta"]
        assert run(KEY, "--yes")[0] == 0
        assert run("--list")[1] == "nota\n"
        assert run(KEY, "--undo")[2].startswith("1 document brought back: nota\n")

    def test_a_wrong_ingest_is_taken_back(self, worked: Bench, run: Callable[..., tuple[int, str, str]]) -> None:
        worked.store.clock = lambda: "2100-01-01T00:00:00.000Z"
        worked.add("mal-1", "Uno.")
        worked.add("mal-2", "Dos.")
        assert run("--ingested-since", "2099-12-31")[2] == "2 documents removed: mal-1, mal-2\n"
        assert worked.store.document_keys() == [KEY, "zeta"]
        assert run("--ingested-since", "2099-12-31")[2] == "0 documents removed\n"

    def test_wrong_usage(self, run: Callable[..., tuple[int, str, str]]) -> None:
        for arguments in ((), ("--undo",), (KEY, "--undo", "--yes"), (KEY, "--list")):
            assert run(*arguments)[0] == 2
