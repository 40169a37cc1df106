"""Who gets in: links, cookies, origins, headers, and what the server never says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import aiohttp
import pytest

from tests.serve.driver import RunningServer, browser, open_tab, running_server
from tests.workspaces import make_bench


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    bench = make_bench(tmp_path_factory.mktemp("served") / "news")
    bench.add()
    bench.workspace.close()
    with running_server(bench.workspace.root, "--curators", "ana,bo") as running:
        yield running


async def cookie_of(session: aiohttp.ClientSession, link: str) -> tuple[str, str, dict[str, str]]:
    """Follow a link one step; return where it leads, the cookie as a header, and the cookie's attributes."""
    async with session.get(link, allow_redirects=False) as response:
        assert response.status == 303
        (morsel,) = SimpleCookie(response.headers["Set-Cookie"]).values()
        return response.headers["Location"], f"{morsel.key}={morsel.value}", dict(morsel)


async def status_of(session: aiohttp.ClientSession, address: str, **headers: str) -> tuple[int, str]:
    async with session.get(address, headers=headers, allow_redirects=False) as response:
        return response.status, await response.text()


async def test_a_link_becomes_a_cookie_for_one_path_and_leaves_the_address(server: RunningServer) -> None:
    async with browser(keeps_cookies=False) as session:
        where, _, attributes = await cookie_of(session, server.link("ana"))
    assert where == attributes["path"] == "/as/ana/"
    assert attributes["httponly"]
    assert attributes["samesite"] == "Strict"
    assert not attributes["max-age"]


async def test_the_page_is_the_curators_and_kept_by_nobody(server: RunningServer) -> None:
    async with browser() as session, session.get(server.link("ana")) as response:
        page = await response.text()
        assert response.status == 200
        assert "token" not in str(response.url)
        assert "<title>ana · annotator</title>" in page
        assert server.link("ana").partition("token=")[2] not in page
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        policy = response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self';" in policy


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/as/ana/", "/as/nobody/", "/as/ana/ws"])
async def test_without_the_right_token_the_answer_is_403_in_a_sentence(server: RunningServer, path: str) -> None:
    async with browser(keeps_cookies=False) as session:
        status, page = await status_of(session, server.origin + path)
        assert status == 403
        assert "This link does not open anything here." in page


async def test_a_cookie_opens_nobody_elses_page(server: RunningServer) -> None:
    async with browser(keeps_cookies=False) as session:
        _, cookie, _ = await cookie_of(session, server.link("bo"))
        assert (await status_of(session, f"{server.origin}/as/bo/", Cookie=cookie))[0] == 200
        assert (await status_of(session, f"{server.origin}/as/ana/", Cookie=cookie))[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", None])
async def test_a_strangers_page_opens_no_connection(server: RunningServer, origin: str | None) -> None:
    async with browser(keeps_cookies=False) as session:
        _, cookie, _ = await cookie_of(session, server.link("ana"))
        headers = {"Cookie": cookie} | ({"Origin": origin} if origin else {})
        with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
            await session.ws_connect(f"{server.origin}/as/ana/ws", headers=headers)
    assert raised.value.status == 403


async def test_nor_does_our_own_page_without_the_cookie_or_with_anothers(server: RunningServer) -> None:
    async with browser(keeps_cookies=False) as session:
        _, cookie, _ = await cookie_of(session, server.link("bo"))
        for headers in ({"Origin": server.origin}, {"Origin": server.origin, "Cookie": cookie}):
            with pytest.raises(aiohttp.WSServerHandshakeError) as raised:
                await session.ws_connect(f"{server.origin}/as/ana/ws", headers=headers)
            assert raised.value.status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/page/", "/terminal/", "/terminal/js/", "/page/../running.py", "/page/%2e%2e/running.py",
        "/terminal/..%2fserver.py",
        "/page//etc/passwd", "/db/annotator.db", "/as/", "/as/ana", "/download/x", "/static/",
    ],
)  # fmt: skip
async def test_no_folder_is_listed_and_no_other_file_is_reached(server: RunningServer, path: str) -> None:
    async with browser(keeps_cookies=False) as session:
        from yarl import URL

        async with session.get(URL(server.origin + path, encoded=True)) as response:
            assert response.status in (403, 404)
            assert "There is nothing here." in await response.text()


