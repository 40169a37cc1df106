"""Doing several slow things at once, with their results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(function: Callable[[Item], Result], items: Iterable[Item], parallel: int) -> Iterator[Result]:
    """Yield ``function(item)`` for each item, in order, ``parallel`` at a time.

    The threads are daemons, unlike those of a ``ThreadPoolExecutor``: who interrupts the program need not wait for
    answers that nobody will read.  With one at a time there are none.
    """
    if parallel == 1:
        yield from map(function, items)
        return
    tasks: SimpleQueue[tuple[Future[Result], Item] | None] = SimpleQueue()

    def work() -> None:
        while (task := tasks.get()) is not None:
            future, item = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(function(item))
                except BaseException as error:  # noqa: BLE001 - raised again where the result is read
                    future.set_exception(error)

    under_way: deque[Future[Result]] = deque()
    for _ in range(parallel):
        Thread(target=work, name="chat", daemon=True).start()
    try:
        for item in items:
            future: Future[Result] = Future()
            under_way.append(future)
            tasks.put((future, item))
            if len(under_way) > parallel:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for future in under_way:
            future.cancel()
        for _ in range(parallel):
            tasks.put(None)
