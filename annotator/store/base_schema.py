"""The shape that the first version gave the database; migrations change it from there."""

from __future__ import annotations

BASE = """
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
