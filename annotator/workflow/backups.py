"""Backups of a workspace's database: made by hand, and before whatever changes much at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from annotator.errors import WorkflowError
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.store.backups import Backup


def back_up(workspace: Workspace, target: Path | None = None, *, keep: int | None = None) -> tuple[Path, list[Backup]]:
    """Copy the database; return where the copy is, and the older backups that ``keep`` let go.

    Without a ``target`` the copy goes to ``db/backups``, of which only the newest ``keep`` stay.
    """
    from annotator.store.backups import prune

    if target is not None:
        target = workspace.outputs().new(target)
    made = workspace.store.backup(target)
    return made, prune(workspace.database_path, keep) if keep is not None else []


def back_up_before(workspace: Workspace, why: str) -> Path:
    """Make a backup before a change that undo does not reach; return where it is."""
    return workspace.store.backup(why=f"before-{why}")


def list_backups(workspace: Workspace) -> list[Backup]:
    """The backups in ``db/backups``, oldest first."""
    from annotator.store.backups import list_backups

    return list_backups(workspace.database_path)


def restore_backup(workspace: Workspace, source: Path) -> Path | None:
    """Put a backup in the place of the database; return where that one is now, ``None`` where there was none.

    Raises :class:`WorkflowError` when there is no database of ours under that name, and
    :class:`~annotator.errors.StoreError` when it is not sound; nothing is changed then.
    """
    from annotator.files.ownership import begins_like_sqlite
    from annotator.store.backups import restore

    if not source.is_file() or not begins_like_sqlite(source):
        raise WorkflowError(f"{source}: no database", "`annotator backup --list` shows the copies that there are")
    return restore(workspace.database_path, source)
