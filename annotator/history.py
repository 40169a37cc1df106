"""History: the events of a layer, and the state that results from folding them.

An event is one step of one actor on one layer: the unit of undo.  It holds *ops*, each of which replaces one record
(a span, a relation, a verdict …) and carries the record before and after, so that any event can be inverted without
knowing what it meant.  Each event names the hash of the one before it in its layer; events are never changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, NamedTuple

import msgspec

Record = Mapping[str, Any]
"""A record as JSON values, without its id; absent keys mean ``None``."""

LayerState = dict[tuple[str, str], Record]
"""Folded history: records by table and id."""

Forks = Literal["refused", "united", "latest"]
"""What becomes of a layer that two databases went on with apart: see :attr:`LayerName.forks`."""

REANCHOR = "re-anchor"
"""The action that carries a layer over to a replaced text: offsets before it are into an earlier one."""

IMPORT = "import"
"""The action that brings in work done elsewhere."""

OVERRIDE = "import (override)"
"""An import that replaces somebody else's work, which only a lead may do."""

RETURN = "return"
"""The action that sends a document back to a curator who had finished it."""

UNDO_RETURN = "undo return"
"""The action that takes that back."""

REMOVE = "remove"
"""The action that takes a document out of the corpus; all that was done on it stays in history."""

UNDO_REMOVE = "undo remove"
"""The action that brings a removed document back."""

UPKEEP_ACTIONS = frozenset({REANCHOR, IMPORT, OVERRIDE})
"""Actions on other people's layers by whoever maintains the corpus: a text is replaced, or work done elsewhere is
imported."""


FieldValue = str | Mapping[str, Any]
"""The value of a field of a layer: a text, or of ``attributes`` those of the document by name."""


class Op(NamedTuple):
    """Replace the record ``id`` in ``table``: ``was`` is ``None`` when it is new, ``now`` when it goes."""

    table: str
    id: str
    was: Record | None
    now: Record | None

    def inverse(self) -> Op:
        """Build the op that takes this one back."""
        return Op(self.table, self.id, self.now, self.was)


def field_op(name: str, was: FieldValue | None, now: FieldValue | None) -> Op:
    """Build the op that changes a field of the layer itself, such as ``text`` or ``state``, from ``was`` to ``now``."""
    return Op("layer", name, None if was is None else {"value": was}, None if now is None else {"value": now})


class LayerName(NamedTuple):
    """The identity of a layer in every database: the document's key, and whose layer it is.

    ``name`` is ``corpus`` (metadata, assignments), ``suggestions`` (``suggestions:NAME`` for those of another source),
    ``proposals:NAME`` (mentions of what a curator marked in another document), ``curator:NAME`` or ``gold``.
    """

    document: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} on {self.document}"

    @property
    def kind(self) -> str:
        """The kind of author: corpus, suggester, curator or gold."""
        return _kind(self.name)

    @property
    def author(self) -> str:
        """The author's name; empty for ``corpus``, ``suggestions`` and ``gold``."""
        return self.name.partition(":")[2]

    def shown_to(self, curator: str) -> bool:
        """Tell whether a curator may see a suggester's layer: proposals are for their author alone."""
        return not self.name.startswith(f"{PROPOSALS}:") or self.author == curator

    @property
    def personal(self) -> bool:
        """Whether the layer belongs to one curator: their work, or their proposals."""
        return self.kind == "curator" or self.name.startswith(f"{PROPOSALS}:")

    def open_to(self, actor: str, action: str) -> bool:
        """Tell whether an actor may write an event with this action: personal layers are written by their owners."""
        return not self.personal or actor == self.author or action in UPKEEP_ACTIONS

    @property
    def forks(self) -> Forks:
        """What becomes of the layer when two databases went on with it apart.

        Steps of work and gold depend on one another: a fork is ``refused``.  Metadata, assignments and proposals are
        independent records: forks are ``united``, and the later change of a record holds.  A run of suggestions is one
        whole: the ``latest`` run holds.
        """
        if self.kind in ("curator", GOLD):
            return "refused"
        return "united" if self.kind == CORPUS or self.personal else "latest"


