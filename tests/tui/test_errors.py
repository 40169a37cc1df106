"""Errors on the screen: the store refuses a step, or another window has changed the layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from annotator.errors import StoreError
from annotator.store import Store
from annotator.tui.screens.queue import QueueScreen
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, span_texts, sql_dump


@contextmanager
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the store refuse every write, as on a full disk."""

    def refuse(_store: Store) -> None:
        raise StoreError("the disk is full", "make room and try again")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "write", refuse)
        yield


async def test_what_the_store_refuses_is_said_and_did_not_happen(news: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async with workbench(news, "nota") as work:
        await work.press("f", "f", "escape", "g")
        before, stored = work.lines[:-3], sql_dump(news.workspace.database_path)
        for keys in ("a", "x", "A", "X", "2", "]", "*", "d", "f", "u", "vl3", "raw", "  ", "s"):
            with refusing(monkeypatch):
                await work.press(*keys)
                assert "the disk is full: make room and try" in work.text, keys
            assert sql_dump(news.workspace.database_path) == stored, keys
            work.app.clear_notifications()
            await work.press("escape", "g")
            assert work.lines[:-3] == before, keys
        await work.press("a")
        assert work.message == "accepted PERSON “Ana Ruiz”"


async def test_a_place_that_cannot_be_kept_does_not_hold_anyone_back(
    news: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with workbench(news, "nota") as work:
        with refusing(monkeypatch):
            await work.press("Q")
            assert isinstance(work.app.screen, QueueScreen)
            assert "the disk is full" in work.text


async def test_who_was_overtaken_by_another_window_is_told_and_goes_on(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        other = news.session()
        other.accept(str(work.annotating.item_id))
        await work.press("x")
        assert "╰PERSON╯" in work.text
        assert "5? 1✓ 0→" in work.header
        assert len(work.app._notifications) == 1
        work.app.clear_notifications()
        await work.press("tab", "a")
        assert work.message.startswith("accepted")
    assert ("PERSON", "Ana Ruiz") in span_texts(news.session())
    assert len(span_texts(news.session())) == 2
