"""Sets of members that belong together, joined pair by pair (union-find)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Member = TypeVar("Member", bound=object)


class DisjointSets(Generic[Member]):
    """Members in sets that only grow together; each set is represented by its smallest member.

    Members need an order.  Both operations take next to constant time (Tarjan 1975, path halving).
    """

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self._parents: dict[Member, Member] = {member: member for member in members}

    def __iter__(self) -> Iterator[Member]:
        return iter(self._parents)

    def __len__(self) -> int:
        return len(self._parents)

    def find(self, member: Member) -> Member:
        """The smallest member of the set that ``member`` is in; one not seen before is a set of its own."""
        parents = self._parents
        parent = parents.setdefault(member, member)
        while parents[parent] != parent:
            parents[parent] = parents[parents[parent]]
            parent = parents[parent]
        return parent

    def join(self, one: Member, other: Member) -> None:
        """Make one set of the sets that two members are in."""
        first, second = sorted((self.find(one), self.find(other)))  # type: ignore[type-var]
        self._parents[second] = first
