"""doccano's categories of texts as an attribute of documents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.attributes.filled import LAYER, PLAIN, filled_workspace
from tests.attributes.test_gold import SCHEME, imported
from tests.formats.files import export_data, import_data, workspace
from tests.workspaces import Bench

ENTITY = {"id": 1, "label": "PERSON", "start_offset": 0, "end_offset": 3}
INTENTS = {"id": 7, "text": "Ana won.", "entities": [ENTITY], "cats": ["sport"], "Comments": []}
CLASSES = {"id": 8, "text": "All is well.", "label": ["health", "sport"], "Comments": []}


def rows(*values: Any) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def exported(bench: Bench) -> list[dict[str, Any]]:
    return [json.loads(line) for line in export_data(bench, "doccano")[0].splitlines()]


def test_attributes_of_documents_go_out_and_come_in() -> None:
    with filled_workspace() as bench:
        bench.add("other", "Nothing was said.")
        data, result = export_data(bench, "doccano", layer=LAYER)
        assert "attributes of documents" not in result.lost
        assert result.lost["attributes of spans"] == 9
    row = json.loads(data)
    assert (row["cats"], row["cats_name"], row["document_attributes"]) == (
        (["health", "sport"], "topic", {"reviewed": True})
    )
    with workspace(SCHEME) as bench:
        import_data(bench, "doccano", data, layer=LAYER)
        assert imported(bench).document_attributes == {"reviewed": True, "topic": ["health", "sport"]}
        assert export_data(bench, "doccano", layer=LAYER)[0].partition(b'"cats"')[2] == data.partition(b'"cats"')[2]


def test_categories_are_what_map_says() -> None:
    with workspace(SCHEME) as bench:
        mapping = {"cats": "topic", "label": "topic"}
        report = import_data(bench, "doccano", rows(INTENTS, CLASSES), layer="gold", mapping=mapping)
        assert (report.lost, report.without_place) == ({}, [])
        written = exported(bench)
        assert [row["cats"] for row in written] == [["sport"], ["health", "sport"]]
        assert len({(*row,) for row in written}) == 1  # doccano refuses a file whose rows have different columns


@pytest.mark.parametrize("row", [INTENTS, CLASSES])
def test_without_a_place_they_stay_columns_of_the_document(row: dict[str, Any]) -> None:
    with workspace(PLAIN) as bench:
        report = import_data(bench, "doccano", rows(row), layer="gold")
        assert (report.lost, report.aside) == ({}, {"other fields of a document": 1})
        assert report.without_place == ["cats" if "cats" in row else "label"]
        (written,) = exported(bench)
        assert {**written, **written.pop("columns_of_some_rows", {})}.items() >= (
            {name: value for name, value in row.items() if name not in ("id", "entities", "Comments")}.items()
        )
