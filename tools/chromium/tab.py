"""A tab of the browser with a terminal in its page."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tools.chromium.keyboard import Press

T = TypeVar("T")

_SCREEN = """
(() => {
  const terminal = document.getElementById("terminal")?.terminal;
  if (!terminal) return [];
  const rows = terminal.buffer.active;
  const shown = (y) => rows.getLine(rows.baseY + y)?.translateToString(true, 0, terminal.cols) ?? "";
  return Array.from({length: terminal.rows}, (_, y) => shown(y));
})()
"""


class DevtoolsError(Exception):
    """The browser did not do what it was asked, or the page's script failed."""


class Commands(Protocol):
    """What a tab asks of its browser."""

    timeout: float

    async def call(self, method: str, session: str = "", /, **parameters: object) -> dict[str, Any]:
        """Send a command to a tab's session."""
        ...


class Tab:
    """Presses keys, moves the mouse, and reads the terminal and the page around it. Sizes are in pixels."""

    def __init__(self, devtools: Commands, target: str, session: str) -> None:
        self._devtools = devtools
        self._target = target
        self._session = session
        self.status = 0
        """The HTTP status of the page that was opened last."""
        self.headers: dict[str, str] = {}
        self.console: list[str] = []
        """What the page's script complained of."""
        self.requested: list[str] = []
        """The addresses that the page fetched."""

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a devtools command to this tab."""
        return await self._devtools.call(method, self._session, **parameters)

    async def begin(self, width: int, height: int) -> None:
        """Have the tab listened to, and give it its size."""
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self.call(f"{domain}.enable")
        await self.resize(width, height)

    def hear(self, event: str, said: dict[str, Any]) -> None:
        """Keep what the tests ask for of what happens in the tab."""
        if event == "Network.responseReceived" and said.get("type") == "Document":
            self.status = said["response"]["status"]
            self.headers = {name.lower(): value for name, value in said["response"]["headers"].items()}
        elif event == "Network.requestWillBeSent":
            self.requested.append(said["request"]["url"])
        elif event == "Runtime.exceptionThrown":
            self.console.append(json.dumps(said["exceptionDetails"].get("exception", said)))
        elif event == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.console.append(said["entry"]["text"])

    async def go(self, address: str) -> None:
        """Open an address."""
        await self.call("Page.navigate", url=address)

    async def reload(self) -> None:
        """Load the page again, as the browser's own button does, and wait for the new one."""
        await self.leave_page(self.call("Page.reload"))

    async def leave_page(self, act: Awaitable[object]) -> None:
        """Do what leads to another page, and wait until that is there."""
        await self.evaluate("window.isPageBefore = true")
        await act
        await self.until(lambda: self.evaluate("!window.isPageBefore"), bool)

    async def close(self) -> None:
        """Close the tab, without asking it."""
        await self._devtools.call("Target.closeTarget", targetId=self._target)

    async def front(self) -> None:
        """Bring the tab to the front."""
        await self.call("Page.bringToFront")

    async def resize(self, width: int, height: int, *, zoom: float = 1.0) -> None:
        """Give the window a size in pixels, seen under a zoom of the browser."""
        size = {"width": round(width / zoom), "height": round(height / zoom), "deviceScaleFactor": zoom}
        await self.call("Emulation.setDeviceMetricsOverride", mobile=False, **size)

    async def evaluate(self, expression: str) -> Any:
        """Return the value of JavaScript in the page, waiting for a promise."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True, "userGesture": True}
        result = await self.call("Runtime.evaluate", **asked)
        if "exceptionDetails" in result:
            raise DevtoolsError(json.dumps(result["exceptionDetails"].get("exception", {})))
        return result["result"].get("value")

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            for event in Press.of(key).events():
                await self.call("Input.dispatchKeyEvent", **event)

    async def type(self, text: str) -> None:
        """Press a key for each character."""
        await self.press(*("space" if character == " " else character for character in text))

    async def compose(self, *steps: str) -> None:
        """Enter text as an input method or a dead key does: what is shown meanwhile, and at last what is meant."""
        for shown in steps[:-1]:
            await self.call("Input.imeSetComposition", text=shown, selectionStart=len(shown), selectionEnd=len(shown))
        await self.call("Input.insertText", text=steps[-1])

    async def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the mouse over a cell (column, row), move to another and let go."""
        (x, y), (to_x, to_y) = await self._pixels(*start), await self._pixels(*end)
        await self._mouse("mouseMoved", x, y, held=False)
        await self._mouse("mousePressed", x, y)
        for part in (0.25, 0.5, 0.75, 1.0):
            await self._mouse("mouseMoved", x + (to_x - x) * part, y + (to_y - y) * part)
        await self._mouse("mouseReleased", to_x, to_y)

    async def point(self, cell: tuple[int, int]) -> None:
        """Move the mouse over a cell (column, row)."""
        await self._mouse("mouseMoved", *await self._pixels(*cell), held=False)

    async def click(self, cell: tuple[int, int]) -> None:
        """Click a cell (column, row)."""
        x, y = await self._pixels(*cell)
        for kind in ("mousePressed", "mouseReleased"):
            await self._mouse(kind, x, y)

    async def _mouse(self, kind: str, x: float, y: float, *, held: bool = True) -> None:
        """Send a mouse event, by default of the left button."""
        button = {"button": "left", "buttons": 1, "clickCount": 1} if held else {"button": "none"}
        await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)

    async def _pixels(self, column: int, row: int) -> tuple[float, float]:
        """Return the middle of a cell."""
        shape = await self.evaluate("document.querySelector('.xterm-screen').getBoundingClientRect().toJSON()")
        columns, rows = await self.size()
        return (
            shape["x"] + (column + 0.5) * shape["width"] / columns,
            shape["y"] + (row + 0.5) * shape["height"] / rows,
        )

    async def size(self) -> tuple[int, int]:
        """Return columns and rows of the terminal."""
        columns, rows = await self.evaluate(_SIZE)
        return int(columns), int(rows)

    async def lines(self) -> list[str]:
        """Return what the terminal shows."""
        return list(await self.evaluate(_SCREEN))

    async def text(self) -> str:
        """Return what the terminal shows, in one piece."""
        return "\n".join(await self.lines())

    async def page(self) -> str:
        """Return the text that is seen of the page around the terminal."""
        return str(await self.evaluate("document.body ? document.body.innerText : ''"))

    async def find(self, text: str) -> tuple[int, int]:
        """Return the cell (column, row) where a text begins below the first line; wide characters take two columns."""
        at = await self.evaluate(_FIND_CELL % json.dumps(text))
        assert at is not None, f"{text!r} is not in\n{await self.text()}"
        return at[0], at[1]

    async def wait(self, *texts: str) -> str:
        """Wait until the terminal shows all these texts; return the screen."""
        return await self.until(self.text, lambda screen: all(text in screen for text in texts))

    async def gone(self, text: str) -> str:
        """Wait until the terminal does not show a text any more; return the screen."""
        return await self.until(self.text, lambda screen: text not in screen)

    async def says(self, *texts: str) -> str:
        """Wait until the page around the terminal says all these texts; return it."""
        return await self.until(self.page, lambda page: all(text in page for text in texts))

    async def until(self, read: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
        """Wait until what is read is good, and return it; between two pages there is nothing to read."""
        end = time.monotonic() + self._devtools.timeout
        value: T | None = None
        while time.monotonic() < end:
            with suppress(DevtoolsError):
                value = await read()
                if good(value):
                    return value
            await asyncio.sleep(0.03)
        raise AssertionError(f"waited in vain; last:\n{value}")

    async def settle(self, quiet: float = 0.4) -> str:
        """Wait until the terminal has not changed for so many seconds; return the screen."""
        before, since = await self.text(), time.monotonic()
        while time.monotonic() - since < quiet:
            await asyncio.sleep(0.05)
            now = await self.text()
            if now != before:
                before, since = now, time.monotonic()
        return before

    async def picture(self, path: Path) -> None:
        """Save what the tab shows as a PNG file."""
        shot = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


_SIZE = """
(({cols, rows}) => [cols, rows])(document.getElementById("terminal")?.terminal ?? {cols: 0, rows: 0})
"""

_FIND_CELL = """
((wanted) => {
  const terminal = document.getElementById("terminal").terminal, rows = terminal.buffer.active;
  for (let y = 1; y < terminal.rows; y++) {
    const line = rows.getLine(rows.baseY + y);
    for (let x = 0; x < terminal.cols; x++)
      if (line.translateToString(true, x, terminal.cols).startsWith(wanted)) return [x, y];
  }
  return null;
})(%s)
"""
