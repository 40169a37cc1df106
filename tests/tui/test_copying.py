"""Copying text into the clipboard of the terminal."""

from __future__ import annotations

import base64

import pytest

from annotator.workflow.settings import Preferences
from tests.tui.workbench_driver import WorkbenchDriver, workbench
from tests.workspaces import Bench


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what is written to the terminal."""
    from textual.drivers.headless_driver import HeadlessDriver

    found: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _driver, data: found.append(data))
    return found


def clipboard(written: list[str]) -> str:
    """Return what the terminal was told last to keep."""
    (*_, last) = (data for data in written if data.startswith("\x1b]52;c;"))
    assert last.endswith("\a")
    return base64.b64decode(last[7:-1]).decode()


async def test_what_is_copied_is_the_selection_else_the_item_else_the_line(news: Bench, written: list[str]) -> None:
    async with workbench(news, "nota") as work:
        await work.press("y")
        assert clipboard(written) == "Ana Ruiz"
        assert work.message == "copied the span “Ana Ruiz”"
        await work.press("tab", "tab", "y")
        assert clipboard(written) == "Ana Ruiz works_for Cruz Roja"
        await work.press("escape", "v", "l", "y")
        assert work.message == f"copied the selection “{clipboard(written)}”"
        assert work.annotating.caret.selection is not None
        await work.press("escape", "G", "escape", "y")
        assert clipboard(written) == "Cruz Roja nació en mayo. Ana Ruiz volvió a México con Luis Paz."
        assert work.message.startswith("copied the line “Cruz Roja nació")
        assert work.message.endswith("63 characters")
    assert news.actions("curator:ana") == []


async def test_control_characters_are_copied_exactly_and_never_sent_as_they_are(
    news: Bench, written: list[str]
) -> None:
    news.add("trampa", "Uno \x1b]0;hola\x07dos\x9b31m tres")
    async with workbench(news, "trampa") as work:
        await work.press("y")
        assert clipboard(written) == "Uno \x1b]0;hola\x07dos\x9b31m tres"
        assert "\x1b" not in work.text
    assert not any("hola\x07" in data or "\x9b31m" in data for data in written)


async def test_what_tmux_would_drop_is_said_to_be_more_than_many_terminals_take(
    news: Bench, written: list[str]
) -> None:
    text = "tan largo " * 80_000
    news.add("larga", text)
    async with workbench(news, "larga") as work:
        await work.press("escape", "v", "G", "y")
        assert work.message == "copied the selection, 799,999 characters: more than many terminals take"
        assert clipboard(written) == text.rstrip()


async def test_while_adjudicating_it_copies_too(disputed: Bench, written: list[str]) -> None:
    async with workbench(disputed, "nota", curator="lead", adjudicating=True) as work:
        await work.press("v", "l", "y")
        assert clipboard(written) == "Ana Ruiz"


async def test_settings_that_gave_y_away_before_still_hold(news: Bench, written: list[str]) -> None:
    async with workbench(news, "nota", preferences=Preferences(keys={"suggestion.accept": "y,enter"})) as work:
        await accepted(work)
    assert news.actions("curator:ana") == ["accept"]
    assert not any(data.startswith("\x1b]52") for data in written)


async def accepted(work: WorkbenchDriver) -> None:
    await work.press("y")
    assert work.message == "accepted PERSON “Ana Ruiz”"


async def test_a_labels_key_goes_to_the_label(news: Bench) -> None:
    scheme = news.workspace.labels_path.read_text(encoding="utf-8")
    news.workspace.labels_path.write_text(
        scheme.replace("key: 1", "key: y").replace('key: "1"', "key: y"), encoding="utf-8"
    )
    news.workspace.follow_scheme()
    async with workbench(news, "nota") as work:
        await work.press("y")
        assert "PERSON “Ana Ruiz”" in work.message
    assert news.actions("curator:ana") != []
