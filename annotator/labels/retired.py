"""What of a layer the label scheme no longer allows, item by item: work that is *retired* because the scheme moved on.

Of spans that may not stand beside one another, those that come later in reading order are retired.  So the items of a
layer that are not retired, less the relations at retired spans, always make a layer that the scheme allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeVar

from annotator.annotation import (
    Annotations,
    Attributes,
    AttributeValue,
    Relation,
    RelationKey,
    Span,
    SpanKey,
    reading_order,
)
from annotator.labels.scheme import LabelScheme
from annotator.text import Segmentation

RetiredKind = Literal["label", "ends", "overlap", "sentence", "twice", "attribute", "holder", "value"]
"""Why: its label is not in the scheme, its ends' labels do not fit, it clashes with a span, it crosses sentences, or
another relation says the same; an attribute is not in the scheme, not one of what has it, or has a value that it may
not have."""

AnyItem = TypeVar("AnyItem", Span, Relation)

IN_WORDS: Mapping[RetiredKind, str] = {
    "label": "not in the label scheme",
    "ends": "between labels that it may not link",
    "overlap": "clashing with other spans",
    "sentence": "from one sentence to another",
    "twice": "twice between the same spans",
    "attribute": "not in the label scheme",
    "holder": "no attribute of what has it",
    "value": "set to what is no value of it",
}


class Reason(NamedTuple):
    """Why an item is retired; ``text`` says it in a sentence."""

    kind: RetiredKind
    text: str


@dataclass(frozen=True, slots=True)
class Retired:
    """The retired items of a layer, each with its reason: spans and relations by id, in reading order.

    ``attributes`` are those of other items, and of the document (``None``), by item and name.
    """

    spans: Mapping[str, Reason] = field(default_factory=dict)
    relations: Mapping[str, Reason] = field(default_factory=dict)
    attributes: Mapping[tuple[str | None, str], Reason] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.spans or self.relations or self.attributes)

    def __len__(self) -> int:
        return len(self.spans) + len(self.relations) + len(self.attributes)

    @property
    def problems(self) -> list[str]:
        """All reasons in words, those of spans first."""
        return [reason.text for group in (self.spans, self.relations, self.attributes) for reason in group.values()]

    def counts(self, content: Annotations) -> RetiredCounts:
        """How many items of the layer ``content`` are retired."""
        spans = (("span", content.spans[i].label, reason.kind) for i, reason in self.spans.items())
        relations = (("relation", content.relations[i].label, reason.kind) for i, reason in self.relations.items())
        attributes = (("attribute", name, reason.kind) for (_, name), reason in self.attributes.items())
        return Counter(RetiredGroup(*group) for group in (*spans, *relations, *attributes))

    def left_of(self, content: Annotations) -> Annotations:
        """The items of the layer ``content`` that the scheme allows; a relation needs both of its ends."""
        if not self:
            return content
        spans = {i: self._less(span) for i, span in content.spans.items() if i not in self.spans}
        relations = {
            i: self._less(relation)
            for i, relation in content.relations.items()
            if i not in self.relations and relation.head in spans and relation.child in spans
        }
        of_document = self._left(None, content.document_attributes) or {}
        return replace(content, spans=spans, relations=relations, document_attributes=of_document)

    def _less(self, item: AnyItem) -> AnyItem:
        left = self._left(item.id, item.attributes)
        return item if left == item.attributes else item.replace(attributes=left)

    def _left(self, item_id: str | None, attributes: Attributes | None) -> Attributes | None:
        if not attributes or not self.attributes:
            return attributes
        return {name: v for name, v in attributes.items() if (item_id, name) not in self.attributes} or None


class RetiredGroup(NamedTuple):
    """Retired items of one label and kind, to be counted; ``of`` is ``span``, ``relation`` or ``attribute``."""

    of: str
    label: str
    kind: RetiredKind


RetiredCounts = Counter[RetiredGroup]


def label_counts(counts: Mapping[RetiredGroup, int]) -> Counter[str]:
    """How many retired items there are of each label."""
    labels: Counter[str] = Counter()
    for group, count in counts.items():
        labels[group.label] += count
    return labels


def count_in_words(counts: Mapping[RetiredGroup, int]) -> str:
    """Count retired items by label, the most frequent first: ``3 SKILL, 1 works_for``."""
    ranked = sorted(label_counts(counts).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {label}" for label, count in ranked)


def retired(scheme: LabelScheme, content: Annotations, sentences: Segmentation) -> Retired:
    """What the scheme does not allow of a layer, and why.

    One sweep over the spans, so that a layer of 20,000 is checked in a fraction of a second.
    """
    spans = retired_spans(scheme, ((span.key, i) for i, span in content.spans.items()))
    relations: dict[str, Reason] = {}
    seen: dict[frozenset[SpanKey], list[RelationKey]] = {}
    for key, relation_id in sorted((content.relation_key(r), i) for i, r in content.relations.items()):
        between = seen.setdefault(frozenset((key.head, key.child)), [])
        reason = relation_reason(scheme, key, sentences, between)
        if reason is not None:
            relations[relation_id] = reason
        between.append(key)
    return Retired(spans, relations, _retired_attributes(scheme, content, {*spans, *relations}))


def _retired_attributes(
    scheme: LabelScheme, content: Annotations, gone: Container[str]
) -> dict[tuple[str | None, str], Reason]:
    """Which attributes of the items that are not retired themselves the scheme does not have, and why."""
    having: list[tuple[str | None, str | None, Attributes]] = [(None, None, content.document_attributes)]
    for items in (content.spans, content.relations):
        having += [(i, x.label, x.attributes) for i, x in items.items() if x.attributes and i not in gone]
    return {
        (item_id, name): reason
        for item_id, label, attributes in having
        for name, value in attributes.items()
        if (reason := attribute_reason(scheme, name, value, label)) is not None
    }


def attribute_reason(scheme: LabelScheme, name: str, value: AttributeValue, label: str | None) -> Reason | None:
    """Why an attribute of an item with a label (``None``: of the document) is retired."""
    problem = scheme.attribute_problem(name, value, label)
    if problem is None:
        return None
    attribute = scheme.attributes.get(name)
    if attribute is None:
        return Reason("attribute", problem)
    return Reason("value" if attribute in scheme.attributes_of(label) else "holder", problem)


def retired_spans(scheme: LabelScheme, spans: Iterable[tuple[SpanKey, str]]) -> dict[str, Reason]:
    """Why spans, given with their ids, may not stand beside one another, or at all; by id, in reading order."""
    reasons: dict[str, Reason] = {}
    live: list[SpanKey] = []
    for key, span_id in sorted(spans, key=lambda pair: (reading_order(pair[0]), pair[1])):
        live = [other for other in live if other.end > key.start]
        reason = span_reason(scheme, key, live)
        if reason is not None:
            reasons[span_id] = reason
        if key.label in scheme.entities:
            live.append(key)
    return reasons


def span_reason(scheme: LabelScheme, span: SpanKey, earlier: Iterable[SpanKey]) -> Reason | None:
    """Why a span is retired; ``earlier`` are those before it in reading order that share text with it.

    Those of them with a label that the scheme does not have are retired themselves, and must not be among them.
    """
    problem = scheme.span_problem(span, earlier)
    if problem is None:
        return None
    return Reason("overlap" if span.label in scheme.entities else "label", problem)


def relation_reason(
    scheme: LabelScheme, relation: RelationKey, sentences: Segmentation, earlier: Iterable[RelationKey]
) -> Reason | None:
    """Why a relation is retired; ``earlier`` are those between the same two spans that come before it in order."""
    problem = scheme.relation_problem(relation, sentences, earlier)
    return None if problem is None else Reason(_relation_kind(scheme, relation, sentences), problem)


def _relation_kind(scheme: LabelScheme, relation: RelationKey, sentences: Segmentation) -> RetiredKind:
    kind = scheme.relations.get(relation.label)
    if kind is None:
        return "label"
    if relation.head == relation.child or not kind.fits(relation.head.label, relation.child.label):
        return "ends"
    return "twice" if scheme.relation_problem(relation, sentences) is None else "sentence"
