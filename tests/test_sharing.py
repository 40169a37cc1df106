"""One database, several users of one machine: who can write, and in which order."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.history import LayerName
from annotator.store import Store, examine
from annotator.store.turns import Turns
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
        assert list(examine(store)) == []


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
    def test_one_waits_until_the_other_is_through(self, tmp_path: Path) -> None:
        first, second = Turns(tmp_path, 60), Turns(tmp_path, 60)
        order = []

        def wait() -> None:
            with second.turn():
                order.append("second")

        thread = threading.Thread(target=wait)
        with first.turn():
            thread.start()
            thread.join(0.05)
            order.append("first")
        thread.join()
        assert order == ["first", "second"]
        first.close()
        second.close()

    def test_whoever_stands_still_is_passed(self, tmp_path: Path) -> None:
        stuck, patient, third = Turns(tmp_path, 60), Turns(tmp_path, 0.01), Turns(tmp_path, 60)
        with stuck.turn(), patient.turn():
            pass
        with third.turn():  # who gave up does not keep the place
            pass
        for turns in (stuck, third, patient):
            turns.close()

    def test_where_there_is_no_queue_it_goes_on_without(self, tmp_path: Path) -> None:
        with Turns(tmp_path / "nada", 60).turn():
            pass

    def test_a_writer_that_is_killed_leaves_the_queue(self, bench: Bench) -> None:
        root = str(bench.workspace.root)
        with start(DIE, root) as process:
            process.wait(timeout=PATIENCE)
        open_bench(root).session().flag()
        assert bench.actions("curator:ana") == ["flag"]
