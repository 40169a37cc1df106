"""A database that is deleted, moved, replaced or cut short while it is open: no step is acknowledged and then gone."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from annotator.errors import StoreError
from annotator.store import check_database, lock_queue
from annotator.store.file_identity import Standing
from annotator.workflow.annotating.session import AnnotationSession
from tests.processes import finish, start
from tests.workspaces import Bench, make_bench, open_bench


@pytest.fixture
def session(bench: Bench) -> AnnotationSession:
    session = bench.session()
    session.flag()
    return session


def with_suffix(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def delete_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def delete(path: Path) -> None:
    path.unlink()


def move_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))


def move(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def delete_log(path: Path) -> None:
    with_suffix(path, "-wal").unlink()


def delete_index(path: Path) -> None:
    with_suffix(path, "-shm").unlink()


def exchange(path: Path) -> None:
    shutil.copy(path, path.with_name("other.db"))
    path.with_name("other.db").replace(path)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4096)


def empty_log(path: Path) -> None:
    os.truncate(with_suffix(path, "-wal"), 0)


def copy_over(path: Path) -> None:
    """Write another database into the file, as cp does; one that is as large, with the log of the old one beside it."""
    other = make_bench(path.parent.parent / "other")
    other.add("otra", "Otro texto.")
    other.workspace.close()
    data = other.workspace.database_path.read_bytes()
    path.write_bytes(data.ljust(path.stat().st_size, b"\0"))


def write_behind_the_back(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint")


GONE = (
    "was deleted or moved away while it was open, .*: put it back, or leave: `annotator restore` brings a backup back"
)
WAYS: dict[Callable[[Path], None], str] = {
    delete_folder: GONE,
    delete: GONE,
    move_folder: GONE,
    move: GONE,
    delete_log: GONE,
    delete_index: GONE,
    exchange: "was replaced by another file while it was open, .*: leave, and start again",
    empty: "was cut short by another program, .*: leave, and run `annotator doctor`",
    cut_short: "was cut short by another program",
    empty_log: "was cut short by another program",
    copy_over: "was written to by another program while it was open",
    write_behind_the_back: "was written to by another program while it was open",
}


@pytest.mark.parametrize("happen", WAYS, ids=lambda way: way.__name__)
def test_a_step_is_not_acknowledged(bench: Bench, session: AnnotationSession, happen: Callable[[Path], None]) -> None:
    bench.store.connection.execute("PRAGMA wal_checkpoint")
    bench.workspace.close()
    bench = open_bench(str(bench.workspace.root))
    session = bench.session()
    session.flag()
    before = dict(session.layer.content.fields)
    happen(bench.store.path)
    for _ in range(2):
        with pytest.raises(StoreError, match=WAYS[happen]):
            session.comment("lost?")
        assert session.layer.content.fields == before
        assert session.layer.content.comments == {}
    if happen in (delete_folder, delete, move_folder, move):
        assert not bench.store.path.exists()  # nothing was made in its place
    bench.workspace.close()


def test_what_was_moved_away_and_back_goes_on(bench: Bench, session: AnnotationSession) -> None:
    folder = bench.store.path.parent
    away = folder.with_name("away")
    folder.rename(away)
    with pytest.raises(StoreError, match="deleted or moved away"):
        session.flag()
    away.rename(folder)
    session.flag()
    assert bench.actions("curator:ana") == ["flag", "unflag"]
    assert list(check_database(bench.store)) == []


def test_what_happens_between_the_last_look_and_the_commit_is_told_too(
    bench: Bench, session: AnnotationSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = Standing.check
    looks = []

    def look(standing: Standing, *happened: str) -> None:
        check(standing, *happened)
        looks.append(happened)
        if len(looks) == 3:
            shutil.rmtree(bench.store.path.parent)

    monkeypatch.setattr(Standing, "check", look)
    with pytest.raises(StoreError, match="while it was open, and what was just done with it"):
        session.flag()
    assert session.flagged


def test_what_others_carry_over_is_no_reason_to_stop(bench: Bench, session: AnnotationSession) -> None:
    """Whoever's commit makes the log long copies it into the database; the others see that one of them did it."""
    bench.store.connection.execute("PRAGMA wal_autocheckpoint = 1")
    others = [open_bench(str(bench.workspace.root)) for _ in range(2)]
    for number in range(3):
        for other in others:
            other.store.connection.execute("PRAGMA wal_autocheckpoint = 1")
            other.session(curator=f"c{number}").flag()
            session.flag()
    for other in others:
        other.workspace.close()
    session.flag()
    assert list(check_database(bench.store)) == []


