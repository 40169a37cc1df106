"""Finding the database in what somebody else sent: a file, the folder of a workspace, or a bundle."""

from __future__ import annotations

import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from annotator.errors import WorkflowError
from annotator.files.scratch import scratch
from annotator.store.foreign import Limits

DATABASE_IN_WORKSPACE = "db/annotator.db"

_PLAIN = 64 << 20
"""Bytes up to which it does not matter how well something is packed."""
_CHUNK = 1 << 20
_BUNDLE_HINT = "`annotator bundle` makes one"


class FoundDatabase(NamedTuple):
    """The database file to open, and what it is to be called in messages."""

    file: Path
    told: str


@contextmanager
def found_database(path: Path, limits: Limits) -> Iterator[FoundDatabase]:
    """Yield the database that a path stands for; one in a bundle is unpacked into a folder of its own.

    Raises :class:`WorkflowError` for a bundle that is none, is damaged, or holds more than it looks.
    """
    if path.is_dir():
        yield FoundDatabase(path / DATABASE_IN_WORKSPACE, str(path / DATABASE_IN_WORKSPACE))
    elif path.suffix.lower() == ".zip" and path.is_file():
        with scratch(Path(tempfile.gettempdir())) as folder:
            yield _unpacked(path, folder / "annotator.db", limits)
    else:
        yield FoundDatabase(path, str(path))


def _unpacked(path: Path, target: Path, limits: Limits) -> FoundDatabase:
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            found = [member for member in members if _is_at(member.filename, DATABASE_IN_WORKSPACE)]
            if len(found) != 1:
                what = "no database" if not found else f"{len(found)} databases"
                raise WorkflowError(f"{path}: {what} in it", _BUNDLE_HINT)
            told = f"{path}: {found[0].filename}"
            _copy_out(archive, found[0], target, told, size, limits)
            for newest in members:  # where the folder of an open workspace was packed, its last steps are here
                if newest.filename == f"{found[0].filename}-wal":
                    _copy_out(archive, newest, target.with_name(f"{target.name}-wal"), told, size, limits)
            return FoundDatabase(target, told)
    except _DAMAGED as error:
        raise WorkflowError(f"{path}: no bundle, or a damaged one ({_shown(error)})", _BUNDLE_HINT) from error
    except OSError as error:
        raise WorkflowError(f"{path}: cannot be read: {_shown(error)}", "check your rights there") from error


_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
    OverflowError, IndexError, KeyError, MemoryError, struct.error,
)  # fmt: skip
"""What Python's zipfile raises for what is none, or is broken."""


def _is_at(name: str, place: str) -> bool:
    return name == place or name.endswith(f"/{place}")


def _copy_out(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, told: str, size: int, limits: Limits
) -> None:
    """Unpack one file, a piece at a time, and stop where there is more of it than there can be."""
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG) or member.is_dir():
        raise WorkflowError(f"{told}: not a regular file", _BUNDLE_HINT)
    if member.flag_bits & 0x1:
        raise WorkflowError(f"{told}: it is encrypted", "unpack it yourself, and give the folder")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise WorkflowError(
            f"{told}: packed in another way than bundles are", "unpack it yourself, and give the folder"
        )
    packed = min(member.compress_size, size)
    most = min(limits.copy, max(_PLAIN, limits.ratio * packed))
    written = 0
    try:
        with archive.open(member) as source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > most:
                    raise WorkflowError(
                        f"{told}: unpacks to more than {most / 2**20:.0f} MiB from {packed / 2**20:.1f}",
                        "if it is known to be good, unpack it yourself, or give --no-limits",
                    )
                copy.write(chunk)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WorkflowError(
            f"{told}: cannot be unpacked: {reason}", f"free some space in {target.parent.parent}"
        ) from error


def _shown(error: BaseException) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
