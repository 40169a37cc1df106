"""The database's shape: explicit SQL, one migration a version.

``PRAGMA user_version`` is the number of migrations applied; sqlite-utils keeps their names and times.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from annotator.errors import StoreError
from annotator.store.derived import DIFFERING, DOUBT, REOPENED

APPLICATION_ID = 0x616E6E6F  # "anno"

_BASE = """
CREATE TABLE text (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    content TEXT NOT NULL,
    tokenizer TEXT NOT NULL,
    tokens BLOB NOT NULL,
    sentences BLOB NOT NULL
) STRICT;

CREATE VIRTUAL TABLE text_search USING fts5 (
    content, content = 'text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER text_is_searchable AFTER INSERT ON text
BEGIN INSERT INTO text_search (rowid, content) VALUES (new.id, new.content); END;

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE CHECK (key <> ''),
    sha256 TEXT REFERENCES text (sha256),
    lang TEXT,
    title TEXT,
    meta TEXT CHECK (meta IS NULL OR json_valid(meta))
) STRICT;

CREATE TABLE layer (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES document (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('corpus', 'suggester', 'curator', 'gold')),
    author TEXT NOT NULL,
    head TEXT NOT NULL DEFAULT '',
    length INTEGER NOT NULL DEFAULT 0 CHECK (length >= 0),
    changed_at TEXT,
    state TEXT CHECK (state IN ('doing', 'done', 'skipped')),
    flag TEXT,
    text TEXT REFERENCES text (sha256),
    fingerprint TEXT,
    curators TEXT,
    UNIQUE (document_id, name)
) STRICT;
CREATE INDEX layer_by_name ON layer (name, state, document_id);

CREATE TABLE span (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL,
    label TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('suggested', 'accepted', 'corrected', 'added')),
    source TEXT,
    score REAL CHECK (score BETWEEN 0 AND 1),
    curator TEXT,
    PRIMARY KEY (layer_id, id),
    CHECK (start < "end")
) STRICT, WITHOUT ROWID;

