"""What a file says beside labels, in the shape in which any format keeps it aside and writes it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeGuard

from annotator.annotation import Annotations, Attributes, AttributeValue, Extra, Relation, Span
from annotator.attribute_values import attribute_value_problem, text_problem
from annotator.formats.protocol import ForeignAttribute, ForeignGroup
from annotator.labels.attributes import AttributeKind

ATTRIBUTE_VALUE, CLUSTER = "attribute value", "cluster"
"""The kinds of these extras; an export puts the values back into the items that they are of."""


def attribute(
    item: str | None, name: str, value: AttributeValue, kind: AttributeKind | None = None
) -> ForeignAttribute:
    """An attribute of a span, a relation or (``None``) the document, kept aside where the label scheme lacks it.

    Without ``kind`` it is the one that the value tells.
    """
    aside = Extra("", ATTRIBUTE_VALUE, {"name": name, "value": value}, () if item is None else (item,))
    return ForeignAttribute(item, name, value, aside, kind or kind_of(value))


def group(label: str, members: Iterable[str]) -> ForeignGroup:
    """A group of spans, kept aside where the label scheme lacks its label as an equivalence."""
    refs = tuple(members)
    return ForeignGroup(label, refs, Extra("", CLUSTER, {"label": label}, refs))


def kind_of(value: AttributeValue) -> AttributeKind:
    """The kind of attribute that a value tells."""
    if isinstance(value, bool):
        return "flag"
    return "number" if isinstance(value, (int, float)) else "values"


def value_problem(value: Any) -> str | None:
    """Say why a value of JSON cannot be that of an attribute, or return ``None``."""
    if isinstance(value, list) and not all(isinstance(one, str) for one in value):
        return "is no list of texts"
    if not isinstance(value, (bool, int, float, str, list)):
        return "is no value of an attribute"
    return attribute_value_problem(value)


def are_attributes(value: object) -> TypeGuard[dict[str, AttributeValue]]:
    """Tell whether a value of JSON is a mapping from names of attributes to values of theirs, not empty."""
    return (
        isinstance(value, dict)
        and bool(value)
        and not any(text_problem(name) or value_problem(one) for name, one in value.items())
    )


def attributes_in(content: Annotations) -> Iterator[ForeignAttribute]:
    """Say apart what the items of a layer have as their attributes, and what the document has."""
    every: tuple[Mapping[str, Span] | Mapping[str, Relation], ...] = (content.spans, content.relations)
    for items in every:
        for item in items.values():
            if item.attributes:
                yield from _of(item.id, item.attributes)
    yield from _of(None, content.document_attributes)


def _of(item: str | None, attributes: Attributes) -> Iterator[ForeignAttribute]:
    return (attribute(item, name, value) for name, value in attributes.items())
