"""The headers say what the training in the background does."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.workflow.learning.background_training import BackgroundTraining
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench


async def test_the_headers_say_who_is_asked(news: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    states = ["asking host:1: 3 requests about 2 documents, 9 kB"]
    monkeypatch.setattr(BackgroundTraining, "state", lambda _self: states[-1])
    async with workbench(news) as work:
        work.app.training = BackgroundTraining(Path(news.workspace.root), "ana")
        work.app.update_training_status()
        await work.settle()
        assert "asking host:1: 3 requests" in work.header
        await work.press("enter")
        assert "asking host:1: 3 requests" in work.header
        states.append("training ended by SIGSEGV")
        work.app.update_training_status()
        await work.settle()
        assert "training ended by SIGSEGV · 5? 0✓ 0→" in work.header
        states.append("")
        work.app.update_training_status()
        await work.settle()
        assert "SIGSEGV" not in work.header
