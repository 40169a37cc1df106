"""Two databases become one: what another one knows and this one does not, found and taken over event by event."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.errors import StoreError
from annotator.store import connection as connecting
from annotator.store.database import Store, layers_by_id
from annotator.store.layers import LayerInfo
from annotator.store.writer import Writer


@contextmanager
def opened_copy(path: Path) -> Iterator[Store]:
    """Open a private copy of another database: it is not touched, may lie on a read-only medium, and may be older.

    Raises :class:`StoreError`, in terms of ``path``, when it cannot be read or is none of ours.
    """
    if not path.is_file():
        raise StoreError(f"{path}: no such database", "give the file, or the folder of its workspace")
    with tempfile.TemporaryDirectory(prefix="annotator-") as folder:
        copy = Path(folder) / "other.db"
        try:
            _copy(path, copy)
            store = Store(copy)
        except StoreError as error:
            raise StoreError(error.message.replace(str(copy), str(path)), error.hint) from error
        with store:
            yield store


def _copy(path: Path, target: Path) -> None:
    """Copy a database consistently; where SQLite may not write beside it, nobody else can either, and files will do."""
    try:
        connecting.backup(path, target, lasting=False)
    except StoreError:
        target.unlink(missing_ok=True)
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, target.with_name(target.name + suffix))


def layers_with_news(store: Store, other: Store) -> list[LayerInfo]:
    """Return the other database's layers that have events which this one lacks, in order of document and name."""
    with store.explained():
        store.connection.execute("ATTACH ? AS other", (str(other.path),))
        try:
            query = "SELECT DISTINCT layer_id FROM other.event WHERE hash NOT IN (SELECT hash FROM main.event)"
            found = [int(row[0]) for row in store.connection.execute(query)]
        finally:
            store.connection.execute("DETACH other")
    return sorted(layers_by_id(other, found), key=lambda layer: layer.name)


def take_texts(writer: Writer, other: Store, digests: Iterable[str]) -> None:
    """Take texts over, with their tokens and sentences; those that are here stay as they are."""
    for digest in sorted(digest for digest in digests if not writer.has_text(digest)):
        row = other.row("SELECT sha256, content, tokenizer, tokens, sentences FROM text WHERE sha256 = ?", digest)
        if row is None:
            raise StoreError(f"{other.path}: the text {digest[:12]} is missing", "run `annotator doctor` there")
        writer.put_text_row(row)
