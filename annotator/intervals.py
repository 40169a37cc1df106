"""An ordered index of intervals, to find the spans in a row, in a selection or near an offset.

Built for documents with tens of thousands of spans: look-ups are binary searches, changes cost one ``memmove``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, overload

FEW_CHANGES = 200
"""The number of changes below which each is made by itself."""


class Interval(NamedTuple):
    """A half-open range of code points with the id of its span; ordered by start, longer first."""

    start: int
    negative_end: int
    id: str

    @property
    def end(self) -> int:
        """The offset behind the last code point."""
        return -self.negative_end

    @classmethod
    def of(cls, start: int, end: int, item: str) -> Interval:
        """Build the interval from ``start`` to ``end``."""
        return cls(start, -end, item)


class IntervalIndex(Sequence[Interval]):
    """Intervals in reading order."""

    def __init__(self, intervals: Iterable[tuple[int, int, str]] = ()) -> None:
        self._sorted = sorted(Interval.of(*interval) for interval in intervals)
        self._longest = max((i.end - i.start for i in self._sorted), default=0)

    def __len__(self) -> int:
        return len(self._sorted)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self._sorted)

    @overload
    def __getitem__(self, position: int) -> Interval: ...
    @overload
    def __getitem__(self, position: slice) -> list[Interval]: ...
    def __getitem__(self, position: int | slice) -> Interval | list[Interval]:
        return self._sorted[position]

    def add(self, start: int, end: int, item: str) -> None:
        """Add an interval; adding it twice changes nothing."""
        interval = Interval.of(start, end, item)
        position = bisect_left(self._sorted, interval)
        if self._sorted[position : position + 1] != [interval]:
            self._sorted.insert(position, interval)
            self._longest = max(self._longest, end - start)

    def change(self, gone: Iterable[tuple[int, int, str]], come: Iterable[tuple[int, int, str]]) -> None:
        """Remove intervals and add others; many at once cost one pass."""
        gone, come = list(gone), list(come)
        if len(gone) + len(come) < FEW_CHANGES:
            for interval in gone:
                self.discard(*interval)
            for interval in come:
                self.add(*interval)
            return
        leaving = {Interval.of(*interval) for interval in gone}
        coming = {Interval.of(*interval) for interval in come}
        staying = (
            [i for i in self._sorted if i not in leaving and i not in coming] if leaving or coming else self._sorted
        )
        self._sorted = sorted(staying + sorted(coming))
        self._longest = max([self._longest, *(i.end - i.start for i in coming)])

    def discard(self, start: int, end: int, item: str) -> None:
        """Remove an interval if it is there."""
        interval = Interval.of(start, end, item)
        position = bisect_left(self._sorted, interval)
        if self._sorted[position : position + 1] == [interval]:
            del self._sorted[position]

    def overlapping(self, start: int, end: int) -> list[Interval]:
        """List the intervals that share a code point with ``start`` to ``end``, in reading order."""
        first = bisect_left(self._sorted, (start - self._longest,))
        last = bisect_left(self._sorted, (end,))
        return [i for i in self._sorted[first:last] if i.end > start]

    def at(self, offset: int) -> list[Interval]:
        """List the intervals that cover the code point at ``offset``, in reading order."""
        return self.overlapping(offset, offset + 1)

    def after(self, interval: Interval | tuple[int]) -> Interval | None:
        """Find the first interval behind ``interval`` in reading order."""
        position = bisect_left(self._sorted, interval)
        if position < len(self._sorted) and self._sorted[position] == interval:
            position += 1
        return self._sorted[position] if position < len(self._sorted) else None

    def before(self, interval: Interval | tuple[int]) -> Interval | None:
        """Find the last interval before ``interval`` in reading order."""
        position = bisect_left(self._sorted, interval)
        return self._sorted[position - 1] if position else None
