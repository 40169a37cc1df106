"""The line of the screen on which each row of a text begins, where rows take one line or several."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate, islice

AT_A_TIME = 256
"""Rows that are added up together."""


class RowTops:
    """The line on which each row begins, from 0; of the number of rows, the number of all lines.

    Each key changes the heights of a few rows, on which all rows after them depend, of which few are ever asked for:
    they are added up when they are.
    """

    def __init__(self, heights: Iterable[int]) -> None:
        self._heights = array("H", heights)
        self._tops = array("L", [0])
        self.lines = sum(self._heights)

    def __getitem__(self, row: int) -> int:
        while row >= len(self._tops):
            self._add_up()
        return self._tops[row]

    def row_at(self, line: int) -> int:
        """The row that a line belongs to; the last row for lines after it."""
        if line >= self.lines:
            return len(self._heights) - 1
        while self._tops[-1] <= line:
            self._add_up()
        return bisect_right(self._tops, line) - 1

    def change(self, row: int, height: int) -> None:
        """Give a row another height, in lines."""
        self.lines += height - self._heights[row]
        self._heights[row] = height
        del self._tops[row + 1 :]

    def _add_up(self) -> None:
        known = len(self._tops)
        if known > len(self._heights):
            raise IndexError("there is no such row")
        following = self._heights[known - 1 : known - 1 + AT_A_TIME]
        self._tops.extend(islice(accumulate(following, initial=self._tops[-1]), 1, None))
