"""spaCy's simple training data: pairs of a text and its entities, in a list or in ner-annotator's file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import FormatError
from annotator.formats.protocol import ForeignDocument
from annotator.formats.spacy_json import read
from tests.formats.files import export_data, import_data, source_of_bytes, workspace

TEXT = "Ana ve Lima"
PAIR = [TEXT, {"entities": [[0, 3, "PERSON"], [7, 11, "GPE"]]}]
OVERLAPPING = {"text": TEXT, "label": [[0, 11, "ORG"], [0, 3, "PERSON"]]}


def documents(value: Any, **options: str) -> list[ForeignDocument]:
    return list(read(source_of_bytes(json.dumps(value, ensure_ascii=False).encode()), options))


def span_texts(document: ForeignDocument) -> list[tuple[str, str]]:
    (layer,) = document.layers
    return [(s.label, document.text[s.start : s.end]) for s in layer.content.spans.values()]


def exported(row: dict[str, Any], **options: str) -> Any:
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data, result = export_data(bench, "spacy-json", options=options)
        return json.loads(data), result


def test_pairs_of_a_list() -> None:
    (document,) = documents([PAIR])
    assert document.text == TEXT
    assert span_texts(document) == [("PERSON", "Ana"), ("GPE", "Lima")]


def test_what_ner_annotator_saves(tmp_path: Path) -> None:
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps({"classes": ["PERSON", "GPE"], "annotations": [None, PAIR]}))
    with workspace() as bench:
        report = import_data(bench, "spacy-json", path, layer="gold")
        assert (report.new, report.layers["gold"].spans) == (1, 2)
        assert list(bench.store.document_digests()) == ["annotations-000002"]


def test_ner_annotator_counts_utf16_units_and_spacy_code_points() -> None:
    text = "👍 Ana ve Lima"
    pair = [text, {"entities": [[3, 6, "PERSON"], [10, 14, "GPE"]]}]
    (document,) = documents({"classes": [], "annotations": [pair]})
    assert span_texts(document) == [("PERSON", "Ana"), ("GPE", "Lima")]
    assert document.notes == {}
    (document,) = documents([[text, {"entities": [[2, 5, "PERSON"]]}]])
    assert span_texts(document) == [("PERSON", "Ana")]
    (document,) = documents([pair], offsets="utf16")
    assert span_texts(document) == [("PERSON", "Ana"), ("GPE", "Lima")]


def test_spans_that_seem_to_be_counted_otherwise_are_told() -> None:
    (document,) = documents([["👍 Ana ve", {"entities": [[3, 6, "PERSON"]]}]])
    assert span_texts(document) == [("PERSON", "na ")]
    assert document.notes == {"span that would be whole words in UTF-16 units (-O offsets=utf16)": 1}


def test_a_span_group_is_read_once_and_other_annotations_are_counted() -> None:
    annotations = {**PAIR[1], "spans": {"sc": [[0, 11, "ORG"], [0, 3, "PERSON"]]}, "cats": {"a": 1.0}}  # type: ignore[dict-item]
    (document,) = documents([[TEXT, annotations]])
    assert span_texts(document) == [("PERSON", "Ana"), ("GPE", "Lima"), ("ORG", TEXT)]
    assert document.lost == {"annotation cats": 1}
    (document,) = documents([[TEXT, annotations]], spans="")
    assert span_texts(document) == [("PERSON", "Ana"), ("GPE", "Lima")]
    assert document.lost["span of the group sc"] == 2


def test_spacy_takes_what_is_written_also_where_spans_overlap() -> None:
    import spacy
    from spacy.training import Example

    ((text, annotations),), result = exported(OVERLAPPING)
    example = Example.from_dict(spacy.blank("es").make_doc(text), annotations)
    assert [(ent.text, ent.label_) for ent in example.reference.ents] == [(TEXT, "ORG")]
    assert [(s.text, s.label_) for s in example.reference.spans["sc"]] == [(TEXT, "ORG"), ("Ana", "PERSON")]
    assert result.parts[0].spans == 2


def test_ner_annotator_gets_classes_and_no_spans_that_overlap() -> None:
    value, result = exported({**OVERLAPPING, "text": "👍" + TEXT[1:]}, shape="ner-annotator")
    assert value["classes"] == ["PERSON", "ORG", "GPE", "DATE"]
    assert value["annotations"] == [["👍na ve Lima", {"entities": [[0, 12, "ORG"]]}]]
    assert result.parts[0].spans == 1


def test_a_shape_that_is_none() -> None:
    with pytest.raises(FormatError, match="shape=lines: there is no such shape"):
        exported(OVERLAPPING, shape="lines")


BROKEN: dict[str, tuple[Any, str]] = {
    "no pair": ([[TEXT]], 'found ["Ana ve Lima"], expected [text, {"entities"'),
    "a pair alone": (PAIR, 'found "Ana ve Lima", expected [text, {"entities": [[start, end, label]]}]: put all pairs'),
    "no entities": ([[TEXT, {}]], "entities: found nothing, expected a list"),
    "tags": ([[TEXT, {"entities": ["O", "O", "O"]}]], 'entities[0]: found "O", expected [start, end, label]'),
    "beyond the text": ([[TEXT, {"entities": [[7, 12, "GPE"]]}]], "entities[0].start: found 7-12, expected code"),
    "reversed": ([[TEXT, {"entities": [[3, 0, "GPE"]]}]], "entities[0].start: found 3-0"),
    "a label that is none": ([[TEXT, {"entities": [[0, 3, ""]]}]], "entities[0].label: found an empty label"),
    "two groups": ([[TEXT, {"entities": [], "spans": {"a": [], "b": []}}]], "several span groups: a, b"),
    "in ner-annotator's file": (
        {"classes": [], "annotations": [[TEXT, {"entities": [[0, 99, "X"]]}]]},
        "annotations[0].entities[0].start: found 0-99",
    ),
    "another object": ({"text": TEXT}, "annotations: found nothing, expected a list"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_place(case: str) -> None:
    value, message = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        documents(value)
    assert message in str(caught.value)
    assert str(caught.value).startswith("standard input:1: ")
