"""Writing to paths that a user named, without losing anything of theirs.

An existing file or folder is replaced only when it is ours (:mod:`annotator.files.ownership`).  With ``force`` the
user's own files are moved aside and kept.  Some places are never written to, forced or not: those of the workspace
itself, any database, devices.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from annotator.errors import WorkflowError
from annotator.files import ownership
from annotator.files.ownership import Mark
from annotator.files.whole import StagedFile, fresh_folder, place_folder, publish, sync_folder, unused_name

_ANOTHER = "nothing was written there; choose another path"
_FORCE = "nothing was written there; choose another path, or --force moves what is there aside"


class Outputs:
    """Writes the outputs of commands.

    ``root`` is the workspace's folder (``None`` without one), ``reserved`` its files and folders that no output may lie
    in or replace.  ``moved`` holds the old and the new path of everything that was moved aside, ``kept`` the folders
    whose earlier content could not be removed.
    """

    def __init__(
        self,
        root: Path | None = None,
        reserved: Sequence[Path] = (),
        *,
        force: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.moved: list[tuple[Path, Path]] = []
        self.kept: list[Path] = []
        self._root = None if root is None else root.resolve()
        self._reserved = [path.resolve() for path in reserved] + [path.absolute() for path in reserved]
        self._force = force
        self._clock = clock

    @contextmanager
    def file(
        self,
        path: Path | None,
        otherwise: BinaryIO,
        *,
        mark: Mark | None = None,
        manifest: Callable[[], bytes] | None = None,
        companions: Mapping[str, bytes] = MappingProxyType({}),
    ) -> Iterator[BinaryIO]:
        """Yield a stream that becomes the file at ``path`` when the block ends well; ``otherwise`` without a path.

        A link stays a link; a pipe, or what standard output is connected to, is written to directly.  ``mark`` tells
        earlier reports of the same kind.  ``manifest`` gives, once the block has ended, what the manifest beside the
        file says; it is on the disk before the file takes its place, so that after a crash between the two the file is
        still known as ours.  ``companions`` are small files that go beside it, by name; the manifest lists them.

        Raises :class:`WorkflowError` when the path is not to be written to, or cannot be.
        """
        if path is None:
            with _standard_output():
                yield otherwise
                otherwise.flush()
            return
        named, path = path, _resolved(path)
        with _as_workflow_error(path):
            if _is_stream(named):  # what it resolves to need not have a name: a process's end of a pipe has none
                with named.open("wb") as stream:
                    yield stream
                return
            self._refuse_reserved(path)
            beside = ownership.manifest_beside(named)
            known = _OutputFile(path, mark, beside)
            self._check_file(known)
            if manifest is not None and os.path.lexists(beside) and not ownership.is_manifest(beside):
                raise WorkflowError(f"{beside}: is where the manifest goes, and holds something else", _ANOTHER)
            others = {known.path.with_name(name): content for name, content in companions.items()}
            for other, content in others.items():
                self._check_companion(other, content, beside)
            yield from self._staged(known, manifest, others)

    def _staged(
        self, known: _OutputFile, manifest: Callable[[], bytes] | None, companions: Mapping[Path, bytes]
    ) -> Iterator[BinaryIO]:
        seen = _file_state(known.path)
        staged = [StagedFile(known.path)]
        try:
            yield staged[0].stream
            staged[0].finish()
            further = dict(companions) if manifest is None else {known.beside: manifest(), **companions}
            for path, content in further.items():
                staged.append(StagedFile(path))
                staged[-1].stream.write(content)
                staged[-1].finish()
            if _file_state(known.path) != seen:  # somebody wrote there meanwhile
                self._check_file(known)
            for path, content in companions.items():
                self._make_room_for_companion(path, content, known.beside)
            self._make_room(known)
            publish(*staged)
        finally:
            for one in staged:
                one.discard()

    @contextmanager
    def folder(self, path: Path) -> Iterator[Path]:
        """Yield a new folder that stands at ``path`` when the block ends well; what it replaces was ours, or is kept.

        Raises :class:`WorkflowError` when the path is not to be written to, or cannot be.
        """
        path = _resolved(path)
        with _as_workflow_error(path):
            self._refuse_reserved(path)
            aside = self._aside(path) if self._check_folder(path) else None
            with fresh_folder(path) as made:
                yield made
                old = place_folder(made, path, aside)
                if old is not None:
                    self._retire(path, old, aside)

    def new(self, path: Path) -> Path:
        """Resolve a path for a new file or folder; raise :class:`WorkflowError` where anything exists."""
        path = _resolved(path)
        with _as_workflow_error(path):
            self._refuse_reserved(path)
            if os.path.lexists(path):
                raise WorkflowError(f"{path} exists already", "choose another name; nothing was changed")
        return path

    def _refuse_reserved(self, path: Path) -> None:
        """Refuse paths that no output may replace, forced or not."""
        if self._root is not None and (path == self._root or path in self._root.parents):
            raise WorkflowError(f"{path}: holds the workspace", _ANOTHER)
        current = Path.cwd()
        if path == current or path in current.parents:
            raise WorkflowError(f"{path}: is the folder that you are in", _ANOTHER)
        for reserved in self._reserved:
            if path == reserved or reserved in path.parents or path in reserved.parents:
                raise WorkflowError(f"{path}: belongs to the workspace itself ({reserved.name})", _ANOTHER)
        if not path.exists() or path.is_dir():
            return
        if not path.is_file():
            raise WorkflowError(
                f"{path}: is a device or a socket", "nothing was written there; choose a file, or standard output"
            )
        if ownership.begins_like_sqlite(path):
            raise WorkflowError(f"{path}: is a database", _ANOTHER)

    def _check_file(self, known: _OutputFile) -> None:
        """Refuse to replace the user's own file."""
        path = known.path
        if path.is_dir():
            raise WorkflowError(f"{path}: is a directory", _ANOTHER)
        if path.exists() and not self._force and not known.is_ours():
            raise WorkflowError(f"{path}: was not written by annotator, or was changed since", _FORCE)

    def _check_companion(self, path: Path, content: bytes, manifest: Path) -> None:
        """Refuse to replace the user's own file by one that goes beside an output."""
        self._refuse_reserved(path)
        if path.is_dir():
            raise WorkflowError(f"{path}: is a directory", _ANOTHER)
        if path.exists() and not self._force and not _is_replaceable(path, content, manifest):
            raise WorkflowError(f"{path}: was not written by annotator, or was changed since", _FORCE)

    def _check_folder(self, path: Path) -> bool:
        """Refuse to replace the user's own folder; with ``force`` return whether it is to be moved aside."""
        if not os.path.lexists(path):
            return False
        stranger = ownership.foreign_content(path) if path.is_dir() else "is a file"
        if stranger is not None and not self._force:
            raise WorkflowError(f"{path}: {f'holds {stranger}' if path.is_dir() else stranger}", _FORCE)
        return stranger is not None

    def _make_room_for_companion(self, path: Path, content: bytes, manifest: Path) -> None:
        if path.exists() and not _is_replaceable(path, content, manifest):
            self._keep_aside(path)

    def _make_room(self, known: _OutputFile) -> None:
        if known.path.exists() and not known.is_ours():
            self._keep_aside(known.path)

    def _keep_aside(self, path: Path) -> None:
        """Give the user's own file a second name before another file takes its place."""
        aside = self._aside(path)
        try:
            os.link(path, aside)
        except OSError:  # a file system without second names: for a moment, nothing has the first
            path.rename(aside)
        self.moved.append((path, aside))

    def _retire(self, path: Path, old: Path, aside: Path | None) -> None:
        """Remove the replaced folder if all of it is still ours, else keep it under a name that the user can find."""
        if aside is None and old.is_dir() and ownership.foreign_content(old) is None:
            if not _remove_listed(old):
                self.kept.append(old)
            return
        if aside is None:
            aside = self._aside(path)
            old.rename(aside)
            sync_folder(path.parent)
        self.moved.append((path, aside))

    def _aside(self, path: Path) -> Path:
        stamp = self._clock().strftime("%Y%m%dT%H%M%SZ")
        return unused_name(path.with_name(f"{path.name}.before-{stamp}"))


