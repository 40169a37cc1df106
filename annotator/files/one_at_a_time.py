"""Changing the files of a folder from one process at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from annotator.errors import LockedError

PATIENCE = 60.0
"""Seconds to wait for another process."""
_NAP = 0.05
_NO_LOCKS = (errno.EBADF, errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
"""What a file system answers on which folders cannot be locked."""


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let no other process run such a block for the same folder.

    Nothing is left behind, however the process ends; where folders cannot be locked, nobody waits.  Raises
    :class:`LockedError` where another process keeps the folder for long, and ``OSError``.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        until = time.monotonic() + PATIENCE
        while not _is_ours(descriptor):
            if time.monotonic() > until:
                raise LockedError(
                    f"{folder}: another process has been changing it for {PATIENCE:.0f} s; nothing was changed here",
                    "wait until it has ended, or end it, and try again",
                    holder="another process",
                )
            time.sleep(_NAP)
        yield
    finally:
        os.close(descriptor)


def _is_ours(descriptor: int) -> bool:
    """Try to lock a folder; return whether nobody else has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
    return True
