"""PubTator's lines: titles and abstracts, mentions, relations between concepts."""

from __future__ import annotations

import json

import pytest

from annotator.errors import FormatError
from annotator.formats.protocol import ForeignDocument
from annotator.formats.pubtator import read
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.formats.test_extractors import doccano

TWO = """\
11|t|Aspirin and pain
11|a|Aspirin eases pain. So does sleep.
11\t0\t7\tAspirin\tChemical\tD001241
11\t12\t16\tpain\tDisease\tD010146
11\t17\t24\tAspirin\tChemical\tD001241
11\t31\t35\tpain\tDisease\tD010146
11\tTREATS\tD001241\tD010146

12|t|A title alone
12|a|
"""


def documents(text: str) -> list[ForeignDocument]:
    return list(read(source_of_bytes(text.encode()), {}))


def test_mentions_of_title_and_abstract() -> None:
    first, second = documents(TWO)
    assert (first.key, first.text) == ("11", "Aspirin and pain\nAspirin eases pain. So does sleep.")
    assert [first.text[s.start : s.end] for s in first.layers[0].content.spans.values()] == ["Aspirin", "pain"] * 2
    assert (second.key, second.text) == ("12", "A title alone")
    assert first.lost == {}
    assert documents(TWO.replace("\n", "\r\n")) == [first, second]


def test_a_relation_of_concepts_is_put_between_their_closest_mentions() -> None:
    document = documents(TWO)[0]
    spans = document.layers[0].content.spans
    (relation,) = document.layers[0].content.relations.values()
    assert (spans[relation.head].start, spans[relation.child].start, relation.label) == (17, 12, "TREATS")
    assert document.notes == {"relation between concepts, put between their closest mentions": 1}


LABELS = """\
languages: [en]
entities: {Chemical: {key: 1}, Disease: {key: 2}}
relations: {TREATS: {key: t, head: [Chemical], child: [Disease], within: document}}
"""


def test_identifiers_and_further_columns_come_back() -> None:
    further = TWO.replace("TREATS\tD001241\tD010146", "TREATS\tD001241\tD010146\tNovel")
    further = further.replace("Disease\tD010146\n11\t17", "Disease\tD010146\tx\n11\t17")
    with workspace(LABELS) as bench, workspace(LABELS) as other:
        report = import_data(bench, "pubtator", further.encode(), layer="gold")
        assert report.aside == {"identifier of a concept": 4, "concepts and further columns of a relation": 1}
        assert export_data(bench, "pubtator", options={"plain": "yes"})[0].decode() == further + "\n"
        data = export_data(bench, "pubtator")[0]
        report = import_data(other, "pubtator", data, layer="gold")
        assert (report.lost, report.notes) == ({}, {})
        assert export_data(other, "pubtator")[0] == data


def test_a_relation_of_ours_stays_between_its_mentions_beside_identifiers() -> None:
    with workspace(LABELS) as bench, workspace(LABELS) as other:
        import_data(bench, "pubtator", TWO.encode(), layer="gold")
        data = export_data(bench, "pubtator")[0].decode()
        moved = data.replace('"relations":[[2,1]]', '"relations":[[0,3]]')
        assert moved != data
        import_data(other, "pubtator", moved.encode(), layer="gold")
        assert export_data(other, "pubtator")[0].decode() == moved


def test_a_mention_without_identifier_gets_one_when_it_is_related() -> None:
    text = "1|t|Aspirin, pain\n1\t0\t7\tAspirin\tChemical\t-\tx\n1\t9\t13\tpain\tDisease\tD1\n"
    row = {"key": "1", **doccano("Aspirin, pain", ("Aspirin", "Chemical"), ("pain", "Disease"), links=((0, 1),))}
    row["relations"][0]["type"] = "TREATS"
    with workspace(LABELS) as bench:
        import_data(bench, "pubtator", text.encode(), layer="gold")
        assert b"\tChemical\t-\tx\n" in export_data(bench, "pubtator")[0]
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold", replace=True)
        rows = export_data(bench, "pubtator", options={"plain": "yes"})[0].decode().splitlines()[2:5]
    assert [line.split("\t")[-2:] for line in rows] == [["T1", "x"], ["Disease", "D1"], ["T1", "D1"]]


@pytest.mark.parametrize("ends", ["Chemical|D001241\tDisease|D010146", "D001241\tD010146\tNovel"])
def test_relations_as_pubtator_3_and_biored_write_them(ends: str) -> None:
    document = documents(TWO.replace("TREATS\tD001241\tD010146", f"TREATS\t{ends}"))[0]
    assert len(document.layers[0].content.relations) == 1


def test_a_mention_of_several_concepts_is_one_of_each() -> None:
    text = "1|t|Lung and liver pain, aspirin\n1\t0\t19\tLung and liver pain\tDisease\tD1|D2\n"
    text += "1\t21\t28\taspirin\tChemical\tD3\n1\tTREATS\tD3\tD2\n"
    assert len(documents(text)[0].layers[0].content.relations) == 1


def test_what_is_written_with_and_without_the_line_of_ours() -> None:
    row = {"key": "nota", "text": "Ana Ruiz\nve\n Lima\t.", "label": [[0, 8, "PERSON"], [9, 17, "GPE"]]}
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        plain, result = export_data(bench, "pubtator", options={"plain": "yes"})
        full = export_data(bench, "pubtator")[0]
    expected = (
        "nota|t|Ana Ruiz\nnota|a|ve  Lima .\nnota\t0\t8\tAna Ruiz\tPERSON\tT1\nnota\t9\t17\tve  Lima\tGPE\tT2\n\n"
    )
    assert plain.decode() == expected
    assert result.parts[0].spans == 2
    assert documents(plain.decode())[0].text == "Ana Ruiz\nve  Lima ."
    (document,) = documents(full.decode())
    assert (document.text, document.lost, document.notes) == (row["text"], {}, {})


BROKEN = {
    "no title": ("1|a|Ana\n", ':1: found "1|a|Ana", expected a title: KEY|t|TITLE'),
    "another key": ("1|t|Ana\n2|a|b\n", ':2: found the key "2", expected "1"'),
    "two abstracts": ("1|t|Ana\n1|a|b\n1|a|c\n", ":3: a second |a| line of 1"),
    "too few columns": ("1|t|Ana\n1\t0\t3\n", r":2: found \"1\t0\t3\", expected key, start, end".replace('\\"', '"')),
    "no type": ("1|t|Ana\n1\t0\t3\tAna\n", ":2: found a mention without a type"),
    "beyond the text": ("1|t|Ana\n1\t0\t4\tAna\tX\n", ":2: found 0-4, expected 0 ≤ start < end ≤ 3"),
    "another text": ("1|t|Ana\n1\t0\t2\tAna\tX\n", ':2: the text has "An" at 0-2, the row "Ana"'),
    "a relation of nothing": ("1|t|Ana\n1\tr\tD1\tD2\n", ':2: found "D1", expected the identifier of a mention'),
    "relations of ours that are none": (
        '1|t|Ana\n1|annotator|{"relations":[[0,1]]}\n',
        "found 1 pairs, expected one for",
    ),
    "a line of ours that is none": ("1|t|Ana\n1|annotator|[]\n", "expected an object"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    text, message = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        documents(text)
    assert message in str(caught.value)
