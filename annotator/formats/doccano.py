"""doccano's JSONL for sequence labelling with relations, in the shapes that its versions have written.

Entities stand under ``entities`` (with ids, so that relations can name them), or under ``label``/``labels`` as
``[start, end, label]``, or under ``annotations`` with the user who made each.  Relations go from ``from_id`` to
``to_id``.  doccano's page counts UTF-16 units, or graphemes in that mode, and stores what it was given otherwise, so
that one row may hold offsets of both kinds.  In a project's archive each file is named after its user.

Categories of a text are ``cats``, beside spans, or, in a project of classification, ``label`` as a list of names: an
attribute of the document.  ``cats_name`` says which, and ``document_attributes`` has the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Annotated, Any

import msgspec

from annotator.annotation import Annotations, Relation, Span
from annotator.attribute_values import text_problem
from annotator.formats.beside_labels import are_attributes, attribute, value_problem
from annotator.formats.counting import COUNTED, Counting, Offsets, likeliest, on_word_borders, parse_counting
from annotator.formats.document_fields import document_fields
from annotator.formats.json_values import Fields, encode, excerpt
from annotator.formats.options import is_yes
from annotator.formats.project_setup import label_types
from annotator.formats.protocol import ForeignAttribute, ForeignDocument, ForeignLayer, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.source import RELATION_LABELS, SPAN_LABELS, JsonItem, Source
from annotator.labels.attributes import AttributeType, values_of

_TEXTS = ("text", "data")
_SPANS = ("entities", "label", "labels", "annotations")
_LISTS = ("label", "labels")
_EVERYBODY = "all"
"""The name of the file in which a project has the work of all users together."""
_OUR_COLUMNS = ("key", "lang", "title", "meta")
_OF_SOME_ROWS = "columns_of_some_rows"
"""The column for what only some rows have, because doccano refuses a file whose rows have different columns."""
_CATEGORIES, _NAMED, _ATTRIBUTES = "cats", "cats_name", "document_attributes"
_OF_EVERY_ROW = frozenset({"id", "Comments"})
_WRITTEN = frozenset({"text", *_SPANS, "relations", "offsets", *_OUR_COLUMNS, _OF_SOME_ROWS})
"""The columns that an export fills itself; one that is kept aside and has such a name goes among those of some rows."""
_CLASSES = frozenset({_CATEGORIES, *_LISTS})
"""The columns in which others have the categories of a text."""
_Label = Annotated[str, msgspec.Meta(min_length=1)]


class _PlainEntity(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: int
    label: _Label
    start_offset: Annotated[int, msgspec.Meta(ge=0)]
    end_offset: int


class _PlainLink(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    id: int
    from_id: int
    to_id: int
    type: _Label


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, or of the files of a folder, which are named after their users.

    ``options`` may name the column of the text, the way of counting, and that a file's name is its user.
    """
    columns = (options["text"],) if "text" in options else _TEXTS
    counting = parse_counting("offsets", options["offsets"]) if "offsets" in options else None
    for part in source.parts(".json", ".jsonl", beside=[SPAN_LABELS, RELATION_LABELS]):
        named = options.get("author") == "file" or (part is not source and part.stem != _EVERYBODY)
        for item in part.items():
            yield _document(item, columns, counting, part.stem if named else None)


def _document(
    item: JsonItem, columns: tuple[str, ...], counting: Counting | None, author: str | None
) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    column = next((name for name in columns if name in row), columns[0])
    text = row.get(column, str)
    number = row.optional("id", int, str)
    said, ours = _attributes(row)
    classes = {name for name in _LISTS if _are_classes(row.values.get(name))}
    present = [name for name in _SPANS if name in row and name not in classes]
    if len(present) > 1:
        row.fail(present[1], f"found it beside {present[0]}, expected the spans in one place")
    if "offsets" in row:
        counting = parse_counting("offsets", row.get("offsets", str))
    reader = _RowReader(row, text, counting, author)
    return ForeignDocument(
        where=item.where,
        text=text,
        fallback=item.key(number),
        layers=tuple(replace(layer, attributes=said) for layer in reader.layers(present[0] if present else "")),
        key=row.optional("key", str),
        lang=row.optional("lang", str),
        title=row.optional("title", str),
        meta=row.optional("meta", dict) or {},
        extras=_other_columns(row.others(column, *({*_SPANS} - classes), "relations", "offsets", *ours, *_OUR_COLUMNS)),
        lost=reader.lost,
        notes=reader.notes,
    )


