"""The store: an open database, its one write path, and the reads that everything else is built on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from annotator.annotation import Annotations, Comment, Decision, Extra, Relation, Ruling, Span
from annotator.errors import StoreError
from annotator.history import Event, LayerName, Op, Step, UndoStack, curator_layer, dumps_ops, fold, standing
from annotator.store import connection as connecting
from annotator.store.bulk import Bulk
from annotator.store.tables import TABLES, grown, read_state, records, write_ops
from annotator.store.turns import Turns
from annotator.text import Document, Segmentation


class StaleLayerError(StoreError):
    """Another process wrote to the layer since it was read: read it again and repeat the step."""


class _DryRunOverError(Exception):
    """Takes a dry run's transaction back."""


class ForeignLayerError(StoreError):
    """The layer is another curator's own."""


class ForkedLayerError(StoreError):
    """Two databases carried on apart what must be one line of history."""


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer's row: whose it is, how far it got, and the end of its history.

    ``state`` is ``None`` (untouched), doing, done or skipped; ``flag`` the reason of a flag, empty when flagged
    without one; ``text`` the digest of the text that it is about; ``curators`` (gold only) whose work it settles,
    separated by commas.
    """

    id: int
    name: LayerName
    head: str = ""
    length: int = 0
    state: str | None = None
    flag: str | None = None
    text: str | None = None
    fingerprint: str | None = None
    curators: str | None = None
    changed_at: str | None = None


class SchemeStamp(NamedTuple):
    """A label scheme as a database remembers it: digest of the file, and as JSON what decides which layers fit."""

    sha256: str
    shape: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a curator was in a document: cursor in code points, id of the focused item, whether it was open."""

    document: str
    cursor: int
    focus: str | None
    open: bool


