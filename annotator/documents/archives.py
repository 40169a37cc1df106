"""Archives of articles (``.zip``, ``.tar``, ``.tar.gz``), unpacked into a folder for temporary files."""

from __future__ import annotations

import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from annotator.errors import InputError
from annotator.files.scratch import scratch
from annotator.zip_archive import is_zip, most_bytes, opened_zip, unpack

_MOST_FILES = 200_000
_CHUNK = 1 << 20
_UNPACK_YOURSELF = "unpack it yourself, and give the folder"


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[tuple[Path, list[str]]]:
    """Yield a folder with the files of an archive, and the names of hidden ones, which are not unpacked.

    Errors about what is in it name the archive, not the folder.

    Raises :class:`InputError` for an archive that is damaged, encrypted, unpacks to far more than it looks like, or
    has names that lead out of it.
    """
    with scratch(Path(tempfile.gettempdir())) as made:
        folder = made / "files"
        folder.mkdir()
        try:
            if is_zip(path) or path.name.lower().endswith(".zip"):
                unpack(path, folder)
                with opened_zip(path, "ZIP archive", _UNPACK_YOURSELF) as archive:
                    hidden = [name for name in archive.namelist() if _is_hidden(name)]
            else:
                hidden = _unpack_tar(path, folder)
            yield folder, hidden
        except InputError as error:
            message = error.message.replace(str(folder), name).replace(str(path), name)
            raise type(error)(message, error.hint) from error


def _is_hidden(name: str) -> bool:
    """Tell whether a file is a hidden one, or one of those that macOS adds."""
    return not name.endswith("/") and any(
        part.startswith((".", "__MACOSX")) and part != "." for part in PurePosixPath(name).parts
    )


def _unpack_tar(path: Path, folder: Path) -> list[str]:
    """Unpack an archive, and return the names of the hidden files in it."""
    hidden: list[str] = []
    remaining = most_bytes(path.stat().st_size)
    try:
        with tarfile.open(path, "r:*") as archive:
            for number, member in enumerate(archive):
                told = f"{path}: {member.name}"
                name = PurePosixPath(member.name)
                if number >= _MOST_FILES:
                    raise InputError(f"{path}: more than {_MOST_FILES:,} files", _UNPACK_YOURSELF)
                if name.is_absolute() or ".." in name.parts:
                    raise InputError(f"{told}: leads out of the archive", _UNPACK_YOURSELF)
                if _is_hidden(member.name):
                    hidden.append(member.name)
                    continue
                if member.isdir():
                    continue
                if not member.isreg():
                    raise InputError(f"{told}: not a regular file", _UNPACK_YOURSELF)
                remaining -= member.size
                if remaining < 0:
                    raise InputError(f"{path}: unpacks to far more than its own size", _UNPACK_YOURSELF)
                _copy_out(archive, member, folder / name, told)
    except (tarfile.TarError, EOFError, zlib.error, OSError, OverflowError, ValueError) as error:
        reason = " ".join(str(error).partition(":")[0].split())[:100]
        raise InputError(f"{path}: no archive, or a damaged one ({reason})", _UNPACK_YOURSELF) from error
    return hidden


def _copy_out(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, told: str) -> None:
    if target.exists():
        raise InputError(f"{told}: stands twice in it", _UNPACK_YOURSELF)
    target.parent.mkdir(parents=True, exist_ok=True)
    source = archive.extractfile(member)
    assert source is not None
    with source, target.open("wb") as copy:
        while chunk := source.read(_CHUNK):
            copy.write(chunk)
