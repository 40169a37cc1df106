"""``annotator adjudicate``: finished work becomes gold."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, curator_option, json_option, narrate, print_json, workspace_option
from annotator.errors import WorkflowError
from annotator.wording import plural
from annotator.workflow.workspace import Workspace, curator_name


@click.command("adjudicate")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--auto", is_flag=True, help="Settle everything on which nothing is in dispute.")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    documents: tuple[str, ...],
    auto: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Settle what curators differ on, in the workbench: DOC, or where you stopped, or the first that waits.

    With --auto, without a screen: one curator's finished work becomes gold, of several what the label scheme lets
    stand by itself, where nothing else is in dispute.
    """
    if as_json and not auto:
        raise click.UsageError("--json goes with --auto")
    workspace, actor = global_options.workspace(folder), curator_name(curator or global_options.curator)
    if auto:
        _settle(workspace, actor, documents, as_json=as_json)
    elif len(documents) > 1:
        raise WorkflowError(f"{len(documents)} documents at once", "give one to open, or --auto to settle them all")
    else:
        _open(workspace, actor, documents[0] if documents else None)


def _settle(workspace: Workspace, actor: str, documents: tuple[str, ...], *, as_json: bool) -> None:
    """Make gold of what is not in dispute, and say what is."""
    from annotator.workflow.adjudicating.gold import settle_finished

    report = settle_finished(workspace, actor, documents)
    if as_json:
        from annotator.reports.summaries import gold_summary

        print_json(gold_summary(report))
    were = "was" if len(report.unchanged) == 1 else "were"
    narrate(f"{plural(len(report.settled), 'document')} became gold, {len(report.unchanged)} {were} gold already")
    for key, reason in report.open.items():
        narrate(f"not gold: {key}: {reason}")
    if report.retired:
        from annotator.workflow.retired_work import mending

        narrate(f"the label scheme moved on: {mending(report.retired)}")


def _open(workspace: Workspace, actor: str, document: str | None) -> None:
    """Open the adjudicate screen; without a terminal, list what waits for it instead."""
    from annotator.workflow.desk import Desk

    desk = Desk(workspace, actor)
    key = document or desk.first_to_adjudicate()
    if key is None:
        raise WorkflowError("no document waits to be adjudicated", "two curators must have finished one")
    desk.check_adjudication(key)
    if sys.stdin.isatty() and sys.stdout.isatty():
        from annotator.cli.annotate import open_workbench

        open_workbench(desk, key, adjudicating=True)
        return
    for waiting in desk.to_adjudicate():
        click.echo(waiting)
    narrate("no terminal here; run `annotator adjudicate` in one to open the screen, or --auto to do without")
