"""Whatever goes wrong inside the workbench: the terminal restored, one line on what happened, and no success."""

from __future__ import annotations

import pytest

from tests.tui.watched_terminal import Watched, begin
from tests.workspaces import Bench

pytestmark = pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")

PROGRAM = """
import asyncio, sys, threading
from annotator.cli.main import main
from annotator.tui.app import AnnotatorApp
from annotator.workflow.annotating.session import AnnotationSession

class Panic(BaseException):
    pass

def fall(*_):
    raise KeyError("PLACE")

async def fall_later():
    fall()

def panic(*_):
    raise Panic("PLACE")

def flag(session):
    {fault}
    return flag_before(session)

def made(app, *arguments, **more):
    global apps
    made_before(app, *arguments, **more)
    apps = [app]

flag_before, AnnotationSession.flag = AnnotationSession.flag, flag
made_before, AnnotatorApp.__init__ = AnnotatorApp.__init__, made
sys.exit(main())
"""
FAULTS = {
    "in a key": "fall()",
    "in a key, and no Exception": "panic()",
    "the end of the program in a key": "sys.exit(0)",
    "in a timer": "apps[0].set_timer(0.01, fall)",
    "in a worker": "apps[0].run_worker(fall_later())",
    "in a worker's thread": "apps[0].run_worker(fall, thread=True)",
    "in a thread": "threading.Thread(target=fall).start()",
    "in a callback of the loop": "asyncio.get_running_loop().call_soon(fall)",
    "while keys are read": "type(apps[0]._driver).process_message = fall",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_no_success(news: Bench, fault: str) -> None:
    news.workspace.close()
    terminal = Watched(news, "-c", PROGRAM.replace("{fault}", FAULTS[fault]))
    begin(terminal)
    terminal.press("f")
    terminal.settle(0.3)
    terminal.press("x")  # another key, where reading keys is what fails
    assert terminal.ended() == 1
    assert terminal.asked() == set()
    (line,) = (line for line in terminal.bytes.splitlines() if "annotator: unexpected" in line)
    assert line.endswith("(--debug shows where; please report it)")
    assert "Traceback" not in terminal.bytes


def test_on_request_it_shows_where(news: Bench) -> None:
    news.workspace.close()
    terminal = Watched(news, "-c", PROGRAM.replace("{fault}", FAULTS["in a thread"]), options=("--debug",))
    begin(terminal)
    terminal.press("f")
    assert terminal.ended() == 1
    assert "Traceback" in terminal.bytes
    assert "in fall" in terminal.bytes
