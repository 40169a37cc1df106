"""What each record of history may hold: its fields, their types and their values.

Our own code writes records through typed items and needs no check.  What comes from elsewhere is read through these
structs: a field that we do not know, a value of another kind, a place before the text, a score beyond 1 are errors.
Two records are equal exactly when history would call them equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from annotator.annotation import Origin, Settled, VerdictKind, relation_key, span_key
from annotator.names import person_problem

Offset = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Score = Annotated[float, Meta(ge=0, le=1)]
Word = Annotated[str, Meta(min_length=1, max_length=1000)]
Identity = Annotated[str, Meta(min_length=1, max_length=10_000)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
SpanContent = tuple[Offset, Offset, Word]
RelationContent = tuple[SpanContent, SpanContent, Word]

_NOT_ITS_CONTENT = "its id is not its content"
_DEEPEST = 100
"""Brackets within brackets that plain JSON may have."""


class BadRecordError(ValueError):
    """A record is none that history can hold."""


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record of any table; a field that is not there means none."""

    def problem(self, identity: str) -> str | None:  # noqa: ARG002 - most records are fine under any id
        """Say what types cannot say is wrong with the record under its id, or return ``None``."""
        return None


class _Item(Record, frozen=True, kw_only=True):
    label: Word
    origin: Origin
    source: Word | UnsetType = UNSET
    score: Score | UnsetType = UNSET
    curator: Word | UnsetType = UNSET


