"""Documents that are erased: nothing of them is left in the database, and nothing of the others is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import OvertakenError, StoreError, WorkflowError
from annotator.store import check_database, note_plan
from annotator.store.backups import restore, steps_of
from annotator.store.foreign import ForeignDatabase, explained
from annotator.workflow import erasing
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.erasing import erase
from annotator.workflow.importing.removing import remove
from annotator.workflow.schemes.renaming import rename_curator, rename_document
from annotator.workflow.sharing import merging
from annotator.workflow.sharing.assignment import assign
from annotator.workflow.workspace import Workspace
from tests.workflow.adjudicating.finished_documents import finish
from tests.workflow.sharing.forging import defenceless
from tests.workspaces import KEY, Bench, add_document, make_document, proposal, propose, span_texts

ANA = ("PERSON", "Ana Ruiz")
SECRET = "Rosa Gil vive en Quito desde 1999."


@pytest.fixture
def worked(bench: Bench) -> Bench:
    """``nota`` and ``secreta`` are assigned, suggested for, finished by two and commented; ``secreta`` was removed."""
    add_document(bench.store, make_document("secreta", SECRET, "Rosa Gil"))
    assign(bench.workspace, "lead", ["ana", "bo"], overlap=2)
    propose(bench.store, bench.document(), [proposal(bench.document(), "Cruz Roja", "ORG")])
    for curator in ("ana", "bo"):
        finish(bench, curator, ANA)
        session = bench.session("secreta", curator)
        session.add(0, 8, "PERSON")
        session.comment("¿Rosa Gil?")
        session.finish()
    settle_finished(bench.workspace, "lead")
    rename_curator(bench.store, "lead", "bo", "bob")
    return bench


@contextmanager
def opened(bench: Bench) -> Iterator[Bench]:
    """Open the workspace anew, which is closed where something was erased."""
    anew = Bench(Workspace(bench.workspace.root))
    yield anew
    assert list(check_database(anew.store)) == []
    anew.workspace.close()


def holds(path: Path, *pieces: str) -> list[str]:
    """Return which of some pieces of text stand in a file, or in the files beside it that belong to it."""
    data = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return [piece for piece in pieces if piece.encode() in data]


def histories(bench: Bench, key: str) -> dict[str, tuple[str | None, int]]:
    """Return where the history of every layer of a document ends, and how long it is."""
    return {one.name.name: (one.head, one.length) for one in bench.store.layers(document=key)}


@pytest.mark.parametrize("removed", [False, True])
def test_nothing_is_left_of_it_and_all_of_the_others(worked: Bench, removed: bool) -> None:
    if removed:
        remove(worked.store, "lead", ["secreta"], with_work=True)
    path, before = worked.workspace.database_path, histories(worked, KEY)
    done = erase(worked.workspace, "lead", ["secreta"], confirmed=True)
    assert done.kept is not None
    assert holds(done.kept, "secreta", SECRET) == ["secreta", SECRET]
    assert holds(path, "secreta", SECRET, "Rosa Gil", "desde 1999", "rosa", "quito") == []
    with opened(worked) as now:
        assert histories(now, KEY) == before
        assert span_texts(now.session(curator="bob")) == {ANA}


def test_it_goes_by_the_names_of_today(worked: Bench) -> None:
    for old, new in ((KEY, "apart"), ("secreta", KEY), ("apart", "secreta")):
        rename_document(worked.store, "lead", old, new)
    erase(worked.workspace, "lead", [KEY], confirmed=True)
    assert holds(worked.workspace.database_path, SECRET, "Rosa Gil") == []
    with opened(worked) as now:
        assert now.store.document_keys() == ["secreta"]
        assert span_texts(now.session("secreta", "bob")) == {ANA}


def test_it_asks_for_a_word_and_others_for_a_lead(worked: Bench) -> None:
    with pytest.raises(WorkflowError, match=r"nothing was erased: .*; there is work on secreta: .* by ana, bob"):
        erase(worked.workspace, "lead", ["secreta"])
    with pytest.raises(WorkflowError, match="'secreta' holds the work of bob, and ana curates here"):
        erase(worked.workspace, "ana", ["secreta"], confirmed=True)
    with pytest.raises(WorkflowError, match="no document 'nope'"):
        erase(worked.workspace, "lead", ["secreta", "nope"], confirmed=True)
    assert erase(worked.workspace, "lead", ["secreta"], dry_run=True).kept is None
    with worked.store.write():
        note_plan(worked.store, "lead", "assign", ["[1]", "[2]"])
    with pytest.raises(WorkflowError, match="an `annotator assign` was interrupted"):
        erase(worked.workspace, "lead", ["secreta"], confirmed=True)
    assert worked.store.document_keys() == [KEY, "secreta"]


def test_what_stands_in_the_way_in_a_damaged_database_is_told(worked: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    worked.workspace.close()
    with defenceless(worked.workspace.database_path) as connection:
        connection.execute("UPDATE event SET actor = 'eve' WHERE seq = 2")
    root = worked.workspace.root
    assert main(["-w", str(root), "--as", "lead", "remove", "secreta", "--for-good", "--yes"]) == 1
    *reasons, last = capfd.readouterr().err.splitlines()
    assert any("corpus on nota: the hash chain breaks at event 2" in line for line in reasons)
    assert "nothing was merged: mend the lines above" in last


def test_who_has_it_open_is_told(worked: Bench) -> None:
    session = Bench(Workspace(worked.workspace.root)).session(curator="ana")
    erase(worked.workspace, "lead", ["secreta"], confirmed=True)
    with pytest.raises(StoreError, match="was replaced by another file while it was open"):
        session.flag()
    with opened(worked) as now:
        assert now.actions("curator:ana")[-1] == "done"


@pytest.mark.parametrize("step", ["layers_with_news", "merge"])
def test_what_somebody_does_meanwhile_is_there(worked: Bench, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    meanwhile = iter([True])
    module = erasing if step == "merge" else merging
    done = getattr(module, step)

    def while_ana_works(*arguments: object, **options: object) -> object:
        found = done(*arguments, **options)
        if next(meanwhile, False):
            with opened(worked) as other:
                other.session(curator="ana").flag()
        return found

    monkeypatch.setattr(module, step, while_ana_works)
    erase(worked.workspace, "lead", ["secreta"], confirmed=True)
    with opened(worked) as now:
        assert now.actions("curator:ana")[-1] == "flag"
        assert now.store.document_keys() == [KEY]


def test_a_database_with_other_steps_is_left_alone(worked: Bench, tmp_path: Path) -> None:
    copy = worked.store.backup(tmp_path / "copy.db")
    steps = steps_of(worked.store)
    worked.session(curator="ana").flag()
    with pytest.raises(OvertakenError, match="was written to meanwhile, nothing was changed"):
        restore(worked.workspace.database_path, copy, steps=steps)
    assert worked.actions("curator:ana")[-1] == "flag"


def test_a_full_disk_is_called_full(worked: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def copy_to_a_full_disk(other: ForeignDatabase, _: Path) -> None:
        with explained(other.told), closing(sqlite3.connect(":memory:")) as copy:
            copy.execute("PRAGMA max_page_count = 1")
            copy.execute("CREATE TABLE event (hash TEXT)")

    monkeypatch.setattr(ForeignDatabase, "copy_to", copy_to_a_full_disk)
    with pytest.raises(StoreError, match="the disk is full, nothing was written: free some space"):
        erase(worked.workspace, "lead", ["secreta"], confirmed=True)
    with opened(worked) as now:
        assert now.store.document_keys() == [KEY, "secreta"]
