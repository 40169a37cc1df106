"""Learned versions of an older workspace, which lay among the models, are carried over whole and never lost."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.files.whole import PARTIAL
from annotator.suggest.learned import versions
from annotator.workflow.desk import Desk
from annotator.workflow.learned_folder import learned_folder
from annotator.workflow.learning.background_training import BackgroundTraining
from annotator.workflow.learning.training import train
from annotator.workflow.workspace import Workspace
from tests.workflow.learning.test_training import bench, finish  # noqa: F401 - a fixture
from tests.workspaces import Bench


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture
def older(bench: Bench) -> Bench:  # noqa: F811 - the fixture
    """A workspace with a trained version in use, as an edition that kept it among the models left it."""
    for number in range(3):
        finish(bench, number)
    bench.add("open", "nadie leyó este artículo todavía.\n")
    train(bench.workspace)
    bench.workspace.models.mkdir(exist_ok=True)
    shutil.move(bench.workspace.root / "db" / "learned", bench.workspace.models / "learned")
    return bench


def old_folder(bench: Bench) -> Path:  # noqa: F811 - no fixture here
    return bench.workspace.models / "learned"


def test_it_is_copied_and_the_old_folder_stays(older: Bench) -> None:
    before = content(old_folder(older))
    folder = learned_folder(older.workspace)
    assert folder == older.workspace.root / "db" / "learned"
    assert content(folder) == {name: data for name, data in before.items() if name != ".lock"}
    assert content(old_folder(older)) == before
    in_use = versions.active_version(folder, older.scheme)
    assert in_use is not None
    assert in_use.version == "0001"


def test_the_workbench_and_training_find_it(older: Bench) -> None:
    assert Desk(older.workspace, "ana").learning() == "learned from 3 · "
    assert not train(older.workspace).new
    assert BackgroundTraining(older.workspace.root, "ana").start().wait() == 0
    assert not list(old_folder(older).glob("background-*.log"))


def test_what_running_processes_hold_is_not_copied(older: Bench) -> None:
    (old_folder(older) / ".making-1").mkdir()
    (old_folder(older) / ".making-1" / "tagger.crf").write_bytes(b"half")
    assert not [path for path in learned_folder(older.workspace).rglob("*") if path.name.startswith(".")]


def test_workspaces_that_share_their_models_each_get_a_copy(older: Bench, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copyfile(older.workspace.labels_path, other / "labels.yaml")
    (other / "models").symlink_to(older.workspace.models)
    before = content(old_folder(older))
    for workspace in (Workspace(other), older.workspace):
        folder = learned_folder(workspace)
        assert folder == workspace.root / "db" / "learned"
        assert versions.chosen_version(folder) == "0001"
    assert content(old_folder(older)) == before


def test_models_that_cannot_be_written_are_copied_all_the_same(older: Bench) -> None:
    paths = [old_folder(older), *(p for p in old_folder(older).rglob("*") if p.is_dir())]
    for path in paths:
        path.chmod(0o555)
    try:
        folder = learned_folder(older.workspace)
    finally:
        for path in paths:
            path.chmod(0o755)
    assert versions.active_version(folder, older.scheme) is not None
    assert all(path.stat().st_mode & 0o200 for path in (folder, *folder.rglob("*")))


def test_where_no_copy_can_be_made_the_old_folder_is_used(older: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    assert learned_folder(older.workspace) == old_folder(older)
    assert not (older.workspace.root / "db" / "learned").exists()
    assert Desk(older.workspace, "ana").learning() == "learned from 3 · "
    monkeypatch.undo()
    assert versions.chosen_version(learned_folder(older.workspace)) == "0001"


def test_a_copy_that_was_killed_halfway_is_made_anew(older: Bench) -> None:
    script = (
        "import os, shutil, signal, sys; from pathlib import Path\n"
        "from annotator.workflow.learned_folder import learned_folder\n"
        "from annotator.workflow.workspace import Workspace\n"
        "copy, left = shutil.copyfile, [3]\n"
        "def dying(source, target):\n"
        "    left[0] -= 1\n"
        "    copy(source, target) if left[0] else os.kill(os.getpid(), signal.SIGKILL)\n"
        "shutil.copyfile = dying\n"
        "learned_folder(Workspace(Path(sys.argv[1])))\n"
    )
    before = content(old_folder(older))
    done = subprocess.run([sys.executable, "-c", script, str(older.workspace.root)], check=False)
    assert done.returncode == -signal.SIGKILL
    database = older.workspace.root / "db"
    assert list(database.glob(f"{PARTIAL}learned-*"))
    assert not (database / "learned").exists()
    assert content(learned_folder(older.workspace)).keys() == before.keys() - {".lock"}
    assert content(old_folder(older)) == before


def test_where_both_exist_the_old_one_no_longer_counts(older: Bench) -> None:
    folder = learned_folder(older.workspace)
    versions.use(folder, versions.NONE, older.scheme, pinned=True)
    before = content(old_folder(older))
    assert versions.chosen_version(learned_folder(older.workspace)) == versions.NONE
    assert content(old_folder(older)) == before


def test_a_process_that_was_quicker_made_the_copy(older: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from annotator.workflow import learned_folder as module

    copy = module._copy_files

    def overtaken(source: Path, target: Path) -> None:
        copy(source, target)
        if source == old_folder(older):
            shutil.copytree(target, older.workspace.root / "db" / "learned")

    monkeypatch.setattr(module, "_copy_files", overtaken)
    assert versions.chosen_version(learned_folder(older.workspace)) == "0001"


def test_a_new_workspace_has_nothing_to_carry_over(tmp_path: Path) -> None:
    assert learned_folder(Workspace(tmp_path)) == tmp_path / "db" / "learned"
    assert not (tmp_path / "db").exists()
