"""Taking items from an iterator, in order: many at a time, or some steps before they are needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from typing import TypeVar

AnyItem = TypeVar("AnyItem")


def look_ahead(
    items: Iterable[AnyItem], count: int, *, drop: Callable[[AnyItem], object] | None = None
) -> Iterator[AnyItem]:
    """Yield the items in order, each once ``count`` more were taken from the iterator, or all of them.

    Where taking an item begins work on another core or in a thread, up to ``count + 1`` of them are under way at once.
    ``drop`` is called for every item that was taken but not yielded when the consumer stops or an item cannot be taken,
    such as ``Future.cancel``.
    """
    waiting: deque[AnyItem] = deque()
    try:
        for item in items:
            waiting.append(item)
            if len(waiting) > count:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        if drop is not None:
            for item in waiting:
                drop(item)


def portions(
    items: Iterable[AnyItem], most: int, size: Callable[[AnyItem], int], most_size: int
) -> Iterator[list[AnyItem]]:
    """Gather items until there are ``most``, or until their sizes together are ``most_size``."""
    gathered: list[AnyItem] = []
    room = most_size
    for item in items:
        gathered.append(item)
        room -= size(item)
        if len(gathered) == most or room <= 0:
            yield gathered
            gathered, room = [], most_size
    if gathered:
        yield gathered


def in_advance(items: Iterable[AnyItem]) -> Generator[AnyItem, None, None]:
    """Yield the items in order, while a thread takes the next one from the iterator; its error is raised in turn."""
    from concurrent.futures import ThreadPoolExecutor

    iterator = iter(items)
    with ThreadPoolExecutor(1) as thread:
        taken = thread.submit(list, islice(iterator, 1))
        while item := taken.result():
            taken = thread.submit(list, islice(iterator, 1))
            yield item[0]
