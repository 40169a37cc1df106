"""What stands in a curator's queue, paged in SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from annotator.find import composed, fold
from annotator.history import curator_layer
from annotator.store.database import Store
from annotator.store.layers import LISTED_STATE, PRESENT_ASSIGNMENTS
from annotator.store.progress import pace

QueueSort = Literal["key", "title", "date", "state", "uncertainty", "disagreement"]

ORDER = {
    "key": "d.key",
    "title": "d.title COLLATE NOCASE, d.key",
    "date": "json_extract(d.meta, '$.date') DESC, d.key",
    "state": "CASE own.state WHEN 'doing' THEN 0 WHEN 'skipped' THEN 2 WHEN 'done' THEN 3 ELSE 1 END, d.key",
    "uncertainty": "({uncertainty}) DESC, d.key",
    "disagreement": "d.differing DESC, d.key",
}

_MINE = "SELECT c.document_id FROM assignment a JOIN layer c ON c.id = a.layer_id WHERE a.id = :curator"

_NOT_FINISHED = """
  AND NOT EXISTS (SELECT 1 FROM layer f WHERE f.kind = 'curator' AND f.document_id = c.document_id
                  AND f.author = :curator AND f.state IN ('done', 'skipped'))
"""

_RETURNED = "SELECT document_id FROM layer WHERE author = :curator AND kind = 'curator' AND returned"

_LISTED = """
FROM document d
LEFT JOIN layer own ON own.document_id = d.id AND own.name = :layer
WHERE d.sha256 IS NOT NULL"""
_OF_STATE = f"({LISTED_STATE} = :state OR (:state = 'flagged' AND own.flag IS NOT NULL))"
WITH_TEXT = """
(d.key LIKE :text ESCAPE '\\' OR d.title LIKE :text ESCAPE '\\'
 OR d.title GLOB '*[^ -~]*' AND instr(folded(d.title), :folded)
 OR d.key GLOB '*[^ -~]*' AND instr(folded(d.key), :folded) OR CASE
    WHEN (SELECT count(*) FROM text_search WHERE text_search MATCH :words) < (SELECT max(id) FROM text) / 10
    THEN d.sha256 IN (
        SELECT t.sha256 FROM text_search JOIN text t ON t.id = text_search.rowid WHERE text_search MATCH :words)
    ELSE (SELECT t.id FROM text t WHERE t.sha256 = d.sha256) IN (
        SELECT rowid FROM text_search WHERE text_search MATCH :words)
    END)
"""
"""What contains a text, without regard to case and accents, which only what is not ASCII can have.

Of a word that many texts have, to look each document's text up is quicker than to read all.
"""

# CROSS JOIN keeps the order as written: by document, because a curator may have 20,000 assignments.
# Of a document that is done, or was assigned blind, nothing waits; nor does a relation whose end was turned down.
_PENDING = """
SELECT count(DISTINCT i.id) FROM layer s JOIN {table} i ON i.layer_id = s.id
WHERE s.document_id = d.id AND s.kind = 'suggester' AND s.text = d.sha256 AND own.state IS NOT 'done'
  AND (s.name NOT GLOB 'proposals:*' OR s.name = 'proposals:' || :curator)
  AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.layer_id = own.id AND v.id = i.id)
  AND NOT EXISTS (SELECT 1 FROM layer c CROSS JOIN assignment a ON a.layer_id = c.id
                  WHERE c.document_id = d.id AND c.name = 'corpus' AND a.id = :curator AND a.blind)
"""
_STANDING_ENDS = """
  AND NOT EXISTS (SELECT 1 FROM verdict v WHERE v.layer_id = own.id AND v.id IN (i.head, i.child) AND v.item IS NULL)
"""

_UNCERTAINTY = """
SELECT sum(s.doubt) FROM layer s WHERE s.document_id = d.id AND s.kind = 'suggester'
  AND (s.name NOT GLOB 'proposals:*' OR s.name = 'proposals:' || :curator)
