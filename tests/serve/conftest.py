"""A workspace to be served: two documents with suggestions, for ana and bo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspaces import Bench, make_bench, proposal, propose

pytest.importorskip("aiohttp", reason="the extra `serve` is not installed")
pytest.importorskip("textual_serve", reason="the extra `serve` is not installed")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    bench = make_bench(tmp_path / "news")
    for key in ("nota", "otra"):
        document = bench.add(key)
        people = (proposal(document, "Ana Ruiz", "PERSON"), proposal(document, "Cruz Roja", "ORG"))
        propose(bench.store, document, [*people, proposal(document, "México", "GPE")])
    bench.workspace.close()
    return bench.workspace.root


@pytest.fixture
def opened(root: Path) -> Bench:
    """The same workspace, to look into what was stored."""
    from annotator.workflow.workspace import Workspace

    return Bench(Workspace(root))
