"""Spans, relations and the layers that hold them.

Everything that says something about a document is a *layer*: spans and relations by one author on one document.
A model's suggestions, a curator's work and the gold differ only in their author's kind.

What a layer says about a span, a relation or the document beside a label are its *attributes*: values by name, as the
label scheme declares them.

Offsets are half-open ranges of Unicode code points into the document's text.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any, Literal, NamedTuple, Self

import msgspec

Origin = Literal["suggested", "accepted", "corrected", "added"]
VerdictKind = Literal["accepted", "corrected", "rejected", "ignored"]
Settled = Literal["agreement", "majority", "adjudicator"]
AttributeValue = bool | int | float | str | Sequence[str]
"""What an attribute is set to: one value, or the texts of several."""
Attributes = Mapping[str, AttributeValue]
"""What is set of the attributes of an item or a document, by name, in order of name; never empty where it is stored."""


class SpanKey(NamedTuple):
    """The content of a span, without its author: two layers agree on a span when its keys are equal."""

    start: int
    end: int
    label: str

    def __str__(self) -> str:
        return f"{self.start}-{self.end}-{self.label}"

    def overlaps(self, other: SpanKey) -> bool:
        """Tell whether two spans share text."""
        return self.start < other.end and other.start < self.end


class RelationKey(NamedTuple):
    """The content of a relation, independent of the ids that its ends have in a layer."""

    head: SpanKey
    child: SpanKey
    label: str

    def __str__(self) -> str:
        return f"{self.label}:{self.head}:{self.child}"

    @property
    def start(self) -> int:
        """Where the first of its ends begins."""
        return min(self.head.start, self.child.start)

    def canonical(self, symmetric: Container[str]) -> RelationKey:
        """Make the earlier end the head where the label is among the ``symmetric`` ones, which have no direction."""
        turned = self.label in symmetric and self.child < self.head
        return RelationKey(self.child, self.head, self.label) if turned else self


def reading_order(span: Span | SpanKey) -> tuple[int, int, str]:
    """Order spans as they are read: by start, the longer first, then by label."""
    return span.start, -span.end, span.label


def span_key(value: Any) -> SpanKey:
    """Read the content of a span from its JSON value ``[start, end, label]``."""
    return SpanKey(*value)


def relation_key(value: Any) -> RelationKey:
    """Read the content of a relation from its JSON value ``[head, child, label]``."""
    head, child, label = value
    return RelationKey(span_key(head), span_key(child), label)


def attribute_claim_id(claim: Any, name: str) -> str:
    """Name the claim that what ``claim`` says (``None``: the document) has an attribute, for the id of its ruling."""
    if claim is None:
        return f"{name}@document"
    return f"{name}@{span_key(claim) if isinstance(claim[0], int) else relation_key(claim)}"


def key_json(key: SpanKey | RelationKey) -> list[Any]:
    """Turn the content of a span or relation into a JSON value."""
    return list(key) if isinstance(key, SpanKey) else [list(key.head), list(key.child), key.label]


class Item(msgspec.Struct, frozen=True):
    """An item of a layer, with an ``id``; a struct, because a corpus has a hundred thousand of them."""

    id: str

    def __hash__(self) -> int:
        """Hash the id: attributes have no hash."""
        return hash(self.id)

    def replace(self, **changes: Any) -> Self:
        """Copy the item with some fields changed."""
        return msgspec.structs.replace(self, **changes)


_ADDED: Any = msgspec.field(default_factory=lambda: "added")
"""How an item comes to be by default; a factory, so that records have it, which leave out what is not there."""


class Span(Item, frozen=True, gc=False, omit_defaults=True):
    """A labelled stretch of text, ``start`` to ``end`` in code points.

    ``origin`` tells how the span came to be, ``source`` which suggester proposed it (``name@version``, ``None``
    when a curator added it), ``score`` the suggester's probability of acceptance, ``curator`` whose work it is;
    ``attributes`` are what is set of its attributes (``None``: nothing).
    """

    start: int
    end: int
    label: str
    origin: Origin = _ADDED
    source: str | None = None
    score: float | None = None
    curator: str | None = None
    attributes: Attributes | None = None

    @property
    def key(self) -> SpanKey:
        """The content of the span."""
        return SpanKey(self.start, self.end, self.label)


class Relation(Item, frozen=True, gc=False, omit_defaults=True):
    """A typed, directed link from the span with id ``head`` to the span with id ``child``."""

    head: str
    child: str
    label: str
    origin: Origin = _ADDED
    source: str | None = None
    score: float | None = None
    curator: str | None = None
    attributes: Attributes | None = None


class Verdict(Item, frozen=True):
    """A curator's verdict on one suggestion.

    ``id`` is the suggestion's id, which is its content, so that the verdict also holds when another suggester proposes
    the same.  ``original`` is that content as nested lists for JSON, because suggestions are replaced while verdicts
    stay; ``item`` is the curator's span or relation made from it (``None`` when rejected or ignored); ``attributes``
    are those that were suggested, so that each can be compared with what the item has.
    """

    kind: Literal["span", "relation"]
    verdict: VerdictKind
    label: str
    source: str | None
    score: float | None
    original: Any
    item: str | None = None
    attributes: Attributes | None = None


class Comment(Item, frozen=True):
    """A curator's remark on one of their spans or relations (``target``), or on the document (``None``)."""

    text: str
    target: str | None = None


