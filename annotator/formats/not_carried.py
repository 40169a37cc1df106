"""What a format can and cannot carry of a layer, from what the format declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping

from annotator.annotation import Relation, Span, SpanKey
from annotator.formats.protocol import Carried
from annotator.formats.record import LayerRecord, nested_and_crossing, without_crossing, without_overlaps
from annotator.text import derive_title


class NotCarried:
    """What a format that ``carries`` so much leaves out of records."""

    def __init__(self, carries: Mapping[str, Carried]) -> None:
        self._features = [feature for feature, carried in carries.items() if carried == "no"]
        self._counts = [(feature, _COUNTS[feature]) for feature in self._features if feature in _COUNTS]
        self._overlapping = [feature for feature in self._features if feature in _OVERLAPPING]

    def count(self, record: LayerRecord) -> Counter[str]:
        """Count by feature what is left out of a record; each loss counts once."""
        counts: Counter[str] = Counter()
        for feature, counted in self._counts:
            count = counted(record)
            if count:
                counts[feature] = int(count)
        if self._overlapping:
            spans = self._at_tokens(record)
            overlapping = dict(zip(_OVERLAPPING, nested_and_crossing(spans), strict=True))
            if "nested" not in self._features:
                overlapping["crossing"] = len(spans) - len(without_crossing(spans))
            counts.update({feature: overlapping[feature] for feature in self._overlapping if overlapping[feature]})
        return counts

    def carried_spans(self, record: LayerRecord) -> Collection[SpanKey]:
        """The spans that are written of a record."""
        spans = self._at_tokens(record)
        if "nested" in self._overlapping:
            return without_overlaps(spans)
        return without_crossing(spans) if self._overlapping else spans

    def _at_tokens(self, record: LayerRecord) -> Collection[SpanKey]:
        return record.token_spans() if "off_token" in self._features else record.spans()


def count_not_carried(record: LayerRecord, carries: Mapping[str, Carried]) -> Counter[str]:
    """Count by feature what a format that ``carries`` so much leaves out of one record; each loss counts once."""
    return NotCarried(carries).count(record)


_OVERLAPPING = ("nested", "crossing")


def _origins(record: LayerRecord) -> int:
    return len([True for item in _items(record) if item.origin in ("accepted", "corrected")])


def _sources(record: LayerRecord) -> int:
    return len([True for item in _items(record) if item.source is not None])


def _scores(record: LayerRecord) -> int:
    return len([True for item in _items(record) if item.score is not None])


def _items(record: LayerRecord) -> list[Span | Relation]:
    return [*record.annotations.spans.values(), *record.annotations.relations.values()]


def _loops(record: LayerRecord) -> int:
    return len([True for relation in record.annotations.relations.values() if relation.head == relation.child])


def _links(record: LayerRecord) -> int:
    """The relations that make groups, which are lost or written with these."""
    relations = record.annotations.relations.values()
    return len([True for r in relations if r.label in record.equivalences]) if record.equivalences else 0


def _attributes(items: Mapping[str, Span] | Mapping[str, Relation]) -> int:
    return sum(len(item.attributes) for item in items.values() if item.attributes)


_COUNTS: Mapping[str, Callable[[LayerRecord], int]] = {
    "off_token": LayerRecord.off_token_spans,
    "relations": lambda record: len(record.annotations.relations) - _loops(record) - _links(record),
    "groups": _links,
    "self_relations": _loops,
    "key": lambda _: 1,
    "lang": lambda record: bool(record.document.lang),
    "title": lambda record: record.document.title != derive_title(record.document.text),
    "meta": lambda record: len(record.document.meta),
    "curator": lambda record: bool(record.curators),
    "attributes": lambda record: _attributes(record.annotations.spans),
    "relation_attributes": lambda record: _attributes(record.annotations.relations),
    "document_attributes": lambda record: len(record.annotations.document_attributes),
    "origin": _origins,
    "source": _sources,
    "score": _scores,
    "verdicts": lambda record: sum(d.verdict in ("rejected", "ignored") for d in record.verdicts),
}
