"""SciERC's JSON as DyGIE++ and PURE read it: a line a document, its words by sentence, spans and relations by sentence.

Positions count the words of the document, ends inclusive.  Spans and relations must lie within a sentence, and a span
has one label.  What words cannot express stands under ``_annotator``: DyGIE++ takes fields whose names begin with an
underscore for lists with a value a sentence, and passes them over; ours has one value, with the first sentence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise

from annotator.annotation import RelationKey, SpanKey
from annotator.formats.document_fields import document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt
from annotator.formats.protocol import COREFERENCE, ForeignDocument, ForeignGroup, ForeignLayer, Format, Target
from annotator.formats.record import LayerRecord
from annotator.formats.sentence_words import sentence_borders, spans_within_sentences, words_by_sentence
from annotator.formats.source import JsonItem, Source
from annotator.formats.words import (
    CARRIED_IN_WORDS,
    TEXT_IS_REBUILT,
    WordRelation,
    WordSpan,
    align,
    annotations_from_words,
    rebuild_text,
)
from annotator.groups import groups

_OURS = "_annotator"
_COUNTED = ("events", "event_clusters")
_CLUSTERS = "clusters"
_PREDICTED = "predicted_"
_KNOWN = ("doc_key", "sentences", "ner", "relations", "sentence_start", _CLUSTERS, *_COUNTED, _OURS)


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:  # noqa: ARG001 - the protocol's
    """Yield the documents of lines, or of a list; one without ``ner`` has no work on it."""
    for item in source.items():
        yield _document(item)


def _document(item: JsonItem) -> ForeignDocument:
    row = Fields.of(item.value, item.where)
    sentences = words_by_sentence(row, "sentences")
    ours = next(row.items(_OURS), None) if _OURS in row else None
    ours = ours or Fields({}, row.where)
    if "text" in ours:
        text = ours.get("text", str)
        segments = align(list(chain.from_iterable(sentences)), text, row.where)
    else:
        text, segments = rebuild_text(sentences)
    layers: tuple[ForeignLayer, ...] = ()
    lost: Counter[str] = Counter()
    if "ner" in row:
        spans = [
            _span(row, path, value, len(segments))
            for path, value in _by_sentence(row, "ner", len(sentences), ("first", "last", "label"))
        ]
        content = annotations_from_words(segments, spans, _relations(row, len(sentences), spans))
        found = _clusters(row, spans, lost) if _CLUSTERS in row else ()
        layers = (ForeignLayer(content, groups=tuple(found)),)
    lost.update({name: len(row.get(name, list)) for name in _COUNTED if name in row})
    others = row.others(*_KNOWN)
    lost.update(name for name in others if name.startswith(_PREDICTED))
    extras = {name: value for name, value in others.items() if not name.startswith(_PREDICTED)}
    fields = Fields({**ours.values, "key": row.optional("doc_key", str)}, row.where, ours.path)
    return foreign_document(fields, text, item.key(), layers, extras=extras, lost=+lost)


def _by_sentence(row: Fields, name: str, sentences: int, names: Sequence[str]) -> Iterator[tuple[str, Fields]]:
    """Yield the values of a field that has a list a sentence, with their paths, each with ``names`` for its parts."""
    lists = row.get(name, list)
    if len(lists) != sentences:
        row.fail(name, f"found {len(lists)} lists, expected one for each of the {sentences} sentences")
    for number, values in enumerate(lists):
        if not isinstance(values, list):
            row.fail(f"{name}[{number}]", f"found {excerpt(values)}, expected a list")
        for index, value in enumerate(values):
            path = f"{name}[{number}][{index}]"
            if not isinstance(value, list) or len(value) != len(names):
                row.fail(path, f"found {excerpt(value)}, expected [{', '.join(names)}]")
            yield path, Fields(dict(zip(names, value, strict=True)), row.where, f"{path}.")


def _span(row: Fields, path: str, fields: Fields, words: int) -> WordSpan:
    first, last = fields.get("first", int), fields.get("last", int)
    if not 0 <= first <= last < words:
        row.fail(path, f"found {first}-{last}, expected 0 ≤ first ≤ last < {words}, counted through the document")
    return WordSpan(first, last, fields.label("label"))


def _relations(row: Fields, sentences: int, spans: Sequence[WordSpan]) -> list[WordRelation]:
    """Read the relations; of several spans on the same words the first counts."""
    if "relations" not in row:
        return []
    places: dict[tuple[int, int], int] = {}
    for number, span in enumerate(spans):
        places.setdefault((span.first, span.last), number)
    names = ("head first", "head last", "tail first", "tail last", "label")
    relations = []
    for path, fields in _by_sentence(row, "relations", sentences, names):
        numbers = [fields.get(name, int) for name in names[:-1]]
        ends = (numbers[0], numbers[1]), (numbers[2], numbers[3])
        for first, last in ends:
            if (first, last) not in places:
                row.fail(path, f"found {first}-{last}, expected first and last word of a span in ner")
        relations.append(WordRelation(places[ends[0]], places[ends[1]], fields.label("label")))
    return relations


def _clusters(row: Fields, spans: Sequence[WordSpan], lost: Counter[str]) -> Iterator[ForeignGroup]:
    """Yield the clusters, by the numbers of their spans; mentions that are no entity have no label to come in with."""
    places: dict[tuple[int, int], int] = {}
    for number, span in enumerate(spans):
        places.setdefault((span.first, span.last), number)
    for index, cluster in enumerate(row.get(_CLUSTERS, list)):
        if not isinstance(cluster, list) or not all(
            isinstance(m, list) and len(m) == 2 and all(type(n) is int for n in m) for m in cluster
        ):
            row.fail(f"{_CLUSTERS}[{index}]", f"found {excerpt(cluster)}, expected lists of first and last word")
        members = [str(places[first, last]) for first, last in cluster if (first, last) in places]
        lost["mention of a cluster that is no entity"] += len(cluster) - len(members)
        if len(members) > 1:
            yield ForeignGroup(COREFERENCE, tuple(members))


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write a document a line."""
    for record in records:
        document = record.document
        borders = sentence_borders(document)
        spans = _one_label_each(spans_within_sentences(record, borders, target), target)
        words = [document.text[start:end] for start, end in document.tokens]
        ner: list[list[object]] = [[] for _ in pairwise(borders)]
        relations: list[list[object]] = [[] for _ in pairwise(borders)]
        for key, (first, last) in spans.items():
            ner[bisect_right(borders, first) - 1].append((first, last, key.label))
        clusters = _written_clusters(record, spans, target)
        for link, number in _related(record, spans, borders, target):
            relations[number].append((*spans[link.head], *spans[link.child], link.label))
        fields = {name: value for name, value in document_fields(document).items() if name != "key"}
        ours = [{**fields, "text": document.text}, *[None] * (len(ner) - 1)]
        value = {
            "doc_key": document.key,
            "sentences": [words[start:end] for start, end in pairwise(borders)],
            "ner": ner,
            "relations": relations,
            **({_CLUSTERS: clusters} if clusters else {}),
            **record.document_extras,
            **({"dataset": target.options["dataset"]} if "dataset" in target.options else {}),
            _OURS: ours,
        }
        target.write(dumps(value) + "\n")


