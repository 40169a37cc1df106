"""One database, several users of one machine: who can write, and in which order."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from annotator.history import LayerName
from annotator.store import Store, check_database, lock
from annotator.store.lock_holder import Note
from annotator.store.lock_queue import Turns
from tests.processes import PATIENCE, start
from tests.workspaces import KEY, Bench, make_bench, open_bench

needs_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can act as several users"
)
GROUP, ANA, BO, EVE = 54321, 54322, 54323, 54324

WORK = """
import os, sys, tempfile
from pathlib import Path
from annotator.errors import AnnotatorError
from tests.workspaces import make_bench, open_bench
with tempfile.TemporaryDirectory() as folder:  # loads all that is needed while the interpreter may still be read
    bench = make_bench(Path(folder) / "w")
    bench.add()
    bench.session().flag()
    bench.workspace.close()
user, group = map(int, sys.argv[3:5])
os.setgroups([group]), os.setgid(user), os.setuid(user), os.umask(0o022)
try:
    bench = open_bench(sys.argv[1])
    if not bench.store.document_keys():
        bench.add()
    session = bench.session(curator=sys.argv[2])
    session.flag()
    if "stay" in sys.argv:
        print("there", flush=True)
        sys.stdin.readline()
    session.flag()
    print("done")
except AnnotatorError as error:
    print(error)
"""


DIE = """
import os, signal, sys
from tests.workspaces import open_bench
with open_bench(sys.argv[1]).store.write():
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def shared() -> Iterator[Path]:
    """A workspace in a folder that a group shares, as docs/several-curators.md says."""
    folder = Path(tempfile.mkdtemp(prefix="shared-"))
    try:
        root = folder / "work"
        make_bench(root)
        (root / "db").mkdir()
        for path in (folder, root, root / "db", root / "labels.yaml"):
            os.chown(path, ANA, GROUP)
        for path in (folder, root, root / "db"):
            path.chmod(0o2770)
        yield root
    finally:
        shutil.rmtree(folder)


def act_as(user: int, group: int, root: Path, curator: str, *more: str) -> subprocess.Popen[str]:
    """Work as another user, who is in a group: flag the document and take the flag away."""
    return start(WORK, root, curator, user, group, *more)


def outcome(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=PATIENCE)
    return (out or err).strip()


@needs_root
def test_users_of_a_group_work_in_one_database_at_the_same_time(shared: Path) -> None:
    with act_as(ANA, GROUP, shared, "ana", "stay") as first:
        try:
            assert first.stdout is not None
            assert first.stdout.readline() == "there\n"
            assert outcome(act_as(BO, GROUP, shared, "bo")) == "done"
            assert outcome(first) == "done"
        finally:
            first.kill()
    assert outcome(act_as(BO, GROUP, shared, "bo")) == "done"  # also when the helper files were made anew
    assert outcome(act_as(ANA, GROUP, shared, "ana")) == "done"
    with Store(shared / "db" / "annotator.db") as store:
        for curator in ("ana", "bo"):
            info = store.layer(LayerName(KEY, f"curator:{curator}"))
            assert info is not None
            assert info.length == 4
        assert list(check_database(store)) == []


@needs_root
def test_a_user_outside_the_group_gets_one_clear_line(shared: Path) -> None:
    assert outcome(act_as(ANA, GROUP, shared, "ana")) == "done"
    told = outcome(act_as(EVE, EVE, shared, "eve"))
    assert told.endswith("permission denied: check the folder's rights")
    assert "Traceback" not in told
    shared.parent.chmod(0o2775)
    shared.chmod(0o2775)
    (shared / "db").chmod(0o2775)
    assert outcome(act_as(EVE, EVE, shared, "eve")).endswith("give yourself write access to the file and its folder")


def test_a_private_folder_makes_a_private_database(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        bench = make_bench(tmp_path / "private")
        bench.add()
        assert bench.store.path.stat().st_mode & 0o777 == 0o644
        bench.workspace.close()
    finally:
        os.umask(mask)


class TestTurns:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        (tmp_path / "lock").touch()
        return tmp_path / "lock"

    def test_they_come_in_the_order_of_asking(self, file: Path) -> None:
        queue = [Turns(file) for _ in range(5)]
        assert queue[0].wait(0)
        assert not any(turns.wait(0) for turns in queue[1:])
        for first, second in pairwise(queue):
            first.leave()
            assert not first.wait(0)  # whoever was there comes last
            assert second.wait(PATIENCE)
        queue[-1].leave()
        for turns in queue[:-1]:
            assert turns.wait(PATIENCE)
            turns.leave()

    def test_who_gives_up_keeps_nobody_waiting(self, file: Path) -> None:
        first, second, third = Turns(file), Turns(file), Turns(file)
        assert first.wait(0)
        assert not second.wait(0.01)
        assert not third.wait(0.01)
        second.leave()
        assert not third.wait(0.01)
        first.leave()
        assert third.wait(PATIENCE)
        third.leave()

    def test_whoever_stands_still_is_passed(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lock, "TURN_PATIENCE", 0.01)
        stuck = Turns(Note(bench.store.path).path)
        bench.session().flag()
        assert stuck.wait(PATIENCE)
        bench.session().flag()
        assert bench.actions("curator:ana") == ["flag", "unflag"]
        stuck.leave()

    def test_where_there_is_no_queue_it_goes_on_without(self, tmp_path: Path) -> None:
        assert Turns(tmp_path / "nada" / "lock").wait(0)

    def test_a_writer_that_is_killed_leaves_the_queue(self, bench: Bench) -> None:
        root = str(bench.workspace.root)
        with start(DIE, root) as process:
            process.wait(timeout=PATIENCE)
        open_bench(root).session().flag()
        assert bench.actions("curator:ana") == ["flag"]
