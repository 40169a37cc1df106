"""Parts of documents that are ZIP archives (Word, e-books), read with limits: others made them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotator.documents.markup import parse_xml
from annotator.errors import InputError
from annotator.zip_archive import opened_zip

MOST_PART = 64 << 20
"""Bytes of the largest part that is read."""
_MOST_RATIO = 200
"""How many times its packed size a part may have, beyond :data:`_PLAIN`."""
_PLAIN = 4 << 20


class ZippedParts:
    """The parts of one archive, by name; ``name`` is what the file is called in messages."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self.name = name

    def names(self) -> list[str]:
        """The names of all parts, in the archive's order."""
        return self._archive.namelist()

    def read(self, part: str) -> bytes | None:
        """The bytes of a part, ``None`` where there is none; :class:`InputError` for one that unpacks to too much."""
        try:
            member = self._archive.getinfo(part)
        except KeyError:
            return None
        told = f"{self.name}: {part}"
        if member.flag_bits & 0x1:
            raise InputError(f"{told} is encrypted", "save the document without a password")
        most = min(MOST_PART, max(_PLAIN, _MOST_RATIO * member.compress_size))
        with self._archive.open(member) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            packed = member.compress_size / 2**10
            raise InputError(f"{told} unpacks to more than {most >> 20} MB from {packed:.0f} kB", "check the file")
        return data

    def xml(self, part: str) -> Any | None:
        """The root of a part that is XML, ``None`` where there is none."""
        data = self.read(part)
        return None if data is None else parse_xml(data, f"{self.name}: {part}")


@contextmanager
def zipped_parts(path: Path, name: str, what: str) -> Iterator[ZippedParts]:
    """Open a document of the kind ``what``; :class:`InputError` where it is none or damaged."""
    try:
        with opened_zip(path, what, "save or download it again") as archive:
            yield ZippedParts(archive, name)
    except InputError as error:
        raise InputError(error.message.replace(str(path), name, 1), error.hint) from error
