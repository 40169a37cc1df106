"""Work in another process: the same answers, whatever becomes of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.side_process import SideProcess

ELSEWHERE = Path(sys.argv[0]).stem == "side_process"


def squares(values: list[int]) -> list[tuple[int, bool]]:
    """Return squares, and whether they were made in the process of the test."""
    if values == [13] and ELSEWHERE:
        os._exit(1)
    if -1 in values:
        raise ValueError("no squares of these")
    return [(value * value, not ELSEWHERE) for value in values]


@pytest.fixture
def side() -> Iterator[SideProcess[int, tuple[int, bool]]]:
    process = SideProcess(squares, least=2)
    yield process
    process.close()


Side = SideProcess[int, tuple[int, bool]]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core: nothing is to be gained by another process")
def test_much_work_is_done_elsewhere_and_answered_in_order(side: Side) -> None:
    assert side.begin([3], 1).result() == [(9, True)], "little work is not worth a process"
    begun = [side.begin([number, number + 1], 2) for number in range(20)]
    assert [future.result() for future in begun] == [[(n * n, False), ((n + 1) ** 2, False)] for n in range(20)]
    assert side.begin([3]).result() == [(9, False)], "it is there now"


def test_what_the_other_process_does_not_survive_is_done_here(side: Side) -> None:
    side.begin([1, 2], 2).result()
    assert side.begin([13]).result() == [(169, True)]
    assert side.begin([4, 5, 6]).result() == [(16, True), (25, True), (36, True)]


def test_what_was_sent_before_the_other_process_died_is_done_here_too(side: Side) -> None:
    lists = [[number, number + 1] for number in range(100, 108)]
    lists[3] = [13]
    begun = [side.begin(values, len(values)) for values in lists]
    assert [[square for square, _ in future.result()] for future in begun] == [[v * v for v in vs] for vs in lists]
    assert begun[3].result() == [(169, True)]


def test_a_mistake_is_raised_where_it_was_asked(side: Side) -> None:
    with pytest.raises(ValueError, match="no squares of these"):
        side.begin([1, -1], 2).result()
    assert [value for value, _ in side.begin([2, 3]).result()] == [4, 9]


def test_closing_forgets_what_is_under_way(side: Side) -> None:
    begun = [side.begin(list(range(2000)), 2000) for _ in range(50)]
    side.close()
    answers = [future.result() for future in begun if not (future.cancelled() or future.exception())]
    assert not any(made_here for answer in answers for _, made_here in answer), "nobody waits for them any more"
    assert [value for value, _ in side.begin([2]).result()] == [4]