def _one_label_each(spans: Mapping[SpanKey, tuple[int, int]], target: Target) -> dict[SpanKey, tuple[int, int]]:
    kept: dict[tuple[int, int], SpanKey] = {}
    for key, words in spans.items():
        kept.setdefault(words, key)
    again = Counter(key.label for key, words in spans.items() if kept[words] != key)
    if again:
        target.leave_out("span", "spans on the same words as another", again)
    return {key: words for words, key in kept.items()}


def _written_clusters(
    record: LayerRecord, spans: Mapping[SpanKey, tuple[int, int]], target: Target
) -> list[list[tuple[int, int]]]:
    """The groups of mentions that are written, two at least."""
    content, scheme = record.annotations, target.scheme
    found = [group for name in scheme.relations if name in scheme.equivalences for group in groups(content, name)]
    keys = ([content.spans[member].key for member in group] for group in found)
    written = [[spans[key] for key in group if key in spans] for group in keys]
    return [cluster for cluster in written if len(cluster) > 1]


def _related(
    record: LayerRecord, spans: Mapping[SpanKey, tuple[int, int]], borders: Sequence[int], target: Target
) -> Iterator[tuple[RelationKey, int]]:
    """Yield the relations within a sentence, with its number."""
    left = Counter[str]()
    for link in (key for key in record.relations() if key.label not in target.scheme.equivalences):
        ends = [spans.get(key) for key in (link.head, link.child)]
        numbers = {bisect_right(borders, end[0]) - 1 for end in ends if end is not None}
        if None in ends or len(numbers) > 1:
            left[link.label] += 1
        else:
            yield link, numbers.pop()
    if left:
        target.leave_out("relation", "relations of spans that are not in one sentence", left)


FORMAT = Format(
    name="scierc",
    about="SciERC's JSON of documents in sentences, for DyGIE++ and PURE",
    ending=".jsonl",
    read=read,
    write=write,
    carries=CARRIED_IN_WORDS,
    aside=("dataset, weight, and other fields of a document",),
    lost=(
        TEXT_IS_REBUILT,
        "clusters where the label scheme has no equivalence, and their mentions that are no entity",
        "events, predictions",
        "when writing: relations and spans over sentences, second labels on the same words",
    ),
    options={"dataset": "the name by which DyGIE++ knows which labels go together; PURE takes no such field"},
)
