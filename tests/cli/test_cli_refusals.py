"""Bad input on the command line: one clear line, exit status 1, nothing written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from annotator.cli.main import main
from annotator.store import connection, schema
from tests.workspaces import KEY, LABELS, Bench, make_bench, sql_dump


class Case(NamedTuple):
    """What is wrong, the command that meets it, and what the line must say."""

    spoil: Callable[[Path], object]
    command: str
    said: str


def article(name: str, data: bytes | str) -> Callable[[Path], object]:
    return lambda root: (root / "seeds" / name).write_bytes(data if isinstance(data, bytes) else data.encode())


def labels(old: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / "labels.yaml").write_text(LABELS.replace(old, new), encoding="utf-8")


def without_labels(root: Path) -> None:
    (root / "labels.yaml").unlink()


def nothing(root: Path) -> None:
    """Leave the workspace as it is."""


ARTICLES = {
    "not UTF-8": Case(article("a.txt", b"caf\xe9"), "ingest", "a.txt: byte 3 is not UTF-8: .*--encoding latin-1"),
    "an empty file": Case(article("a.txt", ""), "ingest seeds/a.txt", "a.txt: the text is empty: leave it out"),
    "only blanks": Case(
        article("a.txt", " \n\t"), "ingest", r"no articles in this folder \(skipped 1 without text: .*a.txt\)"
    ),
    "a key with another text": Case(
        article(f"{KEY}.txt", "otro"), "ingest", "there is a document 'nota' with another text: .*--replace"
    ),
    "a broken JSONL line": Case(article("a.jsonl", '{"text": "x"}\n{"text": '), "ingest", "a.jsonl:2:.*not JSON"),
    "a CSV without texts": Case(article("a.csv", "name\nx\n"), "ingest", "a.csv:1: no column named text"),
    "a folder without articles": Case(nothing, "ingest", "seeds: no articles in this folder: put .txt"),
    "no such file": Case(nothing, "ingest missing.txt", "missing.txt: there is no such file"),
    "no such encoding": Case(article("a.txt", "x"), "ingest --encoding klingon", "no text encoding 'klingon'"),
}
SCHEMES = {
    "an unknown key": Case(labels("{key: 1}", "{key: 1, colour: red}"), "ingest", "labels.yaml:4: .*colour"),
    "a relation on an unknown type": Case(
        labels("child: ORG}", "child: ORGANISATION}"), "ingest", "labels.yaml:9: .*one of the entities"
    ),
    "broken YAML": Case(labels("entities:", "entities: ["), "suggest", "labels.yaml:.*broken YAML"),
    "no labels.yaml": Case(without_labels, "ingest", "no labels.yaml there: `annotator init"),
}
REQUESTS = {
    "an unknown document": Case(nothing, "history nada", "no document 'nada': `annotator status` lists them"),
    "an unknown document to open": Case(nothing, "annotate nada", "no document 'nada'"),
    "an unknown document to suggest for": Case(nothing, "suggest nada", "no document 'nada'"),
    "an unknown document to settle": Case(nothing, "adjudicate --auto nada", "no document 'nada'"),
    "an unknown layer": Case(nothing, "export jsonl --layer mine", "a layer is gold, suggestions or curator:NAME"),
    "a curator without work": Case(nothing, "export jsonl --layer curator:eve", "no work by 'eve'"),
    "the history of a layer that is not there": Case(
        nothing, "history nota --layer curator:eve", "no layer 'curator:eve' on nota: its layers are corpus"
    ),
    "a name that is none": Case(nothing, "status --as a/b", "'a/b' cannot be a curator's name"),
    "a file that is not there": Case(nothing, "validate nada.jsonl", "nada.jsonl: no such file"),
    "a workspace that is one already": Case(nothing, "init .", "labels.yaml exists already"),
    "a size that no model has": Case(nothing, "models install es --size xl", "no model of size 'xl' for language 'es'"),
    "a model to use that is not there": Case(nothing, "models use en-core-web-md", "en-core-web-md is not installed"),
    "models to compare, with nothing finished": Case(
        nothing, "models compare", "no finished document in a language with an installed model"
    ),
    "no model for a language": Case(nothing, "models install xx", "no model for language 'xx'"),
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the document ``nota`` and empty seeds, as the current folder."""
    bench = make_bench(tmp_path / "work")
    bench.add()
    bench.workspace.close()
    (bench.workspace.root / "seeds").mkdir()
    monkeypatch.chdir(bench.workspace.root)
    return bench.workspace.root


