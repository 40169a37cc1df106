"""Opening the database, and the one way to write to it."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol

from annotator.errors import NO_SPACE, StoreError
from annotator.files.whole import PARTIAL, sweep, sync_folder
from annotator.find import fold
from annotator.store import schema
from annotator.store.file_identity import RESTORE, Standing
from annotator.store.lock import READ_PATIENCE, error_code
from annotator.store.read_only import Untouched, open_as_it_is, open_to_read, why_only_readable

COMPANIONS = ("-wal", "-shm", "-journal")
"""What the names of files that belong to a database end with."""
BACKUPS = "backups"
"""The folder of backups, beside the database."""


_LARGE = 100 << 20
"""Bytes of a database from which on a migration takes some seconds."""


class Guard(Protocol):
    """What notices when a database is no longer the one that was opened."""

    def check(self) -> None:
        """Raise :class:`StoreError` when it is not."""


class OpenedDatabase(NamedTuple):
    """An open database.

    ``standing`` is of one that may be written.  ``told`` is what there is to say: that it was migrated, or how one is
    shown that cannot be written.  Of that one, ``only_readable`` says why, and ``untouched``, where it is read without
    locks, is to be asked at each read.
    """

    connection: sqlite3.Connection
    standing: Standing | None = None
    untouched: Untouched | None = None
    only_readable: str = ""
    told: str = ""


def connect(path: Path, tell: Callable[[str], None] | None = None) -> OpenedDatabase:
    """Open the database at ``path``, made or migrated where needed, or only to be read where it cannot be written.

    ``tell`` is given a sentence before a migration that takes long.  For queries there is ``folded(TEXT)``, a text
    without case and accents.
    Raises :class:`StoreError` when it belongs to something else, comes from a newer version, or cannot be read.
    """
    opened = _connected(path, tell)
    opened.connection.create_function("folded", 1, _folded, deterministic=True)
    return opened


_folded = lru_cache(maxsize=100_000)(fold)
"""Titles stay, some 30 MB of them at most, since they are searched again at every letter that is typed."""


def _connected(path: Path, tell: Callable[[str], None] | None) -> OpenedDatabase:
    with explained(path):
        reason = why_only_readable(path)
        if reason:
            connection, untouched, told = open_to_read(path)
            return OpenedDatabase(connection, untouched=untouched, only_readable=reason, told=told)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _share(path)
        connection = _raw(path)
        try:
            copy = _prepare(connection, path, tell)
            told = f"{path} was brought up to date; as it was it is in {copy}" if copy is not None else ""
            return OpenedDatabase(connection, Standing(connection, path), told=told)
        except BaseException:
            connection.close()
            raise


def _share(path: Path) -> None:
    """Make a new database as open to the group as its folder is, whatever the umask; SQLite's other files follow it."""
    with suppress(OSError):  # what is in the way, SQLite finds too
        if path.parent.stat().st_mode & stat.S_IWGRP:
            path.touch()
            path.chmod(path.stat().st_mode | stat.S_IRGRP | stat.S_IWGRP)


