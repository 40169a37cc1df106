"""DocRED's JSON: a list of documents in sentences, whose entities are lists of mentions, and relations between them.

What we write has an entity for each span, so that relations say which spans they are of; relations of other files are
put between the mentions of their entities that are closest to each other.  Further fields hold what words cannot
express; readers of DocRED ignore them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, chain, pairwise

from annotator.formats.document_fields import DOCUMENT_FIELDS, document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target
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

_KNOWN = ("sents", "vertexSet", "labels", "text", *DOCUMENT_FIELDS)
_MENTION = ("name", "pos", "sent_id", "type", "global_pos", "index")
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
    lost, notes = Counter[str](), Counter[str]()
    spans: list[WordSpan] = []
    entities: list[list[tuple[int, int]]] = []
    for index, mentions in enumerate(row.get("vertexSet", list)):
        path = f"vertexSet[{index}]"
        if not isinstance(mentions, list) or not mentions:
            row.fail(path, f"found {excerpt(mentions)}, expected a list of mentions")
        entities.append([])
        for number, mention in enumerate(mentions):
            fields = Fields.of(mention, row.where, f"{path}[{number}].")
            spans.append(_span(fields, starts))
            entities[-1].append((spans[-1].first, len(spans) - 1))
            lost.update(f"{name} of a mention" for name in fields.others(*_MENTION))
        lost["entity with several mentions, which are spans now"] += len(mentions) > 1
    relations = []
    for fields in row.items("labels") if "labels" in row else ():
        head, tail = (sorted(entities[place_of_span(fields, name, len(entities))]) for name in ("h", "t"))
        relations.append(WordRelation(*closest_mentions(head, tail), fields.label("r")))
        notes[_CLOSEST] += len(head) > 1 or len(tail) > 1
        lost["evidence of a relation"] += bool(fields.optional("evidence", list))
    layer = ForeignLayer(annotations_from_words(segments, spans, relations))
    extras = row.others(*_KNOWN)
    return foreign_document(row, text, item.key(), (layer,), extras=extras, lost=+lost, notes=+notes)


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
        places = {key: number for number, key in enumerate(spans)}
        links = [link for link in record.relations() if link.head in places and link.child in places]
        left = Counter(link.label for link in record.relations()) - Counter(link.label for link in links)
        if left:
            target.leave_out("relation", "relations of spans that are not written", left)
        yield {
            **document_fields(document),
            "sents": [words[start:end] for start, end in pairwise(borders)],
            "vertexSet": [[_mention(words, borders, first, last, key.label)] for key, (first, last) in spans.items()],
            "labels": [
                {"h": places[link.head], "t": places[link.child], "r": link.label, "evidence": []} for link in links
            ],
            **record.document_extras,
            "text": document.text,
        }


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
    aside=("other fields of a document",),
    lost=(
        TEXT_IS_REBUILT,
        "which mentions are of one entity; the evidence of relations",
        "when writing: spans over sentences",
    ),
)
