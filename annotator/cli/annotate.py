"""``annotator annotate``: open the workbench."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import GlobalOptions, curator_option, narrate, workspace_option
from annotator.tuning import collect_seldom
from annotator.workflow.workspace import Workspace, curator_name

if TYPE_CHECKING:
    from annotator.workflow.desk import Desk


@click.command("annotate")
@click.argument("document", required=False, metavar="[DOC]")
@curator_option
@workspace_option
@click.pass_obj
def command(global_options: GlobalOptions, document: str | None, curator: str | None, folder: Path | None) -> None:
    """Open the workbench, on a document or where you stopped."""
    start(global_options.workspace(folder), curator or global_options.curator, document)


def start(workspace: Workspace, curator: str | None, document: str | None) -> None:
    """Prepare a new workspace, then open the workbench; without a terminal, print the queue instead."""
    collect_seldom()  # importing the workbench makes much and throws nothing away
    from annotator.workflow.desk import Desk
    from annotator.workflow.served import served_role

    name, role = curator_name(curator), served_role()
    if role is None:
        prepare_if_new(workspace, curator)
    else:
        from annotator.serve.terminal import take_terminal

        take_terminal()
    desk = Desk(workspace, name, own_work_only=role == "curator")
    if document is not None:
        desk.open(document)
    if sys.stdin.isatty() and sys.stdout.isatty():
        open_workbench(desk, document)
        return
    from annotator.cli.status import print_queue

    print_queue(desk.queue)
    narrate("no terminal here; run `annotator annotate` in one to open the workbench")


def open_workbench(desk: Desk, document: str | None, *, adjudicating: bool = False) -> None:
    """Open the workbench in this terminal, and again after the tutorial when the curator left it for that."""
    from annotator.tui.app import Reopening
    from annotator.tui.running import run
    from annotator.workflow.served import served_role
    from annotator.workflow.settings import load_preferences, settings_path, told_with

    settings = settings_path()
    preferences, is_new, served = load_preferences(settings), not settings.exists(), bool(served_role())
    wanted: Reopening | None = Reopening(document, adjudicating)
    while wanted is not None:
        with told_with(settings):
            wanted = run(
                desk,
                wanted.document,
                preferences,
                adjudicating=wanted.adjudicating,
                offers_tutorial=is_new,
                served=served,
            )
            if wanted is not None:
                from annotator.cli.tutorial import play

                play(desk.curator, preferences, served=served)
                wanted = wanted if _is_there(desk, wanted.document) else Reopening(None, adjudicating=False)


def _is_there(desk: Desk, document: str | None) -> bool:
    """Whether a document that was left is still there under its name, or none was."""
    return document is None or desk.workspace.store.metadata(document) is not None


def prepare_if_new(workspace: Workspace, curator: str | None) -> None:
    """Take the seeds in and suggest, where nothing was taken in yet and there are seeds."""
    is_new = not workspace.database_path.exists() or (workspace.store.is_empty() and not workspace.store.read_only)
    if not is_new or not workspace.seeds.is_dir():
        return
    from annotator.cli import ingest, suggest

    ingest.take_in(workspace, (), curator)
    suggest.run(workspace, ask=False)  # nobody asked for more than the workbench
