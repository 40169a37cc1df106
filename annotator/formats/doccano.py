"""doccano's JSONL for sequence labelling with relations, in the shapes that its versions have written.

Entities stand under ``entities`` (with ids, so that relations can name them), or under ``label``/``labels`` as
``[start, end, label]``, or under ``annotations`` with the user who made each.  Relations go from ``from_id`` to
``to_id``.  A file may be one JSON list, whatever its ending says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from annotator.annotation import Annotations, Relation, Span
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.source import JsonItem, Source

_TEXTS = ("text", "data")
_SPANS = ("entities", "label", "labels", "annotations")
_OUR_COLUMNS = ("key", "lang", "title", "meta")


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file; ``options`` may name the column of the text."""
    columns = (options["text"],) if "text" in options else _TEXTS
    for item in source.items():
        yield _document(item, columns)


def _document(item: JsonItem, columns: tuple[str, ...]) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    column = next((name for name in columns if name in row), columns[0])
    text = row.get(column, str)
    number = row.optional("id", int, str)
    present = [name for name in _SPANS if name in row]
    if len(present) > 1:
        row.fail(present[1], f"found it beside {present[0]}, expected the spans in one place")
    return ForeignDocument(
        where=item.where,
        text=text,
        fallback=item.key(number),
        layers=tuple(_layers(row, present[0] if present else "", len(text))),
        key=row.optional("key", str),
        lang=row.optional("lang", str),
        title=row.optional("title", str),
        meta=row.optional("meta", dict) or {},
        extras=row.others(column, *_SPANS, "relations", *_OUR_COLUMNS),
    )


def _layers(row: Fields, name: str, length: int) -> Iterator[ForeignLayer]:
    """Yield one layer for each user that the annotations name, one without an author where they name none."""
    by_user: dict[str | None, list[Span]] = {}
    ids: set[str] = set()
    for user, span in _spans(row, name, length):
        if span.id in ids:
            row.fail(name, f"found the id {span.id} twice, expected each id once")
        ids.add(span.id)
        by_user.setdefault(user, []).append(span)
    relations = (
        [_relation(fields, ids, i) for i, fields in enumerate(row.items("relations"))] if "relations" in row else []
    )
    for user, spans in (by_user or {None: []}).items():
        mine = {span.id for span in spans}
        own = [relation for relation in relations if relation.head in mine]
        strangers = next((r for r in own if r.child not in mine), None)
        if strangers is not None:
            row.fail("relations", f"found {strangers.id} between the entities of two users, expected one user's")
        yield ForeignLayer(Annotations.of(spans, own), None if user is None else user)


def _spans(row: Fields, name: str, length: int) -> Iterator[tuple[str | None, Span]]:
    if not name:
        return
    values: list[Any] = row.get(name, list)
    for index, value in enumerate(values):
        if isinstance(value, list):
            yield None, _triple(row, name, index, value, length)
            continue
        fields = Fields.of(value, row.where, f"{name}[{index}].")
        start, end = fields.range("start_offset", "end_offset", length)
        span_id = fields.optional("id", int, str)
        user = fields.optional("user", int, str)
        yield (
            None if user is None else str(user),
            Span(f"#{index}" if span_id is None else str(span_id), start, end, fields.label("label")),
        )


def _triple(row: Fields, name: str, index: int, value: list[Any], length: int) -> Span:
    if len(value) != 3:
        row.fail(f"{name}[{index}]", f"found {excerpt(value)}, expected [start, end, label]")
    fields = Fields(dict(zip(("start", "end", "label"), value, strict=True)), row.where, f"{name}[{index}].")
    return Span(f"#{index}", *fields.range("start", "end", length), fields.label("label"))


def _relation(fields: Fields, ids: set[str], index: int) -> Relation:
    ends = []
    for name in ("from_id", "to_id"):
        end = str(fields.get(name, int, str))
        if end not in ids:
            fields.fail(name, f"found {end}, expected the id of an entity")
        ends.append(end)
    return Relation(f"relation {index + 1}", ends[0], ends[1], fields.label("type"))


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a line a document; ids of entities and relations count through the file."""
    entity_ids, relation_ids = count(1), count(1)
    for number, record in enumerate(records, 1):
        document = record.document
        ids = {key: next(entity_ids) for key in record.spans()}
        row = {
            "id": number,
            "text": document.text,
            "entities": [
                {"id": i, "label": key.label, "start_offset": key.start, "end_offset": key.end}
                for key, i in ids.items()
            ],
            "relations": [
                {"id": next(relation_ids), "from_id": ids[key.head], "to_id": ids[key.child], "type": key.label}
                for key in record.relations()
            ],
            "Comments": [],
            **record.document_extras,
            "key": document.key,
            "lang": document.lang,
            "title": document.title,
            "meta": document.meta,
        }
        target.write(dumps(row) + "\n")


FORMAT = Format(
    name="doccano",
    about="doccano's JSONL for sequence labelling with relations",
    ending=".jsonl",
    read=read,
    write=write,
    carries=all_but("curator", "origin", "source", "score", "verdicts", aside=("self_relations",)),
    aside=("the row's id, comments and other columns",),
    options={"text": "the column of the text (default: text, or data)"},
)
