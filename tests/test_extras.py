"""What is said where the packages of an extra are missing, by how this program was installed."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from annotator import extras
from annotator.extras import missing
from tests.repository import TOP

OWN = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]


def test_by_pip() -> None:
    message, hint = missing("serving", "serve")
    assert message == "serving needs packages that are not installed"
    assert hint.startswith(f"run: {sys.executable} -m pip install 'aiohttp>=")


def test_by_pipx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = tmp_path / "annotator-2"
    environment.mkdir()
    (environment / "pipx_metadata.json").touch()
    monkeypatch.setattr(sys, "prefix", str(environment))
    assert missing("a chat server", "chat")[1] == f"run: pipx inject annotator-2 '{OWN['chat'][0]}'"


def test_by_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: None)
    monkeypatch.setattr(sys, "executable", "/a place/python")
    assert missing("a chat server", "chat")[1] == f"run: uv pip install --python '/a place/python' '{OWN['chat'][0]}'"


@pytest.mark.parametrize("extra", OWN)
def test_every_extra_is_in_the_table(extra: str) -> None:
    assert f"| `{extra}` |" in (TOP / "docs" / "platforms.md").read_text(encoding="utf-8")
