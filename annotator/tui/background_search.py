"""Searching the store in a thread, so that typing never waits for what is found."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from textual.message_pump import MessagePump

from annotator.errors import AnnotatorError
from annotator.store import Store

Found = TypeVar("Found")


class BackgroundSearch(Generic[Found]):
    """Searches the store in a thread, on a connection of its own; only the last search counts.

    ``show`` is given what was found, or ``fail`` the error, as a message of ``owner``, in order with the keys.
    """

    def __init__(
        self, owner: MessagePump, show: Callable[[Found], object], fail: Callable[[AnnotatorError], object]
    ) -> None:
        self._owner = owner
        self._show = show
        self._fail = fail
        self._thread = ThreadPoolExecutor(1, "search")
        self._store: Store | None = None
        self._running: Future[Found] | None = None
        self._number = 0

    @property
    def is_running(self) -> bool:
        """Whether what was searched for last has not been shown yet."""
        return self._running is not None

    def begin(self, store: Store, search: Callable[[Store], Found]) -> None:
        """Begin to search the database of ``store``, in place of a search that still runs."""
        self.stop()
        try:
            self._store = self._store or store.another()
        except AnnotatorError as error:
            self._fail(error)
            return
        self._running = self._thread.submit(self._run, search, self._store, self._number)
        self._running.add_done_callback(lambda ended: self._owner.call_later(self._show_found, ended))

    def finish(self) -> None:
        """Wait for the search that runs, and show what it found, before something is done with that."""
        if self._running is not None:
            wait([self._running])
            self._show_found(self._running)

    def stop(self) -> None:
        """Forget the search that runs."""
        self._number += 1
        self._running = None

    def close(self) -> None:
        """Stop, and close the connection until the next search."""
        self.stop()
        if self._store is not None:
            self._thread.submit(self._store.close)
            self._store = None

    def _run(self, search: Callable[[Store], Found], store: Store, number: int) -> Found:
        store.stop_when(lambda: number != self._number)
        return search(store)

    def _show_found(self, ended: Future[Found]) -> None:
        """Show what a search found, unless it was shown, or there was another one since."""
        if ended is not self._running:
            return
        self._running = None
        try:
            found = ended.result()
        except AnnotatorError as error:
            self._fail(error)
        else:
            self._show(found)
