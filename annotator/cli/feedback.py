"""``annotator feedback``: a curator's work against gold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from annotator.annotation import key_json
from annotator.cli.common import (
    GlobalOptions,
    curator_option,
    json_option,
    narrate,
    print_json,
    print_table,
    workspace_option,
)
from annotator.cli.progress import progress_bar, progress_option
from annotator.store import comparable_layers
from annotator.wording import plural
from annotator.workflow.adjudicating.feedback import (
    FINDINGS,
    VALUE,
    AttributeFeedback,
    Feedback,
    feedback,
    kind_of,
    tally,
)
from annotator.workflow.adjudicating.feedback_totals import KINDS, FeedbackTotals, feedback_totals
from annotator.workflow.description import item_in_words
from annotator.workflow.workspace import Workspace, curator_name


@click.command("feedback")
@click.argument("document", required=False, metavar="[DOC]")
@click.option("--all", "everybody", is_flag=True, help="Compare every curator with gold, a line for each.")
@json_option
@curator_option
@progress_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    document: str | None,
    everybody: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Show your finished work against complete gold: DOC item by item, else a line for each document.

    With --all, every curator's work on all documents, as far as you may see it: precision, recall and F1, what was
    found, and the commonest errors.
    """
    if everybody and document is not None:
        raise click.UsageError("--all is over all documents: give it, or DOC")
    workspace, name = global_options.workspace(folder), curator_name(curator or global_options.curator)
    if everybody:
        _print_everybody(workspace, name, as_json=as_json)
        return
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
    kind = kind_of(item).removesuffix("s")
    keys = {"mine": item.own, "gold": item.gold}
    found: dict[str, object] = {"kind": kind, "finding": item.finding}
    for name, key in keys.items():
        found[name] = None if key is None else key_json(key)
        found[f"{name}_words"] = "" if key is None else item_in_words(key, text)
        if isinstance(item, AttributeFeedback):
            of = "the document" if key is None else item_in_words(key, text)
            found[f"{name}_words"] = f"{item.in_words(own=name == 'mine')} · {of}"
            found["attribute"] = item.name
            found[f"{name}_values"] = list(item.own_values if name == "mine" else item.gold_values)
    return found


def _print_documents(workspace: Workspace, curator: str, *, as_json: bool) -> None:
    """Print how many items of each finding every document has that can be compared."""
    store = workspace.store
    keys = [layer.name.document for layer in comparable_layers(store, curator)]
    tallies = {key: tally(feedback(store, workspace.scheme, key, curator)) for key in keys}
    if as_json:
        print_json([{"document": key, **found} for key, found in tallies.items()])
        return
    findings = [*FINDINGS, *([VALUE] if any("attributes" in found for found in tallies.values()) else [])]
    columns = ("document", "kind", *findings)
    rows = [(key, kind, *(counts.get(f, 0) for f in findings)) for key, found in tallies.items()
            for kind, counts in found.items()]  # fmt: skip
    print_table(columns, rows, numbers=columns[2:])


def _print_everybody(workspace: Workspace, reader: str, *, as_json: bool) -> None:
    """Print how far every curator says what gold says, and where they differ from it."""
    with progress_bar("comparing") as progress:
        found = feedback_totals(workspace.store, workspace.scheme, reader, progress)
    if as_json:
        print_json([totals.as_json() for totals in found.curators])
    elif found.curators:
        _print_totals(found.curators)
    elif not found.hidden:
        narrate("nothing to compare: nobody's finished work has complete gold yet")
    if found.hidden:
        narrate(f"left out: {plural(found.hidden, 'piece')} of work, until you and its curator are done with it")


def _print_totals(curators: Sequence[FeedbackTotals]) -> None:
    from annotator.reports.agreement_text import number

    columns = ("curator", "documents", *(f"{kind} {score}" for kind in KINDS for score in ("P", "R", "F1")))
    rows: list[tuple[object, ...]] = [
        (one.curator, one.documents, *(number(score) for kind in KINDS for score in one.scores(kind)))
        for one in curators
    ]
    print_table(columns, rows, numbers=columns[1:])
    click.echo()
    findings = [*FINDINGS, *([VALUE] if any(one.attributes for one in curators) else [])]
    rows = []
    for one in curators:
        found = [(kind, one.counts(kind)) for kind in KINDS] + [("attributes", one.attributes)] * bool(one.attributes)
        rows += [(one.curator, kind, *(counts.get(finding, 0) for finding in findings)) for kind, counts in found]
    print_table(("curator", "kind", *findings), rows, numbers=findings)
    click.echo()
    rows = [(one.curator, ", ".join(f"{error} {count:,}" for error, count in one.commonest())) for one in curators]
    print_table(("curator", "most often"), rows, cut="most often")
