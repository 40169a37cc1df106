"""Rows for token classification with Hugging Face datasets: reading, and what the format is.

A row has ``id``, ``tokens`` and ``ner_tags`` (IOB2), by name or by number.  Rows of ours have ``spans`` and
``relations``, too, which tags cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from annotator.errors import FormatError
from annotator.formats import parquet_rows
from annotator.formats.document_fields import foreign_document
from annotator.formats.hf_writer import COLUMNS, INFO, TAGS, describe_parts, names_of_tags, write
from annotator.formats.json_values import Fields, excerpt, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format
from annotator.formats.source import JsonItem, Source
from annotator.formats.text_rows import ROWS_OPTION_HELP, WORDS_OPTION_HELP
from annotator.formats.words import (
    CARRIED_IN_WORDS,
    TEXT_IS_REBUILT,
    WordRelation,
    WordSpan,
    annotations_from_words,
    is_tag,
    place_of_span,
    tagged_spans,
    text_of_words,
)

_NAMES_HINT = "give the names in order, -O names=O,B-PER,I-PER, or dataset_info.json beside the file"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a folder of rows, as we write it, or of one file."""
    names = options["names"].split(",") if "names" in options else None
    for part in source.parts(".jsonl", ".parquet"):
        column = options.get("tag-column", TAGS)
        rows = parquet_rows.read(part) if parquet_rows.is_parquet(part) else part.items()
        known = names
        if known is None and part.path is not None:
            known = _names_beside(part.path, column) or parquet_rows.tag_names(part, column)
        for item in rows:
            yield _document(item, options, known)


def _names_beside(path: Path, column: str) -> list[str] | None:
    """Read the names of the tags from the file beside the data; ``None`` where there is no such file."""
    info = path.with_name(INFO)
    if not info.is_file():
        return None
    features = Fields.of(parse_json(Source(info).text_of(info), str(info)), str(info)).inner("features")
    return names_of_tags(features, column)


def _document(item: JsonItem, options: Mapping[str, str], names: list[str] | None) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    words, column = options.get("word-column", "tokens"), options.get("tag-column", TAGS)
    for option, name in (("word-column", words), ("tag-column", column)):
        if name not in row:
            found = ", ".join(row.values) or "none"
            raise FormatError(f"{row.where}: no column {name}: found {found}", f"name the right one, -O {option}=NAME")
    text, segments = text_of_words(row, words)
    values = [_tag(row, column, index, value, names) for index, value in enumerate(row.get(column, list))]
    if len(values) != len(segments):
        row.fail(column, f"found {len(values)} tags, expected one for each of the {len(segments)} words")
    row_id = row.optional("id", str, int)
    fallback = item.key(row_id)
    if "spans" in row:
        spans = [_span(fields, len(segments)) for fields in row.items("spans")]
        links = [_relation(fields, len(spans)) for fields in row.items("relations")] if "relations" in row else []
    else:
        spans, links = list(tagged_spans(values)), []
    layer = ForeignLayer(annotations_from_words(segments, spans, links))
    lost = {f"column {name}": 1 for name in row.others(words, column, *COLUMNS)}
    return foreign_document(row, text, fallback, (layer,), lost=lost)


def _span(fields: Fields, words: int) -> WordSpan:
    start, end = fields.range("start", "end", words)
    return WordSpan(start, end - 1, fields.label("label"))


def _relation(fields: Fields, spans: int) -> WordRelation:
    head, child = place_of_span(fields, "head", spans), place_of_span(fields, "child", spans)
    return WordRelation(head, child, fields.label("label"))


def _tag(row: Fields, column: str, index: int, value: object, names: list[str] | None) -> str:
    path = f"{column}[{index}]"
    if type(value) is int:
        if names is None:
            raise FormatError(f"{row.where}: {path}: found {value}, a number without a name", _NAMES_HINT)
        if not 0 <= value < len(names):
            row.fail(path, f"found {value}, expected 0 to {len(names) - 1}")
        value = names[value]
    if not isinstance(value, str) or not is_tag(value):
        row.fail(path, f"found {excerpt(value)}, expected O or a tag like B-ORG")
    return value


FORMAT = Format(
    name="hf",
    about="rows of words and tags for Hugging Face datasets, with the names of the tags",
    ending="",
    folder=True,
    read=read,
    write=write,
    describe_parts=describe_parts,
    carries=CARRIED_IN_WORDS,
    lost=("other columns", TEXT_IS_REBUILT),
    options={
        "rows": ROWS_OPTION_HELP,
        "words": WORDS_OPTION_HELP,
        "file": "jsonl (default) or parquet: the file of the rows to write; parquet needs the extra of that name",
        "tags": "names (default) or ids: how tags are written",
        "tag-column": "the column of the tags to read (default: ner_tags)",
        "word-column": "the column of the words to read (default: tokens)",
        "names": "the names of numbered tags to read, in order, parted by commas",
    },
)
