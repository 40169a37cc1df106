"""Backups, and the one way back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import AnnotatorError
from annotator.store import Store, check_database
from annotator.workflow.backups import back_up, list_backups, restore_backup
from annotator.workflow.sharing.merging import merge
from tests.processes import start
from tests.workspaces import KEY, Bench, open_bench, sql_dump


@pytest.fixture
def saved(bench: Bench) -> Path:
    """A backup of the workspace with one comment; there is a second one by now."""
    bench.session().comment("x")
    made, _ = back_up(bench.workspace)
    bench.session().comment("x")
    return made


def comments(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return int(database.execute("SELECT count(*) FROM event WHERE action = 'comment'").fetchone()[0])


def run(bench: Bench, capfd: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    bench.workspace.close()
    status = main(["-w", str(bench.workspace.root), *map(str, arguments)])
    return status, *capfd.readouterr()


class TestRestore:
    def test_there_and_back_again(self, bench: Bench, saved: Path, capfd: pytest.CaptureFixture[str]) -> None:
        status, out, err = run(bench, capfd, "restore", saved)
        assert (status, out) == (0, "")
        path = bench.workspace.database_path
        assert comments(path) == 1
        aside = Path(err.rsplit("annotator restore ", 1)[1].strip())
        assert comments(aside) == 2
        status, _, _ = run(bench, capfd, "restore", aside)
        assert (status, comments(path)) == (0, 2)
        with Store(path) as store:
            assert list(check_database(store)) == []

    def test_in_a_folder_whose_name_is_not_utf8(self, bench: Bench, tmp_path: Path) -> None:
        bench.session().comment("x")
        bench.workspace.close()
        folder = tmp_path / os.fsdecode(b"caf\xe9 ?#%41")
        shutil.copytree(bench.workspace.root, folder)
        there = open_bench(str(folder))
        made, _ = back_up(there.workspace)
        there.session().comment("y")
        restore_backup(there.workspace, made)
        assert comments(there.workspace.database_path) == 1
        other = open_bench(str(bench.workspace.root)).workspace
        assert merge(other, folder).events == {}

    def test_a_log_left_by_a_crash_is_not_read_into_the_copy(self, bench: Bench, saved: Path) -> None:
        """The database was left with its log by a process that was killed."""
        path = bench.workspace.database_path
        crash = "from tests.workspaces import open_bench\nimport os\n"
        crash += "open_bench(sys.argv[1]).session().comment('x')\nos._exit(0)\n"
        bench.workspace.close()
        process = start("import sys\n" + crash, bench.workspace.root)
        process.communicate(timeout=60)
        assert path.with_name("annotator.db-wal").stat().st_size > 0
        aside = restore_backup(bench.workspace, saved)
        assert comments(path) == 1
        assert aside is not None
        assert comments(aside) == 3

    def test_it_stays_in_write_ahead_mode(self, bench: Bench, saved: Path) -> None:
        bench.workspace.close()
        restore_backup(bench.workspace, saved)
        with closing(sqlite3.connect(bench.workspace.database_path)) as database:
            assert database.execute("PRAGMA journal_mode").fetchone()[0] == "wal"

    @pytest.mark.parametrize("state", ["missing", "garbage", "empty", "truncated"])
    def test_what_is_there_may_be_damaged(self, bench: Bench, saved: Path, state: str) -> None:
        bench.workspace.close()
        path = bench.workspace.database_path
        if state == "missing":
            path.unlink()
        else:
            path.write_bytes({"garbage": b"garbage" * 1000, "empty": b"", "truncated": path.read_bytes()[:5000]}[state])
        before = path.read_bytes() if path.exists() else None
        aside = restore_backup(bench.workspace, saved)
        assert comments(path) == 1
        assert (None if aside is None else aside.read_bytes()) == before
        with Store(path) as store:
            assert list(check_database(store)) == []

    def test_the_copy_stays_where_it_is(self, bench: Bench, saved: Path) -> None:
        before = saved.read_bytes()
        bench.workspace.close()
        restore_backup(bench.workspace, saved)
        again = open_bench(str(bench.workspace.root))
        again.session().comment("x")
        again.workspace.close()
        assert saved.read_bytes() == before

    def test_a_copy_that_is_not_sound_is_refused(
        self, bench: Bench, saved: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with closing(sqlite3.connect(saved)) as copy:
            copy.execute("UPDATE layer SET head = 'x' WHERE name = 'curator:ana'")
            copy.commit()
        before = sql_dump(bench.workspace.database_path)
        status, _, err = run(bench, capfd, "restore", saved)
        assert status == 1
        assert str(saved) in err
        assert "nothing was changed" in err
        assert err.count("\n") == 1
        assert sql_dump(bench.workspace.database_path) == before

    @pytest.mark.parametrize("what", ["text", "missing", "folder", "foreign", "itself", "fifo"])
    def test_what_is_no_copy_is_refused(
        self, bench: Bench, tmp_path: Path, what: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "it"
        if what == "text":
            path.write_text("notes", encoding="utf-8")
        elif what == "folder":
            path.mkdir()
        elif what == "fifo":
            os.mkfifo(path)
        elif what == "foreign":
            with closing(sqlite3.connect(path)) as other:
                other.execute("CREATE TABLE mine (x)")
        elif what == "itself":
            path = bench.workspace.database_path
        before = sql_dump(bench.workspace.database_path)
        status, out, err = run(bench, capfd, "restore", path)
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert "unexpected" not in err
        assert sql_dump(bench.workspace.database_path) == before

    def test_while_somebody_writes_it_waits_and_then_gives_up(
        self, bench: Bench, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("annotator.store.backups._LOCK_SECONDS", 0.1)
        before = sql_dump(bench.workspace.database_path)
        with bench.store.write(), pytest.raises(AnnotatorError, match="locked"):
            restore_backup(bench.workspace, saved)
        assert sql_dump(bench.workspace.database_path) == before
        assert not [p for p in bench.workspace.database_path.parent.rglob("*") if p.name.startswith(".")]

    def test_an_older_copy_is_migrated_when_it_is_opened(self, bench: Bench, saved: Path, tmp_path: Path) -> None:
        shutil.copyfile(saved, tmp_path / "away.db")
        bench.workspace.close()
        restore_backup(bench.workspace, tmp_path / "away.db")
        assert comments(bench.workspace.database_path) == 1


class TestBackups:
    def test_they_are_listed_with_time_and_reason(self, bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
        status, out, err = run(bench, capfd, "backup")
        assert (status, err) == (0, "")
        assert Path(out.strip()).parent == bench.workspace.root / "db" / "backups"
        bench.store.backup(why="before-merge")
        (bench.workspace.root / "db" / "backups" / "annotator.20200101T000000Z.backup.db").write_text("no database")
        status, out, _ = run(bench, capfd, "backup", "--list", "--json")
        found = json.loads(out)
        assert [one["why"] for one in found] == ["backup", "before-merge"]
        assert all(Path(one["path"]).stat().st_size == one["bytes"] for one in found)
        status, out, _ = run(bench, capfd, "backup", "--list")
        assert out.splitlines()[0].split() == ["made", "why", "size", "file"]

    def test_only_the_newest_are_kept_where_one_says_so(self, bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
        folder = bench.workspace.root / "db" / "backups"
        made = [back_up(bench.workspace)[0] for _ in range(3)]
        bench.workspace.close()
        (folder / "notes.txt").write_text("mine", encoding="utf-8")
        (folder / "annotator.20200101T000000Z.mine.db").write_text("mine", encoding="utf-8")
        status, out, err = run(bench, capfd, "backup", "--keep", 2)
        assert status == 0
        assert [b.path for b in list_backups(bench.workspace)] == [made[2], Path(out.strip())]
        assert err.count("removed ") == 2
        assert (folder / "notes.txt").exists()
        assert (folder / "annotator.20200101T000000Z.mine.db").exists()

    @pytest.mark.parametrize("target", ["labels.yaml", "db/annotator.db", "db/x.db", "models/x.db", "seeds/a.txt", "."])
    def test_a_backup_replaces_nothing(self, bench: Bench, target: str, capfd: pytest.CaptureFixture[str]) -> None:
        before = (bench.workspace.labels_path.read_bytes(), sql_dump(bench.workspace.database_path))
        status, _, err = run(bench, capfd, "backup", bench.workspace.root / target)
        assert (status, err.count("\n")) == (1, 1)
        assert (bench.workspace.labels_path.read_bytes(), sql_dump(bench.workspace.database_path)) == before

    @pytest.mark.parametrize("arguments", ["--list x.db", "--list --keep 2", "x.db --keep 2", "--keep 0"])
    def test_options_that_do_not_go_together_are_wrong_usage(
        self, bench: Bench, arguments: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        status, _, _ = run(bench, capfd, "backup", *arguments.split())
        assert status == 2
        assert not (bench.workspace.root / "db" / "backups").exists()


class TestByThemselves:
    """Backups that commands make before they change much, named in what they say."""

    @pytest.fixture
    def before(self, bench: Bench) -> list[str]:
        session = bench.session()
        session.add(0, 3, "PERSON")
        session.finish()
        return sql_dump(bench.workspace.database_path)

    def kept(self, bench: Bench, err: str) -> Path:
        (line,) = [line for line in err.splitlines() if line.startswith("the database as it was: ")]
        path = Path(line.partition(": ")[2])
        assert [one.path for one in list_backups(bench.workspace)] == [path]
        return path

    def test_before_a_text_is_replaced(
        self, bench: Bench, tmp_path: Path, before: list[str], capfd: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / f"{KEY}.txt").write_text("Otra vez Ana.", encoding="utf-8")
        status, _, err = run(bench, capfd, "ingest", "--replace", tmp_path / f"{KEY}.txt")
        assert status == 0
        assert sql_dump(self.kept(bench, err)) == before
        status, _, err = run(bench, capfd, "ingest", "--replace", tmp_path / f"{KEY}.txt")
        assert (status, len(list_backups(bench.workspace))) == (0, 1)
        assert "as it was" not in err

    def test_before_work_is_replaced(self, bench: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        row = '{"text": "Luis Paz volvió.", "label": [[0, 8, "PERSON"]]}\n'
        (tmp_path / "rows.jsonl").write_text(row, encoding="utf-8")
        command = ("import", "doccano", tmp_path / "rows.jsonl", "--layer", "curator:ana")
        assert run(bench, capfd, *command)[0] == 0
        before = sql_dump(bench.workspace.database_path)
        (tmp_path / "rows.jsonl").write_text(row.replace("PERSON", "ORG"), encoding="utf-8")
        assert run(bench, capfd, *command)[0] == 1
        assert run(bench, capfd, *command, "--replace", "--dry-run")[0] == 0
        assert list_backups(bench.workspace) == []
        status, _, err = run(bench, capfd, *command, "--replace")
        assert status == 0
        assert sql_dump(self.kept(bench, err)) == before
