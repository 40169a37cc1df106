"""``annotator doctor``: whether the database is what its history says, and what was sealed is still there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import GlobalOptions, narrate, opened_seal, print_lines, seal_options, workspace_option
from annotator.errors import StoreError

if TYPE_CHECKING:
    from annotator.workflow.sharing.seals import OpenedSeal
    from annotator.workflow.workspace import Workspace


@click.command("doctor")
@seal_options("the database")
@workspace_option
@click.pass_obj
def command(global_options: GlobalOptions, seal: Path | None, signer: Path | None, folder: Path | None) -> None:
    """Check the database: integrity, hash chains, and that folding the history gives the stored state.

    This finds damage and mistakes.  Only a seal that was kept elsewhere finds what somebody changed on purpose.
    """
    opened = opened_seal(seal, signer)
    workspace = global_options.workspace(folder)
    count = print_lines(_findings(workspace, opened))
    if count:
        raise StoreError(
            f"{count} findings", "`annotator restore FILE` brings a backup back, `annotator backup --list` shows them"
        )
    narrate("all is well: history and state agree" + (", and all that was sealed is there" if seal else ""))


def _findings(workspace: Workspace, opened: OpenedSeal | None) -> Iterator[str]:
    from annotator.workflow.doctor import findings

    yield from findings(workspace)
    if opened is not None:
        from annotator.workflow.sharing.seals import Contents, breaches

        with workspace.store.snapshot():
            yield from breaches(opened.seal, Contents.of(workspace.store))
