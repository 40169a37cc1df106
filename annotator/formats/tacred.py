"""TACRED's and OpenNRE's rows: one for each relation, with the words of a sentence and the places of two spans.

TACRED's ends are inclusive (``subj_end``), OpenNRE's are not (``pos``), and OpenNRE has no labels for spans; both mark
a pair without relation by a label of its own.  Rows of ours hold the exact text, all spans and the document's fields as
JSON in one string, because OpenNRE evaluates its lines as Python, which knows neither null nor true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, permutations
from typing import Any

from annotator.annotation import Annotations, Relation, Span, SpanKey
from annotator.errors import FormatError
from annotator.formats.document_fields import document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.options import choice, is_yes
from annotator.formats.project_setup import json_file
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.source import RELATION_NUMBERS, JsonItem, Source
from annotator.formats.text_rows import ROWS_OPTION_HELP, WORDS_OPTION_HELP, TextRow, related_text_rows
from annotator.formats.words import (
    CARRIED_IN_WORDS,
    TEXT_IS_REBUILT,
    WordRelation,
    WordRow,
    WordSpan,
    text_of_words,
    word_row,
)
from annotator.labels import LabelScheme
from annotator.labels.scheme import in_one_sentence
from annotator.text import Segment

_UNRELATED = {"tacred": "no_relation", "opennre": "NA"}
"""How each shape marks a pair without relation."""
_OURS = "annotator"
_TACRED = ("subj_start", "subj_end", "subj_type", "obj_start", "obj_end", "obj_type", "id", "docid")
_KNOWN = ("token", "text", "relation", "h", "t", _OURS, *_TACRED)
_ALONE = "spans of rows without a relation: -O negatives=yes writes pairs of them"
_NO_LABEL = "say what the spans are: -O entity=LABEL"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield a document for rows of the same words that follow one another.

    Those that stand elsewhere come as documents of the same text, which an import puts together.
    """
    for _, items in groupby(source.items(beside=[RELATION_NUMBERS]), _sentence):
        yield _document([*items], options.get("entity", ""))


def _sentence(item: JsonItem) -> object:
    """What rows of one sentence have in common."""
    row = item.value
    return [row.get(name) for name in ("token", "text", "docid", _OURS)] if isinstance(row, dict) else row


def _document(items: list[JsonItem], label: str) -> ForeignDocument:
    rows = [Fields.of(item.value, item.where) for item in items]
    reader = _SentenceReader(rows[0], label)
    relations = [link for number, row in enumerate(rows) for link in reader.links(row, f"relation {number}")]
    layer = ForeignLayer(Annotations.of([Span(str(n), *key) for key, n in reader.spans.items()], relations))
    fallback = items[0].key(rows[0].optional("id", str, int))
    return foreign_document(reader.ours, reader.text, fallback, (layer,), lost=+reader.lost)


