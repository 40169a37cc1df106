"""The records of a layer after some event, and what they say independently of where in the text they say it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from annotator.history import LayerState
from annotator.records import (
    RelationRecord,
    RelationVerdict,
    SpanContent,
    SpanRecord,
    SpanVerdict,
    TypedRecord,
    read_record,
)
from annotator.scheme_changes import SchemeHistory
from annotator.scheme_changes.folding import Folding
from annotator.validation.ops import CheckedOp

RecordKey = tuple[str, str]
"""Table and id of a record."""


@dataclass(slots=True)
class LayerRecords:
    """The records of a layer by table and id, and by span the number of relations that end there."""

    records: dict[RecordKey, TypedRecord] = field(default_factory=dict)
    relation_counts: Counter[str] = field(default_factory=Counter)
    folding: Folding | None = None

    def copy(self) -> LayerRecords:
        """Copy the tables, not the records, which never change."""
        folding = None if self.folding is None else replace(self.folding, undoable=dict(self.folding.undoable))
        return LayerRecords(dict(self.records), Counter(self.relation_counts), folding)

    def carry_over(self, scheme: SchemeHistory, known: frozenset[str], *, reopens: bool) -> None:
        """Carry the records over those of the ``known`` changes of the label scheme that they lack."""
        folding = self.folding = self.folding or Folding(scheme, reopens=reopens)
        if known <= folding.known:
            return
        before: LayerState = {key: _as_json(record) for key, record in self.records.items()}
        folding.state = before
        folding.advance(known)
        for key, record in before.items():
            if folding.state.get(key) != record:
                self.apply(CheckedOp(*key, self.records[key], None))
        for key, changed in folding.state.items():
            if before.get(key) != changed:
                self.apply(CheckedOp(*key, None, read_record(*key, msgspec.Raw(msgspec.json.encode(changed)))))
        folding.state = {}

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


def _as_json(record: TypedRecord) -> dict[str, Any]:
    """A record as history has it."""
    value: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    return value


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
        return "span", (_said(record, start=0, end=1), words)
    if isinstance(record, SpanVerdict):
        return "verdict", (_said(record, original=(0, 1, record.label)), words)
    if isinstance(record, RelationVerdict):
        nowhere = (0, 1, "")
        return "verdict", (_said(record, original=(nowhere, nowhere, record.original[2])), words)
    if isinstance(record, RelationRecord):
        ends = (layer.records[end] for end in (("span", record.head), ("span", record.child)))
        contents = tuple(unplaced_content(("span", ""), end, layer, text) for end in ends)
        return "relation", (_said(record, head="-", child="-"), contents)
    return key[0], (key[1], msgspec.json.encode(record))


def _said(record: TypedRecord, **nowhere: Any) -> bytes:
    """What a record says with some of its fields replaced, in a form that can be counted."""
    return msgspec.json.encode(msgspec.structs.replace(record, **nowhere))
