"""``annotator comments``: all comments, flags and returns in one list."""

from __future__ import annotations

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
from annotator.wording import plural
from annotator.workflow.comments import CommentFilter, list_comments, visible_layers
from annotator.workflow.workspace import curator_name


@click.command("comments")
@click.option("--curator", "person", metavar="NAME", help="Only in NAME's work, or made by NAME.")
@click.option("--label", metavar="LABEL", help="Only on spans or relations with this label.")
@click.option("--flagged", is_flag=True, help="Only in work that is flagged.")
@json_option
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    person: str | None,
    label: str | None,
    flagged: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """List the comments, flags and returns on all documents, as far as you may see them."""
    store, reader = global_options.workspace(folder).store, curator_name(curator or global_options.curator)
    with store.snapshot():
        shown, hidden = visible_layers(store, reader)
        found = list(list_comments(store, shown, CommentFilter(person, label, flagged)))
    if as_json:
        print_json([comment.as_json() for comment in found])
    elif found:
        columns = ("document", "layer", "by", "what", "on", "comment", "at")
        rows = [(c.layer.document, c.layer.name, c.by, c.kind_in_words, c.on, c.text, c.at) for c in found]
        print_table(columns, rows, cut="comment")
    else:
        narrate("no comments")
    if hidden:
        documents = plural(len({layer.name.document for layer in hidden}), "document")
        narrate(f"left out: what is on the work of others or on gold in {documents}, until you and they are done")
