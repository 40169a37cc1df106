"""From when begun work counts as left lying."""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE_DAYS = 7
"""Begun work without a step for so many days counts as left lying, unless told otherwise."""


def days_before(moment: str, days: int) -> str:
    """The time that was so many days before another, both as history writes them."""
    before = datetime.fromisoformat(moment) - timedelta(days=days)
    return before.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_abandoned(state: str, changed_at: str | None, cutoff: str) -> bool:
    """Whether work was begun and then left lying since before ``cutoff``."""
    return state == "doing" and (changed_at or "") < cutoff
