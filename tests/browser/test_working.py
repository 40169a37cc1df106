"""A curator works in a browser: what they press is what the workbench does, and what is stored."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import web

from tests.browser.conftest import open_document
from tests.browser.served import Served, free_port, run
from tests.workspaces import Bench, relation_texts, span_texts, verdicts
from tools.chromium.process import Devtools


async def test_a_link_opens_the_queue_of_its_curator(browser: Devtools, served: Served) -> None:
    tab = await browser.open(served.links["ana"])
    screen = await tab.wait("nota", "otra", "zeta")
    assert "ana" in screen
    assert tab.console == []
    token = served.links["ana"].partition("token=")[2]
    assert token not in await tab.evaluate("location.href + document.title + document.body.innerHTML")
    assert token not in await tab.evaluate("document.cookie")
    assert await tab.evaluate("navigator.userAgent") != ""


async def test_a_link_in_a_page_of_another_site_opens_the_workbench_too(browser: Devtools, served: Served) -> None:
    tab = await browser.open(f"data:text/html,<a%20href='{served.links['ana']}'>the%20workbench</a>")
    await tab.until(lambda: tab.evaluate("document.links.length === 1"), bool)
    await tab.evaluate("document.querySelector('a').click()")
    assert "ana" in await tab.wait("nota", "otra")
    assert (await tab.evaluate("location.href")) == f"http://127.0.0.1:{served.port}/as/ana/"


async def test_the_page_loads_nothing_from_elsewhere(browser: Devtools, served: Served) -> None:
    tab = await browser.open(served.links["ana"])
    await tab.wait("nota")
    here = (f"http://127.0.0.1:{served.port}/", "data:")
    assert [address for address in tab.requested if not address.startswith(here)] == []
    assert tab.console == []


async def test_accept_undo_and_redo(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.wait("5? 0✓ 0→", "PERSON? “Ana Ruiz”")
    await tab.press("a")
    await tab.wait("1✓ 0→", "ORG? “Cruz Roja”")
    await tab.press("x")
    await tab.wait("✓ 0→", "rejected ORG")
    await tab.press("u")
    await tab.wait("1✓ 0→")
    await tab.press("u")
    await tab.wait("5? 0✓ 0→")
    await tab.press("ctrl+r")
    await tab.wait("1✓ 0→")
    assert span_texts(news.session()) == {("PERSON", "Ana Ruiz")}
    assert news.actions("curator:ana") == ["accept", "reject", "undo", "undo", "redo"]


async def test_a_label_and_a_hint_add_a_span(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"], "zeta")
    eva, quito = await tab.find("Eva"), await tab.find("Quito")
    await tab.press("escape", "1")
    await tab.wait("PERSON: which phrase?")
    await tab.press((await tab.lines())[eva[1]][eva[0]])
    await tab.wait("marked PERSON “Eva”")
    await tab.press("alt+3")
    await tab.wait("GPE: which phrase?")
    await tab.press((await tab.lines())[quito[1]][quito[0]])
    await tab.wait("marked GPE “Quito”")
    assert span_texts(news.session("zeta")) == {("PERSON", "Eva"), ("GPE", "Quito")}


async def test_spans_are_related_by_a_hint(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.press("r")
    await tab.wait("relate PERSON “Ana Ruiz” to which?")
    await tab.press("a")
    await tab.wait("which?", "l leads")
    await tab.press("l")
    await tab.wait("related: “Ana Ruiz” leads → “Cruz Roja”", "leads─")
    assert relation_texts(news.session()) == {("Ana Ruiz", "leads", "Cruz Roja")}
    assert sorted(verdicts(news.session()).values()) == ["accepted", "accepted"]


async def test_the_mouse_marks_and_a_label_is_clicked(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"], "otra")
    x, y = await tab.find("Cruz Roja")
    await tab.drag((x, y), (x + 8, y))
    await tab.wait("selected “Cruz Roja”")
    await tab.press("2")
    await tab.wait("marked ORG “Cruz Roja”")
    await tab.drag(await tab.find("Luis Paz"), await tab.find("Paz fue"))
    await tab.wait("selected “Luis Paz”")
    await tab.click(await tab.find("PERSON"))
    await tab.wait("marked PERSON “Luis Paz”")
    assert span_texts(news.session("otra")) == {("ORG", "Cruz Roja"), ("PERSON", "Luis Paz")}


async def test_an_address_in_an_article_is_marked_and_opens_nothing(
    browser: Devtools, served: Served, news: Bench
) -> None:
    news.add("aaa", "Léase http://example.invalid/nota ahora.\n")
    tab = await browser.open(served.links["ana"])
    await tab.wait("aaa", "nota")
    await tab.press("enter")
    await tab.wait("aaa ", "done ·", "ahora")
    x, y = await tab.find("http://")
    before = await browser.pages()
    await tab.point((x + 3, y))
    await tab.settle()
    await tab.click((x + 3, y))
    await tab.settle()
    assert await browser.pages() == before
    assert await tab.evaluate("location.pathname") == "/as/ana/"


@pytest.mark.parametrize("key", ["f2", "ctrl+p", "ctrl+g", "ctrl+o", "?", "/", "alt+r", "f3"])
async def test_a_key_that_browsers_use_too_reaches_the_workbench(browser: Devtools, served: Served, key: str) -> None:
    tab = await open_document(browser, served.links["ana"])
    before = await tab.settle()
    await tab.press(key)
    await tab.until(tab.text, lambda screen: screen != before)
    assert await tab.evaluate("location.pathname") == "/as/ana/"


@pytest.mark.parametrize(("width", "height"), [(730, 440), (1900, 1100)])
async def test_the_workbench_takes_the_size_of_the_window(
    browser: Devtools, served: Served, width: int, height: int
) -> None:
    tab = await open_document(browser, served.links["ana"], width=width, height=height)
    columns, rows = await tab.size()
    assert abs(columns - width / 9.6) < columns / 10
    screen = await tab.wait("Ana Ruiz trabaja")
    assert len(screen.splitlines()) == rows
    await tab.resize(1200, 700)
    await tab.until(tab.size, lambda size: size[0] > 110)
    columns, rows = await tab.size()
    await tab.until(tab.lines, lambda lines: len(lines) == rows and any(len(line) == columns for line in lines))
    await tab.press("a")
    await tab.wait("accepted PERSON “Ana Ruiz”")


async def test_zoom_is_a_smaller_window(browser: Devtools, served: Served) -> None:
    tab = await open_document(browser, served.links["ana"], width=1200, height=700)
    columns, _ = await tab.size()
    await tab.resize(1200, 700, zoom=1.5)
    await tab.until(tab.size, lambda size: size[0] < columns * 0.75)
    await tab.settle()
    await tab.drag(await tab.find("México coopera"), await tab.find("coopera"))
    await tab.wait("selected “México coopera”")


async def test_what_was_done_is_in_the_history(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["bo"])
    await tab.press("a", "a")
    await tab.wait("2✓ 0→")
    history = run(news.workspace.root, "history", "nota")
    assert history.count("bo") >= 2
    assert "ana" not in [line.split()[0] for line in history.splitlines() if line]


async def test_no_screen_is_saved_outside_of_the_workspace(
    browser: Devtools, serve: Callable[..., Served], news: Bench, tmp_path: Path
) -> None:
    served = serve()
    before = set(Path.home().iterdir())
    tab = await open_document(browser, served.links["ana"])
    await tab.press("ctrl+p")
    await tab.settle()
    await tab.type("screenshot")
    await tab.settle()
    await tab.press("enter")
    await tab.settle()
    assert set(Path.home().iterdir()) == before


@pytest.mark.parametrize("key", ["O", "L", "I", "F", "f9"])
async def test_a_key_that_a_browser_may_keep_has_another(browser: Devtools, served: Served, key: str) -> None:
    tab = await open_document(browser, served.links["ana"])
    before = await tab.settle()
    await tab.press(key)
    await tab.until(tab.text, lambda screen: screen != before)
    assert "means nothing" not in await tab.text()


async def test_help_names_the_other_keys(browser: Devtools, served: Served) -> None:
    tab = await open_document(browser, served.links["ana"], height=1400)
    await tab.press("?")
    await tab.wait("closes")
    await tab.type("redo")
    await tab.wait("^r U  redo")


async def test_redo_by_its_other_key(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.press("a")
    await tab.wait("1✓ 0→")
    await tab.press("u")
    await tab.wait("0✓ 0→")
    await tab.press("U")
    await tab.wait("1✓ 0→")
    assert news.actions("curator:ana") == ["accept", "undo", "redo"]


async def test_what_is_copied_comes_into_the_clipboard(browser: Devtools, served: Served) -> None:
    tab = await open_document(browser, served.links["ana"])
    await browser.let_read_clipboard()
    await tab.press("y")
    await tab.wait("copied the span “Ana Ruiz”")
    await tab.until(lambda: tab.evaluate("navigator.clipboard.readText()"), lambda text: text == "Ana Ruiz")


async def test_a_link_in_a_message_of_another_site_opens(browser: Devtools, served: Served) -> None:
    async def message(_request: web.Request) -> web.Response:
        return web.Response(text=f"<a href='{served.links['ana']}'>annotator</a>", content_type="text/html")

    site = web.Application()
    site.router.add_get("/", message)
    runner = web.AppRunner(site)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        tab = await browser.open(f"http://localhost:{port}/")
        await tab.says("annotator")
        await tab.leave_page(tab.evaluate("document.querySelector('a').click()"))
        await tab.wait("nota", "otra")
    finally:
        await runner.cleanup()
