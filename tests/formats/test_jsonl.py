"""The workspace's own format: the same bytes for the same layer, back again unchanged, and checkable."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from spacy.tokens import Doc
from spacy.vocab import Vocab

from annotator.annotation import Annotations, AttributeValue, Relation, Span
from annotator.errors import FormatError
from annotator.formats.gold_reader import read_document
from annotator.formats.jsonl import read_records
from annotator.formats.protocol import ForeignDocument
from annotator.formats.record import SCHEMA, LayerRecord
from annotator.formats.source import SourceLine
from annotator.formats.tokens import Token
from annotator.formats.validate import SCHEMA_PATHS, validate_lines
from annotator.text import Document, text_sha256
from annotator.tokenization import split_sentences, tokenize
from tests.gold_lines import as_first_version, write_record
from tests.strategies import records

TEXT = "Ana Díaz, de la OMM, viajó a “Perú” 👍🏽.\r\nEn Lima (Perú) habló."


def document(text: str = TEXT, key: str = "nota") -> Document:
    tokens = tokenize(text, "es")
    return Document(
        key, text, "es", "Título", tokens, split_sentences(text, tokens, "es"), {"url": "x", "n": [1, None]}
    )


def span(name: str, text: str, label: str, **more: Any) -> Span:
    start = TEXT.index(text)
    return Span(name, start, start + len(text), label, **more)


def record(*, with_attributes: bool = False) -> LayerRecord:
    spans = [
        span("s3", "Lima", "GPE"),
        span("s1", "Ana Díaz", "PERSON", origin="accepted", source="memory@1", score=0.75, curator="ana"),
        span("s2", "OMM", "ORG", curator="ana"),
        span("s4", "íaz", "PERSON", origin="corrected"),
    ]
    relations = [Relation("r1", "s1", "s2", "works_for", curator="ana"), Relation("r2", "s3", "s1", "odd")]
    content = Annotations.of(spans, relations)
    if with_attributes:
        said: dict[str, AttributeValue] = {"n": 2, "sure": True, "topic": ["a", "b"]}
        content = Annotations.of(
            [s.replace(attributes=said) for s in spans], [r.replace(attributes=said) for r in relations], said
        )
    return LayerRecord(document(), content, "gold", ("ana", "bo"), "ab" * 32)


def read(line: str) -> LayerRecord:
    return next(read_records([line], "f.jsonl"))


def test_the_line_holds_what_the_contract_says_in_its_order() -> None:
    line = json.loads(write_record(record()))
    assert list(line) == (
        [
            "schema",
            "id",
            "text",
            "lang",
            "title",
            "meta",
            "tokens",
            "sentences",
            "spans",
            "relations",
            "answer",
            "provenance",
        ]
    )
    assert (line["schema"], line["id"], line["text"], line["answer"]) == ("annotator.gold/2", "nota", TEXT, "accept")
    assert line["tokens"][0] == {"text": "Ana", "start": 0, "end": 3, "id": 0, "ws": True}
    assert " ".join(line["tokens"][0]) == ("text start end id ws")
    assert [token["text"] for token in line["tokens"] if not token["ws"]][:4] == ["Díaz", "OMM", "“", "Perú"]
    assert line["spans"][0] == {
        "id": "0-8-PERSON",
        "start": 0,
        "end": 8,
        "token_start": 0,
        "token_end": 1,
        "label": "PERSON",
        "text": "Ana Díaz",
        "origin": "accepted",
        "source": "memory@1",
        "score": 0.75,
        "curator": "ana",
    }
    assert list(line["spans"][0]) == (
        ["id", "start", "end", "token_start", "token_end", "label", "text", "origin", "source", "score", "curator"]
    )
    assert [keys["text"] for keys in line["spans"]] == ["Ana Díaz", "íaz", "OMM", "Lima"]
    assert list(line["relations"][0]) == (
        [
            "id",
            "head_id",
            "child_id",
            "head",
            "child",
            "label",
            "head_span",
            "child_span",
            "origin",
            "source",
            "score",
            "curator",
        ]
    )
    relation = line["relations"][0]
    assert (relation["id"], relation["head"], relation["child"]) == ("works_for:0-8-PERSON:16-19-ORG", 1, 5)
    assert relation["child_span"] == {"start": 16, "end": 19, "token_start": 5, "token_end": 5, "label": "ORG"}
    assert line["provenance"] == {
        "layer": "gold",
        "curators": ["ana", "bo"],
        "text_sha256": text_sha256(TEXT),
        "labels_sha256": "ab" * 32,
    }


def test_a_span_off_the_token_borders_is_counted_and_has_no_tokens() -> None:
    line = json.loads(write_record(record()))
    assert (line["spans"][1]["token_start"], line["spans"][1]["token_end"]) == (None, None)
    assert record().off_token_spans() == 1


def test_the_bytes_do_not_depend_on_ids_nor_on_the_order_of_work() -> None:
    original = record()
    spans = {s.id: s.replace(id=f"other-{s.id}") for s in original.annotations.spans.values()}
    relations = [
        r.replace(id=f"x{r.id}", head=spans[r.head].id, child=spans[r.child].id)
        for r in original.annotations.relations.values()
    ]
    other = Annotations.of(reversed(spans.values()), reversed(relations))
    assert write_record(dataclasses.replace(original, annotations=other)) == write_record(original)


def test_content_that_stands_twice_is_written_once() -> None:
    twin = span("s0", "Lima", "GPE", curator="bo")
    doubled = Annotations.of([*record().annotations.spans.values(), twin], record().annotations.relations.values())
    line = json.loads(write_record(dataclasses.replace(record(), annotations=doubled)))
    assert [found["id"] for found in line["spans"]].count("44-48-GPE") == 1
    assert line["relations"][1]["head_id"] == "44-48-GPE"


@given(records())
def test_what_was_written_is_read_back(written: LayerRecord) -> None:
    line = write_record(written)
    assert "\n" not in line
    assert read(line) == written
    assert write_record(read(line)) == line


@given(records())
def test_the_tokens_are_the_texts_own(written: LayerRecord) -> None:
    text = written.document.text
    for number, token in enumerate(json.loads(write_record(written))["tokens"]):
        assert token["id"] == number
        assert token["text"] == text[token["start"] : token["end"]]
    assert whole_text(json.loads(write_record(written))) == text


def whole_text(record: dict[str, Any]) -> str:
    """Build the text of tokens as Prodigy's readers do."""
    return "".join(token["text"] + (" " if token["ws"] else "") for token in record["tokens"])


