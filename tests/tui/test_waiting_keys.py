"""Keys typed while another process holds the write lock: they wait in order, and the screen says for whom."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from annotator.errors import LockedError
from annotator.store import Store, lock
from annotator.tui.screens.adjudicate import AdjudicateScreen
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.queue import QueueScreen
from tests.processes import PATIENCE, start
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench, range_of, span_texts

HOLD = """
import sys
from tests.workspaces import open_bench
with open_bench(sys.argv[1]).store.write():
    print("held", flush=True)
    sys.stdin.readline()
"""

FOREIGN = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


class Holder:
    """Another process that was stopped in the middle of a transaction."""

    def __init__(self, bench: Bench) -> None:
        self.process = start(HOLD, bench.workspace.root)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "held\n"
        os.kill(self.process.pid, signal.SIGSTOP)

    def let_go(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)
        self.process.communicate("go\n", timeout=PATIENCE)

    def end(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def holder(news: Bench) -> Iterator[Holder]:
    holder = Holder(news)
    yield holder
    holder.end()


async def until(work: WorkbenchDriver, true: Callable[[], bool]) -> None:
    """Wait for something that happens by itself."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, work.text
        await asyncio.sleep(0.02)
        await work.settle()


def shown(work: WorkbenchDriver) -> str:
    return " ".join(work.text.split())


def written(news: Bench, key: str = "nota") -> list[str]:
    return news.actions("curator:ana", key)


async def test_keys_wait_in_order_and_the_screen_says_for_whom(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        before = work.header
        begun = time.monotonic()
        await work.press("a", "x", "f")
        assert time.monotonic() - begun < 5  # they did not wait for one another
        assert work.header == before
        assert written(news) == []
        await until(work, lambda: "3 keys behind it" in shown(work))
        assert f"for process {holder.process.pid} (python, stopped) on {platform.node()} ·" in shown(work)
        holder.let_go()
        await until(work, lambda: "behind it" not in shown(work))
        assert written(news) == ["accept", "reject", "flag"]
        await work.press("u")
        assert written(news)[-1] == "undo"


async def test_escape_drops_what_waits_and_looking_goes_on(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "x")
        await work.press("escape")
        await until(work, lambda: "dropped 2 keys, nothing of it was" in shown(work))
        place = work.annotating.caret.offset
        await work.press("l", "l")
        assert work.annotating.caret.offset > place
        holder.let_go()
        await work.press("f")
        assert written(news) == ["flag"]


async def test_letters_for_hints_and_entries_wait_too(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        await work.press("escape", "3")
        hint = work.hint("Canadá")
        await work.press(*hint, "c", "h", "o", "l", "a", "enter", "f")
        assert written(news) == []
        holder.let_go()
        await until(work, lambda: len(written(news)) == 3)
        assert written(news) == ["label", "comment", "flag"]
        assert [comment.text for comment in work.session.layer.content.comments.values()] == ["hola"]


async def test_what_was_typed_for_the_next_document_reaches_it(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        first = work.session.document.key
        await work.press("s", "f")
        holder.let_go()
        await until(work, lambda: work.session.document.key != first and work.session.flagged)
        assert written(news) == ["skip"]
        assert written(news, work.session.document.key) == ["flag"]


async def test_who_waits_can_leave(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "Q")
        assert isinstance(work.app.screen, AnnotateScreen)
        await work.press("ctrl+q")
        assert work.app._exit
        assert "(2 keys) was dropped" in str(work.app._exit_renderables)
    assert written(news) == []
    assert holder.process.poll() is None


async def test_a_place_that_cannot_be_kept_now_holds_nobody(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        await work.press("Q")
        assert isinstance(work.app.screen, QueueScreen)
    assert holder.process.poll() is None


async def test_a_holder_that_is_killed_lets_go(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a")
        holder.end()
        await until(work, lambda: written(news) == ["accept"])
        assert span_texts(work.session)


async def test_a_lock_of_another_program_is_told_too(news: Bench) -> None:
    news.store.layers()
    with start(FOREIGN, news.workspace.database_path) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            async with workbench(news, "nota") as work:
                await work.press("a")
                await until(work, lambda: "1 key behind it" in shown(work))
                assert f"for process {process.pid} (python) on" in shown(work)
                process.kill()
                await until(work, lambda: written(news) == ["accept"])
        finally:
            process.kill()


def test_a_command_says_whom_it_waits_for_and_then_gives_up(
    news: Bench, holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 1.3)
    messages: list[str] = []
    with Store(news.workspace.database_path, tell=messages.append) as store:
        who = rf"process {holder.process.pid} \(python, stopped\) on {platform.node()}"
        said_so = f"is locked: {who} has been writing to it for [123] s; nothing was written here: `kill -CONT"
        with pytest.raises(LockedError, match=said_so), store.write():
            pass
    (line,) = messages
    assert re.match(f"waiting: {who} is writing to .*annotator.db$", line)


def test_a_note_that_a_killed_process_left_misleads_nobody(news: Bench) -> None:
    with start(HOLD, news.workspace.root) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    news.session().flag()
    assert written(news) == ["flag"]
    with news.store.write() as _, Store(news.workspace.database_path) as other:
        other.wait_at_most(0.01)
        assert str(process.pid) not in other.lock_holder()


async def test_decisions_on_gold_wait_too(news: Bench) -> None:
    for curator, label in (("ana", "PERSON"), ("bo", "ORG")):
        session = news.session(curator=curator)
        session.add(*range_of(session.document, "Luis Paz"), label)
        session.finish()
    holder = Holder(news)
    try:
        async with workbench(news, "nota", curator="lead", adjudicating=True) as work:
            assert isinstance(work.app.screen, QueueScreen)  # gold is begun with a step, which waits
            holder.let_go()
            await until(work, lambda: isinstance(work.app.screen, AdjudicateScreen))
            begun = news.actions("gold")
            holder = Holder(news)
            await work.press("2", "f", "c", "s", "í", "enter")
            assert news.actions("gold") == begun
            holder.let_go()
            await until(work, lambda: len(news.actions("gold")) == len(begun) + 3)
            assert news.actions("gold")[-2:] == ["flag", "comment"]
            assert [span.label for span in work.adjudicating.session.content.spans.values()] == ["ORG"]
    finally:
        holder.end()


async def test_a_command_of_the_palette_waits_too(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        work.app.run_later(work.annotating, "flag")
        await work.settle()
        await work.press("a")
        assert written(news) == []
        holder.let_go()
        await until(work, lambda: len(written(news)) == 2)
        assert written(news) == ["flag", "accept"]


async def test_clicks_come_behind_the_keys_before_them(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        place = work.cell("Canadá")
        await work.press("a")
        await work.drag(place, (place[0] + 5, place[1]))
        await work.press("3")
        assert written(news) == []
        holder.let_go()
        await until(work, lambda: len(written(news)) == 2)
        assert written(news) == ["accept", "label"]
        assert ("GPE", "Canadá") in span_texts(work.session)


async def test_who_had_to_wait_keeps_nobody_waiting_afterwards(news: Bench, holder: Holder) -> None:
    async with workbench(news, "nota") as work:
        await work.press("a", "u")
        holder.let_go()
        await until(work, lambda: written(news) == ["accept", "undo"])
        await work.press("u")  # there is nothing to undo, so nothing is written
        with Store(news.workspace.database_path) as other:
            other.wait_at_most(1.0)
            with other.write():
                pass