def _attributes(row: Fields) -> tuple[tuple[ForeignAttribute, ...], set[str]]:
    """Read what a row says of its document; return it with the columns that say nothing else.

    Where the columns are not ours, they also stay among those that are kept aside.
    """
    others, name, classes = (row.values.get(column) for column in (_ATTRIBUTES, _NAMED, _CATEGORIES))
    if others == {} or are_attributes(others):
        said = [attribute(None, *one) for one in others.items()]
        if not isinstance(name, str) or text_problem(name) or not (classes == [] or _are_classes(classes)):
            return tuple(said), {_ATTRIBUTES}
        return (*said, *([attribute(None, name, classes)] if classes else [])), {_ATTRIBUTES, _NAMED, _CATEGORIES}
    found = [column for column in (_CATEGORIES, *_LISTS) if _are_classes(row.values.get(column))]
    return tuple(ForeignAttribute(None, column, row.values[column], is_kept=True) for column in found), set()


def _are_classes(value: object) -> bool:
    """Tell whether a column has the categories of a text: names, one at least."""
    return isinstance(value, list) and bool(value) and value_problem(value) is None


def _other_columns(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns that are kept aside, those that an export of ours put together among them.

    A column that has the name but holds what stands beside it too is somebody else's, and stays as it is.
    """
    of_some = columns.get(_OF_SOME_ROWS)
    rest = {name: value for name, value in columns.items() if name != _OF_SOME_ROWS}
    if not isinstance(of_some, dict) or of_some.keys() & (rest.keys() | _OF_EVERY_ROW):
        return columns
    return {**rest, **of_some}


class _RowReader:
    """Reads the spans and relations of a row; ``lost`` and ``notes`` count what is to be told of them.

    Without a way of ``counting``, offsets are code points unless the borders of a span show another.
    """

    def __init__(self, row: Fields, text: str, counting: Counting | None, author: str | None) -> None:
        self.lost: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self._row = row
        self._text = text
        self._author = author
        self._counting = counting
        self._offsets = Offsets(text, counting or "codepoints")

    def layers(self, name: str) -> Iterator[ForeignLayer]:
        """Yield one layer for each user that the annotations name, one without an author where they name none."""
        plain = self._plain_content(name)
        if plain is not None:
            yield ForeignLayer(plain, self._author)
            return
        row, by_user = self._row, dict[str | None, list[Span]]()
        ids: set[str] = set()
        for user, span in self._spans(name):
            if span.id in ids:
                row.fail(name, f"found the id {span.id} twice, expected each id once")
            ids.add(span.id)
            by_user.setdefault(user, []).append(span)
        relations = [_relation(fields, ids, i) for i, fields in enumerate(self._linked(name))]
        for user, spans in (by_user or {self._author: []}).items():
            mine = {span.id for span in spans}
            own = [relation for relation in relations if relation.head in mine]
            strangers = next((r for r in own if r.child not in mine), None)
            if strangers is not None:
                row.fail("relations", f"found {strangers.id} between the entities of two users, expected one user's")
            yield ForeignLayer(Annotations.of(spans, own), user)

    def _plain_content(self, name: str) -> Annotations | None:
        """Read entities and relations that are as doccano writes them, nobody's in particular, and in code points.

        Nearly all are.  Returns ``None`` for others, which are read field by field.
        """
        certain = self._counting is not None or self._text.isascii()
        if name != "entities" or not certain or not self._offsets.are_code_points:
            return None
        try:
            entities = msgspec.convert(self._row.values[name], list[_PlainEntity])
            links = msgspec.convert(self._row.values["relations"] if "relations" in self._row else [], list[_PlainLink])
        except msgspec.ValidationError:
            return None
        length = len(self._text)
        spans = {
            (span_id := str(e.id)): Span(span_id, e.start_offset, e.end_offset, e.label)
            for e in entities
            if e.start_offset < e.end_offset <= length
        }
        relations = [
            Relation(f"relation {i}", str(link.from_id), str(link.to_id), link.type) for i, link in enumerate(links, 1)
        ]
        if len(spans) < len(entities) or not all(link.head in spans and link.child in spans for link in relations):
            return None
        return Annotations.of(spans.values(), relations)

    def _linked(self, name: str) -> Iterator[Fields]:
        """Yield the relations; those of a project without relations are an earlier import's, and lead nowhere."""
        if "relations" not in self._row:
            return iter(())
        if name in _LISTS and not any(isinstance(value, dict) for value in self._row.values[name]):
            self.lost["relation of a row whose spans have no ids"] += len(self._row.get("relations", list))
            return iter(())
        return self._row.items("relations")

    def _spans(self, name: str) -> Iterator[tuple[str | None, Span]]:
        if not name:
            return
        values: list[Any] = self._row.get(name, list)
        for index, value in enumerate(values):
            if isinstance(value, list):
                yield self._author, self._triple(name, index, value)
                continue
            fields = Fields.of(value, self._row.where, f"{name}[{index}].")
            start, end = self._range(fields, "start_offset", "end_offset")
            span_id = fields.optional("id", int, str)
            user = fields.optional("user", int, str)
            yield (
                self._author if user is None else str(user),
                Span(f"#{index}" if span_id is None else str(span_id), start, end, fields.label("label")),
            )

    def _triple(self, name: str, index: int, value: list[Any]) -> Span:
        if len(value) != 3:
            self._row.fail(f"{name}[{index}]", f"found {excerpt(value)}, expected [start, end, label]")
        values = dict(zip(("start", "end", "label"), value, strict=True))
        fields = Fields(values, self._row.where, f"{name}[{index}].")
        return Span(f"#{index}", *self._range(fields, "start", "end"), fields.label("label"))

    def _range(self, fields: Fields, first: str, last: str) -> tuple[int, int]:
        start, end = fields.get(first, int), fields.get(last, int)
        if self._counting is None and not self._text.isascii() and not on_word_borders(self._text, start, end):
            found = likeliest(self._text, start, end, partial(on_word_borders, self._text))
            if found is not None:
                self.notes[f"span whose borders show offsets in {COUNTED[found[2]]}"] += 1
                return found[:2]
        begin, stop = self._offsets.to_code_points(start), self._offsets.to_code_points(end)
        if begin is not None and stop is not None and begin < stop:
            return begin, stop
        if self._counting not in (None, "codepoints"):
            fields.fail(first, f"found {start}-{end}, expected {COUNTED[self._counting]} within the text")
        return fields.range(first, last, len(self._text))


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
    counting = parse_counting("offsets", target.options.get("offsets", "utf16"))
    related = is_yes(target.options, "relations", "yes")
    of_some = target.fields_of_some - _OF_EVERY_ROW
    apart = of_some | _WRITTEN
    of_document = target.scheme.attributes_of(None)
    entity_ids, relation_ids = count(1), count(1)
    for number, record in enumerate(records, 1):
        document = record.document
        offsets = Offsets(document.text, counting)
        ids = dict(zip(record.spans(), entity_ids, strict=False))
        ranges = [(key.start, key.end) for key in ids]
        if not offsets.are_code_points:
            inside = [True for start, end in ranges if not offsets.has(start) or not offsets.has(end)]
            if inside:
                target.warnings["spans that begin or end inside a grapheme, widened to it"] += len(inside)
            ranges = [
                (offsets.from_code_points(start), offsets.from_code_points(end) + (not offsets.has(end)))
                for start, end in ranges
            ]
        row: dict[str, Any] = {"id": number, "text": document.text}
        if related:
            row["entities"] = [
                _PlainEntity(entity_id, key.label, start, end)
                for (key, entity_id), (start, end) in zip(ids.items(), ranges, strict=True)
            ]
            row["relations"] = [
                _PlainLink(next(relation_ids), ids[key.head], ids[key.child], key.label) for key in record.relations()
            ]
        else:
            row["label"] = [[*place, key.label] for key, place in zip(ids, ranges, strict=True)]
            left = Counter(key.label for key in record.relations())
            if left:
                target.leave_out("relation", "relations, which -O relations=no leaves out", left)
        extras = record.document_extras
        if of_document or record.annotations.document_attributes:
            row |= _categories(record, of_document)
            extras = {name: value for name, value in extras.items() if not of_document or name not in _CLASSES}
        row |= {"Comments": [], **{name: extras[name] for name in extras if name not in apart}}
        row |= document_fields(document)
        kept_apart = {name: extras[name] for name in extras if name in apart}
        if of_some or kept_apart:
            row[_OF_SOME_ROWS] = kept_apart
        row["offsets"] = counting  # in every row: doccano refuses a file whose rows have different columns
        target.write(encode(row) + b"\n")


def _categories(record: LayerRecord, known: Sequence[AttributeType]) -> dict[str, Any]:
    """Write the attributes of a document: the first that has values to choose from as its categories."""
    attributes = record.annotations.document_attributes
    chosen = next((attribute.name for attribute in known if attribute.choices), None)
    others = {name: value for name, value in attributes.items() if name != chosen}
    if chosen is None:
        return {_ATTRIBUTES: others}
    return {_CATEGORIES: [*values_of(attributes.get(chosen))], _NAMED: chosen, _ATTRIBUTES: others}


FORMAT = Format(
    name="doccano",
    about="doccano's JSONL for sequence labelling with relations",
    ending=".jsonl",
    read=read,
    write=write,
    setup=label_types,
    carries=all_but(
        "curator", "origin", "source", "score", "verdicts", aside=("self_relations",), also=("document_attributes",)
    ),
    aside=("the row's id, comments and other columns",),
    options={
        "text": "the column of the text (default: text, or data)",
        "offsets": "utf16 (as doccano's page counts; default when writing), graphemes (its other mode) or codepoints",
        "relations": "no: write spans alone, as a project without relations takes them",
        "author": "file: the file's name is whose work it is (default for the files of a folder or archive, but all)",
    },
)
