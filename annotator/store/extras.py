"""Where something is kept of foreign formats, and how much."""

from __future__ import annotations

from annotator.store.database import Store


def extra_counts(store: Store) -> dict[int, dict[tuple[str, str], int]]:
    """How much every layer that keeps anything keeps, by layer id, then by format and kind."""
    found: dict[int, dict[tuple[str, str], int]] = {}
    query = "SELECT layer_id, format, kind, count(*) FROM extra GROUP BY layer_id, format, kind"
    for layer_id, form, kind, count in store.rows(query):
        found.setdefault(layer_id, {})[form, kind] = count
    return found


def documents_with_extras(store: Store, form: str) -> dict[str, int]:
    """The keys of the documents of which something is kept for a format, each with the layer that keeps it."""
    query = (
        "SELECT d.key, l.id FROM extra e JOIN layer l ON l.id = e.layer_id JOIN document d ON d.id = l.document_id"
        " WHERE e.format = ?1 AND e.kind = 'document' AND l.name = 'corpus' AND e.id = ?1"
    )
    return dict(map(tuple, store.rows(query, form)))
