"""What joint extractors of entities and relations are trained on: SpERT, GLiREL, SciERC, DocRED."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.errors import FormatError
from annotator.formats.protocol import ForeignDocument
from annotator.formats.registry import load_format
from tests.formats.files import ANYTHING, export_data, import_data, source_of_bytes, workspace

WORDS = ["Ana", "Ruiz", "ve", "Lima", "."]
SPERT = {
    "tokens": WORDS,
    "entities": [{"type": "PERSON", "start": 0, "end": 2}, {"type": "GPE", "start": 3, "end": 4}],
    "relations": [{"type": "works_for", "head": 0, "tail": 1}],
}
GLIREL: dict[str, Any] = {
    "tokenized_text": WORDS,
    "ner": [[0, 1, "PERSON", "Ana Ruiz"], [3, 3, "GPE", "Lima"]],
    "relations": [
        {
            "head": {"mention": "Ana Ruiz", "position": [0, 1], "type": "PERSON"},
            "tail": {"mention": "Lima", "position": [3, 3], "type": "GPE"},
            "relation_text": "works_for",
        }
    ],
}
SCIERC: dict[str, Any] = {
    "doc_key": "lima",
    "sentences": [["Hola", "."], WORDS],
    "ner": [[], [[2, 3, "PERSON"], [5, 5, "GPE"]]],
    "relations": [[], [[2, 3, 5, 5, "works_for"]]],
}
DOCRED: dict[str, Any] = {
    "sents": [["Hola", "."], WORDS],
    "vertexSet": [
        [{"name": "Ana Ruiz", "pos": [0, 2], "sent_id": 1, "type": "PERSON"}],
        [{"name": "Lima", "pos": [3, 4], "sent_id": 1, "type": "GPE"}],
    ],
    "labels": [{"h": 0, "t": 1, "r": "works_for", "evidence": []}],
}
ROWS = {"spert": SPERT, "glirel": GLIREL, "scierc": SCIERC, "docred": DOCRED}
IN_SENTENCES = ("scierc", "docred")


def one(form: str, value: Any) -> ForeignDocument:
    reader = load_format(form).read
    assert reader is not None
    (document,) = reader(source_of_bytes(json.dumps(value, ensure_ascii=False).encode()), {})
    return document


def content(document: ForeignDocument) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """Return the spans with their texts, and the relations with the labels of their ends."""
    (layer,) = document.layers
    spans = layer.content.spans
    return (
        [(s.label, document.text[s.start : s.end]) for s in spans.values()],
        [(spans[r.head].label, r.label, spans[r.child].label) for r in layer.content.relations.values()],
    )


def exported(form: str, row: dict[str, Any], labels: str = ANYTHING, **options: str) -> tuple[Any, Any]:
    """Import a row of doccano's, and return what the export of a format holds, and its counts."""
    with workspace(labels) as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data, result = export_data(bench, form, options=options)
    values = [json.loads(line) for line in data.splitlines()] if form not in ("spert", "docred") else json.loads(data)
    return values, result.parts[0]


def doccano(text: str, *spans: tuple[str, str], links: tuple[tuple[int, int], ...] = ()) -> dict[str, Any]:
    entities = [
        {"id": n, "label": label, "start_offset": text.index(part), "end_offset": text.index(part) + len(part)}
        for n, (part, label) in enumerate(spans)
    ]
    relations = [
        {"id": n, "from_id": head, "to_id": child, "type": "works_for"} for n, (head, child) in enumerate(links)
    ]
    return {"key": "lima", "text": text, "entities": entities, "relations": relations}


@pytest.mark.parametrize("form", ROWS)
def test_spans_and_relations_of_a_row(form: str) -> None:
    document = one(form, ROWS[form])
    assert document.text == ("Hola .\nAna Ruiz ve Lima ." if form in IN_SENTENCES else "Ana Ruiz ve Lima .")
    assert content(document) == ([("PERSON", "Ana Ruiz"), ("GPE", "Lima")], [("PERSON", "works_for", "GPE")])
    assert document.lost == {}


@pytest.mark.parametrize("form", ROWS)
def test_what_the_other_program_reads_is_written(form: str) -> None:
    row = doccano("Hola.\nAna Ruiz ve Lima.", ("Ana Ruiz", "PERSON"), ("Lima", "GPE"), links=((0, 1),))
    values, _ = exported(form, row, **({} if form in IN_SENTENCES else {"rows": "sentences"}))
    assert {name: values[-1][name] for name in ROWS[form]} == ROWS[form]


@pytest.mark.parametrize("form", ROWS)
def test_other_fields_come_back(form: str) -> None:
    name = "_note" if form == "scierc" else "orig_id"
    with workspace() as bench:
        import_data(bench, form, json.dumps(ROWS[form] | {name: 7}).encode(), layer="gold")
        assert f'"{name}":7'.encode() in export_data(bench, form)[0]


