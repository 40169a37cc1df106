"""The shape that a database of ours has, object by object, to hold a database against."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from typing import NamedTuple

from annotator.store import schema
from annotator.store.migrations import GUARDS
from annotator.store.segmentations import add_conversion

MOST_OBJECTS = 1000
"""Tables, indexes and triggers that a database can have before it is not even looked at."""


class Thing(NamedTuple):
    """A table, index, trigger or view, by its kind and name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"the {self.kind} {self.name}"


Shape = Mapping[Thing, str]
"""The SQL of everything in a database, blanks apart."""

_BOOKKEEPING = re.compile(r"CREATE (TABLE|UNIQUE INDEX) [\w ,()]+")
"""How sqlite-utils notes migrations, whatever its version and quotes: names and nothing that could be evaluated."""
_EARLIEST = schema.MIGRATIONS[0][1].replace("    curators TEXT,\n", "")
"""The first version before its layers had curators."""


def shape_of(connection: sqlite3.Connection) -> Shape:
    """The shape of an open database; ``ValueError`` when it holds more than any of ours could."""
    rows = connection.execute("SELECT type, name, sql FROM sqlite_schema LIMIT ?", (MOST_OBJECTS + 1,)).fetchall()
    if len(rows) > MOST_OBJECTS:
        raise ValueError(f"more than {MOST_OBJECTS} tables, indexes and triggers")
    return {Thing(kind, name): " ".join((sql or "").split()) for kind, name, sql in rows}


def deviations(shape: Shape) -> Iterator[str]:
    """Yield what in a database of this version is not as the migrations make it, one line each."""
    expected = _shapes(schema.MIGRATIONS)[-1]
    for thing in sorted(expected.keys() | shape.keys()):
        if thing not in shape:
            yield f"{thing} is gone"
        elif thing not in expected:
            if not _is_bookkeeping(thing, shape[thing]):
                yield f"{thing} is none of annotator's"
        elif shape[thing] != expected[thing]:
            yield f"{thing} is not what annotator makes"


def foreign_thing(shape: Shape, version: int) -> str | None:
    """What keeps a database of a version from being one of ours, in a few words, or ``None``.

    Everything in it must be what some version of ours makes, and the tables that are read and the guards of its version
    must be there.  An index may be missing: nothing that is read depends on it.
    """
    shapes = _shapes(schema.MIGRATIONS)
    known: dict[Thing, set[str]] = {}
    for one in (*shapes, *_shapes(((schema.MIGRATIONS[0][0], _EARLIEST),))):
        for thing, sql in one.items():
            known.setdefault(thing, set()).add(sql)
    for thing, sql in sorted(shape.items()):
        if thing not in known:
            if not _is_bookkeeping(thing, sql):
                return f"{thing} is none of annotator's"
        elif sql not in known[thing]:
            return f"{thing} is not what annotator makes"
    needed = (thing for thing in shapes[version] if thing.kind == "trigger" and thing.name in GUARDS)
    missing = next((thing for thing in (*_read(shapes[version]), *needed) if thing not in shape), None)
    return None if missing is None else f"{missing} is missing"


def _read(shape: Shape) -> Iterator[Thing]:
    """The tables that are read, of those that a version has."""
    for name in ("document", "event", "layer", "segmentation", "text"):
        if (table := Thing("table", name)) in shape:
            yield table


def _is_bookkeeping(thing: Thing, sql: str) -> bool:
    """Whether this only notes migrations, or helps SQLite to plan."""
    if thing.name not in ("sqlite_stat1", "sqlite_stat4") and "_sqlite_migrations" not in thing.name:
        return False
    unquoted = re.sub(r"[\[\]\"'`]", "", sql)
    return _BOOKKEEPING.fullmatch(unquoted) is not None or (thing.kind == "index" and not sql)


@lru_cache(maxsize=4)
def _shapes(migrations: tuple[tuple[str, str], ...]) -> tuple[Shape, ...]:
    """The shapes of a database after none, one, two … of the migrations."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        add_conversion(connection)
        found = [shape_of(connection)]
        for _, sql in migrations:
            for statement in schema.statements(sql):
                connection.execute(statement)
            found.append(shape_of(connection))
    return tuple(found)
