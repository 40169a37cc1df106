"""``annotator adjudicate``: finished work becomes gold."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import Settings, curator_option, narrate, workspace_option
from annotator.errors import WorkflowError
from annotator.workflow.workspace import curator_name


@click.command("adjudicate")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--auto", is_flag=True, help="Settle everything on which nothing is in dispute.")
@curator_option
@workspace_option
@click.pass_obj
def command(
    settings: Settings, documents: tuple[str, ...], auto: bool, curator: str | None, workspace: Path | None
) -> None:
    """Turn finished work into gold: with one curator all of it, with several what they agree on."""
    from annotator.workflow.gold import settle_finished

    if not auto:
        raise WorkflowError("settling disputes by hand is not there yet", "--auto settles what is not in dispute")
    report = settle_finished(settings.workspace(workspace), curator_name(curator or settings.curator), documents)
    narrate(f"{len(report.settled)} documents became gold, {len(report.unchanged)} were gold already")
    for key, reason in report.open.items():
        narrate(f"not gold: {key}: {reason}")
