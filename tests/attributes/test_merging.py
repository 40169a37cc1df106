"""Databases with attributes and groups that were apart become one, and what no scheme could have is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.history import LayerName
from annotator.store.doctor import check_database
from annotator.workflow.adjudicating.gold import adjudicate
from annotator.workflow.annotating.attribute_steps import AttributeSteps
from annotator.workflow.schemes.changing import change_labels, change_of_words
from annotator.workflow.sharing.merging import MergeConflictError, merge
from annotator.workflow.workspace import Workspace
from tests.workflow.sharing.forging import forge
from tests.workspaces import Bench, database_content, focused, range_of

KEY = "flood"
BO = LayerName(KEY, "curator:bo")


@pytest.fixture
def other(bench: Bench, tmp_path: Path) -> Iterator[Bench]:
    shutil.copytree(bench.workspace.root, tmp_path / "other")
    with closing(Workspace(tmp_path / "other")) as workspace:
        yield Bench(workspace)


def finish(bench: Bench, curator: str, certainty: str) -> None:
    session = bench.session(KEY, curator)
    steps = AttributeSteps(session)
    flood = focused(session.add(*range_of(bench.document(KEY), "flooded"), "EVENT"))
    one, two = (focused(session.add(*range_of(bench.document(KEY), "Nova Riva", nth), "PLACE")) for nth in (0, 1))
    steps.set(flood, "certainty", certainty)
    steps.set(None, "topic", "health")
    session.relate(one, two, "same_as")
    session.finish()


def test_merged_in_either_direction_before_or_after_a_change_it_is_the_same(bench: Bench, other: Bench) -> None:
    finish(bench, "ana", "possible")
    finish(other, "bo", "likely")
    change_labels(bench.workspace, change_of_words(bench.workspace, ["rename", "certainty=likely", "probable"]), "lead")
    merge(bench.workspace, other.workspace.database_path)
    merge(other.workspace, bench.workspace.database_path)
    for one in (bench, other):
        assert "probable" in one.workspace.labels_path.read_text()
        assert list(check_database(one.store)) == []
        spans = one.store.annotations(one.layer_id("curator:bo", KEY)).spans.values()
        assert [s.attributes for s in spans if s.label == "EVENT"] == [{"certainty": "probable"}]
    assert database_content(bench.workspace.database_path) == database_content(other.workspace.database_path)
    session = adjudicate(bench.workspace, KEY, "lead")
    (case,) = session.gold.open
    assert case.versions == {"ana": ("possible",), "bo": ("probable",)}


def test_other_attributes_there_are_told(bench: Bench, other: Bench) -> None:
    text = other.workspace.labels_path.read_text()
    other.workspace.labels_path.write_text(text.replace("possible: p", "perhaps: p"))
    with closing(Workspace(other.workspace.root)) as workspace:
        finish(Bench(workspace), "bo", "likely")
    with pytest.raises(MergeConflictError) as refused:
        merge(bench.workspace, other.workspace.database_path)
    differs = "values is certain|likely|possible here and certain|likely|perhaps there"
    assert f"label scheme: attribute certainty: {differs}" in refused.value.conflicts


@pytest.mark.parametrize(
    ("attributes", "problem"),
    [
        ({"b": True, "a": True}, "not in order of name"),
        ({"remark": "two\nlines"}, "'remark' holds a line break"),
        ({"remark": "x" * 1001}, "longer than 1,000"),
        ({"role": []}, "between 1 and 1,000 values"),
        ({"role": ["a", "a"]}, "each once"),
        ({"role": {"a": 1}}, "attributes"),
        ({}, "attributes"),
    ],
)
def test_what_no_scheme_could_have_is_refused_with_its_place(
    bench: Bench, other: Bench, attributes: dict[str, object], problem: str
) -> None:
    finish(other, "bo", "likely")
    span = {"start": 0, "end": 5, "label": "EVENT", "origin": "added", "attributes": attributes}
    forge(other.workspace.database_path, BO, [["span", "s9", None, span]])
    with pytest.raises(MergeConflictError) as refused:
        merge(bench.workspace, other.workspace.database_path)
    (conflict,) = refused.value.conflicts
    assert problem in conflict
    assert "curator:bo on flood" in conflict
    assert bench.store.layer(BO) is None
