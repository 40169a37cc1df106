"""Temporary folders that are removed by the next run when a process was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".scratch-"
_LOCK = ".lock"
_NEW = 60.0
"""Seconds in which a folder without a lock may be one that is just being made."""


@contextmanager
def scratch(root: Path) -> Iterator[Path]:
    """Yield a new temporary folder under ``root``, after removing those that killed processes left there.

    Where ``root`` cannot be written, the folder is the system's temporary one.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        sweep(root)
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    except OSError:
        made = Path(tempfile.mkdtemp(prefix=f"annotator{PREFIX}"))
    try:
        with (made / _LOCK).open("w") as lock:
            with suppress(OSError):  # a file system without locks, on which nobody sweeps either
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove this user's temporary folders whose process has ended."""
    for leftover in root.glob(f"{PREFIX}*"):
        with suppress(OSError):
            status = leftover.lstat()
            if leftover.is_symlink() or not leftover.is_dir() or status.st_uid != os.getuid():
                continue
            if not (leftover / _LOCK).exists():
                if time.time() - status.st_mtime > _NEW:
                    shutil.rmtree(leftover, ignore_errors=True)
                continue
            with (leftover / _LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(leftover, ignore_errors=True)
