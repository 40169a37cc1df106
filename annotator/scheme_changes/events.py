"""Changes as events: identified by a digest, each with those that its author knew, in one order in every database."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import msgspec

from annotator.errors import AnnotatorError
from annotator.scheme_changes.change import LabelChange

UNDO = "undo"


class SchemeConflictError(AnnotatorError):
    """Two databases changed the same labels, or renamed the same things, in ways that do not go together."""


class Renaming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document or a curator gets another ``name``.

    ``identity`` is what history calls it, whatever it was called in between; ``old`` what it was called until then.
    """

    kind: Literal["document", "curator"]
    identity: str
    old: str
    name: str

    def __str__(self) -> str:
        return f"rename {'--curator ' if self.kind == 'curator' else ''}{self.old} {self.name}"


class SchemeEvent(msgspec.Struct, frozen=True):
    """One change of the label scheme or one renaming, or the undoing of one.

    ``parents`` are the hashes of the last changes that its author knew, in order; ``at`` is UTC in ISO 8601 with
    milliseconds; ``change`` is what is done, ``target`` the hash of the change that is undone.  ``before`` and
    ``after`` are the text of ``labels.yaml`` around it, from which entries can be put back.  A ``renaming`` touches no
    label: it has no change, and no such text.
    """

    parents: tuple[str, ...]
    at: str
    actor: str
    action: str
    change: LabelChange | None = None
    target: str | None = None
    before: str = ""
    after: str = ""
    renaming: Renaming | None = None

    @property
    def hash(self) -> str:
        """The digest of all fields, which identifies the event."""
        change = None if self.change is None else msgspec.to_builtins(self.change)
        fields = ["annotator.scheme/1", self.parents, self.at, self.actor, self.action, change, self.target]
        renaming = [] if self.renaming is None else [msgspec.to_builtins(self.renaming)]
        return hashlib.sha256(msgspec.json.encode([*fields, self.before, self.after, *renaming])).hexdigest()


class ChangeHistory(ABC):
    """Changes of one sort that a database knows: those of the labels, or those of names."""

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
            if digest not in self.undone and self.events[digest].action != UNDO
        ]

    @staticmethod
    def standing(events: Iterable[SchemeEvent]) -> list[SchemeEvent]:
        """The events without changes that are undone among them."""
        events = list(events)
        hashes = {event.hash for event in events}
        undone = {event.target for event in events if event.target in hashes}
        return [event for event in events if event.hash not in undone and event.target not in hashes]

    def problem(self, event: SchemeEvent) -> str | None:
        """Why an event that comes from elsewhere, whose parents are here, could not have been written, or ``None``."""
        if list(event.parents) != sorted(set(event.parents)):
            return "its parents are out of order"
        if any(parent not in self.events for parent in event.parents):
            return "what it follows is missing"
        if event.action == UNDO:
            target = self.events.get(event.target or "")
            fits = (event.change, event.renaming) == (None, None) and target is not None and target.action != UNDO
            return None if fits else "it undoes what is no change"
        return self.change_problem(event)

    @abstractmethod
    def change_problem(self, event: SchemeEvent) -> str | None:
        """Why there can be no such change, which is no undoing, or ``None``."""
