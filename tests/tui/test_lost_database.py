"""A database that disappears while the workbench is open: it says so, takes no step, and can be closed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import PATIENCE, environment
from tests.workspaces import Bench
from tools.terminal import Terminal

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")


def delete(path: Path) -> None:
    shutil.rmtree(path.parent)


def move(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))


def empty(path: Path) -> None:
    os.truncate(path, 0)


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").replace(path)


WAYS: dict[Callable[[Path], None], str] = {
    delete: "was deleted or moved away while it was open",
    move: "was deleted or moved away while it was open",
    empty: "was cut short by another program",
    replace: "was replaced by another file while it was open",
}


def text_of(screen: str) -> str:
    return " ".join(screen.replace("▌", " ").split())


@pytest.mark.parametrize("happen", WAYS, ids=lambda way: way.__name__)
def test_it_is_said_and_can_be_left(news: Bench, happen: Callable[[Path], None]) -> None:
    news.workspace.close()
    path = news.workspace.database_path
    command = [sys.executable, "-m", "annotator", "-w", str(news.workspace.root), "annotate", "nota", "--as", "ana"]
    terminal = Terminal(command, env=environment(), columns=120, lines=30, timeout=PATIENCE)
    terminal.wait("done ·")
    terminal.settle(0.3)
    happen(path)
    terminal.press("a")
    words = WAYS[happen].split()
    terminal.wait(lambda screen: all(word in text_of(screen) for word in words))
    assert "accepted" not in terminal.text()
    terminal.press("f", "Q")
    terminal.settle(0.5)
    terminal.press("n")
    terminal.settle(0.5)
    terminal.press("ctrl+q")
    status = terminal.close()
    assert status in (0, 1)
    assert "Traceback" not in terminal.text()
    assert path.exists() == (happen in (empty, replace))
    assert happen is not empty or path.stat().st_size == 0