@lru_cache(maxsize=1024)
def _kind(name: str) -> str:
    head = name.partition(":")[0]
    return "suggester" if head in (SUGGESTIONS, PROPOSALS) else head


CORPUS = "corpus"
SUGGESTIONS = "suggestions"
PROPOSALS = "proposals"
GOLD = "gold"


def curator_layer(curator: str) -> str:
    """Name the layers of a curator."""
    return f"curator:{curator}"


@dataclass(frozen=True, slots=True)
class Event:
    """One step in a layer's history.

    ``seq`` counts from 1 within the layer; ``prev`` is the hash of the event before (empty for the first); where two
    databases went on with the layer apart, several events have the same ``seq`` (see :func:`effective_events`).  ``at``
    is UTC in ISO 8601 with milliseconds; ``pause_ms`` the milliseconds since the actor's previous step; ``target`` the
    ``seq`` that an undo or redo refers to; ``ops`` the JSON text of the ops, hashed as it stands; ``scheme`` the scheme
    changes that the writer knew of, as :attr:`annotator.scheme_changes.SchemeHistory.heads` names them.
    """

    layer: LayerName
    seq: int
    prev: str
    at: str
    actor: str
    action: str
    ops: str
    target: int | None = None
    pause_ms: int | None = None
    scheme: str = ""

    @property
    def hash(self) -> str:
        """The digest of all fields, which identifies the event."""
        fields = self.seq, self.prev, self.at, self.actor, self.action, self.target, self.pause_ms, self.ops
        return event_hash(self.layer, *fields, self.scheme)

    def decode_ops(self) -> list[Op]:
        """Decode the ops."""
        return loads_ops(self.ops)


def utc_now() -> str:
    """The time as history writes it: UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def event_hash(
    layer: LayerName,
    seq: int,
    prev: str,
    at: str,
    actor: str,
    action: str,
    target: int | None,
    pause_ms: int | None,
    ops: str,
    scheme: str,
) -> str:
    """The digest of an event's fields (:class:`Event`), which identifies it."""
    version = "annotator.event/2" if scheme else "annotator.event/1"
    fields = [version, *layer, seq, prev, at, actor, action, target, pause_ms, ops]
    if scheme:
        fields.append(scheme)
    return hashlib.sha256(_encode(fields)).hexdigest()


def dumps(value: object) -> str:
    """Write compact JSON; the same value always gives the same text."""
    return _encode(value).decode("utf-8")


_encode = msgspec.json.Encoder().encode
_decode_ops = msgspec.json.Decoder(list[Op]).decode


def dumps_ops(ops: Iterable[Op]) -> str:
    """Write ops as JSON text."""
    return dumps(list(ops))


def loads_ops(text: str) -> list[Op]:
    """Read the ops that :func:`dumps_ops` wrote."""
    return _decode_ops(text)


def apply_ops(state: LayerState, ops: Iterable[Op]) -> None:
    """Apply ops to ``state``, in place."""
    for op in ops:
        if op.now is None:
            state.pop((op.table, op.id), None)
        else:
            state[op.table, op.id] = op.now


def fold(events: Iterable[Event]) -> LayerState:
    """Apply the events of a layer, in order, to an empty state."""
    state: LayerState = {}
    for event in events:
        apply_ops(state, event.decode_ops())
    return state


def effective_events(events: Sequence[Event]) -> list[Event]:
    """Choose the events of a layer that make its state, in the order in which they count.

    ``seq`` is one more than the greatest that was known when the event was written, so that order by ``seq`` never
    puts an event before one that it knew of; time and hash settle the rest, the same way in every database.
    """
    if not events or len(events) == max(event.seq for event in events):
        return sorted(events, key=lambda event: event.seq)
    hashes = {event.hash: event for event in events}
    ordered = [hashes[h] for h in sorted(hashes, key=lambda h: (hashes[h].seq, hashes[h].at, h))]
    if ordered[0].layer.forks != "latest":
        return ordered
    chain: list[Event] = []
    event: Event | None = ordered[-1]
    while event is not None:
        chain.append(event)
        event = hashes.get(event.prev)
    return chain[::-1]


