"""The state of a layer: its events, and the changes of the label scheme, each at its time.

An event is written in the labels of its time.  Where its writer knew changes that those of the event before did not,
the layer is carried over them first; in the end it is carried over those that no event knew.  So it does not matter
whether a change was made before a curator's work was merged, or after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from annotator.history import Event, LayerName, LayerState, Op, apply_ops
from annotator.scheme_changes.carrying import Carried, carry, carry_back
from annotator.scheme_changes.events import UNDO, SchemeEvent
from annotator.scheme_changes.history import SchemeHistory


def fold(events: Iterable[Event], scheme: SchemeHistory) -> LayerState:
    """Apply the events of a layer, in order, and the changes of the label scheme, to an empty state."""
    folding = Folding(scheme)
    for event in events:
        folding.take(event)
    return folding.finish()


@dataclass(slots=True)
class Folding:
    """A layer on its way through its events and the changes of the label scheme.

    ``known`` are the changes that ``state`` has been carried over, ``undoable`` what it was before and after those that
    are undone later; ``touched`` counts by change (its hash) the records of each table that it touched; ``reopens``
    says that the layer's author has to decide on what is split, ``tells`` that every change is to be told, also what
    was undone right away.
    """

    scheme: SchemeHistory
    state: LayerState = field(default_factory=dict)
    reopens: bool = False
    known: frozenset[str] = frozenset()
    touched: dict[str, Counter[str]] = field(default_factory=dict)
    tells: bool = False
    undoable: dict[str, tuple[LayerState, Carried]] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Apply one event."""
        self.reopens = event.layer.kind == "curator"
        ops = self.ops_of(event)  # which carries the state over to another one
        apply_ops(self.state, ops)

    def copy(self) -> Folding:
        """The layer as it is now, which goes its own way from here."""
        return replace(self, state=dict(self.state), undoable=dict(self.undoable))

    def ops_of(self, event: Event) -> list[Op]:
        """An event's ops in the labels that the state has then; carries the state to what its writer knew."""
        ops = event.decode_ops()
        if not self.scheme.events:
            return ops
        known = self.scheme.known(event.scheme)
        self.advance(known)
        if self.known != known:
            ops = translated(ops, self.scheme, self.known - known)
        return ops

    def finish(self) -> LayerState:
        """Carry the state over the changes that no event knew, and return it."""
        self.advance(frozenset(self.scheme.events))
        return self.state

    def advance(self, known: frozenset[str]) -> None:
        """Carry the state over those of the ``known`` changes that it lacks."""
        missing = known - self.known
        if missing:
            self.state = self._carried(missing)
            self.known |= missing

    def _carried(self, missing: Iterable[str]) -> LayerState:
        state = self.state
        for event in self._in_turn(self.scheme.in_order(missing)):
            if event.action == UNDO:
                before, after = self.undoable.get(event.target or "", ({}, Carried({})))
                restored = carry_back(state, before, after, self.scheme.change_of(event))
                self.touched[event.hash] = Counter(op.table for op in state_ops(state, restored) if op.now is not None)
                state = restored
            else:
                carried = carry(state, self.scheme.change_of(event), reopens=self.reopens)
                self.touched[event.hash] = Counter(table for table, _ in carried.became)
                if event.hash in self.scheme.undone:
                    self.undoable[event.hash] = state, replace(carried, state=dict(carried.state))
                state = carried.state
        return state

    def _in_turn(self, events: list[SchemeEvent]) -> list[SchemeEvent]:
        """The changes as they count for this layer: what was undone before it knew of it is nothing to it.

        An undo of what it knew comes first, so that what others did to the same labels meanwhile finds them as before.
        """
        if self.tells:
            return events
        return sorted(self.scheme.standing(events), key=lambda event: event.target is None)


def carried_state(state: LayerState, name: LayerName, scheme: SchemeHistory, known: str) -> LayerState | None:
    """A layer's state after all changes beyond those that ``known`` names; ``None`` where its history is needed."""
    missing = frozenset(scheme.events) - scheme.known(known)
    if any(scheme.events[d].target not in (None, *missing) for d in missing):
        return None
    folding = Folding(scheme, state, name.kind == "curator", scheme.known(known))
    return folding.finish()


def state_ops(before: LayerState, after: LayerState) -> list[Op]:
    """The ops that make one state of another, in order of table and id, those that take away first."""
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    ops = [Op(*key, before.get(key), after.get(key)) for key in keys]
    return sorted(ops, key=lambda op: (op.table, op.now is not None, op.id))


def ops_in_present_labels(events: Sequence[Event], scheme: SchemeHistory) -> list[Op]:
    """What the last of some events of a layer did, in the labels that hold after all changes."""
    folding = Folding(scheme)
    for event in events[:-1]:
        folding.take(event)
    before = folding.copy()
    folding.take(events[-1])
    return state_ops(before.finish(), folding.finish())


def translated(ops: Iterable[Op], scheme: SchemeHistory, missing: Iterable[str]) -> list[Op]:
    """Ops in the labels of a time after their own: each record by itself is carried over the ``missing`` changes."""
    missing = frozenset(missing)
    result: list[Op] = []
    for op in ops:
        sides: dict[str, dict[tuple[str, str], object]] = {}
        for name, record in (("was", op.was), ("now", op.now)):
            state: LayerState = {} if record is None else {(op.table, op.id): record}
            folding = Folding(scheme, state)
            folding.advance(missing)
            sides[name] = dict(folding.state)
        keys = sorted({*sides["was"], *sides["now"]}) or [(op.table, op.id)]
        result += [Op(*key, sides["was"].get(key), sides["now"].get(key)) for key in keys]  # type: ignore[arg-type]
    return result
