"""The history of names: renamings of documents and curators, beside the changes of the labels and apart from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import NamedTuple

from annotator.names import key_problem, person_problem
from annotator.scheme_changes.events import ChangeHistory, Renaming, SchemeConflictError, SchemeEvent
from annotator.scheme_changes.history import SchemeHistory
from annotator.scheme_changes.names import Names


class Renamings(ChangeHistory):
    """All renamings that a database knows."""

    @cached_property
    def names(self) -> Names:
        """What everything is called after all renamings: what the last one that holds says."""
        names: dict[str, dict[str, str]] = {"document": {}, "curator": {}}
        for _, event in self.effective:
            renaming = self.renaming_of(event)
            names[renaming.kind][renaming.identity] = renaming.name
        documents, curators = ({i: n for i, n in names[kind].items() if i != n} for kind in ("document", "curator"))
        return Names(documents, curators)

    def renaming_of(self, event: SchemeEvent) -> Renaming:
        """The renaming that an event makes or undoes."""
        if event.renaming is not None:
            return event.renaming
        renaming = self.events[event.target or ""].renaming
        assert renaming is not None
        return renaming

    def told(self, event: SchemeEvent) -> str:
        """What an event does, in words."""
        return f"{'undo of ' if event.target is not None else ''}{self.renaming_of(event)}"

    def united(self, other: Renamings) -> Renamings:
        """All events of two histories; :class:`SchemeConflictError` where both name one thing, or give one name."""
        result = Renamings((*self.events.values(), *other.events.values()))
        ours = result.in_order(self.events.keys() - other.events.keys())
        theirs = result.in_order(other.events.keys() - self.events.keys())
        for one in self.standing(ours):
            for another in self.standing(theirs):
                result.check_together(one, another)
        return result

    def check_together(self, ours: SchemeEvent, theirs: SchemeEvent) -> None:
        """Refuse two names for one thing, and one name for two things."""
        here, there = self.renaming_of(ours), self.renaming_of(theirs)
        same = (ours.action, here.identity, here.name) == (theirs.action, there.identity, there.name)
        apart = here.identity != there.identity and here.name != there.name
        if same or apart or here.kind != there.kind:
            return
        raise SchemeConflictError(
            f"names: {self.told(ours)} here ({ours.actor}, {ours.at}) and {self.told(theirs)} there"
            f" ({theirs.actor}, {theirs.at})",
            "`annotator rename --undo` takes one of them back",
        )

    def change_problem(self, event: SchemeEvent) -> str | None:
        """Why there can be no such renaming, or ``None``."""
        renaming = event.renaming
        if renaming is None or event.target is not None or event.change is not None or event.action != "rename":
            return "it is no renaming"
        rule = key_problem if renaming.kind == "document" else person_problem
        problems = (rule(name) for name in (renaming.identity, renaming.old, renaming.name))
        problem = next((problem for problem in problems if problem is not None), None)
        return None if problem is None else f"a name in it {problem}"


class Changes(NamedTuple):
    """The two histories that all changes make: those of the labels, and those of names."""

    labels: SchemeHistory
    renamings: Renamings

    @classmethod
    def of(cls, events: Iterable[SchemeEvent]) -> Changes:
        """Tell changes apart that come in any order in which none is before what it undoes."""
        labels: list[SchemeEvent] = []
        renamings: dict[str, SchemeEvent] = {}
        for event in events:
            if event.renaming is not None or event.target in renamings:
                renamings[event.hash] = event
            else:
                labels.append(event)
        return cls(SchemeHistory(labels), Renamings(renamings.values()))


def two_of_one_name(present: Callable[[str], str], identities: Iterable[str]) -> list[str]:
    """The names by which two of the documents, or two of the curators, given by their identities would go."""
    counts = Counter(map(present, set(identities)))
    return sorted(name for name, count in counts.items() if count > 1)
