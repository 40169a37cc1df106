"""Formats by name: ours are loaded when asked for, others through an entry point."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from annotator.cli.main import main
from annotator.errors import FormatError, UnknownFormatError
from annotator.formats import registry
from annotator.formats.doccano import FORMAT
from tests.formats.files import workspace


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Entry points of other packages, by name."""
    entries: dict[str, str] = {}

    def entry_points(group: str) -> list[EntryPoint]:
        return [EntryPoint(name, value, group) for name, value in entries.items()]

    monkeypatch.setattr("importlib.metadata.entry_points", entry_points)
    return entries


def test_another_package_brings_a_format(foreign: dict[str, str]) -> None:
    foreign["tsv"] = "annotator.formats.doccano:FORMAT"
    assert registry.load_format("tsv") is FORMAT
    assert registry.format_names() == [*registry.MODULES, "tsv"]


def test_but_does_not_take_the_place_of_ours(foreign: dict[str, str]) -> None:
    foreign["brat"] = "annotator.formats.doccano:FORMAT"
    assert registry.load_format("brat").name == "brat"


@pytest.mark.parametrize(
    "value", ["nowhere:FORMAT", "annotator.formats.doccano:NOTHING", "annotator.formats.doccano:read"]
)
def test_one_that_cannot_be_loaded_is_named(foreign: dict[str, str], value: str) -> None:
    foreign["tsv"] = value
    with pytest.raises(FormatError, match="the format 'tsv' of "):
        registry.load_format("tsv")


def test_a_name_that_is_none(foreign: dict[str, str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(
        UnknownFormatError, match=r"no format 'doccanno'; did you mean doccano\?: the formats are jsonl, "
    ):
        registry.load_format("doccanno")
    with workspace() as bench:
        assert main(["-w", str(bench.workspace.root), "import", "xml", "-"]) == 2
    assert "no format 'xml'" in capfd.readouterr().err


def test_a_format_loads_no_other_and_no_spacy() -> None:
    script = (
        "import sys; from annotator.formats.registry import load_format; load_format('brat');"
        "print([m for m in sys.modules if m in ('spacy', 'textual', 'numpy', 'annotator.formats.prodigy')])"
    )
    done: Any = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
