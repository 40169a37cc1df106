"""``annotator status``: where the work stands."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from shutil import get_terminal_size
from typing import Any

import click

from annotator.cli.common import (
    COUNT,
    DAYS,
    GlobalOptions,
    curator_option,
    json_option,
    narrate,
    print_json_list,
    print_lines,
    print_table,
    workspace_option,
)
from annotator.reports.progress import (
    WORK,
    YIELD,
    charge_words,
    curator_sections,
    noted_sections,
    overview_json,
    stages_line,
)
from annotator.reports.sections import Section, as_markdown
from annotator.store import Queue, QueueFilter, QueueRow, Store, charges
from annotator.workflow.idleness import IDLE_DAYS
from annotator.workflow.progress import Overview, overview
from annotator.workflow.retired_work import summary
from annotator.workflow.sent_texts import describe_sent, sent_totals
from annotator.workflow.workspace import Workspace, curator_name

FORMATS = ("table", "md", "json")
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
@click.option(
    "--format", "kind", type=click.Choice(FORMATS), default="table", show_default=True, help="How to write it."
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
    kind: str,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:  # fmt: skip
    """Show how far the documents and all curators are: for a curator by their queue, for a lead over everybody."""
    workspace, reader = global_options.workspace(folder), curator_name(curator or global_options.curator)
    workspace.store.names.curator_identity(reader)  # nobody asks under a name that they no longer have
    queue = Queue(workspace.store, reader)
    which = QueueFilter(mine=queue.has_assignments(), state=state or "")
    if as_json or kind == "json":
        found = overview(workspace, reader=reader, idle_days=idle)
        head = {"curator": reader, "progress": queue.progress(mine=which.mine)}
        _print_json(workspace, head, found, queue.pages(which, -1 if limit is None else limit))
        return
    found = overview(workspace, reader=reader, idle_days=idle, limit=NOTED)
    most = -1 if every else DOCUMENTS if limit is None else limit
    curates = any(progress.tally.curator == reader for progress in found.curators)
    if curates or state or not found.curators:
        documents = _queue(queue, which, most)
    else:
        which = QueueFilter()
        documents = _documents(workspace.store, queue, most)
    opening = [stages_line(found)]
    if found.retired:
        opening.append(f"{summary(found.retired)}, `annotator labels check` says where")
    if kind == "md":
        sections = [documents, *curator_sections(found.curators, (WORK + YIELD,)), *noted_sections(found)]
        click.echo(as_markdown(f"Status of {workspace.root.resolve().name}", opening, sections), nl=False)
    else:
        columns = (WORK + YIELD,) if _wide() else (WORK, YIELD)
        print_lines(opening)
        for section in (documents, *curator_sections(found.curators, columns), *noted_sections(found)):
            click.echo()
            _print(section)
    _tell_of_the_rest(queue, which, len(documents.rows), most)
    for host, (sent, last) in sent_totals(workspace).items():
        narrate(f"sent so far to {describe_sent(host, sent)}, last at {last}")


def _print_json(
    workspace: Workspace, head: dict[str, Any], found: Overview, pages: Iterable[Sequence[QueueRow]]
) -> None:
    sent = [{"host": host, **asdict(one), "last": last} for host, (one, last) in sent_totals(workspace).items()]
    print_json_list(
        {**head, **overview_json(found), "sent": sent},
        "documents",
        (
            {**asdict(row), "curators": {name: charge.state for name, charge in had[row.key].items()}}
            for rows in pages
            for had in [charges(workspace.store, [row.key for row in rows])]
            for row in rows
        ),
    )


def print_queue(queue: Queue) -> None:
    """Print the queue of a curator as a table."""
    _print(_queue(queue, QueueFilter(mine=queue.has_assignments()), -1))


def _print(section: Section) -> None:
    print_table(section.columns, section.rows, numbers=section.numbers, cut=section.cut)


def _queue(queue: Queue, which: QueueFilter, limit: int) -> Section:
    """The queue of a curator."""
    rows = [
        (r.key, r.lang, r.state + (" ⚑" if r.flagged else ""), r.pending, r.spans, r.relations, r.title)
        for r in queue.page(which, limit)
    ]
    columns = ("document", "lang", "state", "undecided", "spans", "relations", "title")
    return Section("Documents", columns, rows, numbers=("undecided", "spans", "relations"), cut="title")


def _documents(store: Store, queue: Queue, limit: int) -> Section:
    """Documents with who has them and how far they are."""
    listed = queue.page(QueueFilter(), limit)
    had = charges(store, [row.key for row in listed])
    rows = [(r.key, r.lang, charge_words(had[r.key]), r.gold or "", r.title) for r in listed]
    return Section("Documents", ("document", "lang", "curators", "gold", "title"), rows, cut="title")


def _tell_of_the_rest(queue: Queue, which: QueueFilter, listed: int, limit: int) -> None:
    if 0 <= limit == listed:
        total = queue.count(which)
        if total > limit:
            narrate(f"{limit} of {total:,} documents listed; --limit N or --all lists more")


def _wide() -> bool:
    """Whether there is room for all columns beside one another."""
    return not sys.stdout.isatty() or get_terminal_size().columns >= 132
