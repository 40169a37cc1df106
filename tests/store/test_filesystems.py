"""Where a database lies: network file systems and ones without locks are told, once."""

from __future__ import annotations

import errno
import fcntl
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.store import Store, filesystems
from tests.workspaces import Bench

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /proc rw,nosuid - proc proc rw
40 22 0:40 / {folder} rw,relatime shared:3 - {kind} server:/home rw,vers=4.2
41 40 0:41 / {folder}/elsewhere rw - ext4 /dev/vdb rw
odd line
"""


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "mountinfo"
    monkeypatch.setattr(filesystems, "MOUNTS", file)
    return file


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p", "vboxsf"])
def test_a_network_file_system_is_told_once(
    bench: Bench, mounts: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bench.workspace.root / "db"
    bench.workspace.close()
    mounts.write_text(MOUNTS.format(folder=folder, kind=kind), encoding="utf-8")
    for command, answer in (("status", "1 document"), ("doctor", "all is well")):
        assert main(["-w", str(bench.workspace.root), command]) == 0
        out, err = capsys.readouterr()
        assert answer in out + err
        warning = f"{folder} is on a network file system ({kind}), where a database can be damaged: keep db/ on a disk"
        assert err.count(warning) == 1
        assert "`annotator merge`" in err


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs"])
def test_a_local_one_is_no_news(bench: Bench, mounts: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    bench.workspace.close()
    mounts.write_text(MOUNTS.format(folder=bench.workspace.root, kind=kind), encoding="utf-8")
    assert main(["-w", str(bench.workspace.root), "status"]) == 0
    assert capsys.readouterr().err == ""


def test_the_innermost_mount_counts(tmp_path: Path, mounts: Path) -> None:
    odd = tmp_path / "with space"
    mounts.write_text(MOUNTS.format(folder=str(odd).replace(" ", r"\040"), kind="nfs4"), encoding="utf-8")
    assert filesystems.kind(odd / "db") == "nfs4"
    assert filesystems.kind(odd) == "nfs4"
    assert filesystems.kind(odd / "elsewhere" / "db") == "ext4"
    assert filesystems.kind(tmp_path / "with spaces") == "ext4"


def test_where_nothing_is_known_nothing_is_said(bench: Bench, mounts: Path) -> None:
    assert not mounts.exists()
    with Store(bench.store.path) as store:
        assert store.notes == []


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_without_locks_is_told_and_work_goes_on(
    bench: Bench, mounts: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, "no locks")

    told: list[str] = []
    monkeypatch.setattr(fcntl, "fcntl", refuse)
    with Store(bench.store.path, tell=told.append) as store:
        with store.write():
            pass
        assert store.document_keys() == ["nota"]
    (line,) = told
    assert line.startswith(f"{bench.store.path.parent} is on a file system without locks, where a database can be")
