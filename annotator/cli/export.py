"""``annotator export``: a layer as training data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    SEED,
    GlobalOptions,
    curator_option,
    force_option,
    format_argument,
    format_options,
    json_option,
    narrate,
    print_json,
    tell_moved,
    workspace_option,
)
from annotator.cli.progress import progress_bar, progress_option
from annotator.wording import first_few, plural
from annotator.workflow.workspace import curator_name

if TYPE_CHECKING:
    from annotator.formats.protocol import Format
    from annotator.workflow.exporting.export_writer import ExportResult
    from annotator.workflow.exporting.selection import Selection


@click.command("export")
@format_argument
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="Where to write (- or none: stdout)."
)
@click.option(
    "--layer", default="gold", show_default=True, metavar="LAYER", help="gold, curator:NAME or suggestions[:NAME]."
)
@click.option("--unfinished", is_flag=True, help="Take a curator's unfinished documents too.")
@click.option("--labels", metavar="A,B,…", help="Only spans and relations with these labels.")
@click.option("--since", default="", metavar="DATE", help="Only documents whose layer changed from then on.")
@click.option("--split", metavar="0.8,0.1,0.1", help="Write train, dev and test parts into the folder PATH.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Decides what the shares leave open.")
@click.option("--trim", is_flag=True, help="Leave the white space at the ends of spans off.")
@click.option("--snap", is_flag=True, help="Let spans begin and end with whole tokens.")
@click.option("--no-manifest", is_flag=True, help="Do not write a manifest beside the file.")
@force_option
@json_option
@progress_option
@format_options
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    form: Format,
    output: Path | None,
    layer: str,
    unfinished: bool,
    labels: str | None,
    since: str,
    split: str | None,
    seed: int,
    trim: bool,
    snap: bool,
    no_manifest: bool,
    force: bool,
    as_json: bool,
    options: dict[str, str],
    curator: str | None,
    folder: Path | None,
) -> None:
    """Write a layer of every document that has it, in the format named FORMAT."""
    from annotator.workflow.arguments import parse_layer
    from annotator.workflow.exporting.export import ExportRequest, export
    from annotator.workflow.exporting.train_dev_test import Split, parse_shares

    path = None if output in (None, Path("-")) else output
    if as_json and path is None:
        raise click.UsageError("--json prints to stdout, which the export itself takes: name a file with -o PATH")
    workspace = global_options.workspace(folder)
    request = ExportRequest(
        layer=parse_layer(layer),
        unfinished=unfinished,
        reader=curator_name(curator or global_options.curator),
        since=since,
        labels=tuple(label.strip() for label in labels.split(",")) if labels else (),
        borders="snap" if snap else "trim" if trim else "keep",
        options=options,
        split=Split(parse_shares(split), seed) if split else None,
        with_manifest=not no_manifest,
    )
    outputs = workspace.outputs(force=force)
    with progress_bar("exporting", bar_fits=path is not None) as progress:
        result, selection = export(workspace, form, request, path, sys.stdout.buffer, outputs, progress)
    if as_json:
        from annotator.reports.summaries import export_summary

        print_json(export_summary(result, selection, form.name, layer, path, outputs))
    tell_moved(outputs)
    _narrate(result, selection, form.name, layer, path, split=bool(split))


def _narrate(
    result: ExportResult, selection: Selection, form: str, layer: str, path: Path | None, *, split: bool
) -> None:
    from annotator.formats.protocol import FEATURES

    where = f" to {path}" if path else ""
    for part in result.parts:
        counts = (part.documents, "document"), (part.spans, "span"), (part.relations, "relation")
        items = ", ".join(plural(count, what) for count, what in counts)
        narrate(f"{f'{part.name}: ' if split else ''}{items} of {layer} as {form}{where}")
    if result.setup:
        narrate(f"beside it, to set up a project: {', '.join(result.setup)}")
    for what, count in sorted(result.warnings.items()):
        narrate(f"warning: {count} × {what}")
    if result.moved:
        narrate(f"{plural(result.moved, 'span was', 'spans were')} given other ends in what was written")
    if result.off_token.count:
        spans = plural(result.off_token.count, "span is off token borders", "spans are off token borders")
        left = "not written" if FEATURES["off_token"] in result.lost else "written with null token fields"
        narrate(
            f"warning: {spans}, so {left}: {result.off_token.told()}; "
            "move the ends in the workbench, or export with --trim or --snap"
        )
    if result.lost:
        lost = ", ".join(f"{count} × {what}" for what, count in sorted(result.lost.items()))
        narrate(f"{form} has no place for: {lost}")
    if selection.left_out:
        narrate(f"left out: {first_few([f'{key} ({why})' for key, why in selection.left_out.items()], shown=5)}")
    if selection.retired:
        from annotator.workflow.retired_work import mending

        narrate(f"retired, because the label scheme moved on: {mending(selection.retired)}")
