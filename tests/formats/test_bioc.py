"""BioC in XML and JSON: passages, annotations with places, relations, and what is kept of them for the way back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotator.errors import FormatError
from annotator.formats.bioc_reader import read
from annotator.formats.protocol import ForeignDocument
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.formats.test_extractors import content, doccano

XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE collection SYSTEM "BioC.dtd">
<collection><source>PubMed</source><date>2020</date><key>BioC.key</key><infon key="v">1</infon>
<document><id>11</id><infon key="journal">J</infon>
<passage><infon key="type">title</infon><offset>0</offset><text>Aspirin and pain</text>
<annotation id="1"><infon key="type">Chemical</infon><infon key="identifier">D001241</infon>
<location offset="0" length="7"/><text>Aspirin</text></annotation>
<annotation id="2"><infon key="type">Disease</infon><location offset="12" length="4"/><text>pain</text></annotation>
</passage>
<passage><infon key="type">abstract</infon><offset>17</offset><text>Aspirin eases &lt;pain&gt;.</text>
<annotation id="3"><infon key="type">Disease</infon><location offset="32" length="4"/><text>pain</text></annotation>
<relation id="R1"><infon key="type">treats</infon><infon key="novel">yes</infon>
<node refid="1" role="Chemical"/><node refid="3" role="Disease"/></relation>
</passage></document>
<document><id>12</id><passage><offset>40</offset>
<sentence><offset>40</offset><text>One.</text></sentence><sentence><offset>45</offset><text>Two.</text>
<annotation id="1"><infon key="type">N</infon><location offset="45" length="3"/><text>Two</text></annotation>
</sentence></passage></document>
</collection>
"""


def documents(data: str | bytes, **options: str) -> list[ForeignDocument]:
    return list(read(source_of_bytes(data if isinstance(data, bytes) else data.encode()), options))


def one(passages: list[Any], relations: list[Any] | None = None, **more: Any) -> ForeignDocument:
    value = {"id": "1", "infons": {}, "passages": passages, "relations": relations or [], **more}
    (document,) = documents(json.dumps({"documents": [value]}, ensure_ascii=False))
    return document


def passage(text: str, *annotations: dict[str, Any], offset: int = 0) -> dict[str, Any]:
    return {"offset": offset, "infons": {}, "text": text, "annotations": list(annotations), "relations": []}


def annotation(name: str, text: str, *locations: tuple[int, int], label: str = "X", **infons: Any) -> dict[str, Any]:
    places = [{"offset": offset, "length": length} for offset, length in locations]
    return {"id": name, "infons": {"type": label, **infons}, "text": text, "locations": places}


def test_passages_annotations_and_relations() -> None:
    first, second = documents(XML)
    assert (first.key, first.text) == ("11", "Aspirin and pain\nAspirin eases <pain>.")
    assert content(first) == (
        [("Chemical", "Aspirin"), ("Disease", "pain"), ("Disease", "pain")],
        [("Chemical", "treats", "Disease")],
    )
    assert (first.lost, first.notes, first.where) == ({}, {}, "standard input:4")
    assert (second.text, content(second)[0], second.lost) == ("One. Two.", [("N", "Two")], {"sentence, cut anew": 2})


