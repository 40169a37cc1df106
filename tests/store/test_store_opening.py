"""Opening, migrating and copying the database, and what is in the way of that."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from textwrap import indent

import pytest

from annotator.errors import StoreError
from annotator.store import Store, check_database, connection, extra_counts, schema
from annotator.text import Document
from annotator.tokenization import TOKENIZER
from tests.older_texts import copy_texts, in_pairs
from tests.processes import finish, start, together
from tests.workspaces import Bench, add_document, make_document, range_of, span_texts, sql_dump

MORE = ("0002_more", "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO more VALUES (7);")
BROKEN = ("0002_broken", "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT;\nINSERT INTO nowhere VALUES (7);")


@pytest.fixture
def path(bench: Bench) -> Path:
    """A database with a document and a little work, closed."""
    session = bench.session()
    session.add(*range_of(session.document, "Luis Paz"), "PERSON")
    session.flag()
    bench.workspace.close()
    return bench.workspace.database_path


def know(monkeypatch: pytest.MonkeyPatch, *more: tuple[str, str]) -> None:
    """Let the program know more migrations than the database has seen."""
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, *more))
    monkeypatch.setattr(schema, "VERSION", len(schema.MIGRATIONS))


def backups(path: Path) -> list[Path]:
    return sorted((path.parent / "backups").glob("*.schema-*.db"))


class TestMigrations:
    def test_an_older_database_is_migrated_after_a_backup(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = sql_dump(path)
        know(monkeypatch, MORE)
        with Store(path) as store:
            assert [row[0] for row in store.rows("SELECT id FROM more")] == [7]
            assert store.document_keys() == ["nota"]
            assert list(check_database(store)) == []
        (copy,) = backups(path)
        assert sql_dump(copy) == before

    def test_work_of_the_first_version_is_kept_and_counted(self, path: Path) -> None:
        """A database as 0.1.0 left it: its tables without what came later, its events as they were."""
        old = path.with_name("old.db")
        with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(old, isolation_level=None)) as made:
            for statement in schema.statements(schema.MIGRATIONS[0][1]):
                made.execute(statement)
            copy_texts(new, made)
            for table in ("document", "layer", "event", "span"):
                columns = ", ".join(f'"{row[1]}"' for row in made.execute(f"PRAGMA table_info({table})"))
                for row in new.execute(f"SELECT {columns} FROM {table}"):
                    made.execute(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(row))})", row)
            made.execute("CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
                         " applied_at TEXT)")  # fmt: skip
            made.execute("INSERT INTO _sqlite_migrations VALUES (1, 'annotator', '0001_base', '2026-01-01')")
            made.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            made.execute("PRAGMA user_version = 1")
        with Store(old) as store, Store(path) as expected:
            for layer in expected.layers():
                (found,) = (info for info in store.layers() if info.name == layer.name)
                assert store.hashed_events(found) == expected.hashed_events(layer)
            assert store.rows("SELECT spans FROM layer WHERE kind = 'curator'")[0][0] == 1
            assert list(check_database(store)) == []
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                store.connection.execute("DELETE FROM event")
        assert len(backups(old)) == 1

    def test_one_from_before_foreign_formats_gets_a_place_for_them(self, tmp_path: Path) -> None:
        path = tmp_path / "old" / "annotator.db"
        path.parent.mkdir()
        with pytest.MonkeyPatch.context() as older:
            before = tuple(migration for migration in schema.MIGRATIONS if migration[0] != "0003_extra")
            older.setattr(schema, "MIGRATIONS", before)
            older.setattr(schema, "VERSION", len(before))
            with Store(path) as store:
                add_document(store, make_document())
        with Store(path) as store:
            assert extra_counts(store) == {}
            assert store.document_digests() == {"nota": make_document().sha256}
            assert list(check_database(store)) == []
        assert len(backups(path)) == 1

    @pytest.mark.parametrize(
        ("migrations", "lacking"),
        [
            (1, "ALTER TABLE layer DROP COLUMN curators"),
            (1, "DROP TRIGGER text_is_searchable; DROP TABLE text_search"),
            (2, "DROP INDEX layer_of_document"),
        ],
    )
    def test_what_versions_under_development_made_becomes_what_it_should_be(
        self, tmp_path: Path, migrations: int, lacking: str
    ) -> None:
        path = tmp_path / "old" / "annotator.db"
        path.parent.mkdir()
        with closing(sqlite3.connect(path, isolation_level=None)) as made:
            for _, sql in schema.MIGRATIONS[:migrations]:
                made.executescript(sql)
            made.executescript(lacking)
            document = make_document()
            row = (document.sha256, document.text, TOKENIZER, in_pairs(document.tokens), in_pairs(document.sentences))
            made.execute("INSERT INTO text (sha256, content, tokenizer, tokens, sentences) VALUES (?, ?, ?, ?, ?)", row)
            made.execute("CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT,"
                         " applied_at TEXT)")  # fmt: skip
            for name, _ in schema.MIGRATIONS[:migrations]:
                made.execute("INSERT INTO _sqlite_migrations VALUES (NULL, 'annotator', ?, '2026-01-01')", (name,))
            made.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
            made.execute(f"PRAGMA user_version = {migrations}")
        with Store(path) as store:
            assert list(check_database(store)) == []
            assert store.rows("SELECT count(*) FROM text_search WHERE text_search MATCH 'Ruiz'")[0][0] == 1

    def test_the_second_opening_does_nothing_more(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        know(monkeypatch, MORE)
        Store(path).close()
        after = sql_dump(path)
        Store(path).close()
        assert sql_dump(path) == after
        assert len(backups(path)) == 1

    def test_a_new_database_gets_all_of_them_and_no_backup(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        know(monkeypatch, MORE)
        with Store(tmp_path / "new" / "annotator.db") as store:
            names = [row[0] for row in store.rows("SELECT name FROM _sqlite_migrations ORDER BY id")]
        assert names == [name for name, _ in schema.MIGRATIONS]
        assert backups(tmp_path / "new" / "annotator.db") == []

    def test_one_that_fails_leaves_the_database_as_it_was(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = sql_dump(path)
        know(monkeypatch, BROKEN)
        with pytest.raises(StoreError, match="no such table: nowhere"):
            Store(path)
        assert sql_dump(path) == before

    def test_a_newer_database_is_refused(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA user_version = 99")
        before = sql_dump(path)
        with pytest.raises(StoreError, match=r"written by a newer annotator \(schema 99, .*: upgrade annotator$"):
            Store(path)
        assert sql_dump(path) == before


class TestForeignFiles:
    def test_a_database_of_another_program_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "annotator.db"
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE recipes (name)")
        before = path.read_bytes()
        with pytest.raises(StoreError, match="is a database of another program: choose another workspace"):
            Store(path)
        assert path.read_bytes() == before

    def test_a_file_that_is_no_database_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "annotator.db"
        path.write_bytes(b"once upon a time " * 100)
        with pytest.raises(StoreError, match="not a database: `annotator restore` brings a backup back"):
            Store(path)
        assert path.read_bytes() == b"once upon a time " * 100

    def test_an_empty_file_becomes_a_database(self, tmp_path: Path) -> None:
        path = tmp_path / "annotator.db"
        path.touch()
        with Store(path) as store:
            assert list(check_database(store)) == []

    def test_a_folder_in_its_place_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "annotator.db").mkdir()
        with pytest.raises(StoreError, match="cannot be opened"):
            Store(tmp_path / "annotator.db")


class TestBackup:
    def test_the_copy_is_whole_and_stands_alone(self, bench: Bench) -> None:
        bench.session().flag()
        copy = bench.store.backup()
        assert copy.parent == bench.store.path.parent / "backups"
        assert sql_dump(copy) == sql_dump(bench.store.path)
        assert {p.name for p in copy.parent.iterdir() if p.name.startswith(copy.name)} == {copy.name}

    def test_it_goes_where_it_is_told(self, bench: Bench, tmp_path: Path) -> None:
        assert bench.store.backup(tmp_path / "safe" / "copy.db") == tmp_path / "safe" / "copy.db"
        with Store(tmp_path / "safe" / "copy.db") as copy:
            assert copy.document_keys() == ["nota"]

    def test_it_never_replaces_the_database_itself(self, bench: Bench) -> None:
        before = sql_dump(bench.store.path)
        with pytest.raises(StoreError, match="is the database itself"):
            bench.store.backup(bench.store.path)
        assert sql_dump(bench.store.path) == before

    def test_it_never_replaces_another_file(self, bench: Bench, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("keep me", encoding="utf-8")
        with pytest.raises(StoreError, match="exists already"):
            bench.store.backup(tmp_path / "notes.txt")
        assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "keep me"

    def test_others_write_meanwhile(self, bench: Bench, tmp_path: Path) -> None:
        write = (
            "from tests.workspaces import open_bench\n"
            "session = open_bench(sys.argv[1]).session(curator=sys.argv[2])\n"
            "for _ in range(40): session.flag()\n"
        )
        copy = (
            "from annotator.store import Store\nfrom pathlib import Path\n"
            "store = Store(Path(sys.argv[1]) / 'db' / 'annotator.db')\n"
            "for number in range(4): store.backup(Path(sys.argv[2]) / f'{number}.db')\n"
        )
        both = f"if sys.argv[2] == 'ana':\n{indent(write, ' ')}else:\n{indent(copy, ' ')}"
        together(both, (bench.workspace.root, "ana"), (bench.workspace.root, tmp_path))
        for number in range(4):
            with Store(tmp_path / f"{number}.db") as store:
                assert list(check_database(store)) == []
        assert len(bench.actions("curator:ana")) == 40

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
    def test_a_lack_of_space_is_no_matter_of_rights(self, tmp_path: Path, number: int) -> None:
        said = f"{tmp_path}: {os.strerror(number).lower()}: free some space"
        with pytest.raises(StoreError, match=f"^{said}$"), connection.explained(tmp_path):
            raise OSError(number, os.strerror(number))

    def test_a_copy_that_cannot_be_written_leaves_nothing(self, bench: Bench, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StoreError, match="check the folder's rights"):
            bench.store.backup(tmp_path / "file" / "copy.db")
        (tmp_path / "folder").mkdir()
        with pytest.raises(StoreError, match="exists already"):
            bench.store.backup(tmp_path / "folder")
        assert list((tmp_path / "folder").iterdir()) == []
        assert not list(tmp_path.glob(".*"))

    def test_two_of_one_second_have_two_names(self, bench: Bench) -> None:
        made = [bench.store.backup() for _ in range(3)]
        assert len({path.name for path in made}) == 3
        assert all(sql_dump(path) == sql_dump(bench.store.path) for path in made)


class TestFullDisk:
    def test_nothing_is_half_written_and_work_goes_on_when_there_is_space(
        self, bench: Bench, document: Document
    ) -> None:
        session = bench.session()
        session.add(*range_of(document, "Luis Paz"), "PERSON")
        with full(bench.store):
            before = sql_dump(bench.store.path)
            with pytest.raises(StoreError, match="the disk is full, nothing was written: free some space"):
                session.comment("x" * 100_000)
            assert sql_dump(bench.store.path) == before
            assert session.layer.content.comments == {}
        session.comment("x" * 100_000)
        assert span_texts(session) == {("PERSON", "Luis Paz")}
        assert list(check_database(bench.store)) == []

    @pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes here")
    def test_when_the_system_takes_no_more(self, bench: Bench) -> None:
        out, _ = finish(start(CRAMPED, bench.workspace.root))
        assert out.splitlines() == ["the disk did not take the write", "work goes on"]
        assert bench.actions("curator:ana") == ["comment", "flag"]
        assert list(check_database(bench.store)) == []


CRAMPED = """
import resource, sys
from pathlib import Path
from annotator.errors import StoreError
from tests.workspaces import open_bench
session = open_bench(sys.argv[1]).session()
session.comment("kept")
wal = Path(sys.argv[1]) / "db" / "annotator.db-wal"
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 10_000, most))
try:
    session.comment("x" * 100_000)
