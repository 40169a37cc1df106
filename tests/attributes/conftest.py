"""A workspace under the scheme with attributes, with one article."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.workflow.catalogs import Catalogs
from annotator.workflow.workspace import Workspace
from tests.workspaces import Bench

LABELS = Path(__file__).with_name("labels.yaml")
TEXT = (
    "Flood in Nova Riva\n\n"
    "The Lema river may have flooded Nova Riva on Monday, mayor Ines Duarte said. "
    "Duarte denied that the dam broke. Nova Riva (NR) has had no flood since 1998.\n"
)

HEADER = "id,name,aliases,type,description\n"
PLACES = HEADER + (
    "P1,Nova Riva,NR|Novariva,PLACE,A town\n"
    "P2,São Lima,,PLACE,A city\n"
    "P3,Lima,Ciudad de Lima,PLACE,Another city\n"
    "P4,Inés Lima,Lima,PERSON,A mayor\n"
    "P5,Lima Bay,,,\n"
)


def with_attributes(folder: Path) -> Bench:
    """Return a workspace under the scheme with attributes, with one article."""
    root = folder / "work"
    root.mkdir()
    shutil.copy(LABELS, root / "labels.yaml")
    bench = Bench(Workspace(root))
    bench.add("flood", TEXT)
    return bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = with_attributes(tmp_path)
    yield bench
    bench.workspace.close()


@pytest.fixture
def catalogs(bench: Bench) -> Catalogs:
    made = Catalogs(bench.workspace)
    bench.workspace.catalogs.mkdir()
    (bench.workspace.catalogs / "places.csv").write_text(PLACES, encoding="utf-8")
    return made
