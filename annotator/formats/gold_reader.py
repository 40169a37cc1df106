"""One line of the workspace's own format → the layer that it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, get_args

from annotator.annotation import Annotations, Origin, Relation, Span
from annotator.errors import FormatError
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
_MISSING = object()
_ORIGINS = get_args(Origin)


def read_record(line: str, where: str, known: Known | None = None) -> LayerRecord:
    """Parse one line; raise :class:`FormatError`, naming ``where``, if it is not such a record.

    ``known`` looks up a document by its key.  Where it gives one with the same text, the record holds that document,
    and the line's tokens, nine tenths of it, are passed over.
    """
    values = _without_tokens(line) if known else None
    document = known(str(values["id"])) if known and values else None
    if values is None or document is None or document.text != values["text"]:
        values, document = _parse(line, where), None
    record = _Fields(values, where, "")
    if record.get("schema", str) != SCHEMA:
        record.fail("schema", f"found {_shown(record.get('schema', str))}, expected {_shown(SCHEMA)}")
    provenance = record.inner("provenance")
    document = document or _document(record, provenance)
    spans = [_span(fields, document.text) for fields in record.items("spans")]
    ids = {span.id for span in spans}
    if len(ids) < len(spans):
        record.fail("spans", "found an id twice, expected each id once")
    return LayerRecord(
        document=document,
        annotations=Annotations.of(spans, [_relation(fields, ids) for fields in record.items("relations")]),
        layer=provenance.get("layer", str),
        curators=tuple(provenance.texts("curators")),
        labels_sha256=provenance.get("labels_sha256", str),
    )


def _without_tokens(line: str) -> Mapping[str, Any] | None:
    """Parse a line without its tokens if its keys stand in our order, else return ``None``.

    No string can hold the borders that are looked for: JSON escapes the quotation marks inside strings.
    """
    start, end = line.rfind(_TOKENS), line.find(_AFTER_TOKENS)
    if not 0 < start < end:
        return None
    try:
        values = json.loads(line[: start + len(_TOKENS)] + line[end:])
    except (json.JSONDecodeError, RecursionError):
        return None
    return values if isinstance(values, dict) and tuple(values) == _KEYS else None


class _Fields:
    """The values of a JSON object, each asked for with its type, so that what is missing or wrong is named."""

    __slots__ = ("path", "values", "where")

    def __init__(self, values: Mapping[str, Any], where: str, path: str) -> None:
        self.values = values
        self.where = where
        self.path = path

    def get(self, name: str, *types: type) -> Any:
        value = self.values.get(name, _MISSING)
        if type(value) not in types:
            expected = " or ".join("null" if kind is type(None) else _JSON_TYPES[kind] for kind in types)
            self.fail(name, f"found {_shown(value)}, expected {expected}")
        return value

    def inner(self, name: str) -> _Fields:
        return _Fields(self.get(name, dict), self.where, f"{self.path}{name}.")

    def items(self, name: str) -> list[_Fields]:
        found = []
        for index, value in enumerate(self.get(name, list)):
            if not isinstance(value, dict):
                self.fail(f"{name}[{index}]", f"found {_shown(value)}, expected an object")
            found.append(_Fields(value, self.where, f"{self.path}{name}[{index}]."))
        return found

    def texts(self, name: str) -> list[str]:
        values: list[Any] = self.get(name, list)
        if not all(isinstance(value, str) for value in values):
            self.fail(name, f"found {_shown(values)}, expected a list of strings")
        return values

    def fail(self, name: str, problem: str) -> NoReturn:
        raise FormatError(f"{self.where}: {self.path}{name}: {problem}", _HINT)


_JSON_TYPES: Mapping[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def _shown(value: object) -> str:
    if value is _MISSING:
        return "nothing"
    written = json.dumps(value, ensure_ascii=False)
    return written if len(written) <= 40 else written[:39] + "…"


def _parse(line: str, where: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line.rstrip("\r\n"))
        if "\\u" in line:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise FormatError(f"{where}: found half of a character (a lone surrogate)", _HINT) from error
    except json.JSONDecodeError as error:
        raise FormatError(f"{where}:{error.colno}: not JSON: {error.msg}", _HINT) from error
    except RecursionError as error:
        raise FormatError(f"{where}: lists or objects nested too deeply", _HINT) from error
    if not isinstance(value, dict):
        raise FormatError(f"{where}: found {_shown(value)}, expected an object", _HINT)
    return value


def _document(record: _Fields, provenance: _Fields) -> Document:
    text = record.get("text", str)
    if text_sha256(text) != provenance.get("text_sha256", str):
        provenance.fail("text_sha256", "found another digest than that of text, expected a text that was not changed")
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


def _tokens(record: _Fields, length: int) -> Segmentation:
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


def _span(fields: _Fields, text: str) -> Span:
    start, end = fields.get("start", int), fields.get("end", int)
    if not 0 <= start < end <= len(text):
        fields.fail("start", f"found {start}-{end}, expected 0 ≤ start < end ≤ {len(text)}")
    if fields.get("text", str) != text[start:end]:
        fields.fail("text", f"found {_shown(fields.get('text', str))}, expected {_shown(text[start:end])}")
    return Span(fields.get("id", str), start, end, fields.get("label", str), *_history(fields))


def _relation(fields: _Fields, known: set[str]) -> Relation:
    ends = []
    for name in ("head_id", "child_id"):
        end = fields.get(name, str)
        if end not in known:
            fields.fail(name, f"found {_shown(end)}, expected the id of a span")
        ends.append(end)
    return Relation(fields.get("id", str), ends[0], ends[1], fields.get("label", str), *_history(fields))


def _history(fields: _Fields) -> tuple[Origin, str | None, float | None, str | None]:
    origin = fields.get("origin", str)
    if origin not in _ORIGINS:
        fields.fail("origin", f"found {_shown(origin)}, expected one of {', '.join(_ORIGINS)}")
    return (
        origin,
        fields.get("source", str, type(None)),
        fields.get("score", float, int, type(None)),
        fields.get("curator", str, type(None)),
    )
