"""One line of the workspace's own format → the layer that it holds."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from operator import itemgetter
from typing import Any, get_args

from annotator.annotation import Annotations, Origin, Relation, Span
from annotator.errors import FormatError
from annotator.formats.json_values import Fields, decoded, parse_json, shown
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.formats.record import SCHEMA, LayerRecord
from annotator.text import Document, Segmentation, text_sha256
from annotator.tokenization import split_sentences

Known = Callable[[str], Document | None]
"""Looks up a document by its key."""

_HINT = "`annotator validate FILE` lists every problem of the file"
# fmt: off
_KEYS = (
    "schema", "id", "text", "lang", "title", "meta", "tokens", "spans", "relations", "answer", "provenance",
)
# fmt: on
_TOKENS, _AFTER_TOKENS = ',"tokens":[', '],"spans":['
_ORIGINS = get_args(Origin)
_TEXT = (str, type(None))


def read_record(line: str, where: str, known: Known | None = None) -> LayerRecord:
    """Parse one line; raise :class:`FormatError`, naming ``where``, if it is not such a record.

    ``known`` looks up a document by its key.  Where it gives one with the same text, the record holds that document,
    and the line's tokens, nine tenths of it, are passed over.
    """
    values = _without_tokens(line) if known else None
    document = known(str(values["id"])) if known and values else None
    if values is None or document is None or document.text != values["text"]:
        values, document = parse_json(line.rstrip("\r\n"), where), None
    record = Fields.of(values, where, hint=_HINT)
    provenance = _provenance(record)
    document = document or _document(record, provenance)
    return LayerRecord(
        document=document,
        annotations=_annotations(record, document.text),
        layer=provenance.get("layer", str),
        curators=tuple(provenance.texts("curators")),
        labels_sha256=provenance.get("labels_sha256", str),
    )


def read_document(line: str, where: str) -> ForeignDocument:
    """Parse one line for import; its tokens are passed over, because ours follow from text and language."""
    values = _without_tokens(line)
    record = Fields.of(parse_json(line, where) if values is None else values, where, hint=_HINT)
    provenance = _provenance(record)
    text = _text(record, provenance)
    layer = provenance.get("layer", str)
    kind, _, author = layer.partition(":")
    content = ForeignLayer(
        _annotations(record, text),
        author or None,
        suggested=kind == "suggestions",
        layer=layer,
        curators=tuple(provenance.texts("curators")),
    )
    key = record.get("id", str)
    return ForeignDocument(
        where=where,
        text=text,
        fallback=key,
        layers=(content,),
        key=key,
        lang=record.get("lang", str),
        title=record.get("title", str),
        meta=record.get("meta", dict),
    )


def _provenance(record: Fields) -> Fields:
    schema = record.get("schema", str)
    if schema != SCHEMA:
        record.fail("schema", f"found {shown(schema)}, expected {shown(SCHEMA)}")
    return record.inner("provenance")


def _annotations(record: Fields, text: str) -> Annotations:
    """Return spans and relations; what is not as we write it is looked at field by field, to name what is wrong."""
    spans: dict[str, Span] = {}
    for index, value in enumerate(record.get("spans", list)):
        span = _sound_span(value, text) or _span(record.item("spans", index), text)
        spans[span.id] = span
    if len(spans) < len(record.values["spans"]):
        record.fail("spans", "found an id twice, expected each id once")
    relations: dict[str, Relation] = {}
    for index, value in enumerate(record.get("relations", list)):
        relation = _sound_relation(value, spans) or _relation(record.item("relations", index), spans)
        relations[relation.id] = relation
    if len(relations) < len(record.values["relations"]):
        record.fail("relations", "found an id twice, expected each id once")
    return Annotations(spans, relations)


_span_fields = itemgetter("text", "start", "end", "id", "label", "origin", "source", "score", "curator")
_relation_fields = itemgetter("head_id", "child_id", "id", "label", "origin", "source", "score", "curator")


def _sound_span(value: Any, text: str) -> Span | None:
    """Return a span as we write it, ``None`` for anything else."""
    try:
        covered, start, end, identity, label, *history = _span_fields(value)
        sound = type(start) is int and type(end) is int and 0 <= start < end and covered == text[start:end]
    except (KeyError, TypeError):
        return None
    if not (sound and end <= len(text) and type(identity) is str and type(label) is str and _is_history(*history)):
        return None
    return Span(identity, start, end, label, *history)


def _sound_relation(value: Any, spans: Mapping[str, Span]) -> Relation | None:
    """Return a relation as we write it, ``None`` for anything else."""
    try:
        head, child, identity, label, *history = _relation_fields(value)
        sound = head in spans and child in spans
    except (KeyError, TypeError):
        return None
    if not (sound and type(identity) is str and type(label) is str and _is_history(*history)):
        return None
    return Relation(identity, head, child, label, *history)


def _is_history(origin: object, source: object, score: object, curator: object) -> bool:
    return (
        origin in _ORIGINS
        and type(source) in _TEXT
        and (score is None or (type(score) in (float, int) and 0 <= score <= 1))  # type: ignore[operator]
        and type(curator) in _TEXT
    )


def _without_tokens(line: str) -> Mapping[str, Any] | None:
    """Parse a line without its tokens if its keys stand in our order, else return ``None``.

    No string can hold the borders that are looked for, because JSON escapes the quotation marks inside strings; where
    ``meta`` holds them, what is left is no JSON.
    """
    start, end = line.find(_TOKENS), line.rfind(_AFTER_TOKENS)
    if not 0 < start < end:
        return None
    values = decoded(line[: start + len(_TOKENS)] + line[end:])
    return values if isinstance(values, dict) and tuple(values) == _KEYS else None


def _text(record: Fields, provenance: Fields) -> str:
    text: str = record.get("text", str)
    if text_sha256(text) != provenance.get("text_sha256", str):
        provenance.fail("text_sha256", "found another digest than that of text, expected a text that was not changed")
    return text


def _document(record: Fields, provenance: Fields) -> Document:
    text = _text(record, provenance)
    lang = record.get("lang", str)
    tokens = _tokens(record, len(text))
    return Document(
        key=record.get("id", str),
        text=text,
        lang=lang,
        title=record.get("title", str),
        tokens=tokens,
        sentences=split_sentences(text, tokens, lang),
        meta=record.get("meta", dict),
    )


def _tokens(record: Fields, length: int) -> Segmentation:
    try:
        tokens = Segmentation([(token["start"], token["end"]) for token in record.get("tokens", list)])
    except (KeyError, TypeError, OverflowError) as error:
        raise FormatError(f"{record.where}: tokens: found one without a whole start and end", _HINT) from error
    before = 0
    for index, (start, end) in enumerate(zip(tokens.starts, tokens.ends, strict=True)):
        if not before <= start < end <= length:
            record.fail(f"tokens[{index}]", f"found {start}-{end}, expected {before} ≤ start < end ≤ {length}")
        before = end
    return tokens


def _span(fields: Fields, text: str) -> Span:
    start, end = fields.get("start", int), fields.get("end", int)
    if not 0 <= start < end <= len(text):
        fields.fail("start", f"found {start}-{end}, expected 0 ≤ start < end ≤ {len(text)}")
    if fields.get("text", str) != text[start:end]:
        fields.fail("text", f"found {shown(fields.get('text', str))}, expected {shown(text[start:end])}")
    return Span(fields.get("id", str), start, end, fields.get("label", str), *_history(fields))


def _relation(fields: Fields, known: Container[str]) -> Relation:
    ends = []
    for name in ("head_id", "child_id"):
        end = fields.get(name, str)
        if end not in known:
            fields.fail(name, f"found {shown(end)}, expected the id of a span")
        ends.append(end)
    return Relation(fields.get("id", str), ends[0], ends[1], fields.get("label", str), *_history(fields))


def _history(fields: Fields) -> tuple[Origin, str | None, float | None, str | None]:
    origin = fields.get("origin", str)
    if origin not in _ORIGINS:
        fields.fail("origin", f"found {shown(origin)}, expected one of {', '.join(_ORIGINS)}")
    score = fields.get("score", float, int, type(None))
    if score is not None and not 0 <= score <= 1:
        fields.fail("score", f"found {shown(score)}, expected 0 to 1")
    return (
        origin,
        fields.get("source", str, type(None)),
        score,
        fields.get("curator", str, type(None)),
    )
