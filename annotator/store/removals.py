"""Documents that were removed from the corpus, and what is on a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from annotator.history import CORPUS, REMOVE, Event, LayerName, Record, dumps
from annotator.store.database import Store
from annotator.store.layers import event_of


class WorkOn(NamedTuple):
    """Work that there is on a document: a curator's, or gold (without a curator), begun or brought in."""

    layer: str
    curator: str
    spans: int
    relations: int
    state: str


def work_on(store: Store, key: str) -> list[WorkOn]:
    """The work of curators on a document, and its gold, also where it was removed, in order of the layers' names."""
    query = (
        "SELECT l.name, l.author, l.spans, l.relations, l.own_state FROM layer l"
        " JOIN document d ON d.id = l.document_id"
        " WHERE d.key = ? AND l.kind IN ('curator', 'gold') AND l.own_state IS NOT NULL ORDER BY l.name"
    )
    return [WorkOn(*row) for row in store.rows(query, key)]


def present_digests(store: Store, keys: Iterable[str]) -> dict[str, str | None]:
    """The digests of documents' texts by key: ``None`` for one that was removed, nothing for one that never was."""
    query = "SELECT key, sha256 FROM document WHERE key IN (SELECT value FROM json_each(?))"
    return dict(map(tuple, store.rows(query, dumps(list(keys)))))


def keys_of_texts(store: Store, digests: Iterable[str]) -> dict[str, str]:
    """The keys of the documents that have some texts, by the digests of these; of several documents the first key."""
    query = "SELECT sha256, min(key) FROM document WHERE sha256 IN (SELECT value FROM json_each(?)) GROUP BY sha256"
    return dict(map(tuple, store.rows(query, dumps(list(digests)))))


def removed_documents(store: Store) -> list[str]:
    """The keys of the documents that were removed, in order."""
    query = (
        "SELECT d.key FROM document d JOIN layer c ON c.document_id = d.id AND c.name = 'corpus'"
        " WHERE d.sha256 IS NULL AND c.length > 0 ORDER BY d.key"
    )
    return [row[0] for row in store.rows(query)]


def removal(store: Store, key: str) -> Event | None:
    """The event that removed a document; ``None`` for one that is there, or never was."""
    row = store.row(
        "SELECT e.* FROM document d JOIN layer c ON c.document_id = d.id AND c.name = 'corpus'"
        " JOIN event e ON e.layer_id = c.id"
        " WHERE d.key = ? AND d.sha256 IS NULL AND e.action = ? ORDER BY e.seq DESC, e.at DESC, e.hash DESC LIMIT 1",
        key,
        REMOVE,
    )
    return None if row is None else store.names.event(event_of(store.names.layer_identity(LayerName(key, CORPUS)), row))


def removed_record(store: Store, key: str) -> Record | None:
    """What a document was before it was removed; ``None`` for one that is there, or never was."""
    event = removal(store, key)
    ops = [] if event is None else event.decode_ops()
    return next((op.was for op in ops if op.table == "document"), None)


def came_since(store: Store, moment: str) -> list[str]:
    """The keys of the documents that came into the corpus since a moment, in order."""
    query = (
        "SELECT d.key FROM document d JOIN layer c ON c.document_id = d.id AND c.name = 'corpus'"
        " JOIN event e ON e.layer_id = c.id AND e.seq = 1 WHERE d.sha256 IS NOT NULL AND e.at >= ? ORDER BY d.key"
    )
    return [row[0] for row in store.rows(query, moment)]


def all_keys(store: Store) -> list[str]:
    """The keys of all documents, also of those that were removed, in order."""
    return [row[0] for row in store.rows("SELECT key FROM document ORDER BY key")]
