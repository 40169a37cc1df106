"""Groups in formats of joint extractors: entities of several mentions, and clusters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.annotation import Annotations, SpanKey
from annotator.cli.main import main
from annotator.groups import groups
from tests.attributes.filled import LAYER, content, filled_workspace

SAME = "same_as"


def group_keys(layer: Annotations) -> list[list[SpanKey]]:
    return [[layer.spans[i].key for i in group] for group in groups(layer, SAME)]


@pytest.mark.parametrize("form", ["docred", "scierc"])
def test_they_go_out_as_what_they_are_and_come_in_equal(form: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with filled_workspace() as bench:
        root = str(bench.workspace.root)
        assert main(["export", form, "-o", str(out), "--layer", LAYER, "-w", root]) == 0
        written = out.read_text(encoding="utf-8")
        assert SAME not in written, "groups are no relations there"
        assert main(["import", form, str(out), "--layer", "curator:bo", "-w", root]) == 0
        layer = bench.store.annotations(bench.layer_id("curator:bo", "flood"))
    assert group_keys(layer) == group_keys(content())
    assert {r.label for r in layer.relations.values()} >= {"takes_part_in", SAME}


def test_docred_has_one_entity_a_group(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with filled_workspace() as bench:
        assert main(["export", "docred", "-o", str(out), "--layer", LAYER, "-w", str(bench.workspace.root)]) == 0
    (document,) = json.loads(out.read_text(encoding="utf-8"))
    assert sorted(len(mentions) for mentions in document["vertexSet"]) == [1, 1, 1, 2, 3]
