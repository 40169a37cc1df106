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
    format_named,
    format_options,
    json_option,
    narrate,
    parse_rename,
    print_json,
    workspace_option,
)
from annotator.cli.progress import progress_bar, progress_option
from annotator.history import GOLD
from annotator.wording import first_few, plural
from annotator.workflow.workspace import curator_name

if TYPE_CHECKING:
    from annotator.formats.protocol import Format
    from annotator.formats.source import Source
    from annotator.workflow.importing.import_request import ImportReport
    from annotator.workflow.importing.records_together import SameText

_TOGETHER = {
    "refuse": "what such records say does not contradict, and was put together",
    "last": "the last one counts",
    "unite": "what such records say was put together",
}


@click.command("import")
@click.argument("form", metavar="[FORMAT]", required=False)
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH", required=False)
@click.option("--layer", metavar="LAYER", help="gold, curator:NAME or suggestions (default: what the file says).")
@click.option(
    "--map", "mappings", multiple=True, metavar="OLD=NEW", help="Our label for a foreign one; OLD= leaves it out."
)
@click.option(
    "--rename", "renames", multiple=True, metavar="OLD=NEW", help="The curator that somebody named in the file becomes."
)
@click.option("--labels-from-data", is_flag=True, help="Add labels and attributes that labels.yaml lacks to it.")
@click.option("--set-aside", is_flag=True, help="Keep what the scheme does not allow aside instead of refusing it.")
@click.option("--replace", is_flag=True, help="Put the work in the place of what a layer holds.")
@click.option(
    "--same-text",
    type=click.Choice(("refuse", "last", "unite")),
    default="refuse",
    show_default=True,
    help="What counts where two records of one text contradict.",
)
@click.option("--trim", is_flag=True, help="Leave the white space at the ends of spans off.")
@click.option("--snap", is_flag=True, help="Let spans begin and end with whole tokens.")
@click.option("--override", is_flag=True, help="As who leads: with --replace, also what somebody else did.")
@click.option("--unfinished", is_flag=True, help="Take curators' work as begun, not as done.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--encoding", default="utf-8", show_default=True, help="How the files are encoded.")
@json_option
@format_options
@curator_option
@progress_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    form: str | None,
    path: Path | None,
    layer: str | None,
    mappings: tuple[str, ...],
    renames: tuple[str, ...],
    labels_from_data: bool,
    set_aside: bool,
    replace: bool,
    same_text: SameText,
    trim: bool,
    snap: bool,
    override: bool,
    unfinished: bool,
    dry_run: bool,
    encoding: str,
    as_json: bool,
    options: dict[str, str],
    curator: str | None,
    folder: Path | None,
) -> None:
    """Take in documents and annotations that another program wrote (PATH - is standard input).

    Without FORMAT the file itself shows which it is.
    """
    from annotator.formats.source import Source, unpacked
    from annotator.workflow.arguments import parse_layer
    from annotator.workflow.importing.import_file import import_file
    from annotator.workflow.importing.import_request import ImportRequest

    if override and not replace:
        raise click.UsageError("--override goes with --replace")
    if renames and layer is not None and layer != GOLD:
        raise click.UsageError("--rename and --layer both say whose work it is")
    named, path = _format_and_path(form, path)
    workspace = global_options.workspace(folder)
    request = ImportRequest(
        layer=None if layer is None else parse_layer(layer),
        mapping=_parse_mappings(mappings),
        renames=dict(parse_rename(text) for text in renames),
        same_text=same_text,
        borders="snap" if snap else "trim" if trim else "keep",
        options=options,
        labels_from_data=labels_from_data,
        set_aside=set_aside,
        replace=replace,
        override=override,
        unfinished=unfinished,
        dry_run=dry_run,
    )
    source = Source(None, encoding, sys.stdin.buffer) if path == Path("-") else Source(path, encoding)
    actor = curator_name(curator or global_options.curator)
    with unpacked(source) as opened:
        chosen = named or _recognized(opened)
        with progress_bar("importing", unit="bytes") as progress:
            report = import_file(workspace, chosen, opened, request, actor, progress)
    if as_json:
        from annotator.reports.summaries import import_summary

        print_json(import_summary(report, chosen.name, dry_run=dry_run))
    _narrate(report, chosen.name, same_text, dry_run=dry_run)


