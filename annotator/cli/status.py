"""``annotator status``: where the work stands."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from annotator.cli.common import Settings, curator_option, json_option, print_json, print_table, workspace_option
from annotator.workflow.desk import Desk, QueueFilter
from annotator.workflow.workspace import curator_name


@click.command("status")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(settings: Settings, as_json: bool, curator: str | None, workspace: Path | None) -> None:
    """Show every document with its state for a curator, and how far all curators are."""
    desk = Desk(settings.workspace(workspace), curator_name(curator or settings.curator))
    if as_json:
        rows = desk.queue.page(QueueFilter(mine=desk.mine), -1)
        print_json({"curator": desk.curator, "progress": desk.progress(), "curators": desk.curators(),
                    "documents": [asdict(row) for row in rows]})  # fmt: skip
        return
    print_queue(desk)
    others = desk.curators()
    if others:
        click.echo()
        columns = ("curator", "doing", "done", "skipped", "spans", "relations")
        print_table(columns, [[row[c] for c in columns] for row in others], numbers=columns[1:])


def print_queue(desk: Desk) -> None:
    """Print the queue of a curator as a table."""
    rows = desk.queue.page(QueueFilter(mine=desk.mine), -1)
    cells = [
        (r.key, r.lang, r.state + (" ⚑" if r.flagged else ""), r.pending, r.spans, r.relations, r.title) for r in rows
    ]
    columns = ("document", "lang", "state", "undecided", "spans", "relations", "title")
    print_table(columns, cells, numbers=("undecided", "spans", "relations"))
