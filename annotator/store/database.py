"""The store: an open database, and the reads that everything else is built on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from annotator.annotation import Annotations, Comment, Extra, Ruling, Verdict
from annotator.errors import StoreError
from annotator.history import Event, LayerName, UndoStack, UndoStep, utc_now
from annotator.scheme_changes import Names, Renamings, SchemeEvent, SchemeHistory
from annotator.store import connection as connecting
from annotator.store import schema
from annotator.store.filesystems import warnings
from annotator.store.layers import LAYERS, Bookmark, LayerInfo, SchemeMovedError, SchemeStamp, event_of, layer_info_of
from annotator.store.lock import WriteLock
from annotator.store.read_only import OWN_RIGHTS, READ_ONLY_MEDIUM, WHERE_TO_WRITE, ReadOnlyError
from annotator.store.scheme_changes import KnownChanges, lagging, scheme_hashes, scheme_revision
from annotator.store.segmentations import read_segments
from annotator.store.tables import TABLES, content_of, records, tuples
from annotator.store.writer import Writer
from annotator.text import Document


class _DryRunOverError(Exception):
    """Rolls a dry run's transaction back."""


class Store:
    """An open workspace database.

    Reading happens on the connection's implicit snapshots; every write goes through :meth:`write`.
    ``clock`` gives the time of events, ``scheme`` the label scheme that what is written keeps to.  ``tell`` is given
    sentences for the user: what is to be known of the place where the database lies, and whom a write waits for.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], str] = utc_now,
        scheme: Callable[[], SchemeStamp] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.path = path
        self.clock = clock
        opened = connecting.connect(path, tell)
        self.connection = opened.connection
        self.notes: list[str] = []
        self._scheme = scheme
        self._untouched = opened.untouched
        self._guard = opened.untouched or opened.standing
        self._lock = WriteLock(opened.connection, path, opened.standing, tell) if opened.standing else None
        self._only_readable = opened.only_readable
        if self._lock is None:
            told = f"; {opened.told}" if opened.told else ""
            self.notes.append(f"{path} can only be read: {opened.only_readable}{told}")
        else:
            self.notes += [opened.told] if opened.told else []
            self.notes += warnings(path)
        if tell is not None and (opened.told or not self.read_only):  # what can be read as ever is no news
            for note in self.notes:
                tell(note)
        self._revision = scheme_revision(self.connection)
        self._changes = KnownChanges(self.connection)
        self._at_one_moment = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; a closed store cannot be used again."""
        self.connection.close()
        if self._lock is not None:
            self._lock.close()

    def another(self) -> Store:
        """Open another connection to the same database, for a thread that reads."""
        if self._guard is not None:
            self._guard.check()
        return Store(self.path)

    def stop_when(self, outdated: Callable[[], bool]) -> None:
        """Let queries fail with :class:`StoreError` as soon as ``outdated`` says that nobody needs them any more."""
        self.connection.set_progress_handler(outdated, 50_000)  # a millisecond of instructions

    @property
    def read_only(self) -> bool:
        """Whether the database can only be read; :attr:`notes` says why."""
        return self._lock is None

    def wait_at_most(self, patience: float) -> None:
        """Let every write wait for the lock for so many seconds only, and keep its place in the queue for a next try.

        For who sits before a screen: :class:`LockedError` says whom it waits for.
        """
        if self._lock is not None:
            self._lock.patience, self._lock.keeps_place = patience, True

    def lock_holder(self) -> str:
        """Who keeps one from writing now, in words; nothing when the lock is free, or is not what is missing."""
        if self._lock is None:
            return ""
        with self.explained():
            return self._lock.lock_holder()

    def leave_lock_queue(self) -> None:
        """Give up the place in the queue that was kept after :class:`LockedError`: there will be no next try."""
        if self._lock is not None:
            self._lock.give_up()

    def expecting_many(self) -> AbstractContextManager[None]:
        """A block, around whole transactions, in which many documents are written."""
        return connecting.undone_in_memory(self.connection)

    @contextmanager
    def write(self, *, dry_run: bool = False) -> Iterator[Writer]:
        """Open a transaction under the write lock: all of the block is durable when it ends, or none of it happened.

        A dry run is rolled back at its end: it has checked what a write would do, and changed nothing.

        Raises :class:`LockedError`, :class:`LostError`, :class:`ReadOnlyError` or another :class:`StoreError`.
        """
        if self._lock is None:
            raise ReadOnlyError(
                f"{self.path} can only be read ({self._only_readable}), nothing was written",
                WHERE_TO_WRITE if self._only_readable == READ_ONLY_MEDIUM else OWN_RIGHTS,
            )
        stamp = self._scheme() if self._scheme is not None else None
        with suppress(_DryRunOverError), self._changes.read_anew():
            with self.explained(), self._lock.transaction() as connection:
                if connection.execute("PRAGMA user_version").fetchone()[0] != schema.VERSION:
                    raise StoreError(
                        f"{self.path} was migrated by a newer annotator while it was open, nothing was written",
                        "leave, and start again with that one",
                    )
                if scheme_revision(connection) != self._revision:
                    raise SchemeMovedError(
                        f"{self.path}: the label scheme was changed, or a name, by somebody else; nothing was written",
                        "start again: labels.yaml is read anew then",
                    )
                writer = Writer(connection, self.clock, self._changes)
                if stamp is not None:
                    writer.set_scheme(stamp)
                yield writer
                if dry_run:
                    raise _DryRunOverError
                revision = scheme_revision(connection)
            self._revision = revision
            self._scheme = None  # a process reads its scheme once, so it is noted once

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all reads of the block see one moment, though others write meanwhile.

        Raises :class:`SchemeMovedError` at a moment at which some layers have the labels of before and others those of
        after a change of the label scheme.
        """
        with connecting.snapshot(self.connection, self.explained()) as outermost:
            if not self._at_one_moment and lagging(self.connection):
                raise SchemeMovedError(f"{self.path}: the labels are being changed right now", "try again in a moment")
            self._at_one_moment |= outermost
            try:
                yield
            finally:
                self._at_one_moment &= not outermost

    def explained(self) -> connecting.explained:
        """Turn SQLite's complaints in the block into sentences for the user."""
        if self._untouched is not None:
            self._untouched.check()
        return connecting.explained(self.path, self._guard)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self.explained():
            return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query, if there is one."""
        with self.explained():
            found: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
            return found

    def document(self, key: str) -> Document | None:
        """The document with this key."""
        row = self.row(
            "SELECT d.key, d.lang, d.title, d.meta, d.sha256, t.content AS text, s.tokens, s.sentences FROM document d"
            " JOIN text t ON t.sha256 = d.sha256 JOIN segmentation s ON s.text_id = t.id WHERE d.key = ?",
            key,
        )
        if row is None:
            return None
        return Document(
            **{name: row[name] for name in ("key", "text", "lang", "title")},
            tokens=read_segments(row["tokens"], row["sha256"]),
            sentences=read_segments(row["sentences"], row["sha256"]),
            meta=json.loads(row["meta"] or "{}"),
        )

    def metadata(self, key: str) -> dict[str, Any] | None:
        """Language, title and other fields (``meta``) of the document with this key."""
        row = self.row("SELECT lang, title, meta FROM document WHERE key = ? AND sha256 IS NOT NULL", key)
        return None if row is None else {**row, "meta": json.loads(row["meta"] or "{}")}

    def text(self, sha256: str) -> str | None:
        """A text by its digest, also one that was replaced since."""
        row = self.row("SELECT content FROM text WHERE sha256 = ?", sha256)
        return None if row is None else str(row[0])

    def document_keys(self) -> list[str]:
        """All document keys, in order."""
        return [row[0] for row in self.rows("SELECT key FROM document WHERE sha256 IS NOT NULL ORDER BY key")]

    def texts(self, keys: Iterable[str]) -> Iterator[str]:
        """Yield the texts of documents, in the order of the keys."""
        with self.explained():
            query = "SELECT content FROM text WHERE sha256 = (SELECT sha256 FROM document WHERE key = ?)"
            for key in keys:
                yield self.connection.execute(query, (key,)).fetchone()[0]

    def documents_with(self, phrase: str) -> list[str]:
        """The keys of documents whose text has all words of a phrase next to one another, in order of key."""
        words = " ".join("".join(c if c.isalnum() else " " for c in phrase).split())
        if not words:
            return []
        query = (
            "SELECT d.key FROM text_search JOIN text t ON t.id = text_search.rowid"
            " JOIN document d ON d.sha256 = t.sha256 WHERE text_search MATCH ? ORDER BY d.key"
        )
        return [row[0] for row in self.rows(query, f'"{words}"')]

    def is_empty(self) -> bool:
        """Whether there are no documents yet."""
        return self.row("SELECT 1 FROM document WHERE sha256 IS NOT NULL LIMIT 1") is None

    def document_digests(self) -> dict[str, str]:
        """The text digest of every document, by key, in order."""
        query = "SELECT key, sha256 FROM document WHERE sha256 IS NOT NULL ORDER BY key"
        return {row["key"]: row["sha256"] for row in self.rows(query)}

    def layer(self, name: LayerName) -> LayerInfo | None:
        """A layer's row; ``None`` when nothing was ever written to it."""
        row = self.row(f"{LAYERS} WHERE d.key = ? AND l.name = ?", name.document, name.name)
        return None if row is None else layer_info_of(row)

    def layers(
        self, *, document: str | None = None, kind: str | None = None, name: str | None = None, removed: bool = False
    ) -> list[LayerInfo]:
        """All layers, of one document, one kind of author or one name where asked, in order of key and name.

        With ``removed`` those of documents that were removed, too.
        """
        given: dict[str, object] = {
            "d.key": document,
            "l.kind": kind,
            "l.name": name,
            "l.removed": None if removed else 0,
        }
        asked = {column: value for column, value in given.items() if value is not None}
        where = f"WHERE {' AND '.join(f'{column} = ?' for column in asked)}" if asked else ""
        rows = self.rows(f"{LAYERS} {where} ORDER BY d.key, l.name", *asked.values())
        return [layer_info_of(row) for row in rows]

    def layer_names(self) -> set[str]:
        """The names that layers of documents go by, but for what the documents are themselves."""
        return {row[0] for row in self.rows("SELECT DISTINCT name FROM layer WHERE kind <> 'corpus' AND NOT removed")}

    def latest_layers(self, name: str, limit: int) -> list[LayerInfo]:
        """The layers with a name that were changed last, latest first."""
        query = (
            f"{LAYERS} WHERE l.name = ? AND l.changed_at IS NOT NULL AND NOT l.removed"
            " ORDER BY l.changed_at DESC, d.key LIMIT ?"
        )
        return [layer_info_of(row) for row in self.rows(query, name, limit)]

    def annotations(self, layer_id: int) -> Annotations:
        """A layer's spans and relations, and the attributes of the document."""
        with self.snapshot():
            spans = tuples(self.connection, TABLES["span"].select, layer_id)
            relations = tuples(self.connection, TABLES["relation"].select, layer_id)
            of_document = self.connection.execute("SELECT attributes FROM layer WHERE id = ?", (layer_id,)).fetchone()
            return content_of(spans, relations, of_document[0] if of_document else None)

    def verdicts(self, layer_id: int) -> dict[str, Verdict]:
        """A curator's verdicts by suggestion id."""
        with self.explained():
            found = records(self.connection, TABLES["verdict"], layer_id)
            return {i: Verdict(i, **{"source": None, "score": None, **record}) for i, record in found}

    def comments(self, layer_id: int) -> dict[str, Comment]:
        """A layer's comments by id."""
        with self.explained():
            return {i: Comment(i, **record) for i, record in records(self.connection, TABLES["comment"], layer_id)}

    def extras(self, layer_id: int) -> dict[str, Extra]:
        """What a layer keeps of foreign formats, by id."""
        with self.explained():
            found = records(self.connection, TABLES["extra"], layer_id)
            return {i: Extra(i, **{**record, "refs": tuple(record.get("refs", ()))}) for i, record in found}

    def rulings(self, layer_id: int) -> dict[str, Ruling]:
        """What was settled in a gold layer, by claim."""
        with self.explained():
            rows = tuples(self.connection, TABLES["ruling"].select, layer_id)
            return {i: Ruling(i, *TABLES["ruling"].read(values)) for i, *values in rows}

    def assigned_to(self, document: str) -> list[str]:
        """The curators to whom a document was assigned, in order of name."""
        query = (
            "SELECT DISTINCT a.id FROM assignment a JOIN layer l ON l.id = a.layer_id"
            " JOIN document d ON d.id = l.document_id WHERE d.key = ? ORDER BY a.id"
        )
        return [row[0] for row in self.rows(query, document)]

    def events(self, layer: LayerInfo) -> list[Event]:
        """A layer's whole history, oldest first, in the names of now: not as it was hashed."""
        names = self.names
        return [names.event(event) for _, event in self.hashed_events(layer)]

    def actors(self, layer_id: int) -> set[str]:
        """Everybody who took a step in a layer."""
        query = "SELECT DISTINCT present_name(actor) FROM event WHERE layer_id = ?"
        return {row[0] for row in self.rows(query, layer_id)}

    def hashed_events(self, layer: LayerInfo) -> list[tuple[str, Event]]:
        """A layer's whole history, oldest first, each event as it was hashed and with the hash it is stored under."""
        query = "SELECT * FROM event WHERE layer_id = ? ORDER BY seq, at, hash"
        identity = self.names.layer_identity(layer.name)
        return [(row["hash"], event_of(identity, row)) for row in self.rows(query, layer.id)]

    def event(self, layer: LayerInfo, seq: int) -> Event:
        """One event of a layer, in the names of now."""
        row = self.row("SELECT * FROM event WHERE layer_id = ? AND seq = ?", layer.id, seq)
        if row is None:
            raise StoreError(f"{layer.name} has no event {seq}", "run `annotator doctor`")
        names = self.names
        return names.event(event_of(names.layer_identity(layer.name), row))

    def undo_stack(self, layer_id: int) -> UndoStack:
        """What can be undone and redone in a layer, from its whole history."""
        query = "SELECT seq, action, target FROM event WHERE layer_id = ? ORDER BY seq"
        return UndoStack.of(UndoStep(*row) for row in self.rows(query, layer_id))

    def scheme(self) -> SchemeStamp | None:
        """The label scheme that the database was last written under, if that was noted."""
        row = self.row("SELECT sha256, shape, labels FROM scheme")
        return None if row is None else SchemeStamp(*row)

    def scheme_history(self) -> SchemeHistory:
        """All changes of the label scheme that the database knows."""
        with self.explained():
            return self._changes.read().labels

    def renamings(self) -> Renamings:
        """All renamings that the database knows."""
        with self.explained():
            return self._changes.read().renamings

    @property
    def names(self) -> Names:
        """What was renamed, and how."""
        return self.renamings().names

    def scheme_events(self) -> list[tuple[str, SchemeEvent]]:
        """Every change of labels or names with the hash that it is stored under."""
        with self.explained():
            return scheme_hashes(self.connection)

    def is_scheme_outdated(self) -> bool:
        """Whether somebody changed the label scheme since this process read it."""
        with self.explained():
            return scheme_revision(self.connection) != self._revision

    def lags_behind(self) -> bool:
        """Whether there are layers that have not been carried over all changes of the label scheme."""
        with self.explained():
            return lagging(self.connection)

    def follow_scheme(self) -> None:
        """Go on under the label scheme as it is now, which the caller has read anew."""
        with self.explained():
            self._revision = scheme_revision(self.connection)

    def bookmark(self, curator: str, document: str | None = None) -> Bookmark | None:
        """Where the curator was in a document, or in whichever they were last."""
        row = self.row(
            "SELECT document, cursor, focus, open FROM place WHERE curator = ?1 AND (?2 IS NULL OR document = ?2)"
            " ORDER BY at DESC LIMIT 1",
            curator,
            document,
        )
        return None if row is None else Bookmark(row[0], row[1], row[2], bool(row[3]))

    def fold_log(self) -> None:
        """Put all that was written into the one file; whoever opens it next goes back to write-ahead logging."""
        connecting.fold_log(self.connection, self.path)

    def backup(self, target: Path | None = None, *, why: str = "backup") -> Path:
        """Copy the whole database, also while others write; return where the copy is.

        Without a ``target`` it goes into the folder of backups, under a name with the time and ``why``.
        """
        if target is None:
            return connecting.new_backup(self.path, why)
        connecting.backup(self.path, target)
        return target
