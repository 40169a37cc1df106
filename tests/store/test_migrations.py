"""Databases of every schema that there ever was: they open, are backed up first, and say what they said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from annotator.errors import StoreError
from annotator.history import LayerName
from annotator.store import Store, check_database, connection, schema
from annotator.store.backups import restore
from annotator.store.segmentations import add_conversion
from annotator.tokenization import TOKENIZER
from annotator.workflow.adjudicating.gold import adjudicate
from annotator.workflow.adjudicating.session import GoldSession
from tests.older_texts import copy_texts, in_pairs
from tests.processes import together
from tests.workspaces import (
    Bench,
    add_document,
    link,
    make_bench,
    make_document,
    open_bench,
    proposal,
    range_of,
    sql_dump,
)
from tests.workspaces import propose as propose_spans

VERSIONS = range(1, schema.VERSION)
TABLES = ("document", "layer", "event", "span", "relation", "verdict", "comment", "assignment", "place",
          "scheme", "extra", "ruling")  # fmt: skip
OPEN = """
from pathlib import Path
from annotator.store import Store, check_database
with Store(Path(sys.argv[1])) as store:
    print(len(list(check_database(store))))
"""


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with everything that this edition can write: the rows of older ones are among them."""
    bench = make_bench(tmp_path_factory.mktemp("newest"))
    document = bench.add()
    add_document(bench.store, make_document("otra", "Cruz Roja nació en mayo."))
    ana, cruz = proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "Cruz Roja", "ORG", 0.6)
    propose_spans(bench.store, document, [ana, cruz], [link(ana, cruz, "works_for")])
    for curator in ("ana", "bo"):
        session = bench.session(curator=curator)
        session.accept(ana.id)
        session.add(*range_of(document, "Luis Paz"), "PERSON")
        session.undo()
        session.redo()
        session.comment("¿seguro?")
        if curator == "bo":
            session.add(*range_of(document, "Canadá"), "GPE")
        session.finish()
    gold: GoldSession = adjudicate(bench.workspace, "nota", "lead")
    gold.choose(gold.gold.open[0].id, "bo")
    bench.workspace.close()
    return bench.workspace.database_path


def older(path: Path, version: int, newest: Path) -> Path:
    """Make a database as the edition with so many migrations made it, with the rows that it could write."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode = WAL")
        made.execute("ATTACH ? AS newest", (str(newest),))
        made.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
        )
        add_conversion(made)
        for name, sql in schema.MIGRATIONS[:version]:
            for statement in schema.statements(sql):
                made.execute(statement)
            made.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('annotator', ?, 'then')",
                (name,),
            )
        if version < 15:
            copy_texts(made, made, schema="newest")
        else:
            for table in ("text", "segmentation"):
                made.execute(f"INSERT INTO {table} SELECT * FROM newest.{table}")
        for table in TABLES:
            columns = ", ".join(f'"{row[1]}"' for row in made.execute(f"PRAGMA main.table_info({table})"))
            if columns:
                where = f" WHERE layer_id IN ({KNOWN})" if "layer_id" in columns else ""
                where = f" WHERE id IN ({KNOWN})" if table == "layer" else where
                gold = "" if version >= 4 else "WHERE kind <> 'gold'"  # gold was of another make before rulings
                made.execute(f"INSERT INTO {table} SELECT {columns} FROM newest.{table}{where.format(gold=gold)}")
        made.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        made.execute(f"PRAGMA user_version = {version}")
    return path


KNOWN = "SELECT id FROM newest.layer {gold}"


def history(store: Store) -> dict[LayerName, list[str]]:
    """Return the hashes of each layer's events."""
    return {layer.name: [digest for digest, _ in store.hashed_events(layer)] for layer in store.layers()}


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.rglob("*.schema-*.db"))