def test_what_our_model_has_no_place_for_comes_back() -> None:
    labels = "languages: [en]\noverlap: any\nentities: {Chemical: {key: 1}, Disease: {key: 2}, N: {key: 3}}\n"
    labels += "relations: {treats: {key: t, head: [Chemical], child: [Disease], within: document}}\n"
    with workspace(labels) as bench, workspace(labels) as other:
        report = import_data(bench, "bioc", XML.encode(), layer="gold")
        assert report.aside == {"other fields of a document": 2, "further infons": 2}
        data = export_data(bench, "bioc")[0]
        plain = export_data(bench, "bioc", options={"plain": "yes"})[0].decode()
        import_data(other, "bioc", data, layer="gold")
        assert export_data(other, "bioc")[0] == data
    for piece in (
        '<source>PubMed</source><date>2020</date><key>BioC.key</key><infon key="v">1</infon>',
        '<document><id>11</id><infon key="journal">J</infon><passage><infon key="type">title</infon><offset>0</offset>',
        '<annotation id="T1"><infon key="identifier">D001241</infon><infon key="type">Chemical</infon>'
        '<location offset="0" length="7"/><text>Aspirin</text></annotation>',
        '<passage><infon key="type">abstract</infon><offset>17</offset><text>Aspirin eases &lt;pain&gt;.</text>',
        '<relation id="R1"><infon key="novel">yes</infon><infon key="type">treats</infon>'
        '<node refid="T1" role="Chemical"/><node refid="T3" role="Disease"/></relation>',
    ):
        assert piece in plain
    assert "annotator" not in plain


def test_json_says_the_same() -> None:
    with workspace() as bench:
        import_data(bench, "bioc", XML.encode(), layer="gold", labels_from_data=True)
        data = export_data(bench, "bioc", options={"kind": "json", "plain": "yes"})[0]
        value = json.loads(data)
    assert [document["id"] for document in value["documents"]] == ["11", "12"]
    assert value["documents"][0]["passages"][0]["annotations"][0]["locations"] == [{"offset": 0, "length": 7}]
    for ours, theirs in zip(documents(data), documents(XML), strict=True):
        assert (ours.text, content(ours), ours.extras) == (theirs.text, content(theirs), {**theirs.extras})


@pytest.mark.parametrize(
    ("offset", "told"),
    [(5, {}), (7, {"document whose offsets count bytes of UTF-8": 1})],
)
def test_offsets_count_code_points_or_bytes_as_the_texts_show(offset: int, told: dict[str, int]) -> None:
    document = one([passage("áé b Lima", annotation("1", "Lima", (offset, 4)))])
    assert content(document)[0] == [("X", "Lima")]
    assert document.notes == told


def test_bytes_go_on_through_the_passages() -> None:
    document = one(
        [passage("áé", annotation("1", "é", (2, 2))), passage("ó Lima", annotation("2", "Lima", (8, 4)), offset=5)]
    )
    assert (document.text, content(document)[0]) == ("áé\nó Lima", [("X", "é"), ("X", "Lima")])


def test_discontinuous_and_placeless_annotations_and_their_relations_are_kept() -> None:
    annotations = (
        annotation("1", "lung ... cancer", (0, 4), (15, 6)),
        annotation("2", "liver cancer", (9, 5), (15, 6)),
        annotation("3", "Cancer", label="MeSH"),
    )
    nodes = [{"refid": "1", "role": "a"}, {"refid": "2", "role": "b"}]
    relations = [
        {"id": "R1", "infons": {"type": "r"}, "nodes": nodes},
        {"id": "R2", "infons": {"type": "r"}, "nodes": [*nodes, {"refid": "3", "role": "c"}]},
    ]
    value = {"documents": [{"id": "1", "passages": [passage("lung and liver cancer", *annotations)], "infons": {}}]}
    value["documents"][0]["relations"] = relations
    with workspace() as bench:
        report = import_data(bench, "bioc", json.dumps(value).encode(), layer="gold", labels_from_data=True)
        back = json.loads(export_data(bench, "bioc", options={"kind": "json", "plain": "yes"})[0])["documents"][0]
    assert report.aside == {
        "discontinuous annotation": 1,
        "annotation without a place": 1,
        "relation without a label, or of other than two spans": 2,
    }
    assert [a["text"] for a in back["passages"][0]["annotations"]] == ["liver cancer", "lung ... cancer"]
    assert [(a["text"], a["locations"]) for a in back["annotations"]] == [("Cancer", [])]
    assert [[node["role"] for node in relation["nodes"]] for relation in back["relations"]] == [["a", "b"], [*"abc"]]


