"""Taking documents out of the database for good: no text, work or history of theirs is left in it.

History is never changed, so that a database without them is made anew, by a merge of everything else, and put in the
place of the one that there is, as a backup is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.errors import OvertakenError, WorkflowError
from annotator.files.scratch import scratch
from annotator.files.whole import replace_file
from annotator.inputs import read_bytes
from annotator.store import Store, all_keys, planned_batches
from annotator.store.backups import restore, steps_of
from annotator.workflow.importing.removing import RemovedDocument, with_its_work, work_in_words
from annotator.workflow.sharing.merging import NO_LIMITS, merge
from annotator.workflow.unknown_document import no_document
from annotator.workflow.workspace import Workspace

ATTEMPTS = 3
"""How often what somebody wrote meanwhile is taken along before the database is put in place."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Documents that are no more in the database, with the work that was on them; ``kept`` is the one of before."""

    documents: tuple[RemovedDocument, ...]
    kept: Path | None


def erase(
    workspace: Workspace, actor: str, keys: Sequence[str], *, confirmed: bool = False, dry_run: bool = False
) -> Erased:
    """Take documents out of the database for good, also such as were removed before; all or none.

    Where curators stopped in documents is forgotten.  The workspace's store is closed.

    Raises :class:`WorkflowError` for an unknown key, for work of others where the actor curates, without confirmation,
    and while assigning is interrupted, and :class:`OvertakenError` where somebody writes all the time; nothing is
    changed then.
    """
    store = workspace.store
    documents = tuple(_known(store, actor, key) for key in dict.fromkeys(keys))
    if dry_run:
        return Erased(documents, None)
    if not confirmed:
        work = work_in_words(documents)
        raise WorkflowError(
            f"nothing was erased: no command brings back what is gone for good{work and f'; {work}'}",
            "--yes erases it, and `annotator remove` without --for-good can be undone",
        )
    if planned_batches(store):  # a plan is no event, so that a merge would not take the rest of it over
        raise WorkflowError("an `annotator assign` was interrupted", "run it again, so that it is complete, then erase")
    trusted = _everybody(store)
    workspace.close()
    return Erased(documents, _make_anew(workspace, keys, trusted))


def _known(store: Store, actor: str, key: str) -> RemovedDocument:
    if key not in all_keys(store):
        raise no_document(store.names, key)
    return with_its_work(store, actor, key)


def _make_anew(workspace: Workspace, keys: Sequence[str], trusted: set[str]) -> Path | None:
    """Put a database without some documents in the place of the workspace's; return where that one is now."""
    path = workspace.database_path
    with scratch(path.parent) as room:
        rest = Workspace(room)
        for attempt in range(1, ATTEMPTS + 1):
            with Store(path) as store:
                before, noted = steps_of(store), store.scheme()
            labels = noted.labels if noted is not None else None
            replace_file(rest.labels_path, labels.encode() if labels is not None else read_bytes(workspace.labels_path))
            try:
                try:
                    merge(rest, path, without=keys, trusted=trusted, limits=NO_LIMITS)
                finally:
                    rest.close()
                return restore(path, rest.database_path, steps=before)
            except OvertakenError:  # what came meanwhile is merged too
                if attempt == ATTEMPTS:
                    raise
            rest = Workspace(room)
    raise AssertionError


def _everybody(store: Store) -> set[str]:
    """The names of all who ever wrote here: what they imported for others was taken when they did."""
    actors = {row[0] for row in store.rows("SELECT DISTINCT actor FROM event")}
    return actors | {store.names.curator(actor) for actor in actors}