def refused(command: str, capfd: pytest.CaptureFixture[str]) -> str:
    """Run a command that must fail; return the one line that says why."""
    assert main(command.split()) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.endswith("\n")
    (line,) = err.splitlines()
    assert line.startswith("annotator: ")
    assert "unexpected" not in line
    return line


def cases(*groups: dict[str, Case]) -> list[object]:
    return [pytest.param(case, id=name) for group in groups for name, case in group.items()]


def matches(pattern: str, line: str) -> None:
    with pytest.raises(ValueError, match=pattern):
        raise ValueError(line)


@pytest.mark.parametrize("case", cases(ARTICLES, SCHEMES, REQUESTS))
def test_one_line_says_what_is_wrong_and_nothing_is_written(
    case: Case, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    case.spoil(root)
    before = sql_dump(root / "db" / "annotator.db")
    files = sorted(root.rglob("*"))
    command = f"-w {root} {case.command}" if case.spoil is without_labels else case.command
    matches(case.said, refused(command, capfd))
    assert sql_dump(root / "db" / "annotator.db") == before
    assert sorted(p for p in root.rglob("*") if p.suffix not in (".db-wal", ".db-shm")) == files


@pytest.mark.parametrize("command", ["", "ingest", "annotate"])
@pytest.mark.parametrize("case", cases({k: v for k, v in ARTICLES.items() if "articles" in k or "UTF" in k}, SCHEMES))
def test_a_new_workspace_stays_without_a_database(
    case: Case, command: str, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for file in (root / "db").iterdir():
        file.unlink()
    (root / "db").rmdir()
    case.spoil(root)
    refused(f"-w {root} {command}", capfd)
    assert not (root / "db" / "annotator.db").exists()


def test_without_any_workspace_upwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    line = refused("status", capfd)
    assert f"no labels.yaml in {tmp_path} or above: give the workspace with -w DIR" in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["status", "ingest", "export jsonl", "doctor", "backup", "adjudicate --auto", ""])
class TestDatabases:
    def test_from_a_newer_version(self, command: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
        (root / "seeds" / "a.txt").write_text("Luis Paz.", encoding="utf-8")
        path = root / "db" / "annotator.db"
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("PRAGMA user_version = 99")
        before = sql_dump(path)
        assert f"was written by a newer annotator (schema 99, this one knows {schema.VERSION})" in refused(
            command, capfd
        )
        assert sql_dump(path) == before

    def test_that_are_none(self, command: str, root: Path, capfd: pytest.CaptureFixture[str]) -> None:
        (root / "seeds" / "a.txt").write_text("Luis Paz.", encoding="utf-8")
        path = root / "db" / "annotator.db"
        path.write_bytes(b"once upon a time " * 100)
        assert "not a database: `annotator restore` brings a backup back" in refused(command, capfd)
        assert path.read_bytes() == b"once upon a time " * 100


class TestDisks:
    @pytest.fixture(autouse=True)
    def _articles(self, root: Path) -> None:
        for number in range(3):
            (root / "seeds" / f"a{number}.txt").write_text(f"Luis Paz {number}. " * 5000, encoding="utf-8")

    def test_read_only(self, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        def read_only(path: Path) -> sqlite3.Connection:
            found = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
            found.row_factory = sqlite3.Row
            return found

        before = sql_dump(root / "db" / "annotator.db")
        monkeypatch.setattr(connection, "_raw", read_only)
        assert "read-only, nothing was written: give yourself write access" in refused("ingest", capfd)
        assert main(["status"]) == 0
        monkeypatch.undo()
        assert sql_dump(root / "db" / "annotator.db") == before

    def test_full(self, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        raw = connection._raw

        def cramped(path: Path) -> sqlite3.Connection:
            found = raw(path)
            found.execute("PRAGMA max_page_count = 60")
            return found

        before = sql_dump(root / "db" / "annotator.db")
        monkeypatch.setattr(connection, "_raw", cramped)
        assert "the disk is full, nothing was written: free some space" in refused(f"-w {root} ingest", capfd)
        monkeypatch.undo()
        assert sql_dump(root / "db" / "annotator.db") == before
        assert main(["-w", str(root), "ingest"]) == 0
        assert "3 documents added" in capfd.readouterr().err

    def test_a_folder_in_place_of_the_output(self, bench: Bench, capfd: pytest.CaptureFixture[str]) -> None:
        bench.session().finish()
        folder = bench.workspace.exports
        folder.mkdir()
        line = refused(f"-w {bench.workspace.root} export jsonl --layer curator:ana -o {folder}", capfd)
        assert "is a directory: nothing was written there" in line
