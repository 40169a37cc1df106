"""The index of a catalog: a SQLite file beside the database, made anew from the catalog's file whenever that changes.

It holds nothing else than that file says, so that it may be deleted.  It is written under another name, renamed when it
is whole, and never changed afterwards; whoever has it open goes on reading what it was.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from annotator.catalogs import BETWEEN, CatalogEntry, CatalogReader, RowProblem, folded_name, initials
from annotator.errors import StoreError
from annotator.files.whole import PARTIAL, sweep
from annotator.store.connection import explained

_VERSION = 3
APPLICATION_ID = 0x616E6361  # "anca"
_CACHE = -64000
_MOST_LOOKED_AT, _MOST_OF_TYPE = 20_000, 2_000
"""Names that begin alike, or entries with the same words, of which the first in the catalog are found; with a type,
each takes longer to look at."""
MOST_PROBLEMS = 20
"""Rows that were left out of which it is kept which they were."""
NAME, ALIAS, INITIALS = WAYS = (0, 1, 2)
"""How an entry may be called: by its name, by an alias, or by the initials of its name."""
_LAST = "\U0010ffff"
_SCHEMA = """
CREATE TABLE entry (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, aliases TEXT NOT NULL,
                    type TEXT NOT NULL, description TEXT NOT NULL);
