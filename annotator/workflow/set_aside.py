"""Spans and relations that are kept as extras of a format, and put back when the layer is exported in that format.

These are what the scheme does not allow, relations of a span with itself, and the values of attributes that the scheme
does not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from annotator.annotation import Annotations, Attributes, AttributeValue, Extra, Relation, Span, item_record
from annotator.formats.beside_labels import ATTRIBUTE_VALUE

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
    spans, relations, of_document = dict(content.spans), dict(content.relations), content.document_attributes
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
            elif extra.kind == ATTRIBUTE_VALUE:
                of_document = _put_back(extra, spans, relations, of_document)
            else:
                others.append(extra)
        if len(later) == len(waiting):
            break
        waiting = later
    content = replace(content, spans=spans, relations=relations, document_attributes=of_document)
    return Restored(content, tuple(others), tuple(waiting))


def _put_back(
    extra: Extra, spans: dict[str, Span], relations: dict[str, Relation], of_document: Attributes
) -> Attributes:
    """Put a value back into the item that it is of; return the attributes of the document."""
    if not extra.refs:
        return _with(extra.value, of_document)
    item_id = extra.refs[0]
    if item_id in spans:
        spans[item_id] = spans[item_id].replace(attributes=_with(extra.value, spans[item_id].attributes))
    elif item_id in relations:
        relations[item_id] = relations[item_id].replace(attributes=_with(extra.value, relations[item_id].attributes))
    return of_document


def _with(kept: Mapping[str, Any], attributes: Attributes | None) -> dict[str, AttributeValue]:
    """Attributes with a value that was kept aside, unless a curator has set another since."""
    return dict(sorted({kept["name"]: kept["value"], **(attributes or {})}.items()))
