"""Which version of its shape a database has, and bringing it to the present one.

``PRAGMA user_version`` is the number of migrations applied; sqlite-utils keeps their names and times.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotator.errors import StoreError
from annotator.store import migrations
from annotator.store.base_schema import BASE
from annotator.store.segmentations import add_conversion

APPLICATION_ID = 0x616E6E6F  # "anno"

MIGRATIONS = migrations.MIGRATIONS
VERSION = len(MIGRATIONS)


def checked_version(connection: sqlite3.Connection, path: Path) -> int:
    """The schema version of the database at ``path``, 0 for an empty one.

    Raises :class:`StoreError` when it belongs to something else or comes from a newer version.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if not empty and application != APPLICATION_ID:
        raise StoreError(f"{path} is a database of another program", "choose another workspace; it was left as it is")
    if version > VERSION:
        raise StoreError(
            f"{path} was written by a newer annotator (schema {version}, this one knows {VERSION})", "upgrade annotator"
        )
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to :data:`VERSION`; the caller holds the write lock and commits."""
    with _without("pandas", "numpy"):
        from sqlite_utils import Database
        from sqlite_utils.migrations import Migrations

    runs = Migrations("annotator")
    for name, sql in MIGRATIONS:
        runs(name=name)(_runner(sql))
    add_conversion(connection)
    _make_up_for_beginnings(connection)
    runs.apply(Database(connection))
    _add_missing_indexes(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


@contextmanager
def _without(*modules: str) -> Iterator[None]:
    """Let an import go without what it would load where that is installed: 100 MB, for types that no column has."""
    hidden = [module for module in modules if module not in sys.modules]
    try:
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
        yield
    finally:
        for module in hidden:
            del sys.modules[module]


def _make_up_for_beginnings(connection: sqlite3.Connection) -> None:
    """Bring a database that a version under development made to what its migrations came to be."""
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if "layer" in present and "curators" not in {row[1] for row in connection.execute("PRAGMA table_info(layer)")}:
        connection.execute("ALTER TABLE layer ADD COLUMN curators TEXT")
    if "text" in present and "text_search" not in present:
        for statement in statements(BASE):
            if "text_search" in statement:
                connection.execute(statement)
        connection.execute("INSERT INTO text_search (text_search) VALUES ('rebuild')")
    if "_sqlite_migrations" in present:
        connection.execute("UPDATE _sqlite_migrations SET name = '0004_rulings' WHERE name = '0003_rulings'")


def _add_missing_indexes(connection: sqlite3.Connection) -> None:
    """Make the indexes that came into a migration after the database had run it."""
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    made: dict[str, str] = {}
    for statement in (statement for _, sql in MIGRATIONS for statement in statements(sql)):
        if (created := _INDEX.search(statement)) is not None:
            made[created[1]] = created[0]
        elif (dropped := _DROPPED_INDEX.search(statement)) is not None:
            made.pop(dropped[1], None)
    for name, statement in made.items():
        if name not in present:
            connection.execute(statement)


_INDEX = re.compile(r"CREATE INDEX (\w+) .*", re.DOTALL)
_DROPPED_INDEX = re.compile(r"DROP INDEX (?:IF EXISTS )?(\w+)")


def _runner(sql: str) -> Callable[[Any], None]:
    def run(db: Any) -> None:
        for statement in statements(sql):
            db.conn.execute(statement)

    return run


def statements(sql: str) -> list[str]:
    """Split a script into statements; ``executescript`` would commit the open transaction."""
    found: list[str] = []
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending.strip())
            pending = ""
    return [statement for statement in found if statement]
