"""Reading a database that somebody else wrote: within limits, and only when its shape is that of one of ours.

Nothing in it is run: no view, no trigger, no function that its schema names.  What stands in it is then examined like
any other evidence (:mod:`annotator.validation`); this module only makes sure that reading it is safe and ends.
"""

from __future__ import annotations

import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from heapq import merge
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from annotator.errors import OvertakenError, StoreError
from annotator.files.scratch import scratch
from annotator.history import Event, LayerName, rename_document
from annotator.scheme_changes import Changes, Names, RenamedError, SchemeEvent
from annotator.store import expected_schema, schema, segmentations
from annotator.store.doctor import first_break, scheme_problem
from annotator.store.layers import LayerInfo, SchemeStamp, event_of
from annotator.text import Segmentation


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of somebody else's database is read before it is refused.

    ``steps`` of SQLite's machine, and ``steps_a_byte`` more for each byte of it: what a merge takes is some thirty to a
    kilobyte, so that only what runs in circles gets there.  ``copy`` bytes of a database that can only be read from a
    copy, or unpacked, and then at most ``ratio`` times what it was packed; ``value`` bytes of one text or event.
    """

    steps: int = 200_000_000
    steps_a_byte: int = 10
    copy: int = 4 << 30
    ratio: int = 100
    value: int = 256 << 20


NO_LIMITS = Limits(steps=1 << 62, copy=1 << 62, ratio=1 << 20, value=1_000_000_000)

_STEPS = 100_000
"""Steps of SQLite's machine between two looks at how many it were."""
_HINT = "if it is known to be good, --no-limits takes it all the same"


class ForeignSegmentation(NamedTuple):
    """How somebody else's database says that a text is cut, and by which tokenizer."""

    tokenizer: str
    tokens: Segmentation
    sentences: Segmentation


