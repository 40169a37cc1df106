"""SpERT's training data: a JSON list of tokens with entities (ends exclusive) and relations by the entities' places.

SpERT looks for no other fields, so that ours hold what tokens cannot express.  It also wants the file of the types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from annotator.formats.document_fields import DOCUMENT_FIELDS, foreign_document
from annotator.formats.json_values import Fields, dumps
from annotator.formats.project_setup import json_file
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.source import TYPES, JsonItem, Source
from annotator.formats.text_rows import ROWS_OPTION_HELP, WORDS_OPTION_HELP
from annotator.formats.words import (
    CARRIED_IN_WORDS,
    TEXT_IS_REBUILT,
    WordRelation,
    WordSpan,
    annotations_from_words,
    fields_of_row,
    place_of_span,
    related_rows,
    text_of_words,
)
from annotator.labels import LabelScheme

_KNOWN = ("tokens", "entities", "relations", "text", *DOCUMENT_FIELDS)


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield the documents of a list, or of lines."""
    for item in source.items(beside=[TYPES]):
        yield _document(item)


def _document(item: JsonItem) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    text, segments = text_of_words(row, "tokens")
    lost = Counter[str]()
    spans, links = [], []
    for fields in row.items("entities"):
        start, end = fields.range("start", "end", len(segments))
        spans.append(WordSpan(start, end - 1, fields.label("type")))
        lost.update(f"{name} of an entity" for name in fields.others("type", "start", "end"))
    for fields in row.items("relations") if "relations" in row else ():
        head, tail = (place_of_span(fields, name, len(spans)) for name in ("head", "tail"))
        links.append(WordRelation(head, tail, fields.label("type")))
        lost.update(f"{name} of a relation" for name in fields.others("type", "head", "tail"))
    layer = ForeignLayer(annotations_from_words(segments, spans, links))
    return foreign_document(row, text, item.key(), (layer,), extras=row.others(*_KNOWN), lost=lost)


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a list, a row a line."""
    target.write_list(
        dumps(
            {
                "tokens": row.words,
                "entities": [{"type": s.label, "start": s.first, "end": s.last + 1} for s in row.spans],
                "relations": [{"type": r.label, "head": r.head, "tail": r.child} for r in row.relations],
                **fields_of_row(record, row),
            }
        )
        for record in records
        for row in related_rows(record, target)
    )


def types(scheme: LabelScheme, options: Mapping[str, str]) -> Mapping[str, bytes]:  # noqa: ARG001 - the protocol's
    """Write the types of entities and relations as SpERT's ``types_path`` names them."""
    entities = {label: {"short": label, "verbose": label} for label in scheme.entities}
    relations = {
        label: {"short": label, "verbose": label, "symmetric": relation.symmetric}
        for label, relation in scheme.relations.items()
    }
    value = {"entities": entities, "relations": relations}
    return {TYPES: json_file(value)}


FORMAT = Format(
    name="spert",
    about="SpERT's JSON list of tokens, entities and relations, with the file of their types",
    ending=".json",
    read=read,
    write=write,
    setup=types,
    carries=CARRIED_IN_WORDS,
    aside=("other fields of a row",),
    lost=(
        TEXT_IS_REBUILT,
        "other fields of an entity or a relation",
    ),
    options={"rows": ROWS_OPTION_HELP, "words": WORDS_OPTION_HELP},
)
