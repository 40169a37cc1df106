"""The one way to write: events appended to the histories of layers, and the state tables carried forward with them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from annotator.history import ACTIONS, Event, LayerName, Op, dumps, dumps_ops
from annotator.scheme_changes import Changes, Names, Renamings, SchemeEvent, SchemeHistory
from annotator.scheme_changes.folding import state_ops
from annotator.store.bulk import Bulk
from annotator.store.derived import DIFFERING, DOUBT, READY, REMOVED, REOPENED, RETURNED
from annotator.store.layers import (
    LAYERS,
    Bookmark,
    ForeignLayerError,
    ForkedLayerError,
    LayerInfo,
    RemovedDocumentError,
    SchemeStamp,
    StaleLayerError,
    event_of,
    layer_info_of,
)
from annotator.store.renaming import rename_rows
from annotator.store.scheme_changes import (
    KnownChanges,
    folded_layer,
    insert_scheme_event,
    lagging,
    lagging_ops,
    note_carried,
    pass_over,
    touched_layers,
)
from annotator.store.tables import grown, read_state, write_ops
from annotator.text import Document


class Writer:
    """What can be done inside :meth:`Store.write`."""

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], str], known: KnownChanges) -> None:
        self._connection = connection
        self._clock = clock
        self._known = known

    @cached_property
    def _changes(self) -> Changes:
        return self._known.read()

    @property
    def scheme_history(self) -> SchemeHistory:
        """All changes of the label scheme, as they stand under the lock."""
        return self._changes.labels

    @property
    def names(self) -> Names:
        """What was renamed, as it stands under the lock."""
        return self._changes.renamings.names

    def bulk(self) -> Bulk:
        """What takes many new documents and layers; whoever adds to it settles and closes it."""
        return Bulk(self._connection, self._clock, self.scheme_history.heads, self.names)

    def put_text(self, document: Document, tokenizer: str) -> str:
        """Keep a text with its segmentation, once however often it comes; return its digest."""
        sha256 = document.sha256
        self.put_text_row((sha256, document.text, tokenizer, document.tokens.pack(), document.sentences.pack()))
        return sha256

    def put_text_row(self, row: Sequence[Any]) -> None:
        """Keep a text as another database has it: digest, content, tokenizer, packed tokens and sentences."""
        sha256, content, *segmentation = row
        execute = self._connection.execute
        execute("INSERT INTO text (sha256, content) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING", (sha256, content))
        execute(
            "INSERT INTO segmentation (text_id, tokenizer, tokens, sentences)"
            " SELECT id, ?, ?, ? FROM text WHERE sha256 = ? ON CONFLICT (text_id) DO NOTHING",
            (*segmentation, sha256),
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
        if action not in ACTIONS[name.kind]:
            raise ValueError(f"no such action in a {name.kind} layer: {action}")
        layer = self._layer(name)
        if layer.removed and name.kind != "corpus":
            raise RemovedDocumentError(
                f"{name.document} was removed from the corpus", "`annotator remove --undo` brings it back"
            )
        if head is not None and head != layer.head:
            who = "another adjudicator" if name.kind == "gold" else "another window of yours"
            raise StaleLayerError(f"{name} was changed by {who}", "your screen is read anew; repeat the step")
        self._carry_over(layer)
        event = Event(
            layer=self.names.layer_identity(name),
            seq=layer.length + 1,
            prev=layer.head,
            at=self._clock(),
            actor=self.names.actor_identity(actor),
            action=action,
            ops=dumps_ops(self.names.op_identities(ops)),
            target=target,
            pause_ms=pause_ms,
            scheme=self.scheme_history.heads,
        )
        self._insert(layer.id, event, event.hash)
        self._advance(layer.id, event.hash, event)
        self._carry(layer.id, ops)
        row = self._connection.execute(f"{LAYERS} WHERE l.id = ?", (layer.id,)).fetchone()
        return layer_info_of(row)

    def merge_history(self, name: LayerName, events: Sequence[tuple[str, Event]]) -> int:
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
        missing = {event.scheme for _, event in new if not self.scheme_history.knows(event.scheme)}
        if missing:
            raise ValueError(f"{name}: changes of the label scheme that it was written under are missing")
        first, last = new[0][1], new[-1][1]
        straight = first.prev == layer.head and last.seq - layer.length == len(new)
        if name.forks != "refused" and len(known) != layer.length:  # who wrote the new ones may not know all of ours
            straight = False
        if not straight and name.forks == "refused":
            raise ForkedLayerError(f"{name} was carried on in both places after step {first.seq - 1}")
        for digest, event in new:
            self._insert(layer.id, event, digest)
        heads = self.scheme_history.heads
        if straight and layer.scheme == heads and all(event.scheme == heads for _, event in new):
            self._advance(layer.id, new[-1][0], last)
            for _, event in new:
                self._carry(layer.id, self.names.ops(event.decode_ops()))
        else:
            self._refold(name, layer.id)
        return len(new)

    def take_out(self, layer: LayerInfo) -> None:
        """Take a layer's history out, which whoever asks puts back as another curator's: the same steps, hashed anew.

        The one place where events go: the guard against that is lifted for as long.
        """
        execute = self._connection.execute
        self._carry(layer.id, state_ops(read_state(self._connection, layer.id), {}))
        (guard,) = execute("SELECT sql FROM sqlite_schema WHERE name = 'event_is_never_deleted'").fetchone()
        execute("DROP TRIGGER event_is_never_deleted")
        execute("DELETE FROM event WHERE layer_id = ?", (layer.id,))
        execute(guard)
        execute("UPDATE layer SET head = '', length = 0, changed_at = NULL WHERE id = ?", (layer.id,))

    def _refold(self, name: LayerName, layer_id: int) -> None:
        """Bring a layer's state to what its whole history gives, after events came in between."""
        before = read_state(self._connection, layer_id)
        after = folded_layer(self._connection, layer_id, name, self.scheme_history, self.names)
        query = "SELECT * FROM event WHERE layer_id = ? ORDER BY seq DESC, at DESC, hash DESC LIMIT 1"
        last = self._connection.execute(query, (layer_id,)).fetchone()
        self._advance(layer_id, last["hash"], event_of(name, last))
        self._carry(layer_id, state_ops(before, after))
        pass_over(self._connection, [layer_id], self.scheme_history.heads)

    # Changes of labels and names

    @property
    def renamings(self) -> Renamings:
        """All renamings, as they stand under the lock."""
        return self._changes.renamings

    def note_changes(self, events: Iterable[SchemeEvent]) -> None:
        """Note changes, none before what it follows.

        Names are changed at once; :meth:`carry_some` carries the layers over changes of the label scheme.
        """
        before, carried = self._changes, not lagging(self._connection)
        for event in events:
            insert_scheme_event(self._connection, event)
        self.__dict__.pop("_changes", None)
        if self.renamings.heads != before.renamings.heads:
            rename_rows(self._connection, before.renamings.names, self.names)
            if carried and before.labels.heads == self.scheme_history.heads:
                note_carried(self._connection)

    def carry_layers(self) -> None:
        """Carry all layers over the changes that they lack."""
        self.carry_some(touched_layers(self._connection, self.scheme_history))
        self.finish_carrying()

    def carry_some(self, layers: Sequence[int]) -> None:
        """Carry some layers over the changes that they lack."""
        marks = dumps(layers)
        rows = self._connection.execute(f"{LAYERS} WHERE l.id IN (SELECT value FROM json_each(?))", (marks,)).fetchall()
        changed = [info.id for info in map(layer_info_of, rows) if self._carry_state_over(info)]
        pass_over(self._connection, layers, self.scheme_history.heads)
        self._compare_documents(changed)

    def pass_over(self, layers: Sequence[int]) -> None:
        """Note that the changes that some layers lack do not touch them."""
        pass_over(self._connection, layers, self.scheme_history.heads)

    def finish_carrying(self) -> None:
        """Note that the layers that still lag behind are not touched by what they lack, and that none lags behind."""
        heads = self.scheme_history.heads
        self._connection.execute("UPDATE layer SET scheme = ?1 WHERE scheme <> ?1", (heads,))
        note_carried(self._connection)

    def _carry_over(self, layer: LayerInfo) -> None:
        """Carry a layer over the changes of the label scheme that it lacks."""
        if layer.scheme != self.scheme_history.heads:
            self.carry_some([layer.id])

    def _carry_state_over(self, layer: LayerInfo) -> bool:
        """Carry the records of a layer over the changes that it lacks; return whether any is another now."""
        if layer.scheme == self.scheme_history.heads:
            return False
        ops = lagging_ops(self._connection, layer, self.scheme_history, self.names)
        if any(op.table == "layer" for op in ops):
            self._carry(layer.id, ops)
        elif ops:
            self._write_records(layer.id, ops)
        return bool(ops)

    def _insert(self, layer_id: int, event: Event, digest: str) -> None:
        self._connection.execute(
            "INSERT INTO event (hash, layer_id, seq, prev, at, actor, action, target, pause_ms, ops, scheme)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                event.scheme,
            ),
        )

    def _advance(self, layer_id: int, head: str, last: Event) -> None:
        """Note an event as the end of its layer's history."""
        self._connection.execute(
            "UPDATE layer SET head = ?, length = ?, changed_at = ? WHERE id = ?", (head, last.seq, last.at, layer_id)
        )

    def _carry(self, layer_id: int, ops: Sequence[Op]) -> None:
        """Carry a layer's state forward, and what follows from it."""
        self._write_records(layer_id, ops)
        if any(op.table == "document" for op in ops):
            self._connection.execute(
                f"UPDATE layer SET removed = ({REMOVED})"
                " WHERE document_id = (SELECT document_id FROM layer WHERE id = ?)",
                (layer_id,),
            )
        returned = self._note_returned(layer_id, ops)
        finishing = returned or any(
            op.table == "document" or (op.table == "layer" and op.id in ("state", "text")) for op in ops
        )
        reopened = self._note_reopened(layer_id, finishing=finishing)
        if finishing or reopened or any(op.table == "span" for op in ops):
            self._compare(layer_id, finishing=finishing or reopened)
        if finishing or reopened or any(op.table == "assignment" for op in ops):
            self._note_ready(layer_id)

    def _write_records(self, layer_id: int, ops: Sequence[Op]) -> None:
        """Write a layer's records, and the counts of what it holds."""
        write_ops(self._connection, layer_id, ops)
        spans, relations = (grown(ops, table) for table in ("span", "relation"))
        if spans or relations:
            self._connection.execute(
                "UPDATE layer SET spans = spans + ?, relations = relations + ? WHERE id = ?",
                (spans, relations, layer_id),
            )
        if any(op.table in ("span", "layer") for op in ops):
            self._connection.execute(
                f"UPDATE layer SET doubt = ({DOUBT}) WHERE id = ? AND kind = 'suggester'",
                (layer_id,),
            )

    def _note_returned(self, layer_id: int, ops: Sequence[Op]) -> bool:
        """Note who has the document back and has not finished it since; return whether that changed."""
        if any(op.table in ("returned", "document") for op in ops):
            whose = "document_id = (SELECT document_id FROM layer WHERE id = ?) AND kind = 'curator'"
        else:
            whose = (
                "id = ? AND kind = 'curator' AND (returned OR EXISTS (SELECT 1 FROM layer c JOIN returned r"
                " ON r.layer_id = c.id WHERE c.document_id = layer.document_id AND c.name = 'corpus'))"
            )
        changed = f"UPDATE layer SET returned = NOT returned WHERE {whose} AND returned <> ({RETURNED})"
        return self._connection.execute(changed, (layer_id,)).rowcount > 0

    def _note_reopened(self, layer_id: int, *, finishing: bool) -> bool:
        """Note whether a document's complete gold lacks what somebody finished since; return whether that changed."""
        return self._connection.execute(
            f"UPDATE document SET reopened = NOT reopened WHERE id = (SELECT document_id FROM layer WHERE id = ?1"
            f" AND kind IN ('curator', 'gold', 'corpus') AND (?2 OR kind = 'gold' OR state = 'done'))"
            f" AND reopened <> ({REOPENED})",
            (layer_id, finishing),
        ).rowcount > 0  # fmt: skip

    def _compare(self, layer_id: int, *, finishing: bool) -> None:
        """Count anew on how many spans those who finished a document differ, where a step may have changed that."""
        self._connection.execute(
            f"UPDATE document SET differing = ({DIFFERING}) WHERE id = (SELECT document_id FROM layer WHERE id = ?1"
            " AND kind IN ('curator', 'gold', 'corpus') AND (?2 OR state = 'done'))",
            (layer_id, finishing),
        )

    def _compare_documents(self, layers: Sequence[int]) -> None:
        """Note anew what follows of the documents of some layers, whatever their states."""
        whose = "id IN (SELECT document_id FROM layer WHERE id IN (SELECT value FROM json_each(?)))"
        for column, query in (("reopened", REOPENED), ("differing", DIFFERING), ("ready", READY)):
            update = f"UPDATE document SET {column} = ({query}) WHERE {whose} AND {column} <> ({query})"
            self._connection.execute(update, (dumps(layers),))

    def _note_ready(self, layer_id: int) -> None:
        """Note whether a document waits to be adjudicated, where a step may have changed that."""
        self._connection.execute(
            "UPDATE document SET ready = NOT ready WHERE id = (SELECT document_id FROM layer WHERE id = ?"
            f" AND kind IN ('curator', 'gold', 'corpus')) AND ready <> ({READY})",
            (layer_id,),
        )

    def _layer(self, name: LayerName) -> LayerInfo:
        execute = self._connection.execute
        row = execute(f"{LAYERS} WHERE d.key = ? AND l.name = ?", name).fetchone()
        if row is None:
            self.names.layer_identity(name)  # what was renamed is no new layer
            if name.kind == "corpus":
                execute("INSERT INTO document (key) VALUES (?) ON CONFLICT (key) DO NOTHING", (name.document,))
            execute(
                "INSERT INTO layer (document_id, name, kind, author, scheme, removed)"
                " VALUES ((SELECT id FROM document WHERE key = ?1), ?2, ?3, ?4, ?5,"
                " (SELECT sha256 IS NULL FROM document WHERE key = ?1))",
                (name.document, name.name, name.kind, name.author, self.scheme_history.heads),
            )
            row = execute(f"{LAYERS} WHERE d.key = ? AND l.name = ?", name).fetchone()
        return layer_info_of(row)

    def document_digest(self, key: str) -> str | None:
        """The digest of a document's text as it stands under the lock."""
        row = self._connection.execute("SELECT sha256 FROM document WHERE key = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def has_text(self, digest: str) -> bool:
        """Whether a text is here, by its digest."""
        return self._connection.execute("SELECT 1 FROM text WHERE sha256 = ?", (digest,)).fetchone() is not None

    def has_event(self, digest: str) -> bool:
        """Whether an event is here, by its hash."""
        return self._connection.execute("SELECT 1 FROM event WHERE hash = ?", (digest,)).fetchone() is not None

    def layer_info(self, name: LayerName) -> LayerInfo | None:
        """A layer's row as it stands under the lock."""
        row = self._connection.execute(f"{LAYERS} WHERE d.key = ? AND l.name = ?", name).fetchone()
        return None if row is None else layer_info_of(row)

    def set_scheme(self, stamp: SchemeStamp) -> None:
        """Remember the label scheme that what follows keeps to, and the one before it; not part of history."""
        self._connection.execute(
            "INSERT INTO former_scheme (sha256, shape, labels, changes)"
            " SELECT sha256, shape, labels, changes FROM scheme WHERE shape <> ?",
            (stamp.shape,),
        )
        self._connection.execute(
            "INSERT INTO scheme (id, sha256, shape, labels, changes) VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET sha256 = excluded.sha256, shape = excluded.shape, labels = excluded.labels,"
            " changes = excluded.changes"
            " WHERE sha256 <> excluded.sha256 OR labels IS NULL OR changes <> excluded.changes",
            (*stamp, self.scheme_history.heads),
        )

    def set_bookmark(self, curator: str, bookmark: Bookmark) -> None:
        """Remember where the curator is; not part of history."""
        self._connection.execute(
            "INSERT INTO place (curator, document, cursor, focus, at, open) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (curator, document) DO UPDATE SET cursor = excluded.cursor, focus = excluded.focus,"
            " at = excluded.at, open = excluded.open",
            (curator, bookmark.document, bookmark.cursor, bookmark.focus, self._clock(), int(bookmark.open)),
        )
