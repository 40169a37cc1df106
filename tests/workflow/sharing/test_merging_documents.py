"""Two articles under one key: the other one comes in as another document, with the work on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import StoreError
from annotator.store import check_database
from annotator.workflow.schemes.renaming import rename_document
from annotator.workflow.sharing.merging import MergeConflictError, merge
from tests.workflow.sharing.forging import defenceless
from tests.workspaces import KEY, Bench, make_bench, range_of, span_texts

OTHER = "Luis Paz volvió a Canadá. Ana Ruiz no vio la Cruz Roja.\n"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Bench]:
    """A workspace that has another article under the same key, and work on it."""
    bench = make_bench(tmp_path / "there")
    bench.add(KEY, OTHER)
    mark(bench, "Luis Paz")
    yield bench
    bench.workspace.close()


def mark(bench: Bench, needle: str, key: str = KEY) -> None:
    session = bench.session(key, "bo")
    session.add(*range_of(session.document, needle), "PERSON")
    session.finish()


def bring(there: Bench, here: Bench) -> int:
    report = merge(here.workspace, there.workspace.root, documents={KEY: "nota-2"})
    return sum(report.events.values())


def test_it_comes_in_under_another_key_with_all_work_also_that_of_later(bench: Bench, there: Bench) -> None:
    with pytest.raises(MergeConflictError) as caught:
        merge(bench.workspace, there.workspace.root)
    assert f"--rename-document {KEY}=NEW takes it in as another document" in caught.value.conflicts[0]
    assert bring(there, bench) == 3
    assert bench.store.document_keys() == [KEY, "nota-2"]
    assert span_texts(bench.session("nota-2", "bo")) == {("PERSON", "Luis Paz")}
    assert bring(there, bench) == 0
    mark(there, "Ana Ruiz")
    assert bring(there, bench) == 2
    assert span_texts(bench.session("nota-2", "bo")) == {("PERSON", "Luis Paz"), ("PERSON", "Ana Ruiz")}
    assert list(check_database(bench.store)) == []


def test_it_goes_by_the_name_that_it_has_there(bench: Bench, there: Bench) -> None:
    there.add("luis", "Luis Paz.")
    for old, new in ((KEY, "apart"), ("luis", KEY), ("apart", "luis")):
        rename_document(there.store, "lea", old, new)
    bench.add("nada", "Nada.")
    with pytest.raises(MergeConflictError):
        merge(bench.workspace, there.workspace.root)
    merge(bench.workspace, there.workspace.root, documents={"luis": "nota-2"}, without=[KEY])
    assert span_texts(bench.session("nota-2", "bo")) == {("PERSON", "Luis Paz")}


def test_what_is_broken_there_is_not_made_whole_by_it(bench: Bench, there: Bench) -> None:
    there.workspace.close()
    with defenceless(there.workspace.database_path) as connection:
        connection.execute("UPDATE event SET actor = 'eve' WHERE seq = 2")
    with pytest.raises(MergeConflictError) as caught:
        merge(bench.workspace, there.workspace.root, documents={KEY: "nota-2"})
    assert "the hash chain breaks at event 2" in caught.value.conflicts[0]


def test_names_that_cannot_be_are_refused(bench: Bench, there: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StoreError, match="no document 'nada' there"):
        merge(bench.workspace, there.workspace.root, documents={"nada": "algo"})
    with pytest.raises(MergeConflictError, match="conflict"):
        merge(bench.workspace, there.workspace.root, documents={KEY: "../pwned"})
    with pytest.raises(MergeConflictError):
        merge(bench.workspace, there.workspace.root, documents={KEY: KEY})
    root = str(bench.workspace.root)
    assert main(["-w", root, "merge", str(there.workspace.root), "--rename-document", "nota"]) == 2
    assert "--rename-document nota: expected OLD=NEW" in capfd.readouterr().err
