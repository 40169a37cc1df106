"""Taking work from an iterator before it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from annotator.lookahead import in_advance, portions


def test_the_next_one_is_taken_meanwhile_and_no_more() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(5):
            taken.append(number)
            yield number

    with closing(in_advance(numbers())) as items:
        assert next(items) == 0
        assert next(items) == 1
    assert taken in ([0, 1], [0, 1, 2])
    assert list(in_advance(numbers())) == [0, 1, 2, 3, 4]
    assert list(in_advance([])) == []


def test_an_error_comes_when_it_is_its_turn() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    items = in_advance(broken())
    assert next(items) == 1
    with pytest.raises(ValueError, match="no more"):
        next(items)


def test_portions_end_at_so_many_items_or_so_much_of_them() -> None:
    assert list(portions([1, 1, 1, 1, 1], 2, int, 10)) == [[1, 1], [1, 1], [1]]
    assert list(portions([4, 4, 4, 1, 30, 2], 3, int, 10)) == [[4, 4, 4], [1, 30], [2]]
    assert list(portions([], 3, int, 10)) == []
