"""``annotator return``: finished work goes back to its curator, with a note."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, curator_option, json_option, narrate, print_json, workspace_option
from annotator.workflow.adjudicating.returning import return_work, undo_return
from annotator.workflow.workspace import curator_name


@click.command("return")
@click.argument("document", metavar="DOC")
@click.option("--to", "curators", multiple=True, metavar="NAME", help="Whose work on it; may be given several times.")
@click.option("--note", metavar="TEXT", help="What is to be done again.")
@click.option("--undo", is_flag=True, help="Take a return back: from NAME, or from all who have the document back.")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    document: str,
    curators: tuple[str, ...],
    note: str | None,
    undo: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Send DOC back to curators who finished it, with a note; for whoever leads.

    Their queue shows it first. Until they finish it again it counts as unfinished.
    """
    if undo and note is not None:
        raise click.UsageError("--note is for a return, not for --undo")
    if not undo and (not curators or note is None):
        raise click.UsageError("--to NAME and --note TEXT say whose work goes back, and why")
    store, actor = global_options.workspace(folder).store, curator_name(curator or global_options.curator)
    if undo:
        found = undo_return(store, actor, document, curators)
    else:
        found = return_work(store, actor, document, curators, note or "")
    if as_json:
        print_json([one._asdict() for one in found])
    names = ", ".join(one.curator for one in found)
    narrate(f"{document}: the return to {names} is taken back" if undo else f"{document} is returned to {names}")
