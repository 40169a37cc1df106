"""A workspace under the scheme with attributes, with one article."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.workflow.workspace import Workspace
from tests.workspaces import Bench

LABELS = Path(__file__).with_name("labels.yaml")
TEXT = (
    "Flood in Nova Riva\n\n"
    "The Lema river may have flooded Nova Riva on Monday, mayor Ines Duarte said. "
    "Duarte denied that the dam broke. Nova Riva (NR) has had no flood since 1998.\n"
)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    root = tmp_path / "work"
    root.mkdir()
    shutil.copy(LABELS, root / "labels.yaml")
    bench = Bench(Workspace(root))
    bench.add("flood", TEXT)
    yield bench
    bench.workspace.close()
