"""Gold that somebody's later work puts in question: export, status and queue say so from the same moment on."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotator.reports.progress import stages_line
from annotator.store import Queue, QueueFilter, check_database
from annotator.workflow.adjudicating.gold import adjudicate, settle_finished
from annotator.workflow.exporting.selection import select
from annotator.workflow.progress import overview
from tests.formats.files import export_data, import_data, workspace
from tests.workspaces import KEY, Bench, make_bench, range_of

ANA, CRUZ, MEXICO = ("Ana Ruiz", "PERSON"), ("Cruz Roja", "ORG"), ("México", "GPE")


def finish(bench: Bench, curator: str, *marks: tuple[str, str]) -> None:
    session = bench.session(curator=curator)
    for phrase, label in marks:
        session.add(*range_of(session.document, phrase), label)
    session.finish()


def is_gold(bench: Bench) -> bool:
    """Whether the document is gold, as the export, the queue, the counts and doctor's recount all say."""
    exported = [info.name.document for info in select(bench.workspace, "gold").taken] == [KEY]
    (row,) = Queue(bench.store, "lead").page(QueueFilter(), 10)
    stages = overview(bench.workspace, reader="lead").stages
    assert list(check_database(bench.store)) == []
    assert {exported, row.gold == "done", stages.gold == 1} == {exported}
    return exported


@pytest.fixture
def gold(bench: Bench) -> Bench:
    """Gold of what ana finished."""
    finish(bench, "ana", ANA, CRUZ)
    settle_finished(bench.workspace, "lead")
    assert is_gold(bench)
    return bench


def test_who_finishes_something_else_reopens_gold_at_once(gold: Bench) -> None:
    session = gold.session(curator="bo")
    session.add(*range_of(session.document, "México"), "GPE")
    assert is_gold(gold)  # begun is not finished
    session.finish()
    assert not is_gold(gold)
    (row,) = Queue(gold.store, "lead").page(QueueFilter(), 10)
    assert (row.gold, row.differing) == ("reopened", 3)
    assert "0 gold, 1 reopened since by other work" in stages_line(overview(gold.workspace, reader="lead"))
    session.undo()
    assert is_gold(gold)
    session.redo()
    assert not is_gold(gold)


def test_who_finishes_the_same_does_not(gold: Bench) -> None:
    finish(gold, "bo", CRUZ, ANA)
    assert is_gold(gold)


def test_settling_it_makes_it_gold_again(gold: Bench) -> None:
    finish(gold, "bo", ANA, CRUZ, MEXICO)
    assert not is_gold(gold)
    judge = adjudicate(gold.workspace, KEY, "lead")
    judge.choose_none(judge.gold.open[0].id)
    assert not is_gold(gold)
    judge.finish()
    assert is_gold(gold)
    judge.undo()
    assert not is_gold(gold)


def test_what_changes_after_it_was_finished_counts_when_it_is_finished_anew(gold: Bench) -> None:
    session = gold.session(curator="ana")
    session.add(*range_of(session.document, "México"), "GPE")
    assert is_gold(gold)
    session.finish()
    assert not is_gold(gold)


def test_an_import_reopens_it_too() -> None:
    def record(layer: str, *spans: list[object]) -> bytes:
        with workspace() as bench:
            row = json.dumps({"text": "Ana Ruiz vive en Lima.", "key": KEY, "label": spans}).encode()
            import_data(bench, "doccano", row, layer=layer)
            return export_data(bench, "jsonl", layer=layer)[0]

    ana, lima = [0, 8, "PERSON"], [17, 21, "GPE"]
    data = record("gold", ana)
    with workspace() as bench:
        import_data(bench, "jsonl", data + record("curator:bo", ana))
        assert is_gold(bench)
    with workspace() as bench:
        import_data(bench, "jsonl", data + record("curator:bo", lima))
        assert not is_gold(bench)
    with workspace() as bench:
        import_data(bench, "jsonl", data)
        import_data(bench, "jsonl", record("curator:bo", lima))
        assert not is_gold(bench)


def test_a_database_from_before_learns_it(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.add()
    finish(bench, "ana", ANA, CRUZ)
    settle_finished(bench.workspace, "lead")
    finish(bench, "bo", MEXICO)
    database = bench.workspace.database_path
    bench.workspace.close()
    with closing(sqlite3.connect(database, isolation_level=None)) as older:
        for index in ("document_ready", "document_reopened", "layer_in_work"):
            older.execute(f"DROP INDEX {index}")
        for column in ("ready", "reopened"):
            older.execute(f"ALTER TABLE document DROP COLUMN {column}")
        older.execute("UPDATE document SET differing = 0")
        older.execute("DELETE FROM _sqlite_migrations WHERE name IN ('0010_reopened', '0012_ready')")
        (version,) = older.execute("PRAGMA user_version").fetchone()
        older.execute(f"PRAGMA user_version = {version - 2}")
    bench = make_bench(tmp_path)
    assert not is_gold(bench)
    bench.workspace.close()


def test_doctor_finds_a_wrong_mark(gold: Bench) -> None:
    finish(gold, "bo", MEXICO)
    with gold.store.write():
        gold.store.connection.execute("UPDATE document SET reopened = 0")
    assert any("since its gold was complete" in finding for finding in check_database(gold.store))