"""


_FINISHED = "c.document_id = d.id AND c.kind = 'curator' AND c.state = 'done' AND c.text = d.sha256"
_FINISHED_COUNT = f"SELECT count(*) FROM layer c WHERE {_FINISHED}"


_PAGE = 1_000
"""Documents that are read at once where all are listed."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A document as one curator sees it in the queue.

    ``pending`` counts undecided suggestions, ``finished`` the curators who have finished it, ``differing`` the spans
    that some of them marked and others did not; ``gold`` is the state of its gold, ``reopened`` where it was
    complete and somebody finished other work since; ``note`` says why it was returned.
    """

    key: str
    title: str
    lang: str
    state: str
    flagged: bool
    pending: int
    spans: int
    relations: int
    changed_at: str | None
    finished: int = 0
    differing: int = 0
    gold: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which documents to list: a state or ``flagged`` (empty: all), what key, title or text contain, only one's own."""

    state: str = ""
    text: str = ""
    mine: bool = False
    sort: QueueSort = "key"


def text_values(text: str) -> dict[str, str]:
    """The values that :data:`WITH_TEXT` asks for, of what was typed."""
    folded = fold(text)
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"text": f"%{escaped}%" if text else "", "folded": folded, "words": _words(composed(text))}


def _words(text: str) -> str:
    """A full-text query for all words of what was typed, the last one perhaps unfinished."""
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return " ".join(f'"{word}"' for word in words) + "*" if words else '""'


def _listed(which: QueueFilter, *, mine: str = _MINE, returned: bool | None = None) -> str:
    """The part of a query that lists what a filter lets through; what it does not ask for costs nothing.

    ``returned`` lists only what the curator has back, or only the rest.
    """
    asked = (
        (which.state, _OF_STATE),
        (which.text, WITH_TEXT),
        (which.mine, f"d.id IN ({mine})"),
        (returned is not None, f"d.id {'IN' if returned else 'NOT IN'} ({_RETURNED})"),
    )
    return " AND ".join([_LISTED, *(condition for given, condition in asked if given)])