def test_white_space_is_a_token_and_counts() -> None:
    line = json.loads(write_record(record()))
    assert [token["text"] for token in line["tokens"] if token["text"].isspace()] == ["\r\n"]
    lima = next(span for span in line["spans"] if span["text"] == "Lima")
    assert [line["tokens"][lima[end]]["text"] for end in ("token_start", "token_end")] == ["Lima", "Lima"]
    assert line["sentences"] == [
        {"start": 0, "end": 39, "token_start": 0, "token_end": 13},
        {"start": 41, "end": 62, "token_start": 15, "token_end": 21},
    ]


@given(records())
def test_spacy_rebuilds_the_text_and_the_spans_from_the_tokens(written: LayerRecord) -> None:
    line = json.loads(write_record(written))
    if not line["tokens"]:
        return
    doc = Doc(Vocab(), [token["text"] for token in line["tokens"]], [token["ws"] for token in line["tokens"]])
    assert doc.text == line["text"]
    for span in line["spans"]:
        found = doc.char_span(span["start"], span["end"])
        assert (found is None) is (span["token_start"] is None)
        assert found is None or (found.start, found.end - 1) == (span["token_start"], span["token_end"])


@given(records())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_first_version_is_read_and_validated_as_before(tmp_path: Path, written: LayerRecord) -> None:
    old, new = as_first_version(write_record(written)), write_record(written)
    assert read(old) == read(new)
    assert dataclasses.replace(read_for_import(old), where="") == dataclasses.replace(read_for_import(new), where="")
    path = tmp_path / "gold.jsonl"
    path.write_bytes(old.encode("utf-8") + b"\n")
    assert validate_lines(path) == []


