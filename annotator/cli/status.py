"""``annotator status``: where the work stands."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from shutil import get_terminal_size

import click

from annotator.cli.common import (
    COUNT,
    DAYS,
    GlobalOptions,
    curator_option,
    json_option,
    narrate,
    print_json,
    print_table,
    workspace_option,
)
from annotator.reports.printable import printable
from annotator.reports.progress import WORK, YIELD, charge_words, curator_table, overview_json, stages_line
from annotator.store import QueueRow, charges
from annotator.workflow.desk import Desk, QueueFilter
from annotator.workflow.progress import IDLE_DAYS, Overview, overview
from annotator.workflow.retired_work import summary
from annotator.workflow.sent_texts import describe_sent, sent_totals
from annotator.workflow.workspace import curator_name

STATES = ("todo", "doing", "done", "skipped", "returned", "flagged")
DOCUMENTS = 50
"""Documents that the table shows unless asked for more."""
NOTED = 10
"""Documents that are named as left lying, as flagged, and as returned."""


@click.command("status")
@click.option("--state", type=click.Choice(STATES), help="Only your documents in this state.")
@click.option(
    "--limit",
    type=COUNT,
    metavar="N",
    help=f"The most documents to list.  [default: {DOCUMENTS}; JSON: all]",
)
@click.option("--all", "every", is_flag=True, help="List all documents.")
@click.option(
    "--idle",
    type=DAYS,
    default=IDLE_DAYS,
    show_default=True,
    metavar="DAYS",
    help="From when begun work counts as left lying.",
)
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    state: str | None,
    limit: int | None,
    every: bool,
    idle: int,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:  # fmt: skip
    """Show how far the documents and all curators are: for a curator by their queue, for a lead over everybody."""
    desk = Desk(global_options.workspace(folder), curator_name(curator or global_options.curator))
    which = QueueFilter(mine=desk.assigned_only, state=state or "")
    if as_json:
        found = overview(desk.workspace, reader=desk.curator, idle_days=idle)
        _print_json(desk, which, found, -1 if limit is None else limit)
        return
    found = overview(desk.workspace, reader=desk.curator, idle_days=idle, limit=NOTED)
    most = -1 if every else DOCUMENTS if limit is None else limit
    curates = any(progress.tally.curator == desk.curator for progress in found.curators)
    click.echo(stages_line(found))
    if found.retired:
        click.echo(printable(f"{summary(found.retired)}, `annotator labels check` says where"))
    click.echo()
    if curates or state or not found.curators:
        print_queue(desk, which, most)
    else:
        _print_documents(desk, most)
    _print_curators(found)
    for host, (sent, last) in sent_totals(desk.workspace).items():
        narrate(f"sent so far to {describe_sent(host, sent)}, last at {last}")


def _print_json(desk: Desk, which: QueueFilter, found: Overview, limit: int) -> None:
    rows = desk.queue.page(which, limit)
    store = desk.workspace.store
    documents = [
        {
            **asdict(row),
            "curators": {name: charge.state for name, charge in charges(store, row.key).items()},
        }
        for row in rows
    ]
    head = {"curator": desk.curator, "progress": desk.progress()}
    sent = [{"host": host, **asdict(one), "last": last} for host, (one, last) in sent_totals(desk.workspace).items()]
    print_json({**head, **overview_json(found), "sent": sent, "documents": documents})


def print_queue(desk: Desk, which: QueueFilter | None = None, limit: int = -1) -> None:
    """Print the queue of a curator as a table."""
    which = which or QueueFilter(mine=desk.assigned_only)
    rows = desk.queue.page(which, limit)
    cells = [
        (r.key, r.lang, r.state + (" ⚑" if r.flagged else ""), r.pending, r.spans, r.relations, r.title) for r in rows
    ]
    columns = ("document", "lang", "state", "undecided", "spans", "relations", "title")
    print_table(columns, cells, numbers=("undecided", "spans", "relations"), cut="title")
    _tell_of_the_rest(desk, which, rows, limit)


def _print_documents(desk: Desk, limit: int) -> None:
    """Print documents with who has them and how far they are."""
    store = desk.workspace.store
    rows = desk.queue.page(QueueFilter(), limit)
    cells = [(r.key, r.lang, charge_words(charges(store, r.key)), r.gold or "", r.title) for r in rows]
    print_table(("document", "lang", "curators", "gold", "title"), cells, cut="title")
    _tell_of_the_rest(desk, QueueFilter(), rows, limit)


def _tell_of_the_rest(desk: Desk, which: QueueFilter, rows: list[QueueRow], limit: int) -> None:
    if 0 <= limit == len(rows):
        total = desk.queue.count(which)
        if total > limit:
            narrate(f"{limit} of {total:,} documents listed; --limit N or --all lists more")


def _wide() -> bool:
    """Whether there is room for all columns beside one another."""
    return not sys.stdout.isatty() or get_terminal_size().columns >= 132


def _print_curators(found: Overview) -> None:
    if found.curators:
        for columns in ((*WORK, *YIELD),) if _wide() else (WORK, YIELD):
            click.echo()
            shown, rows = curator_table(found.curators, columns)
            print_table(shown, rows, numbers=(*WORK, *YIELD[:-1]))
    for what, noted in (("left lying", found.abandoned), ("flagged", found.flagged)):
        if noted:
            click.echo()
            cells = [(one.document, one.curator, one.changed_at) for one in noted]
            print_table((what, "curator", "last step"), cells)
    if found.returned:
        click.echo()
        returned = [(one.document, one.curator, one.by, one.at, one.note) for one in found.returned]
        print_table(("returned", "curator", "by", "at", "note"), returned, cut="note")
