"""``annotator feedback``: a curator's work against gold."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.annotation import key_json
from annotator.cli.common import GlobalOptions, curator_option, json_option, print_json, print_table, workspace_option
from annotator.workflow.adjudicating.feedback import FINDINGS, Feedback, SpanFeedback, feedback, tally
from annotator.workflow.description import item_in_words
from annotator.workflow.workspace import Workspace, curator_name


@click.command("feedback")
@click.argument("document", required=False, metavar="[DOC]")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions, document: str | None, as_json: bool, curator: str | None, folder: Path | None
) -> None:
    """Show your finished work against complete gold: DOC item by item, else a line for each document."""
    workspace, name = global_options.workspace(folder), curator_name(curator or global_options.curator)
    if document is None:
        _print_documents(workspace, name, as_json=as_json)
        return
    items = feedback(workspace.store, workspace.scheme, document, name)
    text = workspace.store.document(document)
    assert text is not None
    rows = [_row(item, text.text) for item in items]
    if as_json:
        print_json(rows)
        return
    columns = ("kind", "finding", "yours", "gold")
    print_table(columns, [[row["kind"], row["finding"], row["mine_words"], row["gold_words"]] for row in rows])


def _row(item: Feedback, text: str) -> dict[str, object]:
    kind = "span" if isinstance(item, SpanFeedback) else "relation"
    keys = {"mine": item.own, "gold": item.gold}
    found: dict[str, object] = {"kind": kind, "finding": item.finding}
    for name, key in keys.items():
        found[name] = None if key is None else key_json(key)
        found[f"{name}_words"] = "" if key is None else item_in_words(key, text)
    return found


def _print_documents(workspace: Workspace, curator: str, *, as_json: bool) -> None:
    """Print how many items of each finding every document has that can be compared."""
    store = workspace.store
    keys = store.comparable(curator)
    tallies = {key: tally(feedback(store, workspace.scheme, key, curator)) for key in keys}
    if as_json:
        print_json([{"document": key, **found} for key, found in tallies.items()])
        return
    columns = ("document", "kind", *FINDINGS)
    rows = [(key, kind, *(counts.get(f, 0) for f in FINDINGS)) for key, found in tallies.items()
            for kind, counts in found.items()]  # fmt: skip
    print_table(columns, rows, numbers=columns[2:])
