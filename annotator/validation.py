"""Whether a history that somebody else wrote is one that our own code could have written.

Hashes show that nothing was changed since somebody computed them; they do not show that what was written makes sense.
Here it is checked, before any of it is believed: who wrote what and when, that each op is about the layer's own
document and says of the record before what history gives, that spans lie in their text and relations end at spans, and
that what undo takes back is there.  Pure; the texts are given.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

import msgspec

from annotator.history import ACTIONS, AUTOMATIC_ACTIONS, CORPUS, GOLD, REANCHOR, Event, LayerName
from annotator.names import key_problem, layer_problem, person_problem
from annotator.records import (
    FIELDS,
    BadRecordError,
    DocumentRecord,
    Record,
    RelationRecord,
    RelationVerdict,
    SpanContent,
    SpanRecord,
    SpanVerdict,
    read_record,
)

AHEAD = timedelta(days=2)
"""How far a clock elsewhere may be ahead of ours."""
LONGEST_PAUSE_MS = 10 * 365 * 86_400_000

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_HELD = {
    CORPUS: {"document", "assignment", "extra"},
    "suggester": {"layer", "span", "relation", "extra"},
    "curator": {"layer", "span", "relation", "verdict", "comment", "extra"},
    GOLD: {"layer", "span", "relation", "comment", "ruling", "extra"},
}
_FIELDS = {
    "suggester": {"text", "fingerprint"},
    "curator": {"text", "state", "flag", "fingerprint"},
    GOLD: set(FIELDS),
}
_NAMED_BY_CONTENT = ("suggester", GOLD)
"""Whose spans and relations have their content as id, so that verdicts and rulings find them again."""
_REPLAYS = ("undo", "redo")
_MOST_COPIED = 10_000_000
"""Records that are copied for events that go on from one that others go on from too."""

Key = tuple[str, str]
Texts = Callable[[str], str | None]
"""Gives a text by its digest; ``None`` when there is none."""


class Replacement(NamedTuple):
    """Who gave a document another text, and which."""

    actor: str
    digest: str


class Op(NamedTuple):
    """An op with its records read."""

    table: str
    id: str
    was: Record | None
    now: Record | None


@dataclass(slots=True)
class Examined:
    """What there is to say of a layer's history.

    ``problem`` is the first thing that our code would not have written, ``None`` when there is none; ``imported``
    counts by actor the imports into a layer that is another's own; ``replacements`` (corpus layer) are those of the
    document's text, ``languages`` by digest the languages that the document was in with that text; ``document`` is
    what the document is in the end.
    """

    problem: str | None = None
    imported: Counter[str] = field(default_factory=Counter)
    replacements: set[Replacement] = field(default_factory=set)
    languages: dict[str, set[str]] = field(default_factory=dict)
    document: DocumentRecord | None = None


def examine_history(
    name: LayerName,
    events: Sequence[Event],
    texts: Texts,
    *,
    now: datetime,
    replacements: Collection[Replacement] = (),
) -> Examined:
    """Examine a layer's history, whose hash chain holds, in the order in which events count.

    ``replacements`` are those of its document's text (see :class:`Examined`): only then can a layer be carried over.
    """
    found = Examined()
    found.problem = name_problem(name)
    if found.problem is None:
        examination = _Examination(name, events, texts, latest_moment(now), replacements, found)
        try:
            for event in events:
                examination.take(event)
        except BadRecordError as error:
            found.problem = str(error)
    return found


def name_problem(name: LayerName) -> str | None:
    """Say why there can be no such layer, or return ``None``."""
    for what, problem in (("key", key_problem(name.document)), ("name", layer_problem(name.name))):
        if problem is not None:
            return f"the {what} {problem}"
    return None


def latest_moment(now: datetime) -> str:
    """Return the latest time that an event can have, as history writes it."""
    return (now.astimezone(UTC) + AHEAD).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_problem(moment: str, latest: str) -> str | None:
    """Say why no event can have happened at ``moment``, or return ``None``."""
    if not _MOMENT.fullmatch(moment):
        return f"its time is {moment[:40]!r}, not UTC with milliseconds"
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return f"its time {moment} is none"
    return f"its time {moment} is yet to come" if moment > latest else None


def read_ops(text: str) -> Iterator[Op]:
    """Yield the ops of an event; :class:`BadRecordError` at one that is none."""
    try:
        raw = _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRecordError(f"its ops are none: {error}") from error
    for table, identity, was, now in raw:
        if not _is_plain(identity):
            raise BadRecordError(f"the id {identity[:40]!r} of a {table} record is none")
        try:
            yield Op(table, identity, _record(table, identity, was), _record(table, identity, now))
        except BadRecordError as error:
            raise BadRecordError(f"{table} {identity[:80]}: {error}") from error


_decode = msgspec.json.Decoder(list[tuple[str, str, msgspec.Raw, msgspec.Raw]]).decode
_NULL = msgspec.Raw(b"null")
_encode = msgspec.json.Encoder(order="sorted").encode


def _record(table: str, identity: str, raw: msgspec.Raw) -> Record | None:
    if raw == _NULL:
        return None
    if (table == "layer" and identity not in FIELDS) or not any(table in held for held in _HELD.values()):
        raise BadRecordError("there is no such record")
    return read_record(table, identity, raw)


@cache
def _person(name: str) -> str | None:
    return person_problem(name)


def _is_plain(identity: str) -> bool:
    """Return whether an id can stand on a screen and be looked up again."""
    return 0 < len(identity) <= 10_000 and all(char >= " " and char != "\x7f" for char in identity)


@dataclass(slots=True)
class _State:
    """The records of a layer after some event, and how many relations end at each span."""

    records: dict[Key, Record] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)

    def copy(self) -> _State:
        return _State(dict(self.records), Counter(self.ends))

    def put(self, op: Op) -> None:
        key = (op.table, op.id)
        old = self.records.pop(key, None)
        for record, count in ((old, -1), (op.now, 1)):
            if isinstance(record, RelationRecord):
                self.ends[record.head] += count
                self.ends[record.child] += count
        if op.now is not None:
            self.records[key] = op.now

    def field(self, name: str) -> str | None:
        record = self.records.get(("layer", name))
        return None if record is None else getattr(record, "value", None)


class _Examination:
    """Goes through one layer's events, keeping the state that each of their writers knew."""

    def __init__(
        self,
        name: LayerName,
        events: Sequence[Event],
        texts: Texts,
        latest: str,
        replacements: Collection[Replacement],
        found: Examined,
    ) -> None:
        self.name = name
        forked = bool(events) and len(events) != max(event.seq for event in events)
        self._united = forked and name.forks == "united"
        self._children = Counter(event.prev for event in events)
        self.found = found
        self._texts = texts
        self._latest = latest
        self._replacements = replacements
        self._states: dict[str, _State] = {"": _State()}
        self._copied = 0
        self._written: dict[Key, set[bytes]] = {}
        self._done: list[int] = []
        self._undone: list[int] = []

    def take(self, event: Event) -> None:
        """Examine one event; :class:`BadRecordError` says which and what is wrong with it."""
        try:
            self._check_event(event)
            ops = list(read_ops(event.ops))
            self._check_tables(ops)
            if event.action == "replace":
                records = [op.now for op in ops if isinstance(op.now, DocumentRecord)]
                self.found.replacements.update(Replacement(event.actor, record.sha256) for record in records)
            self._check_content(self._state_after(event, ops), ops)
        except BadRecordError as error:
            raise BadRecordError(f"event {event.seq}: {error}") from error

    # Who, when, what

    def _check_event(self, event: Event) -> None:
        name = self.name
        problem = moment_problem(event.at, self._latest)
        if problem is not None:
            raise BadRecordError(problem)
        if _person(event.actor) is not None:
            raise BadRecordError(f"the actor's name {event.actor[:80]!r} {_person(event.actor)}")
        if event.action not in ACTIONS[name.kind]:
            raise BadRecordError(f"there is no action {event.action[:40]!r} in such a layer")
        if event.pause_ms is not None and not 0 <= event.pause_ms <= LONGEST_PAUSE_MS:
            raise BadRecordError(f"a pause of {event.pause_ms} ms")
        if name.personal and event.actor != name.author and event.action != REANCHOR:
            self.found.imported[event.actor] += 1
        self._follow(event)

    def _follow(self, event: Event) -> None:
        """Keep the stack of what can be undone, as :class:`annotator.history.UndoStack` does."""
        action, target = event.action, event.target
        if action not in _REPLAYS:
            if target is not None:
                raise BadRecordError(f"{action} of event {target}")
            if action not in AUTOMATIC_ACTIONS:
                self._done.append(event.seq)
                self._undone.clear()
            return
        source, goal = (self._done, self._undone) if action == "undo" else (self._undone, self._done)
        if not source or target != source[-1]:
            raise BadRecordError(f"{action} of event {target}, which is not the one to {action}")
        goal.append(source.pop())

    def _check_tables(self, ops: Sequence[Op]) -> None:
        name = self.name
        for op in ops:
            if op.table not in _HELD[name.kind] or (op.table == "layer" and op.id not in _FIELDS[name.kind]):
                raise BadRecordError(f"{op.table} {op.id[:80]} cannot be written in such a layer")
            if op.table == "document":
                self._check_document(op)
            if name.kind in _NAMED_BY_CONTENT and isinstance(op.now, SpanRecord | RelationRecord):
                problem = op.now.content_problem(op.id)
                if problem is not None:
                    raise BadRecordError(f"{op.table} {op.id[:80]}: {problem}")

    def _check_document(self, op: Op) -> None:
        if op.id != self.name.document:
            raise BadRecordError(f"it writes to another document, {op.id[:80]!r}")
        if not isinstance(op.now, DocumentRecord):
            raise BadRecordError("it takes the document away")
        if self._texts(op.now.sha256) is None:
            raise BadRecordError(f"the text {op.now.sha256[:12]} is missing")
        self.found.document = op.now
        self.found.languages.setdefault(op.now.sha256, set()).add(op.now.lang)

    # State

    def _state_after(self, event: Event, ops: Sequence[Op]) -> _State:
        state = self._states[""] if self._united else self._state_before(event.prev)
        carried = event.action == REANCHOR and self.name.personal and event.actor != self.name.author
        before = state.copy() if carried else None
        for op in ops:
            self._check_was(state, op)
            state.put(op)
        if before is not None:
            self._check_carried(event.actor, before, state)
        if not self._united:
            self._states[event.hash] = state
        return state

    def _state_before(self, prev: str) -> _State:
        """Return the state that the writer of an event after ``prev`` knew, where it goes back to that line alone."""
        self._children[prev] -= 1
        if not self._children[prev]:
            return self._states.pop(prev)
        self._copied += len(self._states[prev].records)
        if self._copied > _MOST_COPIED:
            raise BadRecordError("it was carried on in too many places")
        return self._states[prev].copy()

    def _check_was(self, state: _State, op: Op) -> None:
        """Check that a record was what an op says.

        In a layer that was carried on apart, the op's writer knew some of what comes before it here, so that the record
        may have been whatever an earlier event made of it.
        """
        key = (op.table, op.id)
        if not self._united:
            if state.records.get(key) != op.was:
                raise BadRecordError(f"{op.table} {op.id[:80]} was not what it says it was")
            return
        known = self._written.setdefault(key, {b"null"})
        if _encode(op.was) not in known:
            raise BadRecordError(f"{op.table} {op.id[:80]} never was what it says it was")
        known.add(_encode(op.now))

    def _check_content(self, state: _State, ops: Sequence[Op]) -> None:
        """Check that what the ops wrote lies in the layer's text, and that relations end at spans."""
        text = self._text(state)
        length = 0 if text is None else len(text)
        anew = any(op.table == "layer" and op.id == "text" for op in ops)
        for op in ops if not anew else [Op(*key, None, record) for key, record in state.records.items()]:
            for _, end, label in _places(op.now):
                if end > length:
                    raise BadRecordError(f"{op.table} {op.id[:80]} ({label}) reaches beyond the text")
        for op in ops:
            if op.table == "span" and state.ends[op.id] and ("span", op.id) not in state.records:
                raise BadRecordError(f"a relation ends at the span {op.id[:80]}, which is gone")
            if isinstance(op.now, RelationRecord) and ("relation", op.id) in state.records:
                missing = [end for end in (op.now.head, op.now.child) if ("span", end) not in state.records]
                if missing:
                    raise BadRecordError(f"the relation {op.id[:80]} ends at {missing[0][:80]}, which is no span")

    def _text(self, state: _State) -> str | None:
        digest = state.field("text")
        text = None if digest is None else self._texts(digest)
        if digest is not None and text is None:
            raise BadRecordError(f"the text {digest[:12]} is missing")
        return text

    # Carried over by another

    def _check_carried(self, actor: str, before: _State, after: _State) -> None:
        """Check that whoever replaced a text only carried over what its owner had, and added nothing of their own."""
        digest = after.field("text")
        if digest is None or Replacement(actor, digest) not in self._replacements:
            raise BadRecordError(f"{actor} carries it over to a text that {actor} did not replace")
        old, new = self._text(before) or "", self._text(after) or ""
        had = Counter(_said(key, record, before, old) for key, record in before.records.items())
        has = Counter(_said(key, record, after, new) for key, record in after.records.items())
        has.pop(("layer", "text"), None)
        more = has - had
        if more:
            raise BadRecordError(f"{actor} changes more than a replaced text asks for: {next(iter(more))[0]}")


