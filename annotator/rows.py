"""Reading the rows of JSONL and CSV files, with the line of every mistake."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from annotator.errors import CorpusError
from annotator.inputs import LONGEST_LINE, open_file, read_lines

_BOM = "\ufeff"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_DELIMITERS = ",;\t"
_LONGEST_HEADER = 1 << 20


class Row(NamedTuple):
    """A row's values by name, the line it starts on (from 1) and ``path:line`` for messages."""

    values: Mapping[str, Any]
    line: int
    where: str


def read_jsonl(path: Path, encoding: str) -> Iterator[Row]:
    """Read the objects of a JSON Lines file.

    Lines end at a line feed alone: U+0085 and U+2028 may stand inside strings.  A byte order mark and blank lines are
    passed over.  Raises :class:`CorpusError` with line and column where a line is no object, repeats a key, or holds
    a lone surrogate or a number that is not finite; :class:`UnicodeDecodeError` where the file is not ``encoding``.
    """
    with TextIOWrapper(open_file(path), encoding=encoding, newline="\n") as lines:
        for number, line in enumerate(read_lines(lines, lambda number: f"{path}:{number}"), 1):
            content = line.removeprefix(_BOM) if number == 1 else line
            if content.strip():
                where = f"{path}:{number}"
                yield Row(parse_object(content, where), number, where)


def parse_object(line: str, where: str) -> dict[str, Any]:
    """Parse one line that holds a JSON object; raise :class:`CorpusError` naming ``where`` if it does not."""
    try:
        value = _DECODER.decode(line.rstrip("\r\n"))
        if _SURROGATE.search(line):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        raise CorpusError(f"{where}:{error.colno}: not JSON: {error.msg}", "mend the line") from error
    except UnicodeEncodeError as error:
        raise CorpusError(f"{where}: a lone surrogate (half of a character)", "mend what wrote the file") from error
    except RecursionError as error:
        raise CorpusError(f"{where}: lists or objects nested too deeply", "flatten the line") from error
    except ValueError as error:
        reason = "a number of too many digits" if "digits" in str(error) else error
        raise CorpusError(f"{where}: {reason}", "mend the line") from error
    if not isinstance(value, dict):
        raise CorpusError(f"{where}: not an object", "write one {…} a line")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} twice in one object")
    return values


def finite_number(written: str) -> float:
    """Convert a JSON number; ``ValueError`` where it is too large for a float."""
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(f"the number {written}, which is not finite")
    return number


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python would accept."""
    raise ValueError(f"{name}, which JSON does not know")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=finite_number, parse_constant=refuse_constant)


def read_csv(path: Path, encoding: str) -> Iterator[Row]:
    """Read the rows of a CSV file whose first row names the columns; comma, semicolon or tab may separate them.

    Raises :class:`CorpusError` with the line where a row is broken or does not fit the header.
    """
    csv.field_size_limit(LONGEST_LINE)
    with TextIOWrapper(open_file(path), encoding=encoding, newline="") as lines:
        if lines.read(1) != _BOM:
            lines.seek(0)
        start = lines.tell()
        delimiter = _delimiter(lines)
        lines.seek(start)
        yield from _rows(path, lines, delimiter)


def _delimiter(lines: TextIOWrapper) -> str:
    """Find the separator with which the header has a ``text`` column; the comma if none does."""
    header = next((line for line in iter(lambda: lines.readline(_LONGEST_HEADER), "") if line.strip()), "")
    for delimiter in _DELIMITERS:
        if "text" in next(csv.reader([header], delimiter=delimiter), []):
            return delimiter
    return ","


def _rows(path: Path, lines: TextIOWrapper, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(read_lines(lines, lambda number: f"{path}:{number}"), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for fields in reader:
            where = f"{path}:{line}"
            if fields and header is None:
                header = fields
                _check_header(header, where)
            elif fields and header is not None:
                if len(fields) != len(header):
                    found = f"{len(fields)} fields where the header has {len(header)}"
                    raise CorpusError(f"{where}: {found}", "put fields that hold the separator in quotes")
                yield Row(dict(zip(header, fields, strict=True)), line, where)
            line = reader.line_num + 1
    except csv.Error as error:
        raise CorpusError(
            f"{path}:{line}: not CSV: {error}", 'quote fields with " and double it inside them'
        ) from error


def _check_header(header: list[str], where: str) -> None:
    if "text" not in header:
        found = ", ".join(header) or "nothing"
        raise CorpusError(f"{where}: no column named text (found {found})", "name the column of the articles `text`")
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise CorpusError(f"{where}: two columns named {twice!r}", "give each column its own name")