@pytest.mark.parametrize("form", ROWS)
def test_our_own_file_brings_nothing_to_keep_aside(form: str) -> None:
    with workspace() as bench, workspace() as other:
        import_data(bench, form, json.dumps(ROWS[form]).encode(), layer="gold")
        data = export_data(bench, form)[0]
        report = import_data(other, form, data, layer="gold")
        assert (report.aside, report.lost, report.notes) == ({}, {}, {})
        assert export_data(other, form)[0] == data


def test_spert_gets_the_file_of_the_types(tmp_path: Path) -> None:
    labels = ANYTHING.replace("works_for: {key: w,", "works_for: {key: w, symmetric: true,")
    with workspace(labels) as bench:
        import_data(bench, "spert", json.dumps([SPERT]).encode(), layer="gold")
        export_data(bench, "spert", tmp_path / "train.json")
    types = json.loads((tmp_path / "train.json.types.json").read_text())
    assert list(types["entities"]) == ["PERSON", "ORG", "GPE", "DATE"]
    assert types["relations"]["works_for"] == {"short": "works_for", "verbose": "works_for", "symmetric": True}
    assert types["relations"]["held_in"]["symmetric"] is False


def test_glirel_names_the_end_of_several_on_the_same_words_by_its_type() -> None:
    value = json.loads(json.dumps(GLIREL))
    value["ner"].append([3, 3, "ORG", "Lima"])
    value["relations"][0]["tail"]["type"] = "ORG"
    assert content(one("glirel", value))[1] == [("PERSON", "works_for", "ORG")]
    value["relations"][0]["tail"]["type"] = "Q2868"
    assert content(one("glirel", value))[1] == [("PERSON", "works_for", "GPE")]


def test_scierc_takes_clusters_and_leaves_a_document_without_ner_alone() -> None:
    document = one("scierc", SCIERC | {"clusters": [[[2, 3], [5, 5]]], "predicted_ner": [[], []], "dataset": "x"})
    assert document.lost == {"predicted_ner": 1}
    assert [len(group.members) for group in document.layers[0].groups] == [2]
    assert document.extras == {"dataset": "x"}
    assert one("scierc", {"sentences": [WORDS]}).layers == ()


def test_scierc_has_a_value_a_sentence_in_every_field_that_readers_cut_by_sentence() -> None:
    row = doccano("Hola.\nAna ve.", ("Ana", "PERSON"))
    (value,), _ = exported("scierc", row, dataset="x")
    assert (value.pop("doc_key"), value.pop("dataset")) == ("lima", "x")
    assert {len(field) for field in value.values()} == {2}
    (value,), _ = exported("scierc", row)
    assert "dataset" not in value


def test_scierc_cannot_hold_what_goes_over_sentences_nor_two_labels_on_the_same_words() -> None:
    text = "Ana ve. Luis come en Lima."
    row = doccano(
        text,
        *(("Ana", "PERSON"), ("Luis", "PERSON"), ("Lima", "GPE"), ("Lima", "ORG"), ("ve. Luis", "DATE")),
        links=((0, 1), (1, 2), (1, 3)),
    )
    (value,), part = exported("scierc", row)
    assert value["sentences"] == [["Ana", "ve", "."], ["Luis", "come", "en", "Lima", "."]]
    assert value["ner"] == [[[0, 0, "PERSON"]], [[3, 3, "PERSON"], [6, 6, "GPE"]]]
    assert value["relations"] == [[], [[3, 3, 6, 6, "works_for"]]]
    assert (part.spans, part.relations) == (3, 1)


def test_docred_puts_relations_of_entities_between_their_closest_mentions() -> None:
    value = json.loads(json.dumps(DOCRED))
    value["vertexSet"][0].insert(0, {"name": "Hola", "pos": [0, 1], "sent_id": 0, "type": "PERSON"})
    value["labels"][0]["evidence"] = [1]
    document = one("docred", value)
    (relation,) = document.layers[0].content.relations.values()
    head = document.layers[0].content.spans[relation.head]
    assert document.text[head.start : head.end] == "Ana Ruiz"
    assert document.notes == {"relation between entities, put between their closest mentions": 1}
    assert document.lost == {}


def test_docred_s_entities_and_evidence_come_back() -> None:
    value = json.loads(json.dumps(DOCRED))
    value["vertexSet"][0].insert(0, {"name": "Hola", "pos": [0, 1], "sent_id": 0, "type": "PERSON"})
    value["labels"][0]["evidence"] = [1]
    with workspace() as bench, workspace() as other:
        report = import_data(bench, "docred", json.dumps([value]).encode(), layer="gold")
        assert report.aside == {"entity of several mentions": 1, "evidence of a relation": 1}
        data = export_data(bench, "docred")[0]
        (back,) = json.loads(data)
        assert {name: back[name] for name in ("sents", "vertexSet")} == {n: value[n] for n in ("sents", "vertexSet")}
        assert back["labels"] == [{**value["labels"][0], "mentions": [1, 0]}]
        report = import_data(other, "docred", data, layer="gold")
        assert (report.lost, report.notes) == ({}, {})
        assert export_data(other, "docred")[0] == data


