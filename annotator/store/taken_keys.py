"""Which keys the articles that are being read have taken: on disk once they are many, and gone when they were read."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from tempfile import gettempdir

from annotator.store.connection import explained

_CACHE = 8_000
"""Kilobytes that stay in memory; beyond them SQLite keeps a file for temporary data that has no name."""


class TakenKeys:
    """The keys that are taken, each with the digest of a text and the place where it was read."""

    def __init__(self) -> None:
        self._explained = explained(Path(gettempdir()))
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", f"PRAGMA cache_size = -{_CACHE}"):
            self._connection.execute(statement)
        self._connection.execute(
            "CREATE TABLE taken (key TEXT PRIMARY KEY, sha256 TEXT NOT NULL, place TEXT NOT NULL) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")

    def setdefault(self, key: str, article: tuple[str, str], /) -> tuple[str, str]:
        """Return digest and place of the first article with this key, which is ``article`` itself if there was none.

        Raises :class:`StoreError` when there is no room for temporary files.
        """
        with self._explained:
            insert = "INSERT INTO taken VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            if self._connection.execute(insert, (key, *article)).rowcount:
                return article
            sha256, place = self._connection.execute("SELECT sha256, place FROM taken WHERE key = ?", (key,)).fetchone()
        return sha256, place

    def close(self) -> None:
        """Forget all of them."""
        self._connection.close()
