"""Two databases become one: what another one knows and this one does not, found and taken over event by event."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from annotator.errors import StoreError
from annotator.store.database import Store
from annotator.store.layers import LayerInfo
from annotator.store.writer import Writer

if TYPE_CHECKING:
    from annotator.store.foreign import ForeignDatabase


def layers_with_news(store: Store, other: ForeignDatabase) -> list[LayerInfo]:
    """The other database's layers that have events which this one lacks, in order of document and name."""
    news: set[int] = set()
    with store.snapshot():
        known = (row[0] for row in store.connection.execute("SELECT hash FROM event ORDER BY hash"))
        here = next(known, None)
        for digest in other.hashes():
            while here is not None and here < digest:
                here = next(known, None)
            if digest != here:
                news.add(other.layer_of(digest))
    return [layer for layer in other.layers() if layer.id in news]


_TEXT = """
SELECT sha256, content, tokenizer, tokens, sentences FROM text JOIN segmentation ON text_id = text.id WHERE sha256 = ?
"""


def take_texts(writer: Writer, other: Store, digests: Iterable[str]) -> None:
    """Take texts over, with their tokens and sentences; those that are here stay as they are."""
    for digest in sorted(digest for digest in digests if not writer.has_text(digest)):
        row = other.row(_TEXT, digest)
        if row is None:
            raise StoreError(f"{other.path}: the text {digest[:12]} is missing", "run `annotator doctor` there")
        writer.put_text_row(row)


@contextmanager
def held_together(told: str) -> Iterator[None]:
    """Say in a sentence what the database itself refuses of what comes from elsewhere."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise StoreError(f"{told}: what it says does not hold together ({error})", "nothing was merged") from error
