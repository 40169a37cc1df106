"""The records of history, table by table: their fields, the types of these, and the values they may have.

Our own code writes records from typed items, which need no check.  Records that come from elsewhere are read through
these structs, so that an unknown field, a value of another type, an offset before the text or a score beyond 1 is an
error.  Two of these structs are equal exactly when the records in history are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from annotator.annotation import Origin, Settled, VerdictKind, attribute_claim_id, relation_key, span_key
from annotator.attribute_values import attribute_value_problem, attributes_problem
from annotator.names import person_problem
from annotator.records.extra_values import extra_problem, json_problem
from annotator.records.field_types import (
    AttributeContent,
    AttributesContent,
    Digest,
    ItemId,
    Offset,
    RelationContent,
    Score,
    SpanContent,
    Word,
)

_NOT_ITS_CONTENT = "its id is not its content"


class BadRecordError(ValueError):
    """A record that history cannot hold."""


class TypedRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record of any table; a missing field means that there is no value."""

    def problem(self, record_id: str) -> str | None:  # noqa: ARG002 - most records are fine under any id
        """Say what is wrong with the record under its id beyond the types of its fields, or return ``None``."""
        return None


class _ItemRecord(TypedRecord, frozen=True, kw_only=True):
    label: Word
    origin: Origin
    source: Word | UnsetType = UNSET
    score: Score | UnsetType = UNSET
    curator: Word | UnsetType = UNSET
    attributes: AttributesContent | UnsetType = UNSET