def test_a_writer_killed_while_it_carries_over_is_no_reason_to_stop(bench: Bench, session: AnnotationSession) -> None:
    die = (
        "import os, signal, sys\nfrom tests.workspaces import open_bench\nfrom annotator.store.lock import WriteLock\n"
        "WriteLock._leave = lambda _: os.kill(os.getpid(), signal.SIGKILL)\nbench = open_bench(sys.argv[1])\n"
        "bench.store.connection.execute('PRAGMA wal_autocheckpoint = 1')\nbench.session(curator='bo').flag()\n"
    )
    with start(die, bench.workspace.root) as process:
        process.wait()
    session.flag()
    assert bench.actions("curator:bo") == ["flag"]


def test_a_tidied_lock_file_is_no_reason_to_stop(bench: Bench, session: AnnotationSession) -> None:
    other = open_bench(str(bench.workspace.root))
    for number in range(3):
        other.session(curator=f"c{number}").flag()
        with_suffix(bench.store.path, "-lock").unlink()
        session.flag()
    other.workspace.close()
    with_suffix(bench.store.path, "-lock").write_bytes(b"\xff{" * 400)
    session.flag()
    assert len(bench.actions("curator:ana")) == 5


def test_nothing_is_left_beside_a_database_that_is_closed(bench: Bench, session: AnnotationSession) -> None:
    session.flag()
    bench.workspace.close()
    assert [path.name for path in bench.workspace.database_path.parent.iterdir()] == ["annotator.db"]


READ = """
import os, sys
from annotator.errors import StoreError
from tests.workspaces import open_bench
bench = open_bench(sys.argv[1])
bench.store.document_keys()
os.truncate(bench.store.path, 8192)
try:
    print(len(bench.store.rows("SELECT * FROM event")), bench.store.document("nota"))
except StoreError as error:
    print(error)
"""


def test_a_database_cut_short_kills_no_reader(bench: Bench) -> None:
    for number in range(20):
        bench.add(f"d{number}", "Luis Paz. " * 2000)
    bench.workspace.close()
    out, _ = finish(start(READ, bench.workspace.root))
    assert "was cut short by another program" in out


def test_a_backup_that_was_put_back_by_hand_is_written_ahead_again(bench: Bench, session: AnnotationSession) -> None:
    copy = bench.store.backup()
    bench.workspace.close()
    copy.replace(bench.workspace.database_path)
    again = open_bench(str(bench.workspace.root))
    again.session().flag()
    assert again.store.rows("PRAGMA journal_mode")[0][0] == "wal"
    again.workspace.close()


def test_where_there_is_no_queue_others_may_carry_over_at_any_time(
    bench: Bench, session: AnnotationSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_queue, "_TRY", None)
    other = open_bench(str(bench.workspace.root))
    for _ in range(2):
        session.flag()
        other.session(curator="bo").flag()
        other.store.connection.execute("PRAGMA wal_checkpoint")  # as a commit of the other does, after its lock is free
    session.flag()
    other.workspace.close()
    delete(bench.store.path)
    with pytest.raises(StoreError, match="deleted or moved away"):
        session.flag()


def test_one_that_came_after_the_other_program_does_not_hide_it(bench: Bench, session: AnnotationSession) -> None:
    bench.workspace.close()
    mine = open_bench(str(bench.workspace.root))
    session = mine.session()
    session.flag()
    write_behind_the_back(mine.store.path)
    other = open_bench(str(bench.workspace.root))
    other.session(curator="bo").flag()
    with pytest.raises(StoreError, match="was written to by another program while it was open"):
        session.flag()
    other.session(curator="bo").flag()
    other.workspace.close()
    mine.workspace.close()
