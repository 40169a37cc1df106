"""Reading the records of a history that somebody else wrote, with every field checked."""

from __future__ import annotations

from annotator.records.field_types import Digest, SpanContent
from annotator.records.tables import (
    FIELDS,
    BadRecordError,
    DocumentRecord,
    RelationRecord,
    RelationVerdict,
    RulingRecord,
    SpanRecord,
    SpanVerdict,
    TypedRecord,
    read_record,
)

__all__ = [
    "FIELDS",
    "BadRecordError",
    "Digest",
    "DocumentRecord",
    "RelationRecord",
    "RelationVerdict",
    "RulingRecord",
    "SpanContent",
    "SpanRecord",
    "SpanVerdict",
    "TypedRecord",
    "read_record",
]
