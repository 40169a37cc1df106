"""Paths that users name: nothing of theirs is replaced or removed, whatever the verb, the format and the path."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.cli.main import main
from annotator.errors import WorkflowError
from annotator.files.outputs import Outputs
from annotator.files.ownership import Mark
from annotator.formats.registry import MODULES, load_format
from annotator.labels.load import load_scheme
from tests.workspaces import Bench

WRITTEN = [name for name in MODULES if load_format(name).write is not None]
FOLDERS = [name for name in WRITTEN if load_format(name).folder]
REPORTS = ("table", "json", "csv", "html")


def tree(root: Path) -> dict[str, str]:
    """Return every file and folder below a folder, with a digest of what it holds (of a database, what it says)."""
    files = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.name.endswith(("-wal", "-shm")):
            continue
        if path.is_symlink():
            files[name] = f"link to {path.readlink()}"
        elif path.is_file():
            files[name] = content(path)
        else:
            files[name] = "folder"
    return files


def content(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith(b"SQLite format 3\0"):
        with closing(sqlite3.connect(path)) as connection:
            data = "\n".join(connection.iterdump()).encode("utf-8")
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def ready(bench: Bench, tmp_path: Path) -> Bench:
    """A workspace with finished work, and files of its user's inside and beside it."""
    bench.session().finish()
    bench.session(curator="bo").finish()
    root = bench.workspace.root
    for folder in ("seeds", "models", "exports"):
        (root / folder).mkdir()
    (root / "seeds" / "a.txt").write_text("An article.", encoding="utf-8")
    (root / "models" / "card.json").write_text("{}", encoding="utf-8")
    (tmp_path / "notes").mkdir()
    for name in ("diary.txt", "a.ann", "package.json", "data.jsonl", "manifest.json"):
        (tmp_path / "notes" / name).write_text("mine", encoding="utf-8")
    (tmp_path / "notes" / "sub").mkdir()
    (tmp_path / "notes" / "sub" / "thesis.txt").write_text("mine too", encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE mine (x)")
    (tmp_path / "link").symlink_to(tmp_path / "notes")
    return bench


COMMANDS = [
    *(f"export {name} --layer curator:ana" for name in WRITTEN),
    *(f"export {name} --layer curator:ana --split 0.5,0.5" for name in WRITTEN),
    *(f"agreement --resamples 0 --format {kind}" for kind in REPORTS),
    "bundle --curator ana",
    "seal",
]
"""Every command that takes ``-o``."""
ONCE = ("bundle", "seal")
"""Those that never take the place of anything."""

RESERVED = [
    *(".", "..", "{root}", "{root}/..", "/"),
    *("labels.yaml", "db", "db/annotator.db", "db/annotator.db-wal", "db/new.jsonl", "db/backups/x.jsonl"),
    *("models", "models/card.json", "models/new", "seeds", "seeds/a.txt", "seeds/new.txt"),
    *("{root}/../other.db", "/dev/full", "/dev/null"),
]
"""Paths that are refused whatever is there, and with ``--force`` too."""

STRANGERS = ["{root}/../notes", "{root}/../notes/diary.txt", "{root}/../notes/data.jsonl", "{root}/../link"]
"""Paths that hold something of the user's."""


def refused(arguments: str, capfd: pytest.CaptureFixture[str], **named: Path) -> str:
    """Run a command that must refuse; return its one line."""
    status = main([part.format(**named) for part in arguments.split()])
    out, err = capfd.readouterr()
    assert (status, out) == (1, ""), arguments
    assert err.count("\n") == 1, err
    assert "unexpected" not in err
    return err


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_writes_where_it_must_not(
    ready: Bench, tmp_path: Path, command: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = ready.workspace.root
    monkeypatch.chdir(root)
    before = tree(tmp_path)
    forced = ("", " --force") if not command.startswith(ONCE) else ("",)
    for path in RESERVED:
        for force in forced:
            refused(f"{command}{force} -o {path}", capfd, root=root)
            assert tree(tmp_path) == before, (path, force)
    for path in STRANGERS:
        refused(f"{command} -o {path}", capfd, root=root)
        assert tree(tmp_path) == before, path


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.startswith(ONCE)])
def test_a_script_may_write_the_same_every_day(
    ready: Bench, tmp_path: Path, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    run = ["-w", str(ready.workspace.root), *command.split(), "-o", str(tmp_path / "deep" / "out")]
    assert main(run) == 0
    first = tree(tmp_path / "deep")
    assert main(run) == 0
    assert tree(tmp_path / "deep") == first
    session = ready.session()
    session.add(0, 3, "PERSON")
    session.finish()
    assert main(run) == 0
    capfd.readouterr()
    assert not [name for name in tree(tmp_path / "deep") if "before" in name or "annotator" in name]


@pytest.mark.parametrize("command", [c for c in COMMANDS if not c.startswith((*ONCE, "agreement"))])
def test_what_was_changed_by_hand_is_no_longer_ours(
    ready: Bench, tmp_path: Path, command: str, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run = f"-w {ready.workspace.root} {command} -o {out}"
    assert main(run.split()) == 0
    capfd.readouterr()
    changed = max(p for p in [out, *out.rglob("*")] if p.is_file() and p.name != "manifest.json")
    changed.write_bytes(changed.read_bytes() + b"\n")
    before = tree(tmp_path)
    refused(run, capfd)
    assert tree(tmp_path) == before
    assert main([*run.split(), "--force"]) == 0
    assert "what was at" in capfd.readouterr().err
    (aside,) = tmp_path.glob("out.before-*")
    kept = {name.replace(aside.name, "out"): digest for name, digest in tree(tmp_path).items() if aside.name in name}
    assert kept == {name: digest for name, digest in before.items() if name.split("/")[0] == "out"}
    assert main(run.split()) == 0


@pytest.mark.parametrize("name", FOLDERS)
def test_a_file_added_to_an_exported_folder_keeps_it(
    ready: Bench, tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    run = f"-w {ready.workspace.root} export {name} --layer curator:ana -o {out}"
    assert main(run.split()) == 0
    capfd.readouterr()
    (out / "sub").mkdir()
    for mine in ("diary.txt", ".hidden", "sub/x.txt", "away"):
        path = out / mine
        path.symlink_to(tmp_path / "notes") if mine == "away" else path.write_text("mine", encoding="utf-8")
        before = tree(tmp_path)
        assert "which its manifest does not list" in refused(run, capfd)
        assert tree(tmp_path) == before
        path.unlink()
    assert main(run.split()) == 0


def test_a_folder_of_an_export_without_a_manifest_is_not_told_from_others(
    ready: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = f"-w {ready.workspace.root} export brat --no-manifest --layer curator:ana -o {tmp_path / 'out'}"
    assert main(run.split()) == 0
    capfd.readouterr()
    assert "no manifest that lists it: nothing was written there" in refused(run, capfd)


def test_a_file_in_place_of_the_manifest_stays(ready: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out.manifest.json").write_text("mine", encoding="utf-8")
    run = f"-w {ready.workspace.root} export jsonl --layer curator:ana -o {tmp_path / 'out'}"
    assert "is where the manifest goes" in refused(run, capfd)
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "out.manifest.json").read_text(encoding="utf-8") == "mine"


def test_the_folder_that_one_is_in_is_not_pulled_away(
    ready: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    line = refused(f"-w {ready.workspace.root} export brat --layer curator:ana -o .", capfd)
    assert "is the folder that you are in" in line


def test_a_manifest_names_every_file_with_its_digest(ready: Bench, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run = f"-w {ready.workspace.root} export brat --split 0.5,0.5 --layer curator:ana -o {out}"
    assert main(run.split()) == 0
    files = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["files"]
    there = {p.relative_to(out).as_posix(): p for p in out.rglob("*") if p.is_file() and p.name != "manifest.json"}
    assert files == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()}


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("key", ["../../pwned", "/tmp/pwned", "..", ".hidden", "a\x1bb", "a/b", "x" * 253])
def test_no_key_leads_out_of_the_folder(
    bench: Bench, tmp_path: Path, name: str, key: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Keys are checked when they come in; an older database may hold others all the same."""
    bench.add(key)
    bench.session(key).finish()
    before = tree(tmp_path)
    run = f"-w {bench.workspace.root} export {name} --layer curator:ana -o {tmp_path / 'deep' / 'out'}"
    status = main(run.split())
    err = capfd.readouterr().err
    assert {path for path in tree(tmp_path) if "deep" not in path} == set(before)
    if name != "hf":  # which names no file after a document
        assert (status, err.count("\n")) == (1, 1)
        assert not (tmp_path / "deep" / "out").exists()


def test_a_scheme_that_is_read_stays_what_it_was(ready: Bench) -> None:
    """The workspace's own files are not outputs; nothing here wrote to them."""
    assert load_scheme(ready.workspace.labels_path).entities


class TestOutputs:
    def write(self, path: Path | None, data: bytes = b"new", **options: object) -> Outputs:
        outputs = Outputs(force=bool(options.pop("force", False)))
        with outputs.file(path, io.BytesIO(), mark=Mark(begins=b"ours")) as stream:
            stream.write(data)
        return outputs

    def test_without_a_path_it_goes_elsewhere(self) -> None:
        elsewhere = io.BytesIO()
        with Outputs().file(None, elsewhere) as stream:
            stream.write(b"data")
        assert elsewhere.getvalue() == b"data"

    def test_an_empty_file_may_be_written_over(self, tmp_path: Path) -> None:
        (tmp_path / "out").touch()
        self.write(tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == b"new"

    def test_a_marked_file_may_be_written_over(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_bytes(b"ours, of yesterday")
        assert self.write(tmp_path / "out").moved == []

    def test_force_keeps_what_was_there(self, tmp_path: Path) -> None:
        (tmp_path / "out").write_bytes(b"old")
        ((path, aside),) = self.write(tmp_path / "out", force=True).moved
        assert (path, aside.read_bytes(), path.read_bytes()) == (tmp_path / "out", b"old", b"new")
        (tmp_path / "out").write_bytes(b"older")
        ((_, second),) = self.write(tmp_path / "out", force=True).moved
        assert (aside.read_bytes(), second.read_bytes()) == (b"old", b"older")

    def test_a_file_that_came_meanwhile_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "out"

        def slowly() -> None:
            with Outputs().file(path, io.BytesIO()) as stream:
                stream.write(b"new")
                path.write_bytes(b"somebody else's")

        with pytest.raises(WorkflowError, match="was not written by annotator"):
            slowly()
        assert path.read_bytes() == b"somebody else's"

    def test_a_file_that_came_into_a_folder_meanwhile_is_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "out"
        path.mkdir()
        outputs = Outputs()
        with outputs.folder(path):
            (path / "diary.txt").write_bytes(b"mine")
        ((_, aside),) = outputs.moved
        assert (aside / "diary.txt").read_bytes() == b"mine"

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "target")
        self.write(tmp_path / "link")
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "target").read_bytes() == b"new"

    def test_a_circle_of_links_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to(tmp_path / "b")
        (tmp_path / "b").symlink_to(tmp_path / "a")
        with pytest.raises(WorkflowError, match="nothing was written there"):
            self.write(tmp_path / "a")

    def test_a_pipe_is_written_to_not_replaced(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.write(pipe, b"data")
        assert os.read(reader, 10) == b"data"
        os.close(reader)
        assert stat.S_ISFIFO(pipe.stat().st_mode)

    @pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="the system does not show a process's files by number")
    def test_so_is_a_pipe_without_a_name(self) -> None:
        source, sink = os.pipe()
        self.write(Path(f"/dev/fd/{sink}"), b"data")
        assert os.read(source, 10) == b"data"
        os.close(source)
        os.close(sink)

    def test_where_nothing_can_be_written_one_line_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"x")
        (tmp_path / "folder").mkdir()
        for path in (tmp_path / "file" / "out", tmp_path / "folder"):
            with pytest.raises(WorkflowError, match="nothing was written there"):
                self.write(path)
        assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []

    @pytest.mark.parametrize("begin", [b"SQLite format 3\0", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"])
    def test_no_database_is_written_over(self, tmp_path: Path, begin: bytes) -> None:
        (tmp_path / "x").write_bytes(begin + bytes(50))
        for force in (False, True):
            with pytest.raises(WorkflowError, match="is a database"):
                self.write(tmp_path / "x", force=force)


@pytest.fixture(autouse=True)
def _no_new_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.rglob(".annotator-*"))