async def test_what_the_page_needs_is_there(server: RunningServer) -> None:
    async with browser() as session:
        async with session.get(server.link("ana")) as response:
            page = await response.text()
        needed = [
            piece.partition('"')[0] for piece in page.split('src="')[1:] + page.split('rel="stylesheet" href="')[1:]
        ]
        assert len(needed) >= 4
        for path in needed:
            assert (await status_of(session, server.origin + path))[0] == 200, path


async def test_a_flood_of_wrong_links_is_slowed_down_and_right_ones_still_get_in(root: Path) -> None:
    with running_server(root, "--curators", "ana") as server:
        async with browser(keeps_cookies=False) as session:
            wrong = [status_of(session, f"{server.origin}/?token=wrong{number}") for number in range(60)]
            flood = asyncio.gather(*wrong)
            server_line = await asyncio.to_thread(server.wait_for_line, "many wrong links from 127.0.0.")
            assert (await cookie_of(session, server.link("ana")))[0] == "/as/ana/"
            statuses = [status for status, _ in await flood]
        assert statuses.count(403) < 20
        assert statuses.count(429) > 40
        assert sum("many wrong links" in line for line in server.err) <= 2
        assert "wrong1" not in server_line


async def test_behind_a_proxy_links_cookies_and_connections_are_those_of_the_public_address(root: Path) -> None:
    with running_server(root, "--curators", "ana", "--public-url", "https://news.example/desk/") as server:
        link = server.link("ana")
        assert link.startswith("https://news.example/desk/?token=")
        port = server.wait_for_line("on port").partition("port ")[2].strip(" \n")
        here = f"http://127.0.0.1:{port}"
        async with browser(keeps_cookies=False) as session:
            where, cookie, attributes = await cookie_of(session, here + link.removeprefix("https://news.example"))
            assert where == attributes["path"] == "/desk/as/ana/"
            assert attributes["secure"]
            status, page = await status_of(session, here + where, Cookie=cookie)
            assert status == 200
            assert 'data-session-websocket-url="wss://news.example/desk/as/ana/ws"' in page
            headers = {"Cookie": cookie, "Origin": "https://news.example"}
            async with session.ws_connect(f"{here}/desk/as/ana/ws", headers=headers) as socket:
                assert (await socket.receive()).type is aiohttp.WSMsgType.BINARY
            headers["Origin"] = here
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await session.ws_connect(f"{here}/desk/as/ana/ws", headers=headers)
            assert (await status_of(session, f"{here}/"))[0] == 404
            for _ in range(6):
                await status_of(session, f"{here}/desk/?token=x", **{"X-Forwarded-For": "10.1.1.1, 10.9.9.9"})
            assert server.wait_for_line("many wrong links from 10.9.9.9")


async def test_no_token_stands_in_what_is_said_or_in_what_can_be_seen_of_a_process(root: Path) -> None:
    with running_server(root, "--curators", "ana,bo", variables={"API_KEY": "secret-of-the-server"}) as server:
        tokens = [server.link(name).partition("token=")[2] for name in ("ana", "bo")]
        async with browser() as session, open_tab(session, server.link("ana")) as tab:
            await tab.until("nota")
            for token in tokens:
                await status_of(session, f"{server.origin}/?token={token}x")
                await status_of(session, f"{server.origin}/as/ana/?token={token}")
                await status_of(session, f"{server.origin}/nowhere/{token}")
            reader, writer = await asyncio.open_connection("127.0.0.1", int(server.origin.rpartition(":")[2]))
            writer.write(f"GET /?token={tokens[0]} HTTP/9.9\r\nbroken\r\n\r\n".encode())
            assert b"400" in await reader.read()
            writer.close()
            (child,) = server.children()
            seen = [
                Path(f"/proc/{pid}/{name}").read_bytes()
                for pid in (child, server.process.pid)
                for name in ("cmdline", "environ")
            ]
            shown = tab.raw
        assert b"API_KEY" not in seen[1]
        server.stop()
        said = "".join(server.err).encode()
        for token in tokens:
            assert all(token.encode() not in piece for piece in (*seen, shown, said))
        assert b"ana: session begins, 1 open" in said


async def test_links_are_kept_in_a_file_for_the_next_start(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "links"
    kept = []
    for _ in range(2):
        with running_server(root, "--curators", "ana", "--links", str(path)) as server:
            assert server.out == []
            assert server.wait_for_line(f"the links are in {path}")
            link = path.read_text(encoding="utf-8").splitlines()[-1].partition("\t")[2]
            kept.append(link.partition("token=")[2])
            async with browser(keeps_cookies=False) as session:
                assert (await cookie_of(session, link))[0] == "/as/ana/"
    assert kept[0] == kept[1]
