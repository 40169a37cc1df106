"""What waits for whoever leads, counted and paged in SQL: small indexes know what waits, whatever the corpus holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from annotator.store.database import Store
from annotator.store.progress import Charge, charges
from annotator.store.queue import ORDER, WITH_TEXT, QueueFilter, text_values

Waiting = Literal["to adjudicate", "returned", "flagged", "left lying"]
WAITING: tuple[Waiting, ...] = ("to adjudicate", "returned", "flagged", "left lying")
"""What a document may wait for, the most urgent first."""

_NOTED: Mapping[Waiting, str] = {
    "returned": "SELECT document_id FROM layer WHERE returned",
    "flagged": "SELECT document_id FROM layer WHERE flag IS NOT NULL AND kind = 'curator' AND NOT removed",
    "left lying": (
        "SELECT document_id FROM layer"
        " WHERE kind = 'curator' AND state = 'doing' AND NOT returned AND changed_at < :idle_since"
    ),
}
"""The documents that something is noted on in somebody's work; few of all, or else nobody leads."""
_ANY_NOTED = " UNION ".join(_NOTED.values())
_READY = "SELECT id FROM document WHERE ready"
_NOTED_ALONE = f"""
SELECT count(*) FROM ({_ANY_NOTED}) noted CROSS JOIN document d ON d.id = noted.document_id
WHERE NOT d.ready AND d.sha256 IS NOT NULL
"""
_MANY = 1000
"""So many that wait lie so close that a page is found by going through the documents in order."""


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A document as whoever leads sees it: what it waits for, who has it, and how far they are.

    ``differing`` counts the spans that some of those who finished marked and others did not; ``gold`` says that gold is
    complete.
    """

    key: str
    title: str
    lang: str
    waits: tuple[Waiting, ...]
    charges: tuple[tuple[str, Charge], ...]
    differing: int
    gold: bool


class LeadQueue:
    """The corpus as whoever leads sees it; work without a step since ``idle_since`` counts as left lying.

    A filter's state is one of :data:`WAITING`, ``waiting`` for all of them, or empty for all documents.
    """

    def __init__(self, store: Store, idle_since: str) -> None:
        self._store = store
        self._idle_since = idle_since

    def counts(self) -> dict[Waiting, int]:
        """How many documents wait for what; one may wait for several things."""
        noted = {name: f"SELECT count(DISTINCT document_id) FROM ({query})" for name, query in _NOTED.items()}
        queries = {"to adjudicate": f"SELECT count(*) FROM ({_READY})", **noted}
        with self._store.snapshot():
            return {name: self._number(queries[name], {"idle_since": self._idle_since}) for name in WAITING}

    def count(self, which: QueueFilter) -> int:
        """How many documents a filter lets through."""
        with self._store.snapshot():
            if which.text or which.state not in ("waiting", "to adjudicate"):
                return self._number(f"SELECT count(*) {self._listed(which)}", self._values(which))
            ready = self._number(f"SELECT count(*) FROM ({_READY})", {})
            return ready + (self._number(_NOTED_ALONE, self._values(which)) if which.state == "waiting" else 0)

    def search(self, which: QueueFilter, limit: int) -> tuple[int, list[LeadRow]]:
        """How many documents a filter lets through, and the first page of them."""
        return self.count(which), self.page(which, limit)

    def page(self, which: QueueFilter, limit: int, offset: int = 0) -> list[LeadRow]:
        """A page of the documents that a filter lets through."""
        order = ORDER[which.sort].format(uncertainty=0)
        asked = ", ".join(f"d.id IN ({query}) AS '{name}'" for name, query in _NOTED.items())
        values = {**self._values(which), "limit": limit, "offset": offset}
        with self._store.snapshot():
            query = f"""
                SELECT d.key, d.title, d.lang, d.ready AS 'to adjudicate', d.differing, {asked},
                       NOT d.reopened AND EXISTS (SELECT 1 FROM layer g WHERE g.document_id = d.id AND g.name = 'gold'
                               AND g.state = 'done') AS gold
                FROM (SELECT d.id {self._listed(which)} ORDER BY {order} LIMIT :limit OFFSET :offset) AS listed
                JOIN document d ON d.id = listed.id ORDER BY {order}
            """
            rows = self._store.connection.execute(query, values).fetchall()
            had = charges(self._store, [row["key"] for row in rows])
            return [
                LeadRow(
                    row["key"],
                    row["title"],
                    row["lang"],
                    tuple(name for name in WAITING if row[name]),
                    tuple(had[row["key"]].items()),
                    row["differing"],
                    bool(row["gold"]),
                )
                for row in rows
            ]

    def _listed(self, which: QueueFilter) -> str:
        """The part of a query that lists what a filter lets through; the plan depends on how many wait."""
        if which.state == "to adjudicate":
            source, conditions = "document d INDEXED BY document_ready", ["d.ready"]
        elif which.state in _NOTED:
            source, conditions = "document d", [f"d.id IN ({_NOTED[which.state]})"]  # type: ignore[index]
        elif which.state == "waiting" and self._number(f"SELECT count(*) FROM ({_READY} LIMIT {_MANY})", {}) == _MANY:
            source, conditions = "document d", [f"(+d.ready OR +d.id IN ({_ANY_NOTED}))"]
        elif which.state == "waiting":
            source, conditions = f"({_READY} UNION {_ANY_NOTED}) w CROSS JOIN document d ON d.id = w.id", []
        else:
            source, conditions = "document d", []
        if which.text:
            conditions.append(WITH_TEXT)
        return f"FROM {source} WHERE {' AND '.join(['d.sha256 IS NOT NULL', *conditions])}"

    def _values(self, which: QueueFilter) -> dict[str, object]:
        return {"idle_since": self._idle_since, **text_values(which.text)}

    def _number(self, query: str, values: Mapping[str, object]) -> int:
        return int(self._store.connection.execute(query, dict(values)).fetchone()[0])
