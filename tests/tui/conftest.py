"""A small newsroom for the tests of the workbench."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.workspaces import Bench, link, make_bench, proposal, propose


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Bench]:
    """Three documents; ``nota`` has three spans and two relations suggested in its first sentence."""
    bench = make_bench(tmp_path / "news")
    nota = bench.add()
    bench.add("otra", "Luis Paz fue a Lima. No vio la Cruz Roja.\n")
    bench.add("zeta", "Eva vive en Quito.\n")
    ana = proposal(nota, "Ana Ruiz", "PERSON", 0.9)
    cruz = proposal(nota, "Cruz Roja", "ORG", 0.8)
    mexico = proposal(nota, "México", "GPE", 0.6)
    relations = [link(ana, cruz, "works_for", 0.8), link(cruz, mexico, "located_in", 0.5)]
    propose(bench.store, nota, [ana, cruz, mexico], relations)
    yield bench
    bench.workspace.close()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return how the program is started on the workspace ``tmp_path``, without settings of the machine's user."""
    monkeypatch.setenv("ANNOTATOR_SETTINGS", str(tmp_path / "none.yaml"))
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return [sys.executable, "-m", "annotator", "-w", str(tmp_path)]
