"""The migrations of the database: its shape as explicit SQL, one script a version."""

from __future__ import annotations

from annotator.store.base_schema import BASE
from annotator.store.derived import DIFFERING, READY, REOPENED

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
        "segmentation_is_never_updated",
        "segmentation_is_never_deleted",
        "scheme_change_is_never_updated",
        "scheme_change_is_never_deleted",
    }
)
"""The triggers that keep history append-only; a database without them is damaged."""

_LATEST_LAYERS = """
CREATE INDEX layer_by_change ON layer (name, changed_at);
"""

_DOCUMENT_DATES = """
CREATE INDEX document_by_date ON document (json_extract(meta, '$.date') DESC, key);
"""

_EARLIER_DOUBT = """
SELECT coalesce(sum(score * (1 - score)), 0)
    / max(1, coalesce((SELECT length(tokens) / 8 FROM text WHERE sha256 = layer.text), 1))
FROM span WHERE layer_id = layer.id
"""
"""How uncertain a suggester is, for each token, of which each took eight bytes until there was a byte for most."""

_DOUBT = f"""
ALTER TABLE layer ADD COLUMN doubt REAL NOT NULL DEFAULT 0;
UPDATE layer SET doubt = ({_EARLIER_DOUBT}) WHERE kind = 'suggester';
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

_SCHEME_CHANGES = """
-- Changes of the label scheme, as a layer's events are: append-only, identified by a digest.
CREATE TABLE scheme_change (
    id INTEGER PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    event TEXT NOT NULL CHECK (json_valid(event))
) STRICT;
CREATE TRIGGER scheme_change_is_never_updated BEFORE UPDATE ON scheme_change
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER scheme_change_is_never_deleted BEFORE DELETE ON scheme_change
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;

-- The changes that the writer of an event knew, and those that a layer's state has been carried over.
ALTER TABLE event ADD COLUMN scheme TEXT NOT NULL DEFAULT '';
ALTER TABLE layer ADD COLUMN scheme TEXT NOT NULL DEFAULT '';

-- The file that was last written under and the changes known then, and what was written under before that.
ALTER TABLE scheme ADD COLUMN labels TEXT;
ALTER TABLE scheme ADD COLUMN changes TEXT NOT NULL DEFAULT '';
CREATE TABLE former_scheme (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    shape TEXT NOT NULL CHECK (json_valid(shape)),
    labels TEXT,
    changes TEXT NOT NULL
) STRICT;

-- The last change that all layers have been carried over.
CREATE TABLE carried (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;
"""

_RETURNED = """
CREATE TABLE returned (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    note TEXT NOT NULL,
    step INTEGER NOT NULL CHECK (step >= 1),
    PRIMARY KEY (layer_id, id)
) STRICT, WITHOUT ROWID;

-- What was sent back counts as unfinished everywhere, whatever its curator's own history says; what was done on a
-- document that was removed counts nowhere.
DROP INDEX IF EXISTS layer_by_name;
DROP INDEX IF EXISTS layer_of_curator;
DROP INDEX IF EXISTS layer_of_document;
ALTER TABLE layer RENAME COLUMN state TO own_state;
ALTER TABLE layer ADD COLUMN returned INTEGER NOT NULL DEFAULT 0 CHECK (returned IN (0, 1));
ALTER TABLE layer ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));
UPDATE layer SET removed = 1 WHERE document_id IN (SELECT id FROM document WHERE sha256 IS NULL);
ALTER TABLE layer ADD COLUMN state TEXT
    GENERATED ALWAYS AS (CASE WHEN removed THEN NULL WHEN returned THEN 'doing' ELSE own_state END) VIRTUAL;
