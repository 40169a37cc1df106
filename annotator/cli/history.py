"""``annotator history``: what happened to a document."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import (
    Settings,
    curator_option,
    json_option,
    narrate,
    print_json,
    print_table,
    workspace_option,
)
from annotator.workflow.chronicle import chronicle
from annotator.workflow.workspace import curator_name


@click.command("history")
@click.argument("document", metavar="DOC")
@click.option("--layer", metavar="LAYER", help="Only this layer: corpus, suggestions, curator:NAME or gold.")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    settings: Settings,
    document: str,
    layer: str | None,
    as_json: bool,
    curator: str | None,
    workspace: Path | None,
) -> None:
    """Show every event of a document's layers, oldest first; others' work only when all concerned are done."""
    reader = curator_name(curator or settings.curator)
    found = chronicle(settings.workspace(workspace).store, document, layer, reader=reader)
    rows = [
        {
            "at": e.at,
            "layer": e.layer.name,
            "seq": e.seq,
            "actor": e.actor,
            "action": e.action,
            "target": e.target,
            "pause_ms": e.pause_ms,
            "what": what,
            "hash": e.hash,
        }
        for e, what in found.told
    ]
    for name, why in found.hidden.items():
        narrate(f"left out: {name} ({why})")
    if as_json:
        print_json(rows)
        return
    columns = ("at", "layer", "seq", "actor", "what")
    print_table(columns, [[row[c] for c in columns] for row in rows], numbers=("seq",))
