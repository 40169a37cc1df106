"""Reading and writing the results of a Label Studio task: regions with labels, relations, and others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from annotator.annotation import Annotations, Extra, Origin, Relation, Span
from annotator.errors import FormatError
from annotator.formats.counting import Offsets
from annotator.formats.json_values import Fields, excerpt
from annotator.formats.labelstudio_attributes import attribute_of, attribute_results
from annotator.formats.protocol import ForeignAttribute
from annotator.formats.record import LayerRecord
from annotator.labels import LabelScheme

_ORIGINS: Mapping[str, Origin] = {"manual": "added", "prediction": "accepted", "prediction-changed": "corrected"}
_NAMES = {origin: name for name, origin in _ORIGINS.items()}
_REGION = ("id", "from_name", "to_name", "type", "origin", "score", "value")
_VALUE = ("start", "end", "text")
_RELATION = ("from_id", "to_id", "type", "direction", "labels")
_DIRECTIONS = ("right", "left", "bi")
_SHAPES = ("x", "y", "points", "rle", "vertices")

OTHER, REGION_FIELDS, UNLABELLED, UNLABELLED_RELATION, RELATION_FIELDS = (
    "other result",
    "region's fields",
    "region without label",
    "relation without label",
    "relation's fields",
)


_Label = Annotated[str, msgspec.Meta(min_length=1)]


class _PlainValue(msgspec.Struct, forbid_unknown_fields=True):
    start: Annotated[int, msgspec.Meta(ge=0)]
    end: int
    text: str
    labels: tuple[_Label]


class _PlainRegion(msgspec.Struct, tag_field="type", tag="labels", forbid_unknown_fields=True):
    id: str
    from_name: str
    to_name: str
    value: _PlainValue
    origin: Literal["manual", "prediction", "prediction-changed"] = "manual"
    score: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None


class _PlainRelation(msgspec.Struct, tag_field="type", tag="relation", forbid_unknown_fields=True):
    from_id: str
    to_id: str
    labels: tuple[_Label]
    direction: Literal["right", "left"] = "right"


class _Region(NamedTuple):
    """The span that a region became, or the extra where the region has no label."""

    id: str
    is_span: bool


class ResultReader:
    """Reads the results of one task; ``names`` are those of its controls, ``lost`` counts what could not be kept.

    ``attributes`` is what the results that were read last say of regions, and of the task, beside labels.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, str] = {}
        self.lost: Counter[str] = Counter()
        self.attributes: list[ForeignAttribute] = []
        self._utf16 = Offsets(text, "utf16")

    def read(self, work: Fields) -> tuple[Annotations, list[Extra]]:
        """Read spans and relations under ids of their own, and everything else as extras."""
        self.attributes = []
        plain = self._read_plain(work.values.get("result"))
        if plain is not None:
            return plain, []
        spans: list[Span] = []
        relations: list[Relation] = []
        extras: list[Extra] = []
        regions: dict[str, _Region] = {}
        later: list[Fields] = []
        others: list[Fields] = []
        for fields in work.items("result"):
            kind = fields.get("type", str)
            if kind == "relation":
                later.append(fields)
            elif kind.endswith("labels"):
                self._region(fields, kind, regions, spans, extras)
            else:
                others.append(fields)
        for number, fields in enumerate(later):
            self._relation(fields, number, regions, relations, extras)
        for number, fields in enumerate(others):
            region = regions.get(str(fields.values.get("id")))
            extras.append(Extra(f"o{number}", OTHER, dict(fields.values), () if region is None else (region.id,)))
            is_plain = region is None or region.is_span
            said = attribute_of(fields.values, extras[-1]) if is_plain else None
            self.attributes += [] if said is None else [said]
        return Annotations.of(spans, relations), extras

    def _read_plain(self, result: object) -> Annotations | None:
        """Read results that are plain: regions and relations of one label each, without further fields.

        Nearly all are.  Returns ``None`` for others, which are read field by field.
        """
        try:
            results = msgspec.convert(result, list[_PlainRegion | _PlainRelation])
        except msgspec.ValidationError:
            return None
        text, length = self.text, len(self.text)
        names: set[tuple[str, str]] = set()
        spans: dict[str, Span] = {}
        links: list[_PlainRelation] = []
        for one in results:
            if isinstance(one, _PlainRelation):
                links.append(one)
                continue
            value = one.value
            start, end = value.start, value.end
            if one.id in spans or not start < end <= length or text[start:end] != value.text:
                return None
            spans[one.id] = Span(one.id, start, end, value.labels[0], _ORIGINS[one.origin], None, one.score)
            names.add((one.from_name, one.to_name))
        if not all(link.from_id in spans and link.to_id in spans for link in links):
            return None
        control_names = [{"from_name": one, "to_name": other} for one, other in names]
        if len(control_names) > 1 or (control_names and self.names and control_names[0] != self.names):
            return None
        self.names = self.names or (control_names[0] if control_names else {})
        relations = []
        for number, link in enumerate(links):
            head, child = (link.from_id, link.to_id) if link.direction == "right" else (link.to_id, link.from_id)
            relations.append(Relation(f"r{number} {link.labels[0]}", head, child, link.labels[0]))
        return Annotations.of(spans.values(), relations)

    def _region(
        self, fields: Fields, kind: str, regions: dict[str, _Region], spans: list[Span], extras: list[Extra]
    ) -> None:
        value = fields.inner("value")
        if any(name in value for name in _SHAPES):
            raise FormatError(
                f"{fields.where}: a region on an image, not on text", "export the text tasks by themselves"
            )
        start, end = self._range(value)
        region_id = fields.optional("id", str, int)
        region_id = f"#{len(regions)}" if region_id is None else str(region_id)
        if region_id in regions:
            fields.fail("id", f"found {excerpt(region_id)} again, expected each region once")
        labels = value.labels(kind) if kind in value else []
        others = _other_fields(fields, value, kind, self._other_control_names(fields))
        if not labels:
            extras.append(Extra(region_id, UNLABELLED, {"start": start, "end": end, "type": kind, **others}))
            regions[region_id] = _Region(region_id, is_span=False)
            return
        origin = _ORIGINS.get(fields.optional("origin", str) or "manual")
        if origin is None:
            others["origin"] = fields.values["origin"]
        score = fields.optional("score", int, float)
        if score is not None and not 0 <= score <= 1:
            others["score"], score = score, None
        for number, label in enumerate(dict.fromkeys(labels)):
            name = region_id if not number else f"{region_id} {label}"
            spans.append(Span(name, start, end, label, origin or "added", None, score))
            if others:
                extras.append(Extra(f"{name} fields", REGION_FIELDS, others, (name,)))
        regions[region_id] = _Region(region_id, is_span=True)

    def _other_control_names(self, fields: Fields) -> dict[str, str]:
        """Collect names of controls that differ from those of the task's first region, which :attr:`names` keeps."""
        names = {name: str(fields.values[name]) for name in ("from_name", "to_name") if name in fields}
        if not self.names:
            self.names = names
        return {name: value for name, value in names.items() if self.names.get(name) != value}

    def _range(self, value: Fields) -> tuple[int, int]:
        """The range of a region in code points; its text shows whether the file counts UTF-16 units."""
        start, end = value.get("start", int), value.get("end", int)
        covered = value.optional("text", str)
        if covered is not None and covered != self.text[max(start, 0) : max(end, 0)]:
            first, last = self._utf16.to_code_points(start), self._utf16.to_code_points(end)
            if first is None or last is None or self.text[first:last] != covered:
                value.range("start", "end", len(self.text))
                value.fail("text", f"found {excerpt(covered)}, expected {excerpt(self.text[start:end])}")
            return first, last
        return value.range("start", "end", len(self.text))

    def _relation(
        self,
        fields: Fields,
        number: int,
        regions: Mapping[str, _Region],
        relations: list[Relation],
        extras: list[Extra],
    ) -> None:
        ends = []
        for name in ("from_id", "to_id"):
            end = str(fields.get(name, str, int))
            if end not in regions:
                fields.fail(name, f"found {excerpt(end)}, expected the id of a region")
            ends.append(regions[end])
        direction = fields.optional("direction", str) or "right"
        if direction not in _DIRECTIONS:
            fields.fail("direction", f"found {excerpt(direction)}, expected {', '.join(_DIRECTIONS)}")
        labels = fields.labels("labels") if "labels" in fields else []
        others = fields.others(*_RELATION)
        head, child = ends if direction != "left" else ends[::-1]
        if not labels or not (head.is_span and child.is_span):
            value = {"direction": direction, "labels": labels, **others}
            extras.append(Extra(f"r{number}", UNLABELLED_RELATION, value, (ends[0].id, ends[1].id)))
            return
        if direction == "bi":
            others["direction"] = direction
        for label in dict.fromkeys(labels):
            name = f"r{number} {label}"
            relations.append(Relation(name, head.id, child.id, label))
            if others:
                extras.append(Extra(f"{name} fields", RELATION_FIELDS, others, (name,)))


