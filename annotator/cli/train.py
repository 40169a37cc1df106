"""``annotator train``: learn from what is finished."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from annotator.cli.common import (
    GlobalOptions,
    json_option,
    narrate,
    print_json,
    print_table,
    tell_left_out,
    workspace_option,
)
from annotator.cli.progress import progress_bar, progress_option


@click.command("train")
@click.option("--neural", is_flag=True, help="Compare the neural tagger too, which takes a minute or so.")
@json_option
@progress_option
@workspace_option
@click.pass_obj
def command(global_options: GlobalOptions, neural: bool, as_json: bool, folder: Path | None) -> None:
    """Train the suggestions on finished documents, and use what does better than before.

    Learns from gold, and from a curator's work once everybody concerned is done with the document. Old versions are
    kept: `annotator models use VERSION` goes back to one.
    """
    from annotator.suggest.learned.learning import may_gain
    from annotator.workflow.learning.training import train

    workspace = global_options.workspace(folder)
    with progress_bar("learning") as progress:
        trained = train(workspace, neural=neural, progress=progress)
    tell_left_out(trained.retired)
    if as_json:
        from annotator.reports.summaries import training_summary

        print_json(training_summary(trained))
        return
    print_table(("of", "way", "F1 on documents left out", "used"), list(_rows(trained.card)), numbers=("F1",))
    documents = len(trained.card["documents"])
    if trained.new:
        narrate(f"version {trained.version} learned from {documents} documents and is in use; now `annotator suggest`")
    else:
        narrate(f"version {trained.version}, in use, already learned from these {documents} documents")
    if may_gain(trained.card):
        narrate("`annotator train --neural` compares the neural tagger too, in a minute or so")


def _rows(card: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    rows = []
    for kind, ways in card["figures"].items():
        for way, value in ways.items():
            used = "✓" if card["uses"][kind] == way else ""
            rows.append((kind, way, "–" if value is None else f"{value:.3f}", used))
    for name, value in card.get("attributes", {}).items():
        rows.append(("attribute", name, *(("–", "") if value is None else (f"{value:.3f}", "✓"))))
    return rows
