"""Searching in a thread: the last search counts, an outdated one ends, and keys that need what is found wait for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import cast

import pytest
from textual.message_pump import MessagePump

from annotator.errors import AnnotatorError, StoreError
from annotator.store import LostError, Store
from annotator.tui.background_search import BackgroundSearch
from annotator.tui.widgets.queue_view import FoundDocuments, QueueView
from annotator.workflow.desk import QueueFilter
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


class Owner:
    """Takes messages as a screen does, and handles them when it is told to."""

    def __init__(self) -> None:
        self.messages: list[Callable[[], object]] = []
        self.came = Event()

    def call_later(self, callback: Callable[..., object], *values: object) -> None:
        self.messages.append(lambda: callback(*values))
        self.came.set()

    def handle(self) -> None:
        assert self.came.wait(20)
        while self.messages:
            self.messages.pop(0)()


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def shown() -> list[object]:
    return []


@pytest.fixture
def search(owner: Owner, shown: list[object]) -> BackgroundSearch[object]:
    return BackgroundSearch(cast(MessagePump, owner), shown.append, shown.append)


def keys(store: Store) -> object:
    return store.document_keys()


def endless(store: Store) -> object:
    return store.rows(ENDLESS)


def test_what_was_found_is_shown_with_the_messages_of_the_screen(
    news: Bench, search: BackgroundSearch[object], owner: Owner, shown: list[object]
) -> None:
    search.begin(news.store, keys)
    assert owner.came.wait(20)
    assert (shown, search.is_running) == ([], True)
    owner.handle()
    assert (shown, search.is_running) == ([["nota", "otra", "zeta"]], False)


def test_another_search_ends_the_one_before(
    news: Bench, search: BackgroundSearch[object], owner: Owner, shown: list[object]
) -> None:
    begun = Event()

    def forever(store: Store) -> object:
        begun.set()
        return endless(store)

    search.begin(news.store, forever)
    assert begun.wait(20)
    search.begin(news.store, endless)
    search.begin(news.store, keys)
    search.finish()
    owner.handle()
    assert shown == [["nota", "otra", "zeta"]]


def test_what_is_stopped_is_never_shown(
    news: Bench, search: BackgroundSearch[object], owner: Owner, shown: list[object]
) -> None:
    search.begin(news.store, keys)
    search.stop()
    owner.handle()
    assert (shown, search.is_running) == ([], False)


def test_what_is_waited_for_is_shown_once(
    news: Bench, search: BackgroundSearch[object], owner: Owner, shown: list[object]
) -> None:
    search.begin(news.store, keys)
    search.finish()
    assert len(shown) == 1
    owner.handle()
    assert len(shown) == 1


def test_an_error_is_reported(news: Bench, search: BackgroundSearch[object], owner: Owner, shown: list[object]) -> None:
    search.begin(news.store, lambda store: store.rows("SELECT 1 FROM nothing"))
    owner.handle()
    assert isinstance(shown[0], StoreError)


def test_a_database_that_is_gone_is_not_made_anew(
    news: Bench, search: BackgroundSearch[object], shown: list[object]
) -> None:
    path = news.store.path
    path.rename(path.with_name("elsewhere.db"))
    search.begin(news.store, keys)
    assert isinstance(shown[0], LostError)
    assert (search.is_running, path.exists()) == (False, False)


class Gate:
    """Holds the searches of a queue until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._open = Event()
        search = QueueView.search

        def held(view: QueueView, queue_filter: QueueFilter) -> Callable[[Store], FoundDocuments]:
            found = search(view, queue_filter)

            def wait_and_search(store: Store) -> FoundDocuments:
                assert self._open.wait(20)
                return found(store)

            return wait_and_search

        monkeypatch.setattr(QueueView, "search", held)

    def let_go(self) -> None:
        """Let the searches go on."""
        self._open.set()

    async def open(self, work: WorkbenchDriver) -> None:
        """Let the searches go on, until nothing is sought any more."""
        self.let_go()
        for _ in range(1000):
            await work.pilot.pause(0.01)
            if "…:" not in work.text:
                return
        raise AssertionError(work.text)


async def test_letters_are_seen_while_the_queue_is_searched(news: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch)
    async with workbench(news) as work:
        await work.press("/", "o", "t")
        assert work.line("#entry").startswith("ot")
        assert "…: all matching “ot”, by key" in work.text
        assert "zeta" in work.text
        await work.press("r")
        assert work.line("#entry").startswith("otr")
        await gate.open(work)
        assert "1 shown: all matching “otr”" in work.text
        assert "zeta" not in work.text


@pytest.mark.parametrize("closing", ["enter", "escape"])
async def test_a_key_acts_on_what_was_searched_for_last(
    news: Bench, monkeypatch: pytest.MonkeyPatch, closing: str
) -> None:
    gate = Gate(monkeypatch)
    async with workbench(news) as work:
        await work.press("G", "/", *"otr")
        gate.let_go()
        await work.press(closing, "enter")
        assert work.session.document.key == "otra"


async def test_an_error_while_typing_leaves_the_list_as_it_was(news: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_view: QueueView, _queue_filter: QueueFilter) -> Callable[[Store], FoundDocuments]:
        def search(_store: Store) -> FoundDocuments:
            raise AnnotatorError("the disk is on fire", "put it out")

        return search

    monkeypatch.setattr(QueueView, "search", fail)
    async with workbench(news) as work:
        await work.press("/", "o", "enter")
        assert "the disk is on fire" in work.text
        assert "3 shown: all, by key" in work.text
