"""``annotator doctor``: whether the database is what its history says, and what was sealed is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    GlobalOptions,
    json_option,
    narrate,
    opened_seal,
    print_json,
    print_lines,
    seal_options,
    workspace_option,
)
from annotator.cli.progress import progress_option, progress_steps
from annotator.errors import StoreError
from annotator.wording import plural

if TYPE_CHECKING:
    from annotator.workflow.retired_work import RetiredLayer
    from annotator.workflow.sharing.seals import OpenedSeal
    from annotator.workflow.workspace import Workspace


@click.command("doctor")
@seal_options("the database")
@json_option
@progress_option
@workspace_option
@click.pass_obj
def command(
    global_options: GlobalOptions, seal: Path | None, signer: Path | None, as_json: bool, folder: Path | None
) -> None:
    """Check the database: integrity, hash chains, and that folding the history gives the stored state.

    This finds damage and mistakes.  Only a seal that was kept elsewhere finds what somebody changed on purpose.  Work
    that the label scheme no longer allows is no damage: it is counted, and the exit code is 0.
    """
    from annotator.reports.summaries import doctor_summary
    from annotator.workflow.retired_work import retired_work

    opened = opened_seal(seal, signer)
    workspace = global_options.workspace(folder)
    with progress_steps() as progress:
        damage = _damage(workspace, opened, progress)
        findings = list(damage) if as_json else []
        count = len(findings) if as_json else print_lines(damage)
    if not count:
        narrate("all is well: history and state agree" + (", and all that was sealed is there" if seal else ""))
    retired = None if count else retired_work(workspace)
    if as_json:
        print_json(doctor_summary(findings, seal, retired))
    if count:
        raise StoreError(
            plural(count, "finding"),
            "`annotator restore FILE` brings a backup back, `annotator backup --list` shows them",
        )
    _tell_retired(retired or [])


def _damage(
    workspace: Workspace, opened: OpenedSeal | None, progress: Callable[[str, int, int | None], None]
) -> Iterator[str]:
    from annotator.store import check_database

    yield from check_database(workspace.store, progress)
    if opened is not None:
        progress("the seal", 0, None)
        from annotator.workflow.sharing.seals import Contents, breaches

        with workspace.store.snapshot():
            yield from breaches(opened.seal, Contents.of(workspace.store))


def _tell_retired(layers: Sequence[RetiredLayer]) -> None:
    """Say what of the work the label scheme no longer allows."""
    from annotator.workflow.retired_work import mending, places, summary, total

    if layers:
        counts = total(layers)
        where = places(layer.name for layer in layers)
        narrate(f"no damage, but the label scheme moved on: {summary(counts)} in {where}; {mending(counts)}")
