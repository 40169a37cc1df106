"""GLiNER2's JSONL: a line a text (``input``), with its mentions by label and the relations between them (``output``).

A mention is a text, and stands wherever that text does, or, since GLiNER2 2.1, one with its place, which is what we
write.  GLiNER2 ignores further fields.  Classifications, structures and descriptions beside the entities are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from annotator.annotation import Annotations, Relation, Span, SpanKey
from annotator.formats.document_fields import DOCUMENT_FIELDS, document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.mention_places import mention_places
from annotator.formats.options import choice
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, all_but
from annotator.formats.record import LayerRecord
from annotator.formats.sentence_words import closest_mentions
from annotator.formats.source import JsonItem, Source
from annotator.formats.text_rows import ROWS_OPTION_HELP, WORDS_OPTION_HELP, TextRow, related_text_rows

_SHAPES = (("input", "output"), ("text", "schema"))
_MENTION = '"TEXT" or {"text": …, "start": …, "end": …}'
_ENDS = ("head", "tail")
_SEVERAL = "mention at several places, each of which is a span"
_NOWHERE = "mention that its text does not hold"
_CLOSEST = "relation between mentions at several places, put between the closest ones"
_NO_ENTITY = "relation with an end that is no entity: -O entity=LABEL makes one of it"
_UNMARKED = "places of a mention that are no spans, though GLiNER2 takes them for some without mentions=places"

Ends = list[tuple[int, int]]
"""What may be an end of a relation: where each span begins and its number, in order."""


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of lines, or of a list; ``options`` may name the label of ends that are no entities."""
    for item in source.items():
        yield _document(item, options.get("entity", ""))


def _document(item: JsonItem, label_of_ends: str) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    of_text, of_output = next((names for names in _SHAPES if names[0] in row), _SHAPES[0])
    text, output = row.get(of_text, str), row.inner(of_output)
    reader = _RowReader(text, output, label_of_ends)
    layer = reader.layer()
    extras = row.others(of_text, "output", "schema", *DOCUMENT_FIELDS)
    beside = output.others("entities", "relations")
    if beside:
        extras["output"] = beside
    return foreign_document(row, text, item.key(), (layer,), extras=extras, lost=+reader.lost, notes=+reader.notes)


class _RowReader:
    """Reads the entities and relations of a row; ``lost`` and ``notes`` count what is to be told of them."""

    def __init__(self, text: str, output: Fields, label_of_ends: str) -> None:
        self.lost: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self._text = text
        self._output = output
        self._label_of_ends = label_of_ends
        self._numbers: dict[SpanKey, int] = {}
        self._by_text: dict[str, Ends] = {}
        self._by_place: dict[tuple[int, int], dict[str, int]] = {}

    def layer(self) -> ForeignLayer:
        """Read all of the row."""
        self._read_entities()
        links = [*self._links()]
        relations = [
            Relation(f"relation {n}", str(head), str(tail), name) for n, (head, tail, name) in enumerate(links)
        ]
        return ForeignLayer(Annotations.of([Span(str(n), *key) for key, n in self._numbers.items()], relations))

    def _read_entities(self) -> None:
        entities = self._output.inner("entities") if "entities" in self._output else None
        texts: list[tuple[str, str]] = []
        for label in entities.values if entities else ():
            assert entities is not None
            if not label:
                entities.fail('""', "found an empty label, expected a name")
            for index, mention in enumerate(_listed(entities.values[label])):
                if isinstance(mention, str):
                    texts.append((label, mention))
                else:
                    start, end, _ = self._place(mention, entities, f"{label}[{index}]")
                    self._add(SpanKey(start, end, label))
        places = mention_places(self._text, (mention for _, mention in texts))
        for label, mention in texts:
            self.lost[_NOWHERE] += not places[mention]
            self.notes[_SEVERAL] += len(places[mention]) > 1
            for start, end in places[mention]:
                self._add(SpanKey(start, end, label))

    def _add(self, key: SpanKey) -> tuple[int, int]:
        """Add a span unless it is there; return where it begins and its number."""
        if key not in self._numbers:
            number = self._numbers[key] = len(self._numbers)
            self._by_text.setdefault(self._text[key.start : key.end].lower(), []).append((key.start, number))
            self._by_place.setdefault((key.start, key.end), {})[key.label] = number
        return key.start, self._numbers[key]

    def _place(self, value: object, parent: Fields, name: str) -> tuple[int, int, str | None]:
        """Read a mention with its place: where it begins and ends, and its label, which our relations have."""
        if not isinstance(value, dict):
            parent.fail(name, f"found {excerpt(value)}, expected {_MENTION}")
        fields = Fields(value, parent.where, f"{parent.path}{name}.", parent.hint)
        start, end = fields.range("start", "end", len(self._text))
        if fields.get("text", str) != self._text[start:end]:
            fields.fail("text", f"found {excerpt(value['text'])}, the text has {excerpt(self._text[start:end])} there")
        return start, end, fields.optional("label", str)

    def _links(self) -> Iterator[tuple[int, int, str]]:
        """Yield relations: the numbers of head and tail, and the label."""
        for named in self._output.items("relations") if "relations" in self._output else ():
            for name in named.values:
                if not name:
                    named.fail('""', "found a relation without a name, expected one")
                fields = named.inner(name)
                self.lost["further field of a relation"] += len(fields.others(*_ENDS))
                heads, tails = (_listed(fields.values.get(end)) for end in _ENDS)
                self.lost["relation without head and tail"] += not (heads and tails)
                for head, tail in product(heads, tails):
                    ends = [self._ends(head, fields, "head"), self._ends(tail, fields, "tail")]
                    self.lost[_NO_ENTITY] += not all(ends)
                    if all(ends):
                        self.notes[_CLOSEST] += len(ends[0]) > 1 or len(ends[1]) > 1
                        yield (*closest_mentions(*ends), name)

    def _ends(self, value: object, parent: Fields, name: str) -> Ends:
        """Find the spans that an end of a relation may be; one is made where none is and the user named its label."""
        if isinstance(value, str):
            found = self._by_text.get(value.lower(), [])
            places = mention_places(self._text, [value])[value] if self._label_of_ends and not found else []
            return sorted(found) or [self._add(SpanKey(*place, self._label_of_ends)) for place in places]
        start, end, label = self._place(value, parent, name)
        numbers = self._by_place.get((start, end))
        if numbers:
            return [(start, numbers[label] if label in numbers else min(numbers.values()))]
        return [self._add(SpanKey(start, end, self._label_of_ends))] if self._label_of_ends else []


