"""Writing files and folders that appear under their names only when whole, and then survive a power cut.

Everything is first written beside its place, under a name that begins like :data:`PARTIAL`, forced to the disk, and
then renamed; the folder that holds the name is forced to the disk too.  A folder that replaces another is exchanged
with it in one step where the system can (``renameat2``); elsewhere the old one is put back when the new one cannot take
its place.  Leftovers of killed processes are recognized by name and owner, and removed a day later.

These functions raise ``OSError`` and replace whatever exists: they are for the program's own files.  For
paths that a user named, see :mod:`annotator.files.outputs`.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO

PARTIAL = ".annotator-partial-"
"""Names of what is being written begin so; then come the final name and something random."""
REPLACED = ".annotator-replaced-"
"""Names of what stands aside until the new folder is in place begin so, where folders cannot be exchanged."""

PENDING = ".annotator-pending-"
"""Names of what waits for a transaction of the database to end begin so; then comes the final name."""

STALE_SECONDS = 24 * 60 * 60
"""Age from which a leftover belongs to no running process."""

_BUFFER = 1 << 17
"""Bytes of an output that are written at once; Python's own choice, a block of the disk, is less than most lines."""
_RANDOM_LENGTH = 8
_MANY_FILES = 64
"""Number of files from which the whole file system is forced to the disk at once: quicker than one by one."""
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def name_errors(path: Path) -> Iterator[None]:
    """Add a file's name to the errors of the block that have none, such as those of writing and syncing."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = str(path)
        raise


class StagedFile:
    """A file that is written beside its place, and takes its name when :func:`publish` is called.

    ``name`` is what it is called until then; random without one.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep_once(path.parent)
        self.path = path
        if name is None:
            handle, made = tempfile.mkstemp(dir=path.parent, prefix=f"{PARTIAL}{_shortened(path.name)}-")
            self.staged = Path(made)
        else:
            self.staged = path.with_name(name)
            handle = os.open(self.staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            self.stream: BinaryIO = os.fdopen(handle, "wb", _BUFFER)
        except BaseException:
            os.close(handle)
            self.staged.unlink(missing_ok=True)
            raise

    def finish(self, mode: int | None = None) -> None:
        """Force the content to the disk, ready to be published: with a mode, else that of the file at its place."""
        with name_errors(self.path):
            os.fchmod(self.stream.fileno(), _mode(self.path) if mode is None else mode)
            self.stream.flush()
            _force(self.stream.fileno())
            self.stream.close()

    def discard(self) -> None:
        """Remove the file unless it was published."""
        with suppress(OSError):
            self.stream.close()
        with suppress(OSError):
            self.staged.unlink(missing_ok=True)


def publish(*files: StagedFile) -> None:
    """Give finished files their names: all of them, or none when anything fails."""
    undo: list[Callable[[], object]] = []
    formers: list[Path] = []
    try:
        for file in files:
            former = _second_name(file.path)
            if former is not None:
                formers.append(former)
            file.staged.replace(file.path)
            undo.append(partial(former.replace, file.path) if former is not None else file.path.unlink)
        for folder in {file.path.parent for file in files}:
            sync_folder(folder)
    except BaseException:
        for step in reversed(undo):
            step()
        raise
    finally:
        for former in formers:
            with suppress(OSError):
                former.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a stream whose content becomes the file at ``path`` when the block ends without an error."""
    with name_errors(path):
        staged = StagedFile(path)
        try:
            yield staged.stream
            staged.finish()
            publish(staged)
        finally:
            staged.discard()


def replace_file(path: Path, data: bytes) -> None:
    """Write a small file of the program's own, whole or not at all."""
    replace_files({path: data})


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Write small files of the program's own, all of them or none, in their order."""
    with ExitStack() as stack:
        staged = []
        for path, data in contents.items():
            stack.enter_context(name_errors(path))
            staged.append(StagedFile(path))
            stack.callback(staged[-1].discard)
            staged[-1].stream.write(data)
            staged[-1].finish()
        publish(*staged)


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder beside ``path``, to be filled and then placed there; it is gone when the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep_once(path.parent)
    made = Path(tempfile.mkdtemp(dir=path.parent, prefix=f"{PARTIAL}{_shortened(path.name)}-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a new folder that stands at ``path`` when the block ends without an error; nothing may stand there."""
    with fresh_folder(path) as made:
        yield made
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        place_folder(made, path)


def place_folder(made: Path, path: Path, aside: Path | None = None) -> Path | None:
    """Give a complete folder its final name; return where the folder is now that it replaced, if any.

    The replaced folder is moved to ``aside``, so that not even a crash leaves it under another name; without ``aside``
    it is the program's own, and the caller removes it.  At no moment is there less than a whole folder at ``path``,
    where there was one before.
    """
    made.chmod(0o777 & ~_umask())
    _sync_tree(made)
    if not os.path.lexists(path):
        made.rename(path)
        _sync_or_undo(path.parent, lambda: path.rename(made))
        return None
    if aside is None:
        return _try_exchange(made, path) or _move_aside(made, path)
    made.rename(aside)
    try:
        if _try_exchange(aside, path):
            return aside
    except BaseException:
        aside.rename(made)
        raise
    aside.rename(made)
    return _move_aside(made, path, aside)


def _try_exchange(made: Path, path: Path) -> Path | None:
    """Exchange two folders where the system can; return where the old one is then."""
    if not _exchange(made, path):
        return None
    _sync_or_undo(path.parent, lambda: _exchange(made, path))
    return made


def _move_aside(made: Path, path: Path, aside: Path | None = None) -> Path:
    """Move the folder at ``path`` aside and a new one into its place; return where the old one is then."""
    aside = aside or unused_name(path.with_name(f"{REPLACED}{_shortened(path.name)}-{os.getpid():08}"))
    path.rename(aside)
    try:
        made.rename(path)
    except BaseException:
        aside.rename(path)
        raise

    def back() -> None:
        path.rename(made)
        aside.rename(path)

    _sync_or_undo(path.parent, back)
    return aside


def _sync_or_undo(folder: Path, back: Callable[[], object]) -> None:
    """Force a folder's names to the disk; undo the last change when that fails."""
    try:
        sync_folder(folder)
    except BaseException:
        back()
        raise


def discard_folder(path: Path) -> None:
    """Remove a folder that this program made; what cannot be removed is left to :func:`sweep`."""
    shutil.rmtree(path, ignore_errors=True)


def sweep(folder: Path, *, now: float | None = None) -> list[Path]:
    """Remove what killed processes of this user left half-written in a folder a day ago or earlier; return it.

    A folder that was moved aside, and whose successor never came, is put back instead.
    """
    moment = time.time() if now is None else now
    try:
        with os.scandir(folder) as entries:
            ours = [entry for entry in entries if entry.name.startswith((PARTIAL, REPLACED))]
            stale = [Path(entry.path) for entry in ours if is_stale(entry, moment)]
    except OSError:
        return []
    return [leftover for leftover in stale if _clear(leftover)]


def unused_name(path: Path) -> Path:
    """``path``, or the first of ``path.2``, ``path.3`` … under which nothing stands."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with name_errors(folder):
            _force(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems have nothing to force
            raise
    finally:
        os.close(descriptor)


@cache
def _sweep_once(folder: Path) -> None:
    """Sweep a folder the first time that this process writes there."""
    sweep(folder)


def _second_name(path: Path) -> Path | None:
    """Give what stands at ``path`` a second name, from which it can be put back; ``None`` where nothing does.

    Raises ``OSError`` for a device, a pipe or a socket, in whose place no file belongs.
    """
    if os.path.lexists(path) and not (path.is_symlink() or path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    former = unused_name(path.with_name(f"{PARTIAL}{_shortened(path.name)}-{os.getpid():08}"))
    try:
        os.link(path, former, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError:  # a file system without second names
        shutil.copy2(path, former, follow_symlinks=False)
    return former


def _clear(leftover: Path) -> bool:
    """Remove a leftover, or put it back where its successor is missing; return whether it is gone from its name."""
    with suppress(OSError):
        if leftover.name.startswith(REPLACED):
            final = leftover.with_name(leftover.name.removeprefix(REPLACED)[: -_RANDOM_LENGTH - 1])
            if not os.path.lexists(final):
                leftover.rename(final)
                return True
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
        return True
    return False


def is_stale(path: Path | os.DirEntry[str], now: float) -> bool:
    """Whether a leftover of this user's is so old that no process can still be at it."""
    status = path.stat(follow_symlinks=False)
    return status.st_uid == os.geteuid() and now - max(status.st_mtime, status.st_ctime) > STALE_SECONDS


def _shortened(name: str) -> str:
    """As much of a name as leaves room for what is put around it (names have at most 255 bytes)."""
    return os.fsdecode(os.fsencode(name)[:200])


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, else that of a new one."""
    with suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode) & 0o777
    return 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _force(descriptor: int) -> None:
    """Force a file to the disk; on macOS also past the drive's own memory, which ``fsync`` leaves alone there."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        try:
            fcntl.fcntl(descriptor, full)
        except OSError:  # a file system that cannot
            pass
        else:
            return
    os.fsync(descriptor)


def _sync_tree(folder: Path) -> None:
    """Force everything in a folder to the disk."""
    paths = [folder, *folder.rglob("*")]
    if len(paths) > _MANY_FILES and _sync_file_system(folder):
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            with name_errors(path):
                _force(descriptor)
        finally:
            os.close(descriptor)


def _sync_file_system(folder: Path) -> bool:
    """Force the whole file system that a folder lies on to the disk; return whether the system can do that."""
    function = _c_function("syncfs")
    if function is None:
        return False
    import ctypes

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if function(descriptor) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(folder))
    finally:
        os.close(descriptor)
    return True


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change places in one step; return whether the system and the file system can do that."""
    function = _c_function("renameat2")
    if function is None:
        return False
    import ctypes

    names = os.fsencode(first), os.fsencode(second)
    if function(_AT_FDCWD, names[0], _AT_FDCWD, names[1], ctypes.c_uint(_RENAME_EXCHANGE)) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(second))


@cache
def _c_function(name: str) -> Callable[..., int] | None:
    """A function of the C library that Python has no wrapper for; ``None`` where there is none."""
    import ctypes

    try:
        function: Callable[..., int] = getattr(ctypes.CDLL(None, use_errno=True), name)
    except (AttributeError, OSError):
        return None
    return function
