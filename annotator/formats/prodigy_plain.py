"""The spans and relations of Prodigy's tasks where they are as Prodigy writes them, with no fields but its own.

Nearly all are, and are read in one step; :mod:`annotator.formats.prodigy` reads all others field by field, which says
what is wrong with them, and keeps what only Prodigy knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from annotator.annotation import Annotations, Relation, Span

_Label = Annotated[str, Meta(min_length=1)]
_Score = Annotated[float, Meta(ge=0, le=1)] | Annotated[int, Meta(ge=0, le=1)]


class _PlainSpan(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    start: Annotated[int, Meta(ge=0)]
    end: int
    label: _Label
    token_start: Any = None
    token_end: Any = None
    text: str | None = None
    source: Annotated[str, Meta(min_length=1)] | UnsetType = UNSET
    score: _Score | UnsetType = UNSET


class _PlainEnd(msgspec.Struct, gc=False):
    start: int
    end: int
    label: _Label


class _PlainRelation(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    label: _Label
    head_span: _PlainEnd
    child_span: _PlainEnd
    head: Any = None
    child: Any = None


def plain_content(spans: object, relations: object, text: str) -> Annotations | None:
    """Read the lists of spans and relations of a task on a text; ``None`` where they are not plain."""
    try:
        plain_spans = msgspec.convert(spans, list[_PlainSpan] | None)
        plain_relations = msgspec.convert(relations, list[_PlainRelation] | None)
    except msgspec.ValidationError:
        return None
    found = _spans(plain_spans or (), text)
    links = None if found is None else _relations(plain_relations or (), found)
    return None if found is None or links is None else Annotations.of(found, links)


def _spans(plain: Iterable[_PlainSpan], text: str) -> list[Span] | None:
    spans = []
    for number, one in enumerate(plain):
        start, end = one.start, one.end
        if not start < end <= len(text) or (one.text is not None and one.text != text[start:end]):
            return None
        source = None if one.source is UNSET else one.source
        score = None if one.score is UNSET else one.score
        spans.append(Span(f"s{number}", start, end, one.label, "accepted" if source else "added", source, score))
    return spans


def _relations(plain: Iterable[_PlainRelation], spans: Iterable[Span]) -> list[Relation] | None:
    ids: dict[tuple[int, int, str], str] = {}
    for span in spans:
        ids.setdefault((span.start, span.end, span.label), span.id)
    relations = []
    for number, one in enumerate(plain):
        head, child = one.head_span, one.child_span
        head_id, child_id = ids.get((head.start, head.end, head.label)), ids.get((child.start, child.end, child.label))
        if head_id is None or child_id is None:
            return None
        relations.append(Relation(f"r{number}", head_id, child_id, one.label))
    return relations
