"""DocBins as spaCy itself makes and reads them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from annotator.errors import FormatError
from annotator.formats.docbin import read
from annotator.formats.protocol import ForeignDocument
from annotator.text import Segmentation, words_and_spaces
from annotator.tokenization import tokenize
from tests.formats.files import export_data, import_data, source_of_bytes, workspace
from tests.strategies import texts
from tests.workspaces import Bench

WORDS = ["Ana", "Ruiz", "ve", "Lima", "."]
RELATIONS: Any = ("._.", "rel", None, None)


def doc(*ents: tuple[int, int, str], default: str = "outside", **groups: list[tuple[int, int, str]]) -> Doc:
    made = Doc(Vocab(), words=WORDS, spaces=[True, True, True, False, False])
    made.set_ents([Span(made, s, e, label) for s, e, label in ents], default=default)
    for name, spans in groups.items():
        made.spans[name] = [Span(made, s, e, label) for s, e, label in spans]
    return made


def packed(*docs: Doc) -> bytes:
    return DocBin(store_user_data=True, docs=docs).to_bytes()


def one(made: Doc, **options: str) -> ForeignDocument:
    (document,) = read(source_of_bytes(packed(made)), options)
    return document


def span_texts(document: ForeignDocument) -> list[tuple[str, str]]:
    (layer,) = document.layers
    return sorted((s.label, document.text[s.start : s.end]) for s in layer.content.spans.values())


def linked(document: ForeignDocument) -> list[tuple[str, str, str]]:
    content = document.layers[0].content
    text = {s.id: document.text[s.start : s.end] for s in content.spans.values()}
    return [(text[r.head], r.label, text[r.child]) for r in content.relations.values()]


@given(texts())
def test_words_and_spaces_are_the_text(text: str) -> None:
    tokens = tokenize(text, "es")
    words, spaces = words_and_spaces(text, tokens)
    assert "".join(word + " " * space for word, space in zip(words, spaces, strict=True)) == text
    assert Doc(Vocab(), words=words, spaces=spaces).text == text
    assert [w for w in words if w.strip() and tokenize(w, "es")] == [text[s:e] for s, e in tokens]


def test_a_text_without_tokens_is_one_word() -> None:
    assert words_and_spaces(" \n", Segmentation()) == ([" \n"], [False])
    assert words_and_spaces("", Segmentation()) == ([], [])


class TestReading:
    def test_entities_and_a_group_that_holds_more(self) -> None:
        document = one(doc((0, 2, "PERSON"), sc=[(0, 2, "PERSON"), (0, 1, "NAME")]))
        assert document.text == "Ana Ruiz ve Lima."
        assert span_texts(document) == [("NAME", "Ana"), ("PERSON", "Ana Ruiz")]

    def test_several_groups_want_a_choice(self) -> None:
        made = doc((3, 4, "GPE"), a=[(0, 1, "NAME")], b=[(0, 2, "PERSON")])
        with pytest.raises(FormatError, match="document 1: there are several span groups: a, b: choose with -O spans="):
            one(made)
        assert span_texts(one(made, spans="b")) == [("GPE", "Lima"), ("PERSON", "Ana Ruiz")]
        alone = one(made, spans="")
        assert span_texts(alone) == [("GPE", "Lima")]
        assert alone.lost == {"span of the group a": 1, "span of the group b": 1}

    def test_entities_that_nobody_set_are_no_work(self) -> None:
        unset, empty = doc(default="missing"), doc()
        assert one(unset).layers == ()
        assert one(unset).lost == {"document without entities set": 1}
        assert [layer.state for layer in one(empty).layers] == ["done"]

    def test_entities_that_are_set_in_part_are_unfinished_work(self) -> None:
        document = one(doc((0, 2, "PERSON"), default="missing"))
        assert [layer.state for layer in document.layers] == ["doing"]
        assert document.lost == {"token without its entity set": 3}

    def test_relations_in_the_form_of_the_relation_example(self) -> None:
        made = doc((0, 2, "PERSON"), (3, 4, "GPE"))
        made.user_data[RELATIONS] = {(0, 3): {"sees": 1.0, "hears": 0.0}, (3, 0): {"sees": 0.0}}
        assert linked(one(made)) == [("Ana Ruiz", "sees", "Lima")]

    def test_relations_in_another_form_are_counted(self) -> None:
        made = doc((0, 2, "PERSON"))
        made.user_data[RELATIONS] = {"sees": [0, 3]}
        made.user_data["source"] = "x"
        made.cats = {"news": 0.3}
        assert one(made).lost == {
            "relation in another form than Doc._.rel of spaCy's example": 1,
            "user data source": 1,
            "category of a document, between no and yes": 1,
        }


def spoilt(change: Callable[[Doc], object]) -> bytes:
    made = doc((0, 2, "PERSON"))
    change(made)
    return packed(doc(), made)


def with_relation(made: Doc) -> None:
    made.user_data[RELATIONS] = {(0, 3): {"sees": 1.0}}


def with_ours(said: str) -> Callable[[Doc], object]:
    def change(made: Doc) -> None:
        made.user_data["annotator"] = said

    return change


LINK = json.dumps({"relations": [{"label": "x", "head": [0, 8, "PERSON"], "child": [0, 3, "PERSON"]}]})
BROKEN = {
    "empty": (b"", "standard input: not a DocBin, or a damaged one"),
    "something else": (b"Ana\tB-PER\n", "standard input: not a DocBin"),
    "cut short": (packed(doc())[:-20], "standard input: not a DocBin"),
    "a relation of no span": (spoilt(with_relation), "document 2: rel: found [0, 3], expected tokens at which spans"),
    "a relation of ours of no span": (spoilt(with_ours(LINK)), "document 2: annotator.relations[0].child: found [0, 3"),
    "ours that is no JSON": (spoilt(with_ours("{")), "document 2:2: not JSON"),
    "ours that is no object": (spoilt(with_ours("[]")), "document 2: annotator: found [], expected an object"),
    "a key that is none": (spoilt(with_ours('{"key": 1}')), "document 2: annotator.key: found 1, expected a string"),
    "no label": (packed(doc(sc=[(0, 1, "")])), "document 1: tokens 0-1: a span without a label or without a word"),
    "no word": (packed(doc(sc=[(1, 1, "X")])), "document 1: tokens 1-1: a span without a label or without a word"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_with_its_document_and_nothing_is_written(case: str) -> None:
    data, message = BROKEN[case]
    with workspace() as bench:
        with pytest.raises(FormatError) as caught:
            import_data(bench, "spacy", data, layer="gold")
        assert bench.store.document_keys() == []
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with workspace() as bench:
        yield bench


class TestWriting:
    TEXT = "Ana Ruiz  ve Nueva York.\r\n\xa0Y Lima."

    def docs(self, bench: Bench, labels: list[list[Any]], **request: Any) -> tuple[Doc, dict[str, int]]:
        entities = [{"id": i, "start_offset": s, "end_offset": e, "label": x} for i, (s, e, x) in enumerate(labels)]
        row = {"key": "nota", "text": self.TEXT, "entities": entities, "relations": []}
        if len(labels) > 1:
            row["relations"] = [{"from_id": 0, "to_id": 1, "type": "works_for"}]
        layer = request.pop("layer", "gold")
        import_data(
            bench, "doccano", json.dumps(row).encode(), layer=layer, unfinished=request.get("unfinished", False)
        )
        data, done = export_data(bench, "spacy", layer=layer, **request)
        (made,) = DocBin().from_bytes(data).get_docs(Vocab())
        return made, dict(done.lost)

    def test_entities_relations_and_sentences(self, bench: Bench) -> None:
        made, _ = self.docs(bench, [[0, 8, "PERSON"], [13, 23, "GPE"]])
        assert made.text == self.TEXT
        assert [token.text for token in made] == [
            *("Ana", "Ruiz", " ", "ve", "Nueva", "York", ".", "\r\n\xa0", "Y", "Lima", ".")
        ]
        assert [(ent.text, ent.label_) for ent in made.ents] == [("Ana Ruiz", "PERSON"), ("Nueva York", "GPE")]
        assert made.user_data[RELATIONS] == {(0, 4): {"works_for": 1.0}}
        assert [sentence[0].text for sentence in made.sents] == ["Ana", "Y"]
        assert dict(made.spans) == {}

    def test_spans_that_overlap_stand_in_a_group(self, bench: Bench) -> None:
        made, lost = self.docs(bench, [[13, 23, "GPE"], [19, 23, "ORG"], [1, 3, "ORG"]])
        assert [ent.text for ent in made.ents] == ["Nueva York"]
        assert [(span.text, span.label_) for span in made.spans["sc"]] == [("Nueva York", "GPE"), ("York", "ORG")]
        assert lost == {"spans off token borders": 1}

    def test_a_group_that_is_asked_for_is_always_there(self, bench: Bench) -> None:
        made, _ = self.docs(bench, [], options={"spans": "mine"})
        assert list(made.spans) == ["mine"]

    def test_finished_work_says_that_the_rest_is_outside(self, bench: Bench) -> None:
        assert self.docs(bench, [])[0].has_annotation("ENT_IOB", require_complete=True)

    def test_unfinished_work_leaves_the_rest_unset(self, bench: Bench) -> None:
        made, _ = self.docs(bench, [[0, 8, "PERSON"]], layer="curator:ana", unfinished=True)
        assert [token.ent_iob for token in made][:3] == [3, 1, 0]
        data, _ = export_data(bench, "spacy", layer="curator:ana", unfinished=True)
        with workspace() as other:
            import_data(other, "spacy", data, layer="curator:ana")
            assert other.session("nota").state == "doing"