def read_for_import(line: str) -> ForeignDocument:
    return read_document(SourceLine(line.encode("utf-8"), 1, "f:1", 0))


def test_a_text_longer_than_any_article_is_written_alike() -> None:
    text = 'Dijo "paz\\guerra" en México. ' * 1_000
    longer = LayerRecord(document(text), Annotations(), "gold", (), "ab" * 32)
    assert read(write_record(longer)) == longer
    first = document(text[:29])
    start = json.loads(write_record(dataclasses.replace(longer, document=first)))["tokens"]
    assert json.loads(write_record(longer))["tokens"][: len(start)] == start


@given(records())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_fits_the_schema_and_validates(tmp_path: Path, written: LayerRecord) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(write_record(written).encode("utf-8") + b"\n")
    assert validate_lines(path) == []


def test_the_schema_itself_is_sound_and_describes_every_field() -> None:
    schema = json.loads(SCHEMA_PATHS[SCHEMA].read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    softly = {key: {"PERSON": 0.5} for key in record().spans()}
    line = json.loads(write_record(replace(record(with_attributes=True), soft_labels=softly), ["odd"]))
    assert list(schema["properties"]) == list(line)
    assert list(schema["$defs"]["span"]["properties"]) == list(line["spans"][0])
    assert list(schema["$defs"]["relation"]["properties"]) == list(line["relations"][0])
    assert Draft202012Validator(schema).is_valid(line)


def test_the_schema_describes_tokens_as_they_are_written() -> None:
    definitions = json.loads(SCHEMA_PATHS[SCHEMA].read_text(encoding="utf-8"))["$defs"]
    described = definitions["token"]
    for field in described["properties"].values():
        field.update(definitions[field.pop("$ref").rpartition("/")[2]] if "$ref" in field else {})
    written = msgspec.json.schema(Token)["$defs"]["Token"]
    assert {name: written[name] for name in described} == described
    assert list(written["properties"]) == list(described["properties"])


def test_keys_may_come_in_any_order() -> None:
    line = json.loads(write_record(record()))
    assert read(json.dumps(dict(reversed(line.items())))) == read(write_record(record()))


Change = Callable[[dict[str, Any]], object]
CHANGES: list[tuple[Change, str]] = [
    (lambda r: r.pop("spans"), "found no spans"),
    (lambda r: r.update(schema="annotator.gold/9"), 'schema: found "annotator.gold/9", expected "annotator.gold/2"'),
    (
        lambda r: r["sentences"][1].update(start=42),
        "sentences[1]: found 42-62, expected a range of whole tokens from 39 on",
    ),
    (lambda r: r["sentences"][0].update(token_end=5), "sentences[0].token_start: found 0 to 5, expected 0 to 13"),
    (lambda r: r["tokens"].pop(), "tokens: found them to end at"),
    (lambda r: r.update(extra=1), 'unknown key "extra"'),
    (lambda r: r["spans"][0].update(start="0"), 'spans[0].start: found "0", expected integer'),
    (lambda r: r["spans"][0].update(start=1, end=9), "spans[0].text"),
    (lambda r: r["spans"][0].update(end=900), "spans[0]: found 0-900"),
    (lambda r: r["spans"][0].update(token_end=2), "spans[0].token_start: found 0 to 2, expected 0 to 1"),
    (lambda r: r["spans"][0].update(origin="guessed"), 'spans[0].origin: found "guessed", expected one of'),
    (lambda r: r["spans"][0].update(score=2), "spans[0].score: found 2, expected 1 or less"),
    (lambda r: r["spans"].reverse(), "expected spans ordered"),
    (lambda r: r["spans"].append(r["spans"][3]), "expected each id once"),
    (lambda r: r["relations"][0].update(head_id="nobody"), 'relations[0].head_id: found "nobody"'),
    (lambda r: r["relations"][0].update(head=3), "relations[0].head: found 3, expected 1"),
    (lambda r: r["relations"][0]["child_span"].update(label="GPE"), "relations[0].child_span"),
    (lambda r: r["tokens"][2].update(start=1), "tokens[2]"),
    (lambda r: r["tokens"][2].update(text="x"), 'tokens[2].text: found "x", expected ","'),
    (lambda r: r["tokens"][2].update(ws=False), "tokens[3].start: found 10, expected 9: white space is a token, too"),
    (lambda r: r["tokens"][2].update(id=3), "tokens[2].id: found 3, expected 2"),
    (lambda r: r["provenance"].update(text_sha256="0" * 64), "provenance.text_sha256"),
    (lambda r: r["provenance"].update(layer="mine"), "provenance.layer"),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_validation_names_what_is_wrong_and_where(tmp_path: Path, change: Change, expected: str) -> None:
    line = json.loads(write_record(record()))
    change(line)
    path = tmp_path / "gold.jsonl"
    other = dataclasses.replace(record(), document=document(key="alba"))
    path.write_text(write_record(other) + "\n" + json.dumps(line) + "\n", encoding="utf-8")
    problems = validate_lines(path)
    assert problems
    assert all(problem.startswith(f"{path}:2: ") for problem in problems)
    assert any(expected in problem for problem in problems)


def test_validation_names_every_field_that_is_missing_or_unknown(tmp_path: Path) -> None:
    line = json.loads(write_record(record()))
    for name in ("lang", "meta", "answer"):
        del line[name]
    del line["spans"][1]["origin"], line["spans"][1]["score"]
    line.update(note=1, mood=2)
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    problems = [problem.removeprefix(f"{path}:1: ").split(", expected")[0] for problem in validate_lines(path)]
    missing = ["found no lang", "found no meta", "found no answer"]
    unknown = ['found the unknown key "note"', 'found the unknown key "mood"']
    assert sorted(problems) == sorted([*missing, *unknown, "spans[1]: found no origin", "spans[1]: found no score"])
    line = json.loads(write_record(record()))
    del line["tokens"][0]["ws"], line["tokens"][0]["id"]
    path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert [problem.split(": ", 2)[2] for problem in validate_lines(path)] == [
        "found no id, expected one",
        "found no ws, expected one",
    ]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_validation_finds_numbers_that_json_does_not_have(tmp_path: Path, number: str) -> None:
    line = json.loads(write_record(record()))
    line["meta"] = {"weight": "@"}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(line).replace('"@"', number) + "\n", encoding="utf-8")
    [problem] = validate_lines(path)
    assert number in problem


@pytest.mark.parametrize(
    ("key", "meta", "expected"),
    [
        ("nota", '{"a":1,"a":2}', "found the key 'a' twice in one object"),
        ("nota", '"\\ud83d"', "found half of a character"),
        ("nota", '{"a":' * 101 + "1" + "}" * 101, "meta: found lists or objects nested too deeply"),
        (" nota", "{}", 'id: found " nota", which begins or ends with a space'),
        ("no\\nta", "{}", 'id: found "no\\nta", which holds a control character'),
        ("é" * 101, "{}", "which is longer than 200 bytes"),
    ],
)
def test_validation_finds_what_an_import_refuses(tmp_path: Path, key: str, meta: str, expected: str) -> None:
    line = json.loads(write_record(record())) | {"meta": "@", "id": "KEY"}
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps(line).replace('"@"', meta).replace("KEY", key) + "\n", encoding="utf-8")
    [problem] = validate_lines(path)
    assert expected in problem


