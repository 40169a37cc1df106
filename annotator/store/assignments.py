"""Who is to work on what: assignments as they stand, beside how far the work on them got."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from annotator.history import dumps
from annotator.store.database import Store
from annotator.store.layers import LISTED_STATE, PRESENT_ASSIGNMENTS
from annotator.store.tables import tuples


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
FROM {{places}}
LEFT JOIN layer own ON own.document_id = d.id AND own.name = 'curator:' || a.id
WHERE d.sha256 IS NOT NULL AND (?1 IS NULL OR a.id = ?1)
ORDER BY d.key, a.id
"""
_ALL = _ASSIGNED.format(places="assignment a JOIN layer c ON c.id = a.layer_id JOIN document d ON d.id = c.document_id")
_OF_DOCUMENTS = _ASSIGNED.format(
    places="(SELECT DISTINCT value FROM json_each(?2)) wanted CROSS JOIN document d ON d.key = wanted.value"
    " CROSS JOIN layer c ON c.document_id = d.id CROSS JOIN assignment a ON a.layer_id = c.id"
)
"""From the documents on, in this order: a batch of an assignment does not look through all that are assigned."""


def read_assignments(
    store: Store, curator: str | None = None, documents: Sequence[str] | None = None
) -> list[Assignment]:
    """All assignments, or those of one curator or of some documents, in order of document and curator."""
    query, wanted = (_ALL, ()) if documents is None else (_OF_DOCUMENTS, (dumps(list(documents)),))
    with store.explained():
        rows = tuples(store.connection, query, curator, *wanted)
        return [Assignment(row[0], row[1], bool(row[2]), row[3], row[4]) for row in rows]


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


def begun_work(store: Store) -> list[tuple[str, str, str]]:
    """Document, curator and state of all work that was begun, assigned or not, in order."""
    query = (
        f"SELECT d.key, own.author, {LISTED_STATE} FROM layer own JOIN document d ON d.id = own.document_id"
        " WHERE own.kind = 'curator' AND own.state IS NOT NULL ORDER BY d.key, own.author"
    )
    return [(row[0], row[1], row[2]) for row in store.rows(query)]


def people(store: Store) -> list[str]:
    """The names of all who have a layer of their own, an assignment, or a document back, in order."""
    query = (
        "SELECT author FROM layer WHERE kind = 'curator' OR name LIKE 'proposals:%'"
        " UNION SELECT id FROM assignment UNION SELECT id FROM returned ORDER BY 1"
    )
    return [row[0] for row in store.rows(query)]


def ever_in_charge(store: Store) -> list[str]:
    """The identities of all who ever had an assignment or a document back, in order."""
    query = (
        "SELECT DISTINCT json_extract(op.value, '$[1]') FROM layer l JOIN event e ON e.layer_id = l.id,"
        " json_each(e.ops) op WHERE l.name = 'corpus'"
        " AND json_extract(op.value, '$[0]') IN ('assignment', 'returned') ORDER BY 1"
    )
    return [row[0] for row in store.rows(query)]


class PlannedBatch(NamedTuple):
    """Assignments that were planned together and not carried out yet, as JSON."""

    id: int
    actor: str
    action: str
    tasks: str


_DONE = "[]"
"""The tasks of a batch that was carried out."""


def planned_batches(store: Store) -> list[PlannedBatch]:
    """What was planned and is not carried out yet, in order."""
    rows = store.rows("SELECT id, actor, action, tasks FROM planned WHERE tasks <> ? ORDER BY id", _DONE)
    return [PlannedBatch(*row) for row in rows]


def plan_number(store: Store) -> int:
    """A number that is another one as soon as anything more was planned."""
    row = store.row("SELECT coalesce(max(id), 0) FROM planned")
    return 0 if row is None else int(row[0])


def note_plan(store: Store, actor: str, action: str, batches: Sequence[str]) -> PlannedBatch | None:
    """Note what is planned, to be called inside :meth:`Store.write`; return the first batch, if there is any."""
    number = plan_number(store) + 1
    noted = [PlannedBatch(number + i, actor, action, tasks) for i, tasks in enumerate(batches)]
    store.connection.executemany("INSERT INTO planned (id, actor, action, tasks) VALUES (?, ?, ?, ?)", noted)
    return noted[0] if noted else None


def settle_batch(store: Store, batch: PlannedBatch) -> None:
    """Strike a batch off, to be called inside :meth:`Store.write` with what carries it out."""
    store.connection.execute("UPDATE planned SET tasks = ? WHERE id = ?", (_DONE, batch.id))
    store.connection.execute("DELETE FROM planned WHERE id < ?", (batch.id,))
