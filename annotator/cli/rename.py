"""``annotator rename``: documents and curators get other names."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, curator_option, json_option, narrate, print_json, workspace_option
from annotator.workflow.schemes.renaming import rename_curator, rename_document, undo_rename
from annotator.workflow.workspace import curator_name


@click.command("rename")
@click.argument("names", nargs=-1, metavar="[DOC NEW]")
@click.option("--curator", "curators", nargs=2, metavar="OLD NEW", help="Rename a curator instead.")
@click.option("--undo", is_flag=True, help="Take the last renaming back.")
@click.option("--dry-run", is_flag=True, help="Only say what would be renamed.")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    names: tuple[str, ...],
    curators: tuple[str, str] | None,
    undo: bool,
    dry_run: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Give the document DOC the key NEW, or a curator another name, with all work.

    Work under the old name that is merged later goes by the new one, too.
    """
    if [len(names) > 0, curators is not None, undo].count(True) != 1 or len(names) not in (0, 2):
        raise click.UsageError("give DOC and NEW, or --curator OLD NEW, or --undo")
    store, actor = global_options.workspace(folder).store, curator_name(curator or global_options.curator)
    if undo:
        report = undo_rename(store, actor, dry_run=dry_run)
    elif curators is not None:
        report = rename_curator(store, actor, *curators, dry_run=dry_run)
    else:
        report = rename_document(store, actor, *names, dry_run=dry_run)
    if as_json:
        print_json(report.as_json(dry_run=dry_run))
    for line in report.sentences(dry_run=dry_run):
        narrate(line)
