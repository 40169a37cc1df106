"""Telling files and folders that this program wrote from the user's own.

A file is ours when the manifest beside it names it with the digest that it has, or when it bears the mark of one of
our reports.  A folder is ours when the manifest in it lists exactly the files that are there, with their digests.
Where nothing can be lost (an empty file, an empty folder) it does not matter whose it is.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Any

from annotator.files.whole import PARTIAL

MANIFEST_SCHEMA = "annotator.manifest/1"
MANIFEST_IN_FOLDER = "manifest.json"

_LARGEST_MANIFEST = 1 << 28
"""Bytes: a manifest lists a line for each file."""
_HEAD = 4096
_SQLITE = (b"SQLite format 3\0", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7")
"""How a database, a write-ahead log (in either byte order) and a rollback journal begin."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a report of ours is recognized: its beginning, something in its first 4,096 bytes, and its end."""

    begins: bytes = b""
    holds: bytes = b""
    ends: bytes = b""

    def is_on(self, path: Path) -> bool:
        """Tell whether a file bears the mark."""
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            stream.seek(-min(len(self.ends), path.stat().st_size), os.SEEK_END)
            return head.startswith(self.begins) and self.holds in head and stream.read() == self.ends


def manifest_beside(path: Path) -> Path:
    """Give the path of the manifest of an exported file."""
    return path.with_name(f"{path.name}.manifest.json")


def begins_like_sqlite(path: Path) -> bool:
    """Tell whether a file is an SQLite database, or one of the files that belong to one."""
    with path.open("rb") as stream:
        return stream.read(16).startswith(_SQLITE)


def is_our_file(path: Path, mark: Mark | None, beside: Path) -> bool:
    """Tell whether an existing file may be replaced; ``beside`` is the path of its manifest."""
    if path.stat().st_size == 0 or (mark is not None and mark.is_on(path)):
        return True
    staged = beside.parent.glob(f"{escape(PARTIAL + beside.name)}-*")  # of a process that was killed between the two
    digests = {_digest_in(manifest) for manifest in (beside, *staged)} - {None}
    return bool(digests) and file_digest(path) in digests


def is_ours_beside(path: Path, manifest: Path) -> bool:
    """Tell whether a file that stands beside an export is as its manifest says that it was written."""
    value = _manifest(manifest)
    beside = {} if value is None else value.get("beside")
    return isinstance(beside, dict) and beside.get(path.name) == file_digest(path)


def is_manifest(path: Path) -> bool:
    """Tell whether a file is a manifest of ours."""
    return _manifest(path) is not None


def foreign_content(folder: Path) -> str | None:
    """Describe the first difference between a folder and its manifest; ``None`` when all of it is ours."""
    listed = listed_files(folder)
    present = {}
    for parent, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = Path(parent, name)
            if path.is_symlink() or not path.is_dir():
                present[path.relative_to(folder).as_posix()] = path
    present.pop(MANIFEST_IN_FOLDER, None) if listed is not None else None
    if not present:
        return None
    if listed is None:
        return f"{min(present)}, and no manifest that lists it"
    for name in sorted(present.keys() | listed.keys()):
        if name not in present:
            return f"a manifest that lists {name}, which is not there"
        if name not in listed or present[name].is_symlink() or not present[name].is_file():
            return f"{name}, which its manifest does not list"
        if file_digest(present[name]) != listed[name]:
            return f"{name}, which was changed since it was exported"
    return None


def listed_files(folder: Path) -> dict[str, str] | None:
    """Read the digests of a folder's files by name (relative, with slashes) from its manifest, if it has one."""
    manifest = _manifest(folder / MANIFEST_IN_FOLDER)
    files = None if manifest is None else manifest.get("files")
    if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
        return None
    return files


def file_digest(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest_in(manifest: Path) -> str | None:
    """Read the digest of the file that a manifest describes."""
    value = _manifest(manifest)
    parts = value.get("parts") if value is not None else None
    if not isinstance(parts, list) or len(parts) != 1 or not isinstance(parts[0], dict):
        return None
    return str(parts[0].get("sha256"))


def _manifest(path: Path) -> Mapping[str, Any] | None:
    """Read the manifest in a file; ``None`` where it is not ours."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST_MANIFEST:
            return None
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value.get("schema") == MANIFEST_SCHEMA else None
