"""Whatever attributes and groups a layer has go out, come in, and go out as the same bytes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotation import Annotations, Relation, Span
from annotator.corpus import Article, build_document
from annotator.formats.record import LayerRecord
from annotator.formats.registry import load_format
from annotator.labels.attributes import AttributeType, with_value
from annotator.store import check_database
from tests.attributes.test_gold import SCHEME
from tests.formats.files import contents, export_data, import_data, workspace, write_with_format
from tests.workspaces import Bench

TEXT = "The Lema river flooded Nova Riva, mayor Ines Duarte said; Duarte left Riva."
SPANS = [
    Span("s1", 4, 8, "PLACE"),
    Span("s2", 15, 22, "EVENT"),
    Span("s3", 23, 32, "PLACE"),
    Span("s4", 40, 51, "PERSON"),
    Span("s5", 58, 64, "PERSON"),
    Span("s6", 65, 69, "EVENT"),
    Span("s7", 70, 74, "PLACE"),
]
FORMATS = {"jsonl": True, "prodigy": True, "spacy": True, "doccano": True, "brat": False}
"""Those that hold attributes of documents, and those that do not."""


def value_of(attribute: AttributeType) -> st.SearchStrategy[Any]:
    """Draw what an attribute may be set to."""
    words = st.text('aé:|"\\ ', min_size=1, max_size=6).map(str.strip).filter(bool)
    if attribute.choices and attribute.several:
        return st.lists(st.sampled_from([*attribute.choices]), min_size=1, unique=True)
    if attribute.choices:
        return st.sampled_from([*attribute.choices])
    numbers = st.integers(-(10**18), 10**18) | st.floats(-1e300, 1e300)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "flag": st.booleans(),
        "number": numbers,
        "date": st.dates().map(str) | st.just("2024-05"),
    }
    return kinds.get(attribute.kind, words | st.sampled_from(["Q1", "true", "12", "no"]))


@st.composite
def contents_of(draw: st.DrawFn, bench: Bench, *, of_document: bool) -> Annotations:
    """Draw attributes for the spans, for some relations, and, if asked for, of the document."""

    def drawn(label: str | None) -> dict[str, Any] | None:
        attributes = None
        for attribute in bench.scheme.attributes_of(label):
            if draw(st.booleans()):
                attributes = with_value(attributes, attribute, attribute.canonical(draw(value_of(attribute))))
        return None if attributes is None else dict(attributes)

    spans = [span.replace(attributes=drawn(span.label), curator="ana") for span in SPANS]
    relations = [
        Relation("r1", "s2", "s6", "causes", curator="ana", attributes=drawn("causes")),
        Relation("r2", "s4", "s2", "takes_part_in", curator="ana", attributes=drawn("takes_part_in")),
    ]
    pairs = draw(st.lists(st.sampled_from([("s1", "s3"), ("s3", "s7"), ("s4", "s5")]), unique=True))
    groups = [Relation(f"g{head}", head, child, "same_as", curator="ana") for head, child in pairs]
    return Annotations.of(spans, [*relations, *groups], drawn(None) if of_document else None)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=6)
@given(data=st.data())
def test_what_goes_out_comes_in_and_goes_out_the_same(name: str, data: st.DataObject) -> None:
    form = load_format(name)
    with workspace(SCHEME) as bench, TemporaryDirectory() as folder:
        content = data.draw(contents_of(bench, of_document=FORMATS[name]))
        document = build_document(Article("flood", TEXT, lang="en"), ("en", "es"))
        if form.carries["attributes"] == "no":
            content = Annotations.of(SPANS, (), content.document_attributes)
        record = LayerRecord(document, content, "curator:ana", ("ana",), bench.scheme.sha256)
        first = write_with_format(form, [record], bench, Path(folder))
        request = {"layer": "curator:ana"}
        report = import_data(bench, name, first, **request)
        assert (report.lost, report.without_place) == ({}, [])
        again = Path(folder, f"again{form.ending}")
        assert export_data(bench, name, again, layer="curator:ana")[0] == contents(first)
        stored = bench.store.annotations(bench.layer_id("curator:ana", "flood"))
        assert {s.key: s.attributes for s in stored.spans.values()} == (
            {s.key: s.attributes for s in content.spans.values()}
        )
        assert stored.document_attributes == content.document_attributes
        assert import_data(bench, name, again, **request).layers["curator:ana"].unchanged == 1
        assert list(check_database(bench.store)) == []
