"""What was sent back to curators, and waits for them to finish it again."""

from __future__ import annotations

from typing import NamedTuple

from annotator.store.database import Store


class Returned(NamedTuple):
    """A document that was sent back to a curator: with which note, by whom, and when."""

    document: str
    curator: str
    note: str
    by: str
    at: str


RETURN_EVENT = """
SELECT e.id FROM event e WHERE e.layer_id = r.layer_id AND e.action = 'return'
  AND instr(e.ops, '["returned",' || json_quote(identity(r.id))) > 0 ORDER BY e.seq DESC, e.at DESC LIMIT 1
"""
"""The event of the record ``r``: the last that wrote it."""

# CROSS JOIN keeps the order as written: from the few layers that are returned.
_RETURNED = f"""
SELECT d.key, own.author, r.note, present_name(e.actor), e.at FROM layer own INDEXED BY layer_returned
CROSS JOIN document d ON d.id = own.document_id
CROSS JOIN layer c ON c.document_id = d.id AND c.name = 'corpus'
CROSS JOIN returned r ON r.layer_id = c.id AND r.id = own.author
CROSS JOIN event e ON e.id = ({RETURN_EVENT})
WHERE own.returned AND d.sha256 IS NOT NULL AND (?1 IS NULL OR own.author = ?1) AND (?2 IS NULL OR d.key = ?2)
ORDER BY e.at, d.key, own.author LIMIT ?3
"""


def read_returned(
    store: Store, *, curator: str | None = None, document: str | None = None, limit: int = -1
) -> list[Returned]:
    """What was sent back and not finished since, all or one curator's or of one document, the oldest first."""
    return [Returned(*row) for row in store.rows(_RETURNED, curator, document, limit)]


def return_record(store: Store, document: str, curator: str) -> dict[str, str | int] | None:
    """The record in history of a document's return to a curator, also one that was answered."""
    row = store.row(
        "SELECT r.note, r.step FROM document d JOIN layer c ON c.document_id = d.id AND c.name = 'corpus'"
        " JOIN returned r ON r.layer_id = c.id WHERE d.key = ? AND r.id = ?",
        document,
        curator,
    )
    return None if row is None else {"note": row[0], "step": row[1]}
