"""Changes of labels and names in the database: noted at once; those of labels carried over to layer after layer.

A change is one small transaction; the state of a large corpus follows in short ones, so that nobody waits long.  A
layer's row names the changes that its state has been carried over; whoever writes to a layer that lags behind carries
it over first, and whoever opens a database in which layers lag behind finishes the work.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from annotator.history import LayerName, LayerState, Op, dumps, effective_events
from annotator.scheme_changes import Changes, Names, SchemeEvent, SchemeHistory, fold
from annotator.scheme_changes.folding import carried_state, state_ops
from annotator.store.layers import LayerInfo, event_of
from annotator.store.tables import read_state

_decode = msgspec.json.Decoder(SchemeEvent).decode


def read_changes(connection: sqlite3.Connection) -> Changes:
    """All changes of labels and names that the database knows."""
    return Changes.of(_decode(row[0]) for row in connection.execute("SELECT event FROM scheme_change ORDER BY id"))


def scheme_revision(connection: sqlite3.Connection) -> int:
    """A number that grows with every change of labels or names that this database comes to know."""
    return int(connection.execute("SELECT coalesce(max(id), 0) FROM scheme_change").fetchone()[0])


class KnownChanges:
    """The changes that a connection sees, read when they are others than before.

    For queries it offers ``identity(NAME)``, what history calls a curator, and ``present_name(IDENTITY)``.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._read: tuple[int, Changes] | None = None
        connection.create_function("identity", 1, lambda name: self.read().renamings.names.actor_identity(name))
        connection.create_function("present_name", 1, lambda identity: self.read().renamings.names.curator(identity))

    def read(self) -> Changes:
        """All changes as they stand."""
        revision = scheme_revision(self._connection)
        if self._read is None or self._read[0] != revision:
            self._read = revision, read_changes(self._connection)
        return self._read[1]

    @contextmanager
    def read_anew(self) -> Iterator[None]:
        """Forget which changes were seen in the block when it fails: they are rolled back."""
        try:
            yield
        except BaseException:
            self._read = None
            raise


def insert_scheme_event(connection: sqlite3.Connection, event: SchemeEvent) -> None:
    """Note a change."""
    row = (event.hash, msgspec.json.encode(event).decode("utf-8"))
    connection.execute("INSERT INTO scheme_change (hash, event) VALUES (?, ?)", row)


def scheme_hashes(connection: sqlite3.Connection) -> list[tuple[str, SchemeEvent]]:
    """Every change with the hash that it is stored under."""
    return [
        (row[0], _decode(row[1])) for row in connection.execute("SELECT hash, event FROM scheme_change ORDER BY id")
    ]


def folded_layer(
    connection: sqlite3.Connection, layer_id: int, name: LayerName, scheme: SchemeHistory, names: Names
) -> LayerState:
    """A layer's state as its whole history and the changes of labels and names give it."""
    rows = connection.execute("SELECT * FROM event WHERE layer_id = ? ORDER BY seq, at, hash", (layer_id,))
    identity = names.layer_identity(name)
    return names.state(fold(effective_events([event_of(identity, row) for row in rows]), scheme))


def lagging_ops(connection: sqlite3.Connection, layer: LayerInfo, scheme: SchemeHistory, names: Names) -> list[Op]:
    """The ops that carry a layer's state over the changes that it lacks."""
    before = read_state(connection, layer.id)
    after = carried_state(dict(before), layer.name, scheme, layer.scheme) if scheme.knows(layer.scheme) else None
    if after is None:
        after = folded_layer(connection, layer.id, layer.name, scheme, names)
    return state_ops(before, after)


_WITH_LABELS = """
SELECT layer_id FROM span WHERE label IN (SELECT value FROM json_each(?1))
UNION SELECT layer_id FROM relation WHERE label IN (SELECT value FROM json_each(?1))
UNION SELECT layer_id FROM verdict WHERE label IN (SELECT value FROM json_each(?1)) OR kind = 'relation'
UNION SELECT layer_id FROM ruling
UNION SELECT layer_id FROM extra WHERE kind IN ('span', 'relation')
"""


_WITH_LABELS_EVER = """
SELECT DISTINCT layer_id FROM event WHERE EXISTS (SELECT 1 FROM json_each(?1) WHERE instr(ops, value))
"""


_WITH_ATTRIBUTES = """
SELECT layer_id FROM span WHERE attributes IS NOT NULL
UNION SELECT layer_id FROM relation WHERE attributes IS NOT NULL
UNION SELECT layer_id FROM verdict WHERE attributes IS NOT NULL
UNION SELECT id FROM layer WHERE attributes IS NOT NULL
"""


_WITH_ATTRIBUTES_EVER = """
SELECT DISTINCT layer_id FROM event WHERE instr(ops, '"attribute')
"""


def touched_layers(connection: sqlite3.Connection, scheme: SchemeHistory) -> list[int]:
    """The layers that lag behind and whose state the changes that they lack may touch, in order."""
    rows = connection.execute("SELECT DISTINCT scheme FROM layer WHERE scheme <> ?", (scheme.heads,)).fetchall()
    known = [scheme.known(row[0]) for row in rows if scheme.knows(row[0])]
    missing = scheme.events.keys() - frozenset.intersection(*known) if known else scheme.events.keys()
    undone = any(scheme.events[digest].target is not None for digest in missing)
    events = scheme.events.values() if undone else (scheme.events[digest] for digest in missing)
    changes = [scheme.change_of(event) for event in events]
    labels = {label for change in changes for label in change.labels}
    holding = _WITH_LABELS_EVER if undone else _WITH_LABELS
    if any(change.kind in ("attribute", "value") for change in changes):
        holding += f"UNION {_WITH_ATTRIBUTES_EVER if undone else _WITH_ATTRIBUTES}"
    query = f"SELECT DISTINCT layer_id FROM ({holding}) JOIN layer l ON l.id = layer_id WHERE l.scheme <> ?2 ORDER BY 1"
    return [row[0] for row in connection.execute(query, (dumps(sorted(labels)), scheme.heads))]


def lagging(connection: sqlite3.Connection) -> bool:
    """Whether there are layers that have not been carried over all changes."""
    row = connection.execute("SELECT revision FROM carried").fetchone()
    return (row[0] if row else 0) != scheme_revision(connection)


def note_carried(connection: sqlite3.Connection) -> None:
    """Note that no layer lags behind."""
    connection.execute(
        "INSERT INTO carried (id, revision) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET revision = excluded.revision",
        (scheme_revision(connection),),
    )


def pass_over(connection: sqlite3.Connection, layers: Sequence[int], heads: str) -> None:
    """Note that changes do not touch some layers."""
    connection.execute(
        "UPDATE layer SET scheme = ? WHERE id IN (SELECT value FROM json_each(?))", (heads, dumps(layers))
    )
