"""Reading JSON that others wrote: value by value, with every error placed, and fields checked for their types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NoReturn

import msgspec

from annotator.errors import FormatError
from annotator.rows import check_surrogates, finite_number, refuse_constant

MISSING = object()
"""Stands for a field that is not there."""

NOT_DECODED = (msgspec.DecodeError, RecursionError, UnicodeError)
"""What msgspec raises at broken JSON, at what is nested too deeply, and at what is not UTF-8."""

_HINT = "mend what wrote the file"
_SHOWN = 40
_WINDOW = 1 << 16
_NOT_SPACE = re.compile(r"[^ \t\r\n]")
_CERTAIN = 32
"""Broken JSON so many characters before the end of what was read is broken, not unfinished."""

_TYPES: Mapping[type, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def parse_json(text: str, where: str) -> Any:
    """Parse a whole JSON value; raise :class:`FormatError` naming ``where`` if it is none, or holds half characters."""
    with suppress(*NOT_DECODED):
        return _decode(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        position = f"{error.lineno}:{error.colno}" if "\n" in text else str(error.colno)
        raise FormatError(f"{where}:{position}: not JSON: {error.msg}", _HINT) from error
    except (RecursionError, ValueError) as error:
        raise _refused(error, where) from error
    _check_surrogates(value, text, where)
    return value


def is_unfinished(text: str) -> bool:
    """Tell whether a text is the beginning of a JSON object that further lines may complete."""
    if not text.startswith("{"):
        return False
    try:
        _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return error.pos == len(text)
    except (RecursionError, ValueError):
        return False
    return False


def try_decode(data: bytes, without: str = "") -> Any:
    """Decode a JSON value; return :data:`MISSING` where only :func:`parse_json` can read it, or say what is wrong.

    ``without`` names a key of the object whose value, a long list of flat objects, may be left out.  Its borders are
    searched in the bytes: no string can hold them, because JSON escapes quotation marks inside strings, and where
    anything else does, the rest is no JSON, and all of it is parsed.
    """
    if without:
        start = data.find(f',"{without}":[{{'.encode())
        end = data.find(b'}],"', start)
        if 0 <= start < end:
            value = try_decode(data[:start] + data[end + 2 :])
            return try_decode(data) if value is MISSING else value
    try:
        return _decode(data)
    except NOT_DECODED:
        return MISSING


class JsonValues:
    """JSON values read from pieces of text, one after another; only the one that is being read is in memory.

    They are those of one list where ``listed``, else they stand one behind the other, over as many lines as they
    like.  ``name`` is that of the file, for messages.
    """

    def __init__(self, pieces: Iterator[str], name: str, *, listed: bool = True) -> None:
        self._pieces = pieces
        self._name = name
        self._listed = listed
        self._text = ""
        self._at = 0
        self._line = 1
        self._separator = "["

    def next(self) -> tuple[Any, int] | None:
        """Read the next value; return it with the line on which it begins, ``None`` after the last."""
        more = self._go_to_next_of_list() if self._listed else self._find() is not None
        return (self._value(), self._line_of_value) if more else None

    def _go_to_next_of_list(self) -> bool:
        character = self._peek()
        if character == "]" and self._separator == ",":
            self._finish()
            return False
        if character != self._separator:
            self._fail(f"expected {self._separator!r}", self._at)
        self._at += 1
        if self._peek() == "]" and self._separator == "[":
            self._finish()
            return False
        self._separator = ","
        return True

    def _value(self) -> Any:
        wanted = _WINDOW
        self._line_of_value = self._line
        value = self._rest_of_line()
        if value is not MISSING:
            return value
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                unfinished = error.pos > len(self._text) - _CERTAIN or error.msg.startswith("Unterminated")
                if unfinished and self._read_more(wanted):
                    wanted *= 2
                    continue
                self._fail(error.msg, error.pos)
            except (RecursionError, ValueError) as error:
                raise _refused(error, f"{self._name}:{self._line}") from error
            if end == len(self._text) and isinstance(value, (int, float)) and self._read_more(1):
                continue  # the number may go on
            _check_surrogates(value, self._text[self._at : end], f"{self._name}:{self._line}")
            self._advance(end)
            return value

    def _rest_of_line(self) -> Any:
        """Read the value that the rest of this line is, but for a comma: twice as quick as to look for its end.

        Returns :data:`MISSING` where it is something else, or long.
        """
        end = self._text.find("\n", self._at, self._at + _WINDOW)
        if end < 0:
            return MISSING
        written = self._text[self._at : end].rstrip(", \t\r")
        try:
            value = _decode(written)
        except NOT_DECODED:
            return MISSING
        self._advance(self._at + len(written))
        return value

    def _peek(self) -> str:
        """Go to the next character of the list that is not white space, and return it."""
        character = self._find()
        if character is None:
            self._fail("the list does not end: the file was cut short", self._at)
        return character

    def _find(self) -> str | None:
        """Go to the next character that is not white space, and return it; ``None`` where there is none."""
        while (match := _NOT_SPACE.search(self._text, self._at)) is None:
            self._advance(len(self._text))
            if not self._read_more(1):
                return None
        self._advance(match.start())
        return match[0]

    def _advance(self, end: int) -> None:
        self._line += self._text.count("\n", self._at, end)
        self._at = end
        if end > _WINDOW:
            self._text, self._at = self._text[end:], 0

    def _read_more(self, wanted: int) -> bool:
        """Read at least ``wanted`` more characters, if there are; tell whether there were any."""
        pieces: list[str] = []
        size = 0
        for piece in self._pieces:
            pieces.append(piece)
            size += len(piece)
            if size >= wanted:
                break
        self._text += "".join(pieces)
        return size > 0

    def _finish(self) -> None:
        self._at += 1
        if self._find() is not None:
            self._fail("something follows the list", self._at)

    def _fail(self, problem: str, at: int) -> NoReturn:
        line = self._line + self._text.count("\n", self._at, at)
        kind = "a JSON list" if self._listed else "JSON"
        raise FormatError(f"{self._name}:{line}: not {kind}: {problem}", _HINT)


def _refused(error: Exception, where: str) -> FormatError:
    if isinstance(error, RecursionError):
        return FormatError(f"{where}: lists or objects nested too deeply", "flatten them")
    problem = "a number of too many digits" if "digits" in str(error) else error
    return FormatError(f"{where}: {problem}", _HINT)


def _check_surrogates(value: object, written: str, where: str) -> None:
    try:
        check_surrogates(value, written)
    except UnicodeEncodeError as error:
        raise FormatError(f"{where}: half of a character (a lone surrogate)", _HINT) from error


_decode = msgspec.json.Decoder().decode
_DECODER = json.JSONDecoder(parse_float=finite_number, parse_constant=refuse_constant)
"""Slower, but it says what is wrong, and where."""


encode = msgspec.json.Encoder().encode
"""Writes compact JSON in UTF-8: every letter as itself, keys in their order."""


def dumps(value: object) -> str:
    """Write compact JSON as text."""
    return encode(value).decode("utf-8")


class Fields:
    """The values of a JSON object, each read with its type; :class:`FormatError` names one that is missing or wrong.

    ``where`` is ``file:line``, ``path`` leads to the object inside the record, ``hint`` says what to do about an error.
    """

    __slots__ = ("hint", "path", "values", "where")

    def __init__(self, values: Mapping[str, Any], where: str, path: str = "", hint: str = _HINT) -> None:
        self.values = values
        self.where = where
        self.path = path
        self.hint = hint

    @classmethod
    def of(cls, value: object, where: str, path: str = "", hint: str = _HINT) -> Fields:
        """Take a value that must be an object."""
        if not isinstance(value, dict):
            raise FormatError(
                f"{where}: {path.rstrip('.')}{': ' if path else ''}found {excerpt(value)}, expected an object",
                hint,
            )
        return cls(value, where, path, hint)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def get(self, name: str, *types: type) -> Any:
        """Read a value of one of the types."""
        value = self.values.get(name, MISSING)
        if type(value) not in types:
            self.fail(name, f"found {excerpt(value)}, expected {' or '.join(_TYPES[kind] for kind in types)}")
        return value

    def optional(self, name: str, *types: type) -> Any:
        """Read a value of one of the types; ``None`` where it is null or missing."""
        return None if self.values.get(name) is None else self.get(name, *types)

    def inner(self, name: str) -> Fields:
        """Read an object inside this one."""
        return Fields(self.get(name, dict), self.where, f"{self.path}{name}.", self.hint)

    def items(self, name: str) -> Iterator[Fields]:
        """Yield the objects of a list."""
        return (self.item(name, index) for index in range(len(self.get(name, list))))

    def item(self, name: str, index: int) -> Fields:
        """Read one object of a list."""
        return Fields.of(self.get(name, list)[index], self.where, f"{self.path}{name}[{index}].", self.hint)

    def texts(self, name: str) -> list[str]:
        """Read a list of strings."""
        values: list[Any] = self.get(name, list)
        if not all(isinstance(value, str) for value in values):
            self.fail(name, f"found {excerpt(values)}, expected a list of strings")
        return values

    def labels(self, name: str) -> list[str]:
        """Read a list of labels: strings that are not empty."""
        labels = self.texts(name)
        if "" in labels:
            self.fail(name, "found an empty label, expected names")
        return labels

    def others(self, *known: str) -> dict[str, Any]:
        """Collect the values whose names are not among ``known``."""
        return {name: value for name, value in self.values.items() if name not in known}

    def range(self, start: str, end: str, length: int) -> tuple[int, int]:
        """Read the offsets of a range in a text of ``length`` code points."""
        first, last = self.get(start, int), self.get(end, int)
        if not 0 <= first < last <= length:
            self.fail(start, f"found {first}-{last}, expected 0 ≤ {start} < {end} ≤ {length}")
        return first, last

    def label(self, name: str) -> str:
        """Read a label: a string that is not empty, or a number, which becomes a string."""
        value = self.get(name, str, int)
        if value == "":
            self.fail(name, "found an empty label, expected a name")
        return str(value)

    def fail(self, name: str, problem: str) -> NoReturn:
        """Raise a :class:`FormatError` about a field."""
        raise FormatError(f"{self.where}: {self.path}{name}: {problem}", self.hint)


def excerpt(value: object) -> str:
    """Write a value as JSON for a message, shortened; ``nothing`` for :data:`MISSING`."""
    if value is MISSING:
        return "nothing"
    try:
        written = json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return "something"
    return written if len(written) <= _SHOWN else written[: _SHOWN - 1] + "…"
