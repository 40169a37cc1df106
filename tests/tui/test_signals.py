"""Whatever ends or stops the workbench, the terminal is restored and what was confirmed is stored."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from annotator.store import check_database
from tests.processes import PATIENCE
from tests.tui.watched_terminal import Watched, begin
from tests.workspaces import Bench, open_bench

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")


@pytest.fixture
def terminal(news: Bench) -> Iterator[Watched]:
    news.workspace.close()
    terminal = Watched(news)
    yield terminal
    with suppress(OSError):
        terminal.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT], ids=lambda n: n.name)
def test_it_ends(news: Bench, terminal: Watched, number: signal.Signals) -> None:
    begin(terminal)
    terminal.press("a")
    terminal.wait("accepted PERSON")
    os.kill(terminal.pid, number)
    assert terminal.ended() == -number
    assert terminal.asked() == set()
    assert terminal.bytes.endswith(f"annotator: ended by {number.name}; what you confirmed is stored\r\n")
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
    assert terminal.bytes.endswith("annotator: ended by SIGTERM; what you confirmed is stored\r\n")
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


def test_a_key_stops_it_and_the_shell_goes_on(terminal: Watched) -> None:
    begin(terminal)
    screen = terminal.text()
    terminal.press("ctrl+z")
    terminal.until(lambda: terminal.state() == "T")
    terminal.settle(0.1)
    assert terminal.asked() == set()
    assert terminal.modes() == terminal.before
    terminal.screen.reset()
    os.kill(terminal.pid, signal.SIGCONT)
    terminal.wait("done ·")
    terminal.settle(0.3)
    assert terminal.text() == screen
    terminal.press("ctrl+q")
    assert terminal.ended() == 0


def kill_while_stopped(terminal: Watched) -> None:
    """Stop a workbench, then end it as `kill` in a shell does; the terminal is not touched any more."""
    begin(terminal)
    terminal.press("ctrl+z")
    terminal.until(lambda: terminal.state() == "T")
    terminal.settle(0.1)
    written = len(terminal.bytes)
    for number in (signal.SIGTERM, signal.SIGCONT):
        os.kill(terminal.pid, number)
    assert terminal.ended() == -signal.SIGTERM
    assert len(terminal.bytes) == written


def test_what_is_stopped_ends_without_touching_the_terminal(terminal: Watched) -> None:
    kill_while_stopped(terminal)


CONTINUED = """
import resource, signal, sys
from annotator.cli.main import main
limit = resource.setrlimit
def continued(*asked):
    signal.raise_signal(signal.SIGCONT)
    limit(*asked)
resource.setrlimit = continued
sys.exit(main())
"""


def test_going_on_while_it_ends_does_not_touch_the_terminal_either(news: Bench) -> None:
    news.workspace.close()
    kill_while_stopped(Watched(news, "-c", CONTINUED))


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
from annotator.cli.progress import progress_bar
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


ELSEWHERE = """
import os, signal, sys
from annotator.cli.main import main
program = os.fork()
if not program:
    os.setsid()
    sys.exit(main())
signal.signal(signal.SIGHUP, signal.SIG_IGN)
status = os.waitstatus_to_exitcode(os.waitpid(program, 0)[1])
with open(os.environ["ENDED"] + ".new", "w") as stream:
    print(status, file=stream)
os.rename(stream.name, os.environ["ENDED"])
"""


def test_it_ends_with_its_terminal_where_no_signal_says_so(
    news: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = tmp_path / "ended"
    monkeypatch.setenv("ENDED", str(ended))
    news.workspace.close()
    terminal = Watched(news, "-c", ELSEWHERE)
    begin(terminal)
    os.close(terminal._fd)
    end = time.monotonic() + PATIENCE
    while not ended.exists():
        assert time.monotonic() < end, "it goes on without a terminal"
        time.sleep(0.05)
    assert int(ended.read_text(encoding="ascii")) in (-signal.SIGHUP, 128 + signal.SIGHUP)
    os.waitpid(terminal.pid, 0)
