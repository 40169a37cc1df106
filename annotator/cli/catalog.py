"""``annotator catalog``: the catalogs whose entries are the values of attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from annotator.cli.common import (
    GlobalOptions,
    json_option,
    narrate,
    print_json,
    print_table,
    workspace_option,
)
from annotator.errors import WorkflowError
from annotator.wording import plural


@click.group("catalog", invoke_without_command=True)
@json_option
@workspace_option
@click.pass_context
def command(ctx: click.Context, as_json: bool, folder: Path | None) -> None:
    """List the catalogs, add entries to one, and search them as the workbench does.

    A catalog is a file catalogs/NAME.csv or .jsonl of the workspace, with id, name, aliases, type and description; an
    attribute of labels.yaml names it.
    """
    global_options = ctx.ensure_object(GlobalOptions)
    if folder is not None:
        global_options.folder = folder
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_catalogs, as_json=as_json)
    elif as_json:
        raise click.UsageError(f"--json stands behind {ctx.invoked_subcommand}")


@command.command("list")
@json_option
@workspace_option
@click.pass_obj
def list_catalogs(global_options: GlobalOptions, as_json: bool = False, folder: Path | None = None) -> None:
    """Show each catalog: its entries, what uses it, and the rows that are no entries; exit code 1 where one is not."""
    from annotator.workflow.catalogs import Catalogs, described

    workspace = global_options.workspace(folder)
    rows = described(Catalogs(workspace), workspace.scheme)
    if as_json:
        print_json(rows)
    elif rows:
        columns = ("catalog", "entries", "attributes", "file")
        shown = [
            (row["name"], f"{row['entries']:,}", ", ".join(row["attributes"]) or "–", row["file"] or "–")
            for row in rows
        ]
        print_table(columns, shown, numbers=("entries",), cut="file")
    else:
        narrate("no catalogs: `annotator catalog add NAME FILE` makes one")
    troubled = [row for row in rows if row["problem"] or row["left_out"]]
    for row in troubled:
        if row["problem"]:
            narrate(row["problem"])
        _tell_left_out(row["file"] or row["name"], row["left_out"], row["problems"])
    if troubled:
        names = ", ".join(row["name"] for row in troubled)
        raise WorkflowError(f"not all of {names} can be used", "mend what is named above")


@command.command("add")
@click.argument("name", metavar="CATALOG")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@json_option
@workspace_option
@click.pass_obj
def add(global_options: GlobalOptions, name: str, file: Path, as_json: bool, folder: Path | None) -> None:
    """Add the entries of a CSV or JSONL file to a catalog, or make it of them; an entry of an id there replaces it.

    The first row of CSV names the columns: id and name, and if you like aliases (with | between them), type and
    description. Put the better known entries first, since a search finds entries in their order. Rows that are no
    entries are told and left out; exit code 1 then.
    """
    from annotator.workflow.catalogs import Catalogs

    report = Catalogs(global_options.workspace(folder)).add(name, file)
    left_out: list[dict[str, Any]] = [{"line": line, "problem": what} for line, what in report.left_out]
    if as_json:
        counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
        print_json({"file": str(report.path), **counts, "problems": report.problems, "left_out": left_out})
    narrate(
        f"{report.path}: {plural(report.added, 'entry', 'entries')} added, {report.changed:,} changed, "
        f"{report.unchanged:,} there already"
    )
    if report.others:
        narrate(f"a catalog has no {', '.join(report.others)}: not used")
    _tell_left_out(str(file), left_out, report.problems)
    if report.problems:
        raise WorkflowError(
            f"{file}: {plural(report.problems, 'row is', 'rows are')} left out", "mend them and add the file again"
        )


def _tell_left_out(file: str, left_out: list[dict[str, Any]], count: int) -> None:
    for row in left_out:
        narrate(f"{file}:{row['line']}: {row['problem']}")
    if count > len(left_out):
        narrate(f"{file}: and {count - len(left_out):,} more")


@command.command("search")
@click.argument("name", metavar="CATALOG")
@click.argument("query", nargs=-1, required=True, metavar="QUERY...")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N", help="At most so many."
)
@click.option("--type", "kind", metavar="TYPE", help="Only entries of this type.")
@json_option
@workspace_option
@click.pass_obj
def search(
    global_options: GlobalOptions,
    name: str,
    query: tuple[str, ...],
    limit: int,
    kind: str | None,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Search a catalog as the workbench does: by id, name, alias, beginning and words, the likeliest first."""
    from annotator.workflow.catalogs import Catalogs

    index = Catalogs(global_options.workspace(folder)).open(name)
    found = [entry.record() for entry in index.search(" ".join(query), limit, kind)]
    if as_json:
        print_json(found)
    elif found:
        columns = ("id", "name", "aliases", "type", "description")
        print_table(columns, [[_cell(row[c]) for c in columns] for row in found], cut="description")
    else:
        narrate("nothing found")


def _cell(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list) else value
