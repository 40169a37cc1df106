"""doccano's JSONL in the shapes that its versions have written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotator.annotation import Span
from annotator.errors import FormatError
from annotator.formats.doccano import FORMAT, read
from annotator.formats.protocol import ForeignDocument
from tests.formats.files import export_data, import_data, source_of_bytes, workspace

TEXT = "Ana viaja a Perú 👍🏽 con Luis."


def rows(*values: Any) -> bytes:
    return "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values).encode()


def one(value: Any, **options: str) -> ForeignDocument:
    (document,) = read(source_of_bytes(rows(value)), options)
    return document


def span_texts(document: ForeignDocument) -> list[tuple[str | None, str, str]]:
    """Return author, label and text of every span."""
    return [
        (layer.author, span.label, document.text[span.start : span.end])
        for layer in document.layers
        for span in layer.content.spans.values()
    ]


def entity(start: int, end: int, label: object, **more: object) -> dict[str, object]:
    return {"start_offset": start, "end_offset": end, "label": label, **more}


def test_entities_and_relations() -> None:
    document = one(
        {
            "id": 7,
            "text": TEXT,
            "entities": [entity(0, 3, "PERSON", id=11), entity(24, 28, "PERSON", id=12)],
            "relations": [{"id": 1, "from_id": 11, "to_id": 12, "type": "knows"}],
            "Comments": ["revisar"],
        }
    )
    assert span_texts(document) == [(None, "PERSON", "Ana"), (None, "PERSON", "Luis")]
    (relation,) = document.layers[0].content.relations.values()
    assert (relation.head, relation.label, relation.child) == ("11", "knows", "12")
    assert document.fallback == "import-7"
    assert document.extras == {"id": 7, "Comments": ["revisar"]}


@pytest.mark.parametrize("name", ["label", "labels"])
def test_spans_as_lists(name: str) -> None:
    assert span_texts(one({"text": TEXT, name: [[12, 16, "GPE"]]})) == [(None, "GPE", "Perú")]


def test_each_user_of_the_annotations_becomes_an_author() -> None:
    document = one({"text": TEXT, "annotations": [entity(0, 3, 12, user=2), entity(0, 3, 12, user=1)]})
    assert span_texts(document) == [("2", "12", "Ana"), ("1", "12", "Ana")]


def test_the_text_may_stand_under_another_name() -> None:
    assert one({"data": TEXT}).text == TEXT
    assert one({"body": TEXT, "text": "other"}, text="body").text == TEXT


def test_a_list_under_the_ending_of_lines_and_raw_line_separators() -> None:
    data = json.dumps([{"text": "a\u2028b"}, {"text": "c\x85"}], ensure_ascii=False, indent=1).encode()
    documents = list(read(source_of_bytes(data), {}))
    assert [(d.text, d.where) for d in documents] == [("a\u2028b", "standard input:2"), ("c\x85", "standard input:5")]
    (single,) = read(source_of_bytes(rows({"text": "a\u2028b\x85c"})), {})
    assert single.text == "a\u2028b\x85c"


def test_a_row_without_spans_is_a_document_without_spans() -> None:
    (layer,) = one({"text": TEXT}).layers
    assert layer.content.spans == {}


BROKEN = {
    "no text": ({"data2": TEXT}, "text: found nothing, expected a string"),
    "a text that is none": ({"text": 5}, "text: found 5, expected a string"),
    "beyond the text": (
        {"text": "ab", "entities": [entity(0, 9, "X")]},
        "entities[0].start_offset: found 0-9, expected",
    ),
    "reversed": ({"text": "ab", "entities": [entity(2, 1, "X")]}, "found 2-1, expected 0 ≤ start_offset < end_offset"),
    "not numbers": ({"text": "ab", "label": [["0", 1, "X"]]}, 'label[0].start: found "0", expected a whole number'),
    "a truth value": ({"text": "ab", "label": [[False, True, "X"]]}, "label[0].start: found false, expected"),
    "two values": ({"text": "ab", "label": [[0, 1]]}, "label[0]: found [0, 1], expected [start, end, label]"),
    "categories": ({"text": "ab", "label": ["good"]}, 'label[0]: found "good", expected an object'),
    "an id twice": ({"text": "ab", "entities": [entity(0, 1, "X", id=1), entity(1, 2, "X", id=1)]}, "the id 1 twice"),
    "a dangling relation": (
        {"text": "ab", "entities": [], "relations": [{"from_id": 1, "to_id": 2, "type": "r"}]},
        "relations[0].from_id: found 1, expected the id of an entity",
    ),
    "spans in two places": ({"text": "ab", "entities": [], "label": []}, "label: found it beside entities"),
    "no object": (["a"], 'found ["a"], expected an object'),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    row, said = BROKEN[case]
    data = rows({"text": "fine"}, row)
    with pytest.raises(FormatError) as caught:
        list(read(source_of_bytes(data), {}))
    assert str(caught.value).startswith("standard input:2: ")
    assert said in str(caught.value)


def test_other_columns_come_back_and_duplicates_are_counted() -> None:
    row = {"id": 41, "text": TEXT, "label": [[0, 3, "PERSON"], [0, 3, "PERSON"]], "Comments": ["¿?"], "rev": {"n": [1]}}
    with workspace() as bench:
        report = import_data(bench, "doccano", rows(row), layer="gold")
        assert report.lost == {"span said twice": 1}
        exported = json.loads(export_data(bench, "doccano", layer="gold")[0])
        assert (exported["id"], exported["Comments"], exported["rev"]) == (41, ["¿?"], {"n": [1]})
        assert exported["entities"] == [{"id": 1, "label": "PERSON", "start_offset": 0, "end_offset": 3}]
        assert json.loads(export_data(bench, "jsonl", layer="gold")[0])["meta"] == {}


def test_it_has_no_place_for_who_and_how() -> None:
    with workspace() as bench:
        import_data(bench, "doccano", rows({"text": TEXT, "label": [[0, 3, "PERSON"]]}), layer="curator:ana")
        _, done = export_data(bench, "doccano", layer="curator:ana")
        assert done.lost == {"whose work it is": 1}
        assert FORMAT.carries["curator"] == "no"
        layer = bench.store.annotations(bench.layer_id("curator:ana", "import-000001"))
        assert list(layer.spans.values()) == [Span("s1", 0, 3, "PERSON")]