class SpanRecord(_Item, frozen=True, kw_only=True):
    """A labelled stretch of text."""

    start: Offset
    end: Offset

    def problem(self, identity: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse what is no stretch of text."""
        return None if self.start < self.end else f"{self.start}-{self.end} is not a stretch of text"

    def content_problem(self, identity: str) -> str | None:
        """Refuse an id that is not its content, where ids are to be that."""
        return None if identity == f"{self.start}-{self.end}-{self.label}" else _NOT_ITS_CONTENT


class RelationRecord(_Item, frozen=True, kw_only=True):
    """A link between two spans, by their ids."""

    head: Identity
    child: Identity

    def content_problem(self, identity: str) -> str | None:
        """Refuse an id that is not its content, where ids are to be that."""
        return None if identity == f"{self.label}:{self.head}:{self.child}" else _NOT_ITS_CONTENT


class _Verdict(Record, frozen=True, kw_only=True, tag_field="kind"):
    verdict: VerdictKind
    label: Word
    source: Word | UnsetType = UNSET
    score: Score | UnsetType = UNSET
    item: Identity | UnsetType = UNSET


class SpanVerdict(_Verdict, frozen=True, kw_only=True, tag="span"):
    """What became of a suggested span."""

    original: SpanContent

    def problem(self, identity: str) -> str | None:
        """Refuse one under another id than the suggestion's, which is its content, and what is no stretch of text."""
        return _NOT_ITS_CONTENT if str(span_key(self.original)) != identity else _stretch_problem(self.original)


class RelationVerdict(_Verdict, frozen=True, kw_only=True, tag="relation"):
    """What became of a suggested relation."""

    original: RelationContent

    def problem(self, identity: str) -> str | None:
        """Refuse one under another id than its content, and what are no stretches of text."""
        if str(relation_key(self.original)) != identity:
            return _NOT_ITS_CONTENT
        return _stretch_problem(self.original[0]) or _stretch_problem(self.original[1])


class CommentRecord(Record, frozen=True, kw_only=True):
    """A remark."""

    text: str
    target: Identity | UnsetType = UNSET


class AssignmentRecord(Record, frozen=True, kw_only=True):
    """Whose a document is; the id is the curator."""

    blind: bool

    def problem(self, identity: str) -> str | None:
        """Refuse to give a document to who cannot be."""
        problem = person_problem(identity)
        return None if problem is None else f"the curator's name {identity!r} {problem}"


class _Ruling(Record, frozen=True, kw_only=True, tag_field="kind"):
    settled: Settled
    event: Annotated[int, Meta(ge=1, le=2**53)]
    item: Identity | UnsetType = UNSET
    origin: Origin | UnsetType = UNSET
    source: Word | UnsetType = UNSET
    score: Score | UnsetType = UNSET
    curator: Word | UnsetType = UNSET


class SpanRuling(_Ruling, frozen=True, kw_only=True, tag="span"):
    """What stands in gold for a claimed span."""

    claim: SpanContent
    versions: dict[str, list[SpanContent]]
    outcome: SpanContent | UnsetType = UNSET

    def problem(self, identity: str) -> str | None:
        """Refuse one under another id than its claim, and stretches that are none."""
        if str(span_key(self.claim)) != identity:
            return _NOT_ITS_CONTENT
        said = [self.claim, *(content for version in self.versions.values() for content in version)]
        if self.outcome is not UNSET:
            said.append(self.outcome)
        return next((problem for content in said if (problem := _stretch_problem(content))), None)


class RelationRuling(_Ruling, frozen=True, kw_only=True, tag="relation"):
    """What stands in gold for a claimed relation."""

    claim: RelationContent
    versions: dict[str, list[RelationContent]]
    outcome: tuple[Word, bool] | UnsetType = UNSET

    def problem(self, identity: str) -> str | None:
        """Refuse one under another id than its claim, and stretches that are none."""
        if str(relation_key(self.claim)) != identity:
            return _NOT_ITS_CONTENT
        said = [self.claim, *(content for version in self.versions.values() for content in version)]
        return next((problem for head, child, _ in said for content in (head, child)
                     if (problem := _stretch_problem(content))), None)  # fmt: skip


class ExtraRecord(Record, frozen=True, kw_only=True):
    """What is kept for a foreign format."""

    format: Word
    kind: Word
    value: dict[str, Any]
    refs: Annotated[list[Identity], Meta(min_length=1)] | UnsetType = UNSET

    def problem(self, identity: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse what the format could not write again."""
        shape = _KEPT.get(self.kind) or _KEPT.get(f"{self.kind} of {self.format}")
        if shape is not None:
            refs, fields = shape
            try:
                msgspec.convert(self.value, fields)
            except msgspec.ValidationError as error:
                return f"{self.kind} kept for {self.format}: {error}"
            spoken_of = 0 if self.refs is UNSET else len(self.refs)
            if spoken_of < refs or (self.kind == "event" and spoken_of != 1 + len(self.value["roles"])):
                return f"{self.kind} kept for {self.format} does not speak of what it should"
        return json_problem(self.value)


class DocumentRecord(Record, frozen=True, kw_only=True):
    """What a document is."""

    sha256: Digest
    lang: Annotated[str, Meta(min_length=1, max_length=35)]
    title: str
    meta: dict[str, Any]

    def problem(self, identity: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse fields that could not be read again."""
        return json_problem(self.meta)


class _Text(Record, frozen=True, kw_only=True):
    value: Digest


class _Field(Record, frozen=True, kw_only=True):
    value: str


class _State(Record, frozen=True, kw_only=True):
    value: Literal["doing", "done", "skipped"]


class _Curators(Record, frozen=True, kw_only=True):
    value: Word

    def problem(self, identity: str) -> str | None:  # noqa: ARG002 - as above
        """Refuse what is no list of curators."""
        problems = ((name, person_problem(name)) for name in self.value.split(","))
        return next((f"the curator's name {name!r} {problem}" for name, problem in problems if problem), None)


FIELDS: Mapping[str, Any] = {
    "state": _State,
    "flag": _Field,
    "text": _Text,
    "fingerprint": _Field,
    "curators": _Curators,
}
"""What the fields of a layer may hold."""

TABLES: Mapping[str, Any] = {
    "span": SpanRecord,
    "relation": RelationRecord,
    "verdict": SpanVerdict | RelationVerdict,
    "comment": CommentRecord,
    "assignment": AssignmentRecord,
    "ruling": SpanRuling | RelationRuling,
    "extra": ExtraRecord,
    "document": DocumentRecord,
}
"""What the records of each table may hold, but for those of ``layer``, which depend on the field."""

_DECODERS: Mapping[tuple[str, str | None], msgspec.json.Decoder[Any]] = {
    **{(table, None): msgspec.json.Decoder(kind) for table, kind in TABLES.items()},
    **{("layer", name): msgspec.json.Decoder(kind) for name, kind in FIELDS.items()},
}


def read_record(table: str, identity: str, raw: msgspec.Raw) -> Record:
    """Return the record that JSON text holds; :class:`BadRecordError` when it is none of its table."""
    decoder = _DECODERS[table, identity if table == "layer" else None]
    try:
        record: Record = decoder.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRecordError(str(error)) from error
    problem = record.problem(identity)
    if problem is not None:
        raise BadRecordError(problem)
    return record


def json_problem(value: Any) -> str | None:
    """Say why plain JSON could not be stored and read again, or return ``None``."""
    if _depth(value) > _DEEPEST:
        return f"brackets within brackets, more than {_DEEPEST} deep"
    try:
        json.loads(msgspec.json.encode(value))
    except ValueError as error:
        return f"cannot be read again: {error}"
    return None


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        if isinstance(inner, dict | list):
            deepest = max(deepest, depth)
            waiting += [(one, depth + 1) for one in (inner.values() if isinstance(inner, dict) else inner)]
    return deepest


def _stretch_problem(content: SpanContent) -> str | None:
    start, end, _ = content
    return None if start < end else f"{start}-{end} is not a stretch of text"


# What formats keep aside and write again by the names of its fields


class _Kept(msgspec.Struct, kw_only=True):
    pass


class _Labelled(_Kept):
    label: str


class _Places(_Kept):
    fragments: Annotated[list[tuple[Offset, Offset]], Meta(min_length=1)]


class _Scattered(_Places):
    label: str
    text: str


class _Roles(_Kept):
    roles: Annotated[list[str], Meta(min_length=2, max_length=2)]


class _LabelledRoles(_Roles):
    label: str


class _Happening(_Labelled):
    roles: list[str]


class _Attribute(_Labelled):
    value: str = ""


class _Noted(_Labelled):
    text: str


class _Entry(_Noted):
    entry: str


class _Region(_Kept):
    start: Offset
    end: Offset
    value: dict[str, Any] = {}


class _RegionFields(_Kept):
    value: dict[str, Any] = {}


class _Task(_Kept):
    names: dict[str, str] = {}
    data: dict[str, Any] = {}
    task: dict[str, Any] = {}


class _KeptItem(_Kept, kw_only=True):
    label: Word
    origin: Origin
    source: Word | None = None
    score: Score | None = None
    curator: Word | None = None


class _KeptSpan(_KeptItem, kw_only=True):
    start: Offset
    end: Offset


_KEPT: Mapping[str, tuple[int, type[_Kept]]] = {
    "span": (0, _KeptSpan),
    "relation": (2, _KeptItem),
    "discontinuous span": (0, _Scattered),
    "fragments of a span": (1, _Places),
    "names of arguments": (1, _Roles),
    "relation of what is kept aside": (2, _LabelledRoles),
    "event": (1, _Happening),
    "attribute": (1, _Attribute),
    "normalization": (1, _Entry),
    "note": (1, _Noted),
    "equivalence": (1, _Labelled),
    "span's fields": (1, _Kept),
    "relation's fields": (1, _Kept),
    "region's fields": (1, _RegionFields),
    "region without label": (0, _Region),
    "relation without label": (2, _Kept),
    "document of labelstudio": (0, _Task),
}
"""By kind: of how many items at least what is kept speaks, and the fields that it must have."""
