"""``annotator labels``: the label scheme, and changing it together with the work that was done under it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annotator.cli.common import (
    GlobalOptions,
    curator_option,
    json_option,
    narrate,
    print_json,
    print_lines,
    print_table,
    workspace_option,
)
from annotator.cli.progress import progress_bar, progress_option
from annotator.errors import SchemeError
from annotator.wording import plural
from annotator.workflow.workspace import curator_name

if TYPE_CHECKING:
    from annotator.scheme_changes.change import Action
    from annotator.workflow.retired_work import RetiredLayer
    from annotator.workflow.schemes.changing import ChangeReport


@click.group("labels")
@workspace_option
@click.pass_context
def command(ctx: click.Context, folder: Path | None) -> None:
    """Check the label scheme, and change it together with the work."""
    global_options = ctx.ensure_object(GlobalOptions)
    if folder is not None:
        global_options.folder = folder


@command.command("check")
@json_option
@workspace_option
@click.pass_obj
def check(global_options: GlobalOptions, as_json: bool, folder: Path | None) -> None:
    """List every mistake in labels.yaml with line, key and what was expected, and what it leaves of the work.

    Spans and relations that it no longer allows are counted by label; exit code 1 where there are any.
    """
    from annotator.labels import check_scheme, load_scheme
    from annotator.reports.summaries import scheme_check_summary
    from annotator.workflow.reserved_keys import RESERVED_KEYS, YIELDING_KEYS
    from annotator.workflow.retired_work import outdated_suggestions, retired_work

    workspace = global_options.workspace(folder)
    path = workspace.labels_path
    mistakes = check_scheme(path, RESERVED_KEYS)
    scheme = None if mistakes else load_scheme(path, RESERVED_KEYS)
    has_work = not mistakes and workspace.database_path.exists()
    hidden = outdated_suggestions(workspace) if has_work else 0
    retired = retired_work(workspace) if has_work else []
    if as_json:
        print_json(scheme_check_summary(path, mistakes, scheme, retired, hidden))
    if scheme is None:
        if not as_json:
            print_lines(mistakes)
        where = "each is listed with its line" if as_json else "mend the lines above"
        raise SchemeError(f"{path}: {plural(len(mistakes), 'mistake')}", where)
    _check_work(path, retired, hidden, as_json=as_json)
    for entity in scheme.entities.values():
        if entity.key in YIELDING_KEYS:
            narrate(f"{entity.name}: its key {entity.key} goes before what the annotate screen has on that key")
    entities = plural(len(scheme.entities), "entity", "entities")
    attributes = f", {plural(len(scheme.attributes), 'attribute')}" if scheme.attributes else ""
    narrate(f"{path}: {entities}, {plural(len(scheme.relations), 'relation')}{attributes}, all well")


def _check_work(path: Path, layers: Sequence[RetiredLayer], hidden: int, *, as_json: bool) -> None:
    """Say what of the work the scheme no longer allows, by label; raise where there is any."""
    from annotator.labels.retired import IN_WORDS
    from annotator.workflow.retired_work import WORK, mending, places, summary, total

    if hidden:
        narrate(
            f"{plural(hidden, 'document has', 'documents have')} suggestions with labels that the scheme does not have;"
            " they are not shown, and `annotator suggest` makes new ones"
        )
    counts = total(layers)
    by_kind = {kind: total(layer for layer in layers if layer.name.kind == kind) for kind in WORK}
    if counts and not as_json:
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
    if counts:
        raise SchemeError(f"{path} no longer allows {summary(counts)}", mending(counts))


def _change_options(function: Callable[..., Any]) -> Callable[..., Any]:
    function = workspace_option(curator_option(progress_option(json_option(function))))
    return click.option("--dry-run", is_flag=True, help="Only show what would be changed.")(function)


@command.command("rename")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@_change_options
@click.pass_obj
def rename(global_options: GlobalOptions, /, old: str, new: str, **given: Any) -> None:
    """Give the label OLD the name NEW, in labels.yaml and in all work."""
    _change(global_options, "rename", (old,), (new,), **given)


@command.command("merge")
@click.argument("labels", nargs=-1, required=True, metavar="LABEL… INTO")
@_change_options
@click.pass_obj
def merge(global_options: GlobalOptions, /, labels: tuple[str, ...], **given: Any) -> None:
    """Make one label INTO of several; INTO may be one of them, another label, or new."""
    if len(labels) < 2:
        raise click.UsageError("name the labels, and then the one that they become")
    _change(global_options, "merge", tuple(dict.fromkeys(labels[:-1])), labels[-1:], **given)


@command.command("split")
@click.argument("old", metavar="OLD")
@click.argument("new", nargs=-1, required=True, metavar="NEW…")
@_change_options
@click.pass_obj
def split(global_options: GlobalOptions, /, old: str, new: tuple[str, ...], **given: Any) -> None:
    """Let several labels take the place of OLD; everything marked with it is put before its curator again."""
    if len(set(new)) < 2:
        raise click.UsageError("name at least two new labels; `annotator labels rename` is for one")
    _change(global_options, "split", (old,), tuple(dict.fromkeys(new)), **given)


@command.command("drop")
@click.argument("name", metavar="NAME")
@_change_options
@click.pass_obj
def drop(global_options: GlobalOptions, /, name: str, **given: Any) -> None:
    """Take a label out of labels.yaml, and all that is marked with it out of the work; `labels undo` brings it back."""
    _change(global_options, "drop", (name,), (), **given)


@command.command("undo")
@_change_options
@click.pass_obj
def undo(global_options: GlobalOptions, folder: Path | None, curator: str | None, as_json: bool, dry_run: bool) -> None:
    """Take the last rename, merge, split or drop back, in labels.yaml and in all work."""
    from annotator.workflow.schemes.changing import undo_change

    workspace = global_options.workspace(folder)
    actor = curator_name(curator or global_options.curator)
    with progress_bar("undoing") as report_progress:
        report = undo_change(workspace, actor, dry_run=dry_run, report_progress=report_progress)
    _tell(report, as_json=as_json, dry_run=dry_run)


def _change(
    global_options: GlobalOptions,
    action: Action,
    old: tuple[str, ...],
    new: tuple[str, ...],
    *,
    folder: Path | None,
    curator: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    from annotator.workflow.schemes.changing import change_labels, label_change

    workspace = global_options.workspace(folder)
    actor = curator_name(curator or global_options.curator)
    change = label_change(workspace, action, old, new)
    with progress_bar("carrying over") as report_progress:
        report = change_labels(workspace, change, actor, dry_run=dry_run, report_progress=report_progress)
    _tell(report, as_json=as_json, dry_run=dry_run)


def _tell(report: ChangeReport, *, as_json: bool, dry_run: bool) -> None:
    """Print how often the labels occurred, and say in words what was done."""
    rows = [(c.layer, c.label, c.items, c.documents) for c in report.counts]
    if as_json:
        print_json(_as_json(report, dry_run=dry_run))
    elif rows:
        print_table(("layer", "label", "items", "documents"), rows, numbers=("items", "documents"))
    for line in report.sentences(dry_run=dry_run):
        narrate(line)


def _as_json(report: ChangeReport, *, dry_run: bool) -> dict[str, object]:
    change = report.change
    return {
        "action": "undo" if report.undone else change.action,
        "kind": change.kind,
        "old": list(change.old),
        "new": list(change.new),
        "dry_run": dry_run,
        "labels_yaml": report.in_file,
        "counts": [count._asdict() for count in report.counts],
        "spans": -report.spans,
        "relations": -report.relations,
        "outside": [count._asdict() for count in report.outside],
    }


@command.command("stats")
@click.option("--examples", type=click.IntRange(0, 20), default=3, show_default=True, help="Examples of each label.")
@json_option
@workspace_option
@click.pass_obj
def count(global_options: GlobalOptions, examples: int, as_json: bool, folder: Path | None) -> None:
    """Count every label in every layer, with examples."""
    from annotator.workflow.schemes.stats import label_stats

    rows = label_stats(global_options.workspace(folder), examples)
    if as_json:
        print_json([row.as_json() for row in rows])
        return
    layers = sorted({layer for row in rows for layer in row.counts}, key=lambda name: (name == "suggestions", name))
    columns = ("label", "kind", *layers, "examples")
    cells = [
        (
            row.label if row.in_scheme else f"{row.label} (retired)",
            row.kind,
            *(row.counts[layer].items if layer in row.counts else "" for layer in layers),
            " · ".join(dict.fromkeys(" ".join(example.text.split()) for example in row.examples)),
        )
        for row in rows
    ]
    print_table(columns, cells, numbers=layers, cut="examples")
    retired = [row for row in rows if not row.in_scheme]
    if retired:
        items = sum(count.items for row in retired for count in row.counts.values())
        have = plural(items, "item has a label", "items have labels")
        narrate(f"{have} that labels.yaml lacks: `annotator labels diff` says what would mend that")


@command.command("diff")
@json_option
@workspace_option
@click.pass_obj
def diff(global_options: GlobalOptions, as_json: bool, folder: Path | None) -> None:
    """Say what changed in labels.yaml since the last work, and which commands would carry the work over."""
    from annotator.workflow.schemes.moved import scheme_differences

    found = scheme_differences(global_options.workspace(folder))
    if as_json:
        value = asdict(found)
        value["gone"] = [count._asdict() for count in found.gone]
        print_json(value)
        return
    print_lines(found.differences)
    for guess in found.renames:
        click.echo(f"{guess.kind} {guess.old} looks like {guess.new} now: {guess.why}")
    if found.gone:
        rows = [(c.label, c.kind, c.layer, c.items, c.documents) for c in found.gone]
        columns = ("retired", "kind", "layer", "items", "documents")
        print_table(columns, rows, numbers=("items", "documents"))
    if found.commands:
        narrate("what would carry the work over (try each with --dry-run; `labels merge` unites instead of dropping):")
        print_lines(found.commands)
    if not found.differences and not found.gone:
        narrate("labels.yaml and the work go together")
