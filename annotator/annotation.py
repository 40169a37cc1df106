"""Spans, relations and the layers that hold them.

Everything that says something about a document is a *layer*: spans and relations by one author on one document.
A model's suggestions, a curator's work and the gold differ only in their author's kind.

Offsets are half-open ranges of Unicode code points into the document's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Origin = Literal["suggested", "accepted", "corrected", "added"]
Verdict = Literal["accepted", "corrected", "rejected", "ignored"]
LayerKind = Literal["suggester", "curator", "gold"]


class SpanKey(NamedTuple):
    """What a span says, without who said it: two layers agree on a span when their keys are equal."""

    start: int
    end: int
    label: str

    def __str__(self) -> str:
        return f"{self.start}-{self.end}-{self.label}"


class RelationKey(NamedTuple):
    """What a relation says, independent of the ids that its ends have in a layer."""

    head: SpanKey
    child: SpanKey
    label: str

    def __str__(self) -> str:
        return f"{self.label}:{self.head}:{self.child}"


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of text, ``start`` to ``end`` in code points.

    ``origin`` tells how the span came to be, ``source`` which suggester proposed it (``name@version``, ``None``
    when a curator added it), ``score`` the suggester's probability of acceptance, ``curator`` who vouches for it.
    """

    id: str
    start: int
    end: int
    label: str
    origin: Origin = "added"
    source: str | None = None
    score: float | None = None
    curator: str | None = None

    @property
    def key(self) -> SpanKey:
        """Return what the span says."""
        return SpanKey(self.start, self.end, self.label)


@dataclass(frozen=True, slots=True)
class Relation:
    """A typed, directed link from the span with id ``head`` to the span with id ``child``."""

    id: str
    head: str
    child: str
    label: str
    origin: Origin = "added"
    source: str | None = None
    score: float | None = None
    curator: str | None = None


@dataclass(frozen=True, slots=True)
class Annotations:
    """The content of a layer: spans and relations by id.

    Every relation's ends are ids in ``spans``.
    """

    spans: Mapping[str, Span] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)

    def relation_key(self, relation: Relation) -> RelationKey:
        """Return what ``relation`` says, its ends resolved in this layer."""
        return RelationKey(self.spans[relation.head].key, self.spans[relation.child].key, relation.label)


def suggested_span(start: int, end: int, label: str, source: str, score: float) -> Span:
    """Return a suggestion whose id is its content, so that a verdict outlives the run that proposed it."""
    return Span(str(SpanKey(start, end, label)), start, end, label, "suggested", source, score)


def suggested_relation(head: Span, child: Span, label: str, source: str, score: float) -> Relation:
    """Return a suggested relation between two suggested spans, its id being its content."""
    key = RelationKey(head.key, child.key, label)
    return Relation(str(key), head.id, child.id, label, "suggested", source, score)


def annotations(spans: list[Span], relations: list[Relation]) -> Annotations:
    """Gather spans and relations into the content of a layer."""
    return Annotations({s.id: s for s in spans}, {r.id: r for r in relations})
