"""Making a workspace."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from annotator.errors import WorkflowError
from annotator.files.whole import replace_file
from annotator.workflow.workspace import LABELS


def make_workspace(folder: Path) -> None:
    """Make a workspace in a folder, with the sample label scheme to start from.

    Raises :class:`WorkflowError` when there is a label scheme already, or the folder cannot be written.
    """
    target = folder / LABELS
    if target.exists():
        raise WorkflowError(f"{target} exists already", "that folder is a workspace; nothing was changed")
    try:
        for name in ("seeds", "db", "exports", "models"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        replace_file(target, _sample().read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkflowError(f"{folder}: {reason}", "choose a folder that you may write to") from error


def _sample() -> Path:
    """Find the sample scheme: in the package, or at the top of a source checkout."""
    packaged = Path(str(files("annotator"))) / LABELS
    return packaged if packaged.is_file() else Path(str(files("annotator"))).parent / LABELS
