"""Reading the events of a history that somebody else wrote: their times, and their ops with every record checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from annotator.history import CORPUS, GOLD
from annotator.records import FIELDS, BadRecordError, TypedRecord, read_record

LATEST_AHEAD = timedelta(days=2)
"""How far a clock elsewhere may be ahead of ours."""

TABLES = {
    CORPUS: {"document", "assignment", "returned", "extra"},
    "suggester": {"layer", "span", "relation", "extra"},
    "curator": {"layer", "span", "relation", "verdict", "comment", "extra"},
    GOLD: {"layer", "span", "relation", "comment", "ruling", "extra"},
}
"""The tables that a layer may write to, by the kind of its author."""
LAYER_FIELDS = {
    "suggester": {"text", "fingerprint", "attributes"},
    "curator": {"text", "state", "flag", "fingerprint", "attributes"},
    GOLD: set(FIELDS),
}
"""The fields that a layer may have, by the kind of its author."""

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_NULL = msgspec.Raw(b"null")
_decode = msgspec.json.Decoder(list[tuple[str, str, msgspec.Raw, msgspec.Raw]]).decode


class CheckedOp(NamedTuple):
    """An op whose records have been read and found sound."""

    table: str
    id: str
    was: TypedRecord | None
    now: TypedRecord | None


def latest_moment(now: datetime) -> str:
    """The latest time that an event can have, as history writes it."""
    return (now.astimezone(UTC) + LATEST_AHEAD).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_problem(moment: str, latest: str) -> str | None:
    """Say why no event can have happened at ``moment``, or return ``None``."""
    if not _MOMENT.fullmatch(moment):
        return f"its time is {moment[:40]!r}, not UTC with milliseconds"
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return f"its time {moment} is none"
    return f"its time {moment} is yet to come" if moment > latest else None


def read_ops(text: str) -> Iterator[CheckedOp]:
    """Read the ops of an event from their JSON text; :class:`BadRecordError` for one that history cannot hold."""
    try:
        ops = _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRecordError(f"its ops are none: {error}") from error
    for table, record_id, was, now in ops:
        if not _is_printable(record_id):
            raise BadRecordError(f"the id {record_id[:40]!r} of a {table} record is none")
        try:
            yield CheckedOp(table, record_id, _record(table, record_id, was), _record(table, record_id, now))
        except BadRecordError as error:
            raise BadRecordError(f"{table} {record_id[:80]}: {error}") from error


def _record(table: str, record_id: str, raw: msgspec.Raw) -> TypedRecord | None:
    if raw == _NULL:
        return None
    if (table == "layer" and record_id not in FIELDS) or not any(table in tables for tables in TABLES.values()):
        raise BadRecordError("there is no such record")
    return read_record(table, record_id, raw)


def _is_printable(record_id: str) -> bool:
    """Tell whether an id can be shown on a screen and looked up again."""
    return 0 < len(record_id) <= 10_000 and all(char >= " " and char != "\x7f" for char in record_id)
