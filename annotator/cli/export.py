"""``annotator export``: a layer as training data."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotator.cli.common import Settings, curator_option, narrate, workspace_option
from annotator.workflow.workspace import curator_name

FORMATS = ("jsonl",)


@click.command("export")
@click.argument("kind", type=click.Choice(FORMATS), metavar="FORMAT")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="PATH", help="Where to write (- or none: stdout)."
)
@click.option("--layer", default="gold", show_default=True, metavar="LAYER", help="gold, suggestions or curator:NAME.")
@click.option("--unfinished", is_flag=True, help="Take a curator's unfinished documents too.")
@curator_option
@workspace_option
@click.pass_obj
def command(
    settings: Settings,
    kind: str,
    output: Path | None,
    layer: str,
    unfinished: bool,
    curator: str | None,
    workspace: Path | None,
) -> None:
    """Write a layer of every document that has it: FORMAT is jsonl."""
    from annotator.formats.jsonl import write_record
    from annotator.workflow.exporting import parse_layer, records, select
    from annotator.workflow.files import writing

    place = settings.workspace(workspace)
    selection = select(
        place, parse_layer(layer), unfinished=unfinished, reader=curator_name(curator or settings.curator)
    )
    spans = relations = off_tokens = 0
    with writing(None if output in (None, Path("-")) else output, sys.stdout.buffer) as stream:
        for record in records(place, selection.taken):
            stream.write((write_record(record) + "\n").encode("utf-8"))
            spans += len(record.spans())
            relations += len(record.relations())
            off_tokens += record.off_token_spans()
    where = f" to {output}" if output not in (None, Path("-")) else ""
    narrate(f"{len(selection.taken)} documents, {spans} spans, {relations} relations of {layer} as {kind}{where}")
    if off_tokens:
        narrate(f"warning: {off_tokens} spans do not fall on token borders; their token fields are null")
    if selection.left_out:
        reasons = ", ".join(f"{key} ({reason})" for key, reason in list(selection.left_out.items())[:5])
        more = f" and {len(selection.left_out) - 5} more" if len(selection.left_out) > 5 else ""
        narrate(f"left out: {reasons}{more}")
