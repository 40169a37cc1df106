"""Asks before a step that would take away what others did: the same step asked for at once again is taken."""

from __future__ import annotations

from collections.abc import Hashable

from annotator.errors import WorkflowError


class UnconfirmedError(WorkflowError):
    """A step was not taken; asked for again, it is."""


class Confirmation:
    """What was asked for last and not taken."""

    def __init__(self) -> None:
        self._asked: Hashable | None = None

    def require(self, step: Hashable, consequence: str) -> None:
        """Raise :class:`UnconfirmedError` the first time that a step, named by its content, is asked for."""
        if self._asked == step:
            self._asked = None
            return
        self._asked = step
        raise UnconfirmedError(f"press again, and {consequence}")

    def forget(self) -> None:
        """Ask anew, because something else was done in between."""
        self._asked = None