def _other_fields(fields: Fields, value: Fields, kind: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Collect the fields of a region beside its range and labels."""
    others: dict[str, Any] = {**fields.others(*_REGION), **names}
    if kind != "labels":
        others["type"] = kind
    inner = value.others(*_VALUE, kind)
    if inner:
        others["value"] = inner
    return others


def write_results(record: LayerRecord, names: Mapping[str, str], scheme: LabelScheme) -> list[dict[str, Any]]:
    """Write the results of a record, regions first."""
    fields = _other_fields_by_id(record)
    ids: dict[str, str] = {}
    results: list[dict[str, Any]] = []
    spans = record.spans()
    text, plain = record.document.text, {**names, "type": "labels"}
    for number, (key, span) in enumerate(spans.items(), 1):
        start, end, label = key
        region_id = ids[span.id] = f"r{number}"
        value: dict[str, Any] = {"start": start, "end": end, "text": text[start:end]}
        region: dict[str, Any] = {"id": region_id, **plain, "value": value}
        others = dict(fields[span.id]) if span.id in fields else {}
        value[str(others.get("type", "labels"))] = [label]
        if span.origin in _NAMES:
            region["origin"] = _NAMES[span.origin]
        if span.score is not None:
            region["score"] = span.score
        if others:
            value.update(others.pop("value", {}))
            region.update(others)
        results.append(region)
    for extra in record.extras:
        if extra.kind == UNLABELLED:
            others = {name: value for name, value in extra.value.items() if name not in ("start", "end", "value")}
            ids[extra.id] = f"r{len(ids) + 1}"
            start, end = extra.value["start"], extra.value["end"]
            value = {"start": start, "end": end, "text": text[start:end], **extra.value.get("value", {})}
            results.append({"id": ids[extra.id], **plain, "value": value, **others})
    if len(spans) < len(record.annotations.spans):  # some say the same
        ids.update({span.id: ids[spans[span.key].id] for span in record.annotations.spans.values()})
    for relation in record.relations().values():
        ends = {"from_id": ids[relation.head], "to_id": ids[relation.child]}
        link: dict[str, Any] = {**ends, "type": "relation", "direction": "right", "labels": [relation.label]}
        link.update(fields.get(relation.id, {}))
        results.append(link)
    results += attribute_results(record, scheme, ids, names["to_name"])
    for extra in record.extras:
        if extra.kind == UNLABELLED_RELATION:
            link = {"from_id": ids[extra.refs[0]], "to_id": ids[extra.refs[1]], "type": "relation"}
            results.append({**link, **extra.value})
        elif extra.kind == OTHER:
            results.append({**extra.value, **({"id": ids[extra.refs[0]]} if extra.refs else {})})
    return results


def _other_fields_by_id(record: LayerRecord) -> dict[str, Mapping[str, Any]]:
    """Collect the other fields of regions and relations by their ids."""
    return {e.refs[0]: e.value for e in record.extras if e.kind in (REGION_FIELDS, RELATION_FIELDS)}