@pytest.mark.parametrize("version", VERSIONS)
class TestEachVersion:
    @pytest.fixture
    def path(self, tmp_path: Path, version: int, newest: Path) -> Path:
        return older(tmp_path / "db" / "annotator.db", version, newest)

    def test_it_is_backed_up_migrated_and_sound(self, path: Path, version: int, newest: Path) -> None:
        before = sql_dump(path)
        with Store(path) as store, Store(newest) as expected:
            assert list(check_database(store)) == []
            found, wanted = history(store), history(expected)
            assert found == {name: hashes for name, hashes in wanted.items() if version >= 4 or name.kind != "gold"}
            shape = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE '%sqlite_migrations%' ORDER BY name"
            assert list(map(tuple, store.rows(shape))) == list(map(tuple, expected.rows(shape)))
        (copy,) = backups(path)
        assert sql_dump(copy) == before
        Store(path).close()
        assert backups(path) == [copy]

    def test_work_goes_on(self, path: Path, tmp_path: Path, newest: Path) -> None:
        (tmp_path / "labels.yaml").write_bytes((newest.parents[1] / "labels.yaml").read_bytes())
        bench = open_bench(str(tmp_path))
        session = bench.session(curator="ana")
        session.undo()
        session.add(*range_of(session.document, "Canadá"), "GPE")
        session.finish()
        assert list(check_database(bench.store)) == []
        bench.workspace.close()
        assert path.exists()

    def test_its_backup_opens_as_it_was(self, path: Path, tmp_path: Path) -> None:
        with Store(path) as store:
            wanted = history(store)
        copy = tmp_path / "again" / "annotator.db"
        copy.parent.mkdir()
        backups(path)[0].rename(copy)
        with Store(copy) as store:
            assert history(store) == wanted
            assert list(check_database(store)) == []

    def test_its_backup_can_be_restored(self, path: Path) -> None:
        with Store(path) as store:
            wanted = history(store)
        kept = backups(path)[0]
        before = sql_dump(kept)
        aside = restore(path, kept)
        assert aside is not None
        for database in (path, aside):
            with Store(database) as store:
                assert history(store) == wanted
                assert list(check_database(store)) == []
        assert sql_dump(kept) == before

    def test_who_opens_it_is_told_where_the_copy_is(self, path: Path) -> None:
        told: list[str] = []
        Store(path, tell=told.append).close()
        assert [str(backups(path)[0]) in line for line in told] == [True]
        Store(path, tell=told.append).close()
        assert len(told) == 1


class TestTokensOfBefore:
    """Until schema 15 a token took eight bytes; now it takes one, and the file is as much shorter."""

    @pytest.fixture
    def path(self, tmp_path: Path, newest: Path) -> Path:
        path = older(tmp_path / "db" / "annotator.db", 14, newest)
        with closing(sqlite3.connect(path, isolation_level=None)) as made:
            for number in range(200):
                document = make_document(f"larga-{number}", f"{number} Ana Ruiz viajó a Canadá. " * 40)
                row = (
                    document.sha256,
                    document.text,
                    TOKENIZER,
                    in_pairs(document.tokens),
                    in_pairs(document.sentences),
                )
                made.execute(
                    "INSERT INTO text (sha256, content, tokenizer, tokens, sentences) VALUES (?, ?, ?, ?, ?)", row
                )
        return path

    def test_the_file_gets_shorter(self, path: Path) -> None:
        before = path.stat().st_size
        Store(path).close()
        assert path.stat().st_size < 0.75 * before

    def test_it_stays_as_long_while_others_have_it_open(self, path: Path) -> None:
        before = path.stat().st_size
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("SELECT 1 FROM text").fetchone()
            with Store(path) as store:
                assert list(check_database(store)) == []
        assert path.stat().st_size >= before

    def test_others_read_and_write_at_once_when_it_is_done(self, path: Path) -> None:
        with Store(path), Store(path) as other, other.write() as writer:
            writer.put_text(make_document("nueva", "Una más."), TOKENIZER)

    def test_tokens_that_were_damaged_are_told_and_break_nothing(self, path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as made:
            made.execute("DROP TRIGGER text_is_never_updated")
            made.execute("UPDATE text SET tokens = x'00' WHERE id = (SELECT min(id) FROM text)")
            guard = next(one for one in schema.statements(schema.MIGRATIONS[0][1]) if "text_is_never_updated" in one)
            made.execute(guard)
        with Store(path) as store:
            assert "tokens cannot be read" in "\n".join(check_database(store))
            with pytest.raises(StoreError, match=r"the tokens of text .* are damaged"):
                store.document("nota")


def test_several_that_open_it_at_once_migrate_it_once(tmp_path: Path, newest: Path) -> None:
    path = older(tmp_path / "db" / "annotator.db", 3, newest)
    assert together(OPEN, *[(path,)] * 4) == ["0\n"] * 4
    assert len(backups(path)) == 1


def test_two_begun_in_one_second_do_not_refuse(tmp_path: Path, newest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that failed leaves its backup; the next one, in the same second, makes another."""
    path = older(tmp_path / "db" / "annotator.db", 3, newest)
    monkeypatch.setattr(connection, "backup_path", lambda place, why: place.with_name(f"annotator.now.{why}.db"))
    with failing(monkeypatch), pytest.raises(ZeroDivisionError):
        Store(path)
    with Store(path) as store:
        assert list(check_database(store)) == []
    assert len(backups(path)) == 2


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "migrate", lambda _: 1 // 0)
        yield


def test_an_older_edition_writes_nothing_to_what_a_newer_one_migrated(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = bench.session()
    session.flag()
    monkeypatch.setattr(schema, "VERSION", schema.VERSION - 1)
    with pytest.raises(StoreError, match="was migrated by a newer annotator while it was open, nothing was written"):
        session.flag()
