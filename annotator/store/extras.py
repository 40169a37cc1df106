"""Where something is kept of foreign formats, and how much."""

from __future__ import annotations

import json
from typing import NamedTuple

from annotator.store.database import Store


def extra_counts(store: Store) -> dict[int, dict[tuple[str, str], int]]:
    """How much every layer that keeps anything keeps, by layer id, then by format and kind."""
    found: dict[int, dict[tuple[str, str], int]] = {}
    query = "SELECT layer_id, format, kind, count(*) FROM extra GROUP BY layer_id, format, kind"
    for layer_id, form, kind, count in store.rows(query):
        found.setdefault(layer_id, {})[form, kind] = count
    return found


class KeptOfDocument(NamedTuple):
    """The layer that keeps what a format has of a document, and the names of those fields."""

    layer_id: int
    fields: frozenset[str]


def kept_of_documents(store: Store, form: str) -> dict[str, KeptOfDocument]:
    """What is kept for a format of the documents themselves, by their keys."""
    query = (
        "SELECT d.key, l.id, (SELECT json_group_array(key) FROM json_each(e.value)) FROM extra e"
        " JOIN layer l ON l.id = e.layer_id JOIN document d ON d.id = l.document_id"
        " WHERE e.format = ?1 AND e.kind = 'document' AND l.name = 'corpus' AND e.id = ?1"
    )
    names: dict[str, frozenset[str]] = {}
    kept: dict[str, KeptOfDocument] = {}
    for key, layer_id, fields in store.rows(query, form):
        kept[key] = KeptOfDocument(layer_id, names.setdefault(fields, frozenset(json.loads(fields))))
    return kept
