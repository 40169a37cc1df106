"""What layers hold, as plain values: spans and relations with their offsets in code points and their text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from annotator.annotation import Annotations, Attributes, Origin, Relation, Span


@dataclass(frozen=True, slots=True)
class LabeledSpan:
    """A labelled stretch of a document's text: ``start`` to ``end``, half-open, in Unicode code points.

    ``text`` is what stands there; in a span that is to be put it may be left out, and is checked where it is given.
    ``score`` is the probability that a curator accepts it, ``source`` what proposed it (``name@version``), ``origin``
    how it came to be, ``curator`` whose work it is in gold, ``id`` its name within the layer.  ``attributes`` are what
    is set of its attributes, by name: true or false, a number, a text, or a list of texts; what is at its default is
    not there.
    """

    start: int
    end: int
    label: str
    text: str | None = None
    score: float | None = None
    source: str | None = None
    origin: Origin = "added"
    curator: str | None = None
    id: str = ""
    attributes: Attributes = field(default_factory=dict, hash=False)

    @property
    def content(self) -> tuple[int, int, str]:
        """Start, end and label: two layers agree on a span when these are equal."""
        return self.start, self.end, self.label


SpanLike: TypeAlias = LabeledSpan | tuple[int, int, str]
"""A span that is to be put: as read from a layer, or start, end and label."""


@dataclass(frozen=True, slots=True)
class LabeledRelation:
    """A directed, labelled link from the span ``head`` to the span ``child``; the other fields are those of spans."""

    head: LabeledSpan
    child: LabeledSpan
    label: str
    score: float | None = None
    source: str | None = None
    origin: Origin = "added"
    curator: str | None = None
    id: str = ""
    attributes: Attributes = field(default_factory=dict, hash=False)


RelationLike: TypeAlias = LabeledRelation | tuple[SpanLike, SpanLike, str]
"""A relation that is to be put: as read from a layer, or head, child and label."""


@dataclass(frozen=True, slots=True)
class DocumentLayer:
    """What one author says about one document.

    ``document`` is its key, ``name`` the layer's: ``gold``, ``curator:NAME``, ``suggestions`` or ``suggestions:NAME``.
    Spans are in reading order.  ``state`` is ``doing``, ``done``, ``skipped`` or ``None`` (suggestions have none);
    ``changed_at`` the time of the last step, in UTC.  ``attributes`` are those of the document.
    """

    document: str
    name: str
    spans: tuple[LabeledSpan, ...]
    relations: tuple[LabeledRelation, ...] = ()
    state: str | None = None
    changed_at: str | None = None
    attributes: Attributes = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class NewLayer:
    """A layer that is to be put: what a program or a person says about the document with the key ``document``.

    ``name`` is ``suggestions:NAME`` for what a program proposes, ``curator:NAME`` or ``gold``.  The ends of relations
    are among the spans.  ``text``, where it is given, must be the document's: it is what the offsets were counted in.
    ``done`` says that a curator's work is finished.  ``attributes`` are those of the document.
    """

    document: str
    name: str
    spans: Iterable[SpanLike] = ()
    relations: Iterable[RelationLike] = ()
    text: str | None = None
    done: bool = True
    attributes: Attributes = field(default_factory=dict, hash=False)


def layer_values(
    document: str, name: str, content: Annotations, text: str, state: str | None = None, changed_at: str | None = None
) -> DocumentLayer:
    """The content of a layer as plain values."""
    spans = {span.id: _span(span, text) for span in content.spans.values()}
    relations = [_relation(relation, spans) for relation in content.relations.values()]
    return DocumentLayer(
        document,
        name,
        tuple(sorted(spans.values(), key=lambda span: (span.start, -span.end, span.label))),
        tuple(sorted(relations, key=lambda r: (r.head.content, r.child.content, r.label))),
        state,
        changed_at,
        dict(content.document_attributes),
    )


def _span(span: Span, text: str) -> LabeledSpan:
    return LabeledSpan(
        span.start,
        span.end,
        span.label,
        text[span.start : span.end],
        span.score,
        span.source,
        span.origin,
        span.curator,
        span.id,
        dict(span.attributes or {}),
    )


def _relation(relation: Relation, spans: dict[str, LabeledSpan]) -> LabeledRelation:
    return LabeledRelation(
        spans[relation.head],
        spans[relation.child],
        relation.label,
        relation.score,
        relation.source,
        relation.origin,
        relation.curator,
        relation.id,
        dict(relation.attributes or {}),
    )