class ForeignDatabase:
    """Somebody else's database, open for reading; ``told`` is what it is called in messages."""

    def __init__(self, connection: sqlite3.Connection, told: str, version: int, path: Path) -> None:
        self.told = told
        self._connection = connection
        self._version = version
        self._path = path
        self._signature = _signature(path)
        self._keys: dict[str, str] = {}
        self._rewritten: dict[str, int] = {}
        self._passed_over: set[str] = set()

    def rename_documents(self, keys: Mapping[str, str]) -> None:
        """Let documents, by the keys that they have there, be read as if they had been ingested under other ones.

        Raises :class:`StoreError` where there is no such document.
        """
        names, layers = self._names(), self.layers()
        known = {layer.name.document for layer in layers}
        called = {names.document(identity): identity for identity in known}
        for old, new in keys.items():
            identity = called.get(old, old)
            if identity not in known:
                raise StoreError(f"{self.told}: no document {old!r} there", "name one that is there")
            self._keys[identity] = new
        renamed = [layer for layer in layers if layer.name.document in self._keys]
        self._passed_over = {digest for layer in renamed for digest, _ in self._stored_events(layer)}
        self._rewritten = {
            digest: layer.id for layer in self.layers() if layer.id in {one.id for one in renamed}
            for digest, _ in self.events(layer)
        }  # fmt: skip

    def key_there(self, identity: str) -> str:
        """What a document is called there, by the identity under which it is read."""
        former = {new: old for old, new in self._keys.items()}
        return self._names().document(former.get(identity, identity))

    def check_unchanged(self) -> None:
        """Raise :class:`OvertakenError` when somebody wrote to the file since: what was read may be of two moments."""
        with explained(self.told):
            if _signature(self._path) != self._signature:
                raise OvertakenError(
                    f"{self.told} was changed while it was read", "nothing was taken from it; try again"
                )

    def rows(self, sql: str, *values: Any) -> Iterator[Any]:
        """Yield the rows of a query, as they are read."""
        with explained(self.told):
            yield from self._connection.execute(sql, values)

    def hashes(self) -> Iterator[str]:
        """Yield the hashes of all events, in order."""
        stored = (row[0] for row in self.rows("SELECT hash FROM event ORDER BY hash"))
        if not self._keys:
            return stored
        return merge((digest for digest in stored if digest not in self._passed_over), sorted(self._rewritten))

    def layer_of(self, digest: str) -> int:
        """The number of the layer that an event is in."""
        if digest in self._rewritten:
            return self._rewritten[digest]
        return int(next(self.rows("SELECT layer_id FROM event WHERE hash = ?", digest))[0])

    def layers(self) -> list[LayerInfo]:
        """All layers by number and identity, in order of document and name; nothing else of them is believed."""
        names = self._names()
        query = "SELECT l.id, d.key, l.name FROM layer l JOIN document d ON d.id = l.document_id"
        rows = list(self.rows(query))
        try:
            found = [LayerInfo(row[0], names.layer_identity(LayerName(row[1], row[2]))) for row in rows]
        except RenamedError as error:
            raise StoreError(f"{self.told}: something goes by an old name", "run `annotator doctor` there") from error
        for old, new in self._keys.items():
            found = [
                replace(layer, name=LayerName(new, layer.name.name)) if layer.name.document == old else layer
                for layer in found
            ]
        return sorted(found, key=lambda layer: layer.name)

    def _names(self) -> Names:
        """What the database calls things, unless its renamings cannot be."""
        events = self.scheme_events()
        problem = scheme_problem(events)
        if problem is not None:
            raise StoreError(f"{self.told}: label scheme: {problem}", "run `annotator doctor` there")
        return Changes.of(event for _, event in events).renamings.names

    def events(self, layer: LayerInfo) -> list[tuple[str, Event]]:
        """A layer's whole history in the order in which it counts, each event with the hash it is kept under."""
        former = {new: old for old, new in self._keys.items()}.get(layer.name.document)
        if former is None:
            return self._stored_events(layer)
        stored = self._stored_events(replace(layer, name=LayerName(former, layer.name.name)))
        if first_break(stored) is not None:  # nothing to be rewritten, and nothing to be believed
            return stored
        return [(event.hash, event) for event in rename_document((event for _, event in stored), layer.name.document)]

    def _stored_events(self, layer: LayerInfo) -> list[tuple[str, Event]]:
        query = "SELECT * FROM event WHERE layer_id = ? ORDER BY seq, at, hash"
        return [(row["hash"], event_of(layer.name, row)) for row in self.rows(query, layer.id)]

    def text(self, digest: str) -> str | None:
        """The text that is kept under a digest."""
        row = next(self.rows("SELECT content FROM text WHERE sha256 = ?", digest), None)
        return None if row is None else str(row[0])

    def segmentation(self, digest: str) -> ForeignSegmentation:
        """How a text is cut there; by no tokenizer where that is missing, or cannot be read."""
        kept_apart = self._version >= segmentations.SINCE
        table = "text JOIN segmentation ON text_id = text.id" if kept_apart else "text"
        query = f"SELECT tokenizer, tokens, sentences FROM {table} WHERE sha256 = ?"
        read = Segmentation.unpack if kept_apart else segmentations.read_pairs
        with suppress(ValueError, OverflowError):
            for row in self.rows(query, digest):
                return ForeignSegmentation(row[0], read(row[1]), read(row[2]))
        return ForeignSegmentation("", Segmentation(), Segmentation())

    def copy_to(self, path: Path) -> None:
        """Write all of it, as it is, to a new file."""
        with explained(self.told), closing(sqlite3.connect(path)) as copy:
            self._connection.backup(copy)

    def scheme(self) -> SchemeStamp | None:
        """The label scheme that the database says it was last written under."""
        columns = "sha256, shape, labels" if self._version >= _SCHEME_CHANGES else "sha256, shape"
        row = next(self.rows(f"SELECT {columns} FROM scheme"), None) if self._version > 1 else None
        return None if row is None else SchemeStamp(*row)

    def scheme_events(self) -> list[tuple[str, SchemeEvent]]:
        """Every change of labels or names with the hash it is kept under; :class:`StoreError` for what is none."""
        query = "SELECT hash, event FROM scheme_change ORDER BY id"
        rows = list(self.rows(query)) if self._version >= _SCHEME_CHANGES else []
        try:
            return [(row[0], msgspec.json.decode(row[1], type=SchemeEvent)) for row in rows]
        except (msgspec.DecodeError, RecursionError) as error:
            problem = f"{self.told}: a change of the label scheme cannot be read"
            raise StoreError(problem, "run `annotator doctor` there") from error


@contextmanager
def open_foreign(path: Path, told: str, limits: Limits = Limits()) -> Iterator[ForeignDatabase]:
    """Open somebody else's database, which is not touched and may lie on a read-only medium.

    Raises :class:`StoreError`, in terms of ``told``, when it is no database of ours, is damaged, or goes beyond the
    limits; also afterwards, when it was changed meanwhile.
    """
    with ExitStack() as stack:
        with explained(told):
            _check_files(path, told)
            file, mode = stack.enter_context(_readable(path, told, limits))
            connection = stack.enter_context(closing(_connect(file, mode, limits)))
            connection.execute("BEGIN")
            version = _check_shape(connection, told)
            _check_pages(connection, told, [table for table, since in _TABLES.items() if version >= since])
        yield ForeignDatabase(connection, told, version, file)


