"""Examining a layer's history event by event, before any of it is believed.

Hashes show that nothing was changed since somebody computed them; they do not show that what was written makes sense.
So it is checked who wrote what and when, that each op is about the layer's own document and says of the record before
what history gives, that spans lie in their text and relations end at spans, and that what undo takes back is there.
Texts are handed in by the caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import NamedTuple

import msgspec

from annotator.history import ACTIONS, AUTOMATIC_ACTIONS, GOLD, REANCHOR, REMOVE, Event, LayerName, dumps_ops
from annotator.names import key_problem, layer_problem, person_problem
from annotator.records import BadRecordError, DocumentRecord, RelationRecord, RulingRecord, SpanRecord
from annotator.scheme_changes import NO_CHANGES, SchemeHistory
from annotator.scheme_changes.folding import translated
from annotator.validation.layer_records import LayerRecords, RecordKey, spans_in, unplaced_content
from annotator.validation.ops import LAYER_FIELDS, TABLES, CheckedOp, latest_moment, moment_problem, read_ops

LONGEST_PAUSE_MS = 10 * 365 * 86_400_000

_IDS_ARE_CONTENT = ("suggester", GOLD)
"""The authors in whose layers spans and relations have their content as id, so that verdicts and rulings find them."""
_REPLAYS = ("undo", "redo")
_MOST_COPIED = 10_000_000
"""Records that may be copied for events that follow an event which other events follow too."""

FindText = Callable[[str], str | None]
"""Gives a text by its digest; ``None`` when there is none."""


class Replacement(NamedTuple):
    """Who replaced a document's text, and the digest of the new one."""

    actor: str
    digest: str


@dataclass(slots=True)
class LayerExamination:
    """What the examination of a layer's history found.

    ``problem`` is the first thing that our code would not have written, ``None`` when there is none.  ``imported``
    counts by actor the imports into somebody else's layer.  For a corpus layer ``replacements`` are those of the
    document's text, ``languages`` has by text digest the languages that the document was in, and ``document`` is its
    last record.
    """

    problem: str | None = None
    imported: Counter[str] = field(default_factory=Counter)
    replacements: set[Replacement] = field(default_factory=set)
    languages: dict[str, set[str]] = field(default_factory=dict)
    document: DocumentRecord | None = None


def examine_history(
    name: LayerName,
    events: Sequence[Event],
    texts: FindText,
    *,
    now: datetime,
    replacements: Collection[Replacement] = (),
    scheme: SchemeHistory = NO_CHANGES,
) -> LayerExamination:
    """Examine the events of a layer, whose hash chain holds, in the order in which they count.

    ``replacements`` are those of its document's text: only where there was one can a layer be carried over; ``scheme``
    are the changes of the label scheme that its writers may have known.
    """
    result = LayerExamination()
    result.problem = name_problem(name)
    if result.problem is None:
        examiner = _HistoryExaminer(name, events, texts, latest_moment(now), replacements, scheme, result)
        try:
            for event in events:
                examiner.take(event)
        except BadRecordError as error:
            result.problem = str(error)
    return result


def name_problem(name: LayerName) -> str | None:
    """Say why there can be no such layer, or return ``None``."""
    for what, problem in (("key", key_problem(name.document)), ("name", layer_problem(name.name))):
        if problem is not None:
            return f"the {what} {problem}"
    return None


_encode = msgspec.json.Encoder(order="sorted").encode


@cache
def _actor_problem(name: str) -> str | None:
    return person_problem(name)


