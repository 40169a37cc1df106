"""Whether the database at a path is still the one that was opened there.

SQLite goes on writing to a file that was deleted, moved, replaced or cut short under it, and says that all is well.
So whoever writes compares what lies at the path with what was opened, before and after each commit: a step is
acknowledged only when the next one to open the database will find it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from annotator.errors import StoreError
from annotator.store.lock_holder import Left, Stamp

RESTORE = "`annotator restore` brings a backup back (docs/reliability.md)"


class LostError(StoreError):
    """The database is no longer the one that was opened."""


class Standing:
    """The files of an open database as they were found.

    Made after the first read, when SQLite has all of them open.  The log's file and the index of it stay where they are
    as long as anybody has the database open, and neither it nor the database ever gets smaller, since nobody vacuums
    while others have it open.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._path = path
        self._connection = connection
        self._places = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
        self._files: list[tuple[int, int] | None] = []
        self._sizes = [0, 0, 0]
        for number, place in enumerate(self._places):
            try:
                found = place.stat()
            except OSError:
                self._files.append(None)  # it has no log, as one that can only be read
            else:
                self._files.append((found.st_dev, found.st_ino))
                self._sizes[number] = found.st_size
        self._stamp = self._now = _stamp(path)
        self._generation: int | None = None
        self._lost: LostError | None = None

    def check(self, happened: str = "nothing was written") -> None:
        """Raise :class:`LostError` unless the files are there, are those that were opened, and are whole.

        ``happened`` says what became of what was to be written.
        """
        if self._lost is not None:
            raise self._lost
        for number, place in enumerate(self._places):
            known = self._files[number]
            if known is None:
                continue
            try:
                found = place.stat()
            except OSError as error:
                raise LostError(
                    f"{place} was deleted or moved away while it was open, {happened}",
                    f"put it back, or leave: {RESTORE}",
                ) from error
            if (found.st_dev, found.st_ino) != known:
                raise LostError(
                    f"{place} was replaced by another file while it was open, {happened}",
                    "leave, and start again to work with what lies there now",
                )
            if found.st_size < self._sizes[number] and not self._is_whole(number, found.st_size):
                self._lose(f"{place} was cut short by another program, {happened}")
            self._sizes[number] = found.st_size
            if not number:
                self._now = (found.st_ino, found.st_size, found.st_mtime_ns)

    def take(self, left: Left) -> Left:
        """Compare the file with how the last writer ``left`` it; return that, as it is to be noted while one writes.

        Only a writer changes the file, when it carries the log over, and each notes how it left it.  To be called under
        the write lock, after :meth:`check`.
        """
        now, known = self._now, self._generation
        generation = left.generation if left.generation is not None else known or 0
        otherwise = left.stamp is not None and left.stamp != now
        if (known is not None and generation > known) or (otherwise and now != self._stamp):
            self._lose(f"{self._path} was written to by another program while it was open, nothing was written")
        if known is None:
            generation += otherwise
        self._stamp, self._generation = now, max(generation, known or 0)
        return Left(self._generation)

    def leave(self) -> Left:
        """How one leaves the file, after :meth:`check`."""
        self._stamp = self._now
        return Left(self._generation, self._stamp)

    def _is_whole(self, number: int, size: int) -> bool:
        """Whether a file that got smaller may be so: a database that was vacuumed is as long as it says."""
        if number:
            return False
        try:
            pages, length = (
                self._connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size")
            )
        except sqlite3.DatabaseError:
            return False
        return bool(size == pages * length)

    def _lose(self, what: str) -> None:
        self._lost = LostError(what, f"leave, and run `annotator doctor`: {RESTORE}")
        raise self._lost


def _stamp(place: Path) -> Stamp:
    try:
        found = place.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_size, found.st_mtime_ns)
