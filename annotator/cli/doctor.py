"""``annotator doctor``: proof that the database is what its history says."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import Settings, narrate, print_lines, workspace_option
from annotator.errors import StoreError


@click.command("doctor")
@workspace_option
@click.pass_obj
def command(settings: Settings, workspace: Path | None) -> None:
    """Check the database: integrity, hash chains, and that folding the history gives the stored state."""
    from annotator.workflow.checkup import findings

    count = print_lines(findings(settings.workspace(workspace)))
    if count:
        raise StoreError(
            f"{count} findings", "`annotator restore FILE` brings a backup back, `annotator backup --list` shows them"
        )
    narrate("all is well: history and state agree")
