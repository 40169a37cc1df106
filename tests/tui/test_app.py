"""The app is the workbench that screens ask for."""

from __future__ import annotations

from annotator.tui.app import AnnotatorApp
from annotator.tui.screens.base import WorkScreen
from annotator.tui.workbench import Workbench
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench


def as_workbench(app: AnnotatorApp) -> Workbench:
    """Return the app; mypy checks that it has everything that the protocol names."""
    return app


async def test_screens_reach_the_app_as_their_workbench(news: Bench) -> None:
    async with workbench(news, "nota") as work:
        assert isinstance(work.app.screen, WorkScreen)
        assert work.app.screen.workbench is as_workbench(work.app)
