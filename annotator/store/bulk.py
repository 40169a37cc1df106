"""Many new documents and layers at once: the events that ``append`` would write, gathered and written in long runs."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, count, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from annotator.history import CORPUS, LayerName, Op, dumps, dumps_ops, event_hash
from annotator.scheme_changes import Names
from annotator.store.derived import DIFFERING, DOUBT, READY, REOPENED
from annotator.store.tables import DOCUMENT, LAYER_FIELDS, TABLES, stored_field
from annotator.text import Document

if TYPE_CHECKING:
    from concurrent.futures import Future

_TEXT = ("sha256", "content")
_DOCUMENT = ("id", "key", *DOCUMENT.columns)
_LAYER = ("id", "document_id", "name", "kind", "author", "head", "length", "changed_at", *LAYER_FIELDS.values(),
          "spans", "relations", "scheme")  # fmt: skip
_EVENT = ("hash", "layer_id", "seq", "prev", "at", "actor", "action", "ops", "scheme")
_SEGMENTATION = """
INSERT INTO segmentation (text_id, tokenizer, tokens, sentences)
SELECT id, column2, column3, column4 FROM (VALUES {}) CROSS JOIN text ON sha256 = column1 WHERE true
ON CONFLICT (text_id) DO NOTHING
"""
_AT_ONCE = 640
"""Rows of one statement: fewer are slower, and more do not help."""
_PARTS = 8
"""Parts of one size that the index for searching gathers before it makes one of them, a little at each transaction, and
not four, of which it would copy each word more often.  At sixteen it would make one of them in a single transaction."""

_DOCUMENT_ID, _KIND = _LAYER.index("document_id"), _LAYER.index("kind")
_table_of = itemgetter(0)
_place = itemgetter(0, 1)
Row = tuple[Any, ...]


class Bulk:
    """The first events of layers that do not exist yet, gathered and written by a thread of its own.

    Each statement writes many rows, while Python's lock is free: most of SQLite's work is done beside that of Python.
    What was added is in the database only after :meth:`flush_and_wait`; between :meth:`flush` and that, nobody else
    may use the connection.  Ids are given out here, which is safe under the write lock as long as nobody else makes
    documents or layers before the next :meth:`flush_and_wait`.  ``scheme`` are the changes of the label scheme that
    what is added knows of, ``names`` what was renamed.
    """

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], str], scheme: str, names: Names) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._connection = connection
        self._clock = clock
        self._scheme = scheme
        self._names = names
        self._rows: defaultdict[str, list[Row]] = defaultdict(list)
        self._ids: dict[str, int] = {}
        self._next: dict[str, Iterator[int]] = {}
        self._now = ""
        self._thread = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def add_text(self, document: Document, sha256: str, tokenizer: str) -> None:
        """Add the text of a new document, unless it is there."""
        packed = document.tokens.pack(), document.sentences.pack()
        self.add_text_row((sha256, document.text, tokenizer, *packed))

    def add_text_row(self, row: Row) -> None:
        """Add a text as it is stored: digest, content, tokenizer, packed tokens and sentences."""
        sha256, content, *segmentation = row
        self._rows["text"].append((sha256, content))
        self._rows["segmentation"].append((sha256, *segmentation))

    def add_document(self, key: str, actor: str, action: str, ops: Sequence[Op]) -> None:
        """Add a new document, whose text is there or was added: the first event of its corpus layer."""
        number = self._ids[key] = self._number("document")
        now = next(op.now for op in ops if op.table == "document")
        self._rows["document"].append((number, key, *DOCUMENT.values(now or {})))
        self.add_layer(LayerName(key, CORPUS), actor, action, ops)

    def add_layer(self, name: LayerName, actor: str, action: str, ops: Sequence[Op]) -> None:
        """Add the first event of a new layer of a document that was added or exists."""
        assert name.open_to(actor, action)
        layer_id = self._number("layer")
        self._now = self._now or self._clock()
        names = self._names
        now, scheme = self._now, self._scheme
        written = dumps_ops(names.op_identities(ops))
        by = names.actor_identity(actor)
        digest = event_hash(names.layer_identity(name), 1, "", now, by, action, None, None, written, scheme)
        fields: dict[str, Any] = {}
        counts = dict.fromkeys(("span", "relation"), 0)
        for table, run in groupby(ops, key=_table_of):
            if table == "layer":
                fields.update((op.id, stored_field(op.id, op.now)) for op in run if op.now is not None)
            elif table != "document":
                rows = TABLES[table].rows(layer_id, run)
                self._rows[table] += rows
                if table in counts:
                    counts[table] += len(rows)
        columns = (fields.get(name) for name in LAYER_FIELDS)
        document = self._ids.get(name.document) or self._document_id(name.document)
        owner = (name.name, name.kind, name.author)
        self._rows["layer"].append((layer_id, document, *owner, digest, 1, now, *columns, *counts.values(), scheme))
        self._rows["event"].append((digest, layer_id, 1, "", now, by, action, written, scheme))

    def flush(self) -> None:
        """Begin to write what was added; wait for what is being written first."""
        self._wait()
        if self._rows:
            rows, self._rows = self._rows, defaultdict(list)
            self._ids.clear()
            self._now = ""
            self._writing = self._thread.submit(self._write, rows)

    def flush_and_wait(self) -> None:
        """Write what was added, and wait until it is there."""
        self.flush()
        self._wait()
        self._next.clear()

    def close(self) -> None:
        """End the thread; what was not flushed is forgotten."""
        self._thread.shutdown()

    def _wait(self) -> None:
        if self._writing is not None:
            writing, self._writing = self._writing, None
            writing.result()

    def _write(self, rows: Mapping[str, list[Row]]) -> None:
        if "text" in rows:
            self._merge_seldom()
        self._insert("text", _TEXT, rows.get("text", ()), "ON CONFLICT (sha256) DO NOTHING")
        self._run(_SEGMENTATION, 4, rows.get("segmentation", ()))
        self._insert("document", _DOCUMENT, rows.get("document", ()))
        self._insert("layer", _LAYER, rows.get("layer", ()))
        self._insert("event", _EVENT, rows.get("event", ()))
        for table, spec in TABLES.items():  # each in the table's order, to whose end they go
            self._insert(table, ("layer_id", "id", *spec.columns), sorted(rows.get(table, ()), key=_place))
        layers = rows.get("layer", ())
        self._derive("layer", "doubt", DOUBT, [row[0] for row in layers if row[_KIND] == "suggester"])
        alone = {row[0] for row in rows.get("document", ())}  # new, so that one layer has none beside it
        compared = Counter(row[_DOCUMENT_ID] for row in layers if row[_KIND] in ("curator", "gold"))
        documents = [document for document, count in compared.items() if count > 1 or document not in alone]
        self._derive("document", "reopened", REOPENED, documents)
        self._derive("document", "differing", DIFFERING, documents)
        self._derive("document", "ready", READY, documents)

    def _merge_seldom(self) -> None:
        """Let the database remember how many parts the index for searching gathers, unless it does."""
        execute = self._connection.execute
        if execute("SELECT 1 FROM text_search_config WHERE k = 'automerge' AND v = ?", (_PARTS,)).fetchone() is None:
            execute("INSERT INTO text_search (text_search, rank) VALUES ('automerge', ?)", (_PARTS,))

    def _derive(self, table: str, column: str, query: str, ids: Sequence[int]) -> None:
        """Set what follows from the rest in some rows."""
        if ids:
            update = f"UPDATE {table} SET {column} = ({query}) WHERE id IN (SELECT value FROM json_each(?))"
            self._connection.execute(update, (dumps(ids),))

    def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Row], otherwise: str = "") -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        self._run(f"INSERT INTO {table} ({names}) VALUES {{}} {otherwise}", len(columns), rows)

    def _run(self, statement: str, columns: int, rows: Sequence[Row]) -> None:
        """Run a statement over rows, many at a time: their values stand where its braces are."""
        marks = f"({', '.join('?' * columns)})"
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            values = ", ".join([marks] * len(some))
            self._connection.execute(statement.format(values), list(chain.from_iterable(some)))

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
