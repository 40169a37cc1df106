"""Ordering and grouping of whole numbers from 0, several times as fast as numpy does it where places are asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BITS = 63
"""What a number and its place may take together."""


def in_order(numbers: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The order in which numbers ascend, equal ones as they stand, and the numbers in that order.

    A number and its place are sorted as one number, for which processors have instructions.
    """
    if not np.any(numbers[1:] < numbers[:-1]):
        return np.arange(len(numbers)), numbers
    bits = len(numbers).bit_length()
    if int(numbers.max(initial=0)).bit_length() + bits > _BITS:
        order = np.argsort(numbers, kind="stable")
        return order, numbers[order]
    both = (numbers << bits) | np.arange(len(numbers))
    both.sort()
    return both & ((1 << bits) - 1), both >> bits


def distinct(numbers: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The numbers that there are, ascending, and the place of each among them."""
    order, found = in_order(numbers)
    new = changes(found)
    place = np.empty(len(numbers), dtype=np.intp)
    place[order] = np.cumsum(new) - 1
    return found[np.flatnonzero(new)], place


def first_of_each(numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each number that there is stands first, by ascending number."""
    order, found = in_order(numbers)
    return order[run_starts(found)]


def changes(column: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Which entries are not as the one before; the first is not."""
    found = np.ones(len(column), dtype=bool)
    np.not_equal(column[1:], column[:-1], out=found[1:])
    return found


def run_starts(column: NDArray[np.generic]) -> NDArray[np.intp]:
    """Where runs of equal entries begin.

    To pick entries by such places takes a quarter of what it takes by yes and no.
    """
    return np.flatnonzero(changes(column))