class Extra(Item, frozen=True):
    """Something that a foreign format has and our model has not, kept for exports in that format.

    ``value`` is plain JSON; ``refs`` are the ids of the spans, relations and other extras that it refers to.
    """

    kind: str
    value: Mapping[str, Any]
    refs: tuple[str, ...] = ()
    format: str = ""


class Ruling(Item, frozen=True):
    """The decision on one claim, a span or relation that somebody marked: what stands for it in gold.

    ``id`` is the claim's content, and ``claim`` the same as nested lists for JSON.  ``outcome`` is ``None`` where
    nothing stands for it; for a span it is ``[start, end, label]``, for a relation ``[label, reversed]``, because the
    ends of a relation follow from the rulings on its spans.  ``item`` is the id of that gold item.

    A ruling on an attribute has as its claim the claim of its item (``None`` for the document) and the attribute's
    name, ``[claim, name]``; its outcome and versions are values of the attribute.

    ``settled`` says how it was decided, ``event`` by which event of the gold layer (which has who and when), and
    ``versions`` what each curator had marked there at that time.  ``origin``, ``source``, ``score`` and ``curator`` are
    those of the gold item.
    """

    kind: Literal["span", "relation", "attribute"]
    claim: Any
    settled: Settled
    versions: Mapping[str, Any]
    event: int
    outcome: Any = None
    item: str | None = None
    origin: Origin | None = None
    source: str | None = None
    score: float | None = None
    curator: str | None = None


@dataclass(frozen=True, slots=True)
class Annotations:
    """The content of a layer: spans and relations by id, and the attributes of the document.

    Every relation's ends are ids in ``spans``.
    """

    spans: Mapping[str, Span] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    document_attributes: Attributes = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        spans: Iterable[Span],
        relations: Iterable[Relation] = (),
        document_attributes: Attributes | None = None,
    ) -> Annotations:
        """Build the content of a layer from its spans and relations, and the attributes of the document."""
        return cls({s.id: s for s in spans}, {r.id: r for r in relations}, document_attributes or {})

    def relation_key(self, relation: Relation) -> RelationKey:
        """The content of a relation of this layer."""
        return RelationKey(self.spans[relation.head].key, self.spans[relation.child].key, relation.label)


def suggested_span(start: int, end: int, label: str, source: str, score: float) -> Span:
    """Build a suggested span whose id is its content, so that verdicts on it outlast the run that proposed it."""
    return Span(str(SpanKey(start, end, label)), start, end, label, "suggested", source, score)


def suggested_relation(head: Span, child: Span, label: str, source: str, score: float) -> Relation:
    """Build a suggested relation between two suggested spans, whose id is its content."""
    key = RelationKey(head.key, child.key, label)
    return Relation(str(key), head.id, child.id, label, "suggested", source, score)


def item_record(item: Item) -> dict[str, Any]:
    """Turn an item into a record of history: its fields by name, without the id and fields that are ``None``."""
    if isinstance(item, (Span, Relation)):
        record: dict[str, Any] = msgspec.to_builtins(item)
        del record["id"]
        return record
    names, values = _recorded(type(item))
    return {name: value for name, value in zip(names, values(item), strict=False) if value is not None and value != ()}


@cache
def _recorded(kind: type[Item]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The names of the recorded fields of a kind of item, and a function that reads them all."""
    names = tuple(name for name in kind.__struct_fields__ if name != "id")
    return names, attrgetter(*names)
