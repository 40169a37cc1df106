"""However a session ends, every step that was acknowledged is there, and the database is sound."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from annotator.history import LayerName
from annotator.store import check_database
from tests.processes import PATIENCE, finish, killed, start
from tests.workspaces import KEY, Bench, make_bench, open_bench, range_of, sql_dump

ROUNDS = 8
MOST_STEPS = 25
SHORT_ROUNDS = int(os.environ.get("KILL_ROUNDS", "5"))
"""Kills a test of whole commands makes: `KILL_ROUNDS=200` looks further."""

CURATE = """
import random, sys
from annotator.errors import WorkflowError
from tests.workspaces import open_bench
chance = random.Random(int(sys.argv[2]))
session = open_bench(sys.argv[1]).session()
tokens = session.document.tokens
print("open", flush=True)
while True:
    items = [interval.id for interval in session.layer.order.items]
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
    print(session.editor.length, session.editor.head, flush=True)
"""


@pytest.mark.usefixtures("proposed")
def test_killed_at_any_moment_no_acknowledged_step_is_lost(bench: Bench) -> None:
    chance = random.Random(2024)
    for number in range(ROUNDS):
        before = len(bench.actions("curator:ana"))
        length, head = killed(CURATE, bench.workspace.root, number, chance.randint(1, MOST_STEPS))
        info = bench.store.layer(LayerName(KEY, "curator:ana"))
        assert info is not None
        assert info.length >= length > before
        assert bench.store.event(info, length).hash == head
        assert info.length <= length + 1  # at most the step that was under way when it ended
        assert list(check_database(bench.store)) == []
        assert bench.session().state in ("todo", "doing", "done")


INGEST = """
import sys
from pathlib import Path
from annotator.workflow.importing import ingest
from annotator.workflow.workspace import Workspace
ingest._TRANSACTION = 40
workspace = Workspace(Path(sys.argv[1]))
workspace.store
print("go", flush=True)
ingest.ingest(workspace, [workspace.seeds], "tester")
"""


def test_an_intake_that_is_killed_has_stored_the_first_articles_and_goes_on(bench: Bench) -> None:
    seeds = bench.workspace.seeds
    seeds.mkdir()
    for number in range(200):
        (seeds / f"a{number:03}.txt").write_text(f"Luis Paz {number} volvió a México. " * 20, encoding="utf-8")
    articles = [path.stem for path in sorted(seeds.iterdir())]
    chance = random.Random(7)
    before = 0
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
        stored = bench.store.document_keys()[:-1]  # and the one of the bench
        assert len(stored) >= before
        assert stored == articles[: len(stored)]
        before = len(stored)
        assert list(check_database(bench.store)) == []
    finish(start(INGEST, bench.workspace.root))
    assert bench.store.document_keys()[:-1] == articles


ASSIGN = """
import sys
from annotator.workflow.sharing.assignment import assign
from tests.workspaces import open_bench
bench = open_bench(sys.argv[1])
bench.store
print("go", flush=True)
assign(bench.workspace, "lead", ["ana", "bo", "carla"], overlap=2, blind=0.2)
"""

ASSIGN_IN_BATCHES = f"""
from annotator.workflow.sharing import planned_tasks
planned_tasks.AT_ONCE = 10
{ASSIGN}
"""

MERGE = """
import sys
from pathlib import Path
from annotator.workflow.sharing.merging import merge
from tests.workspaces import open_bench
bench = open_bench(sys.argv[1])
bench.store
print("go", flush=True)
merge(bench.workspace, Path(sys.argv[2]))
"""


DIE_IN_THE_MIDDLE = """
import os, signal, sys
from annotator.store import Writer
written, insert = [], Writer._insert
def dying(*arguments):
    insert(*arguments)
    written.append(arguments)
    if len(written) == int(sys.argv[-1]):
        os.kill(os.getpid(), signal.SIGKILL)
