"""Reading files that others wrote, with limits: regular files only, of bounded size, without endless lines.

Errors are one line that names the file, with its line where that is known.
"""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from annotator.errors import InputError

LARGEST_FILE = 16 << 20
"""Bytes of the largest file that is read whole as settings, label scheme or card."""
LONGEST_LINE = 1 << 28
"""Bytes, or characters where text is decoded first, of the longest line that is read, and of the longest article."""

_NOT_OF_FILES = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"})
"""Encodings of Python's own, or of names in networks."""
_IRREGULAR = "not a regular file (a pipe, a device or the like)"


def open_file(path: Path) -> io.BufferedReader:
    """Open a regular file; raise :class:`InputError` for a pipe, a device or a socket, whose reading may never end.

    Raises :class:`OSError` as ``open`` does.
    """
    if str(path) == os.devnull:
        return path.open("rb")
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise InputError(f"{path}: {_IRREGULAR}", "give a file")


def read_bytes(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Read a regular file of at most ``most`` bytes; :class:`InputError` for a larger one."""
    with open_file(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        data = stream.read(most + 1) if size <= most else b""
    if max(size, len(data)) > most:
        raise InputError(f"{path}: larger than {most >> 20} MB", "check that it is the right file")
    return data


def read_text(path: Path, most: int = LARGEST_FILE) -> str:
    """Read a UTF-8 file, without its byte order mark."""
    try:
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8", "save the file as UTF-8") from error


def check_encoding(name: str) -> None:
    """Raise :class:`InputError` where no files are written in an encoding of this name."""
    if encoding_called(name) is None:
        raise InputError(f"there is no text encoding {name!r}", "such are utf-8, latin-1 and cp1252")


def encoding_called(name: str) -> str | None:
    """What Python calls a text encoding; ``None`` where no files are written in one of this name."""
    try:
        " \n".encode(name)
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if found in _NOT_OF_FILES else found


def files_under(folder: Path, wanted: Callable[[str], bool]) -> list[Path]:
    """List the files of a folder and its subfolders whose names are ``wanted``, by path, without hidden ones.

    A link that leads out of the folder is refused, because the user did not name what it leads to.  Raises
    :class:`OSError` for a folder that cannot be listed.
    """
    root = folder.resolve()
    files: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        chosen = [name for name in names if not name.startswith(".") and wanted(name)]
        for name in (*folders, *chosen):
            refuse_outside_link(Path(parent, name), root)
        files += (Path(parent, name) for name in chosen)
    return sorted(files)


def is_hidden(path: Path, folder: Path) -> bool:
    """Tell whether a path in a folder is hidden, or lies in a folder there that is."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def refuse_outside_link(path: Path, folder: Path) -> None:
    """Raise :class:`InputError` for a link that leads out of a folder."""
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"{path}: a link that leads out of the folder, to {path.resolve()}",
            "put the file itself there, or give it by its own path",
        )


def _raise(error: OSError) -> None:
    raise error


def load_json(path: Path, most: int = LARGEST_FILE) -> Any:
    """Read the one JSON value of a file of at most ``most`` bytes; :class:`InputError` where it has none."""
    text = read_text(path, most)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}:{error.lineno}: not JSON: {error.msg}", "mend what wrote the file") from error
    except RecursionError as error:
        raise InputError(f"{path}: lists or objects nested too deeply", "mend what wrote the file") from error
    except ValueError as error:
        raise InputError(f"{path}: a number of too many digits", "mend what wrote the file") from error


def read_lines(stream: io.TextIOBase, where: Callable[[int], str]) -> Iterator[str]:
    """Yield the lines of a text file; raise :class:`InputError` for one longer than :data:`LONGEST_LINE`.

    ``where`` names a line by its number, for the message.
    """
    for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), ""), 1):
        if len(line) == LONGEST_LINE:
            raise line_too_long(where(number), LONGEST_LINE)
        yield line


def line_too_long(where: str, most: int) -> InputError:
    """Build the error for a line that is longer than ``most`` bytes."""
    return InputError(f"{where}: a line longer than {most >> 20} MB", "put each document on its own")