class _HistoryExaminer:
    """Goes through the events of one layer, keeping the records that each event's writer knew."""

    def __init__(
        self,
        name: LayerName,
        events: Sequence[Event],
        texts: FindText,
        latest: str,
        replacements: Collection[Replacement],
        scheme: SchemeHistory,
        result: LayerExamination,
    ) -> None:
        self.name = name
        forked = bool(events) and len(events) != max(event.seq for event in events)
        self._united = forked and name.forks == "united"
        self._followers = Counter(event.prev for event in events)
        self.result = result
        self._texts = texts
        self._latest = latest
        self._replacements = replacements
        self._scheme = scheme
        self._layers: dict[str, LayerRecords] = {"": LayerRecords()}
        self._copied = 0
        self._written: dict[RecordKey, set[bytes]] = {}
        self._done: list[int] = []
        self._undone: list[int] = []

    def take(self, event: Event) -> None:
        """Examine one event; :class:`BadRecordError` names it and says what is wrong with it."""
        try:
            self._check_event(event)
            ops = list(read_ops(self._ops_in_present_labels(event) if self._united else event.ops))
            self._check_tables(event, ops)
            if event.action == "replace":
                records = [op.now for op in ops if isinstance(op.now, DocumentRecord)]
                self.result.replacements.update(Replacement(event.actor, record.sha256) for record in records)
            self._check_content(self._apply(event, ops), ops)
        except BadRecordError as error:
            raise BadRecordError(f"event {event.seq}: {error}") from error

    # Who, when, what

    def _check_event(self, event: Event) -> None:
        name = self.name
        if not self._scheme.knows(event.scheme) or event.scheme.split() != sorted(set(event.scheme.split())):
            raise BadRecordError("it was written under changes of the label scheme that are missing")
        problem = moment_problem(event.at, self._latest)
        if problem is not None:
            raise BadRecordError(problem)
        if _actor_problem(event.actor) is not None:
            raise BadRecordError(f"the actor's name {event.actor[:80]!r} {_actor_problem(event.actor)}")
        if event.action not in ACTIONS[name.kind]:
            raise BadRecordError(f"there is no action {event.action[:40]!r} in such a layer")
        if event.pause_ms is not None and not 0 <= event.pause_ms <= LONGEST_PAUSE_MS:
            raise BadRecordError(f"a pause of {event.pause_ms} ms")
        if name.personal and event.actor != name.author and event.action != REANCHOR:
            self.result.imported[event.actor] += 1
        self._follow_undo(event)

    def _follow_undo(self, event: Event) -> None:
        """Keep track of what can be undone, as :class:`annotator.history.UndoStack` does."""
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

    def _check_tables(self, event: Event, ops: Sequence[CheckedOp]) -> None:
        kind = self.name.kind
        for op in ops:
            if op.table not in TABLES[kind] or (op.table == "layer" and op.id not in LAYER_FIELDS[kind]):
                raise BadRecordError(f"{op.table} {op.id[:80]} cannot be written in such a layer")
            if op.table == "document":
                self._check_document(op, event.action)
            if isinstance(op.now, RulingRecord) and op.now.event > event.seq:
                raise BadRecordError(f"ruling {op.id[:80]}: it was made by event {op.now.event}, which is yet to come")
            if kind in _IDS_ARE_CONTENT and isinstance(op.now, SpanRecord | RelationRecord):
                problem = op.now.content_problem(op.id)
                if problem is not None:
                    raise BadRecordError(f"{op.table} {op.id[:80]}: {problem}")

    def _check_document(self, op: CheckedOp, action: str) -> None:
        if op.id != self.name.document:
            raise BadRecordError(f"it writes to another document, {op.id[:80]!r}")
        if (op.now is None) != (action == REMOVE):
            raise BadRecordError("it takes the document away" if op.now is None else "it leaves the document there")
        if not isinstance(op.now, DocumentRecord):
            return
        if self._texts(op.now.sha256) is None:
            raise BadRecordError(f"the text {op.now.sha256[:12]} is missing")
        self.result.document = op.now
        self.result.languages.setdefault(op.now.sha256, set()).add(op.now.lang)

    # Records

    def _ops_in_present_labels(self, event: Event) -> str:
        """The ops of an event of records that are independent of one another, as if it had been written today."""
        missing = self._scheme.events.keys() - self._scheme.known(event.scheme)
        return dumps_ops(translated(event.decode_ops(), self._scheme, missing)) if missing else event.ops

    def _apply(self, event: Event, ops: Sequence[CheckedOp]) -> LayerRecords:
        """Apply the ops of an event to the records that its writer knew; return these."""
        layer = self._layers[""] if self._united else self._known_before(event.prev)
        carried = event.action == REANCHOR and self.name.personal and event.actor != self.name.author
        if self._scheme.events and not self._united:
            known = self._scheme.known(event.scheme)
            layer.carry_over(self._scheme, known, reopens=self.name.kind == "curator")
            if layer.folding is not None and not known >= layer.folding.known:
                raise BadRecordError("it forgets a change of the label scheme that the one before it knew")
        before = layer.copy() if carried else None
        for op in ops:
            self._check_was(layer, op)
            layer.apply(op)
        if before is not None:
            self._check_carried(event.actor, before, layer)
        if not self._united:
            self._layers[event.hash] = layer
        return layer

    def _known_before(self, prev: str) -> LayerRecords:
        """The records after the event ``prev``: a copy of them, while more events follow it."""
        self._followers[prev] -= 1
        if not self._followers[prev]:
            return self._layers.pop(prev)
        self._copied += len(self._layers[prev].records)
        if self._copied > _MOST_COPIED:
            raise BadRecordError("it was carried on in too many places")
        return self._layers[prev].copy()

    def _check_was(self, layer: LayerRecords, op: CheckedOp) -> None:
        """Check that a record was what an op says it was.

        In a layer that two databases carried on apart, an op's writer knew only some of the events before it here, so
        that the record may have been whatever any earlier event made of it.
        """
        key = (op.table, op.id)
        if not self._united:
            if layer.records.get(key) != op.was:
                raise BadRecordError(f"{op.table} {op.id[:80]} was not what it says it was")
            return
        known = self._written.setdefault(key, {b"null"})
        if _encode(op.was) not in known:
            raise BadRecordError(f"{op.table} {op.id[:80]} never was what it says it was")
        known.add(_encode(op.now))

    def _check_content(self, layer: LayerRecords, ops: Sequence[CheckedOp]) -> None:
        """Check that what the ops wrote lies in the layer's text, and that relations end at spans."""
        text = self._text(layer)
        length = 0 if text is None else len(text)
        new_text = any(op.table == "layer" and op.id == "text" for op in ops)
        for op in ops if not new_text else [CheckedOp(*key, None, record) for key, record in layer.records.items()]:
            for _, end, label in spans_in(op.now):
                if end > length:
                    raise BadRecordError(f"{op.table} {op.id[:80]} ({label}) reaches beyond the text")
        for op in ops:
            if op.table == "span" and layer.relation_counts[op.id] and ("span", op.id) not in layer.records:
                raise BadRecordError(f"a relation ends at the span {op.id[:80]}, which is gone")
            if isinstance(op.now, RelationRecord) and ("relation", op.id) in layer.records:
                missing = [end for end in (op.now.head, op.now.child) if ("span", end) not in layer.records]
                if missing:
                    raise BadRecordError(f"the relation {op.id[:80]} ends at {missing[0][:80]}, which is no span")

    def _text(self, layer: LayerRecords) -> str | None:
        digest = layer.field_value("text")
        text = None if digest is None else self._texts(digest)
        if digest is not None and text is None:
            raise BadRecordError(f"the text {digest[:12]} is missing")
        return text

    def _check_carried(self, actor: str, before: LayerRecords, after: LayerRecords) -> None:
        """Check that whoever replaced a text only carried over the owner's work, and added nothing of their own."""
        digest = after.field_value("text")
        if digest is None or Replacement(actor, digest) not in self._replacements:
            raise BadRecordError(f"{actor} carries it over to a text that {actor} did not replace")
        old, new = self._text(before) or "", self._text(after) or ""
        had = Counter(unplaced_content(key, record, before, old) for key, record in before.records.items())
        has = Counter(unplaced_content(key, record, after, new) for key, record in after.records.items())
        has.pop(("layer", "text"), None)
        added = has - had
        if added:
            raise BadRecordError(f"{actor} changes more than a replaced text asks for: {next(iter(added))[0]}")