def test_validation_goes_on_after_a_broken_line_and_knows_the_order_of_documents(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    lines = [write_record(dataclasses.replace(record(), document=document(key=key))) for key in ("b", "a", "b")]
    path.write_bytes(b'{"schema":\n\n[1]\n\xff\n' + "\n".join(lines).encode("utf-8"))
    problems = [problem.removeprefix(f"{path}:") for problem in validate_lines(path)]
    assert [problem[:3] for problem in problems] == ["1: ", "2: ", "3: ", "4: ", "6: ", "7: "]
    assert "broken JSON at column 11" in problems[0]
    assert "in order of id" in problems[4]
    assert "each document once (line 5)" in problems[5]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda r: r.pop("text"), "text: found nothing, expected a string"),
        (lambda r: r.update(text=r["text"] + "!"), "provenance.text_sha256"),
        (lambda r: r["spans"][0].update(start=1), "spans[0].text"),
        (lambda r: r["spans"][0].update(end=True), "spans[0].end: found true, expected a whole number"),
        (lambda r: r["spans"].append(3), "spans[4]: found 3, expected an object"),
        (lambda r: r["spans"].append(r["spans"][0]), "spans: found an id twice"),
        (lambda r: r["relations"][0].update(child_id="x"), 'relations[0].child_id: found "x"'),
        (lambda r: r["tokens"][1].update(start=0), "tokens[1]: found 0-8"),
        (lambda r: r["tokens"][1].pop("end"), "tokens: found one without"),
        (lambda r: r["provenance"].update(curators=[1]), "provenance.curators: found [1]"),
        (lambda r: r.update(schema="prodigy"), 'schema: found "prodigy"'),
        (lambda r: r.update(title="\ud800"), "lone surrogate"),
    ],
)
def test_reading_refuses_what_it_cannot_trust(change: Change, expected: str) -> None:
    line = json.loads(write_record(record()))
    change(line)
    with pytest.raises(FormatError) as caught:
        list(read_records(["", "\n", json.dumps(line)], "gold.jsonl"))
    assert str(caught.value).startswith("gold.jsonl:3: ")
    assert expected in str(caught.value)


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"a":' + "[" * 100_000])
def test_reading_refuses_what_is_no_object(line: str) -> None:
    with pytest.raises(FormatError, match=r"gold\.jsonl:1"):
        list(read_records([line], "gold.jsonl"))


