"""How articles are read from files."""

from __future__ import annotations

from dataclasses import dataclass

from annotator.documents.extract import ExtractOptions


@dataclass(frozen=True, slots=True)
class RowColumns:
    """Which columns of CSV, or fields of JSON Lines, hold what; ``None`` and empty where the usual names count.

    ``meta`` names those that are kept as metadata, ``None`` all others.
    """

    text: str = "text"
    key: str | None = None
    title: str | None = None
    lang: str | None = None
    meta: tuple[str, ...] | None = None
    delimiter: str | None = None


USUAL_COLUMNS = RowColumns()


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How articles are read.

    ``encoding`` is that of all files, ``None`` to find out where files say it themselves, and UTF-8 elsewhere; ``kind``
    reads all files as files of that ending are read.  ``skip_bad`` leaves out files of folders that cannot be taken,
    ``strict`` refuses folders of which anything is skipped.  ``key_by_path`` names documents of folders after their
    paths there, not only after their names.
    """

    encoding: str | None = None
    kind: str | None = None
    whole: bool = False
    book: bool = False
    columns: RowColumns = USUAL_COLUMNS
    skip_bad: bool = False
    strict: bool = False
    key_by_path: bool = False

    @property
    def extracting(self) -> ExtractOptions:
        """What of this concerns documents that are no plain text."""
        return ExtractOptions(self.encoding, self.whole, self.book)


AS_FOUND = ReadingOptions()
"""Reads files as they show themselves."""
