"""What becomes gold by itself: the label scheme's ``settle``."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.labels import check_scheme, load_scheme
from annotator.workflow.adjudicating.gold import settle_finished
from tests.workflow.adjudicating.finished_documents import finish, judge, kinds
from tests.workspaces import KEY, LABELS, Bench, make_bench, span_texts

ANA, CRUZ, MEXICO = ("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja"), ("GPE", "México")


def settling(folder: Path, policy: str) -> Bench:
    bench = make_bench(folder)
    (folder / "labels.yaml").write_text(f"settle: {policy}\n{LABELS}", encoding="utf-8")
    bench.add()
    return bench


@pytest.mark.parametrize(
    ("policy", "open_kinds", "merged"),
    [
        ("all", ["boundary", "missing"], {("ORG", "Cruz Roja")}),
        ("2", [], {("PERSON", "Ana Ruiz"), ("ORG", "Cruz Roja")}),
        ("3", ["boundary", "missing"], {("ORG", "Cruz Roja")}),
        ("never", ["boundary", "agreed", "missing"], set()),
    ],
)
def test_what_stands_by_itself(tmp_path: Path, policy: str, open_kinds: list[str], merged: set[object]) -> None:
    bench = settling(tmp_path / policy, policy)
    finish(bench, "ana", ANA, CRUZ, MEXICO)
    finish(bench, "bo", ANA, CRUZ)
    finish(bench, "carla", ("PERSON", "Ana"), CRUZ)
    session = judge(bench)
    assert kinds(session) == open_kinds
    assert span_texts(session) == merged
    bench.workspace.close()


def test_half_is_no_majority(tmp_path: Path) -> None:
    bench = settling(tmp_path, "2")
    for curator in ("ana", "bo"):
        finish(bench, curator, CRUZ)
    for curator in ("carla", "dora"):
        finish(bench, curator)
    assert kinds(judge(bench)) == ["missing"]
    bench.workspace.close()


def test_one_voice_is_not_two(tmp_path: Path) -> None:
    bench = settling(tmp_path, "2")
    finish(bench, "ana", CRUZ)
    assert settle_finished(bench.workspace, "lead").open == {KEY: "ana: 1 agreed"}
    bench.workspace.close()


@pytest.mark.parametrize(("written", "read"), [("all", "all"), ("never", "never"), ("2", 2), ("1", 1)])
def test_the_scheme_says_what_settles(tmp_path: Path, written: str, read: object) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(f"settle: {written}\n{LABELS}", encoding="utf-8")
    assert load_scheme(path).settle == read


@pytest.mark.parametrize("written", ["most", "0", "-1", "2.5", "[all]", "true", "'2'"])
def test_anything_else_is_refused_with_its_line(tmp_path: Path, written: str) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(f"settle: {written}\n{LABELS}", encoding="utf-8")
    (problem,) = check_scheme(path)
    assert "labels.yaml:1: settle: found " in problem
    assert "expected all, never, or the number of curators who must say the same" in problem
