"""A headless Chromium of its own profile, and the connection to its devtools."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from tools.chromium.tab import DevtoolsError, Tab

PROGRAM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
"""The browser to drive; none where this machine has none."""

_OPTIONS = (
    "--headless=new", "--remote-debugging-port=0", "--no-first-run", "--no-default-browser-check", "--disable-sync",
    "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--ignore-certificate-errors", "--force-color-profile=srgb", "--lang=en-US",
    "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)  # fmt: skip


class Chromium:
    """A running browser. ``connect`` opens what is needed to drive it; ``close`` ends it and removes its profile."""

    def __init__(self, *options: str, program: str | None = PROGRAM, timeout: float = 20.0) -> None:
        if program is None:
            raise FileNotFoundError("no Chromium on this machine: install chromium, or name one in CHROMIUM")
        self.timeout = timeout
        self._profile = Path(tempfile.mkdtemp(prefix="chromium-"))
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses to run as root with one
        command = [program, *_OPTIONS, *sandbox, *options, f"--user-data-dir={self._profile}", "about:blank"]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self.address = self._devtools()

    def _devtools(self) -> str:
        """Wait until the browser has said where its devtools listen."""
        said = self._profile / "DevToolsActivePort"
        end = time.monotonic() + self.timeout
        while not (said.exists() and said.read_text(encoding="ascii").count("\n")):
            if time.monotonic() > end or self._process.poll() is not None:
                self.close()
                raise RuntimeError("Chromium did not start")
            time.sleep(0.05)
        port, path = said.read_text(encoding="ascii").splitlines()
        return f"ws://127.0.0.1:{port}{path}"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Devtools]:
        """Yield a connection with a cookie jar of its own, which ends with it."""
        async with aiohttp.ClientSession() as http, http.ws_connect(self.address, max_msg_size=0) as socket:
            devtools = Devtools(socket, self.timeout)
            listening = asyncio.create_task(devtools.listen())
            try:
                await devtools.begin()
                yield devtools
                await devtools.end()
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening

    def close(self) -> None:
        """End the browser and remove its profile."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)


class Devtools:
    """Commands to the browser and its tabs, and the events that come back."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, timeout: float) -> None:
        self.timeout = timeout
        self._socket = socket
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tabs: dict[str, Tab] = {}
        self._jar = ""

    async def begin(self) -> None:
        """Make a cookie jar: what the browser keeps for this connection and for no other."""
        self._jar = (await self.call("Target.createBrowserContext"))["browserContextId"]

    async def end(self) -> None:
        """Close all tabs and forget their cookies."""
        await self.call("Target.disposeBrowserContext", browserContextId=self._jar)

    async def open(self, address: str, *, width: int = 1000, height: int = 600) -> Tab:
        """Open a tab of so many pixels on an address."""
        made = await self.call("Target.createTarget", url="about:blank", browserContextId=self._jar, newWindow=True)
        session = await self.call("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        tab = Tab(self, made["targetId"], session["sessionId"])
        self._tabs[session["sessionId"]] = tab
        await tab.begin(width, height)
        await tab.go(address)
        return tab

    async def pages(self) -> list[str]:
        """Return the ids of all pages that are open in the browser."""
        targets = (await self.call("Target.getTargets"))["targetInfos"]
        return sorted(target["targetId"] for target in targets if target["type"] == "page")

    async def let_read_clipboard(self) -> None:
        """Let pages read and write the clipboard, as a person does who is asked."""
        allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        await self.call("Browser.grantPermissions", permissions=allowed, browserContextId=self._jar)

    async def call(self, method: str, session: str = "", /, **parameters: object) -> dict[str, Any]:
        """Send a command to the browser, or to a tab's session; return its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(message)
        answer = await asyncio.wait_for(self._waiting[number], self.timeout)
        if "error" in answer:
            raise DevtoolsError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def listen(self) -> None:
        """Take in what the browser says until the connection ends."""
        async for message in self._socket:
            said: Mapping[str, Any] = message.json()
            if (asked := self._waiting.pop(said.get("id", 0), None)) is not None:
                asked.set_result(dict(said))
            elif (tab := self._tabs.get(said.get("sessionId", ""))) is not None:
                tab.hear(said["method"], said["params"])
