"""UIMA CAS as INCEpTION and DKPro write it, in JSON and in XMI."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cassis import Cas, TypeSystem, load_cas_from_json, load_cas_from_xmi, load_typesystem

from annotator.errors import FormatError
from annotator.formats.cas_reader import read
from annotator.formats.protocol import ForeignDocument
from annotator.formats.source import Source
from tests.formats.files import export_data, import_data, source_of_bytes, workspace

TEXT = "Ana 👍🏽 viaja a Perú."
NAMED = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
WRITER = "de.tudarmstadt.ukp.clarin.webanno.api.type.CASMetadata"
STRING, ANNOTATION = "uima.cas.String", "uima.tcas.Annotation"


def types() -> TypeSystem:
    """Return a type system as a project of INCEpTION may have it."""
    system = TypeSystem()
    for name, features in {
        "webanno.custom.Who": ["label", "note"],
        "webanno.custom.Where": ["kind"],
        "webanno.custom.Bare": ["one", "two"],
        NAMED: ["value", "identifier"],
        "my.Token": ["pos"],
    }.items():
        made = system.create_type(name, ANNOTATION)
        for feature in features:
            system.create_feature(made, feature, STRING)
    link = system.create_type("webanno.custom.Trip", ANNOTATION)
    for end in ("Governor", "Dependent"):
        system.create_feature(link, end, ANNOTATION)
    system.create_feature(link, "label", STRING)
    writer = system.create_type(WRITER, "uima.cas.AnnotationBase")
    for feature in ("username", "sourceDocumentName"):
        system.create_feature(writer, feature, STRING)
    return system


COREFERENCE = "de.tudarmstadt.ukp.dkpro.core.api.coref.type.Coreference"


def chained(*chains: list[tuple[int, int, str]], loop: bool = False) -> Cas:
    """Return a CAS with chains of mentions, each from where to where, with its type; ``loop``: the last leads back."""
    system = types()
    chain_type = system.create_type(f"{COREFERENCE}Chain", "uima.cas.AnnotationBase")
    link_type = system.create_type(f"{COREFERENCE}Link", ANNOTATION)
    for of, feature, kind in ((chain_type, "first", link_type), (link_type, "next", link_type)):
        system.create_feature(of, feature, kind)
    for feature in ("referenceType", "referenceRelation"):
        system.create_feature(link_type, feature, STRING)
    made = Cas(typesystem=system)
    made.sofa_string = TEXT
    for chain in chains:
        links = [link_type(begin=begin, end=end, referenceType=kind or None) for begin, end, kind in chain]
        for link, following in zip(links, [*links[1:], links[0] if loop else None], strict=True):
            link.next = following
        made.add(chain_type(first=links[0]))
        made.add_all(links)
    return made


def cas(*items: tuple[str, dict[str, Any]], text: str | None = TEXT) -> Cas:
    made = Cas(typesystem=types())
    if text is not None:
        made.sofa_string = text
    for name, values in items:
        made.add(made.typesystem.get_type(name)(**values))
    return made


def one(made: Cas | bytes, **options: str) -> ForeignDocument:
    data = made if isinstance(made, bytes) else made.to_json().encode()
    (document,) = read(source_of_bytes(data), options)
    return document


def span_texts(document: ForeignDocument) -> list[tuple[str, str]]:
    (layer,) = document.layers
    return [(s.label, document.text[s.start : s.end]) for s in layer.content.spans.values()]


ANA = ("webanno.custom.Who", {"begin": 0, "end": 3, "label": "PERSON"})
PERU = ("webanno.custom.Where", {"begin": 15, "end": 19, "kind": "GPE"})


class TestReading:
    def test_custom_layers_with_utf_16_offsets(self) -> None:
        made = cas(ANA, PERU)
        assert '"begin": 17' in made.to_json()  # the thumb and its colour are two units each
        assert span_texts(one(made)) == [("PERSON", "Ana"), ("GPE", "Perú")]

    def test_the_same_in_xmi_with_its_type_system(self, tmp_path: Path) -> None:
        made = cas(ANA, PERU)
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "nota.xmi").write_text(made.to_xmi(), encoding="utf-8")
        (tmp_path / "TypeSystem.xml").write_text(made.typesystem.to_xml(), encoding="utf-8")
        (document,) = read(Source(tmp_path), {})
        assert (document.text, span_texts(document), document.fallback) == (TEXT, span_texts(one(made)), "nota")
        system = tmp_path / "TypeSystem.xml"
        again = one(made.to_xmi().encode(), typesystem=str(system))
        assert span_texts(again) == span_texts(document)

    def test_relations_go_from_governor_to_dependent(self) -> None:
        made = cas(ANA, PERU)
        who, where = made.select("webanno.custom.Who")[0], made.select("webanno.custom.Where")[0]
        link = made.typesystem.get_type("webanno.custom.Trip")
        made.add(link(begin=15, end=19, Governor=who, Dependent=where, label="visits"))
        content = one(made).layers[0].content
        (relation,) = content.relations.values()
        assert [content.spans[i].label for i in (relation.head, relation.child)] == ["PERSON", "GPE"]
        assert relation.label == "visits"

    def test_relations_of_what_is_no_span_are_counted(self) -> None:
        made = cas(ANA, ("my.Token", {"begin": 15, "end": 19, "pos": "N"}))
        who, token = made.select("webanno.custom.Who")[0], made.select("my.Token")[0]
        made.add(made.typesystem.get_type("webanno.custom.Trip")(begin=0, end=3, Governor=who, Dependent=token))
        document = one(made)
        assert document.layers[0].content.relations == {}
        assert document.lost["relation of type webanno.custom.Trip between other annotations"] == 1

    def test_named_entities_of_dkpro_and_what_is_not_carried(self) -> None:
        made = cas(
            (NAMED, {"begin": 0, "end": 3, "value": "PER", "identifier": "Q1"}),
            (NAMED, {"begin": 15, "end": 19}),
            (NAMED, {"begin": 5, "end": 5, "value": "X"}),
            ("my.Token", {"begin": 0, "end": 3, "pos": "N"}),
        )
        document = one(made)
        assert span_texts(document) == [("PER", "Ana"), ("NamedEntity", "Perú")]
        assert document.lost == {
            "span without any text": 1,
            "annotation of type my.Token": 1,
        }

    def test_types_and_features_can_be_chosen(self) -> None:
        made = cas(ANA, ("my.Token", {"begin": 0, "end": 3, "pos": "N"}))
        assert span_texts(one(made, spans="my.Token:pos")) == [("N", "Ana")]
        with pytest.raises(FormatError, match=r"\(my.Token\): it has no feature 'tag'; its features are pos"):
            one(made, spans="my.Token:tag")

    def test_several_features_none_of_which_is_a_label(self) -> None:
        document = one(cas(("webanno.custom.Bare", {"begin": 0, "end": 3, "one": "A", "two": "B"})))
        assert span_texts(document) == [("Bare", "Ana")]
        (layer,) = document.layers
        assert [(said.name, said.value) for said in layer.attributes] == [("one", "A"), ("two", "B")]

    @pytest.mark.parametrize("written", [Cas.to_json, Cas.to_xmi])
    def test_chains_are_groups_of_mentions_where_asked_for(self, written: Callable[[Cas], str], tmp_path: Path) -> None:
        made = chained([(15, 19, "name"), (0, 3, "")], [(7, 12, "")])
        (tmp_path / "TypeSystem.xml").write_text(made.typesystem.to_xml(), encoding="utf-8")
        path = tmp_path / f"a.{'xmi' if written is Cas.to_xmi else 'json'}"
        path.write_text(written(made), encoding="utf-8")
        (document,) = read(Source(tmp_path), {"chains": "yes"})
        texts = span_texts(document)
        assert sorted(texts) == [("mention", "Ana"), ("mention", "viaja"), ("name", "Perú")]
        (layer,) = document.layers
        members = [sorted(layer.content.spans[m].start for m in group.members) for group in layer.groups]
        assert sorted(members) == [[0, 15], [7]]
        assert {group.label for group in layer.groups} == {"coreference"}
        assert document.lost == {}
        (unread,) = read(Source(tmp_path), {"spans": "none"})
        assert unread.lost == {f"annotation of type {COREFERENCE}Chain": 2, f"annotation of type {COREFERENCE}Link": 3}
        with pytest.raises(FormatError, match="or read its chains: -O chains=yes, or read it without"):
            list(read(Source(tmp_path), {}))

    def test_a_chain_that_leads_back_is_refused(self) -> None:
        with pytest.raises(FormatError, match="it is in two chains or twice in one"):
            one(chained([(0, 3, ""), (15, 19, "")], loop=True), chains="yes")

    @pytest.mark.parametrize(
        ("item", "feature", "value", "problem"),
        [
            (4, "@next", 999, "structure 4: next refers to 999, which is not there"),
            (4, "@next", "3", 'structure 4: next refers to "3", which is not there'),
            (4, "next", "none", "structure 4 .*: it leads to something else, expected a link"),
            (4, "@next", 2, "structure 4 .*: it leads to something else, expected a link"),
            (2, "@first", 1, "structure 2 .*: it leads to something else, expected a link"),
            (5, "@label", 5, "structure 5 .*: label: found a feature structure or a list, expected the name"),
        ],
    )
    def test_what_leads_to_something_else_is_refused(
        self, item: int, feature: str, value: object, problem: str
    ) -> None:
        made = chained([(0, 3, ""), (15, 19, "")])
        made.add(made.typesystem.get_type("webanno.custom.Who")(begin=0, end=3))
        written = json.loads(made.to_json())
        next(s for s in written["%FEATURE_STRUCTURES"] if s["%ID"] == item)[feature] = value
        with pytest.raises(FormatError, match=problem):
            one(json.dumps(written).encode(), chains="yes")

    @pytest.mark.parametrize(
        ("left_out", "lost"),
        [
            (2, {"mention without a chain, read without a group": 2}),
            (4, {"mention that is not among the annotations": 1}),
        ],
    )
    def test_chains_and_mentions_that_are_not_among_the_annotations_are_counted(
        self, left_out: int, lost: dict[str, int]
    ) -> None:
        written = json.loads(chained([(0, 3, ""), (15, 19, "")]).to_json())
        (view,) = written["%VIEWS"].values()
        view["%MEMBERS"].remove(left_out)
        assert one(json.dumps(written).encode(), chains="yes").lost == lost

    def test_a_type_of_a_mention_that_is_no_name_is_counted(self) -> None:
        written = json.loads(chained([(0, 3, "")]).to_json())
        next(s for s in written["%FEATURE_STRUCTURES"] if s["%ID"] == 3)["@referenceType"] = 3
        document = one(json.dumps(written).encode(), chains="yes")
        assert span_texts(document) == [("mention", "Ana")]
        assert document.lost == {f"feature referenceType of {COREFERENCE}Link": 1}

    def test_a_chain_of_many_mentions(self) -> None:
        (layer,) = one(chained([(0, 3, str(number)) for number in range(3000)]), chains="yes").layers
        assert [len(group.members) for group in layer.groups] == [3000]

    @pytest.mark.parametrize("name", ["type", "self"])
    def test_a_feature_of_a_name_that_python_has_for_itself(self, name: str, tmp_path: Path) -> None:
        with_it = cas(ANA).to_json().replace('"note"', f'"{name}"')
        value = json.loads(with_it)
        next(s for s in value["%FEATURE_STRUCTURES"] if s["%TYPE"] == "webanno.custom.Who")[name] = "a note"
        for options, label in (({}, "PERSON"), ({"spans": f"webanno.custom.Who:{name}"}, "a note")):
            document = one(json.dumps(value).encode(), **options)
            assert span_texts(document) == [(label, "Ana")]
        (layer,) = one(json.dumps(value).encode()).layers
        assert [(said.name, said.value) for said in layer.attributes] == [(name, "a note")]
        (tmp_path / "TypeSystem.xml").write_text(
            types().to_xml().replace("<name>note<", f"<name>{name}<"), encoding="utf-8"
        )
        (tmp_path / "a.xmi").write_text(cas(ANA).to_xmi(), encoding="utf-8")
        assert span_texts(next(iter(read(Source(tmp_path), {})))) == [("PERSON", "Ana")]

    @pytest.mark.parametrize("name", ["a=print(1),b", "a b", "from", "_a", "xmiID"])
    def test_a_feature_whose_name_would_be_program_text_is_refused(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(FormatError, match=r"input: webanno\.custom\.Who has a feature .*, a name that no feature"):
            one(cas(ANA).to_json().replace('"note"', f'"{name}"').encode())
        (tmp_path / "TypeSystem.xml").write_text(
            types().to_xml().replace("<name>note<", f"<name>{name}<"), encoding="utf-8"
        )
        (tmp_path / "a.xmi").write_text(cas(ANA).to_xmi(), encoding="utf-8")
        with pytest.raises(FormatError, match=r"TypeSystem\.xml: webanno\.custom\.Who has a feature"):
            list(read(Source(tmp_path), {}))

    def test_who_wrote_it_is_in_the_file(self) -> None:
        document = one(cas((WRITER, {"username": "bo", "sourceDocumentName": "carta.txt"})))
        assert (document.layers[0].author, document.fallback) == ("bo", "carta")

    @pytest.mark.parametrize(
        ("folder", "name", "author", "layer"),
        [("annotation", "ana", "ana", None), ("curation", "CURATION_USER", None, "gold")],
    )
    def test_or_in_the_folders_of_a_project(
        self, tmp_path: Path, folder: str, name: str, author: str | None, layer: str | None
    ) -> None:
        path = tmp_path / folder / "carta.txt" / f"{name}.json"
        path.parent.mkdir(parents=True)
        path.write_text(cas(ANA).to_json(), encoding="utf-8")
        (document,) = read(Source(tmp_path), {})
        assert (document.layers[0].author, document.layers[0].layer) == (author, layer)
        assert document.fallback == "carta"

    @pytest.mark.parametrize("prefix", ["custom.", "webanno.custom."])
    def test_the_basic_layers_of_a_project_and_those_that_we_wrote_before(self, prefix: str) -> None:
        system = TypeSystem()
        span, link = (system.create_type(f"{prefix}{name}", ANNOTATION) for name in ("Span", "Relation"))
        system.create_feature(span, "label", STRING)
        system.create_feature(link, "label", STRING)
        for end in ("Governor", "Dependent"):
            system.create_feature(link, end, span)
        made = Cas(typesystem=system)
        made.sofa_string = TEXT
        head, child = span(begin=0, end=3, label="PERSON"), span(begin=15, end=19, label="GPE")
        made.add_all([head, child, link(begin=15, end=19, Governor=head, Dependent=child, label="visits")])
        (layer,) = one(made).layers
        assert [s.label for s in layer.content.spans.values()] == ["PERSON", "GPE"]
        assert [r.label for r in layer.content.relations.values()] == ["visits"]

    def test_annotations_none_of_which_is_read_are_no_finished_work(self) -> None:
        made = cas(*(("my.Token", {"begin": begin, "end": begin + 1, "pos": "N"}) for begin in range(3)))
        with workspace() as bench:
            with pytest.raises(FormatError) as caught:
                import_data(bench, "cas", made.to_json().encode(), layer="gold")
            assert str(caught.value) == (
                "standard input: none of its annotations is in a layer that is read; they are of the types "
                "my.Token (3): name the layer with the spans, such as -O spans=my.Token, "
                "or read it without any annotations: -O spans=none"
            )
            assert bench.store.document_keys() == []
        with pytest.raises(FormatError, match=r"of the types my\.Token \(3\)"):
            one(made, spans="my.Tokn")
        assert one(made, spans="none").lost == {"annotation of type my.Token": 3}


def test_annotators_of_a_project_become_curators(tmp_path: Path) -> None:
    for user, items in {"ana": (ANA,), "bo": (ANA, PERU)}.items():
        path = tmp_path / "annotation" / "carta.txt" / f"{user}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(cas(*items).to_json(), encoding="utf-8")
    with workspace() as bench:
        report = import_data(bench, "cas", tmp_path)
        assert (report.new, report.known) == (1, 0)
        assert {name: counts.spans for name, counts in report.layers.items()} == {"curator:ana": 1, "curator:bo": 2}
        assert bench.store.document_keys() == ["carta"]


Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> bytes:
    value = json.loads(cas(ANA, PERU).to_json())
    change(value)
    return json.dumps(value).encode()


def structure(name: str, **values: object) -> Change:
    def change(value: dict[str, Any]) -> None:
        next(s for s in value["%FEATURE_STRUCTURES"] if s["%TYPE"] == name).update(values)

    return change


def related(**governor: int) -> Change:
    def change(value: dict[str, Any]) -> None:
        link = {"%ID": 9, "%TYPE": "webanno.custom.Trip", "@sofa": 1, "begin": 0, "end": 3, "label": "x"}
        value["%FEATURE_STRUCTURES"].append(link | {f"@{name}": to for name, to in governor.items()})
        value["%VIEWS"]["_InitialView"]["%MEMBERS"].append(9)

    return change


BROKEN = {
    "empty": (b"", ":1: not JSON"),
    "cut short": (cas(ANA).to_json().encode()[:-30], "not JSON"),
    "another JSON": (b'{"text": "Ana"}', ": %TYPES: found nothing, expected an object: is it a UIMA CAS in JSON 0.4?"),
    "a list": (b"[]", ": found [], expected an object"),
    "no views": (changed(lambda value: value.pop("%VIEWS")), ": %VIEWS: found nothing"),
    "no text": (cas(text=None).to_json().encode(), ": a CAS without a text: export it again together"),
    "not UTF-8": (b'{"a": "\xff"}', ": byte 7 is not UTF-8"),
    "half a character": (b'{"%TYPES": {}, "%VIEWS": {}, "x": "\\ud83d"}', ": half of a character"),
    "deep": (b'{"%TYPES":' * 100_000, ": lists or objects nested too deeply"),
    "an id twice": (changed(structure(PERU[0], **{"%ID": 2})), ": the id 2 twice, expected each id once"),
    "outside of the text": (changed(structure(PERU[0], end=99)), ": an offset outside of the text: 99"),
    "inside a character": (changed(structure(PERU[0], begin=5)), ": an offset outside of the text: 5"),
    "reversed": (changed(structure(PERU[0], begin=21, end=17)), "3 (webanno.custom.Where): found 19-15, expected 0 ≤"),
    "not a number": (changed(structure(PERU[0], begin="x")), ": an offset outside of the text: x"),
    "no place": (changed(structure(PERU[0], begin=None)), "(webanno.custom.Where): found null-19, expected"),
    "a type that is not there": (changed(structure(PERU[0], **{"%TYPE": "no.Such"})), "Type with name [no.Such] not"),
    "a relation of nothing": (
        changed(related()),
        "structure 9 (webanno.custom.Trip): Governor: found nothing, expected",
    ),
    "a relation of what is not there": (changed(related(Governor=77)), "structure 9: Governor refers to 77, which is"),
    "XML cut short": (cas(ANA).to_xmi().encode()[:-20], ": cannot be read as a CAS: "),
    "another XML": (b"<a/>", ": cannot be read as a CAS: "),
    "XMI of unknown types": (cas(ANA).to_xmi().encode(), "name the file of the type system: -O typesystem="),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_nothing_is_written(case: str) -> None:
    data, message = BROKEN[case]
    with workspace() as bench:
        with pytest.raises(FormatError) as caught:
            import_data(bench, "cas", data, layer="gold")
        assert bench.store.document_keys() == []
    assert str(caught.value).startswith("standard input")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_reference_of_xmi_to_nothing(tmp_path: Path) -> None:
    made = cas(ANA)
    (tmp_path / "TypeSystem.xml").write_text(made.typesystem.to_xml(), encoding="utf-8")
    link = '<custom:Trip xmi:id="9" sofa="1" begin="0" end="3" Governor="77"/><cas:Sofa'
    (tmp_path / "a.xmi").write_text(made.to_xmi().replace("<cas:Sofa", link), encoding="utf-8")
    with pytest.raises(FormatError, match=r"a\.xmi: it refers to feature structure 77, which is not there"):
        list(read(Source(tmp_path), {}))


def test_entities_of_xml_reach_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    made = cas(ANA)
    (tmp_path / "TypeSystem.xml").write_text(made.typesystem.to_xml(), encoding="utf-8")
    head = f'<!DOCTYPE a [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><xmi:XMI'
    written = made.to_xmi().replace("<xmi:XMI", head, 1).replace("</xmi:XMI>", "&x;</xmi:XMI>")
    (tmp_path / "a.xmi").write_text(written, encoding="utf-8")
    with pytest.raises(FormatError, match=r"a\.xmi:2: cannot be read as a CAS: Entity 'x' not defined"):
        list(read(Source(tmp_path), {}))


def test_a_folder_without_files(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"no \.json or \.xmi or \.zip file in this folder"):
        list(read(Source(tmp_path), {}))


@pytest.mark.parametrize("kind", ["json", "xmi"])
def test_what_we_write_is_what_inception_looks_for(tmp_path: Path, kind: str) -> None:
    entities = [
        {"id": 1, "start_offset": 0, "end_offset": 3, "label": "PERSON"},
        {"id": 2, "start_offset": 15, "end_offset": 19, "label": "GPE"},
    ]
    row = {"key": "nota", "lang": "es", "text": TEXT, "entities": entities,
           "relations": [{"from_id": 1, "to_id": 2, "type": "works_for"}]}  # fmt: skip
    out = tmp_path / "out"
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps(row).encode(), layer="gold")
        export_data(bench, "cas", out, options={"kind": kind})
    with (out / "TypeSystem.xml").open("rb") as stream:
        system = load_typesystem(stream)
    label = system.get_type("custom.Span").get_feature("label")
    assert label is not None
    assert label.description == "PERSON, ORG, GPE, DATE"
    if kind == "json":
        made = load_cas_from_json((out / "nota.cas.json").read_text(encoding="utf-8"))
    else:
        made = load_cas_from_xmi((out / "nota.xmi").read_text(encoding="utf-8"), typesystem=system)
    assert [(e.label, e.get_covered_text()) for e in made.select("custom.Span")] == [
        ("PERSON", "Ana"),
        ("GPE", "Perú"),
    ]
    (link,) = made.select("custom.Relation")
    assert (link.Governor.label, link.label, link.Dependent.label) == ("PERSON", "works_for", "GPE")
    assert (link.begin, link.end) == (15, 19)
    tokens = made.select("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token")
    assert [t.get_covered_text() for t in tokens] == ["Ana", "👍🏽", "viaja", "a", "Perú", "."]
    assert len(made.select("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence")) == 1


def test_characters_that_xml_does_not_have(tmp_path: Path) -> None:
    with workspace() as bench:
        import_data(bench, "doccano", json.dumps({"key": "nota", "text": "a\x1bb"}).encode(), layer="gold")
        with pytest.raises(FormatError, match=r"nota: the character U\+001B cannot stand in XML: write -O kind=json"):
            export_data(bench, "cas", tmp_path / "out", options={"kind": "xmi"})
        assert not (tmp_path / "out").exists()
        with pytest.raises(FormatError, match="kind=yaml: "):
            export_data(bench, "cas", tmp_path / "out", options={"kind": "yaml"})
