"""What was exported and comes in again goes out as the same bytes, whatever the texts hold."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotation import Annotations, Relation, RelationKey, Span
from annotator.corpus import Article, build_document
from annotator.errors import FormatError
from annotator.formats.protocol import FEATURES
from annotator.formats.record import LayerRecord
from annotator.formats.registry import MODULES, load_format
from annotator.store import check_database
from annotator.text import Document
from tests.formats.files import contents, export_data, import_data, workspace, write_with_format
from tests.strategies import LANGUAGES, RELATIONS, layers, texts

FORMATS = sorted(name for name in MODULES if load_format(name).read is not None)


@st.composite
def corpora(draw: st.DrawFn, layer: str, sha256: str) -> list[LayerRecord]:
    """Draw the records of one layer: documents that may be blank or have the same text, with self-relations."""
    records = []
    cuts: dict[str, Document] = {}
    some_text = texts(12).filter(bool) | st.sampled_from([" \n", "Ana"])
    for number, text in enumerate(draw(st.lists(some_text, max_size=3))):
        lang = draw(st.sampled_from(LANGUAGES))
        title = draw(st.none() | st.text('aé\u2028"\\ ', min_size=1, max_size=5).filter(str.strip))
        meta = draw(
            st.dictionaries(st.sampled_from(["url", "n"]), st.none() | st.integers() | st.text("é\n"), max_size=2)
        )
        document = build_document(Article(f"doc-{number}", text, title, lang, meta), LANGUAGES)
        cut = cuts.setdefault(text, document)  # a workspace keeps each text once, cut as when it first came
        document = replace(document, tokens=cut.tokens, sentences=cut.sentences)
        records.append(LayerRecord(document, _vouched(draw, draw(layers(document))), layer, ("ana",), sha256))
    return records


def _vouched(draw: st.DrawFn, content: Annotations) -> Annotations:
    """Give every item the curator's name, and some spans a relation with themselves."""
    spans = {i: _by_ana(span) for i, span in content.spans.items()}
    relations = {i: _by_ana(relation) for i, relation in content.relations.items()}
    if spans:
        span = draw(st.none() | st.sampled_from(sorted(spans.values(), key=lambda s: s.id)))
        if span is not None:
            item_id = str(RelationKey(span.key, span.key, RELATIONS[0]))
            relations[item_id] = Relation(item_id, span.id, span.id, RELATIONS[0], curator="ana")
    return Annotations(spans, relations)


Item = TypeVar("Item", Span, Relation)


def _by_ana(item: Item) -> Item:
    return item.replace(curator="ana", origin="added" if item.origin == "suggested" else item.origin)


@pytest.mark.parametrize("layer", ["gold", "curator:ana"])
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=20)
@given(data=st.data())
def test_what_goes_out_comes_in_and_goes_out_the_same(name: str, layer: str, data: st.DataObject) -> None:
    form = load_format(name)
    with workspace() as bench, TemporaryDirectory() as folder:
        records = data.draw(corpora(layer, bench.scheme.sha256))
        if form.carries["key"] == "no":  # then the text alone says which document a record is about
            records = list({record.document.text: record for record in records}.values())
        if name == "tacred":  # a document without a relation has no row there
            records = [r for r in records if any({k.head, k.child} <= {*r.token_spans()} for k in r.relations())]
        first = write_with_format(form, records, bench, Path(folder))
        if not records:
            return
        import_data(bench, name, first, layer=layer)
        again = Path(folder, f"again{form.ending}")
        second, _ = export_data(bench, name, again, layer=layer)
        assert second == contents(first)
        assert import_data(bench, name, again, layer=layer).new == 0
        assert export_data(bench, name, again, layer=layer)[0] == second
        assert list(check_database(bench.store)) == []


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "tacred"])  # it has no row for such a document
def test_an_empty_text_is_refused_with_its_place(name: str, tmp_path: Path) -> None:
    form = load_format(name)
    with workspace() as bench:
        document = build_document(Article("doc", ""), LANGUAGES)
        record = LayerRecord(document, Annotations(), "gold", ("ana",), bench.scheme.sha256)
        written = write_with_format(form, [record], bench, tmp_path)
        with pytest.raises(FormatError, match=f"{re.escape(str(written))}.*: the text is empty"):
            import_data(bench, name, written, layer="gold")
        assert bench.store.document_keys() == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_feature_is_declared(name: str) -> None:
    assert set(load_format(name).carries) == set(FEATURES)
