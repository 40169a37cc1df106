"""How records of history stand in state tables: one spec a table, one generic way to write and read them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol

import msgspec

from annotator.annotation import Annotations, Attributes, Relation, Span
from annotator.history import LayerState, Op, Record, dumps

Row = tuple[Any, ...]


@dataclass(frozen=True)
class StateTable:
    """A state table: its columns beside ``layer_id`` and ``id``, and those that hold JSON or truth values."""

    name: str
    columns: tuple[str, ...]
    json: frozenset[str] = frozenset()
    boolean: frozenset[str] = frozenset()

    def rows(self, layer_id: int, ops: Iterable[Op]) -> list[Row]:
        """The rows of the records that ops write: layer, id, columns."""
        records = [(op.id, op.now) for op in ops if op.now is not None]
        written = self.json | self.boolean
        if all(written.isdisjoint(record) for _, record in records):
            columns = self.columns
            return [(layer_id, record_id, *map(record.get, columns)) for record_id, record in records]
        return [(layer_id, record_id, *self.values(record)) for record_id, record in records]

    def values(self, record: Record) -> list[Any]:
        """A record's column values."""
        values: list[Any] = list(map(record.get, self.columns))
        for at, write in self._written:
            if values[at] is not None:
                values[at] = write(values[at])
        return values

    @cached_property
    def _written(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """Where values of columns are not those of a record, with what makes them."""
        other = self.json | self.boolean
        return [(at, dumps if c in self.json else int) for at, c in enumerate(self.columns) if c in other]

    def record(self, row: Iterable[Any]) -> Record:
        """The record that a row's columns hold, without the ``None`` values."""
        return {c: value for c, value in zip(self.columns, self.read(row), strict=True) if value is not None}

    def read(self, row: Iterable[Any]) -> list[Any]:
        """The values that a row's columns hold, in the order of the columns."""
        return [
            value if read is None or value is None else read(value)
            for read, value in zip(self._readers, row, strict=True)
        ]

    def read_row(self, row: Sequence[Any]) -> list[Any]:
        """The values that the row of an id and columns holds."""
        return [row[0], *self.read(row[1:])]

    @cached_property
    def _readers(self) -> list[Callable[[Any], Any] | None]:
        """What makes a value of a record of each column's; ``None`` where they are the same."""
        return [_loads if c in self.json else bool if c in self.boolean else None for c in self.columns]

    @property
    def upsert(self) -> str:
        """The statement that writes one record: layer, id, columns."""
        names = ", ".join(f'"{c}"' for c in self.columns)
        marks = ", ".join("?" * (len(self.columns) + 2))
        updates = ", ".join(f'"{c}" = excluded."{c}"' for c in self.columns)
        return (
            f"INSERT INTO {self.name} (layer_id, id, {names}) VALUES ({marks}) "
            f"ON CONFLICT (layer_id, id) DO UPDATE SET {updates}"
        )

    @property
    def insert(self) -> str:
        """The statement that writes one new record: layer, id, columns."""
        names = ", ".join(f'"{c}"' for c in self.columns)
        return f"INSERT INTO {self.name} (layer_id, id, {names}) VALUES ({', '.join('?' * (len(self.columns) + 2))})"

    @cached_property
    def select(self) -> str:
        """The statement that reads a layer's records: id, columns."""
        names = ", ".join(f'"{c}"' for c in self.columns)
        return f"SELECT id, {names} FROM {self.name} WHERE layer_id = ?"


def _loads(text: str) -> Any:
    """The value that a JSON text stands for; what msgspec does not take, ``json`` does, or says what is wrong."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)


_ITEM = ("label", "origin", "source", "score", "curator")
_ATTRIBUTES = frozenset({"attributes"})

TABLES = {
    table.name: table
    for table in (
        StateTable("span", ("start", "end", *_ITEM, "attributes"), json=_ATTRIBUTES),
        StateTable("relation", ("head", "child", *_ITEM, "attributes"), json=_ATTRIBUTES),
        StateTable(
            "verdict",
            ("kind", "verdict", "label", "source", "score", "original", "item", "attributes"),
            json=frozenset({"original", "attributes"}),
        ),
        StateTable("comment", ("text", "target")),
        StateTable("assignment", ("blind",), boolean=frozenset({"blind"})),
        StateTable("returned", ("note", "step")),
        StateTable("extra", ("format", "kind", "value", "refs"), json=frozenset({"value", "refs"})),
        StateTable(
            "ruling",
            ("kind", "claim", "settled", "versions", "event", "outcome", "item", *_ITEM[1:]),
            json=frozenset({"claim", "versions", "outcome"}),
        ),
    )
}

LAYER_FIELDS: Mapping[str, str] = {
    "state": "own_state",
    "flag": "flag",
    "text": "text",
    "fingerprint": "fingerprint",
    "curators": "curators",
    "attributes": "attributes",
}
"""The columns of ``layer`` that ops on the table ``layer`` set, by the ops' ids."""

DOCUMENT = StateTable("document", ("sha256", "lang", "title", "meta"), json=frozenset({"meta"}))


class Described(Protocol):
    """What is known of a document beside its text."""

    @property
    def lang(self) -> str:
        """Its language."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """Its other fields."""


def document_record(document: Described, sha256: str) -> Mapping[str, Any]:
    """What the corpus layer records of a document."""
    return {"sha256": sha256, "lang": document.lang, "title": document.title, "meta": dict(document.meta)}


def write_ops(connection: sqlite3.Connection, layer_id: int, ops: Iterable[Op]) -> None:
    """Carry the state tables forward by ``ops``, table by table, in each in order, runs of one kind at a time."""
    by_table = sorted(ops, key=lambda op: op.table)
    for (table, gone), run in groupby(by_table, key=lambda op: (op.table, op.now is None)):
        if table == "layer":
            for op in run:
                _write_layer_field(connection, layer_id, op)
        elif table == "document":
            for op in run:
                _write_document(connection, op)
        elif gone:
            statement = f"DELETE FROM {TABLES[table].name} WHERE layer_id = ? AND id = ?"
            connection.executemany(statement, [(layer_id, op.id) for op in run])
        else:
            spec = TABLES[table]
            connection.executemany(spec.upsert, spec.rows(layer_id, run))


def grown(ops: Iterable[Op], table: str) -> int:
    """How many records of a table ops add, less those that they take away."""
    return sum((op.now is not None) - (op.was is not None) for op in ops if op.table == table)


def _write_layer_field(connection: sqlite3.Connection, layer_id: int, op: Op) -> None:
    if op.id not in LAYER_FIELDS:
        raise ValueError(f"a layer has no field {op.id}")
    value = None if op.now is None else stored_field(op.id, op.now)
    connection.execute(f"UPDATE layer SET {LAYER_FIELDS[op.id]} = ? WHERE id = ?", (value, layer_id))


def stored_field(name: str, record: Record) -> str:
    """The value of a layer's field as its column holds it: the attributes of the document as JSON."""
    value: str = dumps(record["value"]) if name == "attributes" else record["value"]
    return value


def read_attributes(text: str | None) -> Attributes | None:
    """Attributes as a column holds them."""
    attributes: Attributes | None = None if text is None else _loads(text)
    return attributes


def content_of(spans: Iterable[Row], relations: Iterable[Row], attributes: str | None) -> Annotations:
    """The content of a layer: the rows of its spans and relations, id first, and the attributes of the document."""
    return Annotations(
        {r[0]: Span(*r) if r[-1] is None else Span(*TABLES["span"].read_row(r)) for r in spans},
        {r[0]: Relation(*r) if r[-1] is None else Relation(*TABLES["relation"].read_row(r)) for r in relations},
        (read_attributes(attributes) or {}) if attributes else {},
    )


def _write_document(connection: sqlite3.Connection, op: Op) -> None:
    values = DOCUMENT.values(op.now or {})
    connection.execute("UPDATE document SET sha256 = ?, lang = ?, title = ?, meta = ? WHERE key = ?", (*values, op.id))


def read_state(connection: sqlite3.Connection, layer_id: int) -> LayerState:
    """A layer's records as the state tables hold them: what folding its history must give."""
    state: LayerState = {}
    for table in TABLES.values():
        for row_id, record in records(connection, table, layer_id):
            state[table.name, row_id] = record
    row = connection.execute(
        "SELECT d.key, d.sha256, d.lang, d.title, d.meta, l.kind, l.own_state, l.flag, l.text, l.fingerprint,"
        " l.curators, l.attributes FROM layer l JOIN document d ON d.id = l.document_id WHERE l.id = ?",
        (layer_id,),
    ).fetchone()
    for name, column in LAYER_FIELDS.items():
        if row[column] is not None:
            value = row[column]
            state["layer", name] = {"value": read_attributes(value) if name == "attributes" else value}
    if row["kind"] == "corpus" and row["sha256"] is not None:
        state["document", row["key"]] = DOCUMENT.record(tuple(row)[1:5])
    return state


def records(connection: sqlite3.Connection, table: StateTable, layer_id: int) -> Iterator[tuple[str, Record]]:
    """Yield id and record of everything that a layer holds in ``table``."""
    for item_id, *values in tuples(connection, table.select, layer_id):
        yield item_id, table.record(values)


def tuples(connection: sqlite3.Connection, sql: str, *values: Any) -> sqlite3.Cursor:
    """The rows of a query as plain tuples, for layers that have tens of thousands of them."""
    cursor = connection.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values)
