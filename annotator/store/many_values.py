"""Values by their keys, of which there may be a million: on disk once they are many, and gone with the process."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir
from typing import Generic, TypeVar

from annotator.store.connection import explained

AnyValue = TypeVar("AnyValue")

MOST_IN_MEMORY = 10_000
"""Keys that stay in memory, one or two megabytes of them; to look for one of the others takes some microseconds."""
_CACHE = 2_000
"""Kilobytes that SQLite keeps in memory of the others, which are in a file for temporary data that has no name."""


class ManyValues(Generic[AnyValue]):
    """A dictionary whose values can be pickled, and may be too many for memory.

    ``large`` says that the values are, so that fewer of them stay in memory.  Whatever is written raises
    :class:`StoreError` when there is no room for temporary files.
    """

    def __init__(self, *, large: bool = False) -> None:
        self._most = MOST_IN_MEMORY // 20 if large else MOST_IN_MEMORY
        self._first: dict[str, AnyValue] = {}
        self._others: sqlite3.Connection | None = None
        self._explained = explained(Path(gettempdir()))

    def get(self, key: str) -> AnyValue | None:
        """The value of a key; ``None`` where it has none."""
        value = self._first.get(key)
        if value is not None or self._others is None:
            return value
        with self._explained:
            found = self._others.execute("SELECT value FROM other WHERE key = ?", (key,)).fetchone()
        return None if found is None else self._loaded(found[0])

    def __getitem__(self, key: str) -> AnyValue:
        if (value := self.get(key)) is None:
            raise KeyError(key)
        return value

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def __setitem__(self, key: str, value: AnyValue) -> None:
        if key in self._first or (self._others is None and len(self._first) < self._most):
            self._first[key] = value
        else:
            self._put("INSERT OR REPLACE INTO other VALUES (?, ?)", key, value)

    def discard(self, key: str) -> None:
        """Forget a key, if it is there."""
        if self._first.pop(key, None) is None and self._others is not None:
            with self._explained:
                self._others.execute("DELETE FROM other WHERE key = ?", (key,))

    def setdefault(self, key: str, value: AnyValue, /) -> AnyValue:
        """Return the value of a key, which is ``value`` if it had none."""
        if self._others is None and len(self._first) < self._most:
            return self._first.setdefault(key, value)
        first = self._first.get(key)
        if first is not None or self._put("INSERT OR IGNORE INTO other VALUES (?, ?)", key, value):
            return value if first is None else first
        return self[key]

    def __len__(self) -> int:
        if self._others is None:
            return len(self._first)
        return len(self._first) + int(self._others.execute("SELECT count(*) FROM other").fetchone()[0])

    def items(self) -> Iterator[tuple[str, AnyValue]]:
        """Yield the keys with their values; nothing may be written meanwhile."""
        yield from self._first.items()
        if self._others is not None:
            for key, value in self._others.execute("SELECT key, value FROM other"):
                yield key, self._loaded(value)

    def clear(self) -> None:
        """Forget all of them."""
        self._first.clear()
        self.close()

    def close(self) -> None:
        """Forget those on disk, and give the room there back."""
        if self._others is not None:
            self._others.close()
            self._others = None

    def _put(self, statement: str, key: str, value: AnyValue) -> bool:
        with self._explained:
            if self._others is None:
                self._others = _temporary()
            return bool(self._others.execute(statement, (key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))).rowcount)

    def _loaded(self, value: bytes) -> AnyValue:
        loaded: AnyValue = pickle.loads(value)  # noqa: S301 - put there by this process
        return loaded


def _temporary() -> sqlite3.Connection:
    connection = sqlite3.connect("", isolation_level=None)
    for statement in ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", f"PRAGMA cache_size = -{_CACHE}"):
        connection.execute(statement)
    connection.execute("CREATE TABLE other (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
    connection.execute("BEGIN")
    return connection
