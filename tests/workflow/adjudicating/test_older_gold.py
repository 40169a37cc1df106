"""Gold that was made before decisions were kept, or elsewhere: it is still gold, and can be settled on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotator.annotation import Annotations
from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName, Op
from annotator.store import check_database, schema
from annotator.workflow.adjudicating.confirmation import UnconfirmedError
from annotator.workflow.adjudicating.gold import settle_finished
from annotator.workflow.exporting.selection import select
from annotator.workflow.layer_diff import differences, with_content_ids, with_curator
from tests.workflow.adjudicating.finished_documents import finish, first, judge, kinds
from tests.workspaces import KEY, Bench, make_bench, relation_texts, span_texts

ANA, CRUZ, MEXICO = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A workspace whose database knows no rulings, with gold of what ana and bo agreed on."""
    with pytest.MonkeyPatch.context() as patch:
        later = ("0004_rulings", "0018_attribute_rulings")
        before = tuple(migration for migration in schema.MIGRATIONS if migration[0] not in later)
        patch.setattr(schema, "MIGRATIONS", before)
        patch.setattr(schema, "VERSION", len(before))
        bench = make_bench(tmp_path)
        bench.add()
        session = finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        finish(bench, "bo", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
        content = Annotations(session.content.spans, session.content.relations)
        fields = {"text": bench.document().sha256, "state": "done", "curators": "ana,bo"}
        ops = [Op("layer", name, None, {"value": value}) for name, value in fields.items()]
        ops += differences(Annotations(), with_curator(with_content_ids(content), "ana"))
        with bench.store.write() as writer:
            writer.append(LayerName(KEY, GOLD), "lead", "adjudicate", ops)
        bench.workspace.close()
    return tmp_path


def test_it_is_exported_as_before_and_settled_gold_stays_settled(older: Path) -> None:
    bench = make_bench(older)
    assert list(check_database(bench.store)) == []
    before = bench.store.annotations(bench.layer_id(GOLD))
    assert [info.name.document for info in select(bench.workspace, GOLD).taken] == [KEY]
    assert settle_finished(bench.workspace, "lead").unchanged == [KEY]
    assert bench.store.annotations(bench.layer_id(GOLD)) == before
    bench.workspace.close()


def test_what_is_new_can_be_settled_and_nothing_old_is_undone(older: Path) -> None:
    bench = make_bench(older)
    finish(bench, "carla", ANA, CRUZ, MEXICO, links=((ANA, "works_for", CRUZ),))
    session = judge(bench)
    assert kinds(session) == ["missing"]
    session.choose(first(session).id, "carla")
    session.undo()
    assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}
    assert list(check_database(bench.store)) == []
    bench.workspace.close()


def test_imported_gold_stands_as_if_it_had_been_decided(bench: Bench, tmp_path: Path) -> None:
    finish(bench, "ana", ANA, CRUZ, links=((ANA, "works_for", CRUZ),))
    settle_finished(bench.workspace, "lead")
    file = tmp_path / "gold.jsonl"
    assert main(["-w", str(bench.workspace.root), "export", "jsonl", "-o", str(file)]) == 0
    there = make_bench(tmp_path / "there")
    there.add()
    command = ["-w", str(there.workspace.root), "import", "jsonl", str(file), "--layer", "gold", "--as", "lead"]
    assert main(command) == 0
    for curator in ("bo", "carla"):
        finish(there, curator, ("PERSON", "Ana"), MEXICO)
    session = judge(there)
    assert span_texts(session) == {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")}
    assert relation_texts(session) == {("Ana Ruiz", "works_for", "Cruz Roja")}
    assert kinds(session) == ["agreed"]  # what both say now cannot stand beside what was imported
    with pytest.raises(UnconfirmedError, match="PERSON “Ana Ruiz” gives way"):
        session.choose(first(session).id, "bo")
    session.choose(first(session).id, "bo")
    assert span_texts(judge(there)) == {("PERSON", "Ana"), ("ORG", "Cruz Roja"), ("GPE", "México")}
    session.undo()
    with pytest.raises(WorkflowError, match="this gold was imported then"):
        session.undo()
    assert list(check_database(there.store)) == []
    there.workspace.close()


def test_other_gold_imported_in_its_place_lets_go_of_decisions(bench: Bench, tmp_path: Path) -> None:
    finish(bench, "ana", ANA)
    finish(bench, "bo")
    session = judge(bench)
    session.choose(first(session).id, "ana")
    session.finish()
    file = tmp_path / "gold.jsonl"
    root = ["-w", str(bench.workspace.root)]
    assert main([*root, "export", "jsonl", "-o", str(file)]) == 0
    assert main([*root, "import", "jsonl", str(file), "--layer", "gold"]) == 0  # the same again changes nothing
    assert len(bench.store.rulings(bench.layer_id(GOLD))) == 1
    session.choose_none(session.gold.settlement.cases[0].id)
    session.finish()
    assert main([*root, "import", "jsonl", str(file), "--layer", "gold", "--replace"]) == 0
    assert span_texts(judge(bench)) == {("PERSON", "Ana Ruiz")}
    assert list(check_database(bench.store)) == []


def test_differences_from_before_they_were_counted_are_counted(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.add()
    finish(bench, "ana", ANA, CRUZ)
    finish(bench, "bo", ANA, MEXICO)
    database = bench.workspace.database_path
    bench.workspace.close()
    with closing(sqlite3.connect(database, isolation_level=None)) as older:
        for index in ("document_by_differing", "document_reopened", "document_ready", "layer_in_work"):
            older.execute(f"DROP INDEX {index}")
        for column in ("ready", "differing", "reopened"):
            older.execute(f"ALTER TABLE document DROP COLUMN {column}")
        older.execute("DELETE FROM _sqlite_migrations WHERE name IN ('0008_differing', '0010_reopened', '0012_ready')")
        older.execute(f"PRAGMA user_version = {schema.VERSION - 3}")
    bench = make_bench(tmp_path)
    (row,) = bench.store.rows("SELECT differing FROM document")
    assert row["differing"] == 2
    assert list(check_database(bench.store)) == []
    judge(bench)
    with bench.store.write() as writer:
        writer.append(LayerName(KEY, GOLD), "lead", "done", [Op("layer", "state", None, {"value": "done"})])
    assert bench.store.rows("SELECT differing FROM document")[0]["differing"] == 0
    bench.workspace.close()
