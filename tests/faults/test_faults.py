"""A minute of what ``python -m tests.faults`` does for hours."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults import sqlite_layer
from tests.faults.points import ERRORS, KILL
from tests.faults.rounds import Stage, folder_for_rounds
from tests.faults.scenarios import VERBS, Scenario
from tests.faults.screens import SCREENS, Keys, ScreenStage

pytestmark = [
    pytest.mark.skipif(sqlite_layer.library() is None, reason="SQLite is built into this Python and cannot be met"),
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]
KILLS, FAILURES = 2, 3


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for rounds, in memory where that is possible."""
    with TemporaryDirectory(prefix="annotator-faults-", dir=folder_for_rounds()) as folder:
        yield Path(folder)


@pytest.mark.parametrize("scenario", VERBS, ids=lambda scenario: scenario.name)
def test_a_verb_is_done_or_not_done_and_says_so(scenario: Scenario, place: Path) -> None:
    stage = Stage(scenario, place)
    last = sum(stage.points.values())
    chance = random.Random(scenario.name)
    for _ in range(KILLS):
        assert stage.round(chance.randint(1, last), KILL)[0] == []
    for how in chance.sample(sorted(ERRORS), FAILURES):
        assert stage.round(chance.randint(1, last), how)[0] == []


@pytest.mark.parametrize("keys", SCREENS, ids=lambda keys: keys.name)
def test_a_key_is_there_or_not_there(keys: Keys, place: Path) -> None:
    stage = ScreenStage(keys, place)
    last = sum(stage.points.values())
    chance = random.Random(keys.name)
    for at in chance.sample(range(1, last + 1), KILLS):
        assert stage.killed(at)[0] == []
