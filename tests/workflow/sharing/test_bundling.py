"""Bundles: one curator's documents and nobody else's work, to take along and to bring back."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.history import GOLD, PROPOSALS
from annotator.store import check_database
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.desk import Desk
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.sharing.bundling import bundle
from annotator.workflow.sharing.merging import merge
from annotator.workflow.workspace import Workspace
from tests.workspaces import (
    KEY,
    TEXT,
    Bench,
    database_content,
    pending_suggestions,
    proposal,
    propose,
    propose_elsewhere,
    range_of,
    span_texts,
    sql_dump,
)


@pytest.fixture
def corpus(bench: Bench) -> Bench:
    """Three documents with suggestions: ``nota`` ana's and bo's, ``d1`` bo's, ``d2`` ana's."""
    for key in ("d1", "d2"):
        bench.add(key, f"Luis Paz volvió a México, {key}.")
    for key in (KEY, "d1", "d2"):
        document = bench.document(key)
        propose(bench.store, document, [proposal(document, "Luis Paz", "PERSON")])
    assign(bench.workspace, "lead", ["ana", "bo"], overlap=2, keys=[KEY])
    assign(bench.workspace, "lead", ["bo"], keys=["d1"])
    assign(bench.workspace, "lead", ["ana"], keys=["d2"])
    return bench


def taken(corpus: Bench, folder: Path, curator: str = "ana", *keys: str) -> Bench:
    bundle(corpus.workspace, curator, folder, keys)
    return Bench(Workspace(folder))


def layers(bench: Bench) -> set[str]:
    return {str(info.name) for info in bench.store.layers()}


def work(bench: Bench, curator: str, key: str = KEY) -> None:
    session = Desk(bench.workspace, curator).open(key)
    session.add(*range_of(session.document, "México"), "GPE")
    session.finish()


def test_it_holds_what_is_theirs_and_nobody_elses_work(corpus: Bench, tmp_path: Path) -> None:
    work(corpus, "ana")
    work(corpus, "bo")
    propose_elsewhere(corpus.workspace, "bo", "Luis Paz", "PERSON", excluding=KEY)
    settle_finished(corpus.workspace, "lead", [KEY])
    out = taken(corpus, tmp_path / "out")
    assert layers(out) == {
        *("corpus on nota", "suggestions on nota", "curator:ana on nota"),
        *("corpus on d2", "suggestions on d2"),
    }
    assert "d1" not in out.store.document_keys()
    assert out.workspace.scheme == corpus.scheme
    assert list(check_database(out.store)) == []
    for name in ("curator:bo", f"{PROPOSALS}:bo", f"'{GOLD}',"):
        assert name not in "".join(line for line in sql_dump(out.store.path) if line.startswith("INSERT"))


def test_work_done_there_comes_back(corpus: Bench, tmp_path: Path) -> None:
    out = taken(corpus, tmp_path / "out")
    assert Desk(out.workspace, "ana").progress() == {"todo": 2, "total": 2}
    work(out, "ana")
    work(corpus, "bo")
    out.workspace.close()
    assert merge(corpus.workspace, tmp_path / "out").by_layer() == [("curator:ana", 1, 2)]
    assert span_texts(corpus.session(curator="ana")) == {("GPE", "México")}
    assert settle_finished(corpus.workspace, "lead", [KEY]).settled == [KEY]
    assert list(check_database(corpus.store)) == []


def test_work_begun_here_goes_on_there_and_can_be_undone_there(corpus: Bench, tmp_path: Path) -> None:
    work(corpus, "ana")
    out = taken(corpus, tmp_path / "out")
    session = out.session(curator="ana")
    session.undo()
    session.undo()
    assert span_texts(session) == set()
    out.workspace.close()
    merge(corpus.workspace, tmp_path / "out")
    assert span_texts(corpus.session(curator="ana")) == set()


def test_a_bundle_of_nothing_new_brings_nothing(corpus: Bench, tmp_path: Path) -> None:
    before = sql_dump(corpus.store.path)
    taken(corpus, tmp_path / "out").workspace.close()
    assert merge(corpus.workspace, tmp_path / "out").events == {}
    assert sql_dump(corpus.store.path) == before


def test_blind_documents_go_without_their_suggestions(corpus: Bench, tmp_path: Path) -> None:
    assign(corpus.workspace, "lead", ["carla"], overlap=2, keys=["d1"], blind=1.0)
    out = taken(corpus, tmp_path / "out", "carla")
    assert layers(out) == {"corpus on d1"}
    assert pending_suggestions(Desk(out.workspace, "carla").open("d1")) == []
    work(out, "carla", "d1")
    out.workspace.close()
    merge(corpus.workspace, tmp_path / "out")
    assert Desk(corpus.workspace, "carla").queue.is_blind("d1")


def test_a_replaced_text_goes_along_with_the_earlier_one(corpus: Bench, tmp_path: Path) -> None:
    work(corpus, "ana")
    (tmp_path / f"{KEY}.txt").write_text("Ayer. " + TEXT, encoding="utf-8")
    ingest(corpus.workspace, [tmp_path / f"{KEY}.txt"], "lead", replace=True)
    out = taken(corpus, tmp_path / "out")
    assert span_texts(out.session(curator="ana")) == {("GPE", "México")}
    assert len(out.store.rows("SELECT 1 FROM text")) == 3
    assert list(check_database(out.store)) == []


def test_an_archive_holds_the_same(corpus: Bench, tmp_path: Path) -> None:
    bundle(corpus.workspace, "ana", tmp_path / "ana.zip")
    taken(corpus, tmp_path / "ana2").workspace.close()
    with zipfile.ZipFile(tmp_path / "ana.zip") as archive:
        assert archive.namelist() == ["ana/db/annotator.db", "ana/labels.yaml"]
        archive.extractall(tmp_path)
    assert database_content(tmp_path / "ana" / "db" / "annotator.db") == database_content(
        tmp_path / "ana2" / "db" / "annotator.db"
    )
    work(Bench(Workspace(tmp_path / "ana")), "ana")
    assert merge(corpus.workspace, tmp_path / "ana").by_layer() == [("curator:ana", 1, 2)]
    assert merge(corpus.workspace, tmp_path / "ana.zip").events == {}


def test_only_the_documents_that_were_named(corpus: Bench, tmp_path: Path) -> None:
    assert taken(corpus, tmp_path / "out", "ana", "d1").store.document_keys() == ["d1"]


def test_begun_work_counts_without_an_assignment(corpus: Bench, tmp_path: Path) -> None:
    work(corpus, "zoe", "d2")
    assert taken(corpus, tmp_path / "out", "zoe").store.document_keys() == ["d2"]


def test_refusals_leave_nothing_behind(corpus: Bench, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for curator, name, keys, message in (
        ("zoe", "out", (), "nothing is assigned to 'zoe'"),
        ("ana", "there", (), "there exists already"),
        ("ana", "out", ("nada",), "no document 'nada'"),
    ):
        with pytest.raises(WorkflowError, match=message):
            bundle(corpus.workspace, curator, tmp_path / name, keys)
    assert list((tmp_path / "there").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"work", "there"}


def test_the_command_says_how_to_go_on(corpus: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ["-w", str(corpus.workspace.root), "bundle", "--curator", "ana", "-o"]
    assert main([*arguments, str(tmp_path / "out")]) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines()[0] == f"{tmp_path / 'out'} holds 2 documents for ana"
    assert "annotator -w out annotate --as ana; back here: annotator merge out" in err
    assert main(["-w", str(tmp_path / "out"), "annotate", "--as", "ana"]) == 0
    assert main([*arguments, str(tmp_path / "out")]) == 1
    assert "exists already" in capfd.readouterr().err
