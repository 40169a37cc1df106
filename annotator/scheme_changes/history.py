"""The history of the label scheme: its changes, in one order in every database, also where several were made apart.

Every event of a layer names the changes that its writer knew, so a layer's state follows from its events and the
changes alone (:mod:`annotator.scheme_changes.folding`), whichever database they come from and in whichever order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from annotator.errors import AnnotatorError
from annotator.scheme_changes.change import LabelChange

UNDO = "undo"


class SchemeConflictError(AnnotatorError):
    """Two databases changed the same labels apart, in ways that do not go together."""


class SchemeEvent(msgspec.Struct, frozen=True):
    """One change of the label scheme, or the undoing of one.

    ``parents`` are the hashes of the last changes that its author knew, in order; ``at`` is UTC in ISO 8601 with
    milliseconds; ``change`` is what is done, ``target`` the hash of the change that is undone.  ``before`` and
    ``after`` are the text of ``labels.yaml`` around it, from which entries can be put back.
    """

    parents: tuple[str, ...]
    at: str
    actor: str
    action: str
    change: LabelChange | None = None
    target: str | None = None
    before: str = ""
    after: str = ""

    @property
    def hash(self) -> str:
        """The digest of all fields, which identifies the event."""
        change = None if self.change is None else msgspec.to_builtins(self.change)
        fields = ["annotator.scheme/1", self.parents, self.at, self.actor, self.action, change, self.target]
        return hashlib.sha256(msgspec.json.encode([*fields, self.before, self.after])).hexdigest()


class SchemeHistory:
    """All changes of the label scheme that a database knows."""

    def __init__(self, events: Iterable[SchemeEvent] = ()) -> None:
        self.events: dict[str, SchemeEvent] = {event.hash: event for event in events}
        self._known: dict[str, frozenset[str]] = {"": frozenset()}

    @cached_property
    def order(self) -> list[str]:
        """The hashes of all events in the order in which they count: none before one that its author knew."""
        depths: dict[str, int] = {}

        def depth(digest: str) -> int:
            waiting = [digest]
            while waiting:
                top = waiting[-1]
                missing = [p for p in self.events[top].parents if p not in depths]
                if missing:
                    waiting += missing
                else:
                    depths[top] = 1 + max((depths[p] for p in self.events[top].parents), default=0)
                    waiting.pop()
            return depths[digest]

        return sorted(self.events, key=lambda digest: (depth(digest), self.events[digest].at, digest))

    @cached_property
    def heads(self) -> str:
        """The events that no other one follows, in order, separated by blanks: what all events together are called."""
        followed = {parent for event in self.events.values() for parent in event.parents}
        return " ".join(sorted(self.events.keys() - followed))

    def knows(self, heads: str) -> bool:
        """Whether all of the changes that ``heads`` names are here."""
        return all(digest in self.events for digest in heads.split())

    def known(self, heads: str) -> frozenset[str]:
        """The changes that somebody knew who names ``heads``, and all before them."""
        if heads not in self._known:
            known: set[str] = set()
            waiting = heads.split()
            while waiting:
                digest = waiting.pop()
                if digest not in known:
                    known.add(digest)
                    waiting += self.events[digest].parents
            self._known[heads] = frozenset(known)
        return self._known[heads]

    def in_order(self, digests: Iterable[str]) -> list[SchemeEvent]:
        """Some events in the order in which they count."""
        wanted = set(digests)
        return [self.events[digest] for digest in self.order if digest in wanted]

    @cached_property
    def undone(self) -> frozenset[str]:
        """The changes that were undone."""
        return frozenset(event.target for event in self.events.values() if event.target is not None)

    @property
    def effective(self) -> list[tuple[str, SchemeEvent]]:
        """The changes that hold, in order, with their hashes."""
        return [
            (digest, self.events[digest])
            for digest in self.order
            if digest not in self.undone and self.events[digest].change is not None
        ]

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
        ours, theirs = self.events.keys() - other.events.keys(), other.events.keys() - self.events.keys()
        for one in sorted(ours):
            for another in sorted(theirs):
                self._check_together(self.events[one], other.events[another], result)
        return result

    @staticmethod
    def _check_together(ours: SchemeEvent, theirs: SchemeEvent, united: SchemeHistory) -> None:
        here, there = united.change_of(ours), united.change_of(theirs)
        same = (ours.action, ours.target, here) == (theirs.action, theirs.target, there)
        if not same and here.kind == there.kind and here.labels & there.labels:
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

    def problem(self, event: SchemeEvent) -> str | None:
        """Why an event that comes from elsewhere, whose parents are here, could not have been written, or ``None``."""
        if list(event.parents) != sorted(set(event.parents)):
            return "its parents are out of order"
        if any(parent not in self.events for parent in event.parents):
            return "what it follows is missing"
        if event.action == UNDO:
            target = self.events.get(event.target or "")
            fits = event.change is None and target is not None and target.change is not None
            return None if fits else "it undoes what is no change"
        if event.change is None or event.target is not None or event.change.action != event.action:
            return "it is no change"
        return event.change.problem()


NO_CHANGES = SchemeHistory()


def from_rows(rows: Iterable[Mapping[str, str]]) -> SchemeHistory:
    """The history of some stored events: the JSON text of each."""
    return SchemeHistory(msgspec.json.decode(row["event"], type=SchemeEvent) for row in rows)
