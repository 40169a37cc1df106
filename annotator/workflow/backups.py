"""Copies of the database that are made by themselves, before something that changes much of it."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from annotator.store.connection import backup_path
from annotator.workflow.workspace import Workspace


def safeguard(workspace: Workspace, why: str) -> Path:
    """Copy the database as it stands on the disk, also within a transaction that changes it; return where to."""
    first = backup_path(workspace.database_path, f"before-{why}")
    names = (first if number == 1 else first.with_name(f"{first.stem}.{number}.db") for number in count(1))
    return workspace.store.backup(next(name for name in names if not name.exists()))
