"""The web server: links become cookies, cookies open pages, pages connect to programs."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from time import monotonic
from urllib.parse import quote

from aiohttp import web

from annotator.serve import pages
from annotator.serve.links import Links, PublicAddress
from annotator.serve.messages import LARGEST_MESSAGE, terminal_size
from annotator.serve.sessions import Sessions
from annotator.serve.throttle import Throttle

HEARTBEAT_SECONDS = 15.0
"""Seconds between two signs of life; a connection without an answer for half as long is closed."""
_WRONG = "This link does not open anything here."
_WRONG_HOW = "Ask whoever started the server for your link; after the server was started anew it may be another one."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Door:
    """Who may come in by which cookie, from which pages.

    ``address`` is where browsers find the server; ``behind_proxy`` says that a proxy on this machine names the address
    of whoever asks.
    """

    links: Links
    address: PublicAddress
    cookie: str
    behind_proxy: bool

    def path(self, curator: str) -> str:
        """The path of a curator's page, under which alone their cookie is sent."""
        return f"{self.address.prefix}/as/{quote(curator, safe='')}/"

    def curator(self, request: web.Request) -> str | None:
        """The curator whose page is asked for, if the cookie says that whoever asks is it."""
        named = request.match_info["curator"]
        owner = self.links.owner(request.cookies.get(self.cookie, ""))
        return owner if owner is not None and owner == named else None

    def is_from_own_page(self, request: web.Request) -> bool:
        """Whether a connection is asked for by a page of this server: a stranger's page names its own origin."""
        return request.headers.get("Origin") == self.origin(request)

    def origin(self, request: web.Request) -> str:
        """The origin of our pages in the browser that asks."""
        return self.address.origin if self.behind_proxy else f"http://{request.host}"

    def remote(self, request: web.Request) -> str:
        """The address of whoever asks."""
        peer = request.remote or ""
        forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        return forwarded if self.behind_proxy and forwarded and _is_loopback(peer) else peer

    def let_in(self, curator: str, token: str) -> web.Response:
        """Give a browser the cookie of a curator, and send it to their page, whose address holds no secret."""
        response = web.Response(status=303, headers={"Location": self.path(curator), "Cache-Control": "no-store"})
        response.set_cookie(
            self.cookie,
            token,
            path=self.path(curator),
            httponly=True,
            secure=self.address.is_secure,
            samesite="Strict",
        )
        return response


class WorkbenchServer:
    """Answers requests: the link, the page of a curator, its connection, and the files that the page needs."""

    def __init__(self, door: Door, sessions: Sessions, tell: Callable[[str], None]) -> None:
        self._door = door
        self._sessions = sessions
        self._throttle = Throttle(monotonic, tell)

    def app(self) -> web.Application:
        """The application with its routes."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._guard(request, handler)

        app = web.Application(middlewares=[guard])
        prefix = self._door.address.prefix
        app.router.add_get(f"{prefix}/", self._link)
        app.router.add_get(prefix + "/as/{curator}/", self._page)
        app.router.add_get(prefix + "/as/{curator}/ws", self._connection, allow_head=False)
        app.router.add_static(f"{prefix}/terminal", pages.terminal_files())
        app.router.add_static(f"{prefix}/page", pages.OWN_FILES)
        return app

    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer in words whatever happens, and let browsers keep everything to themselves."""
        try:
            response = await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            response = self._message(error.status, "There is nothing here.", "Open the workbench with your own link.")
        if not response.prepared:
            response.headers.update(pages.headers(self._door.origin(request)))
        return response

    def _message(self, status: int, sentence: str, how: str, **extra: str) -> web.Response:
        return pages.message_page(status, sentence, how, self._door.address.prefix, extra)

    async def _refuse(self, request: web.Request) -> web.Response:
        """Answer a wrong link, later when there were many."""
        if await self._throttle.wrong(self._door.remote(request)):
            return self._message(429, "There were too many wrong links.", "Wait a minute.", **{"Retry-After": "60"})
        return self._message(403, _WRONG, _WRONG_HOW)

    async def _link(self, request: web.Request) -> web.Response:
        token = request.query.get("token", "")
        curator = self._door.links.owner(token)
        return await self._refuse(request) if curator is None else self._door.let_in(curator, token)

    async def _page(self, request: web.Request) -> web.Response:
        curator = self._door.curator(request)
        if curator is None:
            return await self._refuse(request)
        refusal = self._sessions.why_not(curator)
        if refusal:
            return self._message(503, refusal, "Then load this page again.", **{"Retry-After": "30"})
        origin = self._door.origin(request)
        socket_url = f"ws{origin.removeprefix('http')}{self._door.path(curator)}ws"
        return pages.workbench_page(curator, self._door.address.prefix, socket_url)

    async def _connection(self, request: web.Request) -> web.StreamResponse:
        curator = self._door.curator(request)
        if curator is None or not self._door.is_from_own_page(request):
            return await self._refuse(request)
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_MESSAGE)
        await websocket.prepare(request)
        size = terminal_size(request.query.get("width"), request.query.get("height"))
        await self._sessions.run(curator, websocket, size)
        return websocket


async def run_server(
    server: WorkbenchServer, sessions: Sessions, listening: socket.socket, tell: Callable[[str], None]
) -> None:
    """Answer on a socket until ``SIGINT`` or ``SIGTERM``; then end all sessions, and return once they have ended."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` has it
            loop.add_signal_handler(number, stopped.set)
    runner = web.AppRunner(server.app(), access_log=None, logger=_logger(tell), handle_signals=False)
    await runner.setup()
    site = web.SockSite(runner, listening)
    await site.start()
    try:
        await stopped.wait()
    finally:
        await sessions.stop()
        await runner.cleanup()


def _logger(tell: Callable[[str], None]) -> logging.Logger:
    """A logger that tells of what went wrong by its kind alone: a request holds what is secret."""

    class _Telling(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else record.levelname
            tell(f"a request failed: {kind}")

    logger = logging.Logger("annotator.serve", logging.WARNING)
    logger.addHandler(_Telling())
    return logger


def _is_loopback(address: str) -> bool:
    with suppress(ValueError):
        return ip_address(address).is_loopback
    return False
