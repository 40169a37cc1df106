"""Changes of the labels in somebody else's database are examined like everything else in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from annotator.cli.main import main
from annotator.scheme_changes import LabelChange, SchemeEvent
from annotator.store import check_database
from annotator.workflow.schemes.changing import change_labels, label_change
from tests.workspaces import Bench, make_bench, sql_dump

Forge = Callable[[SchemeEvent], SchemeEvent]


@pytest.fixture
def there(bench: Bench, tmp_path: Path) -> Iterator[Bench]:
    """A copy of the workspace in which a label was renamed."""
    other = make_bench(tmp_path / "there")
    bench.store.backup(other.workspace.database_path)
    change_labels(other.workspace, label_change(other.workspace, "rename", ["ORG"], ["BODY"]), "lea")
    yield other
    other.workspace.close()


def forge(bench: Bench, change: Callable[[sqlite3.Connection], object]) -> None:
    """Change a database behind its triggers' backs."""
    bench.workspace.close()
    bench.workspace.__dict__.pop("store", None)
    with closing(sqlite3.connect(bench.workspace.database_path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        change(connection)
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def replace_event(forged: Forge, *, rehash: bool = True) -> Callable[[sqlite3.Connection], object]:
    def change(connection: sqlite3.Connection) -> None:
        (text,) = connection.execute("SELECT event FROM scheme_change").fetchone()
        event = forged(msgspec.json.decode(text, type=SchemeEvent))
        connection.execute("UPDATE scheme_change SET event = ?", (msgspec.json.encode(event).decode(),))
        if rehash:
            connection.execute("UPDATE scheme_change SET hash = ?", (event.hash,))
            for table in ("layer", "event"):
                connection.execute(f"UPDATE {table} SET scheme = ? WHERE scheme <> ''", (event.hash,))

    return change


def changed(**fields: object) -> Forge:
    return lambda event: msgspec.structs.replace(event, **fields)


FORGED: dict[str, tuple[Callable[[sqlite3.Connection], object], str]] = {
    "another digest": (replace_event(changed(actor="eve"), rehash=False), "is not what its digest says"),
    "a parent that is not there": (replace_event(changed(parents=("0" * 64,))), "what it follows is missing"),
    "an action that is none": (replace_event(changed(action="explode")), "it is no change"),
    "an undo of nothing": (replace_event(changed(action="undo", change=None, target="0" * 64)), "what is no change"),
    "no new name": (replace_event(changed(change=LabelChange("rename", "entity", ("ORG",), ()))), "1 old and 0 new"),
    "a name that is no label": (
        replace_event(changed(change=LabelChange("rename", "entity", ("ORG",), ("../pwned",)))), "cannot be a label",
    ),
    "a person that is none": (replace_event(changed(actor="a/../b")), "label scheme:"),
    "a time that is none": (replace_event(changed(at="yesterday")), "not UTC with milliseconds"),
    "a file beyond all measure": (replace_event(changed(after="x" * 2_000_000)), "more than a labels.yaml could say"),
    "no event at all": (lambda c: c.execute("UPDATE scheme_change SET event = '[]'"), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("case", FORGED)
def test_what_our_code_could_not_have_written_is_refused_in_one_line(
    case: str, bench: Bench, there: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    change, why = FORGED[case]
    forge(there, change)
    bench.workspace.scheme  # noqa: B018 - read before
    before, text = sql_dump(bench.store.path), bench.workspace.labels_path.read_text()
    assert main(["-w", str(bench.workspace.root), "merge", str(there.workspace.root)]) == 1
    told = capfd.readouterr().err
    assert why in told
    assert "unexpected" not in told
    assert sql_dump(bench.store.path) == before
    assert bench.workspace.labels_path.read_text() == text


def test_work_that_names_a_change_which_is_gone_is_refused(
    bench: Bench, there: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    session = there.session(curator="bo")
    session.flag()
    forge(there, lambda connection: connection.execute("DELETE FROM scheme_change"))
    assert main(["-w", str(bench.workspace.root), "merge", str(there.workspace.root), "--any-scheme"]) == 1
    assert "changes of the label scheme that are missing" in capfd.readouterr().out


def test_doctor_finds_a_change_that_was_rewritten(there: Bench) -> None:
    forge(there, replace_event(changed(actor="eve"), rehash=False))
    assert any("is not what its digest says" in finding for finding in check_database(there.store))


def test_a_bundle_takes_the_changes_along(bench: Bench, tmp_path: Path) -> None:
    root = str(bench.workspace.root)
    assert main(["-w", root, "assign", "--curators", "bo"]) == 0
    change_labels(bench.workspace, label_change(bench.workspace, "rename", ["ORG"], ["BODY"]), "lea")
    assert main(["-w", root, "bundle", "--curator", "bo", "-o", str(tmp_path / "bo")]) == 0
    other = make_bench(tmp_path / "bo2")
    other.workspace.close()
    taken = Bench(type(bench.workspace)(tmp_path / "bo"))
    session = taken.session(curator="bo")
    session.add(0, 8, "BODY")
    session.finish()
    assert list(check_database(taken.store)) == []
    taken.workspace.close()
    bench.workspace.follow_scheme()
    assert main(["-w", root, "merge", str(tmp_path / "bo")]) == 0
    assert {span.label for span in bench.store.annotations(bench.layer_id("curator:bo")).spans.values()} == {"BODY"}
