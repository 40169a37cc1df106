"""Proof that the database is what its history says."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.history import fold
from annotator.store import schema
from annotator.store.database import LayerInfo, Store
from annotator.store.tables import read_state
from annotator.text import Segmentation, text_sha256


def examine(store: Store) -> Iterator[str]:
    """Yield every finding, one line each; nothing when all is well.

    Reads one consistent snapshot, so that others may go on writing meanwhile.
    """
    with store.snapshot():
        yield from _database(store)
        yield from _texts(store)
        for layer in store.layers():
            yield from _layer(store, layer)


def _database(store: Store) -> Iterator[str]:
    execute = store.connection.execute
    for row in execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"database: {row[0]}"
    for row in execute("PRAGMA foreign_key_check"):
        yield f"database: a row of {row[0]} refers to a missing row of {row[2]}"
    present = {row[0] for row in execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    for missing in sorted(schema.TRIGGERS - present):
        yield f"database: the trigger {missing} is gone"


def _texts(store: Store) -> Iterator[str]:
    for row in store.connection.execute("SELECT sha256, content, tokens, sentences FROM text"):
        name = f"text {row['sha256'][:12]}"
        if text_sha256(row["content"]) != row["sha256"]:
            yield f"{name}: the text does not match its digest"
        for kind in ("tokens", "sentences"):
            yield from _segmentation(f"{name}: {kind}", row[kind], len(row["content"]))


def _segmentation(name: str, packed: bytes, length: int) -> Iterator[str]:
    if len(packed) % 8:
        yield f"{name} are cut short"
        return
    segments = Segmentation.unpack(packed)
    last = 0
    for start, end in segments:
        if not last <= start < end <= length:
            yield f"{name} are out of order at {start}"
            return
        last = end


def _layer(store: Store, layer: LayerInfo) -> Iterator[str]:
    previous, count = "", 0
    events = store.events(layer)
    hashes = store.rows("SELECT hash FROM event WHERE layer_id = ? ORDER BY seq", layer.id)
    for event, stored in zip(events, hashes, strict=True):
        count += 1
        if event.seq != count or event.prev != previous or event.hash != stored[0]:
            yield f"{layer.name}: the hash chain breaks at event {event.seq}"
            return
        previous = stored[0]
    if (layer.head, layer.length) != (previous, count):
        yield f"{layer.name}: the layer's head is not its last event"
    yield from _state(store, layer, dict(fold(events)))
    yield from _content(store, layer)


def _state(store: Store, layer: LayerInfo, folded: dict[tuple[str, str], object]) -> Iterator[str]:
    stored = read_state(store.connection, layer.id)
    for key in sorted(folded.keys() | stored.keys()):
        if folded.get(key) != stored.get(key):
            yield f"{layer.name}: {key[0]} {key[1]} is not what history gives"


def _content(store: Store, layer: LayerInfo) -> Iterator[str]:
    text = store.text(layer.text or "")
    length = 0 if text is None else len(text)  # SQL's length() stops at a NUL
    row = store.row('SELECT count(*) FROM span WHERE layer_id = ? AND "end" > ?', layer.id, length)
    if row is not None and row[0]:
        yield f"{layer.name}: {row[0]} spans reach beyond the text"
    row = store.row(
        'SELECT count(*) FROM (SELECT 1 FROM span WHERE layer_id = ? GROUP BY start, "end", label HAVING count(*) > 1)',
        layer.id,
    )
    if row is not None and row[0]:
        yield f"{layer.name}: {row[0]} spans stand there twice"
