"""``annotator history``: what happened to a document."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from annotator.cli.common import (
    GlobalOptions,
    curator_option,
    json_option,
    narrate,
    print_json,
    print_table,
    workspace_option,
)
from annotator.errors import WorkflowError
from annotator.history import GOLD
from annotator.store import Store
from annotator.workflow.adjudicating.provenance import provenance
from annotator.workflow.document_history import document_history
from annotator.workflow.workspace import curator_name


@click.command("history")
@click.argument("document", metavar="DOC")
@click.option("--layer", metavar="LAYER", help="Only this layer: corpus, suggestions, curator:NAME or gold.")
@click.option("--items", is_flag=True, help="Show where each gold item comes from: who said it, who settled it.")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    document: str,
    layer: str | None,
    items: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Show every event of a document's layers, oldest first; others' work only when all concerned are done."""
    reader = curator_name(curator or global_options.curator)
    if items:
        _print_items(global_options.workspace(folder).store, document, layer, reader, as_json=as_json)
        return
    found = document_history(global_options.workspace(folder).store, document, layer, reader=reader)
    rows = [entry._asdict() for entry in found.entries]
    for name, why in found.hidden.items():
        narrate(f"left out: {name} ({why})")
    if as_json:
        print_json(rows)
        return
    columns = ("at", "layer", "seq", "actor", "what")
    print_table(columns, [["" if row[c] is None else row[c] for c in columns] for row in rows], numbers=("seq",))


def _print_items(store: Store, document: str, layer: str | None, reader: str, *, as_json: bool) -> None:
    """Print where each item of the gold comes from, and what was decided against."""
    if layer not in (None, GOLD):
        raise WorkflowError(f"--items is about gold, not about {layer}", "leave --layer out, or give --layer gold")
    rows = provenance(store, document, reader=reader)
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    columns = ("gold", "what", "settled", "by", "at", "versions")
    cells = [("yes" if r.id else "no", r.what, r.settled, r.by, r.at, r.told) for r in rows]
    print_table(columns, cells)
