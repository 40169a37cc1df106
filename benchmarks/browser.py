"""How long a key takes in a browser, from the press to the new screen, beside the same key in a terminal.

python -m benchmarks.browser

Browser, server and workbench share this machine; over a network its round trip is added.  There is no budget.
The headless browser paints without a graphics card, which a curator's does with one.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from operator import le
from pathlib import Path

from benchmarks.report import annotator, heading, line
from tools.chromium import Chromium, Tab
from tools.terminal import Terminal

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
KEYS = 60
MOVE = ["w"] * KEYS
DECIDE = ["a", "u"] * (KEYS // 2)

Times = list[tuple[float, float]]
"""Milliseconds of each key until the new screen has come, and until it is painted."""

_WATCH = """
(() => {
  let pressed = 0;
  window.keyTimes = [];
  addEventListener("keydown", () => { pressed = performance.now(); }, true);
  document.getElementById("terminal").terminal.onWriteParsed(() => {
    const start = pressed, arrived = performance.now();
    pressed = 0;
    const painted = () => window.keyTimes.push([arrived - start, performance.now() - start]);
    if (start) requestAnimationFrame(() => requestAnimationFrame(painted));
  });
})()
"""


async def in_browser(link: str, document: str) -> tuple[float, Times, Times]:
    """Return seconds until the queue stands, and the times of keys that move and of keys that decide."""
    browser = Chromium()
    try:
        async with browser.connect() as devtools:
            await (await devtools.open(link)).wait(document)  # what Chromium does once
            start = time.perf_counter()
            tab = await devtools.open(link)
            await tab.wait(document)
            opened = time.perf_counter() - start
            await tab.press("enter")
            await tab.wait("done ·", "decide")
            await tab.settle()
            await tab.evaluate(_WATCH)
            return opened, await key_times(tab, MOVE), await key_times(tab, DECIDE)
    finally:
        browser.close()


async def key_times(tab: Tab, keys: list[str]) -> Times:
    """Press keys, each after the last has been painted; return milliseconds until the screen is there, and painted."""
    await tab.evaluate("window.keyTimes = []")
    for number, key in enumerate(keys, 1):
        await tab.press(key)
        await tab.until(lambda: tab.evaluate("window.keyTimes.length"), partial(le, number))
    return [(arrived, painted) for arrived, painted in await tab.evaluate("window.keyTimes")]


def in_terminal(workspace: Path, document: str) -> tuple[float, Times, Times]:
    """Return the same of a terminal that paints nothing: both times are those of the last byte of the new screen."""
    start = time.perf_counter()
    terminal = Terminal(annotator("-w", str(workspace), "annotate", "--as", "bo"), columns=111, lines=28)
    terminal.wait(document)
    opened = time.perf_counter() - start
    terminal.press("enter")
    terminal.wait("done ·")
    terminal.settle(0.4)
    times = []
    for key in MOVE + DECIDE:
        start = time.perf_counter()
        terminal.press(key)
        ended = terminal.time_of_response(first=5.0, quiet=0.1)
        assert ended is not None
        times.append(((ended - start) * 1000, (ended - start) * 1000))
    terminal.kill()
    return opened, times[:KEYS], times[KEYS:]


def main() -> int:
    """Measure and print."""
    heading("a key in a browser")
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "w"
        for arguments in (["init", str(workspace)], ["-w", str(workspace), "ingest", str(SEEDS)],
                          ["-w", str(workspace), "suggest"]):  # fmt: skip
            subprocess.run(annotator(*arguments), check=True, stderr=subprocess.DEVNULL)
        document = min(path.stem for path in SEEDS.glob("*.txt"))
        command = annotator("-w", str(workspace), "serve", "--port", "0", "--curators", "ana")
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert server.stdout is not None
            link = server.stdout.readline().strip().partition("\t")[2]
            browser = asyncio.run(in_browser(link, document))
        finally:
            server.terminate()
            server.wait()
        terminal = in_terminal(workspace, document)
    for what, (opened, moving, deciding) in (("browser", browser), ("terminal", terminal)):
        line(f"{what}: from link or command to the queue", opened, None, "s")
        for kind, times in (("moves", moving), ("decides", deciding)):
            line(f"{what}: a key that {kind}, median", statistics.median(t for t, _ in times), None, "ms")
            line(
                f"{what}: a key that {kind}, 95 of 100",
                statistics.quantiles([t for t, _ in times], n=20)[-1],
                None,
                "ms",
            )
            if what == "browser":
                line("  and until it is painted, median", statistics.median(t for _, t in times), None, "ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
