"""The write lock: waiting for it in turn, saying who has it, and letting a transaction happen whole or not at all."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path

from annotator.errors import LockedError
from annotator.store.file_identity import LostError, Standing
from annotator.store.lock_holder import Left, Note
from annotator.store.lock_queue import Turns

PATIENCE = 40.0
"""Seconds to wait for the write lock, unless somebody sits before a screen."""
READ_PATIENCE = 30.0
"""Seconds to wait in the rare moments in which a database cannot even be read, as while its log is recovered."""
TURN_PATIENCE = 10.0
"""Seconds after which whoever waits for a turn tries without it: the one in front stands still."""
TOLD_AFTER = 1.0
_NAPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)


class WriteLock:
    """The right to write to an open database.

    ``patience`` is how long to wait for it in seconds, ``keeps_place`` whether one who waited in vain will ask again
    and keeps the place in the queue until then; ``tell`` is given a sentence when it takes long.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: Path, standing: Standing, tell: Callable[[str], None] | None
    ) -> None:
        self.patience = PATIENCE
        self.keeps_place = False
        self._connection = connection
        self._path = path
        self._standing = standing
        self._tell = tell
        self._note = Note(path)
        self._turns = Turns(self._note.path)

    def close(self) -> None:
        """Let go of everything, when the database was closed."""
        self._turns.close()
        self._note.close()
        self._note.take_away()

    def give_up(self) -> None:
        """Give up one's place in the queue, after :class:`LockedError`."""
        self._turns.leave()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock from the first statement on: all of the block is durable when it ends, or none happened.

        Raises :class:`LockedError` and :class:`LostError`.
        """
        connection = self._connection
        self._standing.check()
        self._take()
        try:
            try:
                self._standing.check()
                self._note.take(self._standing.take(self._note.read() if self._turns.held else Left()))
                yield connection
                self._standing.check()
                connection.execute("COMMIT")
            except BaseException as error:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    self._standing.check()  # which may be the reason
                if not isinstance(error, LostError):
                    self._leave()
                raise
            self._standing.check("and what was just done with it")
            self._leave()
        finally:
            self._turns.leave()

    def _leave(self) -> None:
        """Note how the database is left, where nobody else may be carrying the log over meanwhile."""
        left = self._standing.leave()
        self._note.leave(left if self._turns.held else Left(left.generation))

    def _take(self) -> None:
        """Wait for the turn, then for SQLite's lock, which is free then unless somebody else stands still with it."""
        start = time.monotonic()
        self._note.open()
        if self._tell is not None and self.patience > TOLD_AFTER and not self._try(start + TOLD_AFTER):
            self._tell(f"waiting: {self._note.holder() or 'another process'} is writing to {self._path}")
        if not self._connection.in_transaction and not self._try(start + self.patience):
            if not self.keeps_place:
                self._turns.leave()
            raise self._locked()

    def lock_holder(self) -> str:
        """Who keeps one from writing, in words; nothing when one can write now, with the turn kept for that."""
        if not self._try(time.monotonic()):
            return self._locked().holder
        self._connection.execute("ROLLBACK")
        return ""

    def _locked(self) -> LockedError:
        """What is to be said of the one who holds the lock."""
        holder = self._note.holder()
        if holder is None:
            who, since, advice = "another process", "", "close the other program and try again"
        else:
            who, advice = str(holder), holder.advice
            since = _ago(holder.since) if holder.since is not None else ""
        message = f"{self._path} is locked: {who} has been writing to it{since}; nothing was written here"
        return LockedError(message, advice, holder=who)

    def _try(self, until: float) -> bool:
        """Try for the lock until a moment of the monotonic clock; return whether it was had."""
        if not self._turns.wait(min(until - time.monotonic(), TURN_PATIENCE)) and self._turns.stood < TURN_PATIENCE:
            return False
        naps = chain(_NAPS, repeat(_NAPS[-1]))
        while not self._begin():
            if time.monotonic() >= until:
                return False
            time.sleep(next(naps))
        return True

    def _begin(self) -> bool:
        """Begin to write unless another process does; SQLite itself would sleep, and longer and longer."""
        execute = self._connection.execute
        execute("PRAGMA busy_timeout = 0")
        try:
            execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error_code(error) != "SQLITE_BUSY":
                raise
            return False
        finally:
            execute(f"PRAGMA busy_timeout = {round(1000 * READ_PATIENCE)}")
        return True


def error_code(error: sqlite3.Error) -> str:
    """SQLite's name for an error, without its finer distinctions."""
    name: str = getattr(error, "sqlite_errorname", "")
    return "_".join(name.split("_")[:2])


def _ago(since: float) -> str:
    seconds = max(0, time.time() - since)
    return f" for {seconds:.0f} s" if seconds < 120 else f" for {seconds / 60:.0f} minutes"
