"""GLiREL's training data: a line a row of words, entities by first and last word (inclusive), and relations.

A relation names its ends by the positions of entities.  Further fields hold what words cannot express; GLiREL ignores
them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from annotator.formats.document_fields import DOCUMENT_FIELDS, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.source import JsonItem, Source
from annotator.formats.text_rows import ROWS_OPTION_HELP, WORDS_OPTION_HELP
from annotator.formats.words import (
    CARRIED_IN_WORDS,
    TEXT_IS_REBUILT,
    WordRelation,
    WordRow,
    WordSpan,
    annotations_from_words,
    fields_of_row,
    related_rows,
    text_of_words,
)

_KNOWN = ("tokenized_text", "ner", "relations", "text", *DOCUMENT_FIELDS)
_INCLUSIVE = "0 ≤ first ≤ last < {} (both are words of the entity)"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield the documents of lines, or of a list."""
    for item in source.items():
        yield _document(item)


def _document(item: JsonItem) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    words = row.texts("tokenized_text")
    text, segments = text_of_words(row, "tokenized_text")
    lost = Counter[str]()
    spans = [_span(row, index, value, words) for index, value in enumerate(row.get("ner", list))]
    places: dict[tuple[int, int], list[int]] = {}
    for number, span in enumerate(spans):
        places.setdefault((span.first, span.last), []).append(number)
    links = []
    for fields in row.items("relations") if "relations" in row else ():
        head, tail = (_end(fields.inner(name), spans, places) for name in ("head", "tail"))
        links.append(WordRelation(head, tail, fields.label("relation_text")))
        lost.update(f"{name} of a relation" for name in fields.others("head", "tail", "relation_text"))
    layer = ForeignLayer(annotations_from_words(segments, spans, links))
    return foreign_document(row, text, item.key(), (layer,), extras=row.others(*_KNOWN), lost=lost)


def _span(row: Fields, index: int, value: object, words: Sequence[str]) -> WordSpan:
    """Read an entity; its own text, where it has one, shows whether the last word is really counted in."""
    path = f"ner[{index}]"
    if not isinstance(value, list) or len(value) not in (3, 4):
        row.fail(path, f"found {excerpt(value)}, expected [first, last, type, text]")
    fields = Fields(dict(zip(("first", "last", "type", "text"), value, strict=False)), row.where, f"{path}.")
    first, last = fields.get("first", int), fields.get("last", int)
    if not 0 <= first <= last < len(words):
        fields.fail("first", f"found {first}-{last}, expected {_INCLUSIVE.format(len(words))}")
    covered, told = words[first : last + 1], fields.optional("text", str)
    if told is not None and "".join(told.split()) == "".join("".join(covered[:-1]).split()) != "":
        fields.fail("last", f"found {last}, the word behind {excerpt(told)}; the last word counts in: {last - 1}")
    return WordSpan(first, last, fields.label("type"))


def _end(fields: Fields, spans: Sequence[WordSpan], places: Mapping[tuple[int, int], list[int]]) -> int:
    """Find the entity at an end's position: of several the one of its type, else the first."""
    position = fields.get("position", list)
    numbers = places.get(tuple(position), ()) if all(type(number) is int for number in position) else ()
    if not numbers:
        fields.fail("position", f"found {excerpt(position)}, expected first and last word of an entity in ner")
    wanted = fields.optional("type", str)
    return next((number for number in numbers if spans[number].label == wanted), numbers[0])


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a row a line."""
    for record in records:
        for row in related_rows(record, target):
            value = {
                "tokenized_text": row.words,
                "ner": [(span.first, span.last, span.label, _mention(row, span)) for span in row.spans],
                "relations": [
                    {
                        "head": _written_end(row, relation.head),
                        "tail": _written_end(row, relation.child),
                        "relation_text": relation.label,
                    }
                    for relation in row.relations
                ],
                **fields_of_row(record, row),
            }
            target.write(dumps(value) + "\n")


def _written_end(row: WordRow, number: int) -> dict[str, object]:
    span = row.spans[number]
    return {"mention": _mention(row, span), "position": (span.first, span.last), "type": span.label}


def _mention(row: WordRow, span: WordSpan) -> str:
    return " ".join(row.words[span.first : span.last + 1])


FORMAT = Format(
    name="glirel",
    about="GLiREL's JSONL of words, entities and the relations between them",
    ending=".jsonl",
    read=read,
    write=write,
    carries=CARRIED_IN_WORDS,
    aside=("other fields of a row",),
    lost=(TEXT_IS_REBUILT, "other fields of a relation"),
    options={"rows": ROWS_OPTION_HELP, "words": WORDS_OPTION_HELP},
)
