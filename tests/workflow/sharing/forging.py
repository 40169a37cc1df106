"""Making databases that our own code would not make, with everything else in order: for tests of what is refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotator.history import Event, LayerName, dumps

AT = "2026-05-01T00:00:00.000Z"


@contextmanager
def defenceless(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database as someone who means harm: no triggers, no foreign keys, no checks; they are put back after."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for name, _ in triggers:
            if name != "text_is_searchable":
                connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for name, sql in triggers:
            if name != "text_is_searchable":
                connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def forge(path: Path, layer: LayerName, ops: object, **fields: Any) -> None:
    """Append an event to a layer, whatever its ops are, with a hash chain that holds; the state tables stay behind."""
    with defenceless(path) as connection:
        execute = connection.execute
        execute("INSERT OR IGNORE INTO document (key) VALUES (?)", (layer.document,))
        execute(
            "INSERT OR IGNORE INTO layer (document_id, name, kind, author)"
            " VALUES ((SELECT id FROM document WHERE key = ?), ?, 'curator', '')",
            layer,
        )
        (number,) = execute(
            "SELECT l.id FROM layer l JOIN document d ON d.id = l.document_id WHERE d.key = ? AND l.name = ?", layer
        ).fetchone()
        last = execute("SELECT seq, hash FROM event WHERE layer_id = ? ORDER BY seq, at, hash", (number,)).fetchall()
        seq, prev = last[-1] if last else (0, "")
        text = ops if isinstance(ops, str) else dumps(ops)
        event = Event(layer, seq + 1, prev, AT, layer.author or "lead", "label", text)
        put(connection, number, replace(event, **fields))


def put(connection: sqlite3.Connection, layer_id: int, event: Event) -> None:
    connection.execute(
        "INSERT INTO event (hash, layer_id, seq, prev, at, actor, action, target, pause_ms, ops)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(event.hash, layer_id, event.seq, event.prev, event.at, event.actor, event.action, event.target),
            *(event.pause_ms, event.ops),
        ),
    )
    connection.execute("UPDATE layer SET head = ?, length = ? WHERE id = ?", (event.hash, event.seq, layer_id))


def rehash(path: Path, layer: LayerName, changes: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Change events of a layer by their numbers, and compute every hash after that anew, as whoever can would."""
    with defenceless(path) as connection:
        (number,) = connection.execute(
            "SELECT l.id FROM layer l JOIN document d ON d.id = l.document_id WHERE d.key = ? AND l.name = ?", layer
        ).fetchone()
        query = "SELECT seq, at, actor, action, ops, target, pause_ms FROM event WHERE layer_id = ? ORDER BY seq"
        rows = connection.execute(query, (number,)).fetchall()
        connection.execute("DELETE FROM event WHERE layer_id = ?", (number,))
        prev, asked = "", dict(changes)
        for row in rows:
            event = Event(layer, row[0], prev, *row[1:])
            event = replace(event, **asked.get(event.seq, {}))
            put(connection, number, event)
            prev = event.hash
