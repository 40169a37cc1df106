"""Attributes in spaCy's DocBin: where spaCy's programs look for them, and back from there."""

from __future__ import annotations

from typing import Any

from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from tests.attributes.filled import LAYER, content, filled_workspace
from tests.attributes.test_gold import SCHEME, imported, said
from tests.formats.files import export_data, import_data, workspace

BARE = "languages: [en]\noverlap: flat\nentities: {PERSON: {key: 1}}\nrelations: {}\n"


def test_spacy_finds_them_in_its_own_places_and_all_comes_back() -> None:
    with filled_workspace() as bench:
        data, result = export_data(bench, "spacy", layer=LAYER)
        assert not any("attribute" in lost for lost in result.lost)
    (doc,) = DocBin().from_bytes(data).get_docs(Vocab())
    assert doc.cats == {"economy": 0, "health": 1, "politics": 0, "sport": 1}
    assert [(span.text, span.kb_id_) for span in doc.ents if span.kb_id_] == [("Nova Riva", "own:7"), ("Lema", "Q42")]
    Span.set_extension("role", default=None, force=True)
    try:
        assert [span._.role for span in doc.ents if span._.role] == [("official", "victim")]
    finally:
        Span.remove_extension("role")
    with workspace(SCHEME) as bench:
        assert import_data(bench, "spacy", data, layer=LAYER).lost == {}
        assert said(imported(bench)) == said(content())
        assert export_data(bench, "spacy", layer=LAYER)[0] == data


def theirs() -> bytes:
    doc = Doc(Vocab(), words=["Ana", "met", "Bo"], spaces=[True, True, False])
    doc.set_ents([Span(doc, 0, 1, "PERSON", kb_id="Q1"), Span(doc, 2, 3, "PERSON")], default="outside")
    doc.cats = {"sport": 0.9, "health": 0.0}
    user_data: dict[Any, Any] = doc.user_data
    user_data["._.", "mood", 0, 3] = "glad"
    user_data["._.", "draft", None, None] = True
    user_data["._.", "token", 4, None] = "x"
    user_data["._.", "odd", 0, 3] = {"a": 1}
    return DocBin(docs=[doc], store_user_data=True).to_bytes()


def test_what_other_programs_wrote_becomes_attributes_where_that_is_asked_for() -> None:
    with workspace(BARE) as bench:
        report = import_data(bench, "spacy", theirs(), layer="gold", labels_from_data=True)
        assert set(report.new_labels) == {"kb_id", "draft", "mood", "cats"}
        layer = bench.store.annotations(bench.layer_id("gold", "import-000001"))
        assert layer.document_attributes == {"cats": ["sport"], "draft": True}
        assert [span.attributes for span in layer.spans.values()] == [{"kb_id": "Q1", "mood": "glad"}, None]
        assert report.lost == {"user data token": 1, "user data odd": 1}


def test_without_a_place_it_is_left_behind_and_counted() -> None:
    with workspace(BARE) as bench:
        report = import_data(bench, "spacy", theirs(), layer="gold")
        assert report.lost == {
            "knowledge-base id": 1,
            "category of a document": 1,
            **{f"user data {name}": 1 for name in ("mood", "draft", "token", "odd")},
        }
        assert report.aside == {}
