"""Catalogs: files of entries, of people, places or whatever else there is, that mentions are linked to."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from annotator.attribute_values import text_problem
from annotator.errors import InputError
from annotator.names import key_problem
from annotator.reading_options import RowColumns
from annotator.rows import Row, find_csv_encoding, read_csv, read_jsonl

SUFFIXES = (".csv", ".jsonl")
"""How the names of files of catalogs end."""
FIELDS = ("id", "name", "aliases", "type", "description")
BETWEEN = "|"
"""What separates the aliases of an entry in CSV."""
LONGEST_DESCRIPTION = 10_000
"""Code points."""
MOST_ALIASES = 1000
_LEAST_CAPITALS = 3
_HEADER = f"name the columns in the first row: {','.join(FIELDS)}; id and name must be there"


class CatalogEntry(msgspec.Struct, frozen=True, gc=False):
    """An entry of a catalog: what a mention is linked to by its ``id``.

    ``name`` is what it is usually called, ``aliases`` what it is called besides; ``type`` is free (empty: none).
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    type: str = ""
    description: str = ""

    def record(self) -> dict[str, Any]:
        """The entry as a line of JSONL has it, and as ``--json`` prints it."""
        return {
            "id": self.id,
            "name": self.name,
            "aliases": list(self.aliases),
            "type": self.type,
            "description": self.description,
        }


class RowProblem(NamedTuple):
    """What is wrong with a row of a catalog, which is left out, and its line."""

    line: int
    what: str


class ReadEntry(NamedTuple):
    """An entry, and the line that it was read from."""

    entry: CatalogEntry
    line: int


def catalog_name_problem(name: str) -> str | None:
    """Say why no catalog can be called ``name``, which is that of its file, or return ``None``."""
    return key_problem(name)


class CatalogReader:
    """Reads the entries of a CSV or JSONL file, in order; iterating it raises what :meth:`__iter__` says.

    ``problems`` are, afterwards, the rows that are no entries and were left out, ``others`` the columns of the first
    row that catalogs do not have.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[RowProblem] = []
        self.others: list[str] = []

    def __iter__(self) -> Iterator[ReadEntry]:
        """Yield the entries.

        Raises :class:`CorpusError` with the line where the file itself is broken, and :class:`InputError` for one that
        is neither CSV nor JSONL, or cannot be read.
        """
        for number, row in enumerate(_rows(self.path)):
            if number == 0:
                self.others = [name for name in row.values if name not in FIELDS]
            try:
                yield ReadEntry(_entry(row.values), row.line)
            except ValueError as error:
                self.problems.append(RowProblem(row.line, str(error)))


def _rows(path: Path) -> Iterator[Row]:
    suffix = path.suffix.lower()
    try:
        if suffix == ".jsonl":
            yield from read_jsonl(path, "utf-8")
        elif suffix == ".csv":
            yield from read_csv(path, find_csv_encoding(path), RowColumns(text="id"), _HEADER)
        else:
            raise InputError(f"{path}: no file of a catalog", "give a .csv or a .jsonl file")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: {reason}", "check the file and its rights") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 ({error.reason})", "save the file as UTF-8") from error


def _entry(values: Mapping[str, Any]) -> CatalogEntry:
    """Read the entry of a row; :class:`ValueError` where it is none."""
    key = values.get("id")
    key = str(key) if isinstance(key, int) and not isinstance(key, bool) else key
    identity = _text(key, "id")
    name = _text(values.get("name"), "name")
    if not identity or not name:
        raise ValueError(f"no {'id' if not identity else 'name'}")
    aliases = dict.fromkeys(_aliases(values.get("aliases")))
    aliases.pop(name, None)
    description = " ".join(_string(values.get("description"), "description").split())
    if len(description) > LONGEST_DESCRIPTION:
        raise ValueError(f"a description of more than {LONGEST_DESCRIPTION:,} characters")
    return CatalogEntry(identity, name, tuple(aliases), _text(values.get("type"), "type"), description)


def _aliases(value: Any) -> list[str]:
    if isinstance(value, str):
        value = value.split(BETWEEN)
    elif not isinstance(value, (list, type(None))):
        raise ValueError("aliases that are no list of texts")
    if len(value or ()) > MOST_ALIASES:
        raise ValueError(f"more than {MOST_ALIASES:,} aliases")
    aliases = [alias for alias in (_text(one, "alias") for one in value or ()) if alias]
    if any(BETWEEN in alias for alias in aliases):
        raise ValueError(f"an alias with {BETWEEN}, which separates aliases")
    return aliases


def _text(value: Any, what: str) -> str:
    """One line of text; empty where there is none."""
    text = " ".join(_string(value, what).split())
    problem = text_problem(text) if text else None
    if problem is not None:
        raise ValueError(f"the {what} {problem}")
    return text


def _string(value: Any, what: str) -> str:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"the {what} is no text")
    return value or ""


def folded_name(name: str) -> str:
    """How a name is compared: without case, diacritics and punctuation, its words with one space between them."""
    if name.isascii():
        lower = name.lower()
    else:
        lower = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    if not lower.replace(" ", "").isalnum():
        kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else _between(c) for c in lower)
        lower = "".join(kept)
    return " ".join(lower.split())


def _between(char: str) -> str:
    """What takes the place of a character that is no letter: nothing inside of words (``U.N.``, ``O'Neill``)."""
    return "" if char in ".'’" else " "


def initials(name: str) -> str:
    """What a name of three or more capitalised words may be shortened to (``oecd``), folded; empty for another."""
    capitals = [word[0] for word in name.replace("-", " ").split() if word[0].isupper()]
    return folded_name("".join(capitals)) if len(capitals) >= _LEAST_CAPITALS else ""
