"""Reading many layers with their documents, one after the other."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from annotator.annotation import Annotations
from annotator.history import dumps
from annotator.store.database import Store
from annotator.store.layers import LayerInfo
from annotator.store.segmentations import StoredSegmentation
from annotator.store.tables import TABLES, Row, content_of, tuples
from annotator.text import Document

_AT_ONCE = 4_096
"""Layers whose numbers are given to a query."""
_DOCUMENTS = """
SELECT wanted.key, l.attributes, d.key, t.content, d.lang, d.title, s.tokens, s.sentences, d.meta, t.sha256
FROM json_each(?) wanted CROSS JOIN layer l ON l.id = wanted.value CROSS JOIN document d ON d.id = l.document_id
CROSS JOIN text t ON t.sha256 = d.sha256 CROSS JOIN segmentation s ON s.text_id = t.id
"""
"""SQLite takes tables that are joined so in their order, and a JSON list from its beginning to its end."""
_place = itemgetter(0)


def read_contents(store: Store, layers: Sequence[LayerInfo]) -> Iterator[tuple[Document, Annotations]]:
    """Yield document and content of layers, in their order, holding one of them in memory; all are of one moment.

    Tokens and sentences are decoded when they are asked for, and :class:`StoreError` is raised then where they are
    damaged.
    """
    with store.snapshot():
        for start in range(0, len(layers), _AT_ONCE):
            yield from _contents(store.connection, layers[start : start + _AT_ONCE])


def _contents(connection: sqlite3.Connection, layers: Sequence[LayerInfo]) -> Iterator[tuple[Document, Annotations]]:
    wanted = dumps([info.id for info in layers])
    spans, relations = _Items(connection, "span", wanted), _Items(connection, "relation", wanted)
    for expected, (place, attributes, *row) in enumerate(tuples(connection, _DOCUMENTS, wanted)):
        assert place == expected, "a layer has no document"
        yield _document(*row), content_of(spans.at(place), relations.at(place), attributes)


class _Items:
    """The rows of some layers in a table, by the place of the layer among them, in order."""

    def __init__(self, connection: sqlite3.Connection, table: str, wanted: str) -> None:
        names = ", ".join(f'item."{column}"' for column in TABLES[table].columns)
        query = f"SELECT w.key, item.id, {names} FROM json_each(?) w CROSS JOIN {table} item ON item.layer_id = w.value"
        self._groups: Iterator[tuple[int, Iterator[Row]]] = groupby(tuples(connection, query, wanted), _place)
        self._place, self._rows = next(self._groups, _NONE)

    def at(self, place: int) -> Sequence[Row]:
        """The rows of the layer at a place, which is not before any that was asked for, without that place."""
        if self._place != place:
            return ()
        rows = [row[1:] for row in self._rows]
        self._place, self._rows = next(self._groups, _NONE)
        return rows


_NONE: tuple[int, Iterator[Row]] = (-1, iter(()))


def _document(
    key: str, text: str, lang: str, title: str, tokens: bytes, sentences: bytes, meta: str | None, digest: str
) -> Document:
    read = StoredSegmentation.read
    return Document(key, text, lang, title, read(tokens, digest), read(sentences, digest), json.loads(meta or "{}"))