def _format_and_path(form: str | None, path: Path | None) -> tuple[Format | None, Path]:
    """Tell the arguments apart: a single one is the path, unless there is none of the name of a format."""
    from annotator.formats.registry import format_names

    if form is None:
        raise click.UsageError("Missing argument 'PATH'.")
    if path is not None:
        return format_named(form), path
    if form in format_names() and not Path(form).exists():
        raise click.UsageError(f"Missing argument 'PATH': what is to be imported as {form}")
    return None, Path(form)


def _recognized(source: Source) -> Format:
    from annotator.formats.recognition import recognize
    from annotator.formats.registry import load_format

    name = recognize(source)
    narrate(f"{source.name} is {name}")
    return load_format(name)


def _parse_mappings(mappings: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for mapping in mappings:
        old, equals, new = mapping.partition("=")
        if not old or not equals:
            raise click.BadParameter(f"{mapping!r} is not OLD=NEW", param_hint="--map")
        pairs[old] = new
    return pairs


def _narrate(report: ImportReport, form: str, same_text: SameText, *, dry_run: bool) -> None:
    written = " (dry run: nothing was written)" if dry_run else ""
    narrate(f"{plural(report.new, 'document')} added, {report.known:,} known{written}")
    for name, counts in sorted(report.layers.items()):
        items = [plural(counts.spans, "span"), plural(counts.relations, "relation")]
        items += [plural(counts.verdicts, "verdict")] if counts.verdicts else []
        some = f"{counts.unchanged:,} " if counts.unchanged < counts.documents else ""
        unchanged = f" ({some}unchanged)" if counts.unchanged else ""
        narrate(f"{name}: {', '.join(items)} on {plural(counts.documents, 'document')}{unchanged}")
    if report.repeated:
        narrate(f"{plural(report.repeated, 'record repeats', 'records repeat')} a text: {_TOGETHER[same_text]}")
    for places, what, option in (
        (report.white_space, "with white space at an end", "--trim leaves it off"),
        (report.off_token, "with an end inside a token", "--snap takes whole tokens"),
    ):
        if places.count:
            narrate(f"{plural(places.count, 'span')} {what}, which some formats cannot hold: {places.told()}; {option}")
    if report.moved:
        narrate(f"{plural(report.moved, 'span was', 'spans were')} given other ends")
    for name, documents in sorted(report.overridden.items()):
        would = "would be" if dry_run else "was"
        narrate(f"{name}: what somebody else did {would} replaced on {plural(documents, 'document')}")
    if report.backup:
        narrate(f"the database as it was: {report.backup}")
    _narrate_labels(report, dry_run=dry_run)
    for said, counter in (
        (f"kept aside, to be given back on export as {form}", report.aside),
        ("note", report.notes),
        ("left behind", report.lost),
    ):
        if counter:
            narrate(f"{said}: {_counts(counter)}")


def _narrate_labels(report: ImportReport, *, dry_run: bool) -> None:
    """Say what labels.yaml got, and what it has no place for."""
    if report.new_labels:
        narrate(f"labels.yaml {'would get' if dry_run else 'got'}: {', '.join(report.new_labels)}")
    if report.without_place:
        names = first_few(report.without_place)
        narrate(f"labels.yaml has no attribute or equivalence {names}; --labels-from-data adds what it lacks")
    if report.labels_aside:
        narrate(f"warning: labels.yaml was edited meanwhile; as edited it is now {report.labels_aside}")


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in sorted(counter.items()))
