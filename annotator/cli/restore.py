"""``annotator restore``: a backup in the place of the database."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, narrate, workspace_option


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@workspace_option
@click.pass_obj
def command(global_options: GlobalOptions, file: Path, folder: Path | None) -> None:
    """Put the backup FILE in the place of the database, which is kept.

    FILE is checked as `annotator doctor` does, and stays where it is. `annotator backup --list` shows the backups.
    """
    from annotator.workflow.backups import restore_backup

    workspace = global_options.workspace(folder)
    aside = restore_backup(workspace, file)
    narrate(f"{workspace.database_path} holds what {file} held")
    if aside is not None:
        narrate(f"what it held before is in {aside}; to go back: annotator restore {aside}")
