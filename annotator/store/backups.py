"""Copies of the database: which there are, and putting one in the place of what is there.

Backups lie in ``backups`` beside the database, named ``STEM.TIME.WHY.db``.  Restoring never destroys anything: the
database, its write-ahead log and what else belongs to it are moved into a folder there, as one set, first.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from annotator.errors import OvertakenError, StoreError
from annotator.files.scratch import scratch
from annotator.files.whole import PARTIAL, discard_folder, sync_folder, unused_name
from annotator.store import connection as connecting
from annotator.store import schema
from annotator.store.connection import BACKUPS, COMPANIONS, backup_path, explained
from annotator.store.database import Store
from annotator.store.doctor import check_database
from annotator.store.foreign import NO_LIMITS, open_foreign
from annotator.store.lock_holder import Note
from annotator.store.lock_queue import Turns

_NAME = re.compile(r"\.(\d{8}T\d{6}Z)\.([\w-]+?)(?:\.\d+)?\.db")
_APPLICATION_ID_AT = 68
"""Byte of a SQLite file at which the program that it belongs to is named."""
_LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the database: where, when (UTC, ISO 8601), why it was made, and its size in bytes."""

    path: Path
    at: str
    why: str
    size: int


Steps = tuple[int, int]
"""How many events there are, and how many changes of the label scheme: what only ever grows."""


def steps_of(store: Store) -> Steps:
    """How many steps a database holds."""
    return _steps(store.connection)


def _steps(connection: sqlite3.Connection) -> Steps:
    row = connection.execute("SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM scheme_change)").fetchone()
    return int(row[0]), int(row[1])


def list_backups(path: Path) -> list[Backup]:
    """The backups of the database at ``path`` that lie beside it, oldest first."""
    found = []
    for file in sorted((path.parent / BACKUPS).glob(f"{path.stem}.*.db")):
        match = _NAME.fullmatch(file.name.removeprefix(path.stem))
        if match and _is_ours(file):
            found.append(Backup(file, _iso(match[1]), match[2], file.stat().st_size))
    return sorted(found, key=lambda backup: (backup.at, backup.path.stat().st_mtime_ns))


def prune(path: Path, keep: int) -> list[Backup]:
    """Remove all but the newest ``keep`` backups of the database at ``path``; return those that are gone."""
    old = list_backups(path)[:-keep]
    for one in old:
        with explained(one.path):
            one.path.unlink()
    return old


def restore(path: Path, source: Path, *, steps: Steps | None = None) -> Path | None:
    """Put a copy of the database ``source`` in the place of the one at ``path``; return where that one is now.

    ``source`` is checked as ``annotator doctor`` does and stays where it is; the database may be damaged or missing.
    Raises :class:`StoreError` with the first finding when the copy is not sound, or when somebody writes to the
    database, and :class:`OvertakenError` when it has other ``steps`` than those given; nothing is changed then.
    """
    if path.exists() and source.exists() and source.samefile(path):
        raise StoreError(f"{source} is the database itself", "`annotator backup --list` shows the copies")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with _checked(source, path.parent) as copy:
        findings = list(check_database(copy))
        if findings:
            more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
            raise StoreError(f"{source}: {findings[0]}{more}", "choose another copy; nothing was changed")
        staged = path.with_name(f"{PARTIAL}{path.name}-{os.getpid():08}")
        with explained(path):
            staged.unlink(missing_ok=True)
            try:
                connecting.backup(copy.path, staged)
                _write_ahead(staged)
                return _exchange(path, staged, steps)
            finally:
                for suffix in ("", *COMPANIONS):
                    staged.with_name(staged.name + suffix).unlink(missing_ok=True)


@contextmanager
def _checked(source: Path, folder: Path) -> Iterator[Store]:
    """Open a copy of a backup, which may be of an earlier version and lie on a medium that cannot be written."""
    with open_foreign(source, str(source), NO_LIMITS) as other, scratch(folder) as room:
        copy = room / "copy.db"
        other.copy_to(copy)
        try:
            store = Store(copy)
        except StoreError as error:
            raise StoreError(error.message.replace(str(copy), str(source)), error.hint) from error
        with store:
            yield store


def _exchange(path: Path, staged: Path, steps: Steps | None) -> Path | None:
    """Move the database at ``path`` aside with all that belongs to it, and ``staged`` into its place."""
    note = Note(path)
    note.open()
    turns = Turns(note.path)
    try:
        turns.wait(_LOCK_SECONDS)
        with _held(path) as connection:
            if steps is not None and (connection is None or _steps(connection) != steps):
                raise OvertakenError(f"{path} was written to meanwhile, nothing was changed", "run the command again")
            aside = _set_aside(path)
            for suffix in COMPANIONS:  # a log that stays would be read into the new database
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            staged.replace(path)
            sync_folder(path.parent)
        return aside
    finally:
        turns.close()
        note.close()
        note.take_away()


@contextmanager
def _held(path: Path) -> Iterator[sqlite3.Connection | None]:
    """Hold the write lock of a database, its log written into it; one that cannot be opened has no lock to hold."""
    if not path.exists():
        yield None
        return
    with closing(sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")  # nobody writes
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise
        yield connection
        with suppress(sqlite3.DatabaseError):
            connection.execute("ROLLBACK")


def _set_aside(path: Path) -> Path | None:
    """Give a database and what belongs to it a second name each, in a folder of their own; return the database's."""
    there = [name for suffix in ("", *COMPANIONS) if (name := path.with_name(path.name + suffix)).exists()]
    if not there:
        return None
    folder = unused_name(backup_path(path, "replaced").with_suffix(""))
    folder.mkdir(parents=True)
    try:
        for file in there:
            try:
                os.link(file, folder / file.name)
            except OSError:  # a file system without second names
                shutil.copy2(file, folder / file.name)
        sync_folder(folder)
        sync_folder(folder.parent)
    except BaseException:
        discard_folder(folder)
        raise
    return folder / path.name


def _write_ahead(path: Path) -> None:
    """Let a copy use write-ahead logging, as the database does."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _is_ours(path: Path) -> bool:
    """Whether a file is a database of this program, by what its header says."""
    with suppress(OSError), path.open("rb") as stream:
        header = stream.read(_APPLICATION_ID_AT + 4)
        return int.from_bytes(header[_APPLICATION_ID_AT:]) == schema.APPLICATION_ID
    return False


def _iso(stamp: str) -> str:
    """The time in a backup's name as history writes it, to the second."""
    day, time = stamp.rstrip("Z").split("T")
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"
