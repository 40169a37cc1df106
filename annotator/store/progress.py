"""How far everybody is, counted in SQL: quick at 100,000 documents, because a layer's row knows what it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from annotator.history import dumps
from annotator.store.database import Store
from annotator.store.layers import LAST_STEP, LISTED_STATE, PRESENT_ASSIGNMENTS

LONGEST_PAUSE_MS = 300_000
"""A longer pause between two steps is a break, and counts as so much work."""

RECENT_DOCUMENTS = 50
"""Pace is that of a curator's latest finished documents."""


class Recent(NamedTuple):
    """How many documents were finished since some time, and when the first of them was."""

    documents: int
    since: str | None


@dataclass(frozen=True, slots=True)
class CuratorTally:
    """One curator's work in numbers of documents, spans and relations.

    ``todo`` counts what is assigned and not begun; ``flagged`` may be in any state, ``abandoned`` (begun, then left
    lying) and ``returned`` (sent back, and not finished since) are among doing; ``minutes`` is the work that a document
    took lately, ``None`` before the first one is done.
    """

    curator: str
    assigned: int
    blind: int
    todo: int
    doing: int
    done: int
    skipped: int
    flagged: int
    abandoned: int
    returned: int
    spans: int
    relations: int
    minutes: float | None
    recent: Recent


class Stages(NamedTuple):
    """How many documents nobody began, are in somebody's work, are done by all who have them, and are gold.

    The first three add up to ``documents``; gold counts documents that are done as well, and ``reopened`` those whose
    gold was complete until somebody finished other work.
    """

    documents: int
    untouched: int
    in_work: int
    done: int
    gold: int
    reopened: int = 0


class Noted(NamedTuple):
    """A document in one curator's work that wants the lead's eye, with the time of the last step there."""

    document: str
    curator: str
    changed_at: str


class Charge(NamedTuple):
    """How far one curator is with a document: todo, doing, done, skipped or returned, and whether they flagged it."""

    state: str
    flagged: bool


def survey(store: Store, idle_since: str, recent_since: str) -> tuple[Stages, list[CuratorTally]]:
    """How far the documents are, and the numbers of everyone with assigned or work, in order of name.

    Work without a step since ``idle_since`` counts as abandoned.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    with store.snapshot():
        for row in store.rows(_BY_STATE, idle_since):
            count = counts[row["author"]]
            for name in ("flagged", "abandoned", "returned", "spans", "relations"):
                count[name] += row[name]
            if row["state"] is not None:
                count[row["state"]] += row["documents"]
        for row in store.rows(
            f"SELECT id, count(*), sum(blind) FROM assignment WHERE {PRESENT_ASSIGNMENTS} GROUP BY id"
        ):
            counts[row[0]].update(assigned=row[1], blind=row[2])
        (_, done), *todo = store.rows(_DONE_AND_TODO)
        for curator, number in todo:
            counts[curator]["todo"] = number
        documents, begun, gold, reopened = (_number(store, query) for query in (_DOCUMENTS, _BEGUN, _GOLD, _REOPENED))
        found = [
            CuratorTally(
                curator,
                **{name: count[name] for name in _COUNTED},
                minutes=pace(store, curator),
                recent=_recent(store, curator, recent_since),
            )
            for curator, count in sorted(counts.items())
            if any(count.values())
        ]
    return Stages(documents, documents - begun, begun - done, done, gold - reopened, reopened), found


_COUNTED = ("assigned", "blind", "todo", "doing", "done", "skipped", "flagged", "abandoned", "returned",
            "spans", "relations")  # fmt: skip

_BY_STATE = """
SELECT author, state, count(*) AS documents, sum(flag IS NOT NULL) AS flagged, sum(spans) AS spans,
       sum(relations) AS relations, sum(returned) AS returned,
       sum(state IS 'doing' AND NOT returned AND changed_at < ?) AS abandoned
FROM layer WHERE kind = 'curator' AND NOT removed GROUP BY author, state
"""

# Assignments that nobody began yet are looked for once: they are each curator's todo, and keep a document from done.
_DONE_AND_TODO = f"""
WITH waiting AS MATERIALIZED (
    SELECT a.id AS curator, c.document_id FROM layer c CROSS JOIN assignment a ON a.layer_id = c.id
    WHERE c.name = 'corpus' AND {PRESENT_ASSIGNMENTS}
      AND NOT EXISTS (SELECT 1 FROM layer own WHERE own.kind = 'curator' AND own.document_id = c.document_id
                      AND own.author = a.id AND own.state IS NOT NULL))
