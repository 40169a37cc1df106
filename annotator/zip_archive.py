"""Unpacking ZIP archives that others made: regular files only, and never more than they look like holding."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from annotator.errors import InputError

MOST_RATIO = 100
"""How many times its packed size a file may have unpacked, beyond :data:`_PLAIN`."""

_PLAIN = 64 << 20
"""Bytes up to which it does not matter how well something is packed."""
_CHUNK = 1 << 20
_BEGINNING = b"PK\x03\x04"
_UNPACK_YOURSELF = "unpack it yourself, and give the folder"

_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError,
    OverflowError, IndexError, KeyError, MemoryError, struct.error,
)  # fmt: skip
"""What Python's zipfile raises for what is none, or is broken."""


def is_zip(path: Path) -> bool:
    """Tell whether a regular file begins as ZIP archives do."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(len(_BEGINNING)) == _BEGINNING


@contextmanager
def opened_zip(path: Path, what: str, hint: str) -> Iterator[zipfile.ZipFile]:
    """Open an archive; :class:`InputError` where it is no ``what``, is damaged or cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except _DAMAGED as error:
        raise InputError(f"{path}: no {what}, or a damaged one ({_shown(error)})", hint) from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {_shown(error)}", "check your rights there") from error


def copy_out(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, told: str, most: int, if_known: str
) -> None:
    """Unpack one file, a piece at a time, and stop where there are more than ``most`` bytes of it.

    ``told`` is what it is called in messages, ``if_known`` what to do when more is known to be right.
    """
    if member.is_dir() or stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        raise InputError(f"{told}: not a regular file", _UNPACK_YOURSELF)
    if member.flag_bits & 0x1:
        raise InputError(f"{told}: it is encrypted", _UNPACK_YOURSELF)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{told}: packed in another way than deflated", _UNPACK_YOURSELF)
    written = 0
    try:
        with archive.open(member) as source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > most:
                    packed = member.compress_size / 2**20
                    raise InputError(f"{told}: unpacks to more than {most / 2**20:.0f} MiB from {packed:.1f}", if_known)
                copy.write(chunk)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{told}: cannot be unpacked: {reason}", f"free some space in {target.parent}") from error


def most_bytes(packed: int, ratio: int = MOST_RATIO) -> int:
    """Bytes that a file of so many packed bytes may have."""
    return max(_PLAIN, ratio * packed)


def unpack(path: Path, folder: Path) -> None:
    """Unpack all files of an archive into a new folder, but for hidden ones.

    Raises :class:`InputError` for names that lead out of it or stand twice, and for what :func:`copy_out` refuses.
    """
    with opened_zip(path, "ZIP archive", _UNPACK_YOURSELF) as archive:
        remaining = most_bytes(path.stat().st_size)
        for member in archive.infolist():
            told = f"{path}: {member.filename}"
            name = PurePosixPath(member.filename)
            if name.is_absolute() or ".." in name.parts or "\\" in member.filename:
                raise InputError(f"{told}: leads out of the archive", _UNPACK_YOURSELF)
            if member.is_dir() or any(part.startswith((".", "__MACOSX")) for part in name.parts):
                continue
            target = folder / name
            if target.exists():
                raise InputError(f"{told}: stands twice in it", _UNPACK_YOURSELF)
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_out(archive, member, target, told, remaining, _UNPACK_YOURSELF)
            remaining -= target.stat().st_size


def _shown(error: BaseException) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
