"""``annotator doctor``: whether the database is what its history says, and what was sealed is still there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.common import Settings, narrate, print_lines, workspace_option
from annotator.errors import StoreError

if TYPE_CHECKING:
    from annotator.workflow.seals import OpenedSeal
    from annotator.workflow.workspace import Workspace


@click.command("doctor")
@click.option(
    "--seal", type=click.Path(path_type=Path), metavar="FILE", help="Hold the database against what `seal` wrote."
)
@click.option(
    "--signer",
    type=click.Path(path_type=Path),
    metavar="PUBKEY",
    help="The public key that must have signed the seal.",
)
@workspace_option
@click.pass_obj
def command(settings: Settings, seal: Path | None, signer: Path | None, workspace: Path | None) -> None:
    """Check the database: integrity, hash chains, and that folding the history gives the stored state.

    This finds damage and mistakes.  Only a seal that was kept elsewhere finds what somebody changed on purpose.
    """
    if signer is not None and seal is None:
        raise click.UsageError("--signer needs --seal FILE")
    place = settings.workspace(workspace)
    opened = None
    if seal is not None:
        from annotator.workflow.seals import open_seal

        opened = open_seal(seal, signer)
        narrate(opened.told())
    count = print_lines(_findings(place, opened))
    if count:
        raise StoreError(
            f"{count} findings", "`annotator restore FILE` brings a backup back, `annotator backup --list` shows them"
        )
    narrate("all is well: history and state agree" + (", and all that was sealed is there" if seal else ""))


def _findings(place: Workspace, opened: OpenedSeal | None) -> Iterator[str]:
    from annotator.workflow.checkup import findings

    yield from findings(place)
    if opened is not None:
        from annotator.workflow.seals import Contents, breaches

        with place.store.snapshot():
            yield from breaches(opened.seal, Contents.of(place.store))
