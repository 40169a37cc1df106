"""Finding the database in what somebody else sent: a file, the folder of a workspace, or a bundle."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from annotator.errors import InputError, WorkflowError
from annotator.files.scratch import scratch
from annotator.store.foreign import Limits
from annotator.zip_archive import copy_out, most_bytes, opened_zip

DATABASE_IN_WORKSPACE = "db/annotator.db"

_BUNDLE_HINT = "`annotator bundle` makes one"
_IF_KNOWN = "if it is known to be good, unpack it yourself, or give --no-limits"


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
            try:
                found = _unpacked(path, folder / "annotator.db", limits)
            except InputError as error:
                raise WorkflowError(error.message, error.hint) from error
            yield found
    else:
        yield FoundDatabase(path, str(path))


def _unpacked(path: Path, target: Path, limits: Limits) -> FoundDatabase:
    with opened_zip(path, "bundle", _BUNDLE_HINT) as archive:
        size = path.stat().st_size
        members = archive.infolist()
        found = [member for member in members if _is_at(member.filename, DATABASE_IN_WORKSPACE)]
        if len(found) != 1:
            what = "no database" if not found else f"{len(found)} databases"
            raise WorkflowError(f"{path}: {what} in it", _BUNDLE_HINT)
        told = f"{path}: {found[0].filename}"
        newest = [member for member in members if member.filename == f"{found[0].filename}-wal"]
        for member, copy in ((found[0], target), *((wal, target.with_name(f"{target.name}-wal")) for wal in newest)):
            # where the folder of an open workspace was packed, its last steps are in the second file
            most = min(limits.copy, most_bytes(min(member.compress_size, size), limits.ratio))
            copy_out(archive, member, copy, told, most, _IF_KNOWN)
        return FoundDatabase(target, told)


def _is_at(name: str, place: str) -> bool:
    return name == place or name.endswith(f"/{place}")
