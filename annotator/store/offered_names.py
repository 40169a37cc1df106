"""The names in a database that a shell can offer, read in passing: nothing is made, migrated or waited for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from annotator.store.read_only import open_in_place
from annotator.store.schema import VERSION

MOST = 300
"""How many documents are offered at most."""

_DOCUMENTS = """
SELECT key, coalesce(title, '') FROM document
WHERE sha256 IS NOT NULL AND key >= :typed AND key < :typed || char(1114111)
  AND NOT EXISTS (SELECT 1 FROM layer WHERE document_id = document.id AND name = 'corpus' AND removed)
ORDER BY key LIMIT :most
"""
# One look into an index for each name, however many layers there are.
_DISTINCT = """
WITH RECURSIVE name (value) AS (
    SELECT min({column}) FROM {table} WHERE {which}
    UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {which} AND {column} > name.value) FROM name
    WHERE name.value IS NOT NULL
) SELECT value FROM name WHERE value <> ''
"""


def documents_named(path: Path, typed: str) -> list[tuple[str, str]]:
    """Keys that begin with what was typed, each with the document's title: at most :data:`MOST` of them, sorted.

    There are none where the database at ``path`` is missing, of another version, damaged or not to be read in place.
    """
    with _reading(path) as connection:
        if connection is not None:
            return connection.execute(_DOCUMENTS, {"typed": typed, "most": MOST}).fetchall()
    return []


def curators_named(path: Path) -> list[str]:
    """Everybody with work or assignments; nobody in the cases of :func:`documents_named`."""
    return sorted(
        {
            *_distinct(path, "author", "layer", "kind = 'curator'"),
            *_distinct(path, "id", "assignment", "true"),
        }
    )


def layers_named(path: Path) -> list[str]:
    """The names of layers, such as ``gold`` and ``curator:ana``; none in the cases of :func:`documents_named`."""
    return _distinct(path, "name", "layer", "kind <> 'corpus'")


def _distinct(path: Path, column: str, table: str, which: str) -> list[str]:
    with _reading(path) as connection:
        if connection is not None:
            query = _DISTINCT.format(column=column, table=table, which=which)
            return [name for (name,) in connection.execute(query)]
    return []


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that reads the database as it lies there; ``None`` where that cannot be."""
    opened = open_in_place(path, patience=0) if path.is_file() else None
    if opened is None:
        yield None
        return
    with closing(opened[0]) as connection:
        connection.row_factory = None
        is_ours = connection.execute("PRAGMA user_version").fetchone()[0] == VERSION
        yield connection if is_ours else None
