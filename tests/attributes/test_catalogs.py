"""Catalogs: what is found by what is typed, files that are added, changed or broken, and the index that follows."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from annotator.catalogs import folded_name
from annotator.errors import AnnotatorError, LockedError, StoreError
from annotator.files.one_at_a_time import one_at_a_time
from annotator.workflow.catalogs import Catalogs
from annotator.workflow.sharing.bundling import bundle
from annotator.workflow.workspace import Workspace
from tests.attributes.conftest import HEADER, PLACES
from tests.workspaces import Bench


def found(catalogs: Catalogs, query: str, kind: str | None = None, limit: int = 9) -> list[str]:
    return [entry.id for entry in catalogs.open("places").search(query, limit, kind)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("lima", ["P3", "P4", "P5", "P2"]),
        ("sao", ["P2"]),
        ("LIMA SÃO", ["P2"]),
        ("n.r.", ["P1"]),
        ("lim", ["P3", "P4", "P5", "P2"]),
        ("riva n", ["P1"]),
        ("P5", ["P5"]),
        ("nothing of it", []),
        ('"', ["P1", "P2", "P3", "P4", "P5"]),
        ("", ["P1", "P2", "P3", "P4", "P5"]),
        ("a OR b NEAR(* ^", []),
        ("\0", ["P1", "P2", "P3", "P4", "P5"]),
        ("lima \udcff", ["P3", "P4", "P5", "P2"]),
    ],
)
def test_search_finds_the_likeliest_first(catalogs: Catalogs, query: str, ids: list[str]) -> None:
    assert found(catalogs, query) == ids


def test_search_keeps_to_its_limit_and_type(catalogs: Catalogs) -> None:
    assert found(catalogs, "lima", limit=2) == ["P3", "P4"]
    assert found(catalogs, "lima", "PERSON") == ["P4"]
    assert found(catalogs, "", "PLACE", 2) == ["P1", "P2"]


@pytest.mark.parametrize(
    ("name", "folded"),
    [("O'Neill", "oneill"), ("Saint-Étienne (city)", "saint etienne city"), ("ÆØ ß", "æø ss"), ("東京", "東京")],
)
def test_names_are_compared_without_case_marks_and_points(name: str, folded: str) -> None:
    assert folded_name(name) == folded


def test_a_file_that_changed_is_indexed_anew(catalogs: Catalogs, bench: Bench) -> None:
    file = bench.workspace.catalogs / "places.csv"
    assert found(catalogs, "delta") == []
    file.write_text(PLACES.replace("Lima Bay", "Delta   "), encoding="utf-8")
    assert found(catalogs, "delta") == ["P5"]
    other = Catalogs(Workspace(bench.workspace.root))
    assert [entry.name for entry in other.open("places").search("delta", 1)] == ["Delta"]


@pytest.mark.parametrize(("kept", "then"), [(100, b"x" * 5000), (0, b"\0" * 4096), (0, b"")])
def test_an_index_that_is_damaged_is_made_again(catalogs: Catalogs, bench: Bench, kept: int, then: bytes) -> None:
    found(catalogs, "")
    catalogs.close()
    index = bench.workspace.database_path.parent / "catalogs" / "places.db"
    index.write_bytes(index.read_bytes()[:kept] + then)
    assert found(catalogs, "riva") == ["P1"]


def test_an_index_that_breaks_while_it_is_open_says_what_to_do(catalogs: Catalogs, bench: Bench) -> None:
    index = bench.workspace.database_path.parent / "catalogs" / "places.db"
    opened = catalogs.open("places")
    index.write_bytes(index.read_bytes()[:4096] + b"\xff" * 60000)
    with pytest.raises(StoreError, match="delete it: it is made again"):
        list(opened.all_entries())


def test_what_is_no_entry_is_told_by_line(catalogs: Catalogs, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    file.write_text(
        '{"id": 7, "name": "Seven", "aliases": ["VII"]}\n{"id": "8"}\n\n{"id": "7", "name": "Again"}\n'
        '{"id": "9", "name": "Nine", "aliases": 3}\n{"id": "a\\u0007", "name": "Bell"}\n',
        encoding="utf-8",
    )
    report = catalogs.add("numbers", file)
    assert (report.added, report.problems) == (1, 4)
    assert [problem.line for problem in report.left_out] == [2, 4, 5, 6]
    assert catalogs.add("numbers", file).unchanged == 1, "the catalog has nothing of what was left out"
    entry = catalogs.open("numbers").entry("7")
    assert entry is not None
    assert (entry.name, entry.aliases) == ("Seven", ("VII",))


def test_added_entries_take_the_place_of_their_ids(catalogs: Catalogs, tmp_path: Path, bench: Bench) -> None:
    file = tmp_path / "more.csv"
    file.write_text("id;name\nP9;New\nP2;Saint Lima\n", encoding="utf-8")
    report = catalogs.add("places", file)
    assert (report.added, report.changed, report.unchanged) == (1, 1, 0)
    assert found(catalogs, "") == ["P1", "P2", "P3", "P4", "P5", "P9"]
    assert (
        (bench.workspace.catalogs / "places.csv")
        .read_text(encoding="utf-8")
        .startswith(HEADER + "P1,Nova Riva,NR|Novariva,")
    )
    assert catalogs.add("places", file).unchanged == 2


def test_a_link_to_a_catalog_stays_one(catalogs: Catalogs, tmp_path: Path, bench: Bench) -> None:
    link, shared, more = bench.workspace.catalogs / "places.csv", tmp_path / "shared.csv", tmp_path / "more.csv"
    link.rename(shared)
    link.symlink_to(shared)
    more.write_text("id,name\nP9,New\n", encoding="utf-8")
    catalogs.add("places", more)
    assert link.is_symlink()
    assert shared.read_text(encoding="utf-8").endswith("P9,New,,,\n")
    shared.rename(tmp_path / "moved.csv")
    for attempt in (lambda: catalogs.open("places"), lambda: catalogs.add("places", more)):
        with pytest.raises(AnnotatorError, match=r"places\.csv: no such file"):
            attempt()
    assert link.is_symlink()


def test_several_who_add_at_once_lose_nothing(bench: Bench, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.csv" for number in range(8)]
    for file in files:
        file.write_text(f"id,name\n{file.stem},Name\n", encoding="utf-8")
    with ThreadPoolExecutor(len(files)) as threads:
        reports = list(threads.map(lambda file: Catalogs(bench.workspace).add("places", file), files))
    assert [report.added for report in reports] == [1] * len(files)
    assert sorted(found(Catalogs(bench.workspace), "")) == sorted(file.stem for file in files)


def test_who_cannot_wait_any_longer_is_told(
    catalogs: Catalogs, tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.files.one_at_a_time.PATIENCE", 0)
    file = tmp_path / "more.csv"
    file.write_text("id,name\nP9,New\n", encoding="utf-8")
    with (
        one_at_a_time(bench.workspace.root),
        pytest.raises(LockedError, match="another process has been changing it"),
    ):
        catalogs.add("places", file)
    assert catalogs.add("places", file).added == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "has no entry"),
        ("name\nx\n", "no column named id"),
        ("id,name\n1,a,b\n", ":2: 3 fields where the header has 2"),
        ("id,name\n,x\n", "line 2: no id"),
    ],
)
def test_a_broken_file_is_refused_and_changes_nothing(
    catalogs: Catalogs, tmp_path: Path, content: str, said: str, bench: Bench
) -> None:
    file = tmp_path / "broken.csv"
    file.write_text(content, encoding="utf-8")
    for name in ("places", "other"):
        with pytest.raises(AnnotatorError, match=said):
            catalogs.add(name, file)
    assert catalogs.names() == ["places"]
    assert (bench.workspace.catalogs / "places.csv").read_text(encoding="utf-8") == PLACES


def test_columns_and_rows_of_the_file_are_not_lost_by_adding_to_it(
    catalogs: Catalogs, tmp_path: Path, bench: Bench
) -> None:
    file = bench.workspace.catalogs / "places.csv"
    for content in ("id,name,source\n1,a,b\n", "id,name\n1,a\n2,\n"):
        file.write_text(content, encoding="utf-8")
        more = tmp_path / "more.csv"
        more.write_text("id,name\n3,c\n", encoding="utf-8")
        with pytest.raises(AnnotatorError, match="would lose them"):
            catalogs.add("places", more)
        assert file.read_text(encoding="utf-8") == content


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "absent"])
def test_a_catalog_that_is_not_there(catalogs: Catalogs, name: str) -> None:
    with pytest.raises(AnnotatorError, match="no catalog"):
        catalogs.open(name)


def test_two_files_of_one_name_are_told(catalogs: Catalogs, bench: Bench) -> None:
    (bench.workspace.catalogs / "places.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(AnnotatorError, match="remove one of them"):
        catalogs.open("places")


def test_a_workspace_that_can_only_be_read_has_its_catalogs(
    catalogs: Catalogs, monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert found(catalogs, "riva") == ["P1"]
    assert not (bench.workspace.database_path.parent / "catalogs").exists()


@pytest.mark.parametrize("target", ["bundle", "bundle.zip"])
def test_a_bundle_takes_along_the_catalogs_that_the_scheme_names(
    catalogs: Catalogs, bench: Bench, tmp_path: Path, target: str
) -> None:
    (bench.workspace.catalogs / "other.csv").write_text("id,name\n1,a\n", encoding="utf-8")
    bench.session("flood").flag()
    bundle(bench.workspace, "ana", tmp_path / target, ["flood"])
    if target.endswith(".zip"):
        shutil.unpack_archive(tmp_path / target, tmp_path)
    apart = Catalogs(Workspace(tmp_path / "bundle"))
    assert apart.names() == ["places"]
    assert found(apart, "riva") == ["P1"]


def test_a_file_of_somebody_else_where_the_index_goes_is_left_alone(bench: Bench) -> None:
    root = bench.workspace.root
    (root / "catalogs").mkdir(exist_ok=True)
    (root / "catalogs" / "towns.csv").write_text("id,name\nQ1,Nova Riva\n", encoding="utf-8")
    other = root / "db" / "catalogs" / "towns.db"
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_bytes(b"SQLite format 3\0 of another program, and more than the hundred bytes of a header" + b"\0" * 60)
    before = other.read_bytes()
    with pytest.raises(StoreError, match="is no index of a catalog"):
        Catalogs(bench.workspace).open("towns")
    assert other.read_bytes() == before