ODD: tuple[Any, ...] = (None, True, -1, 0, 3, 7.0, 0.5, 2, "", "x", "s3", "accepted", "\ud800", [], {}, ["ana"])
PLACES = tuple((part, name) for part in ("spans", "relations", "provenance") for name in (
    "id", "start", "end", "text", "label", "origin", "source", "score", "curator", "head_id", "child_id", "layer",
    "curators", "text_sha256", "labels_sha256")) + tuple((None, name) for name in (
    "schema", "id", "text", "lang", "title", "meta", "spans", "relations", "provenance"))  # fmt: skip


@settings(max_examples=400)
@given(st.sampled_from(PLACES), st.sampled_from(ODD) | st.just("gone"))
def test_an_import_takes_and_refuses_what_a_close_look_takes_and_refuses(
    place: tuple[str | None, str], value: object
) -> None:
    line = json.loads(write_record(record()))
    part, name = place
    holder = line if part is None else line[part] if part == "provenance" else line[part][0]
    if value == "gone":
        holder.pop(name, None)
    else:
        holder[name] = value
    written = json.dumps(line)

    def closely() -> object:
        found = read(written)
        return found.document.key, found.annotations, found.layer, found.curators

    def quickly() -> object:
        found = read_document(SourceLine(written.encode(), 1, "f.jsonl:1", 0))
        (layer,) = found.layers
        return found.key, layer.content, layer.layer, layer.curators

    assert _outcome(quickly) == _outcome(closely)


def _outcome(look: Callable[[], object]) -> object:
    try:
        return look()
    except FormatError as error:
        return str(error)
