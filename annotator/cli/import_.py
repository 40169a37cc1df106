"""``annotator import``: take in what other programs wrote."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    GlobalOptions,
    curator_option,
    format_argument,
    format_options,
    narrate,
    print_json,
    progress_bar,
    workspace_option,
)
from annotator.workflow.workspace import curator_name

if TYPE_CHECKING:
    from annotator.formats.protocol import Format
    from annotator.workflow.importing.import_request import ImportReport


@click.command("import")
@format_argument
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--layer", metavar="LAYER", help="gold, curator:NAME or suggestions (default: what the file says).")
@click.option(
    "--map", "mappings", multiple=True, metavar="OLD=NEW", help="Our label for a foreign one; OLD= leaves it out."
)
@click.option("--labels-from-data", is_flag=True, help="Add labels that labels.yaml lacks to it.")
@click.option("--set-aside", is_flag=True, help="Keep what the scheme does not allow aside instead of refusing it.")
@click.option("--replace", is_flag=True, help="Put the work in the place of what a layer holds.")
@click.option("--override", is_flag=True, help="As who leads: with --replace, also what somebody else did.")
@click.option("--unfinished", is_flag=True, help="Take curators' work as begun, not as done.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--encoding", default="utf-8", show_default=True, help="How the files are encoded.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@format_options
@curator_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    form: Format,
    path: Path,
    layer: str | None,
    mappings: tuple[str, ...],
    labels_from_data: bool,
    set_aside: bool,
    replace: bool,
    override: bool,
    unfinished: bool,
    dry_run: bool,
    encoding: str,
    as_json: bool,
    options: dict[str, str],
    curator: str | None,
    folder: Path | None,
) -> None:
    """Take in documents and annotations that another program wrote (PATH - is standard input)."""
    from annotator.formats.source import Source
    from annotator.workflow.arguments import parse_layer
    from annotator.workflow.importing.import_file import import_file
    from annotator.workflow.importing.import_request import ImportRequest

    if override and not replace:
        raise click.UsageError("--override goes with --replace")
    workspace = global_options.workspace(folder)
    request = ImportRequest(
        layer=None if layer is None else parse_layer(layer),
        mapping=_parse_mappings(mappings),
        options=options,
        labels_from_data=labels_from_data,
        set_aside=set_aside,
        replace=replace,
        override=override,
        unfinished=unfinished,
        dry_run=dry_run,
    )
    source = Source(None, encoding, sys.stdin.buffer) if path == Path("-") else Source(path, encoding)
    with progress_bar("importing", unit="bytes") as progress:
        report = import_file(
            workspace, form, source, request, curator_name(curator or global_options.curator), progress
        )
    if as_json:
        print_json(_report_json(report))
    _narrate(report, form.name, dry_run=dry_run)


def _parse_mappings(mappings: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for mapping in mappings:
        old, equals, new = mapping.partition("=")
        if not old or not equals:
            raise click.BadParameter(f"{mapping!r} is not OLD=NEW", param_hint="--map")
        pairs[old] = new
    return pairs


def _report_json(report: ImportReport) -> dict[str, object]:
    layers = {
        name: {field: getattr(counts, field) for field in counts.__slots__} for name, counts in report.layers.items()
    }
    return {
        "documents": {"new": report.new, "known": report.known},
        "layers": layers,
        "aside": dict(sorted(report.aside.items())),
        "lost": dict(sorted(report.lost.items())),
        "new_labels": report.new_labels,
        "overridden": dict(sorted(report.overridden.items())),
        "backup": str(report.backup) if report.backup else None,
    }


def _narrate(report: ImportReport, kind: str, *, dry_run: bool) -> None:
    narrate(f"{report.new} documents added, {report.known} known{' (dry run: nothing was written)' if dry_run else ''}")
    for name, counts in sorted(report.layers.items()):
        verdicts = f", {counts.verdicts} verdicts" if counts.verdicts else ""
        unchanged = f" ({counts.unchanged} unchanged)" if counts.unchanged else ""
        items = f"{counts.spans} spans, {counts.relations} relations{verdicts}"
        narrate(f"{name}: {items} on {counts.documents} documents{unchanged}")
    for name, documents in sorted(report.overridden.items()):
        narrate(f"{name}: what somebody else did {'would be' if dry_run else 'was'} replaced on {documents} documents")
    if report.backup:
        narrate(f"the database as it was: {report.backup}")
    if report.new_labels:
        narrate(f"labels.yaml {'would get' if dry_run else 'got'}: {', '.join(report.new_labels)}")
    if report.labels_aside:
        narrate(f"warning: labels.yaml was edited meanwhile; as edited it is now {report.labels_aside}")
    if report.aside:
        narrate(f"kept aside, to be given back on export as {kind}: {_counts(report.aside)}")
    if report.lost:
        narrate(f"left behind: {_counts(report.lost)}")


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in sorted(counter.items()))
