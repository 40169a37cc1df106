"""The workbench behind a web server that speaks TLS, set up as docs/serving.md says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.browser.conftest import open_document
from tests.browser.proxies import Caddy, Nginx, Proxy
from tests.browser.served import Served
from tests.workspaces import Bench
from tools.chromium.process import Devtools

LONGER_THAN_THE_PROXY_WAITS = 25  # seconds


@pytest.fixture(params=[Nginx, Caddy])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    made: Proxy = request.param(tmp_path / "proxy")
    made.command(0)  # skips where the program is absent
    yield made
    made.stop()


@pytest.fixture
def served(serve: Callable[..., Served], proxy: Proxy) -> Served:
    served = serve("--public-url", proxy.address)
    proxy.start(served.port)
    return served


def tokens(served: Served) -> list[str]:
    return [link.partition("token=")[2] for link in served.links.values()]


async def test_the_workbench_is_used_under_a_path_with_tls(
    browser: Devtools, served: Served, proxy: Proxy, news: Bench
) -> None:
    assert served.links["ana"].startswith(f"{proxy.address}/?token=")
    tab = await open_document(browser, served.links["ana"])
    assert await tab.evaluate("location.pathname") == "/workbench/as/ana/"
    (cookie,) = (await tab.call("Network.getCookies"))["cookies"]
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["path"] == "/workbench/as/ana/"
    await tab.press("a")
    await tab.wait("1✓ 0→")
    await tab.reload()
    await tab.wait("nota ", "1✓ 0→")
    await asyncio.sleep(LONGER_THAN_THE_PROXY_WAITS)
    await tab.press("a")
    await tab.wait("2✓")
    assert news.actions("curator:ana") == ["accept", "accept"]
    assert tab.console == []
    wrong = await browser.open(f"{proxy.address}/?token={'x' * 43}")
    await wrong.says("link")
    assert wrong.status == 403


async def test_no_log_of_the_proxy_holds_a_token(browser: Devtools, served: Served, proxy: Proxy) -> None:
    await open_document(browser, served.links["ana"])
    served.kill()
    tab = await browser.open(served.links["bo"])
    await tab.until(lambda: tab.evaluate("document.readyState === 'complete'"), bool)
    assert tab.status == 502
    assert tab.headers["referrer-policy"] == "no-referrer"
    await tab.evaluate("fetch('/elsewhere').catch(() => 0)")
    proxy.stop()
    logged = proxy.logged()
    assert "/workbench/" in logged
    assert [token for token in tokens(served) if token in logged] == []


async def test_a_flood_of_wrong_links_slows_only_its_own_address_down(served: Served, proxy: Proxy) -> None:
    async def ask(token: str, source: str, **headers: str) -> int:
        connector = aiohttp.TCPConnector(local_addr=(source, 0), ssl=False)
        async with aiohttp.ClientSession(connector=connector) as http:
            address = f"{proxy.address}/?token={token}".replace("localhost", "127.0.0.1")
            host = {"Host": f"localhost:{proxy.port}", **headers}
            async with http.get(address, headers=host, allow_redirects=False, server_hostname="localhost") as answer:
                return answer.status

    flood = [ask("x" * 43, "127.0.0.2", **{"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(30)]
    assert 429 in await asyncio.gather(*flood)
    assert await ask("y" * 43, "127.0.0.3") == 403
    assert await ask(tokens(served)[0], "127.0.0.2") == 303
    assert "many wrong links from 127.0.0.2" in served.log.read_text(encoding="utf-8")
    assert [token for token in [*tokens(served), "x" * 43] if token in served.log.read_text(encoding="utf-8")] == []
