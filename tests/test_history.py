"""Events, folding them, taking them back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.history import (
    Event,
    LayerName,
    LayerState,
    Op,
    Record,
    UndoStack,
    UndoStep,
    apply_ops,
    dumps,
    dumps_ops,
    fold,
    invert_ops,
    loads_ops,
)

LAYER = LayerName("nota", "curator:ana")

records = st.dictionaries(
    st.sampled_from(("label", "start", "text")), st.integers() | st.text('añ☃"', max_size=5), max_size=3
)
moves = st.tuples(st.sampled_from(("span", "verdict")), st.sampled_from("abc"), st.none() | records)


def steps_of(groups: list[list[tuple[str, str, Record | None]]]) -> tuple[list[Event], list[LayerState]]:
    """Return events that make some moves, each with the state before the first and after each."""
    state: LayerState = {}
    states, events, previous = [dict(state)], [], ""
    for seq, group in enumerate(groups, 1):
        ops = []
        for table, record_id, now in group:
            ops.append(Op(table, record_id, state.get((table, record_id)), now))
            apply_ops(state, ops[-1:])
        events.append(Event(LAYER, seq, previous, "2026-01-01T00:00:00.000Z", "ana", "label", dumps_ops(ops)))
        previous = events[-1].hash
        states.append(dict(state))
    return events, states


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aé\x1f\u2028", max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_json_is_written_as_the_events_of_old_databases_have_it(value: object) -> None:
    assert dumps(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(st.lists(st.lists(moves, max_size=4), max_size=6))
def test_folding_the_events_gives_the_state_at_every_point(groups: list[list[tuple[str, str, Record | None]]]) -> None:
    events, states = steps_of(groups)
    assert [fold(events[:count]) for count in range(len(events) + 1)] == states


@given(st.lists(st.lists(moves, max_size=4), min_size=1, max_size=6))
def test_the_inverse_of_an_event_takes_it_back(groups: list[list[tuple[str, str, Record | None]]]) -> None:
    events, states = steps_of(groups)
    state = dict(states[-1])
    apply_ops(state, invert_ops(events[-1].decode_ops()))
    assert state == states[-2]


@given(st.lists(moves, max_size=5))
def test_ops_survive_being_written_and_read(group: list[tuple[str, str, Record | None]]) -> None:
    ops = [Op(table, record_id, None, now) for table, record_id, now in group]
    assert loads_ops(dumps_ops(ops)) == ops
    assert invert_ops(invert_ops(ops)) == ops


@pytest.mark.parametrize(
    "change",
    [
        {"layer": LayerName("otra", "curator:ana")},
        {"layer": LayerName("nota", "gold")},
        {"seq": 2},
        {"prev": "0" * 64},
        {"at": "2026-01-01T00:00:00.001Z"},
        {"actor": "bo"},
        {"action": "reject"},
        {"ops": "[ ]"},
        {"target": 1},
        {"pause_ms": 0},
    ],
)
def test_the_hash_covers_every_part_of_an_event(change: dict[str, object]) -> None:
    event = Event(LAYER, 1, "", "2026-01-01T00:00:00.000Z", "ana", "accept", "[]")
    assert replace(event, **change).hash != event.hash  # type: ignore[arg-type]


def test_the_hash_of_an_event_is_the_same_everywhere() -> None:
    event = Event(LAYER, 1, "", "2026-01-01T00:00:00.000Z", "ana", "accept", '[["span","s1",null,{"label":"ñ"}]]')
    assert event.hash == "8cec159215b8ef0ae8cad28b3baa293324be7a047d766da6c2454286ae359bd9"


@pytest.mark.parametrize(
    ("name", "kind", "author"),
    [
        ("corpus", "corpus", ""),
        ("suggestions", "suggester", ""),
        ("curator:ana:b", "curator", "ana:b"),
        ("gold", "gold", ""),
    ],
)
def test_a_layers_name_says_whose_it_is(name: str, kind: str, author: str) -> None:
    assert (LayerName("nota", name).kind, LayerName("nota", name).author) == (kind, author)


@given(st.lists(st.sampled_from(("do", "undo", "redo")), max_size=40))
def test_undo_and_redo_walk_the_steps_that_still_count(wishes: list[str]) -> None:
    done: list[int] = []
    undone: list[int] = []
    history: list[UndoStep] = []
    stack = UndoStack()
    for wish in wishes:
        seq = len(history) + 1
        if wish == "undo" and done:
            step = UndoStep(seq, "undo", done[-1])
            undone.append(done.pop())
        elif wish == "redo" and undone:
            step = UndoStep(seq, "redo", undone[-1])
            done.append(undone.pop())
        else:
            step = UndoStep(seq, "label", None)
            done.append(seq)
            undone.clear()
        history.append(step)
        stack = stack.after(step)
        assert stack == UndoStack(tuple(done), tuple(undone)) == UndoStack.of(history)
