"""Making a workspace from a template: a label scheme to adapt, and for some of them articles to try it on."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from annotator.errors import WorkflowError
from annotator.files.whole import replace_files
from annotator.workflow.workspace import LABELS


def make_workspace(folder: Path, template: str = "sample") -> bool:
    """Make a workspace in a folder from one of the package's templates; return whether there are articles in it.

    Raises :class:`WorkflowError` when there is a label scheme already, or another article under the name of one of
    the template's, or the folder cannot be written.
    """
    target = folder / LABELS
    if target.exists():
        raise WorkflowError(f"{target} exists already", "that folder is a workspace; nothing was changed")
    texts = {target: _scheme(template).read_bytes()}
    for article in sorted((_package() / "templates" / template / "seeds").glob("*.txt")):
        path = folder / "seeds" / article.name
        texts = {path: article.read_bytes(), **texts}  # the scheme last: with it, the folder is a workspace
        if path.exists() and path.read_bytes() != texts[path]:
            raise WorkflowError(f"{path} exists already", "move it away; nothing was changed")
    try:
        for name in ("seeds", "db", "exports", "models"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        replace_files(texts)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkflowError(f"{folder}: {reason}", "choose a folder that you may write to") from error
    return any(folder.joinpath("seeds").iterdir())


def _scheme(template: str) -> Path:
    """Find a template's scheme; the sample's is that of the repository, at the top of a source checkout."""
    package = _package()
    if template != "sample":
        return package / "templates" / template / LABELS
    return package / LABELS if (package / LABELS).is_file() else package.parent / LABELS


def _package() -> Path:
    return Path(str(files("annotator")))
