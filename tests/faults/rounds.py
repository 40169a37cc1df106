"""Rounds: a scenario in a process of its own, in which one point fails; then a look at what is left."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from tests.faults.points import KILL, Points, install
from tests.faults.scenarios import Scenario
from tests.faults.states import State, completed, leftovers, problems, state

MEMORY = Path("/dev/shm")
"""A file system in memory, where there is one: rounds are many, and it is not the disk that is tested."""

PATIENCE = 60.0
"""Seconds after which a round counts as stuck."""


@dataclass(frozen=True)
class Ending:
    """How a process ended: its exit status (negative: the signal), what it said, and the point that it met."""

    status: int
    said: str
    met: str = ""
    passed: dict[str, int] = field(default_factory=dict)


def folder_for_rounds() -> str | None:
    """Return where rounds are best played; ``None`` where that is the usual place for temporary files."""
    return str(MEMORY) if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None


class Folder:
    """A folder as it is before, and fresh copies of it under the same path every time."""

    def __init__(self, place: Path, prepare: Callable[[Path], None]) -> None:
        self._template = place / "template"
        self._template.mkdir(parents=True)
        prepare(self._template)
        self._base = place / "rounds" / "base"
        self._base.parent.mkdir()

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """Yield a copy that is gone when the block ends."""
        shutil.copytree(self._template, self._base, symlinks=True)
        try:
            yield self._base
        finally:
            shutil.rmtree(self._base)


class Playable(Protocol):
    """Something to do in a folder."""

    def run(self, base: Path) -> int:
        """Do it; return the exit status."""


class Stage:
    """A scenario with its folder, and what the folder says before and after."""

    def __init__(self, scenario: Scenario, place: Path) -> None:
        self.scenario = scenario
        self._folder = Folder(place, scenario.prepare)
        with self._folder.copy() as base:
            self.before = state(base)
            ending = play(scenario, base, Points())
            assert ending.status == 0, ending.said
            self.after = state(base)
            self.points = ending.passed

    def round(self, at: int, how: str) -> tuple[list[str], str]:
        """Let the point ``at`` fail; return what is wrong with the result, and which of the states it is."""
        with self._folder.copy() as base:
            ending = play(self.scenario, base, Points(at=at, how=how))
            if ending.status == -9 and self.scenario.completes and state(base) not in (self.before, self.after):
                again = play(self.scenario, base, Points())
                ending = replace(ending, said=f"{ending.said}completed: {again.said}")
            wrong = self._judged(base, ending, how)
            which = "after" if state(base) == self.after else "before"
            if not wrong and which == "before" and self.scenario.repeats and self.before != self.after:
                again = play(self.scenario, base, Points())
                if again.status != 0 or state(base) != self.after:
                    wrong.append(f"the command did not succeed afterwards: {again.said}")
            where = f"{self.scenario.name}: {how} at {at} ({ending.met}): "
            return [f"{where}{problem}\n{ending.said}" for problem in wrong], which

    def _judged(self, base: Path, ending: Ending, how: str) -> list[str]:
        wrong = []
        killed = ending.status == -9
        completed(base)
        if killed and self.scenario.keeps:
            there = {content for content in state(base).values() if isinstance(content, str)}
            missing = {self.before[name] for name in self.scenario.keeps} - there
            return [f"lost {missing}"] if missing else problems(base)
        found = state(base)
        if found not in (self.before, self.after):
            wrong.append(f"neither the state before nor the one after: {_difference(found, self.before, self.after)}")
        if how == KILL and ending.met and not killed:
            wrong.append(f"was to be killed and ended with {ending.status}")
        if not killed:
            wrong += _said_wrong(ending, found == self.after, found == self.before)
            if not ending.met.startswith("remove"):  # what could not be removed is swept another day
                wrong += [f"left {name}" for name in leftovers(base)]
        wrong += problems(base)
        return wrong


def _said_wrong(ending: Ending, after: bool, before: bool) -> list[str]:
    """Return what is wrong with what a process said that was not killed."""
    wrong = []
    if "Traceback" in ending.said or "unexpected" in ending.said:
        wrong.append("no clear line")
    if ending.status == 0 and not after:
        wrong.append("ended with 0, and did not do it")
    if ending.status not in (0, 1):
        wrong.append(f"ended with {ending.status}")
    if ending.status == 1 and after and not before and "nothing was" in ending.said:
        wrong.append("says that nothing was written, and it was")
    return wrong


def _difference(found: State, before: State, after: State) -> str:
    names = sorted(found.keys() | before.keys() | after.keys())
    odd = [name for name in names if found.get(name) not in (before.get(name), after.get(name))]
    mixed = [f"{n} is {'before' if found.get(n) == before.get(n) else 'after'}" for n in names
             if before.get(n) != after.get(n)]  # fmt: skip
    return f"odd: {odd}; {mixed}"


def play(scenario: Playable, base: Path, points: Points) -> Ending:
    """Run a scenario in a child of this process."""
    with tempfile.TemporaryDirectory() as folder:
        said, result = Path(folder, "said"), Path(folder, "result")
        child = os.fork()
        if child == 0:
            _child(scenario, base, points, said, result)
        status = _waited(child)
        text = said.read_text(encoding="utf-8", errors="replace") if said.exists() else ""
        if not result.exists():
            return Ending(status, text, "killed")
        found = json.loads(result.read_text(encoding="utf-8"))
        return Ending(status, text, found["met"], found["passed"])


def _child(scenario: Playable, base: Path, points: Points, said: Path, result: Path) -> None:
    """Run the scenario and end the process."""
    status = 70
    try:
        output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for descriptor in (1, 2):
            os.dup2(output, descriptor)
        sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
        os.chdir(base)
        install(points)
        points.active = True
        status = scenario.run(base)
        points.active = False
        sys.stdout.flush()
        sys.stderr.flush()
        result.write_text(json.dumps({"met": points.met, "passed": dict(points.passed)}), encoding="utf-8")
    finally:
        os._exit(status)


def _waited(child: int) -> int:
    """Wait for a child; return its exit status, or the number of the signal that ended it, negative."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return 124
