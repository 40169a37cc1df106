"""Waiting for slow answers in daemon threads: for several at once, and for one no longer than there is patience."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from annotator.lookahead import look_ahead

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_threads(function: Callable[[Item], Result], items: Iterable[Item], parallel: int) -> Iterator[Result]:
    """Yield ``function(item)`` for each item, in order, computed ``parallel`` at a time.

    Unlike those of a ``ThreadPoolExecutor`` the threads are daemons: who interrupts the program need not wait for
    answers that nobody will read.  With ``parallel`` 1 the function runs in this thread.
    """
    if parallel == 1:
        yield from map(function, items)
        return
    tasks: SimpleQueue[tuple[Future[Result], Item] | None] = SimpleQueue()

    def begin(item: Item) -> Future[Result]:
        future: Future[Result] = Future()
        tasks.put((future, item))
        return future

    def work() -> None:
        while (task := tasks.get()) is not None:
            future, item = task
            if future.set_running_or_notify_cancel():
                _fulfil(future, partial(function, item))

    for _ in range(parallel):
        Thread(target=work, name="chat", daemon=True).start()
    try:
        for future in look_ahead(map(begin, items), parallel, drop=Future.cancel):
            yield future.result()
    finally:
        for _ in range(parallel):
            tasks.put(None)


def within(seconds: float, function: Callable[[], Result]) -> Result:
    """What a function returns, if it does so in time; else :class:`TimeoutError`, and its thread is left to itself."""
    future: Future[Result] = Future()
    Thread(target=_fulfil, args=(future, function), name="chat", daemon=True).start()
    return future.result(seconds)


def _fulfil(future: Future[Result], function: Callable[[], Result]) -> None:
    try:
        future.set_result(function())
    except BaseException as error:  # noqa: BLE001 - raised again where the result is read
        future.set_exception(error)