def test_docred_s_relations_of_ours_name_the_mentions() -> None:
    value = json.loads(json.dumps(DOCRED))
    value["vertexSet"][0].insert(0, {"name": "Hola", "pos": [0, 1], "sent_id": 0, "type": "PERSON"})
    value["labels"][0]["mentions"] = [0, 0]
    document = one("docred", value)
    (relation,) = document.layers[0].content.relations.values()
    assert document.layers[0].content.spans[relation.head].start == 0
    assert document.notes == {}


def test_docred_holds_relations_over_sentences_but_no_spans() -> None:
    row = doccano(
        "Ana ve. Luis come en Lima.",
        *(("Ana", "PERSON"), ("Luis", "PERSON"), ("ve. Luis", "DATE")),
        links=((0, 1), (1, 2)),
    )
    (value,), part = exported("docred", row)
    assert value["labels"] == [{"h": 0, "t": 1, "r": "works_for", "evidence": []}]
    assert (part.spans, part.relations) == (2, 1)


BROKEN: dict[str, tuple[str, Any, str]] = {
    "a sentence that is none": (
        "docred",
        {"vertexSet": [[{"name": "x", "pos": [0, 1], "sent_id": 2, "type": "X"}]]},
        "vertexSet[0][0].sent_id: found 2, expected the number of a sentence, 0 to 1",
    ),
    "beyond the sentence": (
        "docred",
        {"vertexSet": [[{"name": "x", "pos": [1, 3], "sent_id": 0, "type": "X"}]]},
        "vertexSet[0][0].pos: found 1-3, expected 0 ≤ start < end ≤ 2",
    ),
    "an entity without mentions": (
        "docred",
        {"vertexSet": [[]]},
        "vertexSet[0]: found [], expected a list of mentions",
    ),
    "a label of nothing": ("docred", {"labels": [{"h": 0, "t": 2, "r": "r"}]}, "labels[0].t: found 2, expected"),
    "evidence of no sentence": (
        "docred",
        {"labels": [{"h": 0, "t": 1, "r": "r", "evidence": [2]}]},
        "labels[0].evidence: found 2, expected numbers of sentences, 0 to 1",
    ),
    "no mentions of the entities": (
        "docred",
        {"labels": [{"h": 0, "t": 1, "r": "r", "mentions": [0, 1]}]},
        "labels[0].mentions: found [0, 1], expected the places of two mentions",
    ),
    "an entity beyond the words": ("spert", {"entities": [{"type": "X", "start": 4, "end": 6}]}, "found 4-6"),
    "an entity without words": ("spert", {"entities": [{"type": "X", "start": 1, "end": 1}]}, "found 1-1"),
    "an entity without type": ("spert", {"entities": [{"start": 0, "end": 1}]}, "entities[0].type: found nothing"),
    "a relation of nothing": (
        "spert",
        {"relations": [{"type": "r", "head": 0, "tail": 2}]},
        "relations[0].tail: found 2, expected the place of a span, 0 to 1",
    ),
    "ends that do not count in": (
        "glirel",
        {"ner": [[0, 2, "X", "Ana Ruiz"]], "relations": []},
        'ner[0].last: found 2, the word behind "Ana Ruiz"; the last word counts in: 1',
    ),
    "an end that is no entity": (
        "glirel",
        {"ner": [[0, 1, "X"]]},
        "relations[0].tail.position: found [3, 3], expected first and last word of an entity in ner",
    ),
    "two numbers": ("glirel", {"ner": [[0, 1]]}, "ner[0]: found [0, 1], expected [first, last, type, text]"),
    "a list less than sentences": ("scierc", {"ner": [[]]}, "ner: found 1 lists, expected one for each of the 2"),
    "an empty word": ("scierc", {"sentences": [[""], []]}, 'sentences[0]: found [""], expected a list of words'),
    "a span beyond the words": ("scierc", {"ner": [[], [[2, 7, "X"]]]}, "ner[1][0]: found 2-7, expected 0 ≤ first"),
    "a relation without a span": ("scierc", {"ner": [[], [[2, 3, "X"]]]}, "relations[1][0]: found 5-5, expected first"),
    "no lists of sentences": ("scierc", {"sentences": ["Ana"]}, 'sentences[0]: found "Ana", expected a list of words'),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_place(case: str) -> None:
    form, change, message = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        one(form, ROWS[form] | change)
    assert message in str(caught.value)
    assert str(caught.value).startswith("standard input:1: ")
