"""Rows in Parquet files, by pyarrow, which the extra ``parquet`` brings."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from annotator.errors import FormatError
from annotator.extras import missing
from annotator.formats.json_values import Fields, encode
from annotator.formats.source import JsonItem, Source

if TYPE_CHECKING:
    from types import ModuleType

_BEGINNING = b"PAR1"
_BATCH = 1_000
"""Rows that are in memory at once."""


def is_parquet(source: Source) -> bool:
    """Tell whether a source is a Parquet file."""
    if source.path is None or not source.path.is_file():
        return False
    with source.path.open("rb") as stream:
        return stream.read(len(_BEGINNING)) == _BEGINNING


def read(source: Source) -> Iterator[JsonItem]:
    """Yield the rows of a file."""
    with _opened(source) as table:
        number = 0
        for batch in table.iter_batches(batch_size=_BATCH):
            for value in batch.to_pylist():
                number += 1
                yield JsonItem(_as_json(value), number, f"{source.name}: row {number}", source.stem)


def _as_json(value: Any) -> Any:
    """A value as JSON would hold it, with dates and decimals as strings; bytes are text where they are UTF-8."""
    if isinstance(value, dict):
        return {name: _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    if isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            return value.decode()
        return value
    return value if isinstance(value, str | int | None) else msgspec.json.decode(encode(value))


def tag_names(source: Source, column: str) -> list[str] | None:
    """Read the names of numbered tags from what datasets wrote into the file; ``None`` where it wrote none."""
    if not is_parquet(source):
        return None
    with _opened(source) as table:
        metadata = table.schema_arrow.metadata or {}
    try:
        info = json.loads(metadata[b"huggingface"])["info"]["features"][column]["feature"]
        return Fields.of(info, source.name).texts("names")
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def write(rows: Iterable[dict[str, Any]], columns: Sequence[str], numbered_tags: str = "") -> bytes:
    """Write rows, a thousand at a time; ``numbered_tags`` names the column that holds numbers instead of words."""
    parquet = _pyarrow("parquet")
    import pyarrow as pa

    text, number = pa.string(), pa.int64()
    kinds: dict[str, Any] = dict.fromkeys(columns, text)
    kinds["tokens"] = kinds["ner_tags"] = pa.list_(text)
    kinds["spans"] = pa.list_(pa.struct({"start": number, "end": number, "label": text}))
    kinds["relations"] = pa.list_(pa.struct({"head": number, "child": number, "label": text}))
    if numbered_tags:
        kinds[numbered_tags] = pa.list_(number)
    schema = pa.schema(kinds)
    sink = io.BytesIO()
    remaining = iter(rows)
    with parquet.ParquetWriter(sink, schema) as writer:
        while batch := list(islice(remaining, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema))
    return sink.getvalue()


@contextmanager
def _opened(source: Source) -> Iterator[Any]:
    parquet = _pyarrow("parquet")
    import pyarrow as pa

    try:
        with parquet.ParquetFile(source.path) as table:
            yield table
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:100]
        raise FormatError(f"{source.name}: no Parquet file, or a damaged one ({reason})", "export it anew") from error


def _pyarrow(part: str) -> ModuleType:
    try:
        from importlib import import_module

        return import_module(f"pyarrow.{part}")
    except ImportError as error:
        raise FormatError(*missing("a Parquet file", "parquet")) from error
