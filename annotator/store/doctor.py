"""Whether the database is what its history says, and its history one that annotator wrote."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from operator import le, lt
from pathlib import Path

import msgspec

from annotator.errors import StoreError
from annotator.history import CORPUS, Event, LayerName, LayerState, effective_events
from annotator.scheme_changes import Changes, RenamedError, Renamings, SchemeEvent, SchemeHistory, fold
from annotator.store import derived
from annotator.store.carrying import noted_schemes
from annotator.store.database import Store
from annotator.store.layers import LayerInfo
from annotator.store.tables import read_state
from annotator.text import Segmentation, text_sha256

Progress = Callable[[str, int, int | None], None]
"""Given what is being checked, how much of it is, and of how much, where that is known."""
_OFTEN = 64
"""Texts or documents between two tellings of how far it is."""


def _tell_nobody(what: str, done: int, total: int | None) -> None:
    del what, done, total


def check_database(store: Store, progress: Progress = _tell_nobody) -> Iterator[str]:
    """Yield every finding, one line each; nothing when all is well.

    Reads one consistent snapshot, so that others may go on writing meanwhile.
    """
    with store.snapshot():
        progress("the file", 0, None)
        yield from _database(store)
        yield from _readable("texts", _texts(_counted(store, "text", "texts", _TEXTS, progress)))
        problems = [*_readable("label scheme", _scheme(store))]
        if problems:
            yield from problems
            return
        scheme = store.scheme_history()
        try:
            for row in _counted(store, "document", "documents", "SELECT key FROM document ORDER BY key", progress):
                yield from _readable(str(row[0]), _document(store, row[0], scheme))
        except RenamedError as error:
            yield f"names: {error.message}, and goes by the old name too"
        progress("overviews", 0, None)
        yield from _documents(store.rows(_DERIVED))


def first_finding(path: Path, seconds: float) -> str | None:
    """The first finding on the database at ``path``, if there is one that is found in so many seconds."""
    until = time.monotonic() + seconds

    def is_too_late() -> bool:
        return time.monotonic() > until

    try:
        with Store(path) as store:
            store.stop_when(is_too_late)
            return next(check_database(store), None)
    except StoreError as error:  # its other kinds are about who else is at work on it
        return error.message if type(error) is StoreError and not is_too_late() else None


def _readable(name: str, findings: Iterator[str]) -> Iterator[str]:
    """Yield findings; that they cannot be looked for, since something is not of its kind, is one more."""
    try:
        yield from findings
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        yield f"{name}: cannot be read ({type(error).__name__}: {error})"


def _scheme(store: Store) -> Iterator[str]:
    problem = scheme_problem(store.scheme_events())
    if problem is not None:
        yield f"label scheme: {problem}"
    for noted in noted_schemes(store):
        if noted.stamp.labels is not None and text_sha256(noted.stamp.labels) != noted.stamp.sha256:
            yield "label scheme: a labels.yaml that work was written under does not match its digest"


def _counted(store: Store, table: str, told: str, query: str, progress: Progress) -> Iterator[sqlite3.Row]:
    """Yield the rows of a query, one for each of a table, as they are read."""
    total = store.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    for number, row in enumerate(store.connection.execute(query)):
        if number % _OFTEN == 0:
            progress(told, number, total)
        yield row
    progress(told, total, total)


def check_layers(store: Store, layers: Collection[LayerName], texts: Iterable[str]) -> Iterator[str]:
    """Yield every finding on some layers, the documents that they are of, and some texts."""
    keys = sorted({name.document for name in layers})
    with store.snapshot():
        scheme = store.scheme_history()
        for digest in texts:
            yield from _texts(store.rows(f"{_TEXTS} WHERE sha256 = ?", digest))
        for key in keys:
            for layer in store.layers(document=key, removed=True):
                if layer.name in layers:
                    events = store.hashed_events(layer)
                    yield from _layer(store, layer, events, first_break(events), scheme)
            yield from _documents(store.rows(f"{_DERIVED} AND key = ?", key))


_DERIVED = f"""
SELECT * FROM (SELECT key, differing <> ({derived.DIFFERING}) AS differs, reopened <> ({derived.REOPENED}) AS reopens,
                      ready <> ({derived.READY}) AS readies
               FROM document) WHERE (differs OR reopens OR readies)
