"""What the formats of words carry arrives: text, spans, relations and what is known of the document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotation import Annotations, RelationKey, SpanKey
from annotator.formats.not_carried import count_not_carried
from annotator.formats.protocol import ForeignDocument, Target
from annotator.formats.record import LayerRecord
from annotator.formats.registry import load_format
from annotator.formats.source import Source
from annotator.labels import LabelScheme
from tests.strategies import records

SCHEME = LabelScheme({}, {}, ("es", "en"), "any", "token", "")
CASES = [
    ("spacy", {}),
    ("spacy", {"spans": "mine"}),
    ("conll", {}),
    ("conll", {"scheme": "iob1"}),
    ("conll", {"scheme": "bioes"}),
    ("conll", {"scheme": "bilou"}),
    ("gliner", {}),
    ("gliner2", {}),
    ("spert", {}),
    ("glirel", {}),
    ("pubtator", {}),
    ("bioc", {}),
    ("bioc", {"kind": "json"}),
    ("hf", {}),
    ("hf", {"tags": "ids"}),
    ("cas", {}),
    ("cas", {"kind": "xmi"}),
    ("webanno", {}),
]
CONTROL = frozenset([*range(32), 0xFFFE, 0xFFFF]) - {9, 10, 13}


def written(name: str, found: Iterable[LayerRecord], folder: Path, options: dict[str, str]) -> tuple[Path, Target]:
    form = load_format(name)
    assert form.write is not None
    path = folder / f"out{form.ending}"
    if form.folder:
        path.mkdir()
        target = Target(SCHEME, folder=path, options=options)
        form.write(found, target)
    else:
        with path.open("wb") as stream:
            target = Target(SCHEME, stream=stream, options=options)
            form.write(found, target)
    return path, target


def read_back(name: str, path: Path) -> Iterator[ForeignDocument]:
    form = load_format(name)
    assert form.read is not None
    return form.read(Source(path), {})


def longest_spans(keys: Iterable[SpanKey]) -> set[SpanKey]:
    """Return the spans that a flat format keeps, by the rule: longest first, then as they are read."""
    chosen: set[SpanKey] = set()
    for key in sorted(keys, key=lambda k: (k.start - k.end, k.start, k.label)):
        if all(key.end <= other.start or other.end <= key.start for other in chosen):
            chosen.add(key)
    return chosen


def carried(name: str, record: LayerRecord) -> tuple[set[SpanKey], set[RelationKey]]:
    """Return what a format should give back of a record, from what it declares."""
    carries = load_format(name).carries
    borders = set(record.document.tokens.starts), set(record.document.tokens.ends)
    spans = {span.key for span in record.annotations.spans.values()}
    if carries["off_token"] == "no":
        spans = {key for key in spans if key.start in borders[0] and key.end in borders[1]}
    if carries["nested"] == "no":
        spans = longest_spans(spans)
    links = {record.annotations.relation_key(r) for r in record.annotations.relations.values()}
    if carries["relations"] == "no":
        links = set()
    return spans, {link for link in links if link.head in spans and link.child in spans}


def content_keys(content: Annotations) -> tuple[set[SpanKey], set[RelationKey]]:
    return {s.key for s in content.spans.values()}, {content.relation_key(r) for r in content.relations.values()}


@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda case: str(case).strip("{}").replace("'", ""))
@settings(max_examples=25)
@given(written_records=st.lists(records(), max_size=2, unique_by=lambda record: record.document.key.lower()))
def test_all_that_a_format_declares_arrives(
    name: str, options: dict[str, str], written_records: list[LayerRecord]
) -> None:
    if options.get("kind") == "xmi":
        written_records = [
            r for r in written_records if not CONTROL.intersection(map(ord, r.document.text + r.document.title))
        ]
    if not written_records:
        return
    with TemporaryDirectory() as folder:
        path, target = written(name, written_records, Path(folder), options)
        lost = target.lost
        back = {document.key: document for document in read_back(name, path)}
        assert len(back) == len(written_records)
        for record in written_records:
            document = back[record.document.key]
            assert document.text == record.document.text
            assert document.lang == record.document.lang
            assert (document.title or "") == record.document.title
            if load_format(name).carries["meta"] == "yes":
                assert dict(document.meta) == dict(record.document.meta)
            (layer,) = document.layers
            assert content_keys(layer.content) == carried(name, record)
            lost = lost + count_not_carried(record, load_format(name).carries)
        assert lost["nested"] + lost["crossing"] + lost["off_token"] == sum(
            len(r.spans()) - len(carried(name, r)[0]) for r in written_records
        )
        dropped = sum(n for kind, n in lost.items() if "relation" in kind)
        assert dropped == sum(len(r.relations()) - len(carried(name, r)[1]) for r in written_records)


@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda case: str(case).strip("{}").replace("'", ""))
@settings(max_examples=5)
@given(record=records())
def test_the_same_records_give_the_same_bytes(name: str, options: dict[str, str], record: LayerRecord) -> None:
    if CONTROL.intersection(map(ord, record.document.text + record.document.title)):
        return
    with TemporaryDirectory() as one, TemporaryDirectory() as two:
        first, second = (written(name, [record], Path(folder), options)[0] for folder in (one, two))
        files = [sorted(p for p in [path, *path.rglob("*")] if p.is_file()) for path in (first, second)]
        assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


@pytest.mark.parametrize("name", ["gliner", "spert", "glirel", "hf"])
@settings(max_examples=25)
@given(record=records())
def test_rows_of_sentences_hold_what_lies_in_one(name: str, record: LayerRecord) -> None:
    with TemporaryDirectory() as folder:
        path, target = written(name, [record], Path(folder), {"rows": "sentences"})
        rows = list(read_back(name, path))
    assert [row.text for row in rows] == [record.document.text[s:e] for s, e in record.document.sentences]
    spans = set()
    for row, (start, _) in zip(rows, record.document.sentences, strict=True):
        spans |= {SpanKey(k.start + start, k.end + start, k.label) for k in content_keys(row.layers[0].content)[0]}
    within = {
        key
        for key in record.token_spans()
        if any(start <= key.start and key.end <= end for start, end in record.document.sentences)
    }
    assert spans == within
    assert target.lost["spans over the end of a sentence"] == len(record.token_spans()) - len(within)