Writer._insert = dying
"""


def kill_soon(script: str, chance: random.Random, longest: float, *arguments: object) -> None:
    """Run a script and kill it without warning, some seconds after it says that it is ready."""
    with start(script, *arguments) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            process.wait(timeout=chance.uniform(0.0, longest))
        except subprocess.TimeoutExpired:
            pass
        finally:
            process.kill()


def corpus_of(bench: Bench, count: int) -> list[str]:
    keys = [f"d{number:03}" for number in range(count)]
    for key in keys:
        bench.add(key, f"Luis Paz volvió a México, {key}.")
    return keys


def number_of(bench: Bench, table: str) -> int:
    return int(bench.store.rows(f"SELECT count(*) FROM {table}")[0][0])


def test_an_assignment_that_is_killed_is_whole_or_did_not_happen(bench: Bench) -> None:
    corpus_of(bench, 90)
    bench.workspace.close()
    before = shutil.copyfile(bench.workspace.database_path, bench.workspace.root / "before.db")
    chance = random.Random(11)
    for _ in range(SHORT_ROUNDS):
        restored = restore(bench, before)
        kill_soon(ASSIGN, chance, 0.15, bench.workspace.root)
        assert number_of(restored, "assignment") in (0, 182)
        assert list(check_database(restored.store)) == []
        restored.workspace.close()
    restored = restore(bench, before)
    finish(start(ASSIGN, bench.workspace.root))
    assert number_of(restored, "assignment") == 182
    restored.workspace.close()


def test_an_assignment_in_batches_that_is_killed_comes_to_the_same_when_it_is_called_again(bench: Bench) -> None:
    corpus_of(bench, 150)
    bench.workspace.close()
    before = shutil.copyfile(bench.workspace.database_path, bench.workspace.root / "before.db")
    restored = restore(bench, before)
    finish(start(ASSIGN_IN_BATCHES, bench.workspace.root))
    expected = assigned(restored)
    restored.workspace.close()
    chance = random.Random(13)
    for _ in range(SHORT_ROUNDS):
        restored = restore(bench, before)
        kill_soon(ASSIGN_IN_BATCHES, chance, 0.3, bench.workspace.root)
        assert set(assigned(restored)) <= set(expected)
        assert list(check_database(restored.store)) == []
        finish(start(ASSIGN_IN_BATCHES, bench.workspace.root))
        assert assigned(restored) == expected
        restored.workspace.close()


def assigned(bench: Bench) -> list[tuple[int, str, int]]:
    return list(map(tuple, bench.store.rows("SELECT layer_id, id, blind FROM assignment ORDER BY layer_id, id")))


def test_a_merge_that_is_killed_is_whole_or_did_not_happen(bench: Bench, tmp_path: Path) -> None:
    keys = corpus_of(bench, 40)
    bench.workspace.close()
    before = shutil.copyfile(bench.workspace.database_path, bench.workspace.root / "before.db")
    there = make_bench(tmp_path / "there")
    restore(there, before)
    for key in keys:
        for curator in ("bo", "carla"):
            session = there.session(key, curator)
            session.add(*range_of(session.document, "Luis Paz"), "PERSON")
            session.finish()
    there.add("otra", "Ana Ruiz.")
    there.workspace.close()
    chance = random.Random(12)
    counts = set()
    for _ in range(SHORT_ROUNDS):
        restored = restore(bench, before)
        kill_soon(MERGE, chance, 0.3, bench.workspace.root, there.workspace.root)
        counts.add((number_of(restored, "event"), number_of(restored, "span"), number_of(restored, "document")))
        assert list(check_database(restored.store)) == []
        restored.workspace.close()
    assert counts <= {(41, 0, 41), (202, 80, 42)}
    finish(start(MERGE, bench.workspace.root, there.workspace.root))
    whole = open_bench(str(bench.workspace.root))
    assert (number_of(whole, "event"), number_of(whole, "span")) == (202, 80)
    whole.workspace.close()


@pytest.mark.parametrize(("script", "events"), [(ASSIGN, 31), (MERGE, 91)], ids=["assign", "merge"])
def test_killed_between_two_of_its_events_nothing_happened(
    bench: Bench, tmp_path: Path, script: str, events: int
) -> None:
    keys = corpus_of(bench, 30)
    there = make_bench(tmp_path / "there")
    bench.store.backup(there.workspace.database_path)
    for key in keys:
        session = there.session(key, "bo")
        for needle in ("Luis Paz", "México"):
            session.add(*range_of(session.document, needle), "PERSON")
        session.finish()
    there.session(curator="bo").finish()
    there.workspace.close()
    before = sql_dump(bench.store.path)
    for number in (1, 2, events // 2, events):
        arguments = (bench.workspace.root, there.workspace.root, number)
        with start(DIE_IN_THE_MIDDLE + script, *arguments) as process:
            assert process.wait(timeout=PATIENCE) == -signal.SIGKILL
        assert sql_dump(bench.store.path) == before
    finish(start(DIE_IN_THE_MIDDLE + script, *arguments[:2], events + 1))
    assert sql_dump(bench.store.path) != before
    assert list(check_database(bench.store)) == []


def restore(bench: Bench, copy: Path) -> Bench:
    """Put a database back to what it was, and open it."""
    path = bench.workspace.database_path
    path.parent.mkdir(exist_ok=True)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(copy, path)
    return open_bench(str(bench.workspace.root))