CREATE TABLE name (folded TEXT, way INTEGER, entry INTEGER, PRIMARY KEY (folded, way, entry)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(names, content = '', columnsize = 0, detail = none, prefix = '1 2 3',
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'");
CREATE TABLE problem (line INTEGER, what TEXT);
CREATE TABLE source (size INTEGER, digest TEXT, entries INTEGER, problems INTEGER, others TEXT);
CREATE TEMP TABLE loose (folded TEXT, way INTEGER, entry INTEGER);
"""
_IDENTITY = "SELECT number AS entry FROM entry WHERE id = ?"
_EXACT = "SELECT entry FROM name WHERE folded = ? AND way = ?"
_PREFIX = "SELECT entry FROM name WHERE folded > ? AND folded < ?"
_WORDS = "SELECT rowid AS entry FROM words WHERE words MATCH ? ORDER BY rowid"
_ALL = "SELECT number AS entry FROM entry ORDER BY number"
_FOUND = f"SELECT DISTINCT entry FROM ({{}} LIMIT {_MOST_LOOKED_AT}) ORDER BY entry LIMIT ?"
_FOUND_OF_TYPE = f"""
SELECT DISTINCT found.entry FROM ({{}} LIMIT {_MOST_OF_TYPE}) found JOIN entry ON entry.number = found.entry
WHERE entry.type = ? ORDER BY found.entry LIMIT ?
"""
_COLUMNS = "id, name, aliases, type, description"


_Way = tuple[str, tuple[str | int, ...]]
"""A query for entries, and its values."""


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """A catalog's file as it was when it was indexed: its size, the time of its last change, and its digest."""

    size: int
    changed_ns: int
    digest: str


class CatalogIndex:
    """An index that is open to be read; from any thread, one at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._execute = connection.execute
        with self._explained():
            self.size, self.digest, self.entries, self.problem_count, others = self._execute(
                "SELECT size, digest, entries, problems, others FROM source"
            ).fetchone()
        self.others: list[str] = others.split("\n") if others else []

    @classmethod
    def build(cls, path: Path | None, source: CatalogFile, reader: CatalogReader) -> Self:
        """Index the entries that are read; of those with one id the first counts, the others are problems.

        ``path`` is where the index goes, ``None`` for one that nobody else sees and that vanishes when it is closed.
        """
        if path is None:
            unseen = reader.path.with_name(f"the index of {reader.path.name}")
            with explained(unseen), ExitStack() as stack:
                connection = stack.enter_context(closing(_raw("")))
                _fill(connection, source, reader)
                stack.pop_all()
                return cls(connection, unseen)
        if path.exists() and not _is_index(path):
            raise StoreError(
                f"{path} is no index of a catalog", "move it away, or delete it if it was one: it is made again there"
            )
        partial = path.with_name(f"{PARTIAL}{path.name}-{os.getpid():08}")
        with explained(path):
            _make_folder(path.parent)
            sweep(path.parent)
            try:
                partial.unlink(missing_ok=True)
                with closing(_raw(str(partial))) as connection:
                    _fill(connection, source, reader)
                os.utime(partial, ns=(source.changed_ns, source.changed_ns))
                partial.replace(path)
            finally:
                with suppress(OSError):
                    partial.unlink(missing_ok=True)
        opened = cls.open(path)
        if opened is None:
            raise StoreError(f"{path}: the index cannot be read", "check the disk, and try again")
        return opened

    @classmethod
    def open(cls, path: Path) -> Self | None:
        """Open an index; ``None`` where there is none, or none that this program can read."""
        if not path.is_file():
            return None
        with suppress(sqlite3.DatabaseError, StoreError, TypeError), ExitStack() as stack:
            connection = stack.enter_context(closing(_raw(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)))
            if connection.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
                opened = cls(connection, path)
                stack.pop_all()
                return opened
        return None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{self._path}: the index cannot be read ({error})", "delete it: it is made again from the catalog"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def search(self, query: str, limit: int, kind: str | None = None) -> list[CatalogEntry]:
        """Find entries by what somebody typed, at most ``limit``, the likeliest first; of one type with ``kind``.

        First the entry of that id, those of that name, of that alias, then those that have a name that begins so, then
        those with all the words, the last of which may be the beginning of one; each in the order of the catalog.
        Nothing typed finds the first ones.
        """
        with self._explained():
            return self._found(_ways(query), limit, kind)

    def called(self, name: str, way: int, limit: int) -> list[CatalogEntry]:
        """Find entries that are called so in one way (:data:`NAME` …), case and the like aside, in their order."""
        with self._explained():
            return self._found([(_EXACT, (folded_name(name), way))], limit, None)

    def entry(self, identity: str) -> CatalogEntry | None:
        """The entry of an id."""
        with self._explained():
            row = self._execute(f"SELECT {_COLUMNS} FROM entry WHERE id = ?", (_encodable(identity),)).fetchone()
        return None if row is None else _made(row)

    def all_entries(self) -> Iterator[CatalogEntry]:
        """Yield all entries in the order of the catalog."""
        with self._explained():
            yield from map(_made, self._execute(f"SELECT {_COLUMNS} FROM entry ORDER BY number"))

    def problems(self) -> list[RowProblem]:
        """The first rows of the file that were left out, and why."""
        with self._explained():
            return [RowProblem(*row) for row in self._execute("SELECT line, what FROM problem ORDER BY line")]

    def _found(self, ways: Iterable[_Way], limit: int, kind: str | None) -> list[CatalogEntry]:
        numbers: dict[int, None] = {}
        for statement, values in ways:
            found, given = (_FOUND, values) if kind is None else (_FOUND_OF_TYPE, (*values, kind))
            rows = self._execute(found.format(statement), (*given, limit))
            numbers |= dict.fromkeys(number for (number,) in rows)
            if len(numbers) >= limit:
                break
        return [self._numbered(number) for number in list(numbers)[:limit]]

    def _numbered(self, number: int) -> CatalogEntry:
        return _made(self._execute(f"SELECT {_COLUMNS} FROM entry WHERE number = ?", (number,)).fetchone())


def _ways(query: str) -> Sequence[_Way]:
    """How to look for what somebody typed, the likeliest way first."""
    wanted = folded_name(query)
    if not wanted:
        return [(_ALL, ())]
    words = " ".join(f'"{word}"' for word in wanted.split())
    return [
        (_IDENTITY, (_encodable(query).strip(),)),
        *((_EXACT, (wanted, way)) for way in WAYS),
        (_PREFIX, (wanted, wanted + _LAST)),
        (_WORDS, (f"{words}*",)),
    ]


def _encodable(text: str) -> str:
    """A text without halves of characters, which no entry has."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _is_index(path: Path) -> bool:
    """Whether a file is an index of ours, which SQLite's header tells by the number of the application.

    So is one without a header: a power cut can leave the name of an index without its content.
    """
    with explained(path), path.open("rb") as file:
        head = file.read(72)
    return not head.strip(b"\0") or (head[:15] == b"SQLite format 3" and head[68:] == APPLICATION_ID.to_bytes(4))


def _make_folder(folder: Path) -> None:
    """Make a folder that is as open to others as the one that it is in."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):
            folder.chmod(stat.S_IMODE(folder.parent.stat().st_mode))


def _raw(path: str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, uri=uri, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA cache_size = {_CACHE}")
    return connection


def _fill(connection: sqlite3.Connection, source: CatalogFile, reader: CatalogReader) -> None:
    execute = connection.execute
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
        execute(f"PRAGMA {pragma}")
    connection.executescript(f"PRAGMA application_id = {APPLICATION_ID};{_SCHEMA}")
    execute("BEGIN")
    count = 0
    for entry, line in reader:
        if _added(connection, count + 1, entry):
            count += 1
        else:
            reader.problems.append(RowProblem(line, f"the id {entry.id} again"))
    execute("INSERT OR IGNORE INTO name SELECT folded, way, entry FROM loose ORDER BY folded, way, entry")
    execute("DROP TABLE loose")
    execute("INSERT INTO words (words) VALUES ('optimize')")
    connection.executemany("INSERT INTO problem VALUES (?, ?)", reader.problems[:MOST_PROBLEMS])
    others = "\n".join(reader.others)
    execute(
        "INSERT INTO source VALUES (?, ?, ?, ?, ?)",
        (source.size, source.digest, count, len(reader.problems), others),
    )
    execute(f"PRAGMA user_version = {_VERSION}")
    execute("COMMIT")


def _added(connection: sqlite3.Connection, number: int, entry: CatalogEntry) -> bool:
    """Add an entry, unless there is one with its id."""
    values = (number, entry.id, entry.name, BETWEEN.join(entry.aliases), entry.type, entry.description)
    if not connection.execute("INSERT OR IGNORE INTO entry VALUES (?, ?, ?, ?, ?, ?)", values).rowcount:
        return False
    names = [folded_name(name) for name in (entry.name, *entry.aliases)]
    ways = [(names[0], NAME), *((alias, ALIAS) for alias in names[1:]), (initials(entry.name), INITIALS)]
    loose = [(folded, way, number) for folded, way in ways if folded]
    connection.executemany("INSERT INTO loose VALUES (?, ?, ?)", loose)
    connection.execute("INSERT INTO words (rowid, names) VALUES (?, ?)", (number, " ".join(names)))
    return True


def _made(row: tuple[str, str, str, str, str]) -> CatalogEntry:
    identity, name, aliases, kind, description = row
    return CatalogEntry(identity, name, tuple(aliases.split(BETWEEN)) if aliases else (), kind, description)
