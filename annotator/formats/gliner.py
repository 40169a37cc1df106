"""GLiNER's training data: words, spans by first and last word (inclusive), relations by the spans' indices.

The file is one JSON list, a document a line; further fields hold what words cannot express, and GLiNER ignores them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annotator.formats.document_fields import DOCUMENT_FIELDS, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.source import JsonItem, Source
from annotator.formats.text_rows import ROWS_OPTION_HELP, WINDOW, WORDS_OPTION_HELP
from annotator.formats.words import (
    CARRIED_IN_WORDS,
    TEXT_IS_REBUILT,
    WordRelation,
    WordSpan,
    annotations_from_words,
    fields_of_row,
    related_rows,
    text_of_words,
)

_LABELS = ("ner_labels", "rel_labels")
"""Fields that tell GLiNER which labels a row was searched for: those of the scheme, in what we write."""
_BEYOND = f"spans beyond the word {WINDOW} of their row, where GLiNER cuts: -O rows=windows"
_KNOWN = ("tokenized_text", "ner", "relations", *_LABELS, "text", *DOCUMENT_FIELDS)


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield the documents of a list, or of lines."""
    for item in source.items():
        yield _document(item)


def _document(item: JsonItem) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    words = row.texts("tokenized_text")
    text, segments = text_of_words(row, "tokenized_text")
    spans = [_span(row, index, value, len(words)) for index, value in enumerate(row.get("ner", list))]
    links = row.optional("relations", list) or []
    relations = [_relation(row, index, value, len(spans)) for index, value in enumerate(links)]
    layer = ForeignLayer(annotations_from_words(segments, spans, relations))
    return foreign_document(row, text, item.key(), (layer,), extras=row.others(*_KNOWN))


def _span(row: Fields, index: int, value: object, count: int) -> WordSpan:
    fields = _triple(row, f"ner[{index}]", value, ("start", "end", "label"))
    first, last = fields.get("start", int), fields.get("end", int)
    if not 0 <= first <= last < count:
        fields.fail("start", f"found {first}-{last}, expected 0 ≤ start ≤ end < {count} (the end is inclusive)")
    return WordSpan(first, last, fields.label("label"))


def _relation(row: Fields, index: int, value: object, count: int) -> WordRelation:
    fields = _triple(row, f"relations[{index}]", value, ("head", "tail", "label"))
    for name in ("head", "tail"):
        if not 0 <= fields.get(name, int) < count:
            fields.fail(name, f"found {fields.get(name, int)}, expected the place of a span in ner, 0 to {count - 1}")
    return WordRelation(fields.get("head", int), fields.get("tail", int), fields.label("label"))


def _triple(row: Fields, path: str, value: object, names: tuple[str, str, str]) -> Fields:
    if not isinstance(value, list) or len(value) != len(names):
        row.fail(path, f"found {excerpt(value)}, expected [{', '.join(names)}]")
    return Fields(dict(zip(names, value, strict=True)), row.where, f"{path}.")


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a list, a row a line."""
    target.write_list(dumps(row) for row in _rows(records, target))


def _rows(records: Iterable[LayerRecord], target: Target) -> Iterator[dict[str, Any]]:
    labels = dict(zip(_LABELS, (list(target.scheme.entities), list(target.scheme.relations)), strict=True))
    for record in records:
        for row in related_rows(record, target):
            beyond = sum(span.last >= WINDOW for span in row.spans)
            if beyond:
                target.warnings[_BEYOND] += beyond
            yield {
                "tokenized_text": row.words,
                "ner": row.spans,
                "relations": row.relations,
                **labels,
                **fields_of_row(record, row),
            }


FORMAT = Format(
    name="gliner",
    about="GLiNER's JSON list of words, spans and relations",
    ending=".json",
    read=read,
    write=write,
    carries=CARRIED_IN_WORDS,
    aside=("other fields of a document",),
    lost=(
        TEXT_IS_REBUILT,
        "the labels that a row was searched for: written are those of the scheme",
    ),
    options={"rows": ROWS_OPTION_HELP, "words": WORDS_OPTION_HELP},
)
