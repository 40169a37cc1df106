"""DocRED's JSON: a list of documents in sentences, whose entities are lists of mentions, and relations between them.

What we write has an entity for each group of mentions, and for each other span; relations of other files are put
between the mentions of their entities that are closest to each other, ours say which mentions they are of.  Further
fields hold what words cannot express; readers of DocRED ignore them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise

from annotator.annotation import Extra, SpanKey
from annotator.formats.document_fields import DOCUMENT_FIELDS, document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.protocol import COREFERENCE, ForeignDocument, ForeignGroup, ForeignLayer, Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.sentence_words import (
    closest_mentions,
    sentence_borders,
    spans_within_sentences,
    words_by_sentence,
)
from annotator.formats.source import JsonItem, Source
from annotator.formats.words import (
    CARRIED_IN_WORDS,
    TEXT_IS_REBUILT,
    WordRelation,
    WordSpan,
    align,
    annotations_from_words,
    place_of_span,
    rebuild_text,
)
from annotator.groups import groups
from annotator.labels import LabelScheme
from annotator.text import Document, Segment

_KNOWN = ("sents", "vertexSet", "labels", "text", *DOCUMENT_FIELDS)
_LABEL = ("h", "t", "r", "evidence", "mentions")
_MENTION = ("name", "pos", "sent_id", "type", "global_pos", "index")
_EVIDENCE, _ENTITY = "evidence of a relation", "entity of several mentions"
_CLOSEST = "relation between entities, put between their closest mentions"


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield the documents of a list, or of lines."""
    for item in source.items():
        yield _document(item)


def _document(item: JsonItem) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    sentences = words_by_sentence(row, "sents")
    starts = [0, *accumulate(map(len, sentences))]
    if "text" in row:
        text = row.get("text", str)
        segments = align(list(chain.from_iterable(sentences)), text, row.where)
    else:
        text, segments = rebuild_text(sentences)
    reader = _RowReader(row, starts, segments)
    spans, relations = reader.spans(), reader.relations()
    content = annotations_from_words(segments, spans, relations)
    layer = ForeignLayer(content, extras=tuple(reader.extras), groups=tuple(reader.groups))
    lost, notes = +reader.lost, +reader.notes
    return foreign_document(row, text, item.key(), (layer,), extras=row.others(*_KNOWN), lost=lost, notes=notes)


class _RowReader:
    """Reads entities and relations of a row, given the numbers of the words at which sentences begin."""

    def __init__(self, row: Fields, starts: list[int], segments: Sequence[Segment]) -> None:
        self.extras: list[Extra] = []
        self.groups: list[ForeignGroup] = []
        self.lost: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self._row = row
        self._starts = starts
        self._segments = segments
        self._entities: list[list[tuple[int, int]]] = []

    def spans(self) -> list[WordSpan]:
        """Read the mentions of all entities."""
        spans: list[WordSpan] = []
        for index, mentions in enumerate(self._row.get("vertexSet", list)):
            path = f"vertexSet[{index}]"
            if not isinstance(mentions, list) or not mentions:
                self._row.fail(path, f"found {excerpt(mentions)}, expected a list of mentions")
            numbers = range(len(spans), len(spans) + len(mentions))
            for number, mention in enumerate(mentions):
                fields = Fields.of(mention, self._row.where, f"{path}[{number}].")
                spans.append(_span(fields, self._starts))
                self.lost.update(f"{name} of a mention" for name in fields.others(*_MENTION))
            self._entities.append([(spans[number].first, number) for number in numbers])
            if len(mentions) > 1:
                members = tuple(map(str, numbers))
                self.extras.append(Extra(f"entity {index}", _ENTITY, {}, members))
                self.groups.append(ForeignGroup(COREFERENCE, members, self.extras[-1]))
        return spans

    def relations(self) -> list[WordRelation]:
        """Read the relations, between the mentions that they name, or else the closest ones of their entities."""
        relations = []
        for number, fields in enumerate(self._row.items("labels") if "labels" in self._row else ()):
            ends = [self._entities[place_of_span(fields, name, len(self._entities))] for name in ("h", "t")]
            told = fields.optional("mentions", list)
            if told is None:
                head, child = closest_mentions(*map(sorted, ends))
                self.notes[_CLOSEST] += any(len(mentions) > 1 for mentions in ends)
            elif len(told) != 2 or not all(type(n) is int and 0 <= n < len(m) for n, m in zip(told, ends, strict=True)):
                fields.fail("mentions", f"found {excerpt(told)}, expected the places of two mentions in their entities")
            else:
                head, child = (mentions[n][1] for n, mentions in zip(told, ends, strict=True))
            relations.append(WordRelation(head, child, fields.label("r")))
            self._keep_evidence(fields, f"relation {number}")
            self.lost.update(f"{name} of a relation" for name in fields.others(*_LABEL))
        return relations

    def _keep_evidence(self, fields: Fields, relation_id: str) -> None:
        """Keep the sentences that show a relation, as places of the text, because ours are cut anew."""
        ranges = []
        for number in fields.optional("evidence", list) or ():
            if type(number) is not int or not 0 <= number < len(self._starts) - 1:
                most = len(self._starts) - 2
                fields.fail("evidence", f"found {excerpt(number)}, expected numbers of sentences, 0 to {most}")
            first, behind = self._starts[number : number + 2]
            if first < behind:
                ranges.append([self._segments[first].start, self._segments[behind - 1].end])
        if ranges:
            self.extras.append(Extra(f"{relation_id} evidence", _EVIDENCE, {"ranges": ranges}, (relation_id,)))


