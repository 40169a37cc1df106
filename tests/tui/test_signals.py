"""Whatever ends or stops the workbench, the terminal is restored and what was confirmed is stored."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from annotator.store import check_database
from tests.processes import PATIENCE, environment
from tests.workspaces import Bench, open_bench
from tools.terminal import Terminal

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")

MODES = {1049: "another screen", 1000: "mouse", 1003: "mouse", 1006: "mouse", 1004: "focus", 2004: "pasting"}


class Watched(Terminal):
    """A terminal that knows what was written to it, and in what modes it is."""

    def __init__(self, bench: Bench, *program: str) -> None:
        command = program or ("-m", "annotator")
        self.bytes = ""
        super().__init__(
            [sys.executable, *command, "-w", str(bench.workspace.root), "annotate", "nota", "--as", "ana"],
            env=environment(),
            timeout=PATIENCE,
        )
        feed = self._stream.feed
        self.before = self.modes()

        def watch(text: str) -> None:
            self.bytes += text
            feed(text)

        self._stream.feed = watch  # type: ignore[method-assign, assignment]

    def modes(self) -> list[Any]:
        return termios.tcgetattr(self._fd)

    def asked(self) -> set[str]:
        """Return what is asked of the terminal and was not taken back."""
        left = {what for mode, what in MODES.items() if self.last(f"\x1b[?{mode}h") > self.last(f"\x1b[?{mode}l")}
        return left | ({"no cursor"} if self.last("\x1b[?25l") > self.last("\x1b[?25h") else set())

    def last(self, sequence: str) -> int:
        return self.bytes.rfind(sequence)

    def until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, self.text()
            self.read(0.02)

    def state(self) -> str:
        """Return the state of the process: R running, S sleeping, T stopped …"""
        return Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]

    def ended(self) -> int:
        """Return how it ended, with all that it wrote taken in."""
        self.until(lambda: os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
        while self.read(0.05):
            pass
        assert self.modes() == self.before
        return self.close()


@pytest.fixture
def terminal(news: Bench) -> Iterator[Watched]:
    news.workspace.close()
    terminal = Watched(news)
    yield terminal
    with suppress(OSError):
        terminal.kill()


def begin(terminal: Watched) -> None:
    terminal.wait("nota")
    terminal.wait("done ·")
    terminal.settle(0.3)
    assert terminal.asked() >= {"another screen", "mouse", "no cursor", "pasting"}
    assert terminal.modes() != terminal.before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT], ids=lambda n: n.name)
def test_it_ends(news: Bench, terminal: Watched, number: signal.Signals) -> None:
    begin(terminal)
    terminal.press("a")
    terminal.wait("accepted PERSON")
    os.kill(terminal.pid, number)
    assert terminal.ended() == -number
    assert terminal.asked() == set()
    assert "Traceback" not in terminal.bytes
    there = open_bench(str(news.workspace.root))
    assert there.actions("curator:ana") == ["accept"]
    assert list(check_database(there.store)) == []
    place = there.store.bookmark("ana")
    assert place is not None
    assert place.open
    there.workspace.close()


BUSY = """
import sys, time
from annotator.cli.main import main
from annotator.workflow.annotating.session import AnnotationSession
AnnotationSession.flag = lambda _: time.sleep(60)
sys.exit(main())
"""


def test_it_ends_also_when_it_is_busy(news: Bench) -> None:
    news.workspace.close()
    terminal = Watched(news, "-c", BUSY)
    begin(terminal)
    terminal.press("f")
    time.sleep(0.3)
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.ended() == 128 + signal.SIGTERM
    assert terminal.asked() == set()


@pytest.mark.parametrize("number", [signal.SIGTSTP, signal.SIGSTOP], ids=lambda n: n.name)
def test_it_stops_and_goes_on(news: Bench, terminal: Watched, number: signal.Signals) -> None:
    begin(terminal)
    screen = terminal.text()
    raw = terminal.modes()
    for _ in range(2):
        os.kill(terminal.pid, number)
        terminal.until(lambda: terminal.state() == "T")
        terminal.settle(0.1)
        if number == signal.SIGTSTP:
            assert terminal.asked() == set()
            assert terminal.modes() == terminal.before
        terminal.screen.reset()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.wait("done ·")
        terminal.settle(0.3)
        assert terminal.text() == screen
        assert terminal.modes() == raw
        assert "mouse" in terminal.asked()
    for key in ("shift+right", "shift+left", "tab", "a"):  # one thread alone reads the keys
        terminal.press(key)
    terminal.wait("accepted PERSON")
    terminal.press("ctrl+q")
    assert terminal.ended() == 0
    assert terminal.asked() == set()
    there = open_bench(str(news.workspace.root))
    assert there.actions("curator:ana") == ["accept"]
    there.workspace.close()


def test_it_ends_when_the_terminal_goes_away(news: Bench, terminal: Watched) -> None:
    begin(terminal)
    terminal.press("a")
    terminal.wait("accepted PERSON")
    os.close(terminal._fd)
    terminal._fd = -1
    end = time.monotonic() + PATIENCE
    while (status := os.waitpid(terminal.pid, os.WNOHANG))[0] == 0:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert os.waitstatus_to_exitcode(status[1]) in (-signal.SIGHUP, 128 + signal.SIGHUP)
    there = open_bench(str(news.workspace.root))
    assert there.actions("curator:ana") == ["accept"]
    assert list(check_database(there.store)) == []
    there.workspace.close()


SLOW = """
import sys, time
from annotator.cli.common import progress_bar
with progress_bar("importing") as progress:
    progress(1, 2)
    time.sleep(60)
"""


def test_a_command_with_a_progress_bar_gives_the_cursor_back(news: Bench) -> None:
    terminal = Watched(news, "-c", SLOW)
    terminal.until(lambda: "\x1b[?25l" in terminal.bytes)
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.ended() == 128 + signal.SIGTERM
    assert terminal.asked() == set()
