"""A server in a process of its own, and tabs of a browser without the browser: HTTP, cookies, and a terminal."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from types import MappingProxyType

import aiohttp
import pyte

from tests.processes import PATIENCE, environment

COLUMNS, ROWS = 100, 30


@dataclass
class RunningServer:
    """A server that answers; ``out`` and ``err`` are what it has written so far."""

    process: subprocess.Popen[str]
    out: list[str]
    err: list[str]
    origin: str = ""

    def link(self, person: str) -> str:
        """The link that was printed for somebody."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            for line in self.out:
                if line.startswith(f"{person}\t"):
                    return line.partition("\t")[2].rstrip("\n")
            sleep(0.02)
        raise AssertionError(f"no link for {person} in {self.out}")

    def wait_for_line(self, piece: str) -> str:
        """Wait until the server has said something on standard error."""
        until = monotonic() + PATIENCE
        while monotonic() < until:
            for line in self.err:
                if piece in line:
                    return line
            sleep(0.02)
        raise AssertionError(f"nothing with {piece!r} in {self.err}")

    def children(self) -> list[int]:
        """The processes of the workbenches."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                found.append(int(folder.name))
        return sorted(found)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def running_server(
    root: Path,
    *options: str,
    program: tuple[str, ...] = ("-m", "annotator"),
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[RunningServer]:
    command = [sys.executable, *program, "-w", str(root), "serve", "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(**variables)
    ) as process:
        server = RunningServer(process, [], [])
        assert process.stdout is not None
        assert process.stderr is not None
        readers = [
            Thread(target=server.out.extend, args=(process.stdout,)),
            Thread(target=server.err.extend, args=(process.stderr,)),
        ]
        for reader in readers:
            reader.start()
        try:
            serving = server.wait_for_line("serving ")
            server.origin = serving.split(" at ")[1].split(" until ")[0].rstrip("/")
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
            for reader in readers:
                reader.join(PATIENCE)


class Tab:
    """A tab with the workbench: what its terminal shows, and keys to it."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = b""

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def until(self, piece: str, *, gone: bool = False) -> str:
        """Wait until a piece of text is on the screen, or (``gone``) no longer; return the screen."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (piece in self.text) is gone:
                    await self._take(await self.socket.receive())
        except TimeoutError:
            raise AssertionError(f"{piece!r} never came:\n{self.text}") from None
        return self.text

    async def _take(self, message: aiohttp.WSMessage) -> None:
        if message.type is aiohttp.WSMsgType.BINARY:
            self.raw += message.data
            self._stream.feed(message.data)
        elif message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.PING):
            raise AssertionError(f"closed: {self.socket.close_code} {message.extra}\n{self.text}")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.socket.send_str(json.dumps(["stdin", key]))

    async def open_document(self) -> None:
        """Open the first document from the queue."""
        await self.until("nota")
        await self.press("\r")
        await self.until("x reject")

    async def closing(self) -> tuple[int | None, str]:
        """Wait for the server to close the connection; return its code and reason."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.CLOSE:
                    return message.data, message.extra or ""
                if message.type is aiohttp.WSMsgType.BINARY:
                    self.raw += message.data
                    self._stream.feed(message.data)
                elif message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                    return self.socket.close_code, ""


_last_parts = count(2)


@asynccontextmanager
async def browser(*, keeps_cookies: bool = True) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser, on a machine with an address of its own where loopback has many, so that none waits for another's."""
    jar = aiohttp.CookieJar(unsafe=True) if keeps_cookies else aiohttp.DummyCookieJar()
    own_address = (f"127.0.0.{next(_last_parts)}", 0) if sys.platform == "linux" else None
    connector = aiohttp.TCPConnector(limit=0, local_addr=own_address)
    async with aiohttp.ClientSession(cookie_jar=jar, connector=connector) as session:
        yield session


@asynccontextmanager
async def open_tab(session: aiohttp.ClientSession, link: str, *, answers: bool = True) -> AsyncIterator[Tab]:
    """Follow a link or the address of a page, and connect as the page does; it gives signs of life if ``answers``."""
    async with session.get(link) as response:
        page = await response.text()
        assert response.status == 200, page
        address = page.partition('data-session-websocket-url="')[2].partition('"')[0]
        origin = str(response.url.origin())
    address = f"{address}?width={COLUMNS}&height={ROWS}"
    async with session.ws_connect(address, headers={"Origin": origin}, autoping=answers) as socket:
        yield Tab(socket)
