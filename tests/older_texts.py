"""Texts as databases before schema 15 held them: with tokens and sentences in the same row, eight bytes each."""

from __future__ import annotations

import sqlite3

from annotator.store import schema
from annotator.store.segmentations import read_segments
from annotator.text import Segmentation

COLUMNS = "id, sha256, content, tokenizer, tokens, sentences"


def in_pairs(segments: Segmentation) -> bytes:
    """Return segments as they were stored: all starts, then all ends, in 32 bits each."""
    return (segments.starts + segments.ends).tobytes()


def copy_texts(source: sqlite3.Connection, target: sqlite3.Connection, *, schema: str = "main") -> None:
    """Copy the texts of a database of now into one of before."""
    query = (
        "SELECT id, sha256, content, tokenizer, tokens, sentences"
        f" FROM {schema}.text JOIN {schema}.segmentation ON text_id = id"
    )
    for number, digest, content, tokenizer, *packed in source.execute(query):
        row = (number, digest, content, tokenizer, *(in_pairs(read_segments(one, digest)) for one in packed))
        target.execute(f"INSERT INTO text ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)


def put_back(connection: sqlite3.Connection) -> None:
    """Make the tables of texts of a database of now what they were before."""
    connection.execute("PRAGMA foreign_keys = OFF")
    texts = connection.execute(
        "SELECT id, sha256, content, tokenizer, tokens, sentences FROM text JOIN segmentation ON text_id = id"
    ).fetchall()
    connection.execute("DROP TABLE segmentation")
    connection.execute("DROP TABLE text")
    table, *triggers = (
        statement
        for statement in schema.statements(schema.MIGRATIONS[0][1])
        if "TABLE text (" in statement or "TRIGGER text_is" in statement
    )
    connection.execute(table)
    for number, digest, content, tokenizer, *packed in texts:
        row = (number, digest, content, tokenizer, *(in_pairs(read_segments(one, digest)) for one in packed))
        connection.execute(f"INSERT INTO text ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)
    for trigger in triggers:
        connection.execute(trigger)