def utc_now() -> str:
    """Return the time as history writes it: UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """An open workspace database.

    Reading happens on the connection's implicit snapshots; every write goes through :meth:`write`.
    ``clock`` gives the time of events, ``scheme`` the label scheme that what is written keeps to.
    """

    def __init__(
        self, path: Path, clock: Callable[[], str] = utc_now, scheme: Callable[[], SchemeStamp] | None = None
    ) -> None:
        self.path = path
        self.clock = clock
        self.connection = connecting.connect(path)
        self._scheme = scheme
        self._turns = Turns(path.parent, connecting.BUSY_SECONDS / 3)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; a closed store cannot be used again."""
        self.connection.close()
        self._turns.close()

    @contextmanager
    def write(self) -> Iterator[Writer]:
        """Write under the lock: all of the block is durable when it ends, or none of it happened."""
        stamp = self._scheme() if self._scheme is not None else None
        with connecting.transaction(self.connection, self.path, self._turns) as connection:
            writer = Writer(connection, self.clock)
            if stamp is not None:
                writer.set_scheme(stamp)
            yield writer
        self._scheme = None  # said once a process; it reads its scheme once

    @contextmanager
    def trial(self, dry_run: bool) -> Iterator[Writer]:
        """Write as :meth:`write` does; a dry run then takes everything back, so that it says what would be."""
        with suppress(_DryRunOverError), self.write() as writer:
            yield writer
            if dry_run:
                raise _DryRunOverError

    def snapshot(self) -> AbstractContextManager[None]:
        """Let all reads of the block see one moment, though others write meanwhile."""
        return connecting.snapshot(self.connection, self.path)

    def explained(self) -> AbstractContextManager[None]:
        """Turn SQLite's complaints in the block into sentences for the user."""
        return connecting.explained(self.path)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self.explained():
            return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """Return the first row of a query, if there is one."""
        with self.explained():
            found: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
            return found

    def document(self, key: str) -> Document | None:
        """Return the document with this key."""
        row = self.row(
            "SELECT d.key, d.lang, d.title, d.meta, t.content, t.tokens, t.sentences"
            " FROM document d JOIN text t ON t.sha256 = d.sha256 WHERE d.key = ?",
            key,
        )
        if row is None:
            return None
        return Document(
            key=row["key"],
            text=row["content"],
            lang=row["lang"],
            title=row["title"],
            tokens=Segmentation.unpack(row["tokens"]),
            sentences=Segmentation.unpack(row["sentences"]),
            meta=json.loads(row["meta"] or "{}"),
        )

    def text(self, sha256: str) -> str | None:
        """Return a text by its digest, also one that was replaced since."""
        row = self.row("SELECT content FROM text WHERE sha256 = ?", sha256)
        return None if row is None else str(row[0])

    def document_keys(self) -> list[str]:
        """Return all document keys, in order."""
        return [row[0] for row in self.rows("SELECT key FROM document WHERE sha256 IS NOT NULL ORDER BY key")]

    def known(self, keys: Iterable[str], digests: Iterable[str]) -> dict[str, str]:
        """Return the text digests, by key, of the documents that have one of the keys or one of the digests."""
        query = (
            "SELECT key, sha256 FROM document WHERE key IN (SELECT value FROM json_each(?1)) AND sha256 IS NOT NULL"
            " UNION SELECT key, sha256 FROM document WHERE sha256 IN (SELECT value FROM json_each(?2)) ORDER BY key"
        )
        return {row[0]: row[1] for row in self.rows(query, json.dumps(list(keys)), json.dumps(list(digests)))}

    def texts(self, keys: Iterable[str]) -> Iterator[str]:
        """Yield the texts of documents, in the order of the keys."""
        with self.explained():
            query = "SELECT content FROM text WHERE sha256 = (SELECT sha256 FROM document WHERE key = ?)"
            for key in keys:
                yield self.connection.execute(query, (key,)).fetchone()[0]

    def label_counts(self, layer_id: int) -> dict[str, int]:
        """Return how many spans and relations of each label a layer has."""
        query = (
            "SELECT label, count(*) FROM span WHERE layer_id = ?1 GROUP BY label"
            " UNION ALL SELECT label, count(*) FROM relation WHERE layer_id = ?1 GROUP BY label"
        )
        return {row[0]: row[1] for row in self.rows(query, layer_id)}

    def documents_with(self, phrase: str) -> list[str]:
        """Return the keys of documents whose text has all words of a phrase next to one another, in order of key."""
        words = " ".join("".join(c if c.isalnum() else " " for c in phrase).split())
        if not words:
            return []
        query = (
            "SELECT d.key FROM text_search JOIN text t ON t.id = text_search.rowid"
            " JOIN document d ON d.sha256 = t.sha256 WHERE text_search MATCH ? ORDER BY d.key"
        )
        return [row[0] for row in self.rows(query, f'"{words}"')]

    def is_empty(self) -> bool:
        """Return whether there are no documents yet."""
        return self.row("SELECT 1 FROM document WHERE sha256 IS NOT NULL LIMIT 1") is None

    def document_digests(self) -> dict[str, str]:
        """Return the text digest of every document, by key."""
        query = "SELECT key, sha256 FROM document WHERE sha256 IS NOT NULL"
        return {row["key"]: row["sha256"] for row in self.rows(query)}

    def layer(self, name: LayerName) -> LayerInfo | None:
        """Return a layer's row; ``None`` when nothing was ever written to it."""
        row = self.row(f"{_LAYERS} WHERE d.key = ? AND l.name = ?", name.document, name.name)
        return None if row is None else _layer_info(row)

    def layers(self, *, document: str | None = None, kind: str | None = None) -> list[LayerInfo]:
        """Return all layers, of one document or of one kind of author where asked, in order of key and name."""
        given = {"d.key": document, "l.kind": kind}
        asked = {column: value for column, value in given.items() if value is not None}
        where = f"WHERE {' AND '.join(f'{column} = ?' for column in asked)}" if asked else ""
        rows = self.rows(f"{_LAYERS} {where} ORDER BY d.key, l.name", *asked.values())
        return [_layer_info(row) for row in rows]

    def layer_names(self) -> set[str]:
        """Return the names that layers of documents go by, but for what the documents are themselves."""
        return {row[0] for row in self.rows("SELECT DISTINCT name FROM layer WHERE kind <> 'corpus'")}

    def latest_layers(self, name: str, limit: int) -> list[LayerInfo]:
        """Return the layers with a name that were changed last, latest first."""
        query = f"{_LAYERS} WHERE l.name = ? AND l.changed_at IS NOT NULL ORDER BY l.changed_at DESC, d.key LIMIT ?"
        return [_layer_info(row) for row in self.rows(query, name, limit)]

    def annotations(self, layer_id: int) -> Annotations:
        """Return a layer's spans and relations."""
        with self.snapshot():
            spans = self.connection.execute(TABLES["span"].select, (layer_id,))
            relations = self.connection.execute(TABLES["relation"].select, (layer_id,))
            return Annotations({r[0]: Span(*r) for r in spans}, {r[0]: Relation(*r) for r in relations})

    def decisions(self, layer_id: int) -> dict[str, Decision]:
        """Return a curator's verdicts by suggestion id."""
        with self.explained():
            found = records(self.connection, TABLES["verdict"], layer_id)
            return {i: Decision(i, **{"source": None, "score": None, **record}) for i, record in found}

    def comments(self, layer_id: int) -> dict[str, Comment]:
        """Return a layer's comments by id."""
        with self.explained():
            return {i: Comment(i, **record) for i, record in records(self.connection, TABLES["comment"], layer_id)}

    def extras(self, layer_id: int) -> dict[str, Extra]:
        """Return what a layer keeps of foreign formats, by id."""
        with self.explained():
            found = records(self.connection, TABLES["extra"], layer_id)
            return {i: Extra(i, **{**record, "refs": tuple(record.get("refs", ()))}) for i, record in found}

    def extra_counts(self) -> dict[int, dict[tuple[str, str], int]]:
        """Return how much every layer that keeps anything keeps, by layer id, then by format and kind."""
        found: dict[int, dict[tuple[str, str], int]] = {}
        query = "SELECT layer_id, format, kind, count(*) FROM extra GROUP BY layer_id, format, kind"
        for layer_id, form, kind, count in self.rows(query):
            found.setdefault(layer_id, {})[form, kind] = count
        return found

    def rulings(self, layer_id: int) -> dict[str, Ruling]:
        """Return what was settled in a gold layer, by claim."""
        with self.explained():
            return {i: Ruling(i, **record) for i, record in records(self.connection, TABLES["ruling"], layer_id)}

    def assigned_to(self, document: str) -> list[str]:
        """Return the curators to whom a document was assigned, in order of name."""
        query = (
            "SELECT DISTINCT a.id FROM assignment a JOIN layer l ON l.id = a.layer_id"
            " JOIN document d ON d.id = l.document_id WHERE d.key = ? ORDER BY a.id"
        )
        return [row[0] for row in self.rows(query, document)]

    def comparable(self, curator: str) -> list[str]:
        """Return the documents that a curator has finished and of which there is complete gold, in order of key."""
        query = (
            "SELECT d.key FROM layer l JOIN layer g ON g.document_id = l.document_id AND g.name = 'gold'"
            " JOIN document d ON d.id = l.document_id"
            " WHERE l.name = ? AND l.state = 'done' AND g.state = 'done' AND g.text = l.text ORDER BY d.key"
        )
        return [row[0] for row in self.rows(query, curator_layer(curator))]

    def events(self, layer: LayerInfo) -> list[Event]:
        """Return a layer's whole history, oldest first."""
        return [event for _, event in self.hashed_events(layer)]

    def hashed_events(self, layer: LayerInfo) -> list[tuple[str, Event]]:
        """Return a layer's whole history, oldest first, each event with the hash that it is stored under."""
        query = "SELECT * FROM event WHERE layer_id = ? ORDER BY seq, at, hash"
        return [(row["hash"], _event(layer.name, row)) for row in self.rows(query, layer.id)]

    def event(self, layer: LayerInfo, seq: int) -> Event:
        """Return one event of a layer."""
        row = self.row("SELECT * FROM event WHERE layer_id = ? AND seq = ?", layer.id, seq)
        if row is None:
            raise StoreError(f"{layer.name} has no event {seq}", "run `annotator doctor`")
        return _event(layer.name, row)

    def undo_stack(self, layer_id: int) -> UndoStack:
        """Return what can be undone and redone in a layer, from its whole history."""
        query = "SELECT seq, action, target FROM event WHERE layer_id = ? ORDER BY seq"
        return UndoStack.of(Step(*row) for row in self.rows(query, layer_id))

    def scheme(self) -> SchemeStamp | None:
        """Return the label scheme that the database was last written under, if that was noted."""
        row = self.row("SELECT sha256, shape FROM scheme")
        return None if row is None else SchemeStamp(*row)

    def place(self, curator: str, document: str | None = None) -> Place | None:
        """Return where the curator was in a document, or in whichever they were last."""
        row = self.row(
            "SELECT document, cursor, focus, open FROM place WHERE curator = ?1 AND (?2 IS NULL OR document = ?2)"
            " ORDER BY at DESC LIMIT 1",
            curator,
            document,
        )
        return None if row is None else Place(row[0], row[1], row[2], bool(row[3]))

    def backup(self, target: Path | None = None) -> Path:
        """Copy the whole database, also while others write; return where the copy is."""
        target = target or connecting.backup_path(self.path, "backup")
        connecting.backup(self.path, target)
        return target


