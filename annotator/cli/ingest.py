"""``annotator ingest``: take articles in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import GlobalOptions, curator_option, json_option, narrate, print_json, workspace_option
from annotator.cli.progress import progress_bar, progress_option
from annotator.wording import plural
from annotator.workflow.workspace import Workspace, curator_name

if TYPE_CHECKING:
    from annotator.workflow.importing.ingest import IngestReport


@click.command("ingest")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--encoding", default="utf-8", show_default=True, help="How the files are encoded.")
@click.option("--replace", is_flag=True, help="Replace documents whose text changed, carrying annotations over.")
@click.option(
    "--override", is_flag=True, help="With --replace, as who leads though you curate: under others' work too."
)
@json_option
@curator_option
@progress_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    paths: tuple[Path, ...],
    encoding: str,
    replace: bool,
    override: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Take in articles: txt, md, jsonl, csv, or folders of them (default: the workspace's seeds/)."""
    if override and not replace:
        raise click.UsageError("--override goes with --replace")
    workspace = global_options.workspace(folder)
    who = curator or global_options.curator
    report = take_in(workspace, paths, who, encoding=encoding, replace=replace, override=override)
    if as_json:
        from annotator.reports.summaries import ingest_summary

        print_json(ingest_summary(report))


def take_in(
    workspace: Workspace,
    paths: tuple[Path, ...],
    curator: str | None,
    *,
    encoding: str = "utf-8",
    replace: bool = False,
    override: bool = False,
) -> IngestReport:
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
    return report
