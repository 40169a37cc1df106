"""How much work goes by the name of a document or of a curator."""

from __future__ import annotations

from typing import NamedTuple

from annotator.store.database import Store


class NamedWork(NamedTuple):
    """Work under one name: its layers, what they hold, whose they are, and what is assigned."""

    layers: int
    spans: int
    relations: int
    curators: tuple[str, ...]
    assigned: int


_WORK = """
SELECT l.author, l.spans, l.relations FROM layer l JOIN document d ON d.id = l.document_id
WHERE l.kind IN ('curator', 'gold') AND l.own_state IS NOT NULL AND {} ORDER BY l.author
"""


def work_of(store: Store, curator: str) -> NamedWork:
    """The work of a curator on all documents."""
    return _summed(store, "l.kind = 'curator' AND l.author = ?", "id = ?", curator)


def work_under(store: Store, key: str) -> NamedWork:
    """The work of curators on a document, and its gold."""
    of_document = "SELECT l.id FROM layer l JOIN document d ON d.id = l.document_id WHERE d.key = ?"
    return _summed(store, "d.key = ?", f"layer_id IN ({of_document})", key)


def _summed(store: Store, work: str, assigned: str, name: str) -> NamedWork:
    rows = store.rows(_WORK.format(work), name)
    spans, relations = (sum(row[column] for row in rows) for column in ("spans", "relations"))
    curators = tuple(dict.fromkeys(row["author"] for row in rows if row["author"]))
    count = store.rows(f"SELECT count(*) FROM assignment WHERE {assigned}", name)[0][0]
    return NamedWork(len(rows), spans, relations, curators, count)
