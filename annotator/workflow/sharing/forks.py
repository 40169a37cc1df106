"""Lines of one curator that two databases carried on apart, one of which went by another name since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from annotator.history import Event, rename_author

HashesByAuthor = Mapping[str, Collection[str]]
"""The hashes of the events of all curators' layers on a document, by the identities of these curators."""


class Fork(NamedTuple):
    """A curator's layer in two databases: what both went on with after the same beginning."""

    ours: Sequence[Event]
    theirs: Sequence[Event]

    def theirs_here(self, here: HashesByAuthor) -> str | None:
        """The curator as whose theirs was taken in here."""
        return _known_as(self.theirs, self.ours, here)

    def ours_there(self, there: HashesByAuthor) -> str | None:
        """The curator as whose ours was taken in there."""
        return _known_as(self.ours, self.theirs, there)

    @property
    def ours_stays(self) -> bool:
        """Which line stays, where each was taken in as another's in the other place: the same in both."""
        return _first_own(self.ours, self.theirs)[-1].hash < _first_own(self.theirs, self.ours)[-1].hash


def _first_own(line: Sequence[Event], other: Sequence[Event]) -> Sequence[Event]:
    """A line up to its first event that another line lacks."""
    known = {event.hash for event in other}
    own = next((number for number, event in enumerate(line) if event.hash not in known), len(line) - 1)
    return line[: own + 1]


def _known_as(line: Sequence[Event], other: Sequence[Event], layers: HashesByAuthor) -> str | None:
    """Whose a line was made: the curator under whose name its first own event is there."""
    beginning = _first_own(line, other)
    names = (name for name, hashes in sorted(layers.items()) if rename_author(beginning, name)[-1].hash in hashes)
    return next(names, None)
