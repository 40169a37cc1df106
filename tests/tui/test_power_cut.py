"""What the screen has confirmed is stored, even if the power fails the next moment."""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

import pytest

from annotator.cli.main import main
from tests.repository import TOP
from tests.workspaces import make_bench, proposal, propose
from tools.terminal import Terminal

ROUNDS = int(os.environ.get("ANNOTATOR_KILLS", "5"))  # read before the fixture that clears the environment
NAMES = [f"{first}{last}" for first in ("Al", "Be", "Ci", "Do", "El") for last in ("ba", "do", "ma", "ra", "sa", "ta")]
COUNTS = re.compile(r"(\d+)\? (\d+)✓ 0→")


class Shadow:
    """What should stand: counts of pending suggestions and of spans, with the way back."""

    def __init__(self) -> None:
        self.states = [(len(NAMES), 0)]

    def then(self, key: str) -> list[tuple[int, int]]:
        pending, spans = self.states[-1]
        if key == "u":
            return self.states[:-1]
        return [*self.states, (pending - 1, spans + (key == "a"))]

    def key(self, dice: random.Random) -> str:
        """Return a key that changes something."""
        able = ["a", "a", "x"] * bool(self.states[-1][0]) + ["u"] * (len(self.states) > 1)
        return dice.choice(able)


def counts(screen: str) -> tuple[int, int] | None:
    counts = COUNTS.search(screen.splitlines()[0]) if screen.strip() else None
    return (int(counts[1]), int(counts[2])) if counts else None


@pytest.mark.filterwarnings("ignore:.*forkpty:DeprecationWarning")
def test_acknowledged_keys_survive(tmp_path: Path, program: list[str]) -> None:
    bench = make_bench(tmp_path)
    document = bench.add("larga", " y ".join(NAMES) + " fueron a Lima.\n")
    propose(bench.store, document, [proposal(document, name, "PERSON", 0.5) for name in NAMES])
    bench.workspace.close()
    command = [*program, "annotate", "larga", "--as", "ana"]
    dice, shadow = random.Random(7), Shadow()
    unsure: list[tuple[int, int]] | None = None
    for _ in range(ROUNDS):
        terminal = Terminal(command, columns=80, lines=24, cwd=TOP)
        shown = counts(terminal.wait(lambda screen: counts(screen) is not None))
        if unsure is not None and shown == unsure[-1]:
            shadow.states = unsure
        assert shown == shadow.states[-1]
        unsure = None
        for _ in range(dice.randrange(0, 8)):
            key = shadow.key(dice)
            shadow.states = shadow.then(key)
            terminal.press("tab", key)
            terminal.wait(lambda screen: counts(screen) == shadow.states[-1])
        if dice.random() < 0.7:
            key = shadow.key(dice)
            unsure = shadow.then(key)
            terminal.press("tab", key)
            time.sleep(dice.random() * 0.03)
        terminal.kill()
        assert main(["-w", str(tmp_path), "doctor"]) == 0
    bench = make_bench(tmp_path)
    layer = bench.session("larga").layer
    assert (len(layer.order.pending), len(layer.content.spans)) in (shadow.states[-1], (unsure or shadow.states)[-1])
    bench.workspace.close()
