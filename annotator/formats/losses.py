"""What a format has no place for in a layer: counted by kind, from what the format itself declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from annotator.annotation import Relation, Span
from annotator.corpus import derived_title
from annotator.formats.protocol import Carried
from annotator.formats.record import LayerRecord, nested_and_crossing


def uncarried(record: LayerRecord, carries: Mapping[str, Carried]) -> Counter[str]:
    """Return how much of a record a format that ``carries`` so much leaves out, by feature."""
    found: Counter[str] = Counter()
    for feature, carried in carries.items():
        if carried == "no":
            count = int(_COUNTS[feature](record))
            if count:
                found[feature] = count
    return found


def _nested(record: LayerRecord) -> int:
    return nested_and_crossing(record.spans())[0]


def _crossing(record: LayerRecord) -> int:
    return nested_and_crossing(record.spans())[1]


def _origins(record: LayerRecord) -> int:
    return sum(item.origin in ("accepted", "corrected") for item in _items(record))


def _sources(record: LayerRecord) -> int:
    return sum(item.source is not None for item in _items(record))


def _scores(record: LayerRecord) -> int:
    return sum(item.score is not None for item in _items(record))


def _items(record: LayerRecord) -> Iterator[Span | Relation]:
    yield from record.annotations.spans.values()
    yield from record.annotations.relations.values()


def _loops(record: LayerRecord) -> int:
    return sum(relation.head == relation.child for relation in record.annotations.relations.values())


_COUNTS: Mapping[str, Callable[[LayerRecord], int]] = {
    "nested": _nested,
    "crossing": _crossing,
    "off_token": LayerRecord.off_token_spans,
    "relations": lambda record: len(record.annotations.relations),
    "self_relations": _loops,
    "key": lambda _: 1,
    "lang": lambda record: bool(record.document.lang),
    "title": lambda record: record.document.title != derived_title(record.document.text),
    "meta": lambda record: len(record.document.meta),
    "curator": lambda record: bool(record.curators),
    "origin": _origins,
    "source": _sources,
    "score": _scores,
    "verdicts": lambda record: sum(d.verdict in ("rejected", "ignored") for d in record.decisions),
}
