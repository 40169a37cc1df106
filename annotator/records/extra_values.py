"""The values of extras: what a format needs to write again what it keeps aside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from annotator.annotation import Origin
from annotator.attribute_values import attribute_value_problem
from annotator.nesting import DEEPEST, is_too_deep
from annotator.records.field_types import AttributeContent, Offset, Score, Word


def extra_problem(form: str, kind: str, value: Mapping[str, Any], refs: Sequence[str]) -> str | None:
    """Say why the format ``form`` could not write an extra of this kind again, or return ``None``.

    ``refs`` are the ids of the items that the extra refers to.
    """
    shape = _SHAPES.get(kind) or _SHAPES.get(f"{kind} of {form}")
    if shape is not None:
        least_refs, fields = shape
        try:
            msgspec.convert(value, fields)
        except msgspec.ValidationError as error:
            return f"{kind} kept for {form}: {error}"
        if len(refs) < least_refs or (kind == "event" and len(refs) != 1 + len(value["roles"])):
            return f"{kind} kept for {form} does not speak of what it should"
    if kind == "attribute value" and (problem := attribute_value_problem(value["value"])):
        return f"{kind} kept for {form}: {value['name']!r:.60} {problem}"
    return json_problem(value)


def json_problem(value: Any) -> str | None:
    """Say why plain JSON could not be stored and read again, or return ``None``."""
    if is_too_deep(value):
        return f"brackets within brackets, more than {DEEPEST} deep"
    try:
        json.loads(msgspec.json.encode(value))
    except ValueError as error:
        return f"cannot be read again: {error}"
    return None


class _Value(msgspec.Struct, kw_only=True):
    pass


class _LabelledValue(_Value):
    label: str


class _FragmentsValue(_Value):
    fragments: Annotated[list[tuple[Offset, Offset]], Meta(min_length=1)]


class _DiscontinuousSpanValue(_FragmentsValue):
    label: str
    text: str


class _RolesValue(_Value):
    roles: Annotated[list[str], Meta(min_length=2, max_length=2)]


class _RelationValue(_RolesValue):
    label: str


class _EventValue(_LabelledValue):
    roles: list[str]


class _AttributeValue(_LabelledValue):
    value: str = ""


class _NamedValue(_Value):
    name: Word
    value: AttributeContent


class _NoteValue(_LabelledValue):
    text: str


class _NormalizationValue(_LabelledValue):
    text: str
    entry: str


class _RegionValue(_Value):
    start: Offset
    end: Offset
    value: dict[str, Any] = {}


class _RegionFieldsValue(_Value):
    value: dict[str, Any] = {}


class _TaskValue(_Value):
    names: dict[str, str] = {}
    data: dict[str, Any] = {}
    task: dict[str, Any] = {}


class _ItemValue(_Value, kw_only=True):
    label: Word
    origin: Origin
    source: Word | None = None
    score: Score | None = None
    curator: Word | None = None


class _SpanValue(_ItemValue, kw_only=True):
    start: Offset
    end: Offset


_SHAPES: Mapping[str, tuple[int, type[_Value]]] = {
    "span": (0, _SpanValue),
    "relation": (2, _ItemValue),
    "discontinuous span": (0, _DiscontinuousSpanValue),
    "fragments of a span": (1, _FragmentsValue),
    "names of arguments": (1, _RolesValue),
    "relation of what is kept aside": (2, _RelationValue),
    "event": (1, _EventValue),
    "attribute": (1, _AttributeValue),
    "attribute value": (0, _NamedValue),
    "cluster": (2, _LabelledValue),
    "normalization": (1, _NormalizationValue),
    "name of an entry": (1, _NormalizationValue),
    "note": (1, _NoteValue),
    "equivalence": (1, _LabelledValue),
    "span's fields": (1, _Value),
    "relation's fields": (1, _Value),
    "region's fields": (1, _RegionFieldsValue),
    "region without label": (0, _RegionValue),
    "relation without label": (2, _Value),
    "document of labelstudio": (0, _TaskValue),
}
"""By kind of extra: the least number of items that it refers to, and the fields that its value must have."""
