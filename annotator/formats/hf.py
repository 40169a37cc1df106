"""Rows for token classification with Hugging Face datasets: a folder of ``data.jsonl`` and ``dataset_info.json``.

A row has ``id``, ``tokens`` and ``ner_tags`` (IOB2), by name or, on request, by number.  The names of the tags stand
in ``dataset_info.json`` as the features of the dataset, in the form that ``Features.from_dict`` reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotator.errors import FormatError
from annotator.formats.document_fields import DOCUMENT_FIELDS, document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.source import JsonItem, Source
from annotator.formats.words import (
    ROWS_OPTION_HELP,
    annotations_from_words,
    is_tag,
    row_tags,
    tagged_spans,
    text_of_words,
    word_rows,
)

DATA, INFO = "data.jsonl", "dataset_info.json"

_COLUMNS = ("id", "tokens", "ner_tags", "text", *DOCUMENT_FIELDS)
_NAMES_HINT = "give the names in order, -O names=O,B-PER,I-PER, or dataset_info.json beside the file"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a folder of rows, as we write it, or of one file."""
    names = options["names"].split(",") if "names" in options else None
    for part in source.parts(".jsonl"):
        known = names if names is not None or part.path is None else _names_beside(part.path, options)
        for item in part.items():
            yield _document(item, options, known)


def _names_beside(path: Path, options: Mapping[str, str]) -> list[str] | None:
    """Read the names of the tags from the file beside the data; ``None`` where there is no such file."""
    info = path.with_name(INFO)
    if not info.is_file():
        return None
    column = options.get("tag-column", "ner_tags")
    features = Fields.of(parse_json(Source(info).text_of(info), str(info)), str(info)).inner("features")
    if column not in features:
        return None
    tag = features.inner(column)
    return tag.inner("feature").texts("names") if "feature" in tag else None


def _document(item: JsonItem, options: Mapping[str, str], names: list[str] | None) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    words, column = options.get("word-column", "tokens"), options.get("tag-column", "ner_tags")
    text, segments = text_of_words(row, words)
    values = [_tag(row, column, index, value, names) for index, value in enumerate(row.get(column, list))]
    if len(values) != len(segments):
        row.fail(column, f"found {len(values)} tags, expected one for each of the {len(segments)} words")
    row_id = row.optional("id", str, int)
    fallback = item.key(row_id)
    layer = ForeignLayer(annotations_from_words(segments, tagged_spans(values), ()))
    lost = {f"column {name}": 1 for name in row.others(words, column, *_COLUMNS)}
    return foreign_document(row, text, fallback, (layer,), lost=lost)


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


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write the rows, then what the dataset's features are."""
    kind = target.options.get("tags", "names")
    if kind not in ("names", "ids"):
        raise FormatError(f"tags={kind}: tags are names or ids", "write tags=names or tags=ids")
    names = ["O", *(f"{letter}-{label}" for label in target.scheme.entities for letter in "BI")]
    numbers = {name: number for number, name in enumerate(names)}
    with target.file(DATA) as stream:
        for record in records:
            for row in word_rows(record, target):
                tags = row_tags(row)
                for tag in tags:
                    numbers.setdefault(tag, len(numbers))
                values: Sequence[str | int] = tags if kind == "names" else [numbers[tag] for tag in tags]
                fields = document_fields(record.document)
                meta = json.dumps(fields["meta"], ensure_ascii=False, separators=(",", ":"))
                value = {"id": row.id, "tokens": row.words, "ner_tags": values, "text": row.text}
                stream.write((dumps({**value, **fields, "key": row.id, "meta": meta}) + "\n").encode("utf-8"))
    described = json.dumps({"features": _features(list(numbers))}, ensure_ascii=False, indent=1)
    target.put(INFO, f"{described}\n".encode())


def _features(names: list[str]) -> dict[str, Any]:
    text = {"dtype": "string", "_type": "Value"}
    return {
        "id": text,
        "tokens": {"feature": text, "_type": "Sequence"},
        "ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"},
        **dict.fromkeys(("text", *DOCUMENT_FIELDS), text),
    }


FORMAT = Format(
    name="hf",
    about="rows of words and tags for Hugging Face datasets, with the names of the tags",
    ending="",
    folder=True,
    read=read,
    write=write,
    carries=all_but(
        "nested",
        "crossing",
        "off_token",
        "relations",
        "self_relations",
        "curator",
        "origin",
        "source",
        "score",
        "verdicts",
    ),
    lost=("other columns", "the text, where the rows are not ours: it is rebuilt from the words"),
    options={
        "rows": ROWS_OPTION_HELP,
        "tags": "names (default) or ids: how tags are written",
        "tag-column": "the column of the tags to read (default: ner_tags)",
        "word-column": "the column of the words to read (default: tokens)",
        "names": "the names of numbered tags to read, in order, parted by commas",
    },
)
