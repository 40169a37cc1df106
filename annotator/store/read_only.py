"""Opening a database where it can only be read: on a read-only medium, or in a folder where one may not write.

SQLite wants to make files beside a database with a write-ahead log even to read it.  Where it may not, there are three
ways: with the files that are there, without any where there is no log, or from a private copy, which vanishes by
itself.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from annotator.errors import StoreError
from annotator.files.scratch import scratch
from annotator.store import schema
from annotator.store.lock import READ_PATIENCE
from annotator.store.lock_holder import Stamp

READ_ONLY_MEDIUM = "it is on a read-only file system"
WHERE_TO_WRITE = "copy the workspace to where you may write"
OWN_RIGHTS = "give yourself write access to the file and its folder"
_TRIES = 5


class ReadOnlyError(StoreError):
    """Something is to be written where one can only read."""


class Untouched:
    """A database that is read without any lock, because nobody seemed to write to it: whether that is still so."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._was = _state(path)

    def check(self) -> None:
        """Raise :class:`StoreError` when somebody began to write to it."""
        if _state(self._path) != self._was:
            raise StoreError(
                f"{self._path} is being written to, and can only be read here",
                "start again to see what it says now",
            )


def why_only_readable(path: Path) -> str:
    """Why a database that is there can only be read; nothing where it may be written, or is not there."""
    if not path.is_file():
        return ""
    for place in (path.parent, path):
        if not os.access(place, os.W_OK):
            read_only = os.statvfs(place).f_flag & os.ST_RDONLY
            return READ_ONLY_MEDIUM if read_only else f"{place} may not be written"
    return ""


def open_to_read(path: Path) -> tuple[sqlite3.Connection, Untouched | None, str]:
    """Open a database that can only be read; return it, whether to watch it, and what is to be told of the way.

    One of an older schema is shown as a private copy that was migrated.
    """
    connection, untouched, told = open_as_it_is(path)
    try:
        version = schema.checked_version(connection, path)
        if version == schema.VERSION:
            return connection, untouched, told
        if not version:
            raise StoreError(f"{path} is empty, and can only be read", WHERE_TO_WRITE)
        migrated = _private(connection)
    except BaseException:
        connection.close()
        raise
    connection.close()
    migrated.execute("BEGIN")
    schema.migrate(migrated)
    migrated.execute("COMMIT")
    return migrated, None, f"it has an older schema ({version}), so a private copy is shown, migrated"


def open_as_it_is(path: Path) -> tuple[sqlite3.Connection, Untouched | None, str]:
    """Open a database that can only be read, whatever its schema; see :func:`open_to_read`."""
    opened = open_in_place(path)
    if opened is not None:
        return *opened, ""
    return _copied(path), None, "its log cannot be read in place, so a private copy is shown"


def open_in_place(path: Path, patience: float = READ_PATIENCE) -> tuple[sqlite3.Connection, Untouched | None] | None:
    """Open a database to read without a copy, and return whether to watch it; ``None`` where its log forbids that.

    ``patience`` is how many seconds to wait for a lock.
    """
    log, index = _beside(path)
    if not log.exists() or (not index.exists() and not log.stat().st_size):
        untouched = Untouched(path)
        return _uri(path, "mode=ro&immutable=1", patience), untouched
    if index.exists():
        connection = _uri(path, "mode=ro", patience)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError:
            connection.close()
        else:
            return connection, None
    return None


def _beside(path: Path) -> tuple[Path, Path]:
    """Where a database's log and the index of that log are."""
    return path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


def _uri(path: Path, how: str, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.row_factory = sqlite3.Row
    return connection


def _private(source: sqlite3.Connection) -> sqlite3.Connection:
    """A copy that is nobody else's: SQLite keeps what does not fit in memory in a file without a name."""
    copy = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    copy.row_factory = sqlite3.Row
    try:
        source.backup(copy)
    except BaseException:
        copy.close()
        raise
    return copy


def _copied(path: Path) -> sqlite3.Connection:
    """A private copy with what the log says, which SQLite reads beside a copy of the file."""
    log, _ = _beside(path)
    for _ in range(_TRIES):
        before = _state(path), _state(log)
        with scratch(Path(tempfile.gettempdir())) as folder:
            copy = folder / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(log, copy.with_name(log.name))
            if (_state(path), _state(log)) == before:
                with closing(sqlite3.connect(copy)) as source:
                    return _private(source)
    raise StoreError(f"{path} is being written to, and can only be read here", "try again when that is through")


def _state(path: Path) -> tuple[Stamp | None, bool]:
    """What changes when somebody writes to a file: the file, and whether there is a log beside it."""
    try:
        found = path.stat()
    except OSError:
        return None, False
    log, _ = _beside(path)
    return (found.st_ino, found.st_size, found.st_mtime_ns), log.exists() and log.stat().st_size > 0
