"""What is typed reaches the workbench whole and in order, however the terminal sends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.tui.watched_terminal import Watched, begin
from tests.workspaces import Bench, open_bench

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")


@pytest.fixture
def terminal(news: Bench) -> Iterator[Watched]:
    news.workspace.close()
    terminal = Watched(news)
    begin(terminal)
    yield terminal
    with suppress(OSError):
        terminal.kill()


def send(terminal: Watched, data: bytes) -> None:
    os.write(terminal._fd, data)


def stored(news: Bench) -> tuple[list[str], list[str]]:
    """The curator's steps, and what they commented."""
    bench = open_bench(str(news.workspace.root))
    comments = [comment.text for comment in bench.session().content.comments.values()]
    actions = bench.actions("curator:ana")
    bench.workspace.close()
    return actions, comments


def test_keys_that_come_together_are_done_in_order(news: Bench, terminal: Watched) -> None:
    terminal.send("axuc¿qué?\r")
    terminal.wait("comment kept")
    assert stored(news) == (["accept", "reject", "undo", "comment"], ["¿qué?"])


def test_a_letter_in_two_pieces(terminal: Watched) -> None:
    terminal.press("/")
    terminal.settle()
    first, second = "é".encode()[:1], "é".encode()[1:]
    send(terminal, first)
    terminal.settle()
    send(terminal, second + b"t")
    terminal.wait("ét")


def test_a_key_in_two_pieces(terminal: Watched) -> None:
    terminal.press("/", "a", "b")
    terminal.wait("ab")
    send(terminal, b"\x1b")
    send(terminal, b"[D")
    terminal.press("x")
    terminal.wait("axb")


def test_escape_alone(terminal: Watched) -> None:
    terminal.press("/", "q", "q", "q")
    terminal.wait("qqq")
    terminal.press("escape")
    terminal.wait(lambda text: "qqq" not in text)


def test_bytes_that_are_no_text(terminal: Watched) -> None:
    send(terminal, b"\xff\xfe")
    terminal.wait("means nothing here")
    terminal.press("tab", "a")
    terminal.wait("accepted")


def test_what_is_pasted_is_no_key_whatever_is_in_it(news: Bench, terminal: Watched) -> None:
    terminal.send("\x1b[200~foo\x1b AA \x1b[31mbar\x1b[201~")
    terminal.settle()
    terminal.send("c\x1b[200~uno \x1b[1mdos \x1b[201~tres\r")
    terminal.wait("comment kept")
    actions, (comment,) = stored(news)
    assert actions == ["comment"]
    assert comment.startswith("uno ")
    assert comment.endswith("dostres")


def test_a_long_text_is_pasted_whole(news: Bench, terminal: Watched) -> None:
    text = " ".join(map(str, range(4000)))
    terminal.press("c")
    terminal.settle()
    terminal.send(f"\x1b[200~{text}\x1b[201~\r")
    terminal.wait("comment kept")
    assert stored(news) == (["comment"], [text])