@contextmanager
def explained(told: str) -> Iterator[None]:
    """Turn what SQLite complains of while it reads somebody else's database into a sentence for the user."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        name = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
        if str(error).startswith("Could not decode"):
            name = "SQLITE_CORRUPT"
        meaning, hint = {
            "SQLITE_NOTADB": ("not a database", "give the file, the folder of its workspace, or a bundle"),
            "SQLITE_CORRUPT": ("the database is damaged", "run `annotator doctor` there"),
            "SQLITE_INTERRUPT": ("reading it takes longer than it should", _HINT),
            "SQLITE_TOOBIG": ("it holds a text or an event that is too big", _HINT),
            "SQLITE_BUSY": ("another process keeps it locked", "close the other program and try again"),
            "SQLITE_CANTOPEN": ("cannot be opened", "check your rights there"),
            "SQLITE_FULL": ("the disk is full, nothing was written", "free some space and try again"),
        }.get(name, (f"cannot be read: {error}", "run `annotator doctor` there"))
        raise StoreError(f"{told}: {meaning}", hint) from error
    except OSError as error:
        raise StoreError(f"{told}: {(error.strerror or str(error)).lower()}", "check your rights there") from error


def _check_files(path: Path, told: str) -> None:
    """Refuse what is no file, or comes with something odd where SQLite would look."""
    try:
        kind = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(f"{told}: no such database", "give the file, or the folder of its workspace") from None
    if not stat.S_ISREG(kind):
        raise StoreError(f"{told}: not a regular file", "give the file, or the folder of its workspace")
    for beside in (_beside(path, suffix) for suffix in ("-wal", "-shm", "-journal")):
        if beside.exists() and not beside.is_file():
            raise StoreError(f"{told}: {beside.name} beside it is not a regular file", "give another copy")
    if _size(_beside(path, "-journal")):
        raise StoreError(
            f"{told}: somebody is writing to it, or stopped in the middle",
            "try again, or run `annotator doctor` there first",
        )


@contextmanager
def _readable(path: Path, told: str, limits: Limits) -> Iterator[tuple[Path, str]]:
    """Yield the file to open, and how.

    A database whose newest steps are still beside it, and that nobody has open, can only be read where SQLite may
    write: a copy.
    """
    if not _size(_beside(path, "-wal")):
        yield path, "immutable=1"
    elif _beside(path, "-shm").exists():
        yield path, "mode=ro"
    else:
        size = _size(path) + _size(_beside(path, "-wal"))
        if size > limits.copy:
            raise StoreError(
                f"{told}: {size / 2**30:.1f} GiB is too much to copy", "run `annotator doctor` there first"
            )
        with scratch(Path(tempfile.gettempdir())) as folder:
            copy = folder / "other.db"
            for suffix in ("", "-wal"):
                shutil.copyfile(_beside(path, suffix), _beside(copy, suffix))
            yield copy, "mode=ro"


def _connect(path: Path, mode: str, limits: Limits) -> sqlite3.Connection:
    """Open a database as SQLite's own advice on untrusted files says."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=5)
    connection.row_factory = sqlite3.Row
    looks = count()
    most = (limits.steps + limits.steps_a_byte * _size(path)) // _STEPS
    connection.set_progress_handler(lambda: next(looks) > most, _STEPS)
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_LENGTH, limits.value),
        (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (sqlite3.SQLITE_LIMIT_COLUMN, 100),
        (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 50),
        (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 10),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 10),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    ):
        connection.setlimit(limit, value)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
    for pragma in ("cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
        connection.execute(f"PRAGMA {pragma}")
    if _json_is_innocuous():
        connection.execute("PRAGMA trusted_schema = OFF")
    return connection


@cache
def _json_is_innocuous() -> bool:
    """Whether SQLite lets a schema that it does not trust use JSON, as ours does.

    Older ones do not.  With them the schema's shape alone decides: it is held against ours before anything else is
    read, and reading it runs nothing.
    """
    with closing(sqlite3.connect(":memory:")) as connection:
        query = "SELECT max(flags & 0x200000) FROM pragma_function_list WHERE name IN ('json_extract', 'json_valid')"
        return bool(connection.execute(query).fetchone()[0])


def _check_shape(connection: sqlite3.Connection, told: str) -> int:
    """The schema's version; refuse what no version of ours has made."""
    shape = _shape(connection, told)
    if not shape:
        raise StoreError(f"{told}: an empty database", "give the file, the folder of its workspace, or a bundle")
    if connection.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
        raise StoreError(f"{told} is a database of another program", "give one of annotator's")
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > schema.VERSION:
        raise StoreError(
            f"{told} was written by a newer annotator (schema {version}, this one knows {schema.VERSION})",
            "upgrade annotator",
        )
    if version < 1:
        raise StoreError(f"{told}: schema {version} is none that annotator ever had", "run `annotator doctor` there")
    foreign = expected_schema.foreign_thing(shape, version)
    if foreign is not None:
        raise StoreError(f"{told}: {foreign}", "nothing is taken from it; `annotator doctor` there says more")
    return version


def _shape(connection: sqlite3.Connection, told: str) -> expected_schema.Shape:
    try:
        return expected_schema.shape_of(connection)
    except ValueError as error:
        raise StoreError(f"{told}: {error}", "give a database of annotator's") from error


_SCHEME_CHANGES = 9
_TABLES = {"text": 1, "document": 1, "layer": 1, "event": 1, "scheme": 2, "scheme_change": _SCHEME_CHANGES,
           "segmentation": segmentations.SINCE}  # fmt: skip
"""What is read, and the version with which it came."""


def _check_pages(connection: sqlite3.Connection, told: str, tables: Sequence[str]) -> None:
    for table in tables:
        found = connection.execute(f"PRAGMA quick_check('{table}')").fetchone()[0]
        if found != "ok":
            raise StoreError(
                f"{told}: the database is damaged ({' '.join(str(found).split())})", "run `annotator doctor` there"
            )


def _signature(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
