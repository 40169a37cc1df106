"""A change of ``labels.yaml`` that was interrupted between the database and the file, completed by the next command."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from annotator.files import sync_folder

_PENDING = ".annotator-pending-"


def is_pending(labels: Path) -> bool:
    """Return whether a scheme was staged and has not taken its place."""
    return pending_path(labels.resolve()).exists()


def complete_pending(labels: Path, written_under: str) -> None:
    """Put a staged scheme in place where the database was written under it, and its process did not come to that.

    ``written_under`` is the digest of the scheme that the database names.
    """
    labels = labels.resolve()
    pending = pending_path(labels)
    with suppress(FileNotFoundError):
        if sha256(pending.read_bytes()).hexdigest() == written_under:
            pending.replace(labels)
            sync_folder(labels.parent)


def pending_path(labels: Path) -> Path:
    """Return where the next text of a label scheme waits for its transaction to end."""
    return labels.with_name(f"{_PENDING}{labels.name}")
