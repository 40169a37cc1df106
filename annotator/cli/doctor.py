"""``annotator doctor``: whether the database is what its history says, and what was sealed is still there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import (
    GlobalOptions,
    narrate,
    opened_seal,
    print_lines,
    progress_steps,
    seal_options,
    workspace_option,
)
from annotator.errors import StoreError
from annotator.wording import plural

if TYPE_CHECKING:
    from annotator.workflow.sharing.seals import OpenedSeal
    from annotator.workflow.workspace import Workspace


@click.command("doctor")
@seal_options("the database")
@workspace_option
@click.pass_obj
def command(global_options: GlobalOptions, seal: Path | None, signer: Path | None, folder: Path | None) -> None:
    """Check the database: integrity, hash chains, and that folding the history gives the stored state.

    This finds damage and mistakes.  Only a seal that was kept elsewhere finds what somebody changed on purpose.  Work
    that the label scheme no longer allows is no damage: it is counted, and the exit code is 0.
    """
    opened = opened_seal(seal, signer)
    workspace = global_options.workspace(folder)
    with progress_steps() as progress:
        count = print_lines(_damage(workspace, opened, progress))
    if count:
        raise StoreError(
            plural(count, "finding"),
            "`annotator restore FILE` brings a backup back, `annotator backup --list` shows them",
        )
    narrate("all is well: history and state agree" + (", and all that was sealed is there" if seal else ""))
    _tell_retired(workspace)


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


def _tell_retired(workspace: Workspace) -> None:
    """Say what of the work the label scheme no longer allows."""
    from annotator.workflow.retired_work import mending, places, retired_work, summary, total

    layers = retired_work(workspace)
    if layers:
        counts = total(layers)
        where = places(layer.name for layer in layers)
        narrate(f"no damage, but the label scheme moved on: {summary(counts)} in {where}; {mending(counts)}")