"""


def _documents(rows: Iterable[sqlite3.Row]) -> Iterator[str]:
    for row in rows:
        if row["differs"]:
            yield f"{row['key']}: on how many spans those who finished it differ is not what their layers say"
        if row["reopens"]:
            yield f"{row['key']}: whether somebody finished it since its gold was complete is not what its layers say"
        if row["readies"]:
            yield f"{row['key']}: whether it waits to be adjudicated is not what its layers say"


def _database(store: Store) -> Iterator[str]:
    from annotator.store import expected_schema

    execute = store.connection.execute
    for row in execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"database: {' '.join(row[0].split())}"
    for row in execute("PRAGMA foreign_key_check"):
        yield f"database: a row of {row[0]} refers to a missing row of {row[2]}"
    yield from (
        f"database: {deviation}" for deviation in expected_schema.deviations(expected_schema.shape_of(store.connection))
    )


_TEXTS = "SELECT sha256, content, tokens, sentences FROM text LEFT JOIN segmentation ON text_id = text.id"


def _texts(rows: Iterable[sqlite3.Row]) -> Iterator[str]:
    for row in rows:
        name = f"text {row['sha256'][:12]}"
        if text_sha256(row["content"]) != row["sha256"]:
            yield f"{name}: the text does not match its digest"
        for kind in ("tokens", "sentences"):
            if row[kind] is None:
                yield f"{name}: {kind} are missing"
            else:
                yield from _segmentation(f"{name}: {kind}", row[kind], len(row["content"]))


def _segmentation(name: str, packed: bytes, length: int) -> Iterator[str]:
    try:
        segments = Segmentation.unpack(packed)
    except ValueError as error:
        yield f"{name} cannot be read: {error}"
        return
    starts, ends = segments.starts, segments.ends
    if all(map(lt, starts, ends)) and all(map(le, ends, starts[1:])) and (not ends or ends[-1] <= length):
        return
    last = 0
    for start, end in segments:
        if not last <= start < end <= length:
            yield f"{name} are out of order at {start}"
            return
        last = end


def scheme_problem(events: Iterable[tuple[str, SchemeEvent]]) -> str | None:
    """Say why changes of labels and names, with the hashes that they are stored under, cannot be, or return ``None``.

    None may come before what it follows.
    """
    labels, renamings = Changes.of(())
    for stored, event in events:
        if event.hash != stored:
            return f"the change of {event.at} is not what its digest says"
        known = renamings if event.renaming is not None or event.target in renamings.events else labels
        problem = known.problem(event)
        if problem is not None:
            return f"the change of {event.at}: {problem}"
        known.events[stored] = event
    names = Renamings(renamings.events.values()).names  # all of them, in order
    return "two things were given one name" if names.ambiguous else None


def _document(store: Store, key: str, scheme: SchemeHistory) -> Iterator[str]:
    """Check the layers of a document.

    Each history is examined as one that came from elsewhere is; what an earlier version let in is found here.
    """
    from annotator.validation import Replacement, examine_history

    replacements: set[Replacement] = set()
    text, names = lru_cache(maxsize=2)(store.text), store.names
    layers = store.layers(document=key, removed=True)
    for layer in sorted(layers, key=lambda layer: layer.name.name != CORPUS):
        events = store.hashed_events(layer)
        broken = first_break(events)
        if broken is None:
            history = [event for _, event in events]
            name = names.layer_identity(layer.name)
            found = examine_history(name, history, text, now=_ANY_TIME, replacements=replacements, scheme=scheme)
            if found.replacements:
                replacements = found.replacements
            if found.problem is not None:
                yield f"{layer.name}: {found.problem}"
        yield from _layer(store, layer, events, broken, scheme)


_ANY_TIME = datetime(9000, 1, 1, tzinfo=UTC)


def _layer(
    store: Store, layer: LayerInfo, events: Sequence[tuple[str, Event]], broken: str | None, scheme: SchemeHistory
) -> Iterator[str]:
    """Check that a layer's history, if it is not ``broken``, gives its state."""
    if broken is not None:
        yield f"{layer.name}: {broken}"
        return
    last = (events[-1][0], events[-1][1].seq, events[-1][1].at) if events else ("", 0, None)
    if (layer.head, layer.length, layer.changed_at) != last:
        yield f"{layer.name}: the layer's head is not its last event"
    try:
        if not all(scheme.knows(event.scheme) for _, event in events):
            yield f"{layer.name}: it was written under changes of the label scheme that are missing"
            return
        folded = store.names.state(fold(effective_events([event for _, event in events]), scheme))
    except (msgspec.DecodeError, RecursionError):
        yield f"{layer.name}: its history cannot be read"
        return
    if layer.scheme != scheme.heads:
        yield f"{layer.name}: it has not been carried over all changes of the label scheme"
        return
    yield from _state(store, layer, folded)
    yield from _content(store, layer)


def first_break(events: Sequence[tuple[str, Event]]) -> str | None:
    """Where a layer's history, with the hashes that it is stored under, is not what was written; else nothing.

    Each event's hash covers everything in it, and it goes on from one that is there and has the number before its own.
    """
    numbers, last = {"": 0}, 0
    for stored, event in events:
        if event.hash != stored or numbers.get(event.prev) != event.seq - 1:
            return f"the hash chain breaks at event {event.seq}"
        if event.seq <= last and event.layer.forks == "refused":
            return f"its history forks at event {event.seq}"
        if not event.layer.open_to(event.actor, event.action):
            return f"event {event.seq} was written by {event.actor}"
        numbers[stored] = last = event.seq
    return None


def _state(store: Store, layer: LayerInfo, folded: LayerState) -> Iterator[str]:
    stored = read_state(store.connection, layer.id)
    for key in sorted(folded.keys() | stored.keys()):
        if folded.get(key) != stored.get(key):
            yield f"{layer.name}: {key[0]} {key[1]} is not what history gives"


def _content(store: Store, layer: LayerInfo) -> Iterator[str]:
    row = store.row(
        "SELECT spans <> (SELECT count(*) FROM span WHERE layer_id = layer.id)"
        " OR relations <> (SELECT count(*) FROM relation WHERE layer_id = layer.id),"
        f" kind = 'suggester' AND abs(doubt - ({derived.DOUBT})) > 0.000001,"
        f" kind = 'curator' AND returned <> ({derived.RETURNED}), removed <> ({derived.REMOVED})"
        " FROM layer WHERE id = ?",
        layer.id,
    )
    if row is not None and row[0]:
        yield f"{layer.name}: the counts of its spans and relations are not what it holds"
    if row is not None and row[1]:
        yield f"{layer.name}: its doubt is not that of the spans it holds"
    if row is not None and row[2]:
        yield f"{layer.name}: whether it was sent back and not finished since is not what history says"
    if row is not None and row[3]:
        yield f"{layer.name}: whether its document was removed is not what history says"
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
