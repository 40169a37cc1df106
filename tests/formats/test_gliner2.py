"""GLiNER2's JSONL: mentions by their texts or with their places, and relations between them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotator.errors import FormatError
from annotator.formats.gliner2 import read
from annotator.formats.mention_places import mention_places
from annotator.formats.protocol import ForeignDocument
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.formats.test_extractors import content, doccano

TEXT = "Ana Ruiz ve Lima. Ana come en lima."


def one(output: dict[str, Any], text: str = TEXT, **options: str) -> ForeignDocument:
    row = {"input": text, "output": output}
    (document,) = read(source_of_bytes(json.dumps(row, ensure_ascii=False).encode()), options)
    return document


def places(document: ForeignDocument) -> list[tuple[int, int, str]]:
    return sorted((s.start, s.end, s.label) for s in document.layers[0].content.spans.values())


def exported(row: dict[str, Any], **options: str) -> tuple[list[Any], Any]:
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data, result = export_data(bench, "gliner2", options=options)
    return [json.loads(line) for line in data.splitlines()], result


def test_mentions_stand_wherever_their_texts_do_as_whole_words() -> None:
    document = one({"entities": {"PERSON": ["Ana Ruiz", "Ana"], "GPE": ["Lima"], "DATE": [], "ORG": ["UN"]}})
    assert places(document) == [(0, 8, "PERSON"), (12, 16, "GPE"), (18, 21, "PERSON")]
    assert document.lost == {"mention that its text does not hold": 1}
    assert document.notes == {}


@pytest.mark.parametrize(
    ("mentions", "found"),
    [
        (["Ana"], {"Ana": [(0, 3), (18, 21)]}),
        (["Ana", "Ana Ruiz"], {"Ana": [(18, 21)], "Ana Ruiz": [(0, 8)]}),
        (["Ruiz", "Ana Ruiz"], {"Ruiz": [(4, 8)], "Ana Ruiz": [(0, 8)]}),
        (["ANA"], {"ANA": [(0, 3), (18, 21)]}),
        (["An", "", " ", "Lim"], {"An": [], "": [], " ": [], "Lim": []}),
        (["Lima."], {"Lima.": [(12, 17)]}),
    ],
)
def test_where_mentions_stand(mentions: list[str], found: dict[str, list[tuple[int, int]]]) -> None:
    assert mention_places(TEXT, mentions) == found


def test_a_letter_that_is_two_in_lower_case_moves_nothing() -> None:
    assert mention_places("İ ANA", ["ana"]) == {"ana": [(2, 5)]}


def test_mentions_with_their_places_and_their_relations() -> None:
    ana, lima = ({"text": t, "start": s, "end": s + len(t)} for t, s in (("Ana", 18), ("lima", 30)))
    output = {"entities": {"PERSON": [ana], "GPE": [lima]}, "relations": [{"works_for": {"head": ana, "tail": lima}}]}
    document = one(output)
    assert content(document) == ([("PERSON", "Ana"), ("GPE", "lima")], [("PERSON", "works_for", "GPE")])
    assert (document.lost, document.notes) == ({}, {})


def test_relations_of_texts_are_put_between_the_closest_places() -> None:
    entities = {"PERSON": ["Ana"], "GPE": ["Lima", "lima"]}
    document = one({"entities": entities, "relations": [{"works_for": {"head": "Ana", "tail": "lima"}}]})
    (relation,) = document.layers[0].content.relations.values()
    spans = document.layers[0].content.spans
    assert (spans[relation.head].start, spans[relation.child].start) == (18, 12)
    assert document.notes["relation between mentions at several places, put between the closest ones"] == 1


def test_ends_that_are_no_entities_are_counted_or_get_a_label() -> None:
    output = {"relations": [{"works_for": {"head": "Ana Ruiz", "tail": "Lima"}}]}
    document = one(output)
    assert document.lost == {"relation with an end that is no entity: -O entity=LABEL makes one of it": 1}
    document = one(output, entity="THING")
    assert content(document) == ([("THING", "Ana Ruiz"), ("THING", "Lima")], [("THING", "works_for", "THING")])
    assert document.lost == {}


def test_other_fields_of_relations_are_counted() -> None:
    output = {
        "entities": {"PERSON": ["Ana Ruiz"], "GPE": ["Lima"]},
        "relations": [
            {"sees": {"head": "Ana Ruiz", "tail": ["Lima"], "year": "2002"}},
            {"pays": {"sender": "Ana Ruiz", "recipient": "Lima"}},
            {"sees": {"head": "", "tail": "Lima"}},
        ],
    }
    document = one(output)
    assert content(document)[1] == [("PERSON", "sees", "GPE")]
    assert document.lost == {"further field of a relation": 3, "relation without head and tail": 2}


def test_the_other_names_of_the_fields() -> None:
    row = {"text": TEXT, "schema": {"entities": {"PERSON": ["Ana Ruiz"]}}}
    (document,) = read(source_of_bytes(json.dumps(row).encode()), {})
    assert (document.text, places(document)) == (TEXT, [(0, 8, "PERSON")])


def test_classifications_and_other_fields_come_back() -> None:
    tasks = [{"task": "tone", "labels": ["a", "b"], "true_label": ["a"]}]
    row = {"input": TEXT, "output": {"entities": {"GPE": ["Lima"]}, "classifications": tasks}, "source": "x"}
    with workspace() as bench:
        import_data(bench, "gliner2", json.dumps(row).encode(), layer="gold")
        value = json.loads(export_data(bench, "gliner2")[0])
        sentences, result = export_data(bench, "gliner2", options={"rows": "sentences"})
    assert (value["output"]["classifications"], value["source"]) == (tasks, "x")
    assert b"classifications" not in sentences
    assert "classifications and structures, left out where a row is not a whole document" in result.warnings


def test_what_is_written() -> None:
    row = doccano("Hola.\nAna Ruiz ve Lima.", ("Ana Ruiz", "PERSON"), ("Lima", "GPE"), links=((0, 1),))
    values, _ = exported(row, rows="sentences")
    ana = {"text": "Ana Ruiz", "start": 0, "end": 8}
    lima = {"text": "Lima", "start": 12, "end": 16}
    assert [value["input"] for value in values] == ["Hola.", "Ana Ruiz ve Lima."]
    assert values[1]["output"] == {
        "entities": {"PERSON": [ana], "ORG": [], "GPE": [lima], "DATE": []},
        "relations": [{"works_for": {"head": {**ana, "label": "PERSON"}, "tail": {**lima, "label": "GPE"}}}],
    }
    assert values[1]["key"] == "lima-0002"


def test_mentions_as_texts_for_older_versions() -> None:
    row = doccano(TEXT, ("Ana Ruiz", "PERSON"), ("Ana", "GPE"), ("Lima", "GPE"), links=((0, 2),))
    (value,), result = exported(row, mentions="texts")
    assert value["output"]["entities"] == {"PERSON": ["Ana Ruiz"], "ORG": [], "GPE": ["Ana", "Lima"], "DATE": []}
    assert value["output"]["relations"] == [{"works_for": {"head": "Ana Ruiz", "tail": "Lima"}}]
    assert list(result.warnings.values()) == [1]


def test_a_relation_says_which_of_two_spans_on_the_same_words_it_is_of() -> None:
    row = doccano(TEXT, ("Ana Ruiz", "PERSON"), ("Lima", "GPE"), ("Lima", "ORG"), links=((0, 2),))
    with workspace() as bench, workspace() as other:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data = export_data(bench, "gliner2")[0]
        report = import_data(other, "gliner2", data, layer="gold")
        assert (report.aside, report.lost, report.notes) == ({}, {}, {})
        assert export_data(other, "gliner2")[0] == data
    (document,) = read(source_of_bytes(data), {})
    assert content(document)[1] == [("PERSON", "works_for", "ORG")]


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "a mention that is none": ({"entities": {"X": [1]}}, 'output.entities.X[0]: found 1, expected "TEXT" or {"text"'),
    "a place beyond the text": (
        {"entities": {"X": [{"text": "a", "start": 30, "end": 99}]}},
        "X[0].start: found 30-99",
    ),
    "another text": ({"entities": {"X": [{"text": "Ana", "start": 1, "end": 4}]}}, 'X[0].text: found "Ana", the text'),
    "no label": ({"entities": {"": ["Ana"]}}, 'output.entities."": found an empty label'),
    "entities in a list": ({"entities": [["Ana", "X"]]}, 'output.entities: found [["Ana", "X"]], expected an object'),
    "a relation that is none": ({"relations": [["Ana"]]}, 'output.relations[0]: found ["Ana"], expected an object'),
    "no name": ({"relations": [{"": {"head": "Ana", "tail": "Lima"}}]}, "found a relation without a name"),
    "an end that is none": (
        {"relations": [{"r": {"head": "Ana", "tail": 7}}]},
        "output.relations[0].r.tail: found 7, expected",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_place(case: str) -> None:
    output, message = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        one(output)
    assert message in str(caught.value)
    assert str(caught.value).startswith("standard input:1: ")
