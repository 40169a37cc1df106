"""``annotator backup``: a consistent copy of the database."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, json_option, narrate, print_json, print_table, workspace_option
from annotator.workflow.workspace import Workspace


@click.command("backup")
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="[FILE]")
@click.option("--list", "listing", is_flag=True, help="Show the backups in db/backups and make none.")
@click.option("--keep", type=click.IntRange(1, 1_000_000), metavar="N", help="Then keep the newest N in db/backups.")
@json_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    target: Path | None,
    listing: bool,
    keep: int | None,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Copy the database, also while others write, and print where the copy is: FILE, or a new one in db/backups.

    `annotator restore FILE` brings a copy back. Some commands make one by themselves before they change much.
    """
    from annotator.workflow.backups import back_up

    if listing and (target is not None or keep is not None):
        raise click.UsageError("--list makes no backup: leave out FILE and --keep")
    if target is not None and keep is not None:
        raise click.UsageError("--keep counts the copies in db/backups: leave out FILE")
    workspace = global_options.workspace(folder)
    if listing:
        _list(workspace, as_json=as_json)
        return
    made, gone = back_up(workspace, target, keep=keep)
    if as_json:
        print_json({"backup": str(made), "removed": [str(one.path) for one in gone]})
    else:
        click.echo(made)
    for one in gone:
        narrate(f"removed {one.path}")


def _list(workspace: Workspace, *, as_json: bool) -> None:
    from annotator.workflow.backups import list_backups

    found = list_backups(workspace)
    if as_json:
        print_json([{"path": str(b.path), "at": b.at, "why": b.why, "bytes": b.size} for b in found])
        return
    rows = [(b.at, b.why, f"{b.size / 1e6:.1f} MB", b.path) for b in found]
    print_table(("made", "why", "size", "file"), rows, numbers=("size",))
