"""Which mentions of a layer are one and the same, by the relations of its equivalences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import count
from typing import Any

from annotator.annotation import Relation

Mention = tuple[str, str]
"""The label of an equivalence, and the id of a span that it links."""


class MentionGroups:
    """The groups into which equivalences link the mentions of a layer, kept up to date link by link.

    A group has a number from 1, which it keeps as long as it is there, so that what is on the screen stays as it is: of
    two that are joined the lower one stays, of one that falls apart the larger part keeps it.  A new group gets the
    lowest free number.  ``links`` are the ids of the relations that make the groups.
    """

    def __init__(self, equivalences: Collection[str]) -> None:
        self._equivalences = equivalences
        self._links: defaultdict[Mention, dict[str, str]] = defaultdict(dict)
        self._numbers: dict[Mention, int] = {}
        self._groups: dict[int, set[Mention]] = {}
        self._moved: set[str] = set()
        self.links: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._groups)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._groups))

    def __len__(self) -> int:
        return len(self._groups)

    # Looking things up

    def numbers_of(self, span_id: str) -> tuple[int, ...]:
        """The numbers of the groups that a span is in: at most one for each equivalence."""
        if not self._groups:
            return ()
        found = (self._numbers.get((label, span_id)) for label in self._equivalences)
        return tuple(sorted(number for number in found if number is not None))

    def members(self, number: int) -> set[str]:
        """The ids of the spans in a group; none where there is no such group."""
        return {span_id for _, span_id in self._groups.get(number, ())}

    def label(self, number: int) -> str:
        """The equivalence by which a group is one."""
        return next(label for label, _ in self._groups[number])

    def mates(self, label: str, span_id: str) -> set[str]:
        """The spans that are one with a span by an equivalence, and that span."""
        number = self._numbers.get((label, span_id))
        return {span_id} if number is None else self.members(number)

    def are_one(self, label: str, one: str, other: str) -> bool:
        """Whether two spans are one already, directly or by way of others."""
        number = self._numbers.get((label, one))
        return number is not None and number == self._numbers.get((label, other))

    def parts_without(self, label: str, span_id: str) -> list[set[str]]:
        """The parts into which a group falls without one of its mentions."""
        parts: list[set[str]] = []
        for other in self._links[label, span_id].values():
            if not any(other in part for part in parts):
                parts.append(self._reached((label, other), without=span_id))
        return parts

    def take_moved(self) -> set[str]:
        """The spans whose groups have changed since this was last called."""
        moved, self._moved = self._moved, set()
        return moved

    # Changing

    def is_link(self, relation: Relation) -> bool:
        """Whether a relation links mentions into a group."""
        return relation.label in self._equivalences

    def fill(self, relations: Iterable[Relation], place: Callable[[str], Any]) -> None:
        """Take up the links of a layer, and number the groups in the order of their first mentions (by ``place``)."""
        for relation in relations:
            if self.is_link(relation):
                self.add(relation)
        groups = sorted(self._groups.values(), key=lambda group: min(place(span_id) for _, span_id in group))
        self._groups = dict(enumerate(groups, 1))
        self._numbers = {mention: number for number, group in self._groups.items() for mention in group}
        self._moved.clear()

    def add(self, relation: Relation) -> set[str]:
        """Join what a relation links; the spans of the group that this gives."""
        ends = [(relation.label, relation.head), (relation.label, relation.child)]
        for mention, other in zip(ends, reversed(ends), strict=True):
            self._links[mention][relation.id] = other[1]
        self.links.add(relation.id)
        numbers = sorted({self._numbers[mention] for mention in ends if mention in self._numbers})
        number = numbers[0] if numbers else self._free_number()
        joined = set(ends).union(*(self._groups.pop(other) for other in numbers))
        self._put(number, joined)
        return {span_id for _, span_id in joined}

    def discard(self, relation: Relation) -> set[str]:
        """Take a link away; the spans of the group that it was in."""
        label = relation.label
        for end in (relation.head, relation.child):
            self._links[label, end].pop(relation.id, None)
        self.links.discard(relation.id)
        number = self._numbers[label, relation.head]
        before = self.members(number)
        one, other = (self._reached((label, end)) for end in (relation.head, relation.child))
        if one != other:
            self._put(number, set())
            larger, smaller = sorted((one, other), key=len, reverse=True)
            for part, part_number in ((larger, number), (smaller, None)):
                if len(part) > 1:
                    mentions = {(label, span_id) for span_id in part}
                    self._put(self._free_number() if part_number is None else part_number, mentions)
        return before

    def _put(self, number: int, mentions: set[Mention]) -> None:
        """Make some mentions a group, in place of the one with this number."""
        gone = self._groups.pop(number, set()) - mentions
        for mention in gone:
            del self._numbers[mention]
        self._moved.update(span_id for _, span_id in gone)
        self._moved.update(m[1] for m in mentions if self._numbers.get(m) != number)
        self._numbers.update(dict.fromkeys(mentions, number))
        if mentions:
            self._groups[number] = mentions

    def _free_number(self) -> int:
        return next(number for number in count(1) if number not in self._groups)

    def _reached(self, mention: Mention, without: str | None = None) -> set[str]:
        """The spans that links lead to from a mention, with it, by no way through ``without``."""
        label, start = mention
        reached, waiting = {start}, [start]
        while waiting:
            for other in self._links[label, waiting.pop()].values():
                if other not in reached and other != without:
                    reached.add(other)
                    waiting.append(other)
        return reached
