"""Letters of all kinds: shown, marked and entered as they are."""

from __future__ import annotations

import pytest

from tests.browser.conftest import open_document
from tests.browser.served import Served
from tests.workspaces import Bench, span_texts
from tools.chromium.process import Devtools

TEXTS = {
    "wide letters": ("北京大学 y Ana Ruiz en México.\n", "Ana Ruiz"),
    "combining accents": ("Jose\u0301 Peña y Ana Ruiz en Me\u0301xico.\n", "Ana Ruiz"),
    "an emoji": ("Hola 🚀 dijo Ana Ruiz en México.\n", "Ana Ruiz"),
    "a joined emoji": ("Hola 👩\u200d🚀 dijo Ana Ruiz en México.\n", "Ana Ruiz"),
    "a flag": ("Hola 🇲🇽 dijo Ana Ruiz en México.\n", "Ana Ruiz"),
    "an emoji of a colour": ("Hola 👍🏽 dijo Ana Ruiz en México.\n", "Ana Ruiz"),
    "a sign as emoji": ("Hola ❤\ufe0f dijo Ana Ruiz en México.\n", "Ana Ruiz"),
    "Devanagari": ("नमस्ते दुनिया y Ana Ruiz en México.\n", "Ana Ruiz"),
}


@pytest.mark.parametrize("name", TEXTS)
async def test_what_is_under_the_mouse_is_marked(browser: Devtools, served: Served, news: Bench, name: str) -> None:
    text, phrase = TEXTS[name]
    news.add("aaa", text)
    tab = await browser.open(served.links["ana"])
    await tab.wait("aaa", "nota")
    await tab.press("enter")
    await tab.wait("aaa ", "done ·", phrase)
    x, y = await tab.find(phrase)
    await tab.drag((x, y), (x + len(phrase) - 1, y))
    await tab.wait(f"selected “{phrase}”")
    await tab.press("1")
    await tab.wait(f"marked PERSON “{phrase}”")
    assert span_texts(news.session("aaa")) == {("PERSON", phrase)}
    lines = await tab.lines()
    bracket = next(number for number, line in enumerate(lines) if "╰" in line and number > y)
    assert await tab.find("╰") == (x, bracket)


async def test_a_composed_letter_comes_into_a_comment(browser: Devtools, served: Served, news: Bench) -> None:
    tab = await open_document(browser, served.links["ana"])
    await tab.press("c")
    await tab.settle()
    await tab.type("m")
    await tab.compose("´", "á")
    await tab.settle()  # xterm.js takes a composed letter up a turn later, and a key in between may repeat it
    await tab.type("s ")
    await tab.compose("に", "にほ", "日本")
    await tab.wait("más 日本")
    await tab.type("ñ")
    await tab.press("enter")
    await tab.gone("más 日本ñ▏")
    await tab.settle()
    assert comments(news) == ["más 日本ñ"]


async def test_what_is_pasted_comes_into_a_comment_and_presses_no_key(
    browser: Devtools, served: Served, news: Bench
) -> None:
    tab = await open_document(browser, served.links["ana"])
    await browser.let_read_clipboard()
    await tab.evaluate("navigator.clipboard.writeText('axu de México')")
    await tab.call("Input.dispatchKeyEvent", **PASTE)
    await tab.settle()
    assert news.actions("curator:ana") == []
    await tab.press("c")
    await tab.settle()
    await tab.call("Input.dispatchKeyEvent", **PASTE)
    await tab.wait("axu de México")
    await tab.press("enter")
    await tab.settle()
    assert comments(news) == ["axu de México"]


PASTE = {"type": "rawKeyDown", "key": "v", "windowsVirtualKeyCode": 86, "modifiers": 2, "commands": ["paste"]}
"""``ctrl+v``, with what the browser does where the page does not prevent it."""


def comments(bench: Bench) -> list[str]:
    """List the comments in ``nota``."""
    return [comment.text for comment in bench.session().content.comments.values()]
