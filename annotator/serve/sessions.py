"""The sessions: one program for each open tab, from the first byte to the end of the tab or of the program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import WSCloseCode, WSMsgType, web

from annotator.serve.messages import MessageError, read_message
from annotator.serve.terminal import ProgramTerminal, TerminalSize

QUIT, FAILED, FULL, STOPPED = 4000, 4001, 4002, 4003
"""The codes with which a connection is closed, by which the page knows why: the curator quit, the program failed, there
were too many sessions, the server ends."""
_REASON_BYTES = 120
"""Bytes that fit into the frame that closes a connection."""

StartProgram = Callable[[str, TerminalSize], Awaitable[ProgramTerminal]]


class Sessions:
    """All sessions of a server.

    ``start`` starts the program of a curator; ``most`` sessions may be open at a time, ``most_each`` of one curator;
    ``tell`` is given a line for each beginning and end.
    """

    def __init__(self, start: StartProgram, most: int, most_each: int, tell: Callable[[str], None]) -> None:
        self._start = start
        self._most, self._most_each = most, most_each
        self._tell = tell
        self._open: dict[asyncio.Event, str] = {}
        self._ending: dict[asyncio.Event, str] = {}
        self._stopping = asyncio.Event()

    def why_not(self, curator: str) -> str:
        """Why a curator cannot open another session just now; empty when they can."""
        if self._stopping.is_set():
            return "The server is being stopped."
        own = sum(other == curator for other in self._open.values())
        if own >= self._most_each:
            return f"You have the workbench open in {own} tabs, which is all you may. Close one of them first."
        if len(self._open) >= self._most:
            return f"All {self._most} places are taken. Try again when somebody has closed the workbench."
        return ""

    async def run(self, curator: str, websocket: web.WebSocketResponse, size: TerminalSize) -> None:
        """Run a curator's program on a connection until either ends."""
        refusal = self.why_not(curator)
        if refusal:
            await close(websocket, FULL, refusal)
            return
        ended = asyncio.Event()
        self._open[ended] = curator
        self._tell(f"{curator}: session begins, {len(self._open)} open")
        how = "could not be started"
        try:
            await self._wait_for_earlier(curator)
            terminal = await self._start(curator, size)
            how = await self._run(terminal, websocket, ended)
        except OSError as error:
            await close(websocket, FAILED, f"The workbench could not be started: {error.strerror or error}.")
        finally:
            self._open.pop(ended, None)
            self._ending.pop(ended, None)
            ended.set()
            self._tell(f"{curator}: session ends ({how}), {len(self._open)} open")

    async def stop(self) -> None:
        """End all sessions, and wait until their programs have ended."""
        self._stopping.set()
        await asyncio.gather(*(ended.wait() for ended in (*self._open, *self._ending)))

    async def _wait_for_earlier(self, curator: str) -> None:
        """Wait for the programs of tabs that the curator closed or reloaded: they note where the curator was."""
        while earlier := [ended for ended, other in self._ending.items() if other == curator]:
            await earlier[0].wait()

    async def _run(self, terminal: ProgramTerminal, websocket: web.WebSocketResponse, ended: asyncio.Event) -> str:
        """Pass everything between program and page until one of them, or the server, ends; return which, in words."""
        showing = asyncio.create_task(_show(terminal, websocket))
        typing = asyncio.create_task(_type(terminal, websocket))
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({showing, typing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._ending[ended] = self._open.pop(ended)
            program_ended = showing.done() and not typing.done()
            for task in (showing, typing, stopping):
                task.cancel()
            await asyncio.gather(showing, typing, stopping, return_exceptions=True)
            status = await terminal.close()
        if program_ended and not websocket.closed:
            if status == 0:
                await close(websocket, QUIT, "You have left the workbench.")
                return "quit"
            await close(websocket, FAILED, "The workbench has ended.")
            return f"the workbench ended with status {status}"
        if self._stopping.is_set():
            await close(websocket, STOPPED, "The server was stopped.")
            return "server stopped"
        lost = websocket.close_code in (None, WSCloseCode.ABNORMAL_CLOSURE)
        await close(websocket, WSCloseCode.GOING_AWAY, "")
        return "connection lost" if lost else "tab closed"


async def close(websocket: web.WebSocketResponse, code: int, reason: str) -> None:
    """Close a connection, with a code and a sentence for the page."""
    with suppress(ConnectionError):
        await websocket.close(code=code, message=reason.encode()[:_REASON_BYTES].decode(errors="ignore").encode())


async def _show(terminal: ProgramTerminal, websocket: web.WebSocketResponse) -> None:
    """Send what the program writes, until it has ended or nobody listens; the page paces it."""
    with suppress(ConnectionError):
        while data := await terminal.read():
            await websocket.send_bytes(data)


async def _type(terminal: ProgramTerminal, websocket: web.WebSocketResponse) -> None:
    """Pass on what the page sends, until it is closed or sends what no page of ours does."""
    async for message in websocket:
        if message.type is not WSMsgType.TEXT:
            return
        try:
            said = read_message(message.data)
        except MessageError:
            return
        if isinstance(said, bytes):
            await terminal.write(said)
        elif isinstance(said, TerminalSize):
            terminal.resize(said)
        elif said:
            with suppress(ConnectionError):
                await websocket.send_str(said)
