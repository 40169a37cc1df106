"""Writing rows for Hugging Face datasets: a folder that ``load_dataset`` takes as it is.

The rows stand in ``data.jsonl`` (or ``data.parquet``).  The head of ``README.md`` says which file that is, so that the
manifest beside it is not taken for data, and what the columns are, with the names of the tags; ``dataset_info.json``
says the latter as ``Features.from_dict`` reads it.  ``spans`` and ``relations`` hold what tags cannot: spans end as
Python slices of ``tokens`` do, relations name spans by their place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from annotator.errors import FormatError
from annotator.formats import parquet_rows
from annotator.formats.document_fields import DOCUMENT_FIELDS, document_fields
from annotator.formats.json_values import Fields, dumps
from annotator.formats.project_setup import json_file
from annotator.formats.protocol import Target
from annotator.formats.record import LayerRecord
from annotator.formats.words import WordRow, related_rows, row_tags

TAGS = "ner_tags"
COLUMNS = ("id", "tokens", TAGS, "spans", "relations", "text", *DOCUMENT_FIELDS)
DATA, INFO, README = "data", "dataset_info.json", "README.md"
_ENDINGS = ("jsonl", "parquet")
_SPLITS = {"dev": "validation"}
"""What datasets calls a part that has another name here."""
_SPAN = {"start": "int64", "end": "int64", "label": "string"}
_RELATION = {"head": "int64", "child": "int64", "label": "string"}


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write the rows, then what the dataset's features are."""
    kind, ending = target.options.get("tags", "names"), target.options.get("file", _ENDINGS[0])
    if kind not in ("names", "ids"):
        raise FormatError(f"tags={kind}: tags are names or ids", "write tags=names or tags=ids")
    if ending not in _ENDINGS:
        raise FormatError(f"file={ending}: rows are written as {' or '.join(_ENDINGS)}", "write file=jsonl")
    names = ["O", *(f"{letter}-{label}" for label in target.scheme.entities for letter in "BI")]
    numbers = {name: number for number, name in enumerate(names)}
    rows = _rows(records, target, numbers, by_number=kind == "ids")
    name = f"{DATA}.{ending}"
    if ending == "parquet":
        target.put(name, parquet_rows.write(rows, COLUMNS, numbered_tags=TAGS if kind == "ids" else ""))
    else:
        with target.file(name) as stream:
            for row in rows:
                stream.write((dumps(row) + "\n").encode("utf-8"))
    target.put(INFO, json_file({"features": _features(list(numbers))}))
    target.put(README, _readme({"train": name}, list(numbers)))


def _rows(
    records: Iterable[LayerRecord], target: Target, numbers: dict[str, int], *, by_number: bool
) -> Iterator[dict[str, Any]]:
    for record in records:
        fields = document_fields(record.document)
        meta = json.dumps(fields["meta"], ensure_ascii=False, separators=(",", ":"))
        for row in related_rows(record, target):
            tags = row_tags(row)
            for tag in tags:
                numbers.setdefault(tag, len(numbers))
            values: Sequence[str | int] = [numbers[tag] for tag in tags] if by_number else tags
            yield {"id": row.id, "tokens": row.words, TAGS: values, **_over_words(row), "text": row.text} | {
                **fields,
                "key": row.id,
                "meta": meta,
            }


def _over_words(row: WordRow) -> dict[str, Any]:
    return {
        "spans": [{"start": first, "end": last + 1, "label": label} for first, last, label in row.spans],
        "relations": [{"head": head, "child": child, "label": label} for head, child, label in row.relations],
    }


def describe_parts(folder: Path, parts: Sequence[str]) -> Mapping[str, bytes]:
    """Describe a folder whose parts are folders of rows, so that all of it loads as one dataset."""
    names: dict[str, None] = {}
    files: dict[str, str] = {}
    for part in parts:
        info = Fields.of(json.loads((folder / part / INFO).read_bytes()), part)
        names.update(dict.fromkeys(names_of_tags(info.inner("features"), TAGS) or ()))
        data = next(path for path in (folder / part).iterdir() if path.stem == DATA)
        files[_SPLITS.get(part, part)] = f"{part}/{data.name}"
    return {README: _readme(files, list(names))}


def names_of_tags(features: Fields, column: str) -> list[str] | None:
    """Read the names of the tags in a column from the features of a dataset."""
    if column not in features:
        return None
    tag = features.inner(column)
    return tag.inner("feature").texts("names") if "feature" in tag else None


def _features(names: list[str]) -> dict[str, Any]:
    text = {"dtype": "string", "_type": "Value"}
    return {
        "id": text,
        "tokens": {"feature": text, "_type": "Sequence"},
        TAGS: {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"},
        **{
            column: [{name: {"dtype": dtype, "_type": "Value"} for name, dtype in fields.items()}]
            for column, fields in (("spans", _SPAN), ("relations", _RELATION))
        },
        **dict.fromkeys(("text", *DOCUMENT_FIELDS), text),
    }


def _readme(files: Mapping[str, str], names: Sequence[str]) -> bytes:
    """Write the card of a dataset, whose head says where the rows of each split are and what their columns hold."""
    labels = {str(number): name for number, name in enumerate(names)}
    lists = {"spans": _SPAN, "relations": _RELATION}
    features: list[dict[str, Any]] = [{"name": "id", "dtype": "string"}, {"name": "tokens", "sequence": "string"}]
    features.append({"name": TAGS, "sequence": {"class_label": {"names": labels}}})
    for column, fields in lists.items():
        features.append({"name": column, "list": [{"name": name, "dtype": kind} for name, kind in fields.items()]})
    features += ({"name": name, "dtype": "string"} for name in ("text", *DOCUMENT_FIELDS))
    data_files = [{"split": split, "path": path} for split, path in files.items()]
    head = {
        "task_categories": ["token-classification"],
        "configs": [{"config_name": "default", "data_files": data_files}],
        "dataset_info": {"features": features},
    }
    written = yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=120)
    return f"---\n{written}---\n\nEntities and relations in news, exported for token classification.\n".encode()
