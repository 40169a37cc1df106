"""Prodigy's attributes of spans, relations and tasks, its entries of a knowledge base, and its choices."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.attributes.filled import LAYER, PLAIN, content, filled_workspace
from tests.attributes.test_gold import SCHEME, imported, said
from tests.formats.files import export_data, import_data, workspace

TEXT = "Ana flew to Lima."
TASK = {
    "text": TEXT,
    "spans": [
        {"start": 0, "end": 3, "label": "PERSON", "kb_id": "Q9", "attrs": {"role": ["official"]}, "color": "red"},
        {"start": 12, "end": 16, "label": "PLACE", "kb_id": "Q2868", "kb_name": "gazetteer"},
    ],
    "options": [{"id": "sport", "text": "About sport"}],
    "accept": ["sport"],
    "config": {"choice_style": "single"},
    "answer": "accept",
}


def exported(bench: Any, layer: str = "gold") -> dict[str, Any]:
    task: dict[str, Any] = json.loads(export_data(bench, "prodigy", layer=layer)[0])
    return task


@pytest.mark.parametrize("scheme", [SCHEME, PLAIN])
def test_all_of_it_goes_out_and_comes_in(scheme: str) -> None:
    with filled_workspace() as bench:
        data, result = export_data(bench, "prodigy", layer=LAYER)
        assert not any("attribute" in lost for lost in result.lost)
    task = json.loads(data)
    assert (task["accept"], task["accept_name"], task["attrs"]) == (["health", "sport"], "topic", {"reviewed": True})
    assert [option["id"] for option in task["options"]] == ["economy", "health", "politics", "sport"]
    assert [(s["kb_id"], s["kb_name"]) for s in task["spans"] if "kb_id" in s] == (
        [("own:7", "gazetteer"), ("Q42", "gazetteer")]
    )
    with workspace(scheme) as bench:
        assert import_data(bench, "prodigy", data, layer=LAYER).lost == {}
        again, _ = export_data(bench, "prodigy", layer=LAYER)
        assert (again == data) == (
            scheme == SCHEME
        )  # what only a scheme tells is which of them is a choice or an entry
    with workspace(SCHEME) as bench:
        import_data(bench, "prodigy", again, layer=LAYER)
        assert said(imported(bench)) == said(content())


def test_their_fields_are_what_map_says_or_stay_aside_as_they_are() -> None:
    data = json.dumps(TASK).encode()
    with workspace(SCHEME) as bench:
        mapping = {"accept": "topic", "kb_id": "gazetteer"}
        report = import_data(bench, "prodigy", data, layer="gold", mapping=mapping)
        assert (report.lost, report.without_place) == ({}, [])
        layer = bench.store.annotations(bench.layer_id("gold", "import-000001"))
        assert layer.document_attributes == {"topic": ["sport"]}
        assert [span.attributes for span in layer.spans.values()] == [
            {"gazetteer": "Q9", "role": ["official"]},
            {"gazetteer": "Q2868"},
        ]
        task = exported(bench)
        assert task["options"][0] == {"id": "sport", "text": "About sport"}
        assert (task["accept"], len(task["options"])) == (["sport"], 4)
    with workspace(PLAIN) as bench:
        report = import_data(bench, "prodigy", data, layer="gold")
        assert report.without_place == ["accept", "role", "kb_id", "gazetteer"]
        task = exported(bench)
        for name in ("options", "accept", "config"):
            assert task[name] == TASK[name]
        fields = ("kb_id", "attrs", "color")
        assert [{name: span.get(name) for name in fields} for span in task["spans"]] == [
            {"kb_id": "Q9", "attrs": {"role": ["official"]}, "color": "red"},
            {"kb_id": None, "attrs": {"gazetteer": "Q2868"}, "color": None},
        ]


@pytest.mark.parametrize("odd", [{"attrs": {"a": None}}, {"attrs": []}, {"attrs": {}}, {"kb_id": 5}, {"kb_id": ""}])
def test_what_could_be_no_attribute_is_a_field_like_others(odd: dict[str, Any]) -> None:
    span = {"start": 0, "end": 3, "label": "PERSON", **odd}
    with workspace(SCHEME) as bench:
        report = import_data(bench, "prodigy", json.dumps({"text": TEXT, "spans": [span]}).encode(), layer="gold")
        assert report.aside == {"span's fields": 1}
        assert exported(bench)["spans"][0].items() >= odd.items()


def test_choices_of_a_task_that_was_not_accepted_are_fields_like_others() -> None:
    task = {**TASK, "answer": "ignore", "_annotator_id": "ana"}
    with workspace(SCHEME) as bench:
        report = import_data(bench, "prodigy", json.dumps(task).encode(), mapping={"accept": "topic"})
        assert not imported_attributes(bench)
        assert report.aside == {"task": 1}


def imported_attributes(bench: Any) -> dict[str, object]:
    layer = bench.store.annotations(bench.layer_id("curator:ana", "import-000001"))
    return dict(layer.document_attributes)