def _raw(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=READ_PATIENCE, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _source(path: Path) -> sqlite3.Connection:
    """A database to copy from, as it is."""
    return open_as_it_is(path)[0] if why_only_readable(path) else _raw(path)


def _prepare(connection: sqlite3.Connection, path: Path, tell: Callable[[str], None] | None) -> Path | None:
    """Make a database ready for use; return the backup that was made where it had to be migrated."""
    copy = None
    version = schema.checked_version(connection, path)
    if version < schema.VERSION:
        if version and tell is not None and path.stat().st_size > _LARGE:
            tell(f"{path} is being brought up to date, which takes a while for a large one")
        copy = _upgrade(connection, path)
        if version:
            _compact(connection)
    elif connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":  # a copy that stood alone
        _write_ahead(connection)
        schema.checked_version(connection, path)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # on macOS, also past the drive's own memory
    connection.execute("PRAGMA checkpoint_fullfsync = ON")
    connection.execute("PRAGMA recursive_triggers = ON")  # so that REPLACE cannot delete past the triggers
    connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute("PRAGMA mmap_size = 0")  # a file that is cut short would kill whoever reads it that way
    return copy


def _upgrade(connection: sqlite3.Connection, path: Path) -> Path | None:
    """Migrate under the write lock, after a backup of what there is; another process may have been quicker."""
    copy = None
    _write_ahead(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = schema.checked_version(connection, path)
        if 0 < version < schema.VERSION:
            copy = new_backup(path, f"schema-{version}")
        if version < schema.VERSION:
            schema.migrate(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return copy


def _compact(connection: sqlite3.Connection) -> None:
    """Give the room back that a migration left unused, unless others have the database open or the disk is full.

    They would take the shorter file for one that another program cut.  What is not given back is written to next.
    """
    execute = connection.execute
    execute("PRAGMA locking_mode = EXCLUSIVE")  # the next write has the file for itself, or fails
    execute("PRAGMA busy_timeout = 0")  # at once: others may keep it open all day
    try:
        execute("VACUUM")
        execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if error_code(error) not in ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR"):
            raise
    finally:
        execute(f"PRAGMA busy_timeout = {round(1000 * READ_PATIENCE)}")
        execute("PRAGMA locking_mode = NORMAL")
        execute("SELECT 1 FROM sqlite_schema").fetchone()  # from now on


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite itself does not wait for another process that does the same."""
    deadline = time.monotonic() + READ_PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error_code(error) != "SQLITE_BUSY" or time.monotonic() > deadline:
                raise
        time.sleep(0.005)


@contextmanager
def undone_in_memory(connection: sqlite3.Connection) -> Iterator[None]:
    """Let SQLite keep in memory what undoes a statement: some megabytes, else half of what writing many writes.

    Only for the block: what a query sorts is in memory then, too, however much it is.
    """
    connection.execute("PRAGMA temp_store = MEMORY")
    try:
        yield
    finally:
        connection.execute("PRAGMA temp_store = DEFAULT")


@contextmanager
def snapshot(connection: sqlite3.Connection, explained: explained) -> Iterator[bool]:
    """Let all reads of the block see one moment, though others write meanwhile; inside a transaction, that one.

    Yields whether it began here.
    """
    with explained:
        inside = connection.in_transaction
        if not inside:
            connection.execute("BEGIN")
        try:
            yield not inside
        finally:
            if not inside and connection.in_transaction:
                connection.execute("ROLLBACK")


class explained:  # noqa: N801 - used like contextlib's
    """Turn what SQLite and the file system complain of in the block into a sentence for the user.

    A class, because every read is in such a block, and a generator would take longer than many of them.  ``guard`` is
    asked for the reason first: of a database that is no longer there SQLite says all kinds of things.
    """

    __slots__ = ("guard", "path")

    def __init__(self, path: Path, guard: Guard | None = None) -> None:
        self.path = path
        self.guard = guard

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Raise what is to be said, if anything."""
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
            if self.guard is not None:
                self.guard.check()
            raise StoreError(f"{self.path}: {_meaning(error, self.path)}", _remedy(error)) from error
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):  # whoever read the output has gone
            reason = (error.strerror or str(error)).lower()
            hint = "free some space" if error.errno in NO_SPACE else "check the folder's rights"
            raise StoreError(f"{self.path}: {reason}", hint) from error


def _meaning(error: sqlite3.DatabaseError, path: Path) -> str:
    code = error_code(error)
    if code == "SQLITE_CANTOPEN" and path.parent.is_dir() and not os.access(path.parent, os.W_OK):
        return "the folder is read-only"
    return {
        "SQLITE_FULL": "the disk is full, nothing was written",
        "SQLITE_READONLY": "the database is read-only, nothing was written",
        "SQLITE_BUSY": "another process kept the database locked for too long, nothing was written",
        "SQLITE_NOTADB": "not a database",
        "SQLITE_CORRUPT": "the database is damaged",
        "SQLITE_IOERR": "the disk did not take the write",
        "SQLITE_CANTOPEN": "cannot be opened",
    }.get(code, str(error))


def _remedy(error: sqlite3.DatabaseError) -> str:
    return {
        "SQLITE_FULL": "free some space and try again",
        "SQLITE_IOERR": "free some space or check the disk, and try again",
        "SQLITE_READONLY": "give yourself write access to the file and its folder",
        "SQLITE_CANTOPEN": "give yourself write access to the folder",
        "SQLITE_BUSY": "close the other program and try again",
        "SQLITE_NOTADB": RESTORE,
        "SQLITE_CORRUPT": RESTORE,
        "SQLITE_ERROR": "`annotator doctor` says whether it is damaged",
    }.get(error_code(error), "")


def backup_path(path: Path, why: str) -> Path:
    """Where a backup of the database goes: into ``backups`` beside it, with time and reason in its name."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return path.parent / BACKUPS / f"{path.stem}.{stamp}.{why}.db"


def backup(path: Path, target: Path, *, lasting: bool = True) -> None:
    """Write a consistent copy of the database at ``path`` to ``target``, also while others write.

    The copy appears under its name only when it is whole; one that is not ``lasting`` need not outlive a power cut.
    Raises :class:`StoreError` when there is something under that name.
    """
    if target.exists() and target.samefile(path):
        raise StoreError(f"{target} is the database itself", "give the copy another name")
    try:
        _copy(path, target, lasting=lasting)
    except FileExistsError as error:
        raise StoreError(f"{target} exists already", "give the copy another name; nothing was changed") from error


def new_backup(path: Path, why: str) -> Path:
    """Write a backup under a name of its own; return it."""
    name = backup_path(path, why)
    target = name
    number = 1
    while True:
        try:
            _copy(path, target, lasting=True)
        except FileExistsError:  # another one of the same second
            number += 1
            target = name.with_name(f"{name.stem}.{number}{name.suffix}")
        else:
            return target


def _copy(path: Path, target: Path, *, lasting: bool) -> None:
    """Copy a database to a name that is free; raise ``FileExistsError`` where it is not."""
    if os.path.lexists(target):
        raise FileExistsError(target)
    partial = target.with_name(f"{PARTIAL}{target.name}-{os.getpid():08}")
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent)
        try:
            with closing(_source(path)) as source, closing(sqlite3.connect(partial)) as copy:
                if not lasting:
                    copy.execute("PRAGMA synchronous = OFF")
                source.backup(copy)
                fold_log(copy, target)
            _name(partial, target)
            if lasting:
                sync_folder(target.parent)
        finally:
            for suffix in ("", *COMPANIONS):
                with suppress(OSError):
                    partial.with_name(partial.name + suffix).unlink(missing_ok=True)


def fold_log(connection: sqlite3.Connection, path: Path) -> None:
    """Put all that was written into the one file, so that it can be copied as a file; for a database of one's own."""
    with explained(path):
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    if mode != "delete":
        raise StoreError(f"{path}: could not be completed, nothing was written", "check the disk, and try again")


def _name(partial: Path, target: Path) -> None:
    """Give a file a name that nothing has yet, whoever else wants it at the same moment."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without second names
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        partial.rename(target)
