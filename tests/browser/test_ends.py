"""Ends of all kinds: a reload, a closed tab, a killed server; what was acknowledged is kept, and the page says why."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Callable

from tests.browser.conftest import open_document
from tests.browser.served import SESSION_ENDS, Served, run, runs, until
from tests.workspaces import Bench, proposal, propose, span_texts
from tools.chromium.process import Devtools


async def test_a_reload_in_the_middle_of_a_step_goes_on_where_one_was(
    browser: Devtools, served: Served, news: Bench
) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.press("a")
    await tab.wait("1✓ 0→")
    await tab.press("r")
    await tab.wait("relate")
    await tab.reload()
    await tab.wait("nota ", "1✓ 0→", "Ana Ruiz trabaja")
    await tab.press("a")
    await tab.wait("2✓")
    assert news.actions("curator:ana") == ["accept", "accept"]


async def test_reloads_in_quick_succession_leave_one_session(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"])
    for _ in range(5):
        await tab.wait("nota ", "done ·")
        await tab.press("a", "u")
        await tab.reload()
    await tab.wait("nota ", "done ·")
    until(lambda: len(served.sessions()) == 1, "sessions are left", SESSION_ENDS)
    actions = news.actions("curator:ana")
    assert actions.count("accept") >= actions.count("undo")
    run(news.workspace.root, "doctor")


async def test_a_closed_tab_ends_its_session(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.press("a")
    await tab.wait("1✓")
    (session,) = served.sessions()
    await tab.close()
    until(lambda: not runs(session), "the session goes on", SESSION_ENDS)
    until(lambda: served.sessions() == [], "a session is left", SESSION_ENDS)
    again = await browser.open(served.links["ana"], width=800)
    await again.wait("nota ", "1✓ 0→")


async def test_two_curators_at_once_see_only_their_own(browser: Devtools, served: Served, news: Bench) -> None:
    ana = await open_document(browser, served.links["ana"])
    bo = await open_document(browser, served.links["bo"])
    await ana.front()
    await ana.press("a")
    await ana.wait("1✓ 0→")
    await bo.front()
    await bo.wait("5? 0✓ 0→")
    await bo.press("x", "x")
    await bo.wait("0✓ 0→", "rejected")
    await ana.front()
    await ana.reload()
    await ana.wait("nota ", "1✓ 0→")
    await bo.front()
    await bo.reload()
    await bo.wait("nota ", "0✓ 0→")
    assert "1✓" not in await bo.text()
    assert news.actions("curator:ana") == ["accept"]
    assert news.actions("curator:bo") == ["reject", "reject"]


async def test_two_tabs_of_one_curator_lose_nothing(browser: Devtools, served: Served, news: Bench) -> None:
    first = await open_document(browser, served.links["ana"])
    second = await open_document(browser, served.links["ana"])
    await first.front()
    await first.press("a")
    await first.wait("1✓ 0→")
    await second.front()
    await second.press("a")
    await second.wait("changed by another window of yours", "repeat the step", "1✓")
    await second.press("tab", "a")
    await second.wait("2✓")
    await first.front()
    await first.press("u")
    await first.wait("repeat the step", "2✓")
    await first.press("u")
    await first.wait("1✓")
    assert news.actions("curator:ana") == ["accept", "accept", "undo"]
    assert span_texts(news.session()) == {("PERSON", "Ana Ruiz")}
    run(news.workspace.root, "doctor")


async def test_a_killed_server_costs_no_acknowledged_key_and_its_link_goes_on(
    browser: Devtools, served: Served, news: Bench
) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.press("a")
    await tab.wait("1✓ 0→")
    await tab.press("a")
    await tab.wait("2✓")
    sessions = served.kill()
    assert sessions
    said = await tab.says("lost")
    assert "Open the workbench again" in said
    until(lambda: not any(map(runs, sessions)), "a session outlives its server", SESSION_ENDS)
    assert run(news.workspace.root, "history", "nota").count("accept") == 2
    run(news.workspace.root, "doctor")
    served.start()
    await tab.leave_page(tab.evaluate("document.getElementById('again').click()"))
    await tab.wait("nota ", "2✓")
    await tab.press("u")
    await tab.wait("1✓")


async def test_a_server_killed_between_keys_keeps_each_that_was_shown(
    browser: Devtools, served: Served, news: Bench
) -> None:
    many = news.add("aaa", "Ana Ruiz vive. " * 400 + "\n")
    propose(news.store, many, [proposal(many, "Ana Ruiz", "PERSON", nth=nth) for nth in range(400)])
    tab = await browser.open(served.links["ana"], width=800)
    await tab.wait("aaa", "nota")
    await tab.press("enter")
    await tab.wait("400? 0✓")
    pressing = asyncio.ensure_future(tab.press(*["a"] * 400))
    await tab.until(tab.text, lambda screen: re.search(r"\d\d✓", screen) is not None)
    served.kill()
    await tab.says("lost")
    await pressing
    shown = re.search(r"(\d+)✓", await tab.text())
    assert shown is not None
    assert 10 <= int(shown[1]) <= len(news.actions("curator:ana", "aaa")) < 400
    run(news.workspace.root, "doctor")


async def test_a_server_that_does_not_answer_is_told_of(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"])
    os.kill(served.pid, signal.SIGSTOP)
    try:
        await tab.press("a")
        await tab.says("does not answer")
    finally:
        os.kill(served.pid, signal.SIGCONT)
    await tab.wait("1✓ 0→")
    await tab.until(tab.page, lambda page: "does not answer" not in page)
    assert news.actions("curator:ana") == ["accept"]


async def test_a_stopped_server_says_so(browser: Devtools, served: Served) -> None:
    tab = await open_document(browser, served.links["ana"])
    sessions = served.sessions()
    served.stop()
    await tab.says("The server was stopped", "Open the workbench again")
    assert not any(map(runs, sessions))


async def test_quitting_says_how_to_go_on(browser: Devtools, served: Served) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.press("ctrl+q")
    await tab.says("You have left the workbench", "Open the workbench again")
    await tab.leave_page(tab.press("enter"))
    await tab.wait("nota ", "done ·")


async def test_a_wrong_link_is_refused_in_a_sentence(browser: Devtools, served: Served) -> None:
    for wrong in ("?token=" + "x" * 43, "", "?token="):
        tab = await browser.open(f"http://127.0.0.1:{served.port}/{wrong}")
        said = await tab.says("link")
        assert tab.status == 403
        assert "x" * 43 not in said
        assert await tab.size() == (0, 0)
        await tab.close()


async def test_the_limit_of_sessions_is_said_in_the_page(browser: Devtools, serve: Callable[..., Served]) -> None:
    served = serve("--sessions", "1")
    first = await open_document(browser, served.links["ana"])
    second = await browser.open(served.links["bo"])
    await second.says("places")
    await first.close()
    until(lambda: served.sessions() == [], "the session goes on", SESSION_ENDS)
    await second.reload()
    await second.wait("nota", "otra")
