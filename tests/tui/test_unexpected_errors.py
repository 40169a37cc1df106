"""An unexpected exception in the workbench: one line, exit status 1, and the terminal restored."""

from __future__ import annotations

import sys

import pytest
from textual.app import App

from annotator.cli.main import main
from annotator.tui.app import AnnotatorApp
from annotator.tui.running import run
from annotator.tui.screens.queue import QueueScreen
from annotator.workflow.desk import Desk
from annotator.workflow.settings import Preferences
from tests.workspaces import Bench


@pytest.fixture(params=["when it opens", "while it is painted", "in a message"])
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the workbench fall over a fault, without a terminal."""

    def fall(*_: object) -> None:
        raise KeyError("PLACE")

    if request.param == "when it opens":
        monkeypatch.setattr(AnnotatorApp, "on_mount", fall)
    elif request.param == "while it is painted":
        monkeypatch.setattr(QueueScreen, "compose", fall)
    else:
        monkeypatch.setattr(QueueScreen, "on_screen_resume", lambda self: self.call_later(fall))
    monkeypatch.setattr(AnnotatorApp, "run", lambda self: App.run(self, headless=True))


@pytest.mark.usefixtures("broken")
def test_it_is_raised_to_whoever_opened_the_workbench(bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError, match="PLACE"):
        run(Desk(bench.workspace, "ana"), None, Preferences(learn=False))
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.usefixtures("broken")
@pytest.mark.parametrize("debug", [False, True])
def test_a_command_says_it_in_one_line_and_ends_with_1(
    bench: Bench, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    status = main(["-w", str(bench.workspace.root), "annotate", "--as", "ana", *(["--debug"] if debug else [])])
    said = capfd.readouterr().err
    assert status == 1
    assert "annotator: unexpected KeyError: 'PLACE' (--debug shows where; please report it)" in said
    assert ("Traceback" in said) == debug
