"""How far the work is, for whoever leads it: stages of the documents, everybody's numbers, what was left lying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from annotator.labels.retired import RetiredCounts
from annotator.store import CuratorTally, Noted, Returned, Stages, abandoned, curates, flagged, read_returned, survey
from annotator.workflow.idleness import IDLE_DAYS, days_before
from annotator.workflow.retired_work import retired_work, total
from annotator.workflow.workspace import Workspace

WINDOW_DAYS = 7
"""How far back documents a day are counted."""


@dataclass(frozen=True, slots=True)
class CuratorProgress:
    """One curator's numbers, and what follows from them.

    ``per_day`` are the documents finished a day, over the last week or since the first of them; ``hours_left`` the
    work that is assigned or begun and not finished, at their pace; ``days_left`` the same in days at ``per_day``.
    ``None`` where nothing was finished yet, or lately.
    """

    tally: CuratorTally
    per_day: float | None
    hours_left: float | None
    days_left: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Where the whole work stands; ``retired`` counts what of it the label scheme no longer allows."""

    stages: Stages
    curators: list[CuratorProgress]
    abandoned: list[Noted]
    flagged: list[Noted]
    returned: list[Returned]
    retired: RetiredCounts


def overview(workspace: Workspace, *, reader: str = "", idle_days: int = IDLE_DAYS, limit: int = -1) -> Overview:
    """Where the work stands, as ``reader`` may see it: a curator is not told what others have back, and why.

    ``limit`` is the most documents to name as left lying, flagged and returned.
    """
    store = workspace.store
    now = store.clock()
    idle_since = days_before(now, idle_days)
    with store.snapshot():
        stages, tallies = survey(store, idle_since, days_before(now, WINDOW_DAYS))
        return Overview(
            stages,
            [_progress(tally, now) for tally in tallies],
            abandoned(store, idle_since, limit) if any(tally.abandoned for tally in tallies) else [],
            flagged(store, limit) if any(tally.flagged for tally in tallies) else [],
            read_returned(store, curator=reader if curates(store, reader) else None, limit=limit),
            total(retired_work(workspace, quick=True)),
        )


def _progress(tally: CuratorTally, now: str) -> CuratorProgress:
    left = tally.todo + tally.doing
    per_day = hours_left = days_left = None
    if tally.recent.since is not None:
        elapsed = datetime.fromisoformat(now) - datetime.fromisoformat(tally.recent.since)
        per_day = tally.recent.documents / max(1, ceil(elapsed.total_seconds() / 86_400))
        days_left = left / per_day
    if tally.minutes is not None:
        hours_left = left * tally.minutes / 60
    return CuratorProgress(tally, per_day, hours_left, days_left)