SELECT NULL, count(*) FROM (
    SELECT document_id FROM layer WHERE kind = 'curator' AND state IS NOT NULL
    GROUP BY document_id HAVING min(state = 'done')) AS finished
WHERE document_id NOT IN (SELECT document_id FROM waiting)
UNION ALL
SELECT curator, count(*) FROM waiting GROUP BY curator
"""

_DOCUMENTS = "SELECT count(*) FROM document WHERE sha256 IS NOT NULL"

_BEGUN = "SELECT count(DISTINCT document_id) FROM layer WHERE kind = 'curator' AND state IS NOT NULL"

_GOLD = "SELECT count(*) FROM layer WHERE name = 'gold' AND state = 'done'"

_REOPENED = "SELECT count(*) FROM document WHERE reopened"


def _number(store: Store, query: str) -> int:
    row = store.row(query)
    return 0 if row is None else int(row[0])


def _recent(store: Store, curator: str, since: str) -> Recent:
    query = f"""
        SELECT count(*), min(at) FROM (
            SELECT {LAST_STEP} AS at FROM layer l
            WHERE kind = 'curator' AND author = ?1 AND state = 'done' AND changed_at >= ?2)
        WHERE at >= ?2
    """
    row = store.row(query, curator, since)
    return Recent(0, None) if row is None else Recent(row[0], row[1])


def pace(store: Store, curator: str) -> float | None:
    """The minutes of work that a document took lately; ``None`` before the first one is done.

    Counts the steps in the curator's latest finished documents, each with the pause before it.
    """
    query = """
        SELECT sum(min(coalesce(e.pause_ms, 0), ?)), count(DISTINCT e.layer_id)
        FROM (SELECT id FROM layer WHERE kind = 'curator' AND author = ? AND state = 'done'
              ORDER BY changed_at DESC LIMIT ?) AS recent
        JOIN event e ON e.layer_id = recent.id
    """
    row = store.row(query, LONGEST_PAUSE_MS, curator, RECENT_DOCUMENTS)
    return row[0] / 60_000 / row[1] if row is not None and row[1] else None


def abandoned(store: Store, idle_since: str, limit: int = -1) -> list[Noted]:
    """What was begun and left lying since before a time, the longest first."""
    return [
        Noted(*row)
        for row in store.rows(
            _NOTED.format("l.state = 'doing' AND NOT l.returned AND l.changed_at < ?"), idle_since, limit
        )
    ]


def flagged(store: Store, limit: int = -1) -> list[Noted]:
    """What curators flagged for a second look, the oldest first."""
    return [Noted(*row) for row in store.rows(_NOTED.format("l.flag IS NOT NULL"), limit)]


_NOTED = """
SELECT d.key, l.author, l.changed_at FROM layer l JOIN document d ON d.id = l.document_id
WHERE l.kind = 'curator' AND NOT l.removed AND {} ORDER BY l.changed_at, d.key, l.author LIMIT ?
"""


def charges(store: Store, keys: Sequence[str]) -> dict[str, dict[str, Charge]]:
    """Who has each of some documents, assigned or begun, and how far they are, in order of name."""
    found: dict[str, dict[str, Charge]] = {key: {} for key in keys}
    for key, curator, state, flagged in store.rows(_CHARGES, dumps(keys)):
        found[key][curator] = Charge(state, bool(flagged))
    return found


_CHARGES = f"""
SELECT d.key, a.id, {LISTED_STATE}, own.flag IS NOT NULL FROM json_each(?1) k
CROSS JOIN document d ON d.key = k.value
JOIN layer c ON c.document_id = d.id AND c.name = 'corpus'
JOIN assignment a ON a.layer_id = c.id
LEFT JOIN layer own ON own.document_id = d.id AND own.name = 'curator:' || a.id
UNION
SELECT d.key, own.author, {LISTED_STATE}, own.flag IS NOT NULL FROM json_each(?1) k
CROSS JOIN document d ON d.key = k.value
JOIN layer own ON own.document_id = d.id AND own.kind = 'curator' AND own.state IS NOT NULL
ORDER BY 1, 2
"""


def layer_states(store: Store, layer: str) -> dict[str, str]:
    """By document the state of every layer of a name that has been begun."""
    query = (
        "SELECT d.key, l.state FROM layer l JOIN document d ON d.id = l.document_id"
        " WHERE l.name = ? AND l.state IS NOT NULL"
    )
    return {row[0]: row[1] for row in store.rows(query, layer)}
