"""Whose layer a file's work becomes: what ``--layer`` and ``--rename`` ask for holds, or the file is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName
from tests.formats.files import export_data, import_data, workspace
from tests.workspaces import Bench

TEXT = "Ada met Bo in Rome."


def region(start: int, end: int, label: str) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": [label]}
    return {"id": f"{start}", "from_name": "label", "to_name": "text", "type": "labels", "value": value}


def labelstudio_task(*, annotations: list[dict[str, Any]], predictions: list[dict[str, Any]]) -> bytes:
    return json.dumps(
        [{"id": 1, "data": {"text": TEXT}, "annotations": annotations, "predictions": predictions}]
    ).encode()


PREDICTION = {"model_version": "m1", "result": [region(0, 3, "PERSON")]}


def annotation(person: object) -> dict[str, Any]:
    return {"completed_by": person, "result": [region(14, 18, "GPE")]}


def layers(bench: Bench) -> list[str]:
    return sorted(info.name.name for info in bench.store.layers() if info.name.name != "corpus")


def suggestions_export() -> bytes:
    with workspace() as bench:
        import_data(
            bench, "doccano", json.dumps({"text": TEXT, "label": [[0, 3, "PERSON"]]}).encode(), layer="suggestions:m1"
        )
        return export_data(bench, "jsonl", layer="suggestions:m1")[0]


@pytest.mark.parametrize("layer", ["gold", "curator:ana"])
def test_suggestions_do_not_pass_for_work(layer: str) -> None:
    with workspace() as bench:
        with pytest.raises(WorkflowError, match=f"input:1: these are the suggestions of m1, no work for {layer}"):
            import_data(bench, "jsonl", suggestions_export(), layer=layer)
        with pytest.raises(WorkflowError, match=f"input:1: the file holds suggestions alone, no work for {layer}"):
            import_data(bench, "labelstudio", labelstudio_task(annotations=[], predictions=[PREDICTION]), layer=layer)
        assert layers(bench) == []


def test_suggestions_come_along_with_work() -> None:
    with workspace() as bench:
        data = labelstudio_task(annotations=[annotation(4)], predictions=[PREDICTION])
        import_data(bench, "labelstudio", data, layer="curator:ana")
        assert layers(bench) == ["curator:ana", "suggestions:m1"]


def test_suggestions_and_work_become_the_suggestions_that_are_asked_for() -> None:
    with workspace() as bench:
        import_data(bench, "jsonl", suggestions_export(), layer="suggestions:m2")
        assert layers(bench) == ["suggestions:m2"]


def test_gold_and_somebodys_work_are_no_one_curator() -> None:
    def exported(layer: str) -> bytes:
        with workspace() as bench:
            import_data(bench, "doccano", json.dumps({"text": TEXT, "label": []}).encode(), layer=layer)
            return export_data(bench, "jsonl", layer=layer)[0]

    with workspace() as bench, pytest.raises(WorkflowError, match="the work of bo and gold"):
        import_data(bench, "jsonl", exported("gold") + exported("curator:bo"), layer="curator:ana")


def test_people_of_the_file_get_the_names_that_they_have_here() -> None:
    people = [annotation("ana@x.org"), annotation(7), annotation("eva")]
    with workspace() as bench:
        data = labelstudio_task(annotations=people, predictions=[PREDICTION])
        import_data(bench, "labelstudio", data, renames={"ana@x.org": "ana", "7": "bo"})
        assert layers(bench) == ["curator:ana", "curator:bo", "curator:eva", "suggestions:m1"]


def test_gold_remembers_people_by_the_names_that_they_have_here() -> None:
    with workspace() as bench:
        import_data(
            bench, "doccano", json.dumps({"text": TEXT, "label": [[0, 3, "PERSON"]]}).encode(), layer="curator:bo"
        )
        record = json.loads(export_data(bench, "jsonl", layer="curator:bo")[0])
    record["provenance"]["layer"] = "gold"
    with workspace() as bench:
        import_data(bench, "jsonl", json.dumps(record).encode(), renames={"bo": "bea"})
        info = bench.store.layer(LayerName("import-000001", GOLD))
        assert info is not None
        assert info.curators == "bea"
        assert [span.curator for span in bench.store.annotations(info.id).spans.values()] == ["bea"]


def test_a_name_that_the_file_does_not_have_cannot_be_changed() -> None:
    data = labelstudio_task(annotations=[annotation("ana"), annotation("bo")], predictions=[PREDICTION])
    with workspace() as bench:
        for unknown in ("zoe", "m1"):
            with pytest.raises(WorkflowError, match=f"does not name '{unknown}': it names ana, bo"):
                import_data(bench, "labelstudio", data, renames={unknown: "eva"})
        assert layers(bench) == []


def test_two_people_become_one_only_where_both_are_named() -> None:
    data = labelstudio_task(annotations=[annotation("ana"), annotation("ana@x.org")], predictions=[])
    with workspace() as bench:
        with pytest.raises(WorkflowError, match=r"'ana@x\.org' would become ana, whose work the file holds too"):
            import_data(bench, "labelstudio", data, renames={"ana@x.org": "ana"})
        report = import_data(bench, "labelstudio", data, renames={"ana@x.org": "ana", "ana": "ana"})
        assert (layers(bench), report.repeated) == (["curator:ana"], 1)
