"""``annotator ingest``: take articles in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annotator.cli.common import GlobalOptions, curator_option, json_option, narrate, print_json, workspace_option
from annotator.cli.progress import progress_bar, progress_option
from annotator.documents.kinds import KINDS
from annotator.reading_options import AS_FOUND, ReadingOptions, RowColumns
from annotator.wording import plural
from annotator.workflow.workspace import Workspace, curator_name

if TYPE_CHECKING:
    from annotator.workflow.importing.ingest import IngestReport


@click.command("ingest")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--encoding", metavar="E", help="How the files are encoded (default: as they say, or UTF-8).")
@click.option("--kind", metavar="ENDING", help="Read all files as files with this ending are read, such as html.")
@click.option("--whole", is_flag=True, help="Of web pages, take all text, not only the main text.")
@click.option("--book", is_flag=True, help="Make one document of an e-book, not one of each chapter.")
@click.option("--text-column", default="text", show_default=True, metavar="NAME", help="Of rows: what holds the text.")
@click.option("--key-column", metavar="NAME", help="Of rows: what names the document (default: id or key).")
@click.option("--title-column", metavar="NAME", help="Of rows: the title (default: title).")
@click.option("--lang-column", metavar="NAME", help="Of rows: the language (default: lang).")
@click.option("--meta", metavar="A,B,…", help="Of rows: what is kept as metadata (default: all others).")
@click.option("--delimiter", metavar="CHAR", help="What separates the columns of CSV (default: found out).")
@click.option("--key-by-path", is_flag=True, help="Name documents of folders after their paths, as a.b.name.")
@click.option("--skip-bad", is_flag=True, help="Skip files of folders that cannot be taken, and say which.")
@click.option("--strict", is_flag=True, help="Fail where anything in a folder is skipped.")
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
    /,
    paths: tuple[Path, ...],
    replace: bool,
    override: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
    **reading: Any,
) -> None:
    """Take in articles: text, jsonl, csv, web pages, PDF, Word, e-books, mail, feeds, or folders and archives of them.

    Without PATHS, those in the workspace's seeds/.
    """
    if override and not replace:
        raise click.UsageError("--override goes with --replace")
    options = _reading_options(**reading)
    workspace = global_options.workspace(folder)
    who = curator or global_options.curator
    report = take_in(workspace, paths, who, options, replace=replace, override=override)
    if as_json:
        from annotator.reports.summaries import ingest_summary

        print_json(ingest_summary(report))


def _reading_options(
    *,
    encoding: str | None,
    kind: str | None,
    text_column: str,
    key_column: str | None,
    title_column: str | None,
    lang_column: str | None,
    meta: str | None,
    delimiter: str | None,
    **flags: bool,
) -> ReadingOptions:
    """How the files are to be read; raises a usage error for what cannot be."""
    if delimiter is not None:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise click.UsageError(f"--delimiter {delimiter!r}: expected one character, or tab")
    if kind is not None:
        kind = kind.lower().lstrip(".")
        known = [ending.lstrip(".") for each in KINDS for ending in each.endings]
        if kind not in known:
            raise click.UsageError(f"--kind {kind}: expected one of {', '.join(known)}")
    kept = None if meta is None else tuple(name for name in meta.split(",") if name)
    columns = RowColumns(text_column, key_column, title_column, lang_column, kept, delimiter)
    return ReadingOptions(encoding, kind, columns=columns, **flags)


def take_in(
    workspace: Workspace,
    paths: tuple[Path, ...],
    curator: str | None,
    options: ReadingOptions = AS_FOUND,
    *,
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
            options=options,
            replace=replace,
            override=override,
            progress=progress,
        )
    for line in report.reading.lines():
        narrate(line)
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