CREATE INDEX layer_by_name ON layer (name, state, document_id);
CREATE INDEX layer_of_curator
ON layer (author, state, changed_at, document_id, flag, spans, relations, returned, removed) WHERE kind = 'curator';
CREATE INDEX layer_of_document ON layer (document_id, author, state) WHERE kind = 'curator';
CREATE INDEX layer_flagged ON layer (changed_at, author) WHERE flag IS NOT NULL;
CREATE INDEX layer_removed ON layer (document_id) WHERE removed;
CREATE INDEX layer_returned ON layer (author, document_id) WHERE returned;
"""

_READY = f"""
ALTER TABLE document ADD COLUMN ready INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1));
UPDATE document SET ready = ({READY.strip()})
WHERE id IN (SELECT document_id FROM layer WHERE kind = 'curator' AND state = 'done');
CREATE INDEX document_ready ON document (key) WHERE ready;
CREATE INDEX layer_in_work ON layer (changed_at, document_id)
WHERE kind = 'curator' AND state = 'doing' AND NOT returned;
"""

_RENAMING = """
-- Nothing changes its shape: this is the first version that knows of renamings among the changes.
"""

_DOUBT_PER_TOKEN = f"""
UPDATE layer SET doubt = ({_EARLIER_DOUBT}) WHERE kind = 'suggester';
"""

_SEGMENTATION = """
-- What is in a text, apart from it: rows of texts alone fill their pages better.
CREATE TABLE segmentation (
    text_id INTEGER PRIMARY KEY REFERENCES text (id),
    tokenizer TEXT NOT NULL,
    tokens BLOB NOT NULL,
    sentences BLOB NOT NULL
) STRICT;
INSERT INTO segmentation SELECT id, tokenizer, in_codes(tokens), in_codes(sentences) FROM text;
CREATE TRIGGER segmentation_is_never_updated BEFORE UPDATE ON segmentation
BEGIN SELECT RAISE(ABORT, 'texts are never rewritten'); END;
CREATE TRIGGER segmentation_is_never_deleted BEFORE DELETE ON segmentation
BEGIN SELECT RAISE(ABORT, 'texts are never rewritten'); END;

CREATE TABLE text_alone (
    id INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
    content TEXT NOT NULL
) STRICT;
INSERT INTO text_alone SELECT id, sha256, content FROM text;
DROP TABLE text;
ALTER TABLE text_alone RENAME TO text;
CREATE TRIGGER text_is_searchable AFTER INSERT ON text
BEGIN INSERT INTO text_search (rowid, content) VALUES (new.id, new.content); END;
CREATE TRIGGER text_is_never_updated BEFORE UPDATE ON text
BEGIN SELECT RAISE(ABORT, 'texts are never rewritten'); END;
CREATE TRIGGER text_is_never_deleted BEFORE DELETE ON text
BEGIN SELECT RAISE(ABORT, 'texts are never rewritten'); END;
"""

_PLANNED = """
-- What was planned and is being carried out, a batch of documents a row; no part of history, as what was done is.
CREATE TABLE planned (
    id INTEGER PRIMARY KEY,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    tasks TEXT NOT NULL CHECK (json_valid(tasks))
) STRICT;
"""

_ATTRIBUTES = """
-- What is said of spans, relations and documents beside their labels, as JSON objects of values by name.
ALTER TABLE span ADD COLUMN attributes TEXT CHECK (attributes IS NULL OR json_type(attributes) = 'object');
ALTER TABLE relation ADD COLUMN attributes TEXT CHECK (attributes IS NULL OR json_type(attributes) = 'object');
ALTER TABLE verdict ADD COLUMN attributes TEXT CHECK (attributes IS NULL OR json_type(attributes) = 'object');
ALTER TABLE layer ADD COLUMN attributes TEXT CHECK (attributes IS NULL OR json_type(attributes) = 'object');
"""

_ATTRIBUTE_RULINGS = """
-- A table's checks cannot be changed, so that it is made anew.
DROP INDEX IF EXISTS ruling_by_item;
ALTER TABLE ruling RENAME TO ruling_before;
CREATE TABLE ruling (
    layer_id INTEGER NOT NULL REFERENCES layer (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('span', 'relation', 'attribute')),
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
INSERT INTO ruling SELECT layer_id, id, kind, claim, settled, versions, event, outcome, item, origin, source, score,
    curator FROM ruling_before;
DROP TABLE ruling_before;
CREATE INDEX ruling_by_item ON ruling (layer_id, item);
"""

MIGRATIONS: tuple[tuple[str, str], ...] = (
    ("0001_base", BASE),
    ("0002_several_curators", _SEVERAL_CURATORS),
    ("0003_extra", _EXTRA),
    ("0004_rulings", _RULINGS),
    ("0005_latest_layers", _LATEST_LAYERS),
    ("0006_document_dates", _DOCUMENT_DATES),
    ("0007_doubt", _DOUBT),
    ("0008_differing", _DIFFERING),
    ("0009_scheme_changes", _SCHEME_CHANGES),
    ("0010_reopened", _REOPENED),
    ("0011_returned", _RETURNED),
    ("0012_ready", _READY),
    ("0013_renaming", _RENAMING),
    ("0014_doubt_per_token", _DOUBT_PER_TOKEN),
    ("0015_segmentation", _SEGMENTATION),
    ("0016_planned", _PLANNED),
    ("0017_attributes", _ATTRIBUTES),
    ("0018_attribute_rulings", _ATTRIBUTE_RULINGS),
)
"""Name and SQL of each migration, oldest first."""
