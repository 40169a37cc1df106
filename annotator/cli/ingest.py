"""``annotator ingest``: take articles in."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, curator_option, narrate, progress_bar, workspace_option
from annotator.wording import plural
from annotator.workflow.workspace import Workspace, curator_name


@click.command("ingest")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--encoding", default="utf-8", show_default=True, help="How the files are encoded.")
@click.option("--replace", is_flag=True, help="Replace documents whose text changed, carrying annotations over.")
@click.option(
    "--override", is_flag=True, help="With --replace, as who leads though you curate: under others' work too."
)
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    paths: tuple[Path, ...],
    encoding: str,
    replace: bool,
    override: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Take in articles: txt, md, jsonl, csv, or folders of them (default: the workspace's seeds/)."""
    if override and not replace:
        raise click.UsageError("--override goes with --replace")
    workspace = global_options.workspace(folder)
    take_in(workspace, paths, curator or global_options.curator, encoding=encoding, replace=replace, override=override)


def take_in(
    workspace: Workspace,
    paths: tuple[Path, ...],
    curator: str | None,
    *,
    encoding: str = "utf-8",
    replace: bool = False,
    override: bool = False,
) -> None:
    """Ingest and say what became of it."""
    from annotator.workflow.importing.ingest import ingest

    with progress_bar("ingesting") as progress:
        report = ingest(
            workspace,
            list(paths) or [workspace.seeds],
            curator_name(curator),
            encoding=encoding,
            replace=replace,
            override=override,
            progress=progress,
        )
    parts = [f"{plural(report.added, 'document')} added", f"{report.unchanged:,} unchanged"]
    if report.replaced:
        parts.append(f"{len(report.replaced):,} replaced")
    narrate(", ".join(parts))
    for old, new in report.renamed.items():
        narrate(f"{old} is called {new} here")
    if report.backup:
        narrate(f"the database as it was: {report.backup}")
    for key, owners in report.owners.items():
        narrate(f"{key}: carried over to the new text: the work of {', '.join(owners)}")
    for item in report.uncarried:
        narrate(f"could not carry over: {item.label} {item.text!r} of {item.layer}")