class Queue:
    """A curator's view of the corpus."""

    def __init__(self, store: Store, curator: str) -> None:
        self._store = store
        self._curator = curator

    def _values(self, which: QueueFilter) -> dict[str, object]:
        return {
            "layer": curator_layer(self._curator),
            "curator": self._curator,
            "state": which.state,
            **text_values(which.text),
        }

    def has_assignments(self) -> bool:
        """Whether documents were assigned to this curator."""
        query = f"SELECT 1 FROM assignment WHERE id = ? AND {PRESENT_ASSIGNMENTS} LIMIT 1"
        return self._store.row(query, self._curator) is not None

    def is_blind(self, key: str) -> bool:
        """Whether the document was assigned to this curator without suggestions."""
        query = (
            "SELECT a.blind FROM document d CROSS JOIN layer l ON l.document_id = d.id"
            " CROSS JOIN assignment a ON a.layer_id = l.id WHERE d.key = ? AND l.name = 'corpus' AND a.id = ?"
        )
        row = self._store.row(query, key, self._curator)
        return row is not None and bool(row[0])

    def has_several_curators(self) -> bool:
        """Whether more than one curator has begun anything."""
        first, last = (
            self._store.row(
                "SELECT name FROM layer WHERE name >= 'curator:' AND name < 'curator;' AND NOT removed"
                f" ORDER BY name {way} LIMIT 1"
            )
            for way in ("ASC", "DESC")
        )
        return first is not None and last is not None and first["name"] != last["name"]

    def count(self, which: QueueFilter) -> int:
        """How many documents the filter lets through."""
        if not (which.state or which.text or which.mine):
            return self._documents()
        return self._count(which)

    def _count(self, which: QueueFilter, *, returned: bool | None = None) -> int:
        with self._store.explained():
            query = f"SELECT count(*) {_listed(which, returned=returned)}"
            return int(self._store.connection.execute(query, self._values(which)).fetchone()[0])

    def _has_returned(self) -> bool:
        """Whether this curator has anything back."""
        query = f"{_RETURNED.replace(':curator', '?')} LIMIT 1"
        return self._store.row(query, self._curator) is not None

    def _documents(self) -> int:
        row = self._store.row("SELECT count(*) FROM document WHERE sha256 IS NOT NULL")
        return 0 if row is None else int(row[0])

    def page(self, which: QueueFilter, limit: int, offset: int = 0) -> list[QueueRow]:
        """A page of the queue, what was returned first; only what is on it is counted out."""
        if not self._has_returned():
            return self._page(which, limit, offset, returned=None)
        first = self._count(which, returned=True)
        rows = self._page(which, limit, offset, returned=True) if offset < first else []
        rest = limit if limit < 0 else limit - len(rows)
        return rows + (self._page(which, rest, max(0, offset - first), returned=False) if rest else [])

    def pages(self, which: QueueFilter, limit: int = -1) -> Iterator[list[QueueRow]]:
        """Yield the queue page by page, at most ``limit`` documents (all, where negative).

        Which documents is decided at once; each page is read when it is asked for, so that no slow reader holds the
        database.
        """
        ids = [i for returned in self._parts() for i in self._ids(which, returned=returned)]
        ids = ids if limit < 0 else ids[:limit]
        for start in range(0, len(ids), _PAGE):
            yield self._rows(ids[start : start + _PAGE])

    def search(self, which: QueueFilter, limit: int) -> tuple[int, list[QueueRow]]:
        """How many documents the filter lets through, and the first page of them, looked through once."""
        ids = [i for returned in self._parts() for i in self._ids(which, returned=returned)]
        return len(ids), self._rows(ids[:limit])

    def _parts(self) -> tuple[bool | None, ...]:
        """The parts of the queue, in their order: what was returned and the rest, or all of it."""
        return (True, False) if self._has_returned() else (None,)

    def _ids(self, which: QueueFilter, *, returned: bool | None, limit: int = -1, offset: int = 0) -> list[int]:
        """The rowids of the documents that the filter lets through, in order."""
        order = ORDER[which.sort].format(uncertainty=_UNCERTAINTY)
        query = f"SELECT d.id {_listed(which, returned=returned)} ORDER BY {order} LIMIT :limit OFFSET :offset"
        values = {**self._values(which), "limit": limit, "offset": offset}
        with self._store.explained():
            return [row[0] for row in self._store.connection.execute(query, values)]

    def _page(self, which: QueueFilter, limit: int, offset: int, *, returned: bool | None) -> list[QueueRow]:
        return self._rows(self._ids(which, returned=returned, limit=limit, offset=offset))

    def _rows(self, ids: list[int]) -> list[QueueRow]:
        """What the queue shows of some documents, in their order."""
        query = f"""
            SELECT d.key, d.title, d.lang, {LISTED_STATE} AS state, own.flag IS NOT NULL AS flagged,
                   ({_PENDING.format(table="span")}) + ({_PENDING.format(table="relation")}{_STANDING_ENDS}) AS pending,
                   (SELECT count(*) FROM span WHERE layer_id = own.id) AS spans,
                   (SELECT count(*) FROM relation WHERE layer_id = own.id) AS relations,
                   own.changed_at, ({_FINISHED_COUNT}) AS finished, d.differing,
                   CASE WHEN d.reopened THEN 'reopened' ELSE
                   (SELECT g.state FROM layer g WHERE g.document_id = d.id AND g.name = 'gold') END AS gold,
                   (SELECT r.note FROM layer c JOIN returned r ON r.layer_id = c.id WHERE own.returned
                    AND c.document_id = d.id AND c.name = 'corpus' AND r.id = own.author) AS note
            FROM json_each(:ids) AS listed CROSS JOIN document d ON d.id = listed.value
            LEFT JOIN layer own ON own.document_id = d.id AND own.name = :layer ORDER BY listed.key
        """
        values = {**self._values(QueueFilter()), "ids": json.dumps(ids)}
        with self._store.explained():
            rows = self._store.connection.execute(query, values).fetchall()
        return [
            QueueRow(
                key=row["key"],
                title=row["title"],
                lang=row["lang"],
                state=row["state"],
                flagged=bool(row["flagged"]),
                pending=row["pending"],
                spans=row["spans"],
                relations=row["relations"],
                changed_at=row["changed_at"],
                finished=row["finished"],
                differing=row["differing"],
                gold=row["gold"],
                note=row["note"] or "",
            )
            for row in rows
        ]

    def before(self, which: QueueFilter, key: str) -> str | None:
        """The document that stands before another one; ``None`` before the first, and where that is not listed."""
        if which.sort == "key" and not self._has_returned():
            with self._store.explained():
                query = f"SELECT d.key {_listed(which)} AND d.key < :key ORDER BY d.key DESC LIMIT 1"
                row = self._store.connection.execute(query, {**self._values(which), "key": key}).fetchone()
            return None if row is None else str(row[0])
        ids = [i for returned in self._parts() for i in self._ids(which, returned=returned)]
        own = self._store.row("SELECT id FROM document WHERE key = ?", key)
        place = ids.index(own[0]) if own is not None and own[0] in ids else 0
        return self._rows(ids[place - 1 : place])[0].key if place else None

    def next_open(self, which: QueueFilter, after: str | None = None) -> str | None:
        """The next document that is neither done nor skipped: a returned one, else after a key, then from the start."""
        returned = (row.key for row in self._page(which, 2, 0, returned=True)) if self._has_returned() else ()
        first = next((key for key in returned if key != after), None)
        if first is not None:
            return first
        listed = _listed(which, mine=_MINE + _NOT_FINISHED)
        unfinished = f"SELECT d.key {listed} AND coalesce(own.state, 'todo') IN ('todo', 'doing') AND d.key"
        values = {**self._values(which), "after": after or ""}
        for where in (">", "<"):
            with self._store.explained():
                query = f"{unfinished} {where} :after ORDER BY d.key LIMIT 1"
                row = self._store.connection.execute(query, values).fetchone()
            if row is not None:
                return str(row[0])
        return None

    def to_adjudicate(self, limit: int = -1, after: str = "") -> list[str]:
        """Documents that two or more have finished and that are not complete gold, in order of key.

        Complete gold that has not taken up what somebody finished since waits too.  Left out are those that this
        curator has yet to finish: nobody sees the work of others before their own is done.
        """
        query = f"""
            SELECT d.key FROM document d
            LEFT JOIN layer own ON own.document_id = d.id AND own.name = :layer
            LEFT JOIN layer gold ON gold.document_id = d.id AND gold.name = 'gold'
            WHERE d.sha256 IS NOT NULL AND d.key > :after AND ({_FINISHED_COUNT}) > 1
              AND (gold.state IS NOT 'done' OR EXISTS (
                    SELECT 1 FROM layer c WHERE {_FINISHED} AND
                    instr(coalesce(gold.fingerprint, ''), c.author || ':' || substr(c.head, 1, 16)) = 0))
              AND coalesce(own.state, 'done') = 'done'
              AND (own.state IS NOT NULL OR NOT EXISTS (
                    SELECT 1 FROM assignment a JOIN layer l ON l.id = a.layer_id
                    WHERE l.document_id = d.id AND a.id = :curator))
            ORDER BY d.key LIMIT :limit
        """
        values = {**self._values(QueueFilter()), "limit": limit, "after": after}
        with self._store.explained():
            return [str(row[0]) for row in self._store.connection.execute(query, values)]

    def progress(self, *, mine: bool = False) -> dict[str, int]:
        """How many documents are in each state, and in ``total``."""
        counts = self._by_state(mine=mine)
        return {**counts, "total": sum(counts.values())}

    def _by_state(self, *, mine: bool) -> dict[str, int]:
        if mine:
            own = QueueFilter(mine=True)
            query = f"SELECT {LISTED_STATE} AS state, count(*) {_listed(own)} GROUP BY 1"
            with self._store.explained():
                return dict(self._store.connection.execute(query, self._values(own)).fetchall())
        query = "SELECT state, count(*) FROM layer WHERE name = ? AND state IS NOT NULL GROUP BY state"
        begun = {row[0]: row[1] for row in self._store.rows(query, curator_layer(self._curator))}
        returned = self._count(QueueFilter(), returned=True) if self._has_returned() else 0
        todo = self._documents() - sum(begun.values())
        counts = {**begun, "doing": begun.get("doing", 0) - returned, "returned": returned, "todo": todo}
        return {state: count for state, count in counts.items() if count}

    def pace(self) -> float | None:
        """The minutes of work that a document took lately; ``None`` before the first one is done."""
        return pace(self._store, self._curator)
