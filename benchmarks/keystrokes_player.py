"""Replays: a plan's keys go through the real key handling, one by one, and are counted."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast
from unittest.mock import patch

from textual.events import Key
from textual.pilot import Pilot

from annotator.annotation import Annotations
from annotator.tui.app import AnnotatorApp
from annotator.tui.keymap import textual_key
from annotator.tui.screens.annotate import AnnotateScreen
from annotator.tui.screens.base import WorkScreen
from annotator.workflow.desk import Desk
from annotator.workflow.settings import Preferences
from annotator.workflow.workspace import Workspace
from benchmarks.keystrokes_plans import Plan, Policy, best
from benchmarks.keystrokes_state import Goal, Situation, Step

SIZE = (100, 30)
MOST_KEYS = 1000
CAUSES = {
    "escape": "esc, to let a label's key offer phrases",
    "tab": "tab, back to the walk",
    ";": "; to come to a span or word",
    ".": ". to come to a relation",
    "a": "a on single right suggestions",
    "x": "x on single wrong suggestions",
    **dict.fromkeys(("r", "alt+r"), "r to relate"),
    "*": "* for repeated mentions",
    **dict.fromkeys("[]{}", "[ ] { } after a phrase or span that was nearly right"),
    **dict.fromkeys(("shift+left", "shift+right", "v"), "selecting by hand"),
    **dict.fromkeys("lhwbjk0$", "moves by token or line"),
    **dict.fromkeys(("pagedown", "pageup", "g", "G"), "scrolling"),
}
"""What single keys are pressed for, as far as a change to the product could spare them."""


@dataclass(slots=True)
class Tally:
    """The keys of one document: in order, by what they are, by what they are for, and by plan."""

    keys: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    about: Counter[str] = field(default_factory=Counter)
    plans: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    slips: int = 0

    def add(self, other: Tally) -> None:
        """Add another document's keys."""
        self.keys += other.keys
        for mine, theirs in zip(self._counters(), other._counters(), strict=True):
            mine.update(theirs)
        self.slips += other.slips

    def _counters(self) -> list[Counter[str]]:
        return [self.kinds, self.about, self.plans, self.spent, self.causes]


class SlipError(Exception):
    """A hint was not where it was reckoned."""


class Player:
    """Works on one document until its layer is the goal."""

    def __init__(self, pilot: Pilot[None], goal: Goal, policy: Policy) -> None:
        self.pilot = pilot
        self.goal = goal
        self.policy = policy
        self.tally = Tally()
        self._barred: set[tuple[str, int]] = set()

    @property
    def screen(self) -> AnnotateScreen:
        """Return the annotate screen."""
        return cast("AnnotateScreen", self.pilot.app.screen)

    async def play(self) -> Tally:
        """Plan and press until the document is done."""
        now = Situation(self.screen, self.goal)
        while not now.done:
            plan = best(now, self.policy, self._barred)
            await self._carry_out(plan)
            now = Situation(self.screen, self.goal)
            assert len(self.tally.keys) < MOST_KEYS, f"no way forward after {plan}"
        if now.layer.order.pending:
            await self._carry_out(Plan("reject the rest", "document", (Step("reject", "X"),), 0, 0))
        session = self.screen.session
        while session.state != "done":
            await self._carry_out(Plan("done", "document", (Step("done", "space"),), 0, 0))
        return self.tally

    async def _carry_out(self, plan: Plan) -> None:
        before, was = len(self.tally.keys), self._stored()
        try:
            for step in plan.steps:
                await self._take(step)
        except SlipError:
            await self._press("move", "escape")
        if plan.name.startswith("scroll"):
            self._barred.add((plan.name, plan.at))
        elif plan.gain and self._stored() == was:
            self._barred.add((plan.name, plan.at))
            self.tally.slips += 1
        name = f"{plan.name.partition(' by ')[0]} {plan.about}"
        self.tally.plans[name] += 1
        self.tally.spent[name] += len(self.tally.keys) - before
        self.tally.about[plan.about] += len(self.tally.keys) - before

    def _stored(self) -> tuple[str, ...]:
        screen = self.pilot.app.screen
        layer = screen.session.layer if isinstance(screen, AnnotateScreen) else None
        return (
            ()
            if layer is None
            else (*map(str, layer.content.spans.values()), *map(str, layer.content.relations.values()))
        )

    async def _take(self, step: Step) -> None:
        if step.hint is None:
            asked = step.kind == "add relation" and step.key not in ("r", "alt+r")
            cause = "the type of a relation" if asked else CAUSES.get(step.key, "labels' keys, A, X and space")
            self.tally.causes[cause] += 1
            await self._press(step.kind, step.key)
            return
        prompt = self.screen.prompts.current
        code = prompt.hints.get(step.hint) if prompt is not None else None
        if code is None:
            raise SlipError
        self.tally.causes[f"first letters of hints ({step.kind})"] += 1
        self.tally.causes[f"second letters of hints ({step.kind})"] += len(code) - 1
        for letter in code:
            await self._press(step.kind, letter)

    async def _press(self, kind: str, key: str) -> None:
        self.tally.keys.append(key)
        self.tally.kinds[kind] += 1
        await press(self.pilot, key)


async def press(pilot: Pilot[None], key: str) -> None:
    """Press one key and wait for what it does, until the screen has handled it and shows what came of it."""
    screen = pilot.app.screen
    handled = asyncio.Event()
    name, character = _named(key)
    event = Key(name, character)
    event.set_sender(pilot.app)
    with _watching(handled):
        pilot.app.post_message(event)
        await handled.wait()
    if pilot.app.screen is not screen or not isinstance(pilot.app.screen, AnnotateScreen):
        await pilot.pause()


def _named(key: str) -> tuple[str, str | None]:
    """Return Textual's name of a key, and the character that it types."""
    if len(key) == 1:
        return (key if key.isalnum() else textual_key(key)), key
    return ("space", " ") if key == "space" else (key, None)


@contextmanager
def _watching(handled: asyncio.Event) -> Iterator[None]:
    """Set an event once a screen of the workbench has handled a key."""
    handle = WorkScreen.on_key

    async def watched(self: WorkScreen, event: Key) -> None:
        try:
            await handle(self, event)
        finally:
            handled.set()

    with patch.object(WorkScreen, "on_key", watched):
        yield


async def replay(
    workspace: Workspace, curator: str, document: str, goal: Goal, policy: Policy, preferences: Preferences
) -> Tally:
    """Return the keys that one policy needs for a document, after checking that they made the goal."""
    desk = Desk(workspace, curator)
    app = AnnotatorApp(desk, document, preferences)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        tally = await Player(pilot, goal, policy).play()
    check(desk, document, goal)
    return tally


async def replay_keys(
    workspace: Workspace, curator: str, keys: Iterable[str], goals: dict[str, Goal], preferences: Preferences
) -> None:
    """Press recorded keys in one sitting, from the first document on, and check every layer."""
    desk = Desk(workspace, curator)
    app = AnnotatorApp(desk, min(goals), preferences)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        for key in keys:
            await press(pilot, key)
    for document, goal in goals.items():
        check(desk, document, goal)


def check(desk: Desk, document: str, goal: Goal) -> None:
    """Assert that what is stored is exactly the goal, and done."""
    session = desk.open(document)
    stored = Goal.of(Annotations(session.layer.content.spans, session.layer.content.relations), session.scheme)
    assert session.state == "done", f"{document} is {session.state}"
    assert stored == goal, f"{document}: {stored.spans ^ goal.spans} {stored.relations ^ goal.relations}"
