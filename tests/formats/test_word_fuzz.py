"""Readers of foreign files meet bytes that nobody meant: documents that hold together, or one line of refusal."""

from __future__ import annotations

import zlib
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.annotation import Annotations, Relation, Span
from annotator.corpus import Article, build_document
from annotator.errors import FormatError
from annotator.formats.beside_labels import are_attributes, attributes_in
from annotator.formats.protocol import ForeignDocument
from annotator.formats.record import LayerRecord
from annotator.formats.registry import load_format
from tests.formats.files import source_of_bytes
from tests.formats.test_carried import written

FILES = [
    ("spacy", {}),
    ("conll", {}),
    ("conll", {"plain": "yes"}),
    ("conll", {"columns": "4"}),
    ("gliner", {}),
    ("gliner2", {}),
    ("gliner2", {"mentions": "texts"}),
    ("spert", {}),
    ("glirel", {}),
    ("scierc", {}),
    ("docred", {}),
    ("tacred", {}),
    ("tacred", {"shape": "opennre"}),
    ("pubtator", {}),
    ("bioc", {}),
    ("bioc", {"kind": "json"}),
    ("hf", {"tags": "ids"}),
    ("cas", {}),
    ("cas", {"kind": "xmi"}),
    ("webanno", {}),
]
PIECES = [
    *(b"\t", b"\n", b"\n\n", b"-DOCSTART-", b"# id x", b"B-", b"I-X", b'"', b"{", b"[", b"]", b",", b"null", b"-1"),
    *(b"99", b'"%ID": 2', b'"%SOFA"', b"</", b"<!--", b"&#0;", b"&x;", b"\x00", b"\xff", b"\xef\xbb\xbf", b"\\ud83d"),
    *(b"1e999", b"1-2", b"1.1", b"(a-1", b"a-1)", b"# text = Ana", b"\t_"),
]
CONLLU = """\
# newdoc id = nota
# global.Entity = eid-etype
# newpar
# text = Ana vio al mar.
1\tAna\t_\tNOUN\t_\t_\t0\troot\t_\tEntity=(e1-person)
2\tvio\t_\tVERB\t_\t_\t0\troot\t_\t_
3-4\tal\t_\t_\t_\t_\t_\t_\t_\t_
3\ta\t_\tADP\t_\t_\t0\troot\t_\tEntity=(e2-place
4\tel\t_\tDET\t_\t_\t0\troot\t_\t_
4.1\t_\t_\t_\t_\t_\t_\t_\t_\tEntity=(e3-thing)
5\tmar\t_\tNOUN\t_\t_\t0\troot\t_\tEntity=e2)|SpaceAfter=No
6\t.\t_\tPUNCT\t_\t_\t0\troot\t_\t_

"""
BARE = "Ana\tPERSON\nvio\tO\n\nal\t_\nmar\tPLACE\n"


@cache
def sample(name: str, options: tuple[tuple[str, str], ...]) -> bytes:
    """Return a small file as we write it; a DocBin unpacked, so that what is spoilt is more than its packing."""
    spans = [Span("1", 0, 3, "PERSON", attributes={"of": ["a", "b"], "x": True}), Span("2", 10, 14, "GPE")]
    links = [Relation("r", "1", "2", "sees", attributes={"n": 1})]
    document = build_document(Article("nota", "Ana ve en Perú.\nY 👍🏽.", lang="es", meta={"a": 1}), ("es", "en"))
    record = LayerRecord(document, Annotations.of(spans, links, {"topic": ["t"]}), "gold", ("ana",), "0" * 64)
    with TemporaryDirectory() as folder:
        path, _ = written(name, [record], Path(folder), dict(options))
        if path.is_dir():
            path = next(p for p in sorted(path.iterdir()) if p.name != "TypeSystem.xml" and p.stem != "dataset_info")
        return zlib.decompress(path.read_bytes()) if name == "spacy" else path.read_bytes()


@st.composite
def spoilt(draw: st.DrawFn, data: bytes) -> bytes:
    """Draw what became of a file: pieces cut out, doubled, put in or changed."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        put = draw(st.sampled_from([*PIECES, b"", data[start:end] * 2]) | st.binary(max_size=4))
        data = data[:start] + put + data[end:]
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) and draw(st.booleans()) else data


@pytest.mark.parametrize(("name", "options"), FILES, ids=lambda case: str(case).strip("{}").replace("'", ""))
@settings(max_examples=80)
@given(data=st.data())
def test_a_spoilt_file_is_refused_or_holds_together(name: str, options: dict[str, str], data: st.DataObject) -> None:
    found = data.draw(spoilt(sample(name, tuple(options.items()))))
    found = zlib.compress(found) if name == "spacy" else found
    reading = {"names": "O,B-A,I-A,B-B,I-B"} if name == "hf" else {}
    check_what_is_read(name, found, reading)


@pytest.mark.parametrize("file", [CONLLU, BARE], ids=["conllu", "bare tags"])
@settings(max_examples=120)
@given(data=st.data())
def test_columns_that_others_wrote(file: str, data: st.DataObject) -> None:
    check_what_is_read("conll", data.draw(spoilt(file.encode())), {"tokens": "file"})


def check_what_is_read(name: str, found: bytes, options: dict[str, str]) -> None:
    documents: list[ForeignDocument] = []
    form = load_format(name)
    assert form.read is not None
    with suppress(FormatError):
        documents = list(form.read(source_of_bytes(found), options))
    for document in documents:
        for start, end in chain(*(document.segmentation or ())):
            assert 0 <= start < end <= len(document.text)
        document.text.encode("utf-8")
        for layer in document.layers:
            spans = layer.content.spans
            assert all(0 <= s.start < s.end <= len(document.text) and s.label for s in spans.values())
            assert all(r.head in spans and r.child in spans for r in layer.content.relations.values())
            said = [*attributes_in(layer.content), *layer.attributes]
            assert all(are_attributes({one.name: one.value}) for one in said)
            assert all(one.item in {None, *spans, *layer.content.relations} for one in said)
