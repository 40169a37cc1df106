"""``annotator schema``: what the JSON of every command looks like."""

from __future__ import annotations

import click

from annotator.cli.common import print_lines


@click.command("schema")
@click.argument("name", required=False, metavar="[NAME]")
def command(name: str | None) -> None:
    """Print the JSON Schema of what a command prints with --json, or list them all.

    NAME is a command, such as ingest or labels-check; gold for a line of gold JSONL; progress for a line of --progress
    json.
    """
    from annotator.reports.schemas import schema_names, schema_text

    if name is None:
        print_lines(schema_names())
    else:
        click.echo(schema_text(name), nl=False)
