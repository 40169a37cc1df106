"""Takes the pictures of the workbench in a browser, for docs/serving.md.

python -m tools.browser_pictures
"""

from __future__ import annotations

import asyncio
import subprocess

from tools.chromium import Chromium, Tab
from tools.screenshots import IMAGES, SPANISH, TOP, annotator, sample_workspace


async def take(links: dict[str, str], browser: Chromium) -> None:
    """Take the annotate screen, and what the page says when a session has ended."""
    async with browser.connect() as devtools:
        tab = await devtools.open(links["ana"], width=1060, height=560)
        await tab.wait(SPANISH)
        await tab.press("down", "down", "enter")
        await tab.wait("0/5 done")
        for _ in range(7):
            await tab.press("a")
        await save(tab, "browser-workbench")
        await tab.press("ctrl+q")
        await tab.says("Open the workbench again")
        await save(tab, "browser-ended")


async def save(tab: Tab, name: str) -> None:
    """Save the tab as a picture once it is quiet."""
    await tab.settle()
    await tab.picture(IMAGES / f"{name}.png")


def main() -> None:
    """Serve the sample articles, and take the pictures."""
    with sample_workspace() as workspace:
        command = annotator("-w", str(workspace), "serve", "--port", "0", "--curators", "ana")
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=TOP)
        browser = Chromium()
        try:
            assert server.stdout is not None
            name, _, link = server.stdout.readline().strip().partition("\t")
            asyncio.run(take({name: link}, browser))
        finally:
            browser.close()
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
