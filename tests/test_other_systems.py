"""What is done where the system is not Linux."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.files.whole import whole_file

FULL = 51
"""The number that macOS has for ``F_FULLFSYNC``."""


def test_windows_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        assert main(["status"]) == 1
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("able", [True, False])
def test_files_are_forced_past_the_memory_of_the_drive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, able: bool
) -> None:
    calls: list[int] = []

    def control(_descriptor: int, command: int) -> int:
        calls.append(command)
        if not able:
            raise OSError(45, "not supported")
        return 0

    forced: list[int] = []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", FULL, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", control)
    monkeypatch.setattr(os, "fsync", forced.append)
    with whole_file(tmp_path / "a") as stream:
        stream.write(b"text")
    assert set(calls) == {FULL}
    assert (len(forced) == 0) is able
