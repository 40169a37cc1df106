"""Sessions: what a tab does is stored, goes on after a reload, and ends with the tab, the program or the server."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from annotator.store import check_database
from tests.processes import PATIENCE
from tests.serve.driver import RunningServer, Tab, browser, open_tab, running_server
from tests.workspaces import Bench

IMPATIENT = (
    "-c",
    "import sys; from annotator.serve import server, terminal; from annotator.cli.main import main\n"
    "server.HEARTBEAT_SECONDS = 0.2; terminal.ENDING_SECONDS = 0.2; sys.exit(main())",
)
"""A server that waits for signs of life, and for programs to end, not as long as it should."""


@asynccontextmanager
async def two_tabs(server: RunningServer) -> AsyncIterator[tuple[Tab, Tab]]:
    """A tab of ana's and one of bo's, in browsers of their own."""
    async with (
        browser() as anas,
        browser() as bos,
        open_tab(anas, server.link("ana")) as ana,
        open_tab(bos, server.link("bo")) as bo,
    ):
        yield ana, bo


def labels(bench: Bench, curator: str, key: str = "nota") -> list[str]:
    session = bench.session(key, curator=curator)
    return sorted(span.label for span in session.layer.content.spans.values())


async def ended(pids: list[int]) -> None:
    """Wait until processes have ended."""
    until = monotonic() + PATIENCE
    while any(
        Path(f"/proc/{pid}/stat").exists() and b") Z " not in Path(f"/proc/{pid}/stat").read_bytes() for pid in pids
    ):
        assert monotonic() < until
        await asyncio.sleep(0.02)


async def test_two_curators_at_once_and_what_they_did_is_stored(root: Path, opened: Bench) -> None:
    with running_server(root, "--curators", "ana,bo") as server:
        async with two_tabs(server) as (ana, bo):
            await asyncio.gather(ana.open_document(), bo.open_document())
            await asyncio.gather(ana.press("a"), bo.press("x"))
            await asyncio.gather(ana.until("accepted"), bo.until("rejected"))
            await ana.press("a")
            await ana.until("2✓")
            assert " ana" in ana.text
            assert " bo" in bo.text
        server.wait_for_line("ana: session ends")
        server.wait_for_line("bo: session ends")
    assert labels(opened, "ana") == ["ORG", "PERSON"]
    assert labels(opened, "bo") == []
    assert list(check_database(opened.store)) == []


async def test_a_reload_in_the_middle_opens_where_one_was(root: Path, opened: Bench) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session:
            async with open_tab(session, server.link("ana")) as tab:
                await tab.open_document()
                await tab.press("a")
                await tab.until("accepted")
            async with open_tab(session, f"{server.origin}/as/ana/") as again:
                await again.until("x reject")
                assert "ORG? “Cruz Roja”" in again.text
                await again.press("u")
                await again.until("0✓")
    assert labels(opened, "ana") == []


async def test_two_tabs_of_one_curator_lose_nothing(root: Path, opened: Bench) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as first:
            await first.open_document()
            async with open_tab(session, f"{server.origin}/as/ana/") as second:
                await second.open_document()
                await first.press("a")
                await first.until("accepted")
                await second.press("x")
                await second.until("another window of yours")
                await second.press("\t", "a")
                await second.until("2✓")
                await first.press("a")
                await first.until("another window of yours")
                await first.press("\t", "a")
                await first.until("accepted “Ana Ruiz” works_for → “Cruz Roja”")
    assert labels(opened, "ana") == ["ORG", "PERSON"]
    assert opened.actions("curator:ana") == ["accept"] * 3
    assert list(check_database(opened.store)) == []


async def test_the_program_ends_with_the_tab_and_lets_its_lock_go(root: Path, opened: Bench) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session:
            async with open_tab(session, server.link("ana")) as tab:
                await tab.open_document()
                pids = server.children()
                assert len(pids) == 1
            await ended(pids)
            server.wait_for_line("ana: session ends (tab closed), 0 open")
        opened.session("otra", curator="bo").flag()


async def test_leaving_the_workbench_is_said_with_a_code_of_its_own(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.until("nota")
            await tab.press("q")
            assert await tab.closing() == (4000, "You have left the workbench.")
        server.wait_for_line("ana: session ends (quit), 0 open")


async def test_what_keeps_a_workbench_from_opening_is_on_the_page(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        (root / "labels.yaml").write_text("entities: [", encoding="utf-8")
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            code, reason = await tab.closing()
            assert code == 4001
            assert reason == "The workbench has ended."
            assert "labels.yaml:1" in tab.text
            assert "Traceback" not in tab.text
        server.wait_for_line("ana: session ends (the workbench ended with status 1)")


async def test_no_more_sessions_are_opened_than_there_are_places(root: Path) -> None:
    with running_server(root, "--curators", "ana,bo", "--sessions", "1") as server:
        async with browser() as anas, browser() as bos:
            async with open_tab(anas, server.link("ana")) as ana:
                await ana.until("nota")
                async with bos.get(server.link("bo")) as refused:
                    assert refused.status == 503
                    assert "All 1 places are taken." in await refused.text()
                assert len(server.children()) == 1
            async with open_tab(bos, f"{server.origin}/as/bo/") as bo:
                await bo.until("nota")


async def test_nor_more_tabs_of_one_curator(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as one:
            page = f"{server.origin}/as/ana/"
            async with open_tab(session, page) as two, open_tab(session, page) as three:
                for tab in (one, two, three):
                    await tab.until("nota")
                headers = {"Origin": server.origin}
                async with session.get(page) as refused:
                    assert refused.status == 503
                    assert "in 3 tabs, which is all you may" in await refused.text()
                async with session.ws_connect(f"{page}ws", headers=headers) as socket:
                    closed = await socket.receive()
                    assert (closed.data, "in 3 tabs" in str(closed.extra)) == (4002, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_end_of_the_server_ends_all_programs_in_order(
    root: Path, opened: Bench, number: signal.Signals
) -> None:
    with running_server(root, "--curators", "ana,bo") as server:
        async with two_tabs(server) as (ana, bo):
            await asyncio.gather(ana.open_document(), bo.open_document())
            await ana.press("a")
            await ana.until("accepted")
            pids = server.children()
            server.process.send_signal(number)
            assert await ana.closing() == (4003, "The server was stopped.")
            assert await bo.closing() == (4003, "The server was stopped.")
        assert server.process.wait(PATIENCE) == 0
        await ended(pids)
        assert "Traceback" not in "".join(server.err)
    assert labels(opened, "ana") == ["PERSON"]


async def test_nothing_is_left_running_or_lost_when_the_server_is_killed(root: Path, opened: Bench) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.open_document()
            await tab.press("a")
            await tab.until("accepted")
            pids = server.children()
            server.process.kill()
            assert (await tab.closing())[0] in (1006, None)
            await ended(pids)
    assert labels(opened, "ana") == ["PERSON"]
    assert list(check_database(opened.store)) == []


async def test_a_size_and_a_long_paste_reach_the_program(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.open_document()
            await tab.socket.send_str('["resize", {"width": 40, "height": 10}]')
            await tab.until("This window is 40×10.")
            await tab.socket.send_str('["resize", {"width": 100, "height": 30}]')
            await tab.until("This window is", gone=True)
            await tab.press("/")
            await tab.until("find, without regard")
            await tab.press("\x1b[200~" + "word " * 2_000 + "\x1b[201~")
            await tab.until("word word")
            await tab.press("\x1b")
            await tab.until("x reject")


async def test_what_no_page_of_ours_sends_ends_the_session(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        for message in ("", "nothing", "{}", "[]", '["stdin"]', '["stdin", 1]', '["resize", {}]', "[" * 100_000):
            async with browser() as session, open_tab(session, server.link("ana")) as tab:
                await tab.until("nota")
                await tab.socket.send_str(message)
                assert (await tab.closing())[0] in (1001, 1008), message
                await ended(server.children())
        server.wait_for_line("ana: session ends")
        assert "Traceback" not in "".join(server.err)


async def test_a_connection_without_a_sign_of_life_is_ended(root: Path) -> None:
    with running_server(root, "--curators", "ana", program=IMPATIENT) as server:
        async with browser() as session, open_tab(session, server.link("ana"), answers=False) as tab:
            await asyncio.to_thread(server.wait_for_line, "ana: session ends (connection lost), 0 open")
            await ended(server.children())
            assert not tab.socket.closed


async def test_a_program_that_does_not_end_is_killed(root: Path) -> None:
    with running_server(root, "--curators", "ana", program=IMPATIENT) as server:
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.until("nota")
            pids = server.children()
            os.kill(pids[0], signal.SIGSTOP)
        await asyncio.to_thread(server.wait_for_line, "ana: session ends")
        await ended(pids)
