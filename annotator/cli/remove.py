"""``annotator remove``: documents are taken out of the corpus, and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from annotator.cli.common import (
    GlobalOptions,
    curator_option,
    json_option,
    narrate,
    print_json,
    print_lines,
    workspace_option,
)
from annotator.store import came_since, removed_documents
from annotator.wording import first_few, plural
from annotator.workflow.arguments import parse_since
from annotator.workflow.importing.removing import RemovedDocument, remove, undo_remove, work_in_words
from annotator.workflow.workspace import Workspace, curator_name


@click.command("remove")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--ingested-since", "since", metavar="DATE", help="Also all documents that came since a date or time.")
@click.option("--yes", is_flag=True, help="Also documents that somebody has work on.")
@click.option("--for-good", "erased", is_flag=True, help="Leave nothing of them in the database; no undo.")
@click.option("--undo", is_flag=True, help="Bring the documents back.")
@click.option("--list", "listing", is_flag=True, help="List the documents that were removed.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    documents: tuple[str, ...],
    since: str | None,
    yes: bool,
    erased: bool,
    undo: bool,
    listing: bool,
    dry_run: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Take documents out of the corpus: they are in no list, count or export any more.

    All that was done on them stays in the database, and comes back with --undo, or with the article ingested again.
    With --for-good, text, work and history of them leave the database.
    """
    if listing and (documents or since or undo or yes or erased or dry_run):
        raise click.UsageError("--list goes alone")
    if undo and (since or yes or erased):
        raise click.UsageError("--undo takes documents alone")
    if not (documents or since or listing):
        raise click.UsageError("name documents, or --ingested-since DATE")
    workspace, actor = global_options.workspace(folder), curator_name(curator or global_options.curator)
    store = workspace.store
    if listing:
        keys = removed_documents(store)
        print_json(keys) if as_json else print_lines(keys)
        return
    keys = [*documents, *(came_since(store, parse_since(since)) if since else ())]
    if erased:
        _erase(workspace, actor, keys, confirmed=yes, dry_run=dry_run, as_json=as_json)
        return
    if undo:
        found = undo_remove(store, actor, keys, dry_run=dry_run)
    else:
        found = remove(store, actor, keys, with_work=yes, dry_run=dry_run)
    if as_json:
        print_json([one.as_json() for one in found])
    _tell(found, "brought back" if undo else "removed", dry_run=dry_run)


def _tell(found: Sequence[RemovedDocument], done: str, *, dry_run: bool) -> None:
    if dry_run:
        done += " (dry run: nothing was written)"
    named = f": {first_few([one.key for one in found])}" if found else ""
    narrate(f"{plural(len(found), 'document')} {done}{named}")
    if work_in_words(found):
        narrate(work_in_words(found))


def _erase(
    workspace: Workspace, actor: str, keys: Sequence[str], *, confirmed: bool, dry_run: bool, as_json: bool
) -> None:
    from annotator.workflow.erasing import erase
    from annotator.workflow.sharing.merging import MergeConflictError

    try:
        done = erase(workspace, actor, keys, confirmed=confirmed, dry_run=dry_run)
    except MergeConflictError as error:
        for line in error.conflicts:
            narrate(line)
        raise
    if as_json:
        print_json([one.as_json() for one in done.documents])
    if dry_run:
        _tell(done.documents, "erased for good", dry_run=True)
    else:
        narrate(f"erased for good, with all work on them: {first_few([one.key for one in done.documents])}")
    if done.kept is not None:
        narrate(f"the database as it was, with them, is in {done.kept.parent}: delete that folder when all is well")
        narrate("backups, exports, learned versions and the articles' own files were left as they are")
