"""``annotator history``: what happened to a document."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import Settings, json_option, print_json, print_table, workspace_option
from annotator.workflow.chronicle import chronicle


@click.command("history")
@click.argument("document", metavar="DOC")
@click.option("--layer", metavar="LAYER", help="Only this layer: corpus, suggestions, curator:NAME or gold.")
@json_option
@workspace_option
@click.pass_obj
def command(settings: Settings, document: str, layer: str | None, as_json: bool, workspace: Path | None) -> None:
    """Show every event of a document's layers, oldest first."""
    told = chronicle(settings.workspace(workspace).store, document, layer)
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
        for e, what in told
    ]
    if as_json:
        print_json(rows)
        return
    columns = ("at", "layer", "seq", "actor", "what")
    print_table(columns, [[row[c] for c in columns] for row in rows], numbers=("seq",))
