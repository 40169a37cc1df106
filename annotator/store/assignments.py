"""Who is to work on what: assignments as they stand, beside how far the work on them got."""

from __future__ import annotations

from typing import NamedTuple

from annotator.store.database import Store
from annotator.store.layers import LISTED_STATE, PRESENT_ASSIGNMENTS


class Assignment(NamedTuple):
    """A document in one curator's charge.

    ``blind`` says that suggestions are kept from them; ``state`` is todo, doing, done, skipped or returned (sent back
    and not finished since); ``changed_at`` when they last took a step there (``None`` before the first).
    """

    document: str
    curator: str
    blind: bool
    state: str
    changed_at: str | None


_ASSIGNED = f"""
SELECT d.key, a.id, a.blind, {LISTED_STATE}, own.changed_at
FROM assignment a
JOIN layer c ON c.id = a.layer_id
JOIN document d ON d.id = c.document_id
LEFT JOIN layer own ON own.document_id = d.id AND own.name = 'curator:' || a.id
WHERE d.sha256 IS NOT NULL AND (?1 IS NULL OR a.id = ?1)
ORDER BY d.key, a.id
"""


def read_assignments(store: Store, curator: str | None = None) -> list[Assignment]:
    """All assignments, or those of one curator, in order of document and curator."""
    return [Assignment(row[0], row[1], bool(row[2]), row[3], row[4]) for row in store.rows(_ASSIGNED, curator)]


def curates(store: Store, person: str) -> bool:
    """Whether somebody has work or assignments here; whoever has neither leads."""
    query = (
        f"SELECT EXISTS (SELECT 1 FROM assignment WHERE id = ?1 AND {PRESENT_ASSIGNMENTS})"
        " OR EXISTS (SELECT 1 FROM layer WHERE kind = 'curator' AND author = ?1 AND state IS NOT NULL)"
    )
    row = store.row(query, person)
    return row is not None and bool(row[0])


def anybody_curates(store: Store) -> bool:
    """Whether anybody at all has work or assignments here."""
    row = store.row(
        f"SELECT EXISTS (SELECT 1 FROM assignment WHERE {PRESENT_ASSIGNMENTS}) OR EXISTS (SELECT 1 FROM layer"
        " WHERE name >= 'curator:' AND name < 'curator;' AND state IS NOT NULL)"
    )
    return row is not None and bool(row[0])


def assigned_curators(store: Store) -> list[str]:
    """The curators with assignments, in order of name."""
    return [row[0] for row in store.rows(f"SELECT DISTINCT id FROM assignment WHERE {PRESENT_ASSIGNMENTS} ORDER BY id")]


def begun_work(store: Store) -> list[tuple[str, str]]:
    """Document and curator of all work that was begun, assigned or not, in order."""
    query = (
        "SELECT d.key, l.author FROM layer l JOIN document d ON d.id = l.document_id"
        " WHERE l.kind = 'curator' AND l.state IS NOT NULL ORDER BY d.key, l.author"
    )
    return [(row[0], row[1]) for row in store.rows(query)]


def people(store: Store) -> list[str]:
    """The names of all who have a layer of their own, an assignment, or a document back, in order."""
    query = (
        "SELECT author FROM layer WHERE kind = 'curator' OR name LIKE 'proposals:%'"
        " UNION SELECT id FROM assignment UNION SELECT id FROM returned ORDER BY 1"
    )
    return [row[0] for row in store.rows(query)]
