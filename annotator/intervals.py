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
    """Intervals in reading order; changes are made when it is read next, many at once in one pass."""

    def __init__(self, intervals: Iterable[tuple[int, int, str]] = ()) -> None:
        self._settled = sorted(Interval.of(*interval) for interval in intervals)
        self._longest = max((i.end - i.start for i in self._settled), default=0)
        self._changes: dict[Interval, bool] = {}

    def in_order(self) -> Sequence[Interval]:
        """The intervals as they are now, for many look-ups until the next change."""
        if self._changes:
            self._settle()
        return self._settled

    @property
    def _sorted(self) -> list[Interval]:
        """The intervals as they are now."""
        if self._changes:
            self._settle()
        return self._settled

    def _settle(self) -> None:
        changes, self._changes = self._changes, {}
        if len(changes) >= FEW_CHANGES:
            staying = [interval for interval in self._settled if interval not in changes]
            self._settled = sorted(staying + sorted(interval for interval, stays in changes.items() if stays))
            return
        for interval, stays in changes.items():
            position = bisect_left(self._settled, interval)
            is_there = position < len(self._settled) and self._settled[position] == interval
            if stays and not is_there:
                self._settled.insert(position, interval)
            elif is_there and not stays:
                del self._settled[position]

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
        self._changes[Interval.of(start, end, item)] = True
        self._longest = max(self._longest, end - start)

    def change(self, gone: Iterable[tuple[int, int, str]], come: Iterable[tuple[int, int, str]]) -> None:
        """Remove intervals and add others."""
        for interval in gone:
            self.discard(*interval)
        for interval in come:
            self.add(*interval)

    def discard(self, start: int, end: int, item: str) -> None:
        """Remove an interval if it is there."""
        self._changes[Interval.of(start, end, item)] = False

    def overlapping(self, start: int, end: int) -> list[Interval]:
        """List the intervals that share a code point with ``start`` to ``end``, in reading order."""
        intervals = self._sorted
        first = bisect_left(intervals, (start - self._longest,))
        last = bisect_left(intervals, (end,))
        return [i for i in intervals[first:last] if i.negative_end < -start]

    def at(self, offset: int) -> list[Interval]:
        """List the intervals that cover the code point at ``offset``, in reading order."""
        return self.overlapping(offset, offset + 1)

    def after(self, interval: Interval | tuple[int]) -> Interval | None:
        """Find the first interval behind ``interval`` in reading order."""
        intervals = self._sorted
        position = bisect_left(intervals, interval)
        if position < len(intervals) and intervals[position] == interval:
            position += 1
        return intervals[position] if position < len(intervals) else None

    def before(self, interval: Interval | tuple[int]) -> Interval | None:
        """Find the last interval before ``interval`` in reading order."""
        intervals = self._sorted
        position = bisect_left(intervals, interval)
        return intervals[position - 1] if position else None