CREATE TABLE relation (
    layer_id INTEGER NOT NULL,
    id TEXT NOT NULL,
    head TEXT NOT NULL,
    child TEXT NOT NULL,
    label TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('suggested', 'accepted', 'corrected', 'added')),
    source TEXT,
    score REAL CHECK (score BETWEEN 0 AND 1),
    curator TEXT,
    PRIMARY KEY (layer_id, id),
    FOREIGN KEY (layer_id, head) REFERENCES span (layer_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (layer_id, child) REFERENCES span (layer_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX relation_by_head ON relation (layer_id, head);
CREATE INDEX relation_by_child ON relation (layer_id, child);

CREATE TABLE verdict (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('span', 'relation')),
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'corrected', 'rejected', 'ignored')),
    label TEXT NOT NULL,
    source TEXT,
    score REAL CHECK (score BETWEEN 0 AND 1),
    original TEXT NOT NULL CHECK (json_valid(original)),
    item TEXT,
    PRIMARY KEY (layer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE comment (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    text TEXT NOT NULL,
    target TEXT,
    PRIMARY KEY (layer_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE assignment (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    blind INTEGER NOT NULL DEFAULT 0 CHECK (blind IN (0, 1)),
    PRIMARY KEY (layer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_by_curator ON assignment (id, layer_id);

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    prev TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target INTEGER,
    pause_ms INTEGER CHECK (pause_ms >= 0),
    ops TEXT NOT NULL CHECK (json_valid(ops)),
    UNIQUE (layer_id, seq)
) STRICT;

CREATE TRIGGER event_is_never_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER text_is_never_updated BEFORE UPDATE ON text
BEGIN SELECT RAISE(ABORT, 'texts are never rewritten'); END;
CREATE TRIGGER text_is_never_deleted BEFORE DELETE ON text
BEGIN SELECT RAISE(ABORT, 'texts are never rewritten'); END;

CREATE TABLE place (
    curator TEXT NOT NULL,
    document TEXT NOT NULL,
    cursor INTEGER NOT NULL,
    focus TEXT,
    at TEXT NOT NULL,
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    PRIMARY KEY (curator, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX place_by_time ON place (curator, at);
"""

_SEVERAL_CURATORS = """
ALTER TABLE event RENAME TO event_before;

-- Layers that databases carried on apart hold several events of one number, once they are merged.
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    prev TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target INTEGER,
    pause_ms INTEGER CHECK (pause_ms >= 0),
    ops TEXT NOT NULL CHECK (json_valid(ops))
) STRICT;
INSERT INTO event SELECT id, hash, layer_id, seq, prev, at, actor, action, target, pause_ms, ops FROM event_before;
DROP TABLE event_before;
CREATE INDEX event_of_layer ON event (layer_id, seq);

CREATE TRIGGER event_is_never_updated BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER event_of_one_writer_forms_one_line BEFORE INSERT ON event
WHEN EXISTS (SELECT 1 FROM event WHERE layer_id = new.layer_id AND seq = new.seq)
 AND (SELECT kind FROM layer WHERE id = new.layer_id) IN ('curator', 'gold')
BEGIN SELECT RAISE(ABORT, 'a layer of one writer has one history'); END;

ALTER TABLE layer ADD COLUMN spans INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layer ADD COLUMN relations INTEGER NOT NULL DEFAULT 0;
UPDATE layer SET spans = (SELECT count(*) FROM span WHERE layer_id = layer.id),
                 relations = (SELECT count(*) FROM relation WHERE layer_id = layer.id);
CREATE INDEX layer_of_curator ON layer (author, state, changed_at, document_id, flag, spans, relations)
WHERE kind = 'curator';
CREATE INDEX layer_of_document ON layer (document_id, author, state) WHERE kind = 'curator';

DROP INDEX assignment_by_curator;
CREATE INDEX assignment_of_curator ON assignment (id, layer_id, blind);

-- What the database was last written under; no part of history, because labels.yaml is not.
CREATE TABLE scheme (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sha256 TEXT NOT NULL,
    shape TEXT NOT NULL CHECK (json_valid(shape))
) STRICT;
"""

_EXTRA = """
CREATE TABLE extra (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    format TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL CHECK (json_valid(value)),
    refs TEXT CHECK (refs IS NULL OR json_valid(refs)),
    PRIMARY KEY (layer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_by_text ON document (sha256);
"""

_RULINGS = """
CREATE TABLE ruling (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('span', 'relation')),
    claim TEXT NOT NULL CHECK (json_valid(claim)),
    settled TEXT NOT NULL CHECK (settled IN ('agreement', 'majority', 'adjudicator')),
    versions TEXT NOT NULL CHECK (json_valid(versions)),
    event INTEGER NOT NULL CHECK (event >= 1),
    outcome TEXT CHECK (outcome IS NULL OR json_valid(outcome)),
    item TEXT,
    origin TEXT CHECK (origin IN ('suggested', 'accepted', 'corrected', 'added')),
    source TEXT,
    score REAL CHECK (score BETWEEN 0 AND 1),
    curator TEXT,
    PRIMARY KEY (layer_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ruling_by_item ON ruling (layer_id, item);
"""

GUARDS = frozenset(
    {
        "event_is_never_updated",
        "event_is_never_deleted",
        "event_of_one_writer_forms_one_line",
        "text_is_never_updated",
        "text_is_never_deleted",
    }
)
"""The triggers that keep history append-only; a database without them is damaged."""

_LATEST_LAYERS = """
CREATE INDEX layer_by_change ON layer (name, changed_at);
"""

_DOCUMENT_DATES = """
CREATE INDEX document_by_date ON document (json_extract(meta, '$.date') DESC, key);
"""

_DOUBT = f"""
ALTER TABLE layer ADD COLUMN doubt REAL NOT NULL DEFAULT 0;
UPDATE layer SET doubt = ({DOUBT}) WHERE kind = 'suggester';
CREATE INDEX layer_of_suggester ON layer (document_id, name, doubt) WHERE kind = 'suggester';
"""

_DIFFERING = """
ALTER TABLE document ADD COLUMN differing INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_by_differing ON document (differing DESC, key);
"""

_REOPENED = f"""
ALTER TABLE document ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0 CHECK (reopened IN (0, 1));
UPDATE document SET reopened = ({REOPENED.strip()})
WHERE id IN (SELECT document_id FROM layer WHERE name = 'gold' AND state = 'done');
UPDATE document SET differing = ({DIFFERING.strip()})
WHERE (SELECT count(*) FROM layer c WHERE c.document_id = document.id AND c.kind = 'curator' AND c.state = 'done') > 1;
CREATE INDEX document_reopened ON document (id) WHERE reopened;
"""

_RETURNED = """
CREATE TABLE returned (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    note TEXT NOT NULL,
    step INTEGER NOT NULL CHECK (step >= 1),
    PRIMARY KEY (layer_id, id)
) STRICT, WITHOUT ROWID;

-- What was sent back counts as unfinished everywhere, whatever its curator's own history says.
DROP INDEX IF EXISTS layer_by_name;
DROP INDEX IF EXISTS layer_of_curator;
DROP INDEX IF EXISTS layer_of_document;
ALTER TABLE layer RENAME COLUMN state TO own_state;
ALTER TABLE layer ADD COLUMN returned INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1));
ALTER TABLE layer ADD COLUMN state TEXT
    GENERATED ALWAYS AS (CASE WHEN returned THEN 'doing' ELSE own_state END) VIRTUAL;
CREATE INDEX layer_by_name ON layer (name, state, document_id);
CREATE INDEX layer_of_curator ON layer (author, state, changed_at, document_id, flag, spans, relations, returned)
WHERE kind = 'curator';
CREATE INDEX layer_of_document ON layer (document_id, author, state) WHERE kind = 'curator';
CREATE INDEX layer_flagged ON layer (changed_at, author) WHERE flag IS NOT NULL;
CREATE INDEX layer_returned ON layer (author, document_id) WHERE returned;
"""

MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("0001_base", _BASE),
    ("0002_several_curators", _SEVERAL_CURATORS),
    ("0003_extra", _EXTRA),
    ("0004_rulings", _RULINGS),
    ("0005_latest_layers", _LATEST_LAYERS),
    ("0006_document_dates", _DOCUMENT_DATES),
    ("0007_doubt", _DOUBT),
    ("0008_differing", _DIFFERING),
    ("0010_reopened", _REOPENED),
    ("0011_returned", _RETURNED),
)
"""Name and SQL of each migration, oldest first."""

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
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("annotator")
    for name, sql in MIGRATIONS:
        migrations(name=name)(_runner(sql))
    _make_up_for_beginnings(connection)
    migrations.apply(Database(connection))
    _add_missing_indexes(connection)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _make_up_for_beginnings(connection: sqlite3.Connection) -> None:
    """Bring a database that a version under development made to what its migrations came to be."""
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
    if "layer" in present and "curators" not in {row[1] for row in connection.execute("PRAGMA table_info(layer)")}:
        connection.execute("ALTER TABLE layer ADD COLUMN curators TEXT")
    if "text" in present and "text_search" not in present:
        for statement in statements(_BASE):
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
