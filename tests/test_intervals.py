"""The interval index answers as a plain list would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.intervals import Interval, IntervalIndex

offsets = st.integers(0, 30)
intervals = st.tuples(offsets, st.integers(1, 12), st.sampled_from("abcdef")).map(lambda t: (t[0], t[0] + t[1], t[2]))
changes = st.lists(st.tuples(st.booleans(), intervals), max_size=30)


def built(
    start: list[tuple[int, int, str]], steps: list[tuple[bool, tuple[int, int, str]]]
) -> tuple[IntervalIndex, list[Interval]]:
    """Return an index after some changes, and what it must hold."""
    index, naive = IntervalIndex(set(start)), {Interval.of(*interval) for interval in start}
    for comes, interval in steps:
        if comes:
            index.add(*interval)
            naive.add(Interval.of(*interval))
        else:
            index.discard(*interval)
            naive.discard(Interval.of(*interval))
    return index, sorted(naive)


@given(st.lists(intervals, max_size=10), changes)
def test_it_holds_what_was_put_in_and_not_taken_out_in_reading_order(
    start: list[tuple[int, int, str]], steps: list[tuple[bool, tuple[int, int, str]]]
) -> None:
    index, naive = built(start, steps)
    assert list(index) == naive
    assert len(index) == len(naive)
    assert [index[position] for position in range(len(index))] == naive


@given(st.lists(intervals, max_size=10), changes, offsets, st.integers(1, 12))
def test_overlapping_finds_exactly_what_shares_a_code_point(
    start: list[tuple[int, int, str]], steps: list[tuple[bool, tuple[int, int, str]]], at: int, size: int
) -> None:
    index, naive = built(start, steps)
    assert index.overlapping(at, at + size) == [i for i in naive if i.start < at + size and at < i.end]
    assert index.at(at) == [i for i in naive if i.start <= at < i.end]


@given(st.lists(intervals, max_size=10), changes, intervals)
def test_after_and_before_are_the_neighbours_in_reading_order(
    start: list[tuple[int, int, str]], steps: list[tuple[bool, tuple[int, int, str]]], here: tuple[int, int, str]
) -> None:
    index, naive = built(start, steps)
    interval = Interval.of(*here)
    assert index.after(interval) == next((i for i in naive if i > interval), None)
    assert index.before(interval) == next((i for i in reversed(naive) if i < interval), None)


@given(st.lists(intervals, max_size=10), st.integers(-1, 31))
def test_the_walk_can_start_at_a_bare_offset(start: list[tuple[int, int, str]], offset: int) -> None:
    index, naive = built(start, [])
    assert index.after((offset,)) == next((i for i in naive if i.start >= offset), None)
    assert index.before((offset,)) == next((i for i in reversed(naive) if i.start < offset), None)


def test_of_two_that_start_together_the_longer_comes_first() -> None:
    assert [i.id for i in IntervalIndex([(0, 2, "short"), (0, 9, "long")])] == ["long", "short"]
