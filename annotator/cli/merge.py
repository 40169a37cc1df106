"""``annotator merge``: unite the work of databases that were apart."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    GlobalOptions,
    json_option,
    narrate,
    opened_seal,
    parse_pair,
    parse_rename,
    print_json,
    print_lines,
    print_table,
    seal_options,
    workspace_option,
)
from annotator.wording import plural

if TYPE_CHECKING:
    from annotator.workflow.sharing.merging import MergeReport


@click.command("merge")
@click.argument("other", type=click.Path(path_type=Path), metavar="OTHER")
@click.option(
    "--rename", "renames", multiple=True, metavar="OLD=NEW", help="Where OLD worked in both places, theirs is NEW's."
)
@click.option(
    "--rename-document", "documents", multiple=True, metavar="OLD=NEW", help="Take a document in under another key."
)
@click.option("--follow-names", is_flag=True, help="Give work here the curator's name that it was given in OTHER.")
@click.option("--except", "without", multiple=True, metavar="DOC", help="Leave a document out.")
@click.option("--any-scheme", is_flag=True, help="Take work under another label scheme, as far as it fits this one.")
@click.option("--trust", "trusted", multiple=True, metavar="NAME", help="Take what NAME imported for others.")
@seal_options("OTHER")
@click.option("--no-limits", is_flag=True, help="However big OTHER is, and however long it takes to examine it.")
@click.option("--dry-run", is_flag=True, help="Only show what would come.")
@json_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    other: Path,
    renames: tuple[str, ...],
    documents: tuple[str, ...],
    follow_names: bool,
    without: tuple[str, ...],
    any_scheme: bool,
    trusted: tuple[str, ...],
    seal: Path | None,
    signer: Path | None,
    no_limits: bool,
    dry_run: bool,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Take over the work in OTHER: a database, the folder of a workspace, or a bundle.

    All of it or nothing; how often and in which order databases are merged does not matter.  Everything in OTHER is
    examined first, and the database here is copied before anything is written to it.
    """
    from annotator.workflow.sharing.merging import NO_LIMITS, Limits, MergeConflictError, merge

    opened = opened_seal(seal, signer)
    workspace = global_options.workspace(folder)
    names = dict(parse_rename(text) for text in renames)
    try:
        report = merge(
            workspace,
            other,
            renames=names,
            documents=dict(parse_pair(text, "--rename-document", "note=note-2") for text in documents),
            follow_names=follow_names,
            without=without,
            trusted=trusted,
            seal=None if opened is None else opened.seal,
            any_scheme=any_scheme,
            dry_run=dry_run,
            limits=NO_LIMITS if no_limits else Limits(),
        )
    except MergeConflictError as error:
        if as_json:
            for line in error.conflicts:
                narrate(line)
        else:
            print_lines(error.conflicts)
        raise
    rows = report.by_layer()
    if as_json:
        print_json(_as_json(report))
    elif rows:
        print_table(("layer", "documents", "events"), rows, numbers=("documents", "events"))
    _tell(report, dry_run=dry_run)


def _as_json(report: MergeReport) -> dict[str, object]:
    layers = [
        {"layer": name, "documents": documents, "events": events} for name, documents, events in report.by_layer()
    ]
    return {
        "documents": report.documents,
        "layers": layers,
        "replaced": report.replaced,
        "removed": report.removed,
        "renamed": [name._asdict() for name in report.renamed],
        "given_away": [{**name._asdict(), "now": new.name} for name, new in report.given_away],
        "guidelines_differ": report.guidelines_differ,
        "outside": [{**name._asdict(), "problems": problems} for name, problems in report.outside.items()],
        "scheme_changes": report.scheme_changes,
        "recut": report.recut,
        "unsealed": report.unsealed,
        "backup": None if report.backup is None else str(report.backup),
    }


def _tell(report: MergeReport, *, dry_run: bool) -> None:
    would = "would be merged" if dry_run else "merged"
    documents = len({name.document for name in report.events})
    events, added = sum(report.events.values()), len(report.documents)
    what = f"{plural(events, 'event')} on {plural(documents, 'document')}"
    narrate(f"{what} {would}, {added} of the documents {'is' if added == 1 else 'are'} new")
    for change in report.scheme_changes:
        narrate(f"taken over from there: {change}")
    if report.labels_aside is not None:
        narrate(f"labels.yaml was edited meanwhile: what it said is in {report.labels_aside}")
    for name in report.renamed:
        narrate(f"carried on in both places, so theirs came as {name}")
    for name, new in report.given_away:
        narrate(f"carried on in both places, and ours is {new.author}'s there: {name} here is {new.name} now")
    for key in report.removed:
        narrate(f"{key}: it was removed there, and so it is here")
    for key in report.replaced:
        narrate(f"{key}: its text was replaced there, and so it is here")
    for name, problems in report.outside.items():
        count = plural(len(problems), "retired item")
        narrate(f"warning: {name}: {count}, such as: {problems[0]}; `annotator labels diff` says more")
    if report.unsealed:
        narrate(f"{plural(report.unsealed, 'event')} there came after the seal, which says nothing of them")
    if report.recut:
        narrate(f"cut into tokens by another version there, and anew here: {plural(report.recut, 'text')}")
    if report.guidelines_differ:
        narrate("warning: labels.yaml is not the same there; names and rules fit, guidelines or keys differ")
    if report.backup is not None:
        narrate(f"the database as it was before is in {report.backup}")