def test_relations_of_concepts_are_put_between_their_closest_mentions() -> None:
    text = "Aspirin. Aspirin eases pain."
    found = passage(
        text,
        annotation("1", "Aspirin", (0, 7), label="Chemical", identifier="D1"),
        annotation("2", "Aspirin", (9, 7), label="Chemical", identifier="D1"),
        annotation("3", "pain", (23, 4), label="Disease", identifier="D2,D3"),
    )
    infons = {"type": "Negative_Correlation", "entity1": "D1", "entity2": "D3", "novel": "Novel"}
    document = one([found], [{"id": "R0", "infons": infons, "nodes": []}])
    (relation,) = document.layers[0].content.relations.values()
    assert document.layers[0].content.spans[relation.head].start == 9
    assert content(document)[1] == [("Chemical", "Negative_Correlation", "Disease")]
    assert document.notes == {"relation between concepts, put between their closest mentions": 1}


@pytest.mark.parametrize("infons", [{"entity1": "D1", "entity2": "D2", "by": "x"}, {"Chemical": "D1", "Disease": "D2"}])
def test_the_infons_that_name_concepts(infons: dict[str, str]) -> None:
    found = passage(
        "Aspirin eases pain.",
        annotation("1", "Aspirin", (0, 7), MESH="D1", by="x"),
        annotation("2", "pain", (14, 4), MESH="D2", note=""),
    )
    document = one([found], [{"id": "R0", "infons": {"relation": "CID", "note": "", **infons}, "nodes": []}])
    assert content(document)[1] == [("X", "CID", "X")]


def test_a_passage_of_sentences_may_have_an_empty_text() -> None:
    sentence = {"offset": 3, "text": "Ana", "annotations": [annotation("1", "Ana", (3, 3))]}
    document = one([{**passage("", offset=3), "sentences": [sentence]}])
    assert (document.text, content(document)[0]) == ("Ana", [("X", "Ana")])


def test_what_pubtator_3_gives() -> None:
    infons = {"identifier": "7", "valid": True, "normalized": [7], "accession": None}
    found = passage("Rec114 binds Ankrd31.", annotation("2", "Rec114", (0, 6), label="Gene", **infons))
    found["annotations"].append(annotation("3", "Ankrd31", (13, 7), label="Gene", identifier="8"))
    roles = {"role1": {"identifier": "7", "type": "Gene"}, "role2": {"identifier": "8", "type": "Gene"}}
    relation = {"infons": {"score": "0.9", "type": "Association", **roles}, "nodes": [{"refid": "0", "role": "5,4"}]}
    value = {"id": "31", "infons": {}, "passages": [found], "relations": [relation], "pmid": 31, "authors": ["A", "B"]}
    (document,) = documents(json.dumps({"PubTator3": [value]}))
    assert content(document)[1] == [("Gene", "Association", "Gene")]
    assert document.lost == {"node of PubTator 3, which names no annotation": 1}
    with workspace() as bench:
        import_data(bench, "bioc", json.dumps(value).encode(), layer="gold", labels_from_data=True)
        (back,) = json.loads(export_data(bench, "bioc", options={"kind": "json"})[0])["documents"]
        xml, result = export_data(bench, "bioc")
    assert (back["pmid"], back["authors"]) == (31, ["A", "B"])
    assert back["relations"][0]["infons"]["role1"] == {"identifier": "7", "type": "Gene"}
    assert back["passages"][0]["annotations"][0]["infons"]["normalized"] == [7]
    assert b'<infon key="valid">true</infon><infon key="normalized">[7]</infon>' in xml
    assert result.warnings == {"document with fields that BioC's XML cannot hold: -O kind=json": 1}


def test_another_infon_is_the_label() -> None:
    data = XML.replace('key="type"', 'key="kind"')
    with pytest.raises(FormatError, match=r"infons.type: found nothing, expected a label: name .* -O label=kind"):
        documents(data)
    first = documents(data, label="kind")[0]
    assert content(first)[1] == [("Chemical", "treats", "Disease")]
    with workspace() as bench:
        import_data(bench, "bioc", data.encode(), layer="gold", labels_from_data=True, options={"label": "kind"})
        assert b'<infon key="kind">Disease</infon>' in export_data(bench, "bioc", options={"label": "kind"})[0]


