"""Keys in the screens, and the power going at any point: what a key had acknowledged is there, and nothing by half."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.workflow.settings import Preferences
from annotator.workflow.workspace import Workspace
from tests.faults.points import Points
from tests.faults.rounds import Ending, Folder, play
from tests.faults.scenarios import finished, plain
from tests.faults.states import State, problems, state
from tests.tui.workbench_driver import workbench
from tests.workspaces import KEY, Bench

QUIET = Preferences(learn=False)
_ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True)
class Keys:
    """A document that is open in a screen, and the keys that are pressed there."""

    name: str
    curator: str
    adjudicating: bool
    keys: Sequence[str]

    def run(self, base: Path) -> int:
        """Press the keys, noting each when the screen has handled it, in a file beside the folder."""
        bench = Bench(Workspace(base / "work"))
        note = os.open(base.parent / _ACKNOWLEDGED, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        asyncio.run(self._press(bench, note))
        bench.workspace.close()
        return 0

    async def _press(self, bench: Bench, note: int) -> None:
        opened = workbench(bench, KEY, curator=self.curator, adjudicating=self.adjudicating, preferences=QUIET)
        async with opened as work:
            for number, key in enumerate(self.keys, 1):
                await work.press(*key.split())
                os.write(note, f"{number}\n".encode())


SCREENS = (
    Keys("annotate", "ana", False, ("tab a", "tab x", "u", "ctrl+r", "u", "A", "c h o l a enter", "f", "space")),
    Keys("adjudicate", "lead", True, ("1", "u", "2", "u", "ctrl+r", "c h o l a enter", "space")),
)


class ScreenStage:
    """Keys in a screen, with what the database says before the screen opens, once it is open, and after each key."""

    def __init__(self, keys: Keys, folder: Path) -> None:
        self.keys = keys
        self._folder = Folder(folder, finished if keys.adjudicating else plain)
        with self._folder.copy() as base:
            self.states: list[State] = [state(base)]
        for number in range(len(keys.keys) + 1):
            with self._folder.copy() as base:
                some = Keys(keys.name, keys.curator, keys.adjudicating, keys.keys[:number])
                ending = self._play(some, base, Points())
                assert ending.status == 0, ending.said
                self.states.append(state(base))
        self.points = ending.passed

    def killed(self, at: int) -> tuple[list[str], str]:
        """Kill the process at a point; return what is wrong, and whether any key had been acknowledged."""
        with self._folder.copy() as base:
            ending = self._play(self.keys, base, Points(at=at))
            note = base.parent / _ACKNOWLEDGED
            acknowledged = note.read_text(encoding="ascii").count("\n") if note.exists() else 0
            wrong = problems(base)
            least = acknowledged + 1 if acknowledged else 0
            if state(base) not in self.states[least : acknowledged + 3]:
                wrong.append(f"{acknowledged} keys were acknowledged, and the database says something else")
            if ending.status not in (0, -9):
                wrong.append(f"ended with {ending.status}: {ending.said}")
            which = "in the middle" if acknowledged else "before the first key"
            return [f"{self.keys.name}: killed at {at}: {problem}" for problem in wrong], which

    def _play(self, keys: Keys, base: Path, points: Points) -> Ending:
        (base.parent / _ACKNOWLEDGED).unlink(missing_ok=True)
        return play(keys, base, points)
