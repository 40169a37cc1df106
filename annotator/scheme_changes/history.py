"""The history of the label scheme: its changes, in one order in every database, also where several were made apart.

Every event of a layer names the changes that its writer knew, so a layer's state follows from its events and the
changes alone (:mod:`annotator.scheme_changes.folding`), whichever database they come from and in whichever order.
"""

from __future__ import annotations

from annotator.scheme_changes.change import LabelChange
from annotator.scheme_changes.events import ChangeHistory, SchemeConflictError, SchemeEvent


class SchemeHistory(ChangeHistory):
    """All changes of the label scheme that a database knows."""

    def successors(self) -> dict[str, tuple[str, ...]]:
        """The labels that were split, each with those that took its place, under their present names."""
        successors: dict[str, tuple[str, ...]] = {}
        for _, event in self.effective:
            change = self.change_of(event)
            for old, names in successors.items():
                present = (change.label(change.kind, name) for name in names)
                successors[old] = tuple(dict.fromkeys(name for name in present if name is not None))
            if change.action == "split":
                successors[change.old[0]] = change.new
        return successors

    def change_of(self, event: SchemeEvent) -> LabelChange:
        """The change that an event makes or undoes."""
        if event.change is not None:
            return event.change
        change = self.events[event.target or ""].change
        assert change is not None
        return change

    def united(self, other: SchemeHistory) -> SchemeHistory:
        """All events of two histories; :class:`SchemeConflictError` where what only one knows does not go together."""
        result = SchemeHistory((*self.events.values(), *other.events.values()))
        ours = self.standing(result.in_order(self.events.keys() - other.events.keys()))
        theirs = self.standing(result.in_order(other.events.keys() - self.events.keys()))
        for one in ours:
            for another in theirs:
                self._check_together(one, another, result)
        return result

    def twins(self, digest: str) -> list[str]:
        """The changes that hold and are the same as one, made apart from it, and that one itself: undone together."""
        event = self.events[digest]
        return [
            other
            for other, made in self.effective
            if made.change == event.change and not self._follows(other, digest) and not self._follows(digest, other)
        ]

    def _follows(self, digest: str, other: str) -> bool:
        """Whether the author of one change knew another one."""
        return other in self.known(" ".join(self.events[digest].parents))

    @staticmethod
    def _check_together(ours: SchemeEvent, theirs: SchemeEvent, united: SchemeHistory) -> None:
        here, there = united.change_of(ours), united.change_of(theirs)
        same = (ours.action, ours.target, here) == (theirs.action, theirs.target, there)
        if not same and here.meets(there):
            what = (
                f"{'undo of ' if event.target else ''}{change}" for event, change in ((ours, here), (theirs, there))
            )
            one, other = what
            raise SchemeConflictError(
                f"label scheme: {one} here ({ours.actor}, {ours.at}) and {other} there ({theirs.actor}, {theirs.at})",
                "`annotator labels undo` takes one of them back",
            )

    def told(self, event: SchemeEvent) -> str:
        """What an event does, in words."""
        return f"{'undo of ' if event.target is not None else ''}{self.change_of(event)}"

    def change_problem(self, event: SchemeEvent) -> str | None:
        """Why there can be no such change of the labels, or ``None``."""
        if event.change is None or event.target is not None or event.change.action != event.action:
            return "it is no change"
        return event.change.problem()


NO_CHANGES = SchemeHistory()