_LAYERS = (
    "SELECT l.id, d.key, l.name, l.head, l.length, l.state, l.flag, l.text, l.fingerprint, l.curators, l.changed_at"
    " FROM layer l JOIN document d ON d.id = l.document_id"
)


def layers_by_id(store: Store, ids: Iterable[int]) -> list[LayerInfo]:
    """Return layers by the numbers that they have in this database."""
    found = (store.row(f"{_LAYERS} WHERE l.id = ?", number) for number in ids)
    return [_layer_info(row) for row in found if row is not None]


def _layer_info(row: sqlite3.Row) -> LayerInfo:
    layer_id, document, name, *rest = row
    return LayerInfo(layer_id, LayerName(document, name), *rest)


def _event(layer: LayerName, row: sqlite3.Row) -> Event:
    return Event(
        layer=layer,
        seq=row["seq"],
        prev=row["prev"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        ops=row["ops"],
        target=row["target"],
        pause_ms=row["pause_ms"],
    )


class Writer:
    """What can be done inside :meth:`Store.write`."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], str]) -> None:
        self._connection = connection
        self._clock = clock

    def bulk(self) -> Bulk:
        """Return what takes many new documents and layers; whoever adds to it flushes it."""
        return Bulk(self._connection, self._clock)

    def put_text(self, document: Document, tokenizer: str) -> str:
        """Keep a text with its segmentation, once however often it comes; return its digest."""
        sha256 = document.sha256
        self.put_text_row((sha256, document.text, tokenizer, document.tokens.pack(), document.sentences.pack()))
        return sha256

    def put_text_row(self, row: Sequence[Any]) -> None:
        """Keep a text as another database has it: digest, content, tokenizer, packed tokens and sentences."""
        self._connection.execute(
            "INSERT INTO text (sha256, content, tokenizer, tokens, sentences) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (sha256) DO NOTHING",
            tuple(row),
        )

    def append(
        self,
        name: LayerName,
        actor: str,
        action: str,
        ops: Sequence[Op],
        *,
        head: str | None = None,
        target: int | None = None,
        pause_ms: int | None = None,
    ) -> LayerInfo:
        """Append an event to a layer's history and carry its state forward; return the layer as it is now.

        ``head`` is the hash of the last event that the caller knows of; :class:`StaleLayerError` is raised when the
        layer has moved on since.  The layer, and for the corpus layer the document, is made where it does not exist.
        """
        if not name.open_to(actor, action):
            raise ForeignLayerError(
                f"{name} is {name.author}'s own, {actor} cannot write there", "work in your own layer"
            )
        layer = self._layer(name)
        if head is not None and head != layer.head:
            who = "another adjudicator" if name.kind == "gold" else "another window of yours"
            raise StaleLayerError(f"{name} was changed by {who}", "your screen is read anew; repeat the step")
        event = Event(
            layer=name,
            seq=layer.length + 1,
            prev=layer.head,
            at=self._clock(),
            actor=actor,
            action=action,
            ops=dumps_ops(ops),
            target=target,
            pause_ms=pause_ms,
        )
        self._insert(layer.id, event, event.hash)
        self._advance(layer.id, event.hash, event)
        self._carry(layer.id, ops)
        row = self._connection.execute(f"{_LAYERS} WHERE l.id = ?", (layer.id,)).fetchone()
        return _layer_info(row)

    def unite(self, name: LayerName, events: Sequence[tuple[str, Event]]) -> int:
        """Take over what is not known here of a layer's history in another database; return how many events that was.

        ``events`` are that history with its hashes, checked by the caller, in order.  Where this database carried the
        layer on meanwhile, :attr:`LayerName.forks` says what becomes of it; :class:`ForkedLayerError` when that is to
        refuse.  The document must be here, unless this is its corpus layer.
        """
        layer = self._layer(name)
        known = {row[0] for row in self._connection.execute("SELECT hash FROM event WHERE layer_id = ?", (layer.id,))}
        new = [(digest, event) for digest, event in events if digest not in known]
        if not new:
            return 0
        first, last = new[0][1], new[-1][1]
        straight = first.prev == layer.head and last.seq - layer.length == len(new)
        if not straight and name.forks == "refused":
            raise ForkedLayerError(f"{name} was carried on in both places after step {first.seq - 1}")
        for digest, event in new:
            self._insert(layer.id, event, digest)
        if straight:
            self._advance(layer.id, new[-1][0], last)
            for _, event in new:
                self._carry(layer.id, event.decoded())
        else:
            self._refold(name, layer.id)
        return len(new)

    def _refold(self, name: LayerName, layer_id: int) -> None:
        """Bring a layer's state to what its whole history gives, after events came in between."""
        query = "SELECT * FROM event WHERE layer_id = ? ORDER BY seq, at, hash"
        rows = self._connection.execute(query, (layer_id,)).fetchall()
        before = read_state(self._connection, layer_id)
        after = fold(standing([_event(name, row) for row in rows]))
        keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        self._carry(layer_id, [Op(*key, before.get(key), after.get(key)) for key in keys])
        self._advance(layer_id, rows[-1]["hash"], _event(name, rows[-1]))

    def _insert(self, layer_id: int, event: Event, digest: str) -> None:
        self._connection.execute(
            "INSERT INTO event (hash, layer_id, seq, prev, at, actor, action, target, pause_ms, ops)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                digest,
                layer_id,
                event.seq,
                event.prev,
                event.at,
                event.actor,
                event.action,
                event.target,
                event.pause_ms,
                event.ops,
            ),
        )

    def _advance(self, layer_id: int, head: str, last: Event) -> None:
        """Note an event as the end of its layer's history."""
        self._connection.execute(
            "UPDATE layer SET head = ?, length = ?, changed_at = ? WHERE id = ?", (head, last.seq, last.at, layer_id)
        )

    def _carry(self, layer_id: int, ops: Sequence[Op]) -> None:
        """Carry a layer's state forward, and the counts of what it holds."""
        write_ops(self._connection, layer_id, ops)
        spans, relations = (grown(ops, table) for table in ("span", "relation"))
        if spans or relations:
            self._connection.execute(
                "UPDATE layer SET spans = spans + ?, relations = relations + ? WHERE id = ?",
                (spans, relations, layer_id),
            )
        if any(op.table == "span" for op in ops):
            self._connection.execute(
                "UPDATE layer SET doubt = (SELECT coalesce(sum(score * (1 - score)), 0) FROM span WHERE layer_id = ?1)"
                " WHERE id = ?1 AND kind = 'suggester'",
                (layer_id,),
            )

    def _layer(self, name: LayerName) -> LayerInfo:
        execute = self._connection.execute
        row = execute(f"{_LAYERS} WHERE d.key = ? AND l.name = ?", name).fetchone()
        if row is None:
            if name.kind == "corpus":
                execute("INSERT INTO document (key) VALUES (?) ON CONFLICT (key) DO NOTHING", (name.document,))
            execute(
                "INSERT INTO layer (document_id, name, kind, author)"
                " VALUES ((SELECT id FROM document WHERE key = ?), ?, ?, ?)",
                (name.document, name.name, name.kind, name.author),
            )
            row = execute(f"{_LAYERS} WHERE d.key = ? AND l.name = ?", name).fetchone()
        return _layer_info(row)

    def document_digest(self, key: str) -> str | None:
        """Return the digest of a document's text as it stands under the lock."""
        row = self._connection.execute("SELECT sha256 FROM document WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def has_text(self, digest: str) -> bool:
        """Return whether a text is here, by its digest."""
        return self._connection.execute("SELECT 1 FROM text WHERE sha256 = ?", (digest,)).fetchone() is not None

    def knows(self, digest: str) -> bool:
        """Return whether an event is here, by its hash."""
        return self._connection.execute("SELECT 1 FROM event WHERE hash = ?", (digest,)).fetchone() is not None

    def layer_info(self, name: LayerName) -> LayerInfo | None:
        """Return a layer's row as it stands under the lock."""
        row = self._connection.execute(f"{_LAYERS} WHERE d.key = ? AND l.name = ?", name).fetchone()
        return None if row is None else _layer_info(row)

    def set_scheme(self, stamp: SchemeStamp) -> None:
        """Remember the label scheme that what follows keeps to; not part of history."""
        self._connection.execute(
            "INSERT INTO scheme (id, sha256, shape) VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET sha256 = excluded.sha256, shape = excluded.shape WHERE sha256 <> excluded.sha256",
            stamp,
        )

    def set_place(self, curator: str, place: Place) -> None:
        """Remember where the curator is; not part of history."""
        self._connection.execute(
            "INSERT INTO place (curator, document, cursor, focus, at, open) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (curator, document) DO UPDATE SET cursor = excluded.cursor, focus = excluded.focus,"
            " at = excluded.at, open = excluded.open",
            (curator, place.document, place.cursor, place.focus, self._clock(), int(place.open)),
        )


def meta_record(document: Document, sha256: str) -> Mapping[str, Any]:
    """Return what the corpus layer records of a document."""
    return {"sha256": sha256, "lang": document.lang, "title": document.title, "meta": dict(document.meta)}
