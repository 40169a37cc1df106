"""When something is wrong: the store refuses, another window was faster, the terminal is too small."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual.binding import Binding

from annotator.errors import StoreError
from annotator.store import Store
from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.help import HelpScreen
from annotator.tui.screens.queue import QueueScreen
from annotator.workflow.reserved_keys import RESERVED_KEYS
from tests.tui.driving import workbench
from tests.workspaces import Bench, dump, said

SMALL = "The workbench needs 60×15."
Bound = type[AnnotateScreen] | type[QueueScreen] | type[HelpScreen] | type[AnnotatorApp]
TABLES: list[Bound] = [AnnotateScreen, QueueScreen, HelpScreen, AnnotatorApp]


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
        before, stored = work.lines[:-3], dump(news.workspace.database_path)
        for keys in ("a", "x", "A", "X", "2", "]", "*", "d", "f", "u", "vl3", "raw", "  ", "s"):
            with refusing(monkeypatch):
                await work.press(*keys)
                assert "the disk is full: make room and try" in work.text, keys
            assert dump(news.workspace.database_path) == stored, keys
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
        other.accept(str(work.session.focus))
        await work.press("x")
        assert "╰PERSON╯" in work.text
        assert "5? 1✓ 0→" in work.header
        assert len(work.app._notifications) == 1
        work.app.clear_notifications()
        await work.press("tab", "a")
        assert work.message.startswith("accepted")
    assert ("PERSON", "Ana Ruiz") in said(news.session())
    assert len(said(news.session())) == 2


async def test_a_window_too_small_says_so_and_recovers(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        before = work.text
        for size in ((59, 24), (80, 14), (20, 5), (2, 2)):
            await work.pilot.resize_terminal(*size)
            await work.settle()
            if size[0] >= 20:
                assert SMALL.split()[-1] in work.text
                assert "Ana Ruiz trabaja" not in work.text
            await work.press("a", "x", "2", " ", "d")
            await work.pilot.resize_terminal(80, 24)
            await work.settle()
            assert work.text == before
    assert news.actions("curator:ana") == []


async def test_the_queue_says_too_that_the_window_is_too_small(news: Bench) -> None:
    async with workbench(news, size=(50, 10)) as work:
        assert "This window is 50×10." in work.text
        assert SMALL in work.text
        await work.pilot.resize_terminal(80, 24)
        await work.settle()
        assert "nota" in work.text


async def test_a_long_name_leaves_room_for_the_counts(news: Bench) -> None:
    news.add("x" * 70, "日本 " * 50)
    async with workbench(news, "x" * 70, size=(60, 15)) as work:
        assert "0? 0✓ 0→ · 0/4 done · ana" in work.header


async def test_narrower_and_wider_the_focus_stays_in_view(news: Bench) -> None:
    news.add("larga", "Palabra tras palabra sin fin. " * 300 + "Aquí termina.\n")
    async with workbench(news, "larga") as work:
        await work.press("G")
        for size in ((60, 15), (200, 60), (80, 24), (130, 30)):
            await work.pilot.resize_terminal(*size)
            await work.settle()
            await work.settle()
            assert "termina." in work.text


def bindings(screen: Bound) -> list[Binding]:
    return [binding for binding in screen.BINDINGS if isinstance(binding, Binding)]


@pytest.mark.parametrize("screen", TABLES)
def test_every_binding_has_a_name_of_its_own(screen: Bound) -> None:
    assert len(bindings(screen)) == len(screen.BINDINGS)
    names = [binding.id for table in TABLES for binding in bindings(table)]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("screen", TABLES)
def test_no_key_does_two_things_on_a_screen(screen: Bound) -> None:
    keys = [key for binding in bindings(screen) for key in binding.key.split(",")]
    assert len(set(keys)) == len(keys)


def test_no_label_may_take_a_key_of_the_workbench() -> None:
    named = {
        "semicolon": ";",
        "dollar_sign": "$",
        "left_square_bracket": "[",
        "right_square_bracket": "]",
        "left_curly_bracket": "{",
        "right_curly_bracket": "}",
        "full_stop": ".",
        "asterisk": "*",
        "slash": "/",
        "backslash": "\\",
        "question_mark": "?",
        "space": " ",
    }
    keys = {named.get(key, key) for binding in bindings(AnnotateScreen) for key in binding.key.split(",")}
    assert {key for key in keys if len(key) == 1} == RESERVED_KEYS
    special = {"tab", "enter", "escape", "delete", "home", "end", "pageup", "pagedown", "f2", "f3"}
    arrows = {"up", "down", "left", "right"}
    assert {key for key in keys if len(key) > 1 and "+" not in key} == special | arrows
