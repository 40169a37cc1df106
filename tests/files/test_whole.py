"""Files and folders that are whole or not there."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.files import whole
from annotator.files.whole import (
    PARTIAL,
    REPLACED,
    STALE_SECONDS,
    StagedFile,
    place_folder,
    publish,
    replace_file,
    sweep,
    whole_file,
    whole_folder,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


class TestFile:
    def test_it_is_whole_or_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "deep" / "out.jsonl"

        def fail() -> None:
            with whole_file(path) as stream:
                stream.write(b"half")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fail()
        assert names(path.parent) == []

    def test_what_was_there_stays_until_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "out.jsonl"
        path.write_bytes(b"old")
        with whole_file(path) as stream:
            stream.write(b"new")
            assert path.read_bytes() == b"old"
        assert path.read_bytes() == b"new"
        assert names(tmp_path) == ["out.jsonl"]

    def test_the_rights_of_what_was_there_stay(self, tmp_path: Path) -> None:
        path = tmp_path / "out.jsonl"
        path.write_bytes(b"old")
        path.chmod(0o640)
        replace_file(path, b"new")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_a_new_file_is_as_open_as_the_mask_says(self, tmp_path: Path) -> None:
        before = os.umask(0o027)
        try:
            replace_file(tmp_path / "out.jsonl", b"new")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "out.jsonl").stat().st_mode) == 0o640

    def test_no_file_takes_the_place_of_a_pipe_or_a_device(self, tmp_path: Path) -> None:
        path = tmp_path / "pipe"
        os.mkfifo(path)
        with pytest.raises(OSError, match=f"not a regular file: '{path}'"):
            replace_file(path, b"new")
        assert stat.S_ISFIFO(path.stat().st_mode)
        assert names(tmp_path) == ["pipe"]

    def test_a_long_name_leaves_room_for_the_partial_one(self, tmp_path: Path) -> None:
        path = tmp_path / ("ñ" * 127)
        replace_file(path, b"new")
        assert names(tmp_path) == [path.name]

    @pytest.mark.parametrize("call", ["replace", "fsync"])
    def test_two_files_take_their_names_together_or_not_at_all(
        self, tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = tmp_path / "a", tmp_path / "b"
        first.write_bytes(b"old")
        files = [StagedFile(first), StagedFile(second)]
        for file in files:
            file.stream.write(b"new")
            file.finish()
        if call == "fsync":
            monkeypatch.setattr(whole, "sync_folder", failing(errno.EIO))
        else:
            files[1].staged.unlink()
        with pytest.raises(OSError):
            publish(*files)
        for file in files:
            file.discard()
        assert first.read_bytes() == b"old"
        assert names(tmp_path) == ["a"]


class TestFolder:
    def test_it_stands_when_it_is_whole(self, tmp_path: Path) -> None:
        with whole_folder(tmp_path / "out") as folder:
            (folder / "a").write_text("x", encoding="utf-8")
            assert not (tmp_path / "out").exists()
        assert names(tmp_path) == ["out"]

    def test_nothing_may_be_in_its_place(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        with pytest.raises(FileExistsError), whole_folder(tmp_path / "out") as folder:
            (folder / "a").touch()
        assert names(tmp_path / "out") == []

    @pytest.mark.parametrize("exchanging", [True, False])
    def test_the_one_before_is_there_until_the_new_one_stands(
        self, tmp_path: Path, exchanging: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not exchanging:
            monkeypatch.setattr(whole, "_exchange", lambda *_: False)
        old, new = tmp_path / "out", tmp_path / "new"
        old.mkdir()
        (old / "a").write_text("old", encoding="utf-8")
        new.mkdir()
        (new / "a").write_text("new", encoding="utf-8")
        kept = place_folder(new, old)
        assert kept is not None
        assert ((old / "a").read_text(encoding="utf-8"), (kept / "a").read_text(encoding="utf-8")) == ("new", "old")

    @pytest.mark.parametrize("exchanging", [True, False])
    def test_what_is_to_be_kept_has_its_name_at_once(
        self, tmp_path: Path, exchanging: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A crash right after must not leave somebody's own folder under a name that is swept."""
        if not exchanging:
            monkeypatch.setattr(whole, "_exchange", lambda *_: False)
        old, new = tmp_path / "out", tmp_path / f"{PARTIAL}out-x"
        for folder in (old, new):
            folder.mkdir()
            (folder / "a").write_text(folder.name, encoding="utf-8")
        assert place_folder(new, old, tmp_path / "out.before") == tmp_path / "out.before"
        assert names(tmp_path) == ["out", "out.before"]
        assert (tmp_path / "out.before" / "a").read_text(encoding="utf-8") == "out"

    @pytest.mark.parametrize("exchanging", [True, False])
    def test_the_one_before_is_back_when_the_disk_fails(
        self, tmp_path: Path, exchanging: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not exchanging:
            monkeypatch.setattr(whole, "_exchange", lambda *_: False)
        monkeypatch.setattr(whole, "sync_folder", failing(errno.EIO))
        old, new = tmp_path / "out", tmp_path / "new"
        old.mkdir()
        (old / "a").write_text("old", encoding="utf-8")
        new.mkdir()
        with pytest.raises(OSError):
            place_folder(new, old)
        assert names(tmp_path) == ["new", "out"]
        assert (old / "a").read_text(encoding="utf-8") == "old"


class TestLeftovers:
    def test_those_of_killed_processes_go_a_day_later(self, tmp_path: Path) -> None:
        for name in (f"{PARTIAL}out-x", "notes.txt", ".annotator", f"x{PARTIAL}"):
            (tmp_path / name).touch()
        (tmp_path / f"{PARTIAL}folder-y").mkdir()
        (tmp_path / f"{PARTIAL}folder-y" / "a").touch()
        now = (tmp_path / "notes.txt").stat().st_mtime
        assert sweep(tmp_path, now=now + STALE_SECONDS - 60) == []
        assert len(sweep(tmp_path, now=now + STALE_SECONDS + 60)) == 2
        assert names(tmp_path) == [".annotator", "notes.txt", f"x{PARTIAL}"]

    def test_a_folder_whose_successor_never_came_is_put_back(self, tmp_path: Path) -> None:
        for name in ("gone", "there"):
            (tmp_path / f"{REPLACED}{name}-00000042").mkdir()
            (tmp_path / f"{REPLACED}{name}-00000042" / "a").touch()
        (tmp_path / "there").mkdir()
        now = (tmp_path / "there").stat().st_mtime
        sweep(tmp_path, now=now + STALE_SECONDS + 60)
        assert names(tmp_path) == ["gone", "there"]
        assert names(tmp_path / "gone") == ["a"]

    def test_links_are_removed_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "a").touch()
        (tmp_path / f"{PARTIAL}x").symlink_to(tmp_path / "mine")
        now = (tmp_path / "mine").stat().st_mtime
        sweep(tmp_path, now=now + STALE_SECONDS + 60)
        assert names(tmp_path) == ["mine"]
        assert names(tmp_path / "mine") == ["a"]
