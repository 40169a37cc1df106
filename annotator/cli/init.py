"""``annotator init``: a new workspace."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import narrate


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def command(folder: Path) -> None:
    """Make a new workspace: a folder with a label scheme to adapt, and places for articles and exports."""
    from annotator.workflow.setup import make_workspace

    make_workspace(folder)
    narrate(f"{folder} is a workspace: adapt labels.yaml, put articles into seeds/, then run `annotator -w {folder}`")
