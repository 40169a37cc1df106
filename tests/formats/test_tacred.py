"""TACRED's and OpenNRE's rows: a relation each, the rows of one sentence together."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import FormatError
from annotator.formats.protocol import ForeignDocument
from annotator.formats.tacred import read
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.formats.test_extractors import content, doccano

WORDS = ["Ana", "Ruiz", "ve", "Lima", "."]
TACRED: dict[str, Any] = {
    "id": "61b3",
    "docid": "AFP",
    "relation": "works_for",
    "token": WORDS,
    "subj_start": 0,
    "subj_end": 1,
    "subj_type": "PERSON",
    "obj_start": 3,
    "obj_end": 3,
    "obj_type": "GPE",
}
OPENNRE: dict[str, Any] = {
    "token": WORDS,
    "h": {"name": "ana ruiz", "id": "Q1", "pos": [0, 2]},
    "t": {"name": "lima", "id": "Q2868", "pos": [3, 4]},
    "relation": "works_for",
}
ROW = doccano(
    "Hola.\nAna Ruiz ve Lima.\nUn 7 de mayo.",
    *(("Ana Ruiz", "PERSON"), ("Lima", "GPE"), ("7 de mayo", "DATE")),
    links=((0, 1),),
)


def documents(*rows: Any, **options: str) -> list[ForeignDocument]:
    data = "\n".join(json.dumps(row) for row in rows)
    return list(read(source_of_bytes(data.encode()), options))


def exported(row: dict[str, Any], labels: str | None = None, **options: str) -> tuple[list[Any], Any]:
    with workspace() if labels is None else workspace(labels) as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data, result = export_data(bench, "tacred", options=options)
    shape = options.get("shape")
    return (json.loads(data) if shape is None else [ast.literal_eval(x) for x in data.decode().splitlines()]), result


@pytest.mark.parametrize(("row", "options"), [(TACRED, {}), (OPENNRE, {"entity": "THING"})], ids=["tacred", "opennre"])
def test_a_row_is_two_spans_and_their_relation(row: dict[str, Any], options: dict[str, str]) -> None:
    (document,) = documents(row, **options)
    head, child = ("THING", "THING") if options else ("PERSON", "GPE")
    assert document.text == "Ana Ruiz ve Lima ."
    assert content(document) == ([(head, "Ana Ruiz"), (child, "Lima")], [(head, "works_for", child)])
    assert document.lost == ({"id of an entity": 2} if options else {})


def test_rows_of_one_sentence_come_together() -> None:
    back = TACRED | {
        "subj_start": 3,
        "subj_end": 3,
        "subj_type": "GPE",
        "obj_start": 2,
        "obj_end": 2,
        "obj_type": "ACT",
    }
    first, second = documents(TACRED, back | {"relation": "held_in"}, TACRED | {"token": [*WORDS, "!"]})
    assert content(first) == (
        [("PERSON", "Ana Ruiz"), ("GPE", "Lima"), ("ACT", "ve")],
        [("PERSON", "works_for", "GPE"), ("GPE", "held_in", "ACT")],
    )
    assert second.text.endswith(". !")


def test_rows_of_one_sentence_that_stand_apart_make_one_document() -> None:
    other = TACRED | {"id": "61b4", "token": ["Luis", "va", "a", "Lima", "."], "subj_end": 0}
    again = TACRED | {"id": "61b5", "subj_start": 3, "subj_end": 3, "subj_type": "GPE", "obj_start": 2, "obj_end": 2}
    rows = [TACRED, other, again | {"obj_type": "DATE", "relation": "held_in"}]
    with workspace() as bench:
        report = import_data(bench, "tacred", json.dumps(rows).encode(), layer="gold")
    assert (report.new, report.layers["gold"].spans, report.layers["gold"].relations) == (2, 5, 3)


@pytest.mark.parametrize("relation", ["no_relation", "NA"])
def test_pairs_without_a_relation_bring_their_spans(relation: str) -> None:
    (document,) = documents(TACRED | {"relation": relation})
    assert content(document) == ([("PERSON", "Ana Ruiz"), ("GPE", "Lima")], [])


def test_opennre_s_rows_of_texts_count_characters() -> None:
    row = {
        "text": "Ana ve Lima",
        "h": {"pos": [0, 3], "type": "X"},
        "t": {"pos": [7, 11], "type": "Y"},
        "relation": "r",
    }
    (document,) = documents(row)
    assert content(document) == ([("X", "Ana"), ("Y", "Lima")], [("X", "r", "Y")])


def test_other_fields_are_counted() -> None:
    (document,) = documents(TACRED | {"stanford_pos": ["NNP"] * 5})
    assert document.lost == {"stanford_pos of a row": 1}


def test_tacred_s_shape() -> None:
    (value,), result = exported(ROW, rows="sentences")
    assert {name: value[name] for name in TACRED} == TACRED | {"id": "lima-1", "docid": "lima-0002"}
    assert result.parts[0].spans == 2
    assert result.lost["spans of rows without a relation: -O negatives=yes writes pairs of them"] == 1


def test_opennre_s_shape_is_python_too(tmp_path: Path) -> None:
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(ROW).encode(), layer="gold")
        export_data(bench, "tacred", tmp_path / "train.txt", options={"shape": "opennre", "rows": "sentences"})
    (line,) = (tmp_path / "train.txt").read_text().splitlines()
    value = ast.literal_eval(line)
    assert (value["token"], value["relation"], "text" in value) == (WORDS, "works_for", False)
    assert value["h"] == {"name": "Ana Ruiz", "id": "Ana Ruiz", "pos": [0, 2], "type": "PERSON"}
    assert value["t"] == {"name": "Lima", "id": "Lima", "pos": [3, 4], "type": "GPE"}
    assert json.loads((tmp_path / "train.txt.rel2id.json").read_text()) == {"NA": 0, "works_for": 1, "held_in": 2}


@pytest.mark.parametrize(("options", "label"), [({}, "no_relation"), ({"shape": "opennre"}, "NA")], ids=str)
def test_pairs_that_have_no_relation_and_could(options: dict[str, str], label: str) -> None:
    labels = (
        "languages: [es]\nentities: {PERSON: {key: 1}, GPE: {key: 2}, DATE: {key: 3}}\n"
        "relations:\n  works_for: {key: w, head: [PERSON, DATE], child: [GPE], within: document}\n"
    )
    values, result = exported(ROW, labels, negatives="yes", **options)
    assert [value["relation"] for value in values] == ["works_for", label]
    with workspace(labels) as bench:
        data = "\n".join(map(json.dumps, values)).encode()
        report = import_data(bench, "tacred", data, layer="gold")
        assert (report.new, report.layers["gold"].spans, report.layers["gold"].relations) == (1, 3, 1)
    assert result.parts[0].relations == 1


def test_a_document_without_a_relation_is_counted() -> None:
    values, result = exported(doccano("Ana ve.", ("Ana", "PERSON")))
    assert values == []
    assert result.lost["documents without a relation, which have no row"] == 1
    assert result.parts[0].spans == 0


def test_our_own_file_comes_back_as_it_was() -> None:
    row = doccano("Ana  Ruiz\tve Lima .", ("Ana  Ruiz", "PERSON"), ("Lima", "GPE"), ("ve", "DATE"), links=((0, 1),))
    row["meta"] = {"n": None, "b": True}
    with workspace() as bench, workspace() as other:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data = export_data(bench, "tacred", options={"shape": "opennre"})[0]
        report = import_data(other, "tacred", data, layer="gold")
        assert (report.new, report.aside, report.lost, report.notes) == (1, {}, {}, {})
        assert export_data(other, "tacred", options={"shape": "opennre"})[0] == data
        assert export_data(other, "jsonl")[0] == export_data(bench, "jsonl")[0]


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "beyond the words": (TACRED | {"obj_end": 5}, "obj_start: found 3-6, expected 0 ≤ start < end ≤ 5"),
    "backwards": (TACRED | {"subj_start": 2}, "subj_start: found 2-2, expected 0 ≤ start < end ≤ 5"),
    "no type": (TACRED | {"subj_type": ""}, "subj_type: found an empty label"),
    "no relation": ({k: v for k, v in TACRED.items() if k != "relation"}, "relation: found nothing"),
    "an empty word": (TACRED | {"token": [""]}, "token[0]: found an empty word"),
    "no place": (OPENNRE | {"h": {"pos": [1]}}, "h.pos: found [1], expected [start, end]"),
    "no label": (OPENNRE, "h.type: found nothing, expected a label"),
    "neither": ({"relation": "r"}, "text: found nothing, expected a string"),
    "ours, broken": (TACRED | {"annotator": '{"entities": [[0, 1]]}'}, "annotator.entities[0]: found [0, 1], expected"),
    "ours, beyond": (TACRED | {"annotator": '{"entities": [[0, 9, "X"]]}'}, "annotator.entities[0].first: found 0-10"),
    "ours, no JSON": (TACRED | {"annotator": "{"}, "not JSON"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    row, message = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        documents(row, row)
    assert message in str(caught.value)
    assert str(caught.value).startswith("standard input:1:")
