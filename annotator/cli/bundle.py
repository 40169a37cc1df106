"""``annotator bundle``: a small workspace for a curator to take along."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.common import GlobalOptions, narrate, workspace_option
from annotator.wording import plural
from annotator.workflow.workspace import curator_name


@click.command("bundle")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--curator", required=True, metavar="NAME", help="Whose documents and work.")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR|FILE.zip", help="Where to write."
)
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions, documents: tuple[str, ...], curator: str, output: Path, folder: Path | None
) -> None:  # fmt: skip
    """Write a workspace with one curator's documents, suggestions and own work, and nobody else's.

    They work in it with `annotator -w DIR annotate --as NAME`; `annotator merge DIR` brings what they did back.
    """
    from annotator.workflow.sharing.bundling import bundle

    name = curator_name(curator)
    report = bundle(global_options.workspace(folder), name, output, documents)
    blind = f", {report.blind} of them blind" if report.blind else ""
    narrate(f"{output} holds {plural(report.documents, 'document')} for {name}{blind}")
    unpacked = output.stem if output.suffix == ".zip" else output.name
    unpack = f"unzip {output.name}; " if output.suffix == ".zip" else ""
    narrate(f"there: {unpack}annotator -w {unpacked} annotate --as {name}; back here: annotator merge {unpacked}")