def test_the_same_span_twice_is_one() -> None:
    document = one([passage("Ana", annotation("1", "Ana", (0, 3), id="a"), annotation("2", "Ana", (0, 3), id="b"))])
    assert document.lost == {"infons of a span that is said twice": 1}


def test_characters_that_xml_cannot_hold_come_back() -> None:
    row = doccano("Ana\x00\r\n ve \ufffeLima\r.", ("Ana\x00", "PERSON"), ("\ufffeLima", "GPE"), links=((0, 1),))
    with workspace() as bench, workspace() as other:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        data, result = export_data(bench, "bioc")
        plain = export_data(bench, "bioc", options={"plain": "yes"})
        import_data(other, "bioc", data, layer="gold")
        assert export_data(other, "jsonl")[0] == export_data(bench, "jsonl")[0]
    assert result.warnings == {}
    assert plain[1].warnings == {"document with characters that BioC's passages cannot hold": 1}
    assert documents(plain[0])[0].text == "Ana\ufffd\r\n ve \ufffdLima\r."


def test_a_document_alone_and_lists_of_them() -> None:
    value = {"id": "7", "passages": [passage("Ana", annotation("1", "Ana", (0, 3)))]}
    for data in (json.dumps(value), json.dumps([value]), json.dumps([{"documents": [value]}])):
        assert [(d.key, d.text) for d in documents(data)] == [("7", "Ana")]


BOMB = '<!DOCTYPE c [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
BROKEN: dict[str, tuple[str, str]] = {
    "cut off": (XML[:700], "not XML"),
    "not BioC": ("<TEI/>", "standard input:1: found <TEI>, expected the <collection> of BioC"),
    "a document elsewhere": ("<a><document/></a>", "found a <document> that is not in a <collection>"),
    "entities": (BOMB + "<collection><document><id>&b;</id></document></collection>", "found an entity of the file's"),
    "beyond the text": (XML.replace('"32"', '"35"'), "annotations[0].locations: found 35 with the length 4, expected"),
    "another text": (XML.replace('"32"', '"31"'), 'text: found "pain", the passages have "<pai" at 31'),
    "no number": (XML.replace('"32"', '"x"'), 'locations[0].offset: found "x", expected a whole number'),
    "a relation of nothing": (XML.replace('refid="3"', 'refid="9"'), 'refid: found "9", no annotation\'s id of this'),
    "an id twice": (XML.replace('annotation id="2"', 'annotation id="3"'), 'found "3", the id of several annotations'),
    "a label that is none": (
        '{"documents":[{"passages":[{"offset":0,"text":"A","annotations":[{"infons":{"type":[1]}}]}]}]}',
        "annotations[0].infons.type: found [1], expected a label",
    ),
    "a relation's label that is none": (
        '{"passages":[],"relations":[{"infons":{"type":{"a":1}}}]}',
        'relations[0].infons.type: found {"a": 1}, expected a label',
    ),
    "an infon without a key": (XML.replace('key="journal"', 'name="x"'), ":4: found an infon without a key"),
    "no passages": ('{"documents": [{"id": "1"}]}', "(document 1): passages: found nothing, expected a list"),
    "ours, broken": (XML.replace('key="journal">J', 'key="annotator">{'), "not JSON"),
    "ours, another text": (
        XML.replace('key="journal">J', 'key="annotator">{"text": "Ana"}'),
        "infons.annotator.text: found another text than that of the passages",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_line(case: str) -> None:
    data, message = BROKEN[case]
    with pytest.raises(FormatError) as caught:
        documents(data)
    assert message in str(caught.value)
    assert str(caught.value).startswith("standard input:")
