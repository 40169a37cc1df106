"""A browser for all tests, a server and a connection for each; without Chromium they are skipped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.served import Served
from tests.workspaces import Bench, link, make_bench, proposal, propose
from tools.chromium import PROGRAM, Chromium, Tab
from tools.chromium.process import Devtools

LONG = "otra"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder: they run by ``make browser`` and not by ``make test``."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    if PROGRAM is None:
        pytest.skip("no Chromium on this machine")
    browser = Chromium()
    yield browser
    browser.close()


@pytest.fixture
async def browser(chromium: Chromium) -> AsyncIterator[Devtools]:
    """A connection to the browser, with cookies of its own."""
    async with chromium.connect() as devtools:
        yield devtools


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Bench]:
    """Three documents; in ``nota`` three spans and two relations are suggested."""
    bench = make_bench(tmp_path / "news")
    nota = bench.add()
    bench.add("otra", "Luis Paz fue a Lima. No vio la Cruz Roja.\n")
    bench.add("zeta", "Eva vive en Quito.\n")
    ana = proposal(nota, "Ana Ruiz", "PERSON", 0.9)
    cruz = proposal(nota, "Cruz Roja", "ORG", 0.8)
    mexico = proposal(nota, "México", "GPE", 0.6)
    relations = [link(ana, cruz, "works_for", 0.8), link(cruz, mexico, "located_in", 0.5)]
    propose(bench.store, nota, [ana, cruz, mexico], relations)
    yield bench
    bench.workspace.close()


@pytest.fixture
def serve(news: Bench) -> Iterator[Callable[..., Served]]:
    """Start a server on the documents, with more options where they are given."""
    started: list[Served] = []

    def start(*options: str, **more: str) -> Served:
        started.append(Served(news.workspace.root, *options, **more))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()


async def open_document(browser: Devtools, link: str, key: str = "nota", *, width: int = 800, height: int = 520) -> Tab:
    """Open a link in a tab, and there a document from the queue."""
    tab = await browser.open(link, width=width, height=height)
    await tab.wait("nota", "otra", "zeta")
    for _ in ("nota", "otra", "zeta")[: ("nota", "otra", "zeta").index(key)]:
        await tab.press("down")
    await tab.press("enter")
    await tab.wait(f"{key} ", "done ·")
    return tab
