"""``annotator evaluate``: how good suggestions are on documents that nothing was learned from."""

from __future__ import annotations

from pathlib import Path

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
from annotator.errors import AnnotatorError

LEAST = 2


class Folds(click.ParamType[int | None]):
    """A number of parts, or ``document`` for one a document."""

    name = "folds"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        """The number of parts, ``None`` for one a document."""
        if value == "document":
            return None
        number = int(value) if isinstance(value, int | str) and str(value).isdecimal() and len(str(value)) < 10 else 0
        if number < LEAST:
            self.fail(f"{value!r} is neither a number from {LEAST} on nor `document`", param, ctx)
        return number


@click.command("evaluate")
@click.option(
    "--layer", metavar="LAYER", help="What is right: gold or curator:NAME (default: gold, else finished work)."
)
@click.option(
    "--folds", type=Folds(), default=5, show_default=True, metavar="N|document", help="Parts left out in turn."
)
@click.option("--neural", is_flag=True, help="Measure the neural tagger too, which takes some minutes.")
@json_option
@progress_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    layer: str | None,
    folds: int | None,
    neural: bool,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Measure suggestions on finished documents, each left out of what is learned.

    Shows precision, recall and F1 of every way to suggest, by label and source, with 95 % intervals over documents; the
    learning curve; how far scores can be believed; and what curators made of suggestions. Near-duplicates are left out
    together.
    """
    from annotator.reports.evaluation import as_record, curve, tables
    from annotator.workflow.learning.evaluation import evaluate

    if layer is not None and layer != "gold" and not layer.startswith("curator:"):
        raise AnnotatorError(f"--layer: found {layer!r}", "expected gold or curator:NAME")
    workspace = global_options.workspace(folder)
    with progress_bar("measuring") as progress:
        result = evaluate(workspace, layer=layer, folds=folds, neural=neural, progress=progress)
    tell_left_out(result.retired)
    if as_json:
        print_json(as_record(result))
        return
    narrate(f"{result.documents} documents in {result.folds} parts, each part left out in turn")
    for number, table in enumerate(tables(result)):
        click.echo(f"{'' if number == 0 else chr(10)}{table.title}")
        print_table(
            table.columns, table.rows, numbers=[c for c in table.columns if c not in ("of", "way", "label", "source")]
        )
        if number == 0:
            click.echo("\nlearning curve, F1 by share of the documents learned from")
            for line in curve(result):
                click.echo(line.rstrip())