@dataclass(frozen=True, slots=True)
class _OutputFile:
    """The path of an output, and how an existing file is known to be ours: by a mark or the manifest beside it."""

    path: Path
    mark: Mark | None
    beside: Path

    def is_ours(self) -> bool:
        return ownership.is_our_file(self.path, self.mark, self.beside)


def _is_replaceable(path: Path, content: bytes, manifest: Path) -> bool:
    """Tell whether nothing of the user's is lost when a file beside an output gets its content."""
    return path.read_bytes() == content or ownership.is_ours_beside(path, manifest)


def _file_state(path: Path) -> tuple[int, int, int, int] | None:
    """Values that change when a file is replaced or written to; ``None`` where there is no file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _resolved(path: Path) -> Path:
    """Follow the links of a path."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a circle of links, a null character
        raise WorkflowError(f"{path}: is no path that can be written to", _ANOTHER) from error


def _is_stream(path: Path) -> bool:
    """Tell whether a path is a pipe, or the device that standard output is connected to."""
    try:
        status = path.stat()
    except OSError:
        return False
    if stat.S_ISFIFO(status.st_mode):
        return True
    with suppress(OSError, ValueError):
        output = os.fstat(sys.stdout.fileno())
        return stat.S_ISCHR(status.st_mode) and stat.S_ISCHR(output.st_mode) and output.st_rdev == status.st_rdev
    return False


def _remove_listed(folder: Path) -> bool:
    """Remove the files that a folder's manifest lists, then the empty folders; tell whether all of it is gone."""
    listed = ownership.listed_files(folder) or {}
    with suppress(OSError):
        for name in listed:
            (folder / name).unlink()
        (folder / ownership.MANIFEST_IN_FOLDER).unlink(missing_ok=True)
        for parent, _, _ in os.walk(folder, topdown=False):
            Path(parent).rmdir()
        return True
    return False


@contextmanager
def _standard_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkflowError(f"standard output: {reason}", "name a file with -o, or free some space") from error


@contextmanager
def _as_workflow_error(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkflowError(
            f"{path}: {reason}", "nothing was written there; choose another path or free some space"
        ) from error
