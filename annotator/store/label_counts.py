"""How often labels occur in the layers of a database, and where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from annotator.history import dumps
from annotator.store.database import Store

_PRESENT = "FROM layer l JOIN document d ON d.id = l.document_id AND d.sha256 IS NOT NULL"


class LabelCount(NamedTuple):
    """How often a label occurs in the layers of one name: items, and documents with any."""

    kind: str
    label: str
    layer: str
    items: int
    documents: int


class LabelExample(NamedTuple):
    """A span, or the two ends of a relation, with a label: where it stands, and the words, in code points."""

    document: str
    start: int
    end: int
    text: str


def label_counts(store: Store, labels: Iterable[str] | None = None) -> list[LabelCount]:
    """Count every label (or only some) in every layer, in order of kind, label and layer."""
    some = None if labels is None else dumps(sorted(labels))
    query = " UNION ALL ".join(
        f"SELECT '{kind}', i.label, l.name, count(*), count(DISTINCT l.document_id) {_PRESENT}"
        f" JOIN {table} i ON i.layer_id = l.id"
        " WHERE ?1 IS NULL OR i.label IN (SELECT value FROM json_each(?1)) GROUP BY i.label, l.name"
        for kind, table in (("entity", "span"), ("relation", "relation"))
    )
    return [LabelCount(*row) for row in store.rows(f"{query} ORDER BY 1, 2, 3", some)]


def labels_of(store: Store, layer_id: int) -> dict[str, int]:
    """How many spans and relations of each label a layer has."""
    query = (
        "SELECT label, count(*) FROM span WHERE layer_id = ?1 GROUP BY label"
        " UNION ALL SELECT label, count(*) FROM relation WHERE layer_id = ?1 GROUP BY label"
    )
    return {row[0]: row[1] for row in store.rows(query, layer_id)}


def hanging_relations(store: Store, labels: Iterable[str]) -> int:
    """How many relations, of whatever label, end at spans with some labels."""
    row = store.row(
        "SELECT count(*) FROM relation r WHERE EXISTS (SELECT 1 FROM span s WHERE s.layer_id = r.layer_id"
        " AND s.id IN (r.head, r.child) AND s.label IN (SELECT value FROM json_each(?)))",
        dumps(sorted(labels)),
    )
    return 0 if row is None else int(row[0])


def label_examples(store: Store, kind: str, label: str, limit: int) -> list[LabelExample]:
    """The first occurrences of a label in the work of people, in order of document and position."""
    spans = (
        f'SELECT d.key, s.start, s."end", l.text {_PRESENT} JOIN span s ON s.layer_id = l.id'
        " WHERE s.label = ? AND l.kind IN ('curator', 'gold')"
    )
    relations = (
        f'SELECT d.key, min(h.start, c.start), max(h."end", c."end"), l.text {_PRESENT}'
        " JOIN relation r ON r.layer_id = l.id"
        " JOIN span h ON h.layer_id = l.id AND h.id = r.head JOIN span c ON c.layer_id = l.id AND c.id = r.child"
        " WHERE r.label = ? AND l.kind IN ('curator', 'gold')"
    )
    first = f"{spans if kind == 'entity' else relations} ORDER BY 1, 2, 3 LIMIT ?"
    query = f"SELECT one.*, t.content FROM ({first}) one JOIN text t ON t.sha256 = one.text ORDER BY 1, 2, 3"
    rows = [(*row[:3], row[4]) for row in store.rows(query, label, 20 * limit)]
    found: dict[str, LabelExample] = {}
    for key, start, end, content in rows:
        text = content[start:end]
        found.setdefault(text, LabelExample(key, start, end, text))
    return list(found.values())[:limit]


def item_totals(store: Store) -> tuple[int, int]:
    """How many spans and relations all layers hold."""
    row = store.row("SELECT coalesce(sum(spans), 0), coalesce(sum(relations), 0) FROM layer")
    return (0, 0) if row is None else (int(row[0]), int(row[1]))
