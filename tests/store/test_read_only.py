"""Where one can only read, everything that only reads works, and whatever would write says so in one line."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import StoreError
from annotator.store import Store, check_database, connection, schema
from tests.older_texts import put_back
from tests.processes import environment
from tests.repository import TOP
from tests.tui.workbench_driver import workbench
from tests.workspaces import Bench, make_bench, open_bench, range_of

MOUNTED = """
set -e
mount -o bind "$1" "$2"
mount -o remount,bind,ro "$2"
cd "$3"
shift 3
exec "$@"
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A workspace with finished work of two curators, closed."""
    bench = make_bench(tmp_path / "work")
    bench.add()
    for curator in ("ana", "bo"):
        session = bench.session(curator=curator)
        session.add(*range_of(session.document, "Luis Paz"), "PERSON")
        session.finish()
    bench.workspace.close()
    return tmp_path / "work"


def leave_log(work: Path, *, index: bool) -> None:
    """Do something more, and leave the database as a crash would: with a log, and with or without its index."""
    bench = open_bench(str(work))
    bench.session().flag()
    copy = work.with_name("copy")
    shutil.copytree(work, copy)
    bench.workspace.close()
    shutil.rmtree(work)
    copy.rename(work)
    if not index:
        (work / "db" / "annotator.db-shm").unlink()


def make_older(work: Path) -> None:
    """Give a database the schema of before the last migration that changed it."""
    with closing(sqlite3.connect(work / "db" / "annotator.db", isolation_level=None)) as raw:
        put_back(raw)
        raw.executescript(
            "DROP INDEX document_ready; DROP INDEX layer_in_work; ALTER TABLE document DROP COLUMN ready;"
            " DROP TABLE planned; ALTER TABLE span DROP COLUMN attributes; ALTER TABLE relation DROP COLUMN attributes;"
            " ALTER TABLE verdict DROP COLUMN attributes; ALTER TABLE layer DROP COLUMN attributes;"
            " DELETE FROM _sqlite_migrations WHERE name >= '0012'; PRAGMA user_version = 11"
        )


class TestMounted:
    """On a real mount, which nobody can write to, not even root."""

    @pytest.fixture
    def mount(self, tmp_path: Path) -> Path:
        (tmp_path / "ro").mkdir()
        try:
            tried = subprocess.run(
                ["unshare", "-m", "sh", "-c", MOUNTED, "sh", tmp_path, tmp_path / "ro", tmp_path, "true"],
                check=False,
                capture_output=True,
                text=True,
            )
        except FileNotFoundError:
            pytest.skip("no command `unshare` here")
        if tried.returncode:
            pytest.skip(f"nothing can be mounted here: {tried.stderr.strip()}")
        return tmp_path / "ro"

    def run(self, work: Path, mount: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        places = map(str, (work, mount, mount.parent))
        program = [sys.executable, "-m", "annotator", "-w", str(mount)]
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", MOUNTED, "sh", *places, *program, *arguments],
            check=False,
            capture_output=True,
            text=True,
            env=environment(PYTHONPATH=str(TOP)),
            timeout=60,
        )

    @pytest.mark.parametrize("left", ["closed", "log", "log and index", "older"])
    def test_reading_works(self, work: Path, mount: Path, left: str) -> None:
        if left == "older":
            make_older(work)
        elif left != "closed":
            leave_log(work, index=left == "log and index")
        before = {path.name: path.read_bytes() for path in (work / "db").iterdir()}
        out = mount.parent / "out.jsonl"
        shown = self.run(work, mount, "status")
        assert shown.returncode == 0
        assert ("ana done" in shown.stdout) == (left in ("closed", "older"))
        told = {
            "log": "its log cannot be read in place, so a private copy is shown",
            "older": "it has an older schema (11), so a private copy is shown, migrated",
        }.get(left)
        said = f"{mount}/db/annotator.db can only be read: it is on a read-only file system"
        assert shown.stderr == (f"{said}; {told}\n" if told else "")
        for command in ("doctor", "export jsonl --layer curator:bo -o out.jsonl", "backup copy.db"):
            done = self.run(work, mount, *command.split())
            assert done.returncode == 0, done.stderr
        assert out.read_text(encoding="utf-8").count("Luis Paz") >= 2
        with Store(mount.parent / "copy.db") as copy:
            assert list(check_database(copy)) == []
        assert {path.name: path.read_bytes() for path in (work / "db").iterdir()} == before

    def test_a_write_says_so_in_one_line(self, work: Path, mount: Path) -> None:
        done = self.run(work, mount, "assign", "--curators", "ana,bo,carla")
        assert done.returncode == 1
        assert done.stderr == (
            f"annotator: {mount}/db/annotator.db can only be read (it is on a read-only file system),"
            " nothing was written: copy the workspace to where you may write\n"
        )


class TestAnywhere:
    """The same without rights to mount anything: the database is only said to lie where one can only read."""

    @pytest.fixture(autouse=True)
    def _only_readable(self, monkeypatch: pytest.MonkeyPatch, work: Path) -> None:
        database = work / "db" / "annotator.db"
        monkeypatch.setattr(
            connection, "why_only_readable", lambda path: "it may not be written" if path == database else ""
        )

    @pytest.fixture
    def bench(self, work: Path) -> Iterator[Bench]:
        bench = open_bench(str(work))
        yield bench
        bench.workspace.close()

    def test_it_is_read_as_it_is(self, bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
        assert list(check_database(bench.store)) == []
        assert main(["-w", str(bench.workspace.root), "history", "nota"]) == 0
        assert "label PERSON “Luis Paz”" in capsys.readouterr().out
        assert main(["-w", str(bench.workspace.root), "agreement"]) == 0
        assert [path.name for path in bench.store.path.parent.iterdir()] == ["annotator.db"]

    def test_an_older_one_is_migrated_privately(self, work: Path) -> None:
        make_older(work)
        before = (work / "db" / "annotator.db").read_bytes()
        bench = open_bench(str(work))
        assert list(check_database(bench.store)) == []
        assert bench.store.rows("PRAGMA user_version")[0][0] == schema.VERSION
        bench.workspace.close()
        assert (work / "db" / "annotator.db").read_bytes() == before

    def test_a_log_without_its_index_is_read(self, work: Path) -> None:
        with pytest.MonkeyPatch.context() as writable:
            writable.setattr(connection, "why_only_readable", lambda _: "")
            leave_log(work, index=False)
        bench = open_bench(str(work))
        assert bench.actions("curator:ana") == ["label", "done", "flag"]
        bench.workspace.close()

    def test_who_begins_to_write_to_it_is_noticed(self, bench: Bench, work: Path) -> None:
        assert bench.store.document_keys() == ["nota"]
        with closing(sqlite3.connect(work / "db" / "annotator.db")) as other:
            other.execute("UPDATE layer SET flag = 'x'")
            other.commit()
            with pytest.raises(StoreError, match="is being written to, and can only be read here: start again"):
                bench.store.document_keys()

    def test_nothing_that_writes_does(self, bench: Bench) -> None:
        with pytest.raises(StoreError, match=r"can only be read \(it may not be written\), nothing was written: give"):
            bench.session().flag()

    async def test_the_workbench_shows_it_and_says_what_it_cannot_do(self, bench: Bench) -> None:
        before = bench.store.path.read_bytes()
        async with workbench(bench, "nota", curator="carla") as work:
            assert "can only be read" in " ".join(work.text.replace("▌", "").split())
            for key in ("f", "d", "u", " ", "s", "escape"):
                work.app.clear_notifications()
                await work.press(key)
            work.app.clear_notifications()
            await work.press("f")
            assert "can only be read (it may not be written)" in " ".join(work.text.replace("▌", "").split())
            assert not work.session.flagged
            await work.press("Q", "j", "enter", "ctrl+q")
        assert bench.store.path.read_bytes() == before


def test_a_folder_that_says_nothing_of_a_database(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "annotator.db").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "why_only_readable", lambda _: "it may not be written")
        with pytest.raises(StoreError, match="is empty, and can only be read"):
            Store(tmp_path / "db" / "annotator.db")
