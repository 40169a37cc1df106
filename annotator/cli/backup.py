"""``annotator backup``: a consistent copy of the database."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import Settings, workspace_option


@click.command("backup")
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@workspace_option
@click.pass_obj
def command(settings: Settings, target: Path | None, workspace: Path | None) -> None:
    """Copy the database, also while others write; prints where the copy is."""
    click.echo(settings.workspace(workspace).store.backup(target))
