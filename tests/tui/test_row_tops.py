"""On which line each row begins, while heights change in any order."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.tui.layout.row_tops import AT_A_TIME, RowTops

HEIGHTS = st.integers(1, 9)
LONG = 2 * AT_A_TIME + 3


@given(
    st.lists(HEIGHTS, min_size=1, max_size=12).flatmap(
        lambda some: st.sampled_from([some, (some * LONG)[:LONG], (some * LONG)[:AT_A_TIME]])
    ),
    st.lists(st.tuples(st.integers(0, LONG), HEIGHTS, st.integers(0, 9 * LONG)), max_size=20),
)
def test_tops_are_the_sums_of_the_heights_before(heights: list[int], steps: list[tuple[int, int, int]]) -> None:
    tops = RowTops(heights)
    for number, height, line in [(0, heights[0], 0), *steps]:
        row = number % len(heights)
        tops.change(row, height)
        heights[row] = height
        expected = list(accumulate(heights, initial=0))
        assert tops.lines == expected[-1]
        assert tops.row_at(line) == min(bisect_right(expected, line) - 1, len(heights) - 1)
        assert (tops[row], tops[row + 1]) == (expected[row], expected[row + 1])
    assert [tops[row] for row in range(len(heights) + 1)] == expected


def test_a_row_that_there_is_not_is_an_error() -> None:
    with pytest.raises(IndexError, match="no such row"):
        RowTops([1, 2])[3]
