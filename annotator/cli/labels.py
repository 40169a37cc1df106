"""``annotator labels``: the label scheme."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, narrate, print_lines, workspace_option
from annotator.errors import SchemeError


@click.group("labels")
@workspace_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None) -> None:
    """Check the label scheme."""
    global_options = ctx.ensure_object(GlobalOptions)
    if folder is not None:
        global_options.folder = folder


@command.command("check")
@workspace_option
@click.pass_obj
def check(global_options: GlobalOptions, folder: Path | None) -> None:
    """List every mistake in labels.yaml with line, key and what was expected."""
    from annotator.labels import check_scheme, load_scheme
    from annotator.workflow.reserved_keys import RESERVED_KEYS

    path = global_options.workspace(folder).labels_path
    count = print_lines(check_scheme(path, RESERVED_KEYS))
    if count:
        raise SchemeError(f"{path}: {count} mistakes", "mend the lines above")
    scheme = load_scheme(path, RESERVED_KEYS)
    narrate(f"{path}: {len(scheme.entities)} entities, {len(scheme.relations)} relations, all well")
