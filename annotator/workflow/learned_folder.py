"""Where a workspace keeps its learned versions, and carrying over those of an older workspace."""

from __future__ import annotations

import shutil
from pathlib import Path

from annotator.files.whole import whole_folder
from annotator.workflow.workspace import Workspace


def learned_folder(workspace: Workspace) -> Path:
    """The folder of a workspace's learned versions, logs of trainings and the training lock: ``db/learned``.

    Editions up to 0.1 kept it among the downloaded models.  Where only that folder exists, it is copied first, whole or
    not at all, and left as it is, because other workspaces and older editions may use it through a link.  While the
    copy cannot be made, on a read-only medium for example, the old folder is returned.
    """
    folder = workspace.database_path.parent / "learned"
    old_folder = workspace.models / "learned"
    try:
        if folder.exists() or not old_folder.is_dir():
            return folder
        with whole_folder(folder) as copy:
            _copy_files(old_folder, copy)
    except OSError:
        return folder if folder.is_dir() else old_folder  # another process may just have made the copy
    return folder


def _copy_files(source: Path, target: Path) -> None:
    """Copy a folder's content, but for the locks and the unfinished work of processes, whose names begin with a dot."""
    for path in source.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir():
            (target / path.name).mkdir()
            _copy_files(path, target / path.name)
        else:
            shutil.copyfile(path, target / path.name)
