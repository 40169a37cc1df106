"""The app is the workbench that screens ask for."""

from __future__ import annotations

import pytest
from textual import events

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


@pytest.mark.parametrize("adjudicating", [False, True])
async def test_what_is_typed_for_a_document_that_opens_while_the_workbench_closes_does_nothing(
    disputed: Bench, *, adjudicating: bool
) -> None:
    async with workbench(disputed, curator="lead") as work:
        (work.app.open_adjudication if adjudicating else work.app.open_document)("nota")
        screen = work.app.screen
        screen.post_message(events.Key("z", "z"))
        await work.app._prune(screen)  # as the app does with all screens when it closes
        assert work.app.failure is None
