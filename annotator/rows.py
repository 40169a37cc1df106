"""Reading the rows of JSONL and CSV files, with the line of every mistake."""

from __future__ import annotations

import codecs
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
from annotator.nesting import is_too_deep
from annotator.reading_options import USUAL_COLUMNS, RowColumns

_BOM = "\ufeff"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_DELIMITERS = ",;\t|"
_SAID_DELIMITER = re.compile(r"sep=(.)\s*$", re.IGNORECASE)
_LONGEST_HEADER = 1 << 20
_TEXT_COLUMN = "name the column of the articles by --text-column, and what separates columns by --delimiter"


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
        check_surrogates(value, line)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{where}:{error.colno}: not JSON: {error.msg}", "mend the line") from error
    except UnicodeEncodeError as error:
        raise CorpusError(f"{where}: a lone surrogate (half of a character)", "mend what wrote the file") from error
    except RecursionError as error:
        raise _nested_too_deeply(where) from error
    except ValueError as error:
        reason = "a number of too many digits" if "digits" in str(error) else error
        raise CorpusError(f"{where}: {reason}", "mend the line") from error
    if is_too_deep(value):
        raise _nested_too_deeply(where)
    if not isinstance(value, dict):
        raise CorpusError(f"{where}: not an object", "write one {…} a line")
    return value


def _nested_too_deeply(where: str) -> CorpusError:
    return CorpusError(f"{where}: lists or objects nested too deeply", "flatten the line")


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make the object of some keys and values; ``ValueError`` where a key stands twice."""
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} twice in one object")
    return values


def check_surrogates(value: object, written: str) -> None:
    """Raise :class:`UnicodeEncodeError` where a JSON value, ``written`` so, holds half of a character."""
    if _SURROGATE.search(written):
        json.dumps(value, ensure_ascii=False).encode("utf-8")


def finite_number(written: str) -> float:
    """Convert a JSON number; ``ValueError`` where it is too large for a float."""
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(f"the number {written}, which is not finite")
    return number


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which Python would accept."""
    raise ValueError(f"{name}, which JSON does not know")


_DECODER = json.JSONDecoder(object_pairs_hook=unique_keys, parse_float=finite_number, parse_constant=refuse_constant)


def read_csv(path: Path, encoding: str, columns: RowColumns = USUAL_COLUMNS, hint: str = _TEXT_COLUMN) -> Iterator[Row]:
    """Read the rows of a CSV file whose first row names the columns.

    Comma, semicolon, tab or bar separates them: the one that ``columns`` names, or that makes a column of its texts.  A
    first line ``sep=;``, which Excel writes, names it too.  Raises :class:`CorpusError` with the line where a row is
    broken or does not fit the header, and with the columns, and the ``hint``, where none holds the texts.
    """
    csv.field_size_limit(LONGEST_LINE)
    with TextIOWrapper(open_file(path), encoding=encoding, newline="") as lines:
        if lines.read(1) != _BOM:
            lines.seek(0)
        start, line = lines.tell(), 1
        said = _SAID_DELIMITER.match(lines.readline(_LONGEST_HEADER))
        if said:
            start, line = lines.tell(), 2
        lines.seek(start)
        delimiter = columns.delimiter or (said[1] if said else _delimiter(lines, columns.text))
        lines.seek(start)
        yield from _rows(path, lines, delimiter, (columns.text, hint), line)


def find_csv_encoding(path: Path) -> str:
    """Find out how a CSV file is encoded: UTF-16 by its mark, UTF-8 if it is all that, else Windows-1252."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_file(path) as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        stream.seek(0)
        try:
            while piece := stream.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _delimiter(lines: TextIOWrapper, text: str) -> str:
    """Find the separator with which the header has the column of the texts; if none does, that of most columns."""
    header = next((line for line in iter(lambda: lines.readline(_LONGEST_HEADER), "") if line.strip()), "")
    names = {delimiter: next(csv.reader([header], delimiter=delimiter), []) for delimiter in _DELIMITERS}
    return max(_DELIMITERS, key=lambda delimiter: (text in names[delimiter], len(names[delimiter])))


def _rows(path: Path, lines: TextIOWrapper, delimiter: str, expected: tuple[str, str], line: int) -> Iterator[Row]:
    reader = csv.reader(read_lines(lines, lambda number: f"{path}:{number}"), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    first = line
    try:
        for fields in reader:
            where = f"{path}:{line}"
            if fields and header is None:
                header = fields
                _check_header(header, where, *expected)
            elif fields and header is not None:
                if len(fields) != len(header):
                    found = f"{len(fields)} fields where the header has {len(header)}"
                    raise CorpusError(f"{where}: {found}", "put fields that hold the separator in quotes")
                yield Row(dict(zip(header, fields, strict=True)), line, where)
            line = reader.line_num + first
    except csv.Error as error:
        raise CorpusError(
            f"{path}:{line}: not CSV: {error}", 'quote fields with " and double it inside them'
        ) from error


def _check_header(header: list[str], where: str, text: str, hint: str) -> None:
    if text not in header:
        found = ", ".join(header) or "nothing"
        raise CorpusError(f"{where}: no column named {text} (found {found})", hint)
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise CorpusError(f"{where}: two columns named {twice!r}", "give each column its own name")
