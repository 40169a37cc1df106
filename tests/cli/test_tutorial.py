"""`annotator tutorial` without a terminal, and the way from the workbench to the tutorial and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.cli.annotate import open_workbench
from annotator.cli.main import main
from annotator.tui.app import Reopening
from annotator.workflow.desk import Desk
from tests.workspaces import KEY, Bench


def test_without_a_terminal_it_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["tutorial"]) == 1
    assert capfd.readouterr().err == "annotator: the tutorial needs a terminal: run `annotator tutorial` in one\n"


def test_an_unknown_language_is_wrong_usage(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["tutorial", "--lang", "fr"]) == 2
    assert "'fr' is not one of 'es', 'en'" in capfd.readouterr().err


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the settings are looked for; there are none yet."""
    path = tmp_path / "settings.yaml"
    monkeypatch.setenv("ANNOTATOR_SETTINGS", str(path))
    return path


def started(desk: Desk, monkeypatch: pytest.MonkeyPatch, *left_for: Reopening) -> list[object]:
    """Open the workbench, which is left for the tutorial so many times; return what was started, in order."""
    what: list[object] = []
    wishes = [*left_for, None]

    def run(_desk: Desk, document: str | None, _preferences: object, **options: bool) -> Reopening | None:
        what.append((document, options["adjudicating"], options["offers_tutorial"]))
        return wishes.pop(0)

    monkeypatch.setattr("annotator.tui.running.run", run)
    monkeypatch.setattr("annotator.cli.tutorial.play", lambda curator, _preferences, **_: what.append(curator))
    open_workbench(desk, KEY, adjudicating=True)
    return what


def test_who_has_no_settings_is_offered_the_tutorial(
    bench: Bench, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(bench.workspace, "ana")
    assert started(desk, monkeypatch) == [(KEY, True, True)]
    settings.write_text("mode: compact\n", encoding="utf-8")
    assert started(desk, monkeypatch) == [(KEY, True, False)]


@pytest.mark.usefixtures("settings")
def test_the_workbench_comes_back_after_the_tutorial(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.add("otra")
    desk = Desk(bench.workspace, "ana")
    what = started(desk, monkeypatch, Reopening("otra", adjudicating=True), Reopening(None, adjudicating=False))
    assert what == [(KEY, True, True), "ana", ("otra", True, True), "ana", (None, False, True)]


@pytest.mark.usefixtures("settings")
def test_it_comes_back_to_the_queue_where_the_document_was_removed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = started(Desk(bench.workspace, "ana"), monkeypatch, Reopening("removed", adjudicating=True))
    assert what == [(KEY, True, True), "ana", (None, False, True)]
