"""Several processes at one database: no error, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.history import LayerName
from annotator.store import Store, check_database
from tests.processes import together
from tests.workspaces import Bench

STEPS = 25

CURATE = """
from tests.workspaces import open_bench
folder, curator, key = sys.argv[1:4]
session = open_bench(folder).session(key, curator)
for step in range(int(sys.argv[4])):
    session.add(*session.document.tokens[step % 12], ("PERSON", "ORG")[step // 12 % 2])
    if step % 5 == 4:
        session.undo()
        session.redo()
print(session.editor.head)
"""

OPEN = """
from pathlib import Path
from annotator.store import Store
with Store(Path(sys.argv[1])) as store:
    print(len(store.document_keys()))
"""

INGEST = """
from pathlib import Path
from annotator.workflow.importing.ingest import ingest
from annotator.workflow.workspace import Workspace
report = ingest(Workspace(Path(sys.argv[1])), [Path(sys.argv[2])], "tester")
print(report.added, report.unchanged)
"""


@pytest.mark.parametrize(
    "who",
    [
        [("ana", "d0"), ("bo", "d1"), ("carla", "d2"), ("dan", "d3")],
        [("ana", "d0"), ("ana", "d1"), ("ana", "d2"), ("ana", "d3")],
        [("ana", "d0"), ("bo", "d0"), ("carla", "d0"), ("dan", "d0")],
    ],
    ids=["different curators and documents", "one curator, different documents", "different curators, one document"],
)
def test_four_processes_write_at_once(bench: Bench, who: list[tuple[str, str]]) -> None:
    for key in sorted({key for _, key in who}):
        bench.add(key)
    heads = together(CURATE, *((bench.workspace.root, curator, key, STEPS) for curator, key in who))
    for (curator, key), head in zip(who, heads, strict=True):
        info = bench.store.layer(LayerName(key, f"curator:{curator}"))
        assert info is not None
        assert (info.length, info.head) == (STEPS + 2 * (STEPS // 5), head.strip())
    assert list(check_database(bench.store)) == []


def test_the_first_openings_of_a_new_database_do_not_disturb_each_other(tmp_path: Path) -> None:
    for attempt in range(2):
        path = tmp_path / str(attempt) / "annotator.db"
        assert together(OPEN, *[(path,)] * 4) == ["0\n"] * 4
        with Store(path) as store:
            assert list(check_database(store)) == []


def test_the_same_articles_taken_in_at_once_stand_there_once(bench: Bench, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for number in range(5):
        (articles / f"a{number}.txt").write_text(f"Artículo {number} de Luis Paz.", encoding="utf-8")
    reports = [tuple(map(int, out.split())) for out in together(INGEST, *[(bench.workspace.root, articles)] * 3)]
    assert sum(added for added, _ in reports) == 5
    assert sum(unchanged for _, unchanged in reports) == 10
    assert list(check_database(bench.store)) == []
