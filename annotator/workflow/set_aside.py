"""Spans and relations that are kept as extras of a format, and put back when the layer is exported in that format.

These are what the scheme does not allow, and relations of a span with itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from annotator.annotation import Annotations, Extra, Relation, Span, item_record

SPAN, RELATION = "span", "relation"
"""The kinds of these extras."""


def span_extra(span: Span, extra_id: str, form: str) -> Extra:
    """Make an extra of a span."""
    return Extra(extra_id, SPAN, item_record(span), (), form)


def relation_extra(relation: Relation, extra_id: str, form: str) -> Extra:
    """Make an extra of a relation; it refers to the relation's head and child."""
    value = {name: value for name, value in item_record(relation).items() if name not in ("head", "child")}
    return Extra(extra_id, RELATION, value, (relation.head, relation.child), form)


class Restored(NamedTuple):
    """The content of a layer with everything put back, the other extras, and those of items that are gone."""

    content: Annotations
    extras: tuple[Extra, ...]
    orphans: tuple[Extra, ...]


def restore(content: Annotations, extras: Iterable[Extra]) -> Restored:
    """Put the spans and relations among the extras of one format back into a layer."""
    spans, relations = dict(content.spans), dict(content.relations)
    present = {*spans, *relations}
    others: list[Extra] = []
    waiting = list(extras)
    while waiting:
        later: list[Extra] = []
        for extra in waiting:
            if not present.issuperset(extra.refs):
                later.append(extra)
                continue
            present.add(extra.id)
            if extra.kind == SPAN:
                spans[extra.id] = Span(extra.id, **extra.value)
            elif extra.kind == RELATION:
                relations[extra.id] = Relation(extra.id, extra.refs[0], extra.refs[1], **extra.value)
            else:
                others.append(extra)
        if len(later) == len(waiting):
            break
        waiting = later
    return Restored(replace(content, spans=spans, relations=relations), tuple(others), tuple(waiting))