class SpanRecord(_ItemRecord, frozen=True, kw_only=True):
    """A span."""

    start: Offset
    end: Offset

    def problem(self, record_id: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse a span without text."""
        if self.start >= self.end:
            return f"{self.start}-{self.end} is not a stretch of text"
        return _attributes_problem(self.attributes)

    def content_problem(self, record_id: str) -> str | None:
        """Refuse an id that is not the content, for layers whose ids are content."""
        return None if record_id == f"{self.start}-{self.end}-{self.label}" else _NOT_ITS_CONTENT


class RelationRecord(_ItemRecord, frozen=True, kw_only=True):
    """A relation between two spans, given by their ids."""

    head: ItemId
    child: ItemId

    def problem(self, record_id: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse attributes that no scheme could have."""
        return _attributes_problem(self.attributes)

    def content_problem(self, record_id: str) -> str | None:
        """Refuse an id that is not the content, for layers whose ids are content."""
        return None if record_id == f"{self.label}:{self.head}:{self.child}" else _NOT_ITS_CONTENT


class _VerdictRecord(TypedRecord, frozen=True, kw_only=True, tag_field="kind"):
    verdict: VerdictKind
    label: Word
    source: Word | UnsetType = UNSET
    score: Score | UnsetType = UNSET
    item: ItemId | UnsetType = UNSET
    attributes: AttributesContent | UnsetType = UNSET


class SpanVerdict(_VerdictRecord, frozen=True, kw_only=True, tag="span"):
    """A verdict on a suggested span."""

    original: SpanContent

    def problem(self, record_id: str) -> str | None:
        """Refuse an id that is not the suggestion's content, and a span without text."""
        if str(span_key(self.original)) != record_id:
            return _NOT_ITS_CONTENT
        return _stretch_problem(self.original) or _attributes_problem(self.attributes)


class RelationVerdict(_VerdictRecord, frozen=True, kw_only=True, tag="relation"):
    """A verdict on a suggested relation."""

    original: RelationContent

    def problem(self, record_id: str) -> str | None:
        """Refuse an id that is not the suggestion's content, and ends without text."""
        if str(relation_key(self.original)) != record_id:
            return _NOT_ITS_CONTENT
        head, child, _ = self.original
        return _stretch_problem(head) or _stretch_problem(child) or _attributes_problem(self.attributes)


class CommentRecord(TypedRecord, frozen=True, kw_only=True):
    """A comment on an item of the layer, or on the document where there is no ``target``."""

    text: str
    target: ItemId | UnsetType = UNSET


class AssignmentRecord(TypedRecord, frozen=True, kw_only=True):
    """The assignment of a document to a curator, whose name is the id."""

    blind: bool

    def problem(self, record_id: str) -> str | None:
        """Refuse an id that cannot be a curator's name."""
        return _curator_problem(record_id)


class ReturnedRecord(TypedRecord, frozen=True, kw_only=True):
    """That a document was sent back to a curator, whose name is the id, with a note.

    ``step`` is the number of the last step in the curator's layer that whoever sent it back knew of.
    """

    note: str
    step: Annotated[int, Meta(ge=1, le=2**53)]

    def problem(self, record_id: str) -> str | None:
        """Refuse an id that cannot be a curator's name."""
        return _curator_problem(record_id)


class RulingRecord(TypedRecord, frozen=True, kw_only=True, tag_field="kind"):
    """The ruling on a claim; ``event`` is the number of the event that made it, which is not behind it."""

    settled: Settled
    event: Annotated[int, Meta(ge=1, le=2**53)]
    item: ItemId | UnsetType = UNSET
    origin: Origin | UnsetType = UNSET
    source: Word | UnsetType = UNSET
    score: Score | UnsetType = UNSET
    curator: Word | UnsetType = UNSET


class SpanRuling(RulingRecord, frozen=True, kw_only=True, tag="span"):
    """The ruling on a claimed span."""

    claim: SpanContent
    versions: dict[str, list[SpanContent]]
    outcome: SpanContent | UnsetType = UNSET

    def problem(self, record_id: str) -> str | None:
        """Refuse an id that is not the claim, and spans without text."""
        if str(span_key(self.claim)) != record_id:
            return _NOT_ITS_CONTENT
        spans = [self.claim, *(span for version in self.versions.values() for span in version)]
        if self.outcome is not UNSET:
            spans.append(self.outcome)
        return next((problem for span in spans if (problem := _stretch_problem(span))), None)


class RelationRuling(RulingRecord, frozen=True, kw_only=True, tag="relation"):
    """The ruling on a claimed relation."""

    claim: RelationContent
    versions: dict[str, list[RelationContent]]
    outcome: tuple[Word, bool] | UnsetType = UNSET

    def problem(self, record_id: str) -> str | None:
        """Refuse an id that is not the claim, and spans without text."""
        if str(relation_key(self.claim)) != record_id:
            return _NOT_ITS_CONTENT
        claims = [self.claim, *(claim for version in self.versions.values() for claim in version)]
        spans = (span for head, child, _ in claims for span in (head, child))
        return next((problem for span in spans if (problem := _stretch_problem(span))), None)


class AttributeRuling(RulingRecord, frozen=True, kw_only=True, tag="attribute"):
    """The ruling on an attribute of what was claimed, or of the document where that is ``None``."""

    claim: tuple[Any, Word]
    versions: dict[str, AttributeContent | None]
    outcome: AttributeContent | UnsetType = UNSET

    def problem(self, record_id: str) -> str | None:
        """Refuse an id that is not the claim, and values that no attribute has."""
        claim, name = self.claim
        problem = None if claim is None else _claim_problem(claim)
        if problem or attribute_claim_id(claim, name) != record_id:
            return problem or _NOT_ITS_CONTENT
        values = [value for value in self.versions.values() if value is not None]
        if self.outcome is not UNSET:
            values.append(self.outcome)
        return next((problem for value in values if (problem := attribute_value_problem(value))), None)


class ExtraRecord(TypedRecord, frozen=True, kw_only=True):
    """Something that is kept for a foreign format."""

    format: Word
    kind: Word
    value: dict[str, Any]
    refs: Annotated[list[ItemId], Meta(min_length=1)] | UnsetType = UNSET

    def problem(self, record_id: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse a value that the format could not write again."""
        refs = () if self.refs is UNSET else self.refs
        return extra_problem(self.format, self.kind, self.value, refs)


class DocumentRecord(TypedRecord, frozen=True, kw_only=True):
    """The metadata of a document, and the digest of its text."""

    sha256: Digest
    lang: Annotated[str, Meta(min_length=1, max_length=35)]
    title: str
    meta: dict[str, Any]

    def problem(self, record_id: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse metadata that could not be stored and read again."""
        return json_problem(self.meta)


class _TextField(TypedRecord, frozen=True, kw_only=True):
    value: Digest


class _Field(TypedRecord, frozen=True, kw_only=True):
    value: str


class _StateField(TypedRecord, frozen=True, kw_only=True):
    value: Literal["doing", "done", "skipped"]


class _AttributesField(TypedRecord, frozen=True, kw_only=True):
    value: AttributesContent

    def problem(self, record_id: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse attributes that no scheme could have."""
        return _attributes_problem(self.value)


class _CuratorsField(TypedRecord, frozen=True, kw_only=True):
    value: Word

    def problem(self, record_id: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse names that no curator can have."""
        return next(filter(None, map(_curator_problem, self.value.split(","))), None)


FIELDS: Mapping[str, Any] = {
    "state": _StateField,
    "flag": _Field,
    "text": _TextField,
    "fingerprint": _Field,
    "curators": _CuratorsField,
    "attributes": _AttributesField,
}
"""The records of the fields of a layer, which lie in the table ``layer`` under the fields' names."""

TABLES: Mapping[str, Any] = {
    "span": SpanRecord,
    "relation": RelationRecord,
    "verdict": SpanVerdict | RelationVerdict,
    "comment": CommentRecord,
    "assignment": AssignmentRecord,
    "returned": ReturnedRecord,
    "ruling": SpanRuling | RelationRuling | AttributeRuling,
    "extra": ExtraRecord,
    "document": DocumentRecord,
}
"""The records of every other table."""

_DECODERS: Mapping[tuple[str, str | None], msgspec.json.Decoder[Any]] = {
    **{(table, None): msgspec.json.Decoder(kind) for table, kind in TABLES.items()},
    **{("layer", name): msgspec.json.Decoder(kind) for name, kind in FIELDS.items()},
}


def read_record(table: str, record_id: str, raw: msgspec.Raw) -> TypedRecord:
    """Read a record from its JSON text; :class:`BadRecordError` where the table cannot hold it."""
    decoder = _DECODERS[table, record_id if table == "layer" else None]
    try:
        record: TypedRecord = decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRecordError(str(error)) from error
    problem = record.problem(record_id)
    if problem is not None:
        raise BadRecordError(problem)
    return record


def _curator_problem(name: str) -> str | None:
    problem = person_problem(name)
    return None if problem is None else f"the curator's name {name!r} {problem}"


def _stretch_problem(content: SpanContent) -> str | None:
    start, end, _ = content
    return None if start < end else f"{start}-{end} is not a stretch of text"


def _attributes_problem(attributes: AttributesContent | UnsetType) -> str | None:
    return None if attributes is UNSET else attributes_problem(attributes)


def _claim_problem(claim: Any) -> str | None:
    """Say why something is neither the content of a span nor that of a relation, or return ``None``."""
    is_span = isinstance(claim, list) and isinstance(claim[0] if claim else None, int)
    try:
        if is_span:
            return _stretch_problem(msgspec.convert(claim, SpanContent))
        head, child, _ = msgspec.convert(claim, RelationContent)
    except msgspec.ValidationError as error:
        return f"its claim is none: {error}"
    return _stretch_problem(head) or _stretch_problem(child)
