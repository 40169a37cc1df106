"""What a round leaves behind, told so that two runs of the same command say the same."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from annotator.files.scratch import PREFIX as SCRATCH
from annotator.files.whole import PARTIAL, PENDING, REPLACED
from annotator.store import Store, check_database
from annotator.workflow.pending_labels import is_pending
from annotator.workflow.workspace import Workspace

State = dict[str, Any]

_TIMELY = frozenset({"hash", "prev", "at", "head", "changed_at", "pause_ms", "tokens", "sentences", "scheme"})
"""Columns that depend on the moment, or follow from it, and bytes."""
_MOMENT = re.compile(r"(?<=\.before)-\d{8}T\d{6}Z")
_OUTSIDE = ("place", "scheme", "former_scheme", "carried")
"""Tables that are no part of history."""


def state(base: Path) -> State:
    """Return what all files below a folder say; what is half-made, and backups, are not counted."""
    return {_MOMENT.sub("", path.relative_to(base).as_posix()): _said(path) for path in _files(base)}


def leftovers(base: Path) -> list[str]:
    """Return what is half-made."""
    return sorted(path.name for path in base.rglob("*") if path.name.startswith((PARTIAL, PENDING, REPLACED)))


def backups(base: Path) -> list[Path]:
    """Return the backups that there are."""
    return sorted(base.rglob("backups/*.db"))


def problems(base: Path) -> list[str]:
    """Return what is wrong with any database below a folder, or with a scheme that a change was made to."""
    found = []
    for path in [*base.rglob("annotator.db"), *backups(base)]:
        if "backups" in path.parts and path.name == "annotator.db":
            continue  # moved aside, with its log
        with Store(path) as store:
            found += [f"{path.name}: {finding}" for finding in check_database(store)]
    return found


def _files(base: Path) -> Iterator[Path]:
    for path in sorted(base.rglob("*")):
        parts = path.relative_to(base).parts
        half_made = any(part.startswith((PARTIAL, PENDING, REPLACED, SCRATCH)) for part in parts)
        passed_over = "backups" in parts or path.name.endswith(("-wal", "-shm", "-lock")) or _unused(parts)
        if path.is_file() and not half_made and not passed_over:
            yield path


def _unused(parts: tuple[str, ...]) -> bool:
    """Return whether a file is about what was learned and does not decide what is used, or the index of a catalog."""
    return ("learned" in parts and parts[-1] != "active") or parts[-3:-1] == ("db", "catalogs")


def _said(path: Path) -> Any:
    if path.name == "annotator.db":
        return _database(path)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            return sorted(archive.namelist())
    if path.suffix == ".seal":
        return sorted(f"{layer['layer']} on {layer['document']}" for layer in json.loads(path.read_bytes())["layers"])
    if path.name == "active":
        return "what was learned is used"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _database(path: Path) -> dict[str, list[str]]:
    """Return the rows of a database's tables, without what depends on the moment."""
    said = {}
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        for table in names:
            if not table.startswith(("sqlite_", "_sqlite", "text_search")) and table not in _OUTSIDE:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                passed_over = {*_TIMELY, "event"} if table == "scheme_change" else _TIMELY
                chosen = ", ".join(f'"{column}"' for column in columns if column not in passed_over)
                said[table] = sorted(map(repr, connection.execute(f"SELECT {chosen} FROM {table}")))
    return said


def completed(base: Path) -> None:
    """Let the next command complete what a killed one began: a change of ``labels.yaml`` and its database."""
    for labels in base.rglob("labels.yaml"):
        if is_pending(labels) and (labels.parent / "db" / "annotator.db").exists():
            workspace = Workspace(labels.parent)
            assert workspace.scheme.entities
            workspace.close()