def rename_author(events: Iterable[Event], curator: str) -> list[Event]:
    """Rewrite a curator's history under another name: the same steps, with new hashes."""
    hashes = {"": ""}
    result: list[Event] = []
    for event in events:
        name = LayerName(event.layer.document, f"{event.layer.name.partition(':')[0]}:{curator}")
        actor = curator if event.actor == event.layer.author else event.actor
        other = replace(event, layer=name, actor=actor, prev=hashes[event.prev])
        hashes[event.hash] = other.hash
        result.append(other)
    return result


def rename_document(events: Iterable[Event], key: str) -> list[Event]:
    """Rewrite the history of a layer as that of another document: the same steps, with new hashes."""
    hashes = {"": ""}
    result: list[Event] = []
    for event in events:
        ops = event.decode_ops()
        text = event.ops
        if any(op.table == "document" for op in ops):
            text = dumps_ops(op._replace(id=key) if op.table == "document" else op for op in ops)
        other = replace(event, layer=LayerName(key, event.layer.name), prev=hashes[event.prev], ops=text)
        hashes[event.hash] = other.hash
        result.append(other)
    return result


def text_digests(events: Iterable[Event]) -> set[str]:
    """Collect the digests of all texts that a layer's history refers to."""
    digests: set[str] = set()
    for event in events:
        for op in event.decode_ops():
            for record in (op.was, op.now):
                if record is not None and (op.table, op.id) == ("layer", "text"):
                    digests.add(record["value"])
                elif record is not None and op.table == "document":
                    digests.add(record["sha256"])
    return digests


def invert_ops(ops: Iterable[Op]) -> list[Op]:
    """Build the ops that take ``ops`` back: the inverse of each, last first."""
    return [op.inverse() for op in reversed(list(ops))]


AUTOMATIC_ACTIONS = frozenset({"merge", "adjudicate"})
"""Actions on gold that follow from finished work without anybody's decision, so that undo skips them."""


_SESSION = {
    *("accept", "accept alike", "accept all", "comment", "delete", "done", "flag", "label", "label everywhere"),
    *("move boundary", "redo", "reject", "reject alike", "reject all", "relabel", "relate", "retype", "skip", "undo"),
    *("attribute", "group", "ungroup", "unflag"),
}
ACTIONS: Mapping[str, frozenset[str]] = {
    CORPUS: frozenset(
        {"ingest", "import", "replace", "assign", "reassign", "withdraw", RETURN, UNDO_RETURN, REMOVE, UNDO_REMOVE}
    ),
    "suggester": frozenset({"suggest", "propose", "withdraw", *UPKEEP_ACTIONS}),
    "curator": frozenset({*_SESSION, *UPKEEP_ACTIONS, "propose"}),
    GOLD: frozenset({*_SESSION, *AUTOMATIC_ACTIONS, *UPKEEP_ACTIONS, "choose", "choose what most say", "edit"}),
}
"""All actions, by the kind of a layer's author: no other is written, or accepted by a merge."""


class UndoStep(NamedTuple):
    """The fields of an event that undo needs."""

    seq: int
    action: str
    target: int | None


@dataclass(frozen=True, slots=True)
class UndoStack:
    """The steps that can be undone and redone, as ``seq`` numbers, the next one last."""

    done: tuple[int, ...] = ()
    undone: tuple[int, ...] = ()

    def after(self, step: UndoStep) -> UndoStack:
        """The stack after one more step.

        An undo moves its target from done to undone, a redo moves it back; any other step makes what was undone
        unreachable, though it stays in history.
        """
        if step.action == "undo":
            return UndoStack(self.done[:-1], (*self.undone, self.done[-1]))
        if step.action == "redo":
            return UndoStack((*self.done, self.undone[-1]), self.undone[:-1])
        if step.action in AUTOMATIC_ACTIONS:
            return self
        return UndoStack((*self.done, step.seq), ())

    @classmethod
    def of(cls, steps: Iterable[UndoStep]) -> UndoStack:
        """Build the stack from a layer's whole history."""
        done: list[int] = []
        undone: list[int] = []
        for step in steps:
            if step.action == "undo":
                undone.append(done.pop())
            elif step.action == "redo":
                done.append(undone.pop())
            elif step.action not in AUTOMATIC_ACTIONS:
                done.append(step.seq)
                undone.clear()
        return cls(tuple(done), tuple(undone))