def _places(record: Record | None) -> list[SpanContent]:
    """Return the stretches of text that a record speaks of."""
    if isinstance(record, SpanRecord):
        return [(record.start, record.end, record.label)]
    if isinstance(record, SpanVerdict):
        return [record.original]
    return [*record.original[:2]] if isinstance(record, RelationVerdict) else []


def _said(key: Key, record: Record, state: _State, text: str) -> tuple[str, object]:
    """Return what a record says, wherever in the text and under whatever id of content it says it."""
    if key == ("layer", "text"):
        return key
    words = tuple((label, text[start:end]) for start, end, label in _places(record))
    if isinstance(record, SpanRecord):
        return "span", (msgspec.structs.replace(record, start=0, end=1), words)
    if isinstance(record, SpanVerdict):
        return "verdict", (msgspec.structs.replace(record, original=(0, 1, record.label)), words)
    if isinstance(record, RelationVerdict):
        nowhere = (0, 1, "")
        return "verdict", (msgspec.structs.replace(record, original=(nowhere, nowhere, record.original[2])), words)
    if isinstance(record, RelationRecord):
        ends = (state.records[end] for end in (("span", record.head), ("span", record.child)))
        said = tuple(_said(("span", ""), end, state, text) for end in ends)
        return "relation", (msgspec.structs.replace(record, head="-", child="-"), said)
    return key[0], (key[1], msgspec.json.encode(record))
