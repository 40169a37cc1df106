"""However a session ends, every step that was acknowledged is there, and the database is sound."""

from __future__ import annotations

import random
import subprocess
from contextlib import ExitStack

import pytest

from annotator.history import LayerName
from annotator.store import examine
from tests.processes import finish, start
from tests.workspaces import KEY, Bench

ROUNDS = 8
MOST_STEPS = 25

CURATE = """
import random, sys
from annotator.errors import WorkflowError
from tests.workspaces import open_bench
chance = random.Random(int(sys.argv[2]))
session = open_bench(sys.argv[1]).session()
tokens = session.document.tokens
print("open", flush=True)
while True:
    items = [interval.id for interval in session.layer.items]
    actions = [
        lambda: session.add(*chance.choice(tokens), chance.choice(("PERSON", "ORG", "GPE"))),
        lambda: session.relabel(chance.choice(items), chance.choice(("PERSON", "ORG", "GPE"))),
        lambda: session.delete(chance.choice(items)),
        lambda: session.accept(chance.choice(items)),
        lambda: session.accept_all(0.0),
        lambda: session.everywhere(chance.choice(items)),
        session.undo,
        session.redo,
        session.finish,
    ]
    try:
        chance.choice(actions)()
    except (WorkflowError, IndexError):
        continue
    print(session._length, session._head, flush=True)
"""


def acknowledged(bench: Bench, seed: int, steps: int) -> tuple[int, str]:
    """Let a session run, kill it without warning after some steps, and return the last that it acknowledged."""
    with ExitStack() as stack:
        process = stack.enter_context(start(CURATE, bench.workspace.root, seed))
        stack.callback(process.kill)
        assert process.stdout is not None
        last = ""
        for _ in range(steps + 1):
            last = process.stdout.readline()
        process.kill()
        rest = process.stdout.readlines()
    whole = [line for line in [last, *rest] if line.endswith("\n") and line != "open\n"]
    length, head = whole[-1].split() if whole else ("0", "")
    return int(length), head


@pytest.mark.usefixtures("proposed")
def test_killed_at_any_moment_no_acknowledged_step_is_lost(bench: Bench) -> None:
    chance = random.Random(2024)
    for number in range(ROUNDS):
        before = len(bench.actions("curator:ana"))
        length, head = acknowledged(bench, number, chance.randint(1, MOST_STEPS))
        info = bench.store.layer(LayerName(KEY, "curator:ana"))
        assert info is not None
        assert info.length >= length > before
        assert bench.store.event(info, length).hash == head
        assert info.length <= length + 1  # at most the step that was under way when it ended
        assert list(examine(bench.store)) == []
        assert bench.session().state in ("todo", "doing", "done")


INGEST = """
import sys
from pathlib import Path
from annotator.workflow.intake import ingest
from annotator.workflow.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
workspace.store
print("go", flush=True)
ingest(workspace, [workspace.seeds], "tester")
"""


def test_an_intake_that_is_killed_is_whole_or_did_not_happen(bench: Bench) -> None:
    seeds = bench.workspace.seeds
    seeds.mkdir()
    for number in range(200):
        (seeds / f"a{number:03}.txt").write_text(f"Luis Paz {number} volvió a México. " * 20, encoding="utf-8")
    chance = random.Random(7)
    counts = set()
    for _ in range(4):
        with start(INGEST, bench.workspace.root) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                process.wait(timeout=chance.uniform(0.0, 0.3))
            except subprocess.TimeoutExpired:
                pass
            finally:
                process.kill()
        counts.add(len(bench.store.document_keys()))
        assert list(examine(bench.store)) == []
    assert counts <= {1, 201}
    finish(start(INGEST, bench.workspace.root))
    assert len(bench.store.document_keys()) == 201