class _SentenceReader:
    """Reads the rows of one sentence, the text of which is found with the first."""

    def __init__(self, first: Fields, label: str) -> None:
        self.lost: Counter[str] = Counter()
        self.spans: dict[SpanKey, int] = {}
        self._label = label
        written = first.optional(_OURS, str)
        ours = {} if written is None else Fields.of(parse_json(written, first.where), first.where, f"{_OURS}.").values
        self.ours = Fields(ours, first.where, f"{_OURS}.")
        self._words: list[Segment] | None = None
        if "token" in first:
            told = {"token": first.values["token"], "text": ours.get("text")}
            self.text, self._words = text_of_words(Fields(told, first.where), "token")
        else:
            self.text = first.get("text", str)
        for index in range(len(self.ours.optional("entities", list) or ())):
            self._entity(index)

    def _entity(self, index: int) -> None:
        value = self.ours.get("entities", list)[index]
        if not isinstance(value, list) or len(value) != 3:
            self.ours.fail(f"entities[{index}]", f"found {excerpt(value)}, expected [first, last, label]")
        named = dict(zip(("first", "last", "label"), value, strict=True))
        fields = Fields(named, self.ours.where, f"{_OURS}.entities[{index}].")
        self._add(fields, "first", fields.get("first", int), fields.get("last", int) + 1, fields.label("label"))

    def _add(self, fields: Fields, name: str, start: int, end: int, label: str) -> int:
        """Add a span from one word to another, or in a text without words from one character to another."""
        length = len(self.text) if self._words is None else len(self._words)
        if not 0 <= start < end <= length:
            fields.fail(name, f"found {start}-{end}, expected 0 ≤ start < end ≤ {length}")
        if self._words is not None:
            start, end = self._words[start].start, self._words[end - 1].end
        return self.spans.setdefault(SpanKey(start, end, label), len(self.spans))

    def links(self, row: Fields, relation_id: str) -> Iterator[Relation]:
        """Read both spans of a row, and yield their relation if they have one."""
        if "h" in row:
            head, child = self._opennre_end(row.inner("h")), self._opennre_end(row.inner("t"))
        else:
            head, child = self._tacred_end(row, "subj"), self._tacred_end(row, "obj")
        self.lost.update(f"{name} of a row" for name in row.others(*_KNOWN))
        label = row.label("relation")
        if label not in _UNRELATED.values():
            yield Relation(relation_id, str(head), str(child), label)

    def _tacred_end(self, row: Fields, role: str) -> int:
        start, end = row.get(f"{role}_start", int), row.get(f"{role}_end", int) + 1
        return self._add(row, f"{role}_start", start, end, row.label(f"{role}_type"))

    def _opennre_end(self, fields: Fields) -> int:
        position = fields.get("pos", list)
        if len(position) != 2 or not all(type(number) is int for number in position):
            fields.fail("pos", f"found {excerpt(position)}, expected [start, end]")
        if "type" not in fields and not self._label:
            raise FormatError(f"{fields.where}: {fields.path}type: found nothing, expected a label", _NO_LABEL)
        self.lost["id of an entity"] += "id" in fields and fields.values["id"] != fields.values.get("name")
        self.lost.update(f"{name} of an entity" for name in fields.others("pos", "type", "id", "name"))
        label = fields.label("type") if "type" in fields else self._label
        return self._add(fields, "pos", position[0], position[1], label)


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a list in TACRED's shape, lines in OpenNRE's."""
    shape = choice(target.options, "shape", (*_UNRELATED,))
    unrelated = _UNRELATED[shape] if is_yes(target.options, "negatives") else ""
    rows = (row for record in records for row in _rows(record, target, unrelated, shape == "opennre"))
    if shape == "tacred":
        target.write_list(map(dumps, rows))
        return
    for row in rows:
        target.write(dumps(row) + "\n")


def _rows(record: LayerRecord, target: Target, unrelated: str, opennre: bool) -> Iterator[dict[str, Any]]:
    written = 0
    places = record.token_spans()
    for part in related_text_rows(record, places, target):
        row = word_row(record, part, places)
        pairs = _unrelated_pairs(part, record, target.scheme) if unrelated else ()
        relations = [*row.relations, *(WordRelation(*pair, unrelated) for pair in pairs)]
        if row.spans and not relations:
            target.leave_out("span", _ALONE, Counter(span.label for span in row.spans))
        fields = {**document_fields(record.document), "key": row.id, "text": row.text, "entities": row.spans}
        ours = dumps(fields) if relations else ""
        for relation in relations:
            written += 1
            ends = (row.spans[relation.head], row.spans[relation.child])
            about = _opennre_row(row, *ends) if opennre else _tacred_row(row, *ends, f"{record.document.key}-{written}")
            yield {**about, "relation": relation.label, _OURS: ours}
    if not written:
        target.lost["documents without a relation, which have no row"] += 1


def _unrelated_pairs(row: TextRow, record: LayerRecord, scheme: LabelScheme) -> Iterator[tuple[int, int]]:
    """Yield the pairs of spans, by their places in the row, that have no relation and that the scheme lets have one."""
    related = {(link.head, link.child) for link in row.relations}
    for (one, head), (other, child) in permutations(enumerate(row.spans), 2):
        kinds = [kind for kind in scheme.relations.values() if kind.fits(head.label, child.label)]
        if not kinds or (head, child) in related:
            continue
        if any(kind.within == "document" for kind in kinds) or in_one_sentence(record.document.sentences, head, child):
            yield one, other


def _tacred_row(row: WordRow, subject: WordSpan, other: WordSpan, row_id: str) -> dict[str, Any]:
    ends: dict[str, Any] = {}
    for role, span in (("subj", subject), ("obj", other)):
        ends |= {f"{role}_start": span.first, f"{role}_end": span.last, f"{role}_type": span.label}
    return {"id": row_id, "docid": row.id, "token": row.words, **ends}


def _opennre_row(row: WordRow, head: WordSpan, tail: WordSpan) -> dict[str, Any]:
    def end(span: WordSpan) -> dict[str, Any]:
        name = " ".join(row.words[span.first : span.last + 1])
        return {"name": name, "id": name, "pos": (span.first, span.last + 1), "type": span.label}

    return {"token": row.words, "h": end(head), "t": end(tail)}


def numbers(scheme: LabelScheme, options: Mapping[str, str]) -> Mapping[str, bytes]:
    """Write the numbers of the relations, which OpenNRE wants beside its lines."""
    if options.get("shape") != "opennre":
        return {}
    value = {label: number for number, label in enumerate([_UNRELATED["opennre"], *scheme.relations])}
    return {RELATION_NUMBERS: json_file(value)}


FORMAT = Format(
    name="tacred",
    about="rows of one relation each, as TACRED and OpenNRE have them",
    ending=".json",
    endings={"shape=opennre": ".jsonl"},
    read=read,
    write=write,
    setup=numbers,
    carries=CARRIED_IN_WORDS,
    lost=(
        TEXT_IS_REBUILT,
        "other fields of a row, such as parts of speech",
        "when writing: documents and rows without a relation",
    ),
    options={
        "shape": "tacred (default; a list) or opennre (lines): what is written; reading tells them apart",
        "negatives": "yes: write a row (no_relation, or NA) for each pair, too, that the scheme would let be related",
        "rows": ROWS_OPTION_HELP,
        "words": WORDS_OPTION_HELP,
        "entity": "the label of spans that have none, as in OpenNRE's own files",
    },
)