def _span(fields: Fields, starts: list[int]) -> WordSpan:
    sentence: int = fields.get("sent_id", int)
    if not 0 <= sentence < len(starts) - 1:
        fields.fail("sent_id", f"found {sentence}, expected the number of a sentence, 0 to {len(starts) - 2}")
    position = fields.get("pos", list)
    size = starts[sentence + 1] - starts[sentence]
    if len(position) != 2 or not all(type(number) is int for number in position):
        fields.fail("pos", f"found {excerpt(position)}, expected [start, end]")
    start, end = position
    if not 0 <= start < end <= size:
        fields.fail("pos", f"found {start}-{end}, expected 0 ≤ start < end ≤ {size}")
    return WordSpan(starts[sentence] + start, starts[sentence] + end - 1, fields.label("type"))


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a list, a document a line."""
    target.write_list(dumps(value) for value in _documents(records, target))


def _documents(records: Iterable[LayerRecord], target: Target) -> Iterator[dict[str, object]]:
    for record in records:
        document = record.document
        borders = sentence_borders(document)
        spans = spans_within_sentences(record, borders, target)
        words = [document.text[start:end] for start, end in document.tokens]
        entities = _entities(record, spans, target.scheme)
        places = {key: (n, m) for n, entity in enumerate(entities) for m, key in enumerate(entity)}
        relations = {k: link for k, link in record.relations().items() if k.label not in target.scheme.equivalences}
        links = {key: link for key, link in relations.items() if key.head in places and key.child in places}
        left = Counter(link.label for link in relations) - Counter(link.label for link in links)
        if left:
            target.leave_out("relation", "relations of spans that are not written", left)
        evidence = {extra.refs[0]: extra.value["ranges"] for extra in record.extras if extra.kind == _EVIDENCE}
        labels = []
        for key, link in links.items():
            (head, of_head), (child, of_child) = places[key.head], places[key.child]
            shown = _sentences(document, borders, evidence.get(link.id, ()))
            label: dict[str, object] = {"h": head, "t": child, "r": key.label, "evidence": shown}
            if len(entities[head]) > 1 or len(entities[child]) > 1:
                label["mentions"] = (of_head, of_child)
            labels.append(label)
        yield {
            **document_fields(document),
            "sents": [words[start:end] for start, end in pairwise(borders)],
            "vertexSet": [[_mention(words, borders, *spans[key], key.label) for key in keys] for keys in entities],
            "labels": labels,
            **record.document_extras,
            "text": document.text,
        }


def _entities(record: LayerRecord, spans: Iterable[SpanKey], scheme: LabelScheme) -> list[list[SpanKey]]:
    """Group the spans that are written by the groups that they are in, or the entities that they came as mentions of.

    Of two equivalences the first that a span has a group of counts.
    """
    key_of = {span.id: key for key, span in record.spans().items()}
    entity_of: dict[SpanKey, str] = {}
    for label in (name for name in scheme.relations if name in scheme.equivalences):
        for group in groups(record.annotations, label):
            for member in group:
                entity_of.setdefault(record.annotations.spans[member].key, f"{label} {group[0]}")
    for extra in record.extras:
        for ref in extra.refs if extra.kind == _ENTITY else ():
            if ref in key_of:
                entity_of.setdefault(key_of[ref], extra.id)
    entities: dict[object, list[SpanKey]] = {}
    for key in spans:
        entities.setdefault(entity_of.get(key, key), []).append(key)
    return list(entities.values())


def _sentences(document: Document, borders: list[int], ranges: Iterable[Sequence[int]]) -> list[int]:
    """The numbers of the sentences that places of the text are in."""
    shown: set[int] = set()
    for start, end in ranges:
        tokens = document.tokens.overlapping(start, end)
        shown.update(bisect_right(borders, token) - 1 for token in tokens)
    return sorted(shown)


def _mention(words: list[str], borders: list[int], first: int, last: int, label: str) -> dict[str, object]:
    sentence = bisect_right(borders, first) - 1
    position = (first - borders[sentence], last + 1 - borders[sentence])
    return {"name": " ".join(words[first : last + 1]), "pos": position, "sent_id": sentence, "type": label}


FORMAT = Format(
    name="docred",
    about="DocRED's JSON of documents in sentences, with relations over sentences",
    ending=".json",
    read=read,
    write=write,
    carries=CARRIED_IN_WORDS,
    aside=(
        "which mentions are of one entity, where the label scheme has no equivalence; the evidence of relations",
        "other fields of a document",
    ),
    lost=(
        TEXT_IS_REBUILT,
        "when writing: spans over sentences",
    ),
)
