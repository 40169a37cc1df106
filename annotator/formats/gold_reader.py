"""Reading a line of the workspace's own format into a layer.

A line as we write it is decoded in one step.  Any other line is read field by field, to name what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Annotated, Any, get_args

import msgspec

from annotator.annotation import Annotations, Attributes, Origin, Relation, Span
from annotator.attribute_values import attribute_value_problem, text_problem
from annotator.errors import FormatError
from annotator.formats import beside_labels
from annotator.formats.json_values import NOT_DECODED, Fields, excerpt, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer
from annotator.formats.record import OLD_SCHEMA, SCHEMA, LayerRecord
from annotator.formats.source import SourceLine
from annotator.formats.tokens import Token
from annotator.text import Document, Segmentation, text_sha256
from annotator.tokenization import split_sentences, tokenize

_HINT = "`annotator validate FILE` lists every problem of the file"
_ORIGINS = get_args(Origin)
_VERSIONS = (SCHEMA, OLD_SCHEMA)
_Score = Annotated[float, msgspec.Meta(ge=0, le=1)] | None
Clusters = Mapping[str, list[list[str]]]
_Values = dict[str, bool | int | float | str | list[str]] | None


class _GoldSpan(msgspec.Struct, gc=False):
    text: str
    start: Annotated[int, msgspec.Meta(ge=0)]
    end: int
    id: str
    label: str
    origin: Origin
    source: str | None
    score: _Score
    curator: str | None
    soft_labels: dict[str, float] | None = None
    attributes: _Values = None


class _GoldRelation(msgspec.Struct, gc=False):
    id: str
    head_id: str
    child_id: str
    label: str
    origin: Origin
    source: str | None
    score: _Score
    curator: str | None
    attributes: _Values = None


class _GoldProvenance(msgspec.Struct):
    layer: str
    curators: tuple[str, ...]
    text_sha256: str
    labels_sha256: str


class _GoldLine(msgspec.Struct):
    """A line without its tokens, nine tenths of it, which can be computed from text and language."""

    schema: str
    id: str
    text: str
    lang: str
    title: str
    meta: dict[str, Any]
    spans: list[_GoldSpan]
    relations: list[_GoldRelation]
    provenance: _GoldProvenance
    document: _Values = None
    clusters: dict[str, list[list[str]]] | None = None


_decode = msgspec.json.Decoder(_GoldLine).decode


def read_record(line: str, where: str) -> LayerRecord:
    """Parse one line with its tokens; raise :class:`FormatError`, naming ``where``, if it is not such a record."""
    record = Fields.of(parse_json(line.rstrip("\r\n"), where), where, hint=_HINT)
    foreign = _check_document(record)
    tokens = _tokens(record, foreign.text)
    document = Document(
        key=foreign.fallback,
        text=foreign.text,
        lang=record.get("lang", str),
        title=record.get("title", str),
        tokens=tokens,
        sentences=split_sentences(foreign.text, tokens, record.get("lang", str)),
        meta=foreign.meta,
    )
    (layer,) = foreign.layers
    labels_sha256 = record.inner("provenance").get("labels_sha256", str)
    return LayerRecord(document, layer.content, str(layer.layer), layer.curators, labels_sha256)


def read_document(line: SourceLine) -> ForeignDocument:
    """Parse one line for import; raise :class:`FormatError`, naming its place, if it is not such a record."""
    return _decode_document(line.data, line.where) or _check_document(
        Fields.of(parse_json(line.text, line.where), line.where, hint=_HINT)
    )


def _decode_document(line: bytes, where: str) -> ForeignDocument | None:
    """Decode a line that is exactly as we write it; return ``None`` for any other."""
    try:
        decoded = _decode(line)
    except NOT_DECODED:
        return None
    text, length = decoded.text, len(decoded.text)
    if decoded.schema not in _VERSIONS or text_sha256(text) != decoded.provenance.text_sha256:
        return None
    for span in decoded.spans:
        if not (span.start < span.end <= length and text[span.start : span.end] == span.text):
            return None
    content = Annotations.of(
        [Span(s.id, s.start, s.end, s.label, s.origin, s.source, s.score, s.curator, s.attributes)
         for s in decoded.spans],
        [Relation(r.id, r.head_id, r.child_id, r.label, r.origin, r.source, r.score, r.curator, r.attributes)
         for r in decoded.relations],
        decoded.document,
    )  # fmt: skip
    if (len(content.spans), len(content.relations)) != (len(decoded.spans), len(decoded.relations)):
        return None
    if not all(link.head in content.spans and link.child in content.spans for link in content.relations.values()):
        return None
    if not all(map(_are_sound, _attributes_in(content))):
        return None
    clusters = decoded.clusters or {}
    if _cluster_problem(clusters, content.spans) is not None:
        return None
    origin, about = decoded.provenance, (decoded.lang, decoded.title, decoded.meta)
    soft = sum(span.soft_labels is not None for span in decoded.spans)
    return _document(where, decoded.id, text, *about, content, clusters, origin.layer, origin.curators, soft)


def _check_document(record: Fields) -> ForeignDocument:
    """Read a record field by field, and raise :class:`FormatError` for the first that is wrong."""
    schema = record.get("schema", str)
    if schema not in _VERSIONS:
        record.fail("schema", f"found {excerpt(schema)}, expected {' or '.join(map(excerpt, _VERSIONS))}")
    provenance = record.inner("provenance")
    text = record.get("text", str)
    if text_sha256(text) != provenance.get("text_sha256", str):
        provenance.fail("text_sha256", "found another digest than that of text, expected a text that was not changed")
    layer, curators = provenance.get("layer", str), tuple(provenance.texts("curators"))
    provenance.get("labels_sha256", str)
    about = (record.get("lang", str), record.get("title", str), record.get("meta", dict))
    soft = sum(fields.values.get("soft_labels") is not None for fields in record.items("spans"))
    content = _annotations(record, text)
    clusters = _clusters(record, content.spans)
    return _document(record.where, record.get("id", str), text, *about, content, clusters, layer, curators, soft)


def _document(
    where: str,
    key: str,
    text: str,
    lang: str,
    title: str,
    meta: Mapping[str, Any],
    content: Annotations,
    clusters: Clusters,
    layer: str,
    curators: tuple[str, ...],
    soft: int,
) -> ForeignDocument:
    kind, _, author = layer.partition(":")
    groups = tuple(beside_labels.group(label, members) for label, found in clusters.items() for members in found)
    foreign_layer = ForeignLayer(
        content, author or None, suggested=kind == "suggestions", layer=layer, curators=curators, groups=groups
    )
    lost = {"soft labels of a span": soft} if soft else {}
    return ForeignDocument(where, text, key, (foreign_layer,), key, lang, title, meta, lost=lost)


def _annotations(record: Fields, text: str) -> Annotations:
    spans = {span.id: span for span in (_span(fields, text) for fields in record.items("spans"))}
    if len(spans) < len(record.values["spans"]):
        record.fail("spans", "found an id twice, expected each id once")
    relations = {link.id: link for link in (_relation(fields, spans) for fields in record.items("relations"))}
    if len(relations) < len(record.values["relations"]):
        record.fail("relations", "found an id twice, expected each id once")
    return Annotations(spans, relations, _attributes(record, "document") or {})


def _attributes(fields: Fields, name: str = "attributes") -> Attributes | None:
    """Read attributes in order of name; ``None`` where there are none."""
    values: dict[str, Any] = fields.optional(name, dict) or {}
    for attribute, value in values.items():
        problem = text_problem(attribute)
        if problem is not None:
            fields.fail(name, f"the name {excerpt(attribute)} {problem}")
        problem = beside_labels.value_problem(value)
        if problem is not None:
            fields.fail(f"{name}.{attribute}", f"{excerpt(value)} {problem}")
    return dict(sorted(values.items())) or None


def _attributes_in(content: Annotations) -> list[Attributes]:
    """What the items of a layer, and the document, have as their attributes."""
    of_spans = [span.attributes for span in content.spans.values() if span.attributes]
    of_relations = [relation.attributes for relation in content.relations.values() if relation.attributes]
    return [*of_spans, *of_relations, content.document_attributes]


def _are_sound(attributes: Attributes) -> bool:
    return not any(text_problem(name) or attribute_value_problem(value) for name, value in attributes.items())


def _clusters(record: Fields, known: Container[str]) -> Clusters:
    """Read the clusters by label; each is a list of ids of spans."""
    clusters: dict[str, Any] = record.optional("clusters", dict) or {}
    for label, found in clusters.items():
        if not isinstance(found, list) or not all(
            isinstance(members, list) and all(isinstance(member, str) for member in members) for members in found
        ):
            record.fail(f"clusters.{label}", f"found {excerpt(found)}, expected lists of ids of spans")
    problem = _cluster_problem(clusters, known)
    if problem is not None:
        record.fail("clusters", problem)
    return clusters


def _cluster_problem(clusters: Clusters, known: Container[str]) -> str | None:
    """Say what is wrong with clusters: a member that is no span, one that comes twice, or fewer than two."""
    for label, found in clusters.items():
        seen: set[str] = set()
        for members in found:
            if not label or len(members) < 2:
                return f"found {excerpt(members)} for {excerpt(label)}, expected a label, and two members at least"
            for member in members:
                if member not in known:
                    return f"{label}: found {excerpt(member)}, expected the id of a span"
                if member in seen:
                    return f"{label}: found {excerpt(member)} again, expected each span in one cluster"
                seen.add(member)
    return None


def _tokens(record: Fields, text: str) -> Segmentation:
    """Read the tokens, without those that are nothing but white space."""
    length, lang = len(text), record.get("lang", str)
    try:
        read = msgspec.convert(record.get("tokens", list), list[Token])
        tokens = Segmentation([(t.start, t.end) for t in read if t.text[:1].isalnum() or tokenize(t.text, lang)])
    except (msgspec.ValidationError, OverflowError) as error:
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
        fields.fail("text", f"found {excerpt(fields.get('text', str))}, expected {excerpt(text[start:end])}")
    content = fields.get("id", str), start, end, fields.get("label", str)
    return Span(*content, *_provenance_fields(fields), _attributes(fields))


def _relation(fields: Fields, known: Container[str]) -> Relation:
    ends = []
    for name in ("head_id", "child_id"):
        end = fields.get(name, str)
        if end not in known:
            fields.fail(name, f"found {excerpt(end)}, expected the id of a span")
        ends.append(end)
    content = fields.get("id", str), ends[0], ends[1], fields.get("label", str)
    return Relation(*content, *_provenance_fields(fields), _attributes(fields))


def _provenance_fields(fields: Fields) -> tuple[Origin, str | None, float | None, str | None]:
    origin = fields.get("origin", str)
    if origin not in _ORIGINS:
        fields.fail("origin", f"found {excerpt(origin)}, expected one of {', '.join(_ORIGINS)}")
    score = fields.get("score", float, int, type(None))
    if score is not None and not 0 <= score <= 1:
        fields.fail("score", f"found {excerpt(score)}, expected 0 to 1")
    return (
        origin,
        fields.get("source", str, type(None)),
        score,
        fields.get("curator", str, type(None)),
    )
