"""Readers on spoilt files, for a bounded time: a clear error or documents that hold together, never anything else."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.errors import FormatError
from annotator.formats.beside_labels import are_attributes, attributes_in
from annotator.formats.protocol import ForeignDocument
from annotator.formats.registry import load_format
from annotator.formats.source import Source
from annotator.text import text_sha256
from tests.formats.files import source_of_bytes
from tests.formats.test_brat import FULL, TEXT
from tests.formats.test_labelstudio import A, B, link, task
from tests.formats.test_prodigy import ANA, PERU
from tests.formats.test_prodigy import TEXT as PRODIGY_TEXT

_TOKENS = [{"text": "Ana", "start": 0, "end": 3, "id": 0, "ws": True}]
_LINK = {"head": 0, "child": 3, "label": "r", "head_span": ANA, "child_span": PERU}
_HISTORY = {"origin": "added", "source": None, "score": None, "curator": "ana"}
_DOCCANO = [
    {"id": 1, "label": "PERSON", "start_offset": 0, "end_offset": 3},
    {"id": 2, "label": "PERSON", "start_offset": 6, "end_offset": 10},
]
_GOLD = {
    "schema": "annotator.gold/2",
    "id": "a",
    "text": "Ana",
    "lang": "es",
    "title": "",
    "meta": {},
    "tokens": _TOKENS,
    "spans": [
        {**ANA, "id": "s", "text": "Ana", **_HISTORY, "attributes": {"n": 1.5, "of": ["a", "b"]}},
        {**ANA, "id": "t", "text": "Ana", **_HISTORY},
    ],
    "relations": [{"id": "r", "head_id": "s", "child_id": "s", "label": "r", **_HISTORY, "attributes": {"x": True}}],
    "answer": "accept",
    "provenance": {"layer": "gold", "curators": ["ana"], "labels_sha256": "", "text_sha256": text_sha256("Ana")},
    "document": {"topic": ["sport"]},
    "clusters": {"same": [["s", "t"]]},
}
SEEDS: dict[str, Any] = {
    "prodigy": {
        "text": PRODIGY_TEXT,
        "tokens": _TOKENS,
        "spans": [{**ANA, "attrs": {"x": True}, "kb_id": "Q1", "kb_name": "w"}, PERU],
        "relations": [{**_LINK, "attrs": {"of": ["a"]}}],
        "answer": None,
        "accept": ["sport"],
        "options": [{"id": "sport", "text": "sport"}],
    },
    "doccano": {
        "id": 1,
        "text": "Ana y Luis",
        "entities": _DOCCANO,
        "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "r"}],
        "Comments": [],
    },
    "labelstudio": {**task(A, B, link("a", "b")), "predictions": [{"model_version": "m", "result": [A]}]},
    "jsonl": _GOLD,
    "bioc": {
        "documents": [
            {
                "id": "1",
                "infons": {"a": "b", "annotator": '{"title": "x"}'},
                "passages": [
                    {
                        "offset": 0,
                        "infons": {"type": "title"},
                        "text": "Ana y",
                        "annotations": [
                            {
                                "id": "1",
                                "infons": {"type": "PERSON", "identifier": "D1"},
                                "text": "Ana",
                                "locations": [{"offset": 0, "length": 3}],
                            }
                        ],
                    },
                    {
                        "offset": 6,
                        "sentences": [
                            {
                                "offset": 6,
                                "text": "Luis",
                                "annotations": [
                                    {"id": "2", "infons": {"type": "X"}, "locations": [{"offset": 6, "length": 4}]}
                                ],
                            }
                        ],
                    },
                ],
                "relations": [
                    {"infons": {"type": "r"}, "nodes": [{"refid": "1", "role": "a"}, {"refid": "2", "role": "b"}]},
                    {"infons": {"type": "r", "entity1": "D1", "entity2": "D1"}, "nodes": []},
                ],
            }
        ]
    },
    "tacred": {
        "token": ["Ana", "y", "Luis"],
        "relation": "r",
        **{f"subj_{name}": value for name, value in {"start": 0, "end": 0, "type": "PERSON"}.items()},
        **{f"obj_{name}": value for name, value in {"start": 2, "end": 2, "type": "PERSON"}.items()},
        "annotator": '{"text": "Ana y  Luis", "entities": [[1, 1, "X"]]}',
    },
    "docred": {
        "sents": [["Ana", "y"], ["Luis"]],
        "vertexSet": [
            [
                {"name": "Ana", "pos": [0, 1], "sent_id": 0, "type": "PERSON"},
                {"name": "Luis", "pos": [0, 1], "sent_id": 1, "type": "PERSON"},
            ],
            [{"name": "y", "pos": [1, 2], "sent_id": 0, "type": "X"}],
        ],
        "labels": [{"h": 0, "t": 1, "r": "r", "evidence": [0, 1]}, {"h": 0, "t": 1, "r": "q", "mentions": [1, 0]}],
    },
    "gliner2": {
        "input": "Ana y Luis",
        "output": {
            "entities": {"PERSON": ["Ana", {"text": "Luis", "start": 6, "end": 10}], "ORG": []},
            "relations": [{"r": {"head": "Ana", "tail": {"text": "Luis", "start": 6, "end": 10}}}],
        },
    },
    "spacy-json": {
        "classes": ["PERSON"],
        "annotations": [
            ["Ana y Luis", {"entities": [[0, 3, "PERSON"], [6, 10, "PERSON"]], "spans": {"sc": [[0, 10, "ORG"]]}}],
            None,
        ],
    },
}
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0, 2**70, 1.5, "", "x", "\ud83d", [], {}, [[]], [None], {"a": 1}, ["a", 1], "Ana", -(10**30)]
)


def spoil(value: Any, chance: random.Random, odd: Any) -> Any:
    """Return the value with one of its parts replaced, dropped or doubled."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(sorted(value))
        if chance.random() < 0.15:
            return {k: v for k, v in value.items() if k != name}
        return {**value, name: spoil(value[name], chance, odd)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        if chance.random() < 0.2:
            return [*value, value[at]]
        return [spoil(v, chance, odd) if i == at else v for i, v in enumerate(value)]
    return odd


def is_whole(document: ForeignDocument) -> bool:
    """Return whether every span lies in the text and every relation and extra speaks of what is there."""
    for layer in document.layers:
        for content in (layer.content, *(content for _, content in layer.verdicts)):
            spans, relations = content.spans, content.relations
            if not all(0 <= s.start < s.end <= len(document.text) and s.label for s in spans.values()):
                return False
            if not all(r.head in spans and r.child in spans for r in relations.values()):
                return False
        there = {*layer.content.spans, *layer.content.relations, *(extra.id for extra in layer.extras)}
        if not all(there.issuperset(extra.refs) for extra in layer.extras):
            return False
        said = [*attributes_in(layer.content), *layer.attributes]
        if not all(one.item is None or one.item in there for one in said):
            return False
        if not all(are_attributes({one.name: one.value}) for one in said):
            return False
        if not all(there.issuperset(group.members) and group.label for group in layer.groups):
            return False
    return True


@pytest.mark.parametrize("name", sorted(SEEDS))
@settings(max_examples=250)
@given(seed=st.integers(0, 2**32), odd=ODD, times=st.integers(1, 2))
def test_odd_values(name: str, seed: int, odd: Any, times: int) -> None:
    value, chance = SEEDS[name], random.Random(seed)
    for _ in range(times):
        value = spoil(value, chance, odd)
    check(name, source_of_bytes(json.dumps([value] if name == "labelstudio" else value).encode()))


@pytest.mark.parametrize("name", sorted(SEEDS))
@settings(max_examples=250)
@given(seed=st.integers(0, 2**32))
def test_odd_bytes(name: str, seed: int) -> None:
    chance = random.Random(seed)
    check(name, source_of_bytes(mangled(json.dumps(SEEDS[name], ensure_ascii=False).encode() + b"\n", chance)))


@settings(max_examples=300)
@given(seed=st.integers(0, 2**32))
def test_odd_annotation_files(seed: int) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as folder:
        Path(folder, "a.txt").write_bytes(TEXT.encode())
        Path(folder, "a.ann").write_bytes(mangled(FULL.encode(), chance))
        check("brat", Source(Path(folder)), "a.ann", chance.choice(({}, {"events": "relations"})))


def mangled(data: bytes, chance: random.Random) -> bytes:
    """Return some bytes with a few of them changed, dropped, doubled or moved."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        end = min(len(changed), at + chance.choice((1, 1, 2, 5, 30)))
        piece = bytes(changed[at:end])
        changed[at:end] = chance.choice(
            (
                b"",
                piece + piece,
                b"\xff",
                b"\n",
                b"\t",
                b'"',
                b"0",
                b"9",
                b"{",
                b"]",
                b"T1",
                piece[::-1],
                b"\xf0\x9f\x91\x8d",
            )
        )
    return bytes(changed)


def check(name: str, source: Source, named: str = "standard input", options: Mapping[str, str] | None = None) -> None:
    """Read a file: it is refused with its place, or gives documents that hold together."""
    message = documents = None
    try:
        documents = read_all(name, source, options or {})
    except FormatError as error:
        message = str(error)
    assert (message is not None and named in message) or (documents is not None and all(map(is_whole, documents)))


def read_all(name: str, source: Source, options: Mapping[str, str]) -> list[ForeignDocument]:
    read = load_format(name).read
    assert read is not None
    return list(read(source, options))
