"""Taking turns at the write lock, in the order of asking.

SQLite has no queue: whoever finds the database locked sleeps for longer and longer and tries again, while whoever just
wrote may write at once.  With 32 processes writing, some waited for seconds.  So processes first queue for a lock on
the database's folder, where the kernel wakes them in order; what protects the data is SQLite's lock alone, as before.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Turns:
    """A place in the queue of processes that write to the databases in a folder.

    Where there can be no queue (a file system without such locks) or the one in front stands still for ``patience``
    seconds, the turn comes without it: it is only a matter of fairness.
    """

    def __init__(self, folder: Path, patience: float) -> None:
        self._folder = folder
        self._patience = patience
        self._descriptor: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is this process's turn; others wait until the block ends."""
        waited = self._wait()
        try:
            yield
        finally:
            if waited and self._descriptor is not None:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Leave the queue for good."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _wait(self) -> bool:
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._folder, os.O_RDONLY)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            assert self._descriptor is not None
            return _Waiting(self._descriptor).until(self._patience)
        except OSError:
            return False
        return True


class _Waiting:
    """A thread that stands in the queue, because a process that does so itself could not give up."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._first = threading.Event()
        self._given_up = False

    def until(self, patience: float) -> bool:
        """Return whether the turn came within so many seconds."""
        threading.Thread(target=self._stand, daemon=True).start()
        if self._first.wait(patience):
            return True
        with self._lock:
            self._given_up = not self._first.is_set()
            return not self._given_up

    def _stand(self) -> None:
        with suppress(OSError):
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            with self._lock:
                if self._given_up:
                    fcntl.flock(self._descriptor, fcntl.LOCK_UN)
                else:
                    self._first.set()