def _listed(value: object) -> list[object]:
    """The values that stand in a list, or alone; nothing and an empty text are none."""
    values = value if isinstance(value, list) else [value]
    return [value for value in values if value not in (None, "")]


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a row a line; labels of the scheme that a row has no mention of have an empty list."""
    placed = choice(target.options, "mentions", ("places", "texts")) == "places"
    for record in records:
        beside = dict(record.document_extras)
        output = beside.pop("output", {})
        for row in related_text_rows(record, record.spans(), target):
            text = record.document.text[row.part.start : row.part.end]
            if output and text != record.document.text:
                target.warnings["classifications and structures, left out where a row is not a whole document"] += 1
                output = {}
            value = {"input": text, "output": {**_output(row, text, target, placed), **output}, **beside}
            target.write(dumps({**value, **document_fields(record.document), "key": row.id}) + "\n")


def _output(row: TextRow, text: str, target: Target, placed: bool) -> dict[str, Any]:
    at = row.part.start

    def mention(key: SpanKey, **more: str) -> object:
        start, end = key.start - at, key.end - at
        return {"text": text[start:end], "start": start, "end": end, **more} if placed else text[start:end]

    entities: dict[str, list[object]] = {label: [] for label in target.scheme.entities}
    for key in row.spans:
        mentions, found = entities.setdefault(key.label, []), mention(key)
        if placed or found not in mentions:
            mentions.append(found)
    if not placed:
        places = mention_places(text, (text[key.start - at : key.end - at] for key in row.spans))
        unmarked = {place for found in places.values() for place in found}
        unmarked -= {(key.start - at, key.end - at) for key in row.spans}
        if unmarked:
            target.warnings[_UNMARKED] += len(unmarked)
    relations = [
        {
            link.label: {
                "head": mention(link.head, label=link.head.label),
                "tail": mention(link.child, label=link.child.label),
            }
        }
        for link in row.relations
    ]
    return {"entities": entities, "relations": relations}


FORMAT = Format(
    name="gliner2",
    about="GLiNER2's JSONL of texts, with mentions by label and the relations between them",
    ending=".jsonl",
    read=read,
    write=write,
    carries=all_but("curator", "origin", "source", "score", "verdicts", aside=("self_relations",)),
    aside=("classifications, structures and descriptions", "other fields of a row"),
    lost=("further fields of relations; the labels that a row was searched for: written are those of the scheme",),
    options={
        "rows": ROWS_OPTION_HELP,
        "words": WORDS_OPTION_HELP,
        "mentions": "places (default; GLiNER2 since 2.1) or texts, for older versions: what a mention is written as",
        "entity": "the label, when reading, of ends of relations that are no entities (default: they are left behind)",
    },
)
