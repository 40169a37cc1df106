"""The workspace's own format: one JSON object a line, a superset of Prodigy's.

The same layer always gives the same bytes: keys in a fixed order, documents, spans and relations in reading order, ids
made of content, no spaces.  ``gold.2.schema.json`` beside this module describes every field.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from json.encoder import encode_basestring as _quoted
from typing import NamedTuple

from annotator.annotation import Relation, RelationKey, Span, SpanKey
from annotator.formats.beside_labels import CLUSTER
from annotator.formats.protocol import ATTRIBUTES, ForeignDocument, Format, Target, all_but
from annotator.formats.record import SCHEMA, LayerRecord
from annotator.formats.source import Source
from annotator.formats.tokens import Encoded, TokenNumbers, with_encoded_tokens
from annotator.groups import groups
from annotator.wording import Places


def encode_record(
    record: LayerRecord, encoded: Encoded, off_token: Places, equivalences: Collection[str] = ()
) -> bytes:
    """Write the line of one layer in UTF-8, without the line break, given its encoded tokens and sentences.

    Spans that do not fall on token borders have null token fields, and are added to ``off_token``.  Relations whose
    labels are ``equivalences`` are written as clusters too.
    """
    document = record.document
    spans = record.spans()
    numbers = TokenNumbers(document, encoded.gaps)
    span_texts = {key: _span_text(key, numbers) for key in spans}
    for key, span_text in span_texts.items():
        if span_text.is_off_token:
            off_token.add(document.key, *key)
    soft = record.soft_labels
    span_lines = [
        _span(span, span_texts[key], document.text, "" if soft is None else f',"soft_labels":{_dumps(soft.get(key))}')
        for key, span in spans.items()
    ]
    relation_lines = [_relation(relation, key, span_texts) for key, relation in record.relations().items()]
    before = (
        f'{{"schema":"{SCHEMA}","id":{_quoted(document.key)},"text":{_quoted(document.text)},'
        f'"lang":{_quoted(document.lang)},"title":{_quoted(document.title)},"meta":{_dumps(dict(document.meta))},'
        f'"tokens":['
    )
    behind = (
        f'],"spans":[{",".join(span_lines)}],"relations":[{",".join(relation_lines)}],'
        f'"answer":"accept","provenance":{{"layer":{_quoted(record.layer)},"curators":{_dumps(list(record.curators))},'
        f'"text_sha256":"{document.sha256}","labels_sha256":{_quoted(record.labels_sha256)}}}'
        f"{_attributes(record, equivalences)}}}"
    )
    return b"".join(
        (before.encode("utf-8"), encoded.tokens, b'],"sentences":[', encoded.sentences, behind.encode("utf-8"))
    )


def read_records(lines: Iterable[str], where: str) -> Iterator[LayerRecord]:
    """Read the lines of a file, called ``where``, that :func:`write` wrote, keys in any order.

    Lines are to be split at line feeds alone: a text may hold other line breaks.

    Raises :class:`~annotator.errors.FormatError` with the line's number at the first that is not such a record.
    """
    from annotator.formats.gold_reader import read_record

    for number, line in enumerate(lines, 1):
        if line.strip():
            yield read_record(line, f"{where}:{number}")


class _SpanText(NamedTuple):
    """The parts of a line that a span and its relations have in common."""

    id: str
    token_end: str
    place: str
    is_off_token: bool


def _span_text(key: SpanKey, numbers: TokenNumbers) -> _SpanText:
    exact = numbers.exact(key.start, key.end)
    first, last = ("null", "null") if exact is None else (str(exact[0]), str(exact[1]))
    fields = (
        f'"start":{key.start},"end":{key.end},"token_start":{first},"token_end":{last},"label":{_quoted(key.label)}'
    )
    return _SpanText(_quoted(str(key)), last, fields, exact is None)


def _span(span: Span, span_text: _SpanText, text: str, more: str) -> str:
    covered = _quoted(text[span.start : span.end])
    return f'{{"id":{span_text.id},{span_text.place},"text":{covered},{_provenance_text(span)}{more}}}'


def _attributes(record: LayerRecord, equivalences: Collection[str]) -> str:
    """Write the attributes of the document, and the clusters, by the ids of their spans; nothing where there are none.

    Clusters that the scheme has no equivalence for are those that were kept aside.
    """
    content = record.annotations
    clusters = {label: groups(content, label) for label in equivalences}
    for extra in record.extras:
        if extra.kind == CLUSTER:
            clusters.setdefault(extra.value["label"], []).append([*extra.refs])
    named = {
        label: [[str(content.spans[member].key) for member in cluster] for cluster in found]
        for label, found in clusters.items()
        if found
    }
    said = {"document": content.document_attributes, "clusters": named}
    return "".join(f',"{name}":{_dumps(value)}' for name, value in said.items() if value)


def _relation(relation: Relation, key: RelationKey, span_texts: Mapping[SpanKey, _SpanText]) -> str:
    head, child = span_texts[key.head], span_texts[key.child]
    return (
        f'{{"id":{_quoted(str(key))},"head_id":{head.id},"child_id":{child.id},"head":{head.token_end},'
        f'"child":{child.token_end},"label":{_quoted(relation.label)},"head_span":{{{head.place}}},'
        f'"child_span":{{{child.place}}},{_provenance_text(relation)}}}'
    )


def _provenance_text(item: Span | Relation) -> str:
    """Write the fields that say where a span or relation comes from, then its attributes, if it has any."""
    source = "null" if item.source is None else _quoted(item.source)
    curator = "null" if item.curator is None else _quoted(item.curator)
    score = "null" if item.score is None else repr(float(item.score))
    attributes = f',"attributes":{_dumps(item.attributes)}' if item.attributes else ""
    return f'"origin":"{item.origin}","source":{source},"score":{score},"curator":{curator}{attributes}'


_dumps = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True).encode


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield the documents of a file that :func:`write` wrote."""
    from annotator.formats.gold_reader import read_document

    for line in source.lines():
        if line.data and not line.data.isspace():
            yield read_document(line)


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a line a document."""
    equivalences = target.scheme.equivalences
    for record, encoded in with_encoded_tokens(records):
        target.write(encode_record(record, encoded, target.off_token, equivalences))
        target.write(b"\n")


FORMAT = Format(
    name="jsonl",
    about="the workspace's own: one JSON object a line, a superset of Prodigy's",
    ending=".jsonl",
    read=read,
    write=write,
    carries=all_but("verdicts", aside=("self_relations",), also=ATTRIBUTES),
    aside=("attributes and clusters that the label scheme does not have",),
    lost=("soft labels (they come from the curators' layers)",),
    options={
        "soft": "shares: write what share of the curators gives each span which label; model: how likely each label is"
        " right, as Dawid and Skene's model of the curators has it",
    },
)
