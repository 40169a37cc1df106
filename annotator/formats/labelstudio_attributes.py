"""Attributes as Label Studio has them: further results, of a region under its id, or of the task as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.annotation import AttributeValue, Extra
from annotator.attribute_values import attribute_value_problem, text_problem
from annotator.formats.protocol import ForeignAttribute
from annotator.formats.record import LayerRecord
from annotator.labels import AttributeType, LabelScheme
from annotator.labels.attributes import AttributeKind, values_of

_RESULTS: Mapping[AttributeKind, tuple[str, str]] = {
    "values": ("choices", "choices"),
    "flag": ("choices", "choices"),
    "text": ("textarea", "text"),
    "catalog": ("textarea", "text"),
    "number": ("number", "number"),
    "date": ("datetime", "datetime"),
}
"""By kind of attribute the type of its results, and the field that holds what they say."""
_READ: Mapping[str, tuple[str, AttributeKind]] = {
    "choices": ("choices", "values"),
    "taxonomy": ("taxonomy", "values"),
    "textarea": ("text", "text"),
    "number": ("number", "number"),
    "rating": ("rating", "number"),
    "datetime": ("datetime", "date"),
}


def attribute_of(result: Mapping[str, Any], aside: Extra) -> ForeignAttribute | None:
    """What a result says of the region that ``aside`` refers to, or of the task; ``None`` where it is no attribute."""
    field, kind = _READ.get(str(result.get("type")), ("", "values"))
    name, value = result.get("from_name"), result.get("value")
    said = value.get(field) if isinstance(value, dict) else None
    if not isinstance(name, str) or text_problem(name) is not None:
        return None
    if field == "taxonomy" and isinstance(said, list) and all(isinstance(path, list) for path in said):
        said = ["/".join(map(str, path)) for path in said]
    if isinstance(said, list) and kind == "text":
        said = " ".join(said) if all(isinstance(one, str) for one in said) else None
    fits = isinstance(said, (str, int, float)) or (
        isinstance(said, list) and said and all(isinstance(one, str) for one in said)
    )
    if not fits or isinstance(said, bool) or said is None or attribute_value_problem(said) is not None:
        return None
    return ForeignAttribute(aside.refs[0] if aside.refs else None, name, said, aside, kind)


def attribute_results(
    record: LayerRecord, scheme: LabelScheme, ids: Mapping[str, str], to_name: str
) -> Iterator[dict[str, Any]]:
    """Yield the results of what is set of spans, whose regions have these ids, and of the document."""
    text = record.document.text
    for key, span in record.spans().items():
        if not span.attributes:
            continue
        place = {"start": key.start, "end": key.end}
        for name, value in span.attributes.items():
            result = _result(scheme.attributes.get(name), name, value)
            covered = {} if result["type"] == "textarea" else {"text": text[key.start : key.end]}
            yield {"id": ids[span.id], "to_name": to_name, **result, "value": {**place, **covered, **result["value"]}}
    for name, value in record.annotations.document_attributes.items():
        yield {"id": f"document {name}", "to_name": to_name, **_result(scheme.attributes.get(name), name, value)}


def _result(attribute: AttributeType | None, name: str, value: AttributeValue) -> dict[str, Any]:
    kind = "values" if attribute is None else attribute.kind
    result, field = _RESULTS[kind]
    listed = [str(one).lower() if isinstance(one, bool) else one for one in values_of(value)]
    return {"from_name": name, "type": result, "value": {field: listed if result in ("choices", "textarea") else value}}


def controls(scheme: LabelScheme, label: str, text: str) -> Iterator[str]:
    """Yield the lines of a labelling interface for the attributes of spans and of the document."""
    from xml.sax.saxutils import quoteattr  # loads what fetches pages, too

    for attribute in scheme.attributes.values():
        entities = [name for name in attribute.of if name in scheme.entities]
        if not entities and not attribute.is_of_document:
            continue
        about = f"name={quoteattr(attribute.name)} toName={quoteattr(text)}"
        if entities:
            where = quoteattr(",".join(entities))
            about += f' perRegion="true" whenTagName={quoteattr(label)} whenLabelValue={where}'
        yield f"  <Header value={quoteattr(attribute.name)}/>"
        choices = ["true", "false"] if attribute.kind == "flag" else list(attribute.choices)
        if choices:
            yield f'  <Choices {about} choice="{"multiple" if attribute.several else "single"}">'
            yield from (f"    <Choice value={quoteattr(choice)}/>" for choice in choices)
            yield "  </Choices>"
        else:
            tag = {"number": "Number", "date": "DateTime"}.get(attribute.kind, "TextArea")
            yield f"  <{tag} {about}/>"
