"""``annotator assign``: who works on what."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    DAYS,
    MANY,
    SEED,
    GlobalOptions,
    Share,
    curator_option,
    json_option,
    narrate,
    print_json,
    print_table,
    workspace_option,
)
from annotator.cli.progress import progress_bar, progress_option
from annotator.wording import first_few, plural
from annotator.workflow.sharing.assignment import AssignmentReport, assign, reassign
from annotator.workflow.workspace import Workspace, curator_name

if TYPE_CHECKING:
    from annotator.workflow.sharing.interval_plan import IntervalPlan


@click.command("assign")
@click.argument("documents", nargs=-1, metavar="[DOC]...")
@click.option("--curators", metavar="A,B,…", help="Who takes documents.")
@click.option("--overlap", type=click.IntRange(1, MANY), default=1, show_default=True, help="Curators a document.")
@click.option("--blind", type=Share(0, 1), default=0.0, metavar="SHARE", help="Share without suggestions.")
@click.option(
    "--for-interval",
    "half_width",
    type=Share(0.001, 0.5),
    metavar="WIDTH",
    help="Give two curators as many more documents as it takes until agreement (strict span F1) is known within"
    " ± WIDTH, such as .03; try it with --dry-run first.",
)
@click.option("--for-label", "label", metavar="LABEL", help="With --for-interval: the strict F1 of this label alone.")
@click.option("--quota", "quotas", multiple=True, metavar="NAME=N", help="The most documents for one curator.")
@click.option("--seed", type=SEED, default=0, show_default=True, help="Decides what balance leaves open.")
@click.option("--reassign", "handover", metavar="FROM[:TO]", help="Hand FROM's unfinished documents over.")
@click.option("--idle", type=DAYS, metavar="DAYS", help="Of those, only what was left lying so long.")
@click.option("--withdraw", metavar="NAME", help="Take back what NAME has not begun.")
@click.option("--dry-run", is_flag=True, help="Only show what would be assigned.")
@json_option
@curator_option
@progress_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions,
    documents: tuple[str, ...],
    curators: str | None,
    overlap: int,
    blind: float,
    half_width: float | None,
    label: str | None,
    quotas: tuple[str, ...],
    seed: int,
    handover: str | None,
    idle: int | None,
    withdraw: str | None,
    dry_run: bool,
    as_json: bool,
    curator: str | None,
    folder: Path | None,
) -> None:
    """Spread documents (default: all) over curators; what is assigned or begun stays where it is.

    The same call again changes nothing; with new documents, more curators or more overlap it adds. What an
    interruption left is carried out by the next call.
    """
    team = _names(curators)
    limits = dict(_quota(text, team) for text in quotas)
    _check_plan(half_width, label)
    _check_usage(team, handover, withdraw, idle, half_width)
    _check_new_alone(handover or withdraw, limits or blind or half_width)
    workspace = global_options.workspace(folder)
    actor = curator_name(curator or global_options.curator)
    plan = None if half_width is None else _planned(workspace, half_width, label, documents, seed)
    if plan is not None:
        documents, overlap, team = tuple(plan.documents), max(overlap, 2), team or plan.curators
    with progress_bar("assigning") as progress:
        if handover or withdraw:
            giver, takers = _giver_and_takers(handover, withdraw, team)
            report = reassign(
                workspace, actor, giver, takers, idle_days=idle,
                seed=seed, keys=documents, dry_run=dry_run, progress=progress,
            )  # fmt: skip
        elif plan is not None and not plan.documents:
            report = AssignmentReport()
        else:
            report = assign(
                workspace, actor, team, overlap=overlap, blind=blind, quotas=limits,
                seed=seed, keys=documents, dry_run=dry_run, progress=progress,
            )  # fmt: skip
    if as_json:
        print_json(_as_json(report, seed) | ({} if plan is None else {"for_interval": _plan_record(plan)}))
    else:
        _show(report)
    _tell(report, dry_run=dry_run)


def _planned(
    workspace: Workspace, half_width: float, label: str | None, documents: tuple[str, ...], seed: int
) -> IntervalPlan:
    """Plan, and say what the plan goes by."""
    from annotator.reports.agreement_outlook import in_words
    from annotator.reports.agreement_text import with_interval
    from annotator.workflow.sharing.interval_plan import plan_for_interval

    plan = plan_for_interval(workspace, half_width, documents, label=label, seed=seed)
    compared = plan.found.documents
    takes = in_words(plan.needed, compared)
    if takes == "reached":
        takes = f"{plan.needed.documents:,}: that is reached"
    of = "span F1" if label is None else f"F1 of {label}"
    narrate(
        f"strict {of} is {with_interval(plan.found)} from {plural(compared, 'document')} that two finished;"
        f" ± {half_width:g} takes about {takes}"
    )
    if plan.under_way:
        narrate(f"two curators already have {plural(plan.under_way, 'more document')}")
    if plan.missing:
        narrate(f"{plural(plan.missing, 'more document')} would be needed than there are")
    return plan


def _plan_record(plan: IntervalPlan) -> dict[str, object]:
    found = plan.found
    return {
        "half_width": plan.half_width,
        "label": plan.label,
        "measure": plan.measure.name,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "documents": found.documents,
        "needed": plan.needed._asdict(),
        "under_way": plan.under_way,
        "missing": plan.missing,
    }


def _names(given: str | None) -> list[str]:
    names = [name.strip() for name in (given or "").split(",") if name.strip()]
    for name in names:
        if names.count(name) > 1:
            raise click.UsageError(f"--curators: {name} stands there twice")
        curator_name(name)
    return names


def _quota(text: str, team: list[str]) -> tuple[str, int]:
    name, equals, number = text.rpartition("=")
    if not equals or not number.isdecimal() or len(number) > 9:
        raise click.UsageError(f"--quota {text}: expected NAME=N, for example ana=20")
    if name not in team:
        raise click.UsageError(f"--quota {text}: {name} is not among --curators")
    return name, int(number)


def _check_usage(
    team: list[str], handover: str | None, withdraw: str | None, idle: int | None, half_width: float | None
) -> None:
    if handover and withdraw:
        raise click.UsageError("either --reassign or --withdraw")
    if idle is not None and not handover:
        raise click.UsageError("--idle goes with --reassign")
    if handover and ":" not in handover and not team:
        raise click.UsageError(f"--reassign {handover}: to whom? {handover}:NAME, or --curators A,B")
    if not (team or handover or withdraw or half_width):
        raise click.UsageError("--curators A,B,… says who takes documents")


def _check_plan(half_width: float | None, label: str | None) -> None:
    if label is not None and half_width is None:
        raise click.UsageError("--for-label goes with --for-interval")


def _check_new_alone(handed: str | None, new: object) -> None:
    if handed and new:
        raise click.UsageError("--quota, --blind and --for-interval are for new assignments")


def _giver_and_takers(handover: str | None, withdraw: str | None, team: list[str]) -> tuple[str, list[str]]:
    """Whose documents go, and to whom: to nobody with ``--withdraw``, to the team where FROM stands alone."""
    if withdraw:
        return withdraw, []
    giver, _, taker = (handover or "").partition(":")
    return giver, [curator_name(taker)] if taker else team


def _rows(report: AssignmentReport) -> list[dict[str, object]]:
    new, blind = (Counter(t.curator or "" for t in report.tasks if t.blind >= least) for least in (False, True))
    names = sorted({*report.totals, *new})
    return [
        {"curator": name, "new": new[name], "new_blind": blind[name], **_totals(report, name)} for name in names
    ]  # fmt: skip


def _totals(report: AssignmentReport, name: str) -> dict[str, int]:
    counts = report.totals.get(name, Counter())
    return {column: counts[column] for column in ("assigned", "unfinished", "blind")}


def _as_json(report: AssignmentReport, seed: int) -> dict[str, object]:
    tasks = [
        {"document": t.document, "curator": t.curator, "blind": t.blind, "instead_of": t.instead_of}
        for t in report.tasks
    ]
    return {
        "seed": seed,
        "assigned": tasks,
        "withdrawn": report.withdrawn,
        "short": report.short,
        "stuck": report.stuck,
        "curators": _rows(report),
    }


def _show(report: AssignmentReport) -> None:
    columns = ("curator", "new", "new blind", "assigned", "unfinished", "blind")
    print_table(columns, [list(row.values()) for row in _rows(report)], numbers=columns[1:])


def _tell(report: AssignmentReport, *, dry_run: bool) -> None:
    documents = len({task.document for task in report.tasks})
    would = "would be " if dry_run else ""
    if report.finished:
        narrate(f"{plural(len(report.finished), 'change')} of an interrupted call {would}carried out first")
    narrate(f"{plural(len(report.tasks), 'assignment')} on {plural(documents, 'document')} {would}made")
    if report.withdrawn:
        narrate(f"{plural(len(report.withdrawn), 'document')} {would}taken back")
    for one, many, keys in (
        (
            "document has too few curators: name more, or raise quotas",
            "documents have too few curators: name more, or raise quotas",
            list(report.short),
        ),
        (
            "document stays where it is: whoever could take it has it already",
            "documents stay where they are: whoever could take them has them already",
            report.stuck,
        ),
    ):
        if keys:
            narrate(f"{plural(len(keys), one, many)}: {first_few(keys, shown=5)}")
