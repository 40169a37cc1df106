"""Taking turns at the write lock, in the order of asking.

SQLite has no queue: whoever finds the database locked sleeps for longer and longer and tries again, while whoever just
wrote may write at once.  With 32 processes writing, some waited for seconds.  So each who wants to write draws a
number, locks the byte of that number in a file beside the database, and waits until the one before has unlocked theirs:
the kernel wakes the next in line alone, and nobody gets in between.  (A queue of one lock for all lets whoever comes by
take it before the one that was woken is there.)  A process that ends unlocks its byte.  What protects the data is
SQLite's lock alone, as before.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

_COUNTER = 512
"""Where the file has the number drawn last, 8 bytes; what is in front is not ours."""
_FIRST = 1024
"""The byte of number 0; no such byte need exist."""
_DRAWING = 0.05
"""Seconds to wait for who is just drawing a number."""
_TRY: int | None = getattr(fcntl, "F_OFD_SETLK", None) if sys.platform == "linux" else None
_WAIT: int = getattr(fcntl, "F_OFD_SETLKW", 0)
"""Locks that belong to an open file, not to a process; elsewhere than on Linux their description is another one."""
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})


class Turns:
    """A place in the queue of those who write to the database beside which ``file`` lies.

    A place is kept from one :meth:`wait` to the next, until the turn came and was given back by :meth:`leave`.
    Where there can be no queue (a file that may not be written, a system without such locks) the turn comes at once:
    it is only a matter of fairness.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._place: _Place | None = None
        self._since = 0.0

    @property
    def held(self) -> bool:
        """Whether the turn came, in a queue."""
        return self._place is not None and self._place.came

    @property
    def stood(self) -> float:
        """The seconds since the place was taken."""
        return time.monotonic() - self._since

    def wait(self, seconds: float) -> bool:
        """Take a place in the queue, or keep it, and wait for the turn at most so long; return whether it came."""
        if self._place is None:
            self._since = time.monotonic()
            try:
                self._place = _Place(self._file)
            except OSError:
                return True
        return self._place.wait(seconds)

    def leave(self) -> None:
        """Give the turn back, or the place in the queue up: the next in line comes."""
        if self._place is not None:
            self._place.leave()
            self._place = None

    close = leave


def lacks_locks(folder: Path) -> bool:
    """Whether the file system that a folder lies on has no locks."""
    descriptor = -1
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        if _TRY is not None:
            fcntl.fcntl(descriptor, _TRY, _lock(0, fcntl.F_RDLCK))
    except OSError as error:
        return error.errno in _NO_LOCKS
    finally:
        if descriptor >= 0:
            os.close(descriptor)
    return False


class _Place:
    """A number in the queue."""

    def __init__(self, file: Path) -> None:
        if _TRY is None:
            raise OSError(errno.EPERM, "no locks of open files here")
        self._descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._number = self._draw()
        except BaseException:
            os.close(self._descriptor)
            raise
        self._lock = threading.Lock()
        self._news = threading.Lock()
        self.came = self._standing = self._left = False

    def _draw(self) -> int:
        """Draw a number, and lock its byte before the next is drawn."""
        deadline = time.monotonic() + _DRAWING
        while not self._try(_COUNTER, fcntl.F_WRLCK):
            if time.monotonic() > deadline:
                raise TimeoutError(errno.EAGAIN, "the one that draws a number stands still")
            time.sleep(0)
        try:
            said = os.pread(self._descriptor, 8, _COUNTER)
            number = (int.from_bytes(said, "little") + 1) % 2**61 if len(said) == 8 else 1
            os.pwrite(self._descriptor, number.to_bytes(8, "little"), _COUNTER)
            self._try(_FIRST + number, fcntl.F_WRLCK)
        finally:
            self._try(_COUNTER, fcntl.F_UNLCK)
        return number

    def _try(self, byte: int, how: int) -> bool:
        assert _TRY is not None
        try:
            fcntl.fcntl(self._descriptor, _TRY, _lock(byte, how))
        except BlockingIOError:
            return False
        return True

    def wait(self, seconds: float) -> bool:
        """Whether the turn came within so many seconds."""
        if not self.came and not self._standing:
            self.came = self._try(_FIRST + self._number - 1, fcntl.F_RDLCK)
            if not self.came:
                self._standing = True
                self._news.acquire()
                threading.Thread(target=self._stand, name="turn", daemon=True).start()
        if not self.came:
            self._news.acquire(timeout=max(0.0, seconds))  # a bare lock, which wakes sooner than an event
        return self.came

    def leave(self) -> None:
        """Unlock what is locked; a thread that still stands in the queue does so when its turn comes."""
        with self._lock:
            self._left = True
            if self._standing and not self.came:
                return
        os.close(self._descriptor)

    def _stand(self) -> None:
        """Wait in the queue; in a thread, because a process that does so itself could not give up."""
        with suppress(OSError):
            fcntl.fcntl(self._descriptor, _WAIT, _lock(_FIRST + self._number - 1, fcntl.F_RDLCK))
        with self._lock:
            self.came = True
            self._news.release()
            if self._left:
                os.close(self._descriptor)


def _lock(byte: int, how: int) -> bytes:
    """C's ``struct flock`` for one byte."""
    return struct.pack("hhqqi4x", how, os.SEEK_SET, byte, 1, 0)
