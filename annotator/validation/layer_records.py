"""The records of a layer after some event, and what they say independently of where in the text they say it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from annotator.records import RelationRecord, RelationVerdict, SpanContent, SpanRecord, SpanVerdict, TypedRecord
from annotator.validation.ops import CheckedOp

RecordKey = tuple[str, str]
"""Table and id of a record."""


@dataclass(slots=True)
class LayerRecords:
    """The records of a layer by table and id, and by span the number of relations that end there."""

    records: dict[RecordKey, TypedRecord] = field(default_factory=dict)
    relation_counts: Counter[str] = field(default_factory=Counter)

    def copy(self) -> LayerRecords:
        """Copy the tables, not the records, which never change."""
        return LayerRecords(dict(self.records), Counter(self.relation_counts))

    def apply(self, op: CheckedOp) -> None:
        """Add, change or remove one record."""
        key = (op.table, op.id)
        old = self.records.pop(key, None)
        for record, count in ((old, -1), (op.now, 1)):
            if isinstance(record, RelationRecord):
                self.relation_counts[record.head] += count
                self.relation_counts[record.child] += count
        if op.now is not None:
            self.records[key] = op.now

    def field_value(self, name: str) -> str | None:
        """The value of one of the layer's own fields."""
        record = self.records.get(("layer", name))
        return None if record is None else getattr(record, "value", None)


def spans_in(record: TypedRecord | None) -> list[SpanContent]:
    """List the spans that a record holds or refers to by their content."""
    if isinstance(record, SpanRecord):
        return [(record.start, record.end, record.label)]
    if isinstance(record, SpanVerdict):
        return [record.original]
    return [*record.original[:2]] if isinstance(record, RelationVerdict) else []


def unplaced_content(key: RecordKey, record: TypedRecord, layer: LayerRecords, text: str) -> tuple[str, object]:
    """What a record says without its offsets, and without ids that are made of offsets.

    Two records that say the same of the same words, in two versions of a text, have the same.
    """
    if key == ("layer", "text"):
        return key
    words = tuple((label, text[start:end]) for start, end, label in spans_in(record))
    if isinstance(record, SpanRecord):
        return "span", (msgspec.structs.replace(record, start=0, end=1), words)
    if isinstance(record, SpanVerdict):
        return "verdict", (msgspec.structs.replace(record, original=(0, 1, record.label)), words)
    if isinstance(record, RelationVerdict):
        nowhere = (0, 1, "")
        return "verdict", (msgspec.structs.replace(record, original=(nowhere, nowhere, record.original[2])), words)
    if isinstance(record, RelationRecord):
        ends = (layer.records[end] for end in (("span", record.head), ("span", record.child)))
        contents = tuple(unplaced_content(("span", ""), end, layer, text) for end in ends)
        return "relation", (msgspec.structs.replace(record, head="-", child="-"), contents)
    return key[0], (key[1], msgspec.json.encode(record))