except StoreError as error:
    print(error.message.partition(": ")[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
session.flag()
print("work goes on")
"""


@contextmanager
def full(store: Store) -> Iterator[None]:
    """Let the database grow no further, as on a full disk."""
    (pages,) = store.rows("PRAGMA page_count")
    store.connection.execute(f"PRAGMA max_page_count = {pages[0]}")
    yield
    store.connection.execute("PRAGMA max_page_count = 1073741823")


class TestReadOnly:
    def test_the_message_says_what_to_do(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def read_only(place: Path) -> sqlite3.Connection:
            found = sqlite3.connect(f"{place.as_uri()}?mode=ro", uri=True, isolation_level=None)
            found.row_factory = sqlite3.Row
            return found

        monkeypatch.setattr(connection, "_raw", read_only)
        with Store(path) as store:
            assert store.document_keys() == ["nota"]
            with pytest.raises(StoreError, match="read-only, nothing was written: give yourself write access"):
                _touch(store)

    @pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
    def test_a_folder_that_may_not_be_written(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        try:
            with pytest.raises(StoreError, match="the folder is read-only: give yourself write access"):
                Store(tmp_path / "annotator.db")
            with pytest.raises(StoreError, match="permission denied: check the folder's rights"):
                Store(tmp_path / "db" / "annotator.db")
        finally:
            tmp_path.chmod(0o700)

    def test_a_folder_that_takes_no_new_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "annotator.db").mkdir()  # so that SQLite cannot open it, whoever runs the tests
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(StoreError, match="the folder is read-only: give yourself write access to the folder"):
            Store(tmp_path / "annotator.db")

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "db").touch()
        with pytest.raises(StoreError, match="check the folder's rights"):
            Store(tmp_path / "db" / "annotator.db")


def _touch(store: Store) -> None:
    with store.write() as writer:
        writer._connection.execute("UPDATE layer SET flag = 'x'")


def test_a_lock_held_too_long_is_told(path: Path) -> None:
    with Store(path) as holder, Store(path) as waiter, holder.write():
        waiter.wait_at_most(0.01)
        with pytest.raises(StoreError, match=r"is locked: .* has been writing to it.*; nothing was written here"):
            _touch(waiter)
