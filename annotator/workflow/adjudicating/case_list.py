"""Lists of a document's cases in the order of the walk, of which a decision changes a few places only."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple, overload

from annotator.workflow.adjudicating.cases import AttributeCase, Case, Kind, SpanCase

Order = tuple[tuple[int, int], str]
"""What cases are sorted by: where they come in reading order, then their id."""


class CaseFilter(NamedTuple):
    """Which cases a list holds: those of one ``kind`` (``None`` for all), open, disputed or of spans only."""

    kind: Kind | None = None
    only_open: bool = False
    only_disputed: bool = False
    only_spans: bool = False

    def passes(self, case: Case) -> bool:
        """Whether a case is in the list."""
        return (
            (not self.only_open or case.settled is None)
            and (self.kind is None or case.kind == self.kind)
            and (not self.only_disputed or is_disputed(case))
            and (not self.only_spans or isinstance(case, SpanCase))
        )


class CaseList(Sequence[Case]):
    """Cases in the order of the walk, unchangeable; looking one up is a binary search."""

    def __init__(self, cases: Iterable[Case] = ()) -> None:
        pairs = sorted([(order(case), case) for case in cases], key=itemgetter(0))
        self._order: list[Order] = [key for key, _ in pairs]
        self._cases: list[Case] = [case for _, case in pairs]

    def __len__(self) -> int:
        return len(self._cases)

    def __iter__(self) -> Iterator[Case]:
        return iter(self._cases)

    @overload
    def __getitem__(self, position: int) -> Case: ...
    @overload
    def __getitem__(self, position: slice) -> list[Case]: ...
    def __getitem__(self, position: int | slice) -> Case | list[Case]:
        return self._cases[position]

    @cached_property
    def _reach(self) -> int:
        """How many code points a case reaches at most from where it comes in reading order, in either direction."""
        return max(map(_reach_of, self._cases), default=0)

    def with_changes(self, gone: Iterable[Case], come: Iterable[Case]) -> CaseList:
        """The list without some of its cases, and with others."""
        changed = CaseList()
        changed._order, changed._cases = self._order.copy(), self._cases.copy()
        for case in gone:
            place = bisect_left(changed._order, order(case))
            del changed._order[place], changed._cases[place]
        reach = 0
        for case in come:
            key = order(case)
            place = bisect_left(changed._order, key)
            changed._order.insert(place, key)
            changed._cases.insert(place, case)
            reach = max(reach, _reach_of(case))
        if "_reach" in self.__dict__:
            changed.__dict__["_reach"] = max(self._reach, reach)
        return changed

    def place(self, case: Case | None) -> int | None:
        """The index of a case; ``None`` when it is not in the list."""
        if case is None:
            return None
        place = bisect_left(self._order, order(case))
        return place if place < len(self) and self._cases[place].id == case.id else None

    def next(self, case: Case | None, offset: int, by: int) -> Case | None:
        """The next (for -1 the previous) case after ``case``, or after an offset in code points; wraps round."""
        if not self._cases:
            return None
        start = order(case) if case is not None else ((offset, -1), "")
        index = bisect_right(self._order, start) if by > 0 else bisect_left(self._order, start) - 1
        return self._cases[index % len(self)]

    def overlapping(self, start: int, end: int) -> list[Case]:
        """The cases that share a code point with ``start`` to ``end``."""
        first = bisect_left(self._order, ((start - self._reach, -1), ""))
        last = bisect_left(self._order, ((end + self._reach, -1), ""))
        near = ((case, case.range) for case in self._cases[first:last])
        return [case for case, stretch in near if stretch[0] < end and start < stretch[1]]


def order(case: Case) -> Order:
    """What cases are sorted by in the order of the walk; an attribute comes right behind the case of its item."""
    if isinstance(case, AttributeCase):
        return case.position, f"{case.item_case[1]}\0{case.name}"
    return case.position, case.id


def is_disputed(case: Case) -> bool:
    """Whether curators do not agree on a case by themselves."""
    return case.kind != "agreed" or case.settled != "agreement"


def _reach_of(case: Case) -> int:
    (start, end), (offset, _) = case.range, case.position
    return max(offset - start, end - offset)
