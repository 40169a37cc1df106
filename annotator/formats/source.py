"""Reading foreign files: lines and JSON values with their places, and how far reading got."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from annotator.errors import FormatError, InputError
from annotator.formats.json_values import MISSING, JsonList, parse_json, try_decode
from annotator.inputs import LONGEST_LINE, check_encoding, line_too_long, open_file, read_bytes

_BOM = "\ufeff"
_BUFFER = 1 << 18
LARGEST = 1 << 30
"""Bytes of the largest file that is read whole: a DocBin, a CAS."""
_ENCODING_HINT = "if the file is in another encoding, name it, such as --encoding latin-1"


class SourceLine(NamedTuple):
    """A line in UTF-8 without its line feed: its number from 1, ``file:number`` for messages, the bytes before it."""

    data: bytes
    number: int
    where: str
    before: int

    @property
    def text(self) -> str:
        """The decoded line; :class:`FormatError` where it is not UTF-8."""
        try:
            return self.data.decode("utf-8")
        except UnicodeError as error:
            raise _undecodable(self.where, "utf-8", error, self.before) from error


class JsonItem(NamedTuple):
    """One of the JSON values of a file, the line on which it begins, and ``file:number`` for messages."""

    value: Any
    number: int
    where: str


class Source:
    """The source of an import: a file, a folder, or (without a path) a stream such as standard input.

    ``encoding`` is that of all its files.  ``done`` and ``total`` count bytes, for showing progress.
    """

    def __init__(self, path: Path | None, encoding: str = "utf-8", stream: BinaryIO | None = None) -> None:
        self.path = path
        self.encoding = encoding
        self.done = 0
        self.total = 0
        self._stream = stream
        try:
            check_encoding(encoding)
        except InputError as error:
            raise FormatError(error.message, error.hint) from error
        if path is not None:
            if not path.exists():
                raise FormatError(f"{path}: there is no such file or folder", "check the path")
            self.total = path.stat().st_size if path.is_file() else 0

    @property
    def name(self) -> str:
        """The name of the source in messages."""
        return "standard input" if self.path is None else str(self.path)

    @property
    def stem(self) -> str:
        """The name from which documents without a key of their own get theirs."""
        return "import" if self.path is None else self.path.name.split(".")[0] or "import"

    def lines(self) -> Iterator[SourceLine]:
        """Yield the lines of the one file, blank ones too, split at line feeds alone; a byte order mark is left out."""
        with self._open() as stream:
            yield from self._lines(stream)

    def items(self, without: str = "") -> Iterator[JsonItem]:
        """Yield the JSON values of the one file: one a line, or those of one list, whatever the file's ending says.

        Holds one line, or one value of the list, in memory.  ``without`` names a list that is not needed: the
        values may come with it or without.
        """
        with self._open() as stream:
            if self._begins_a_list(stream):
                values = JsonList(self._chunks(stream), self.name)
                before = 0
                for index in count(1):
                    entry = values.next()
                    if entry is None:
                        return
                    beside = f" (item {index})" if entry[1] == before else ""
                    yield JsonItem(*entry, f"{self.name}:{entry[1]}{beside}")
                    before = entry[1]
            for line in self._lines(stream):
                if line.data and not line.data.isspace():
                    value = try_decode(line.data, without)
                    if value is MISSING:
                        value = parse_json(line.text, line.where)
                    yield JsonItem(value, line.number, line.where)

    def data(self) -> bytes:
        """Read the whole of the one file."""
        if self.path is not None and self.total > LARGEST:
            raise FormatError(f"{self.name}: larger than {LARGEST >> 20} MB", "export it in smaller pieces")
        with self._open() as stream:
            data = stream.read()
        self.done += len(data)
        return data

    def text_of(self, path: Path) -> str:
        """Read the exact text of one of a folder's files."""
        try:
            data = read_bytes(path, LONGEST_LINE)
        except OSError as error:
            raise FormatError(f"{path}: {(error.strerror or str(error)).lower()}", "check its permissions") from error
        self.done += len(data)
        try:
            return data.decode(self.encoding)
        except UnicodeError as error:
            raise _undecodable(str(path), self.encoding, error, 0) from error

    @contextmanager
    def _open(self) -> Iterator[io.BufferedReader]:
        if self.path is None:
            stream = self._stream
            assert stream is not None
            yield stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(io.BytesIO(stream.read()))
            return
        if self.path.is_dir():
            raise FormatError(f"{self.path}: a folder", "give a file of this format, or - for standard input")
        try:
            opened = io.BufferedReader(open_file(self.path).detach(), _BUFFER)
        except OSError as error:
            raise FormatError(f"{self.path}: {(error.strerror or str(error)).lower()}", "check its rights") from error
        with opened:
            yield cast("io.BufferedReader", opened)

    def _begins_a_list(self, stream: io.BufferedReader) -> bool:
        head = stream.peek(1 << 12)[: 1 << 12].decode(self.encoding, errors="ignore")
        return head.removeprefix(_BOM).lstrip().startswith("[")

    def _lines(self, stream: io.BufferedReader) -> Iterator[SourceLine]:
        """Yield lines: those of UTF-8 as they stand, those of other encodings turned into it."""
        if "\n".encode(self.encoding) != b"\n":
            for number, text in enumerate("".join(self._chunks(stream)).split("\n"), 1):
                yield SourceLine(text.encode("utf-8"), number, f"{self.name}:{number}", 0)
            return
        name, is_utf8 = self.name, codecs.lookup(self.encoding).name == "utf-8"
        for number, data in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), 1):
            where = f"{name}:{number}"
            if len(data) == LONGEST_LINE:
                raise line_too_long(where, LONGEST_LINE)
            before, self.done = self.done, self.done + len(data)
            line = data.removesuffix(b"\n")
            if not is_utf8:
                line = self._recoded(line, where, before)
            if number == 1 and line.startswith(codecs.BOM_UTF8):
                line, before = line[len(codecs.BOM_UTF8) :], before + len(codecs.BOM_UTF8)
            yield SourceLine(line, number, where, before)

    def _recoded(self, data: bytes, where: str, before: int) -> bytes:
        try:
            return data.decode(self.encoding).encode("utf-8")
        except UnicodeError as error:
            raise _undecodable(where, self.encoding, error, before) from error

    def _chunks(self, stream: BinaryIO) -> Iterator[str]:
        """Yield decoded pieces of the file, without its byte order mark."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        data = b"-"
        first = True
        while data:
            data = stream.read(1 << 16)
            try:
                text = decoder.decode(data, final=not data)
            except UnicodeError as error:
                raise _undecodable(self.name, self.encoding, error, self.done) from error
            self.done += len(data)
            yield text.removeprefix(_BOM) if first else text
            first = False


def _undecodable(where: str, encoding: str, error: UnicodeError, before: int) -> FormatError:
    """Say at which byte of a file decoding failed; ``before`` is the number of those that went well."""
    shown = "UTF-8" if codecs.lookup(encoding).name == "utf-8" else encoding
    position = f"byte {before + error.start} is" if isinstance(error, UnicodeDecodeError) else "it is"
    return FormatError(f"{where}: {position} not {shown}", _ENCODING_HINT)
