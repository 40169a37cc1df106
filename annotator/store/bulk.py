"""Many new documents and layers at once: the events that ``append`` would write, gathered and written in long runs."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any

from annotator.history import CORPUS, Event, LayerName, Op, dumps_ops
from annotator.store.tables import DOCUMENT, LAYER_FIELDS, TABLES
from annotator.text import Document

_ARRIVE = (
    "INSERT INTO text (sha256, content, tokenizer, tokens, sentences)"
    " SELECT sha256, content, tokenizer, tokens, sentences FROM temp.arriving WHERE true ORDER BY rowid"
    " ON CONFLICT (sha256) DO NOTHING"
)


class Bulk:
    """The first events of layers that do not exist yet; nothing of them is in the database before :meth:`flush`.

    Ids are given out here, which is safe under the write lock as long as nobody else makes documents or layers between
    the first addition and the flush.  Texts are made searchable, half of SQLite's work, on a thread of their own in one
    statement, for which Python's lock is free: the connection must not be used between :meth:`add_texts` and the flush.
    """

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], str]) -> None:
        self._connection = connection
        self._clock = clock
        self._documents: list[tuple[Any, ...]] = []
        self._layers: list[tuple[Any, ...]] = []
        self._events: list[tuple[Any, ...]] = []
        self._items: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._ids: dict[str, int] = {}
        self._next: dict[str, Iterator[int]] = {}
        self._now = ""
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[sqlite3.Cursor] | None = None

    def add_texts(self, documents: Iterable[tuple[Document, str]], tokenizer: str) -> None:
        """Add the texts of new documents, each with its digest, before the documents themselves."""
        self.flush()
        rows = [(sha256, d.text, tokenizer, d.tokens.pack(), d.sentences.pack()) for d, sha256 in documents]
        if not rows:
            return
        self._numbers()
        execute = self._connection.execute
        execute("CREATE TEMP TABLE IF NOT EXISTS arriving (sha256, content, tokenizer, tokens, sentences)")
        self._connection.executemany("INSERT INTO temp.arriving VALUES (?, ?, ?, ?, ?)", rows)
        self._writing = self._thread.submit(execute, _ARRIVE)

    def add_document(self, document: Document, actor: str, action: str, ops: Sequence[Op]) -> None:
        """Add a new document whose text was added: the first event of its corpus layer."""
        number = self._ids[document.key] = self._number("document")
        now = next(op.now for op in ops if op.table == "document")
        self._documents.append((number, document.key, *DOCUMENT.values(now or {})))
        self.add_layer(LayerName(document.key, CORPUS), actor, action, ops)

    def add_layer(self, name: LayerName, actor: str, action: str, ops: Sequence[Op]) -> None:
        """Add the first event of a new layer of a document that was added or exists."""
        assert name.open_to(actor, action)
        layer_id = self._number("layer")
        self._now = self._now or self._clock()
        event = Event(name, 1, "", self._now, actor, action, dumps_ops(ops))
        digest = event.hash
        fields: dict[str, Any] = {}
        counts = {"span": 0, "relation": 0}
        doubt = 0.0
        for table, identity, _, now in ops:
            if table == "layer":
                fields[identity] = (now or {})["value"]
            elif table != "document" and now is not None:
                self._items[table].append((layer_id, identity, *TABLES[table].values(now)))
                if table in counts:
                    counts[table] += 1
                if table == "span" and name.kind == "suggester" and now.get("score") is not None:
                    doubt += now["score"] * (1 - now["score"])
        columns = (fields.get(column) for column in LAYER_FIELDS)
        document = self._ids.get(name.document) or self._document_id(name.document)
        owner = (name.name, name.kind, name.author)
        self._layers.append((layer_id, document, *owner, digest, 1, event.at, *columns, *counts.values(), doubt))
        self._events.append((digest, layer_id, event.at, actor, action, event.ops))

    def flush(self) -> None:
        """Write what was added."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()
            self._connection.execute("DELETE FROM temp.arriving")
        self._next.clear()
        if not self._layers:
            return
        many = self._connection.executemany
        many("INSERT INTO document (id, key, sha256, lang, title, meta) VALUES (?, ?, ?, ?, ?, ?)", self._documents)
        many(
            "INSERT INTO layer (id, document_id, name, kind, author, head, length, changed_at, state, flag, text,"
            " fingerprint, curators, spans, relations, doubt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._layers,
        )
        many(
            "INSERT INTO event (hash, layer_id, seq, prev, at, actor, action, ops) VALUES (?, ?, 1, '', ?, ?, ?, ?)",
            self._events,
        )
        for table, rows in self._items.items():
            rows.sort()  # in the order of the table, to whose end they go
            many(TABLES[table].insert, rows)
        for gathered in (self._documents, self._layers, self._events):
            gathered.clear()
        self._items.clear()
        self._ids.clear()
        self._now = ""

    def close(self) -> None:
        """End the thread; what was not flushed is forgotten."""
        self._thread.shutdown()

    def _numbers(self) -> None:
        """Look up which ids come next."""
        for table in ("document", "layer"):
            row = self._connection.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()
            self._next[table] = count(int(row[0]))

    def _number(self, table: str) -> int:
        if not self._next:
            self._numbers()
        return next(self._next[table])

    def _document_id(self, key: str) -> int:
        row = self._connection.execute("SELECT id FROM document WHERE key = ?", (key,)).fetchone()
        return int(row[0])
