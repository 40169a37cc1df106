"""``annotator labels``: the label scheme."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import GlobalOptions, narrate, print_lines, print_table, workspace_option
from annotator.errors import SchemeError

if TYPE_CHECKING:
    from annotator.workflow.workspace import Workspace


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
    """List every mistake in labels.yaml with line, key and what was expected, and what it leaves of the work.

    Spans and relations that it no longer allows are counted by label; exit code 1 where there are any.
    """
    from annotator.labels import check_scheme, load_scheme
    from annotator.workflow.reserved_keys import RESERVED_KEYS

    workspace = global_options.workspace(folder)
    path = workspace.labels_path
    count = print_lines(check_scheme(path, RESERVED_KEYS))
    if count:
        raise SchemeError(f"{path}: {count} mistake{'' if count == 1 else 's'}", "mend the lines above")
    scheme = load_scheme(path, RESERVED_KEYS)
    if workspace.database_path.exists():
        _check_work(workspace)
    narrate(f"{path}: {len(scheme.entities)} entities, {len(scheme.relations)} relations, all well")


def _check_work(workspace: Workspace) -> None:
    """Count what of the work the scheme no longer allows, by label; raise where there is any."""
    from annotator.labels.retired import IN_WORDS
    from annotator.workflow.retired_work import WORK, mending, places, retired_work, summary, total

    layers = retired_work(workspace)
    counts = total(layers)
    by_kind = {kind: total(layer for layer in layers if layer.name.kind == kind) for kind in WORK}
    if counts:
        print_table(
            ("label", "of", "why", "curators", "gold", "where"),
            [
                (group.label, f"{group.of}s", IN_WORDS[group.kind], *(by_kind[kind][group] for kind in WORK),
                 places(layer.name for layer in layers if group in layer.counts))
                for group, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            ],
            numbers=("curators", "gold"),
            cut="where",
        )  # fmt: skip
        raise SchemeError(f"{workspace.labels_path} no longer allows {summary(counts)}", mending(counts))
