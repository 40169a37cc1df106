"""``annotator suggest``: let models and rules propose spans and relations."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import MANY, GlobalOptions, json_option, narrate, print_json, workspace_option
from annotator.cli.progress import progress_bar, progress_option
from annotator.wording import plural
from annotator.workflow.workspace import Workspace

if TYPE_CHECKING:
    from annotator.suggest.protocol import Sent
    from annotator.workflow.learning.suggesting import SuggestReport

MOST_REASONS = 3
"""How many reasons why documents went unread are told, the commonest first."""


@click.command("suggest")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--jobs", type=click.IntRange(1, MANY), default=1, show_default=True, help="Worker processes.")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Let the workers of a Dask cluster do the work: tcp://…, tls://…, a scheduler's file, or local:N.",
)
@click.option(
    "--dry-run",
    is_flag=True,
    help="Send and suggest nothing; print the questions that a chat server would be asked, and tell what they take.",
)
@json_option
@progress_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    documents: tuple[str, ...],
    jobs: int,
    cluster: str | None,
    dry_run: bool,
    as_json: bool,
    folder: Path | None,
) -> None:
    """Suggest spans and relations for documents that have no suggestions of this model and version yet."""
    if cluster is not None and jobs > 1:
        raise click.UsageError("--jobs starts processes here, --cluster uses workers elsewhere: give one of them")
    if dry_run and as_json:
        raise click.UsageError("--dry-run prints lines of JSON by itself: leave out --json")
    if dry_run:
        foresee(global_options.workspace(folder), documents)
        return
    report = run(global_options.workspace(folder), documents, jobs, cluster)
    if as_json:
        from annotator.reports.summaries import suggest_summary

        print_json(suggest_summary(report))


def foresee(workspace: Workspace, documents: tuple[str, ...] = ()) -> None:
    """Print what would be sent to servers, as lines of JSON, and say about how much it is; nothing is sent."""
    from annotator.suggest.protocol import sum_by_host
    from annotator.workflow.learning.suggesting import plan
    from annotator.workflow.sent_texts import describe_sent

    count, kept = 0, 0
    sums: dict[str, Sent] = {}
    for key, planned in plan(workspace, documents):
        count += 1
        for one in planned:
            kept += one.kept
            sums = sum_by_host((sums, {one.host: one.sent}))
            for question in one.questions:
                click.echo(json.dumps({"document": key, "host": one.host, "messages": question}, ensure_ascii=False))
    narrate(f"nothing was sent; {plural(count, 'document')} would be suggested for")
    for host, sent in sums.items():
        narrate(f"to {describe_sent(host, sent)}: about so much, of which the questions about entities are printed")
    if kept:
        narrate(f"{plural(kept, 'answer')} of before would be used again")
    if not sums:
        narrate("no suggester that says beforehand what it sends is set up")


def _tell_of_asking(hosts: Sequence[str], sent: Mapping[str, Sent]) -> None:
    if not sent:
        narrate(f"asking {' and '.join(hosts)}: the text of documents is sent there")


def run(
    workspace: Workspace,
    documents: tuple[str, ...] = (),
    jobs: int = 1,
    cluster: str | None = None,
    *,
    ask: bool = True,
) -> SuggestReport:
    """Suggest and say what came of it; ``ask`` lets texts be sent to the servers that suggesters ask."""
    from annotator.workflow.learning.suggesting import Place, most_jobs, suggest
    from annotator.workflow.sent_texts import describe_sent

    if jobs > most_jobs():
        narrate(f"--jobs {jobs} is more than this machine has use for: {most_jobs()} are started")
        jobs = most_jobs()
    with progress_bar("suggesting") as progress:
        place = Place(jobs, cluster, narrate)
        report = suggest(workspace, documents, place=place, progress=progress, asking=_tell_of_asking if ask else None)
    narrate(
        f"{plural(report.suggested, 'document')} got {plural(report.spans, 'span')} and "
        f"{plural(report.relations, 'relation')} suggested, "
        f"{report.unchanged} had them"
    )
    for host, sent in report.sent.items():
        narrate(f"sent to {describe_sent(host, sent)}")
    if report.uncalibrated and report.suggested:
        for name in report.uncalibrated:
            narrate(
                f"scores of {name} are its own word: too few verdicts yet; finish documents, then `annotator train`"
            )
    for reason, documents_unread in report.unread.most_common(MOST_REASONS):
        are = plural(documents_unread, "document is", "documents are")
        narrate(f"{are} done in part: {reason}; `annotator suggest` asks again")
    for reason, documents_unkept in report.unkept.most_common(MOST_REASONS):
        about = plural(documents_unkept, "document")
        narrate(
            f"answers about {about} could not be kept ({reason}): they would be asked for again, and paid for again"
        )
    if report.dropped:
        counts = ", ".join(f"{count} {reason}" for reason, count in report.dropped.most_common())
        narrate(f"left out of what was suggested: {counts}")
    for problem in report.unlinked:
        narrate(f"warning: {problem}")
    if report.set_aside:
        narrate(f"{report.set_aside}; `annotator models use` chooses another, `annotator train` makes a new one")
    if report.missing:
        narrate(
            f"no model for {', '.join(report.missing)}: rules and patterns only; "
            f"`annotator models install {' '.join(report.missing)}` gets it, then suggest again"
        )
    return report
