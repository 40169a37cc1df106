"""Completing a change of ``labels.yaml`` that was interrupted between the database and the file."""

from __future__ import annotations

import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from annotator.files.whole import PENDING, is_stale, sync_folder


def is_pending(labels: Path) -> bool:
    """Tell whether a scheme was staged that has not replaced ``labels.yaml``."""
    return pending_path(labels.resolve()).exists()


def complete_pending(labels: Path, written_under: str | None) -> None:
    """Put a staged scheme in place if the database was written under it but the process ended too early.

    ``written_under`` is the digest of the scheme that the database names.  A staged scheme that belongs to no finished
    transaction is removed when its process must be long gone.
    """
    labels = labels.resolve()
    pending = pending_path(labels)
    with suppress(FileNotFoundError):
        if sha256(pending.read_bytes()).hexdigest() == written_under:
            pending.replace(labels)
            sync_folder(labels.parent)
        elif is_stale(pending, time.time()):
            pending.unlink()


def pending_path(labels: Path) -> Path:
    """Give the path at which a new scheme waits for its transaction to end."""
    return labels.with_name(f"{PENDING}{labels.name}")
