"""The spans and relations of Prodigy's tasks where they are as Prodigy writes them, with no fields but its own.

Nearly all are, and are read in one step; :mod:`annotator.formats.prodigy` reads all others field by field, which says
what is wrong with them, and keeps what only Prodigy knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from annotator.annotation import Annotations, Relation, Span, SpanKey

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
    return None if found is None else _with_relations(found, plain_relations or ())


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


def _with_relations(spans: Iterable[Span], plain: Iterable[_PlainRelation]) -> Annotations | None:
    by_id = {span.id: span for span in spans}
    ids: dict[SpanKey, str] = {}
    for span in by_id.values():
        ids.setdefault(span.key, span.id)
    relations = {}
    for number, one in enumerate(plain):
        head, child = (ids.get(SpanKey(end.start, end.end, end.label)) for end in (one.head_span, one.child_span))
        if head is None or child is None:
            return None
        relations[f"r{number}"] = Relation(f"r{number}", head, child, one.label)
    return Annotations(by_id, relations)
