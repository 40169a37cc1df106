"""Reading foreign files: lines and JSON values with their places, and how far reading got."""

from __future__ import annotations

import codecs
import io
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from annotator.errors import FormatError, InputError
from annotator.files.scratch import scratch
from annotator.formats.json_values import MISSING, JsonValues, is_unfinished, parse_json, try_decode
from annotator.inputs import LONGEST_LINE, check_encoding, files_under, line_too_long, open_file, read_bytes
from annotator.zip_archive import is_zip, unpack

_BOM = "\ufeff"
_BEFORE_MARKUP = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_BUFFER = 1 << 18
_MANIFEST = "manifest.json"
SPAN_LABELS, RELATION_LABELS = "span-labels.json", "relation-labels.json"
TYPES, RELATION_NUMBERS = "types.json", "rel2id.json"
BESIDE = (SPAN_LABELS, RELATION_LABELS, TYPES, RELATION_NUMBERS)
"""What exports put beside their data, by the ends of the names: JSON that holds no documents."""
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
    """One of the JSON values of a file or a folder.

    ``where`` is ``file:line`` for messages, ``stem`` the name of its file, and ``number`` its place there from 1;
    ``alone`` marks one that is a file by itself.
    """

    value: Any
    number: int
    where: str
    stem: str
    alone: bool = False

    def key(self, own: object = None) -> str:
        """Name the document of this value: by its file, and by its ``own`` number or id, else by its place there."""
        if own is not None:
            return f"{self.stem}-{own}"
        return self.stem if self.alone else f"{self.stem}-{self.number:06}"


class Source:
    """The source of an import: a file, a folder, or (without a path) a stream such as standard input.

    ``encoding`` is that of all its files, ``name`` what it is called in messages (``told``, else its path).  ``done``
    and ``total`` count bytes, for showing progress.
    """

    def __init__(
        self, path: Path | None, encoding: str = "utf-8", stream: BinaryIO | None = None, told: str | None = None
    ) -> None:
        self.path = path
        self.name = told or ("standard input" if path is None else str(path))
        self.encoding = encoding
        self.done = 0
        self.total = 0
        self._stream = stream
        self._stem = ""
        try:
            check_encoding(encoding)
        except InputError as error:
            raise FormatError(error.message, error.hint) from error
        if path is not None:
            if not path.exists():
                raise FormatError(f"{path}: there is no such file or folder", "check the path")
            self.total = path.stat().st_size if path.is_file() else 0

    def told(self, file: Path) -> str:
        """The name in messages of one of the folder's files."""
        if self.path is None or self.path not in file.parents:
            return self.name
        return f"{self.name}/{file.relative_to(self.path).as_posix()}"

    @property
    def stem(self) -> str:
        """The name from which documents without a key of their own get theirs."""
        if self._stem:
            return self._stem
        return "import" if self.path is None else self.path.name.split(".")[0] or "import"

    def lines(self) -> Iterator[SourceLine]:
        """Yield the lines of the one file, blank ones too, split at line feeds alone; a byte order mark is left out."""
        with self._open() as stream:
            yield from self._lines(stream)

    def parts(self, *endings: str, beside: Sequence[str] = ()) -> Iterator[Source]:
        """Yield this source, or each file of its folder whose name ends so, in order of their paths.

        Left out are the manifests of exports of ours, and what else an export puts ``beside`` its data.
        """
        if self.path is None or not self.path.is_dir():
            yield self
            return
        folder = self.path
        try:
            found = files_under(folder, lambda name: name.lower().endswith(endings))
        except OSError as error:
            raise FormatError(
                f"{error.filename}: {(error.strerror or str(error)).lower()}", "check its rights"
            ) from error
        files = [file for file in found if not _is_beside(file, (_MANIFEST, *beside))]
        if not files:
            raise FormatError(f"{self.name}: no {' or '.join(endings)} file in this folder", "check the path")
        self.total = sum(file.stat().st_size for file in files)
        before = self.done
        for file in files:
            part = Source(file, self.encoding, told=self.told(file))
            part._stem = ".".join(file.relative_to(folder).with_suffix("").parts)
            yield part
            before = self.done = before + part.done

    def items(self, without: str = "", beside: Sequence[str] = ()) -> Iterator[JsonItem]:
        """Yield the JSON values of the file, or of all files of the folder.

        A file has one value a line, or one list, or values over several lines, whatever its ending says.  Holds one
        line, or one value of a list, in memory.  ``without`` names a list that is not needed: the values may come with
        it or without, and ``beside`` what :meth:`parts` leaves out.
        """
        for part in self.parts(".json", ".jsonl", beside=beside):
            values = part._values(without)
            first, second = next(values, None), next(values, None)
            if first is None:
                continue
            alone = second is None and part.path is not None and part.path.suffix.lower() == ".json"
            yield first._replace(alone=alone)
            if second is not None:
                yield second
            yield from values

    def _values(self, without: str) -> Iterator[JsonItem]:
        with self._open() as stream:
            if self._begins_a_list(stream):
                yield from self._parsed(JsonValues(self._chunks(stream), self.name))
                return
            lines = self._lines(stream)
            numbers = count(1)
            for line in lines:
                if not line.data or line.data.isspace():
                    continue
                value = try_decode(line.data, without)
                number = next(numbers)
                if value is MISSING:
                    if number == 1 and is_unfinished(line.text):
                        text = chain(["\n" * (line.number - 1)], (f"{part.text}\n" for part in chain([line], lines)))
                        yield from self._parsed(JsonValues(text, self.name, listed=False))
                        return
                    value = parse_json(line.text, line.where)
                yield JsonItem(value, number, line.where, self.stem)

    def _parsed(self, values: JsonValues) -> Iterator[JsonItem]:
        before = 0
        for number in count(1):
            entry = values.next()
            if entry is None:
                return
            value, line = entry
            beside = f" (item {number})" if line == before else ""
            yield JsonItem(value, number, f"{self.name}:{line}{beside}", self.stem)
            before = line

    def begins_with(self, mark: bytes) -> bool:
        """Tell whether the one file begins so, after a byte order mark and white space."""
        with self._open() as stream:
            return stream.peek(1 << 12).lstrip(_BEFORE_MARKUP).startswith(mark)

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of the one file, piece by piece."""
        with self._open() as stream:
            while data := stream.read(1 << 16):
                self.done += len(data)
                yield data

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
            raise FormatError(
                f"{self.told(path)}: {(error.strerror or str(error)).lower()}", "check its permissions"
            ) from error
        self.done += len(data)
        try:
            return data.decode(self.encoding)
        except UnicodeError as error:
            raise _undecodable(self.told(path), self.encoding, error, 0) from error

    @contextmanager
    def _open(self) -> Iterator[io.BufferedReader]:
        if self.path is None:
            stream = self._stream
            assert stream is not None
            if not isinstance(stream, io.BufferedReader):
                stream = self._stream = cast("BinaryIO", io.BufferedReader(io.BytesIO(stream.read())))
            yield cast("io.BufferedReader", stream)
            return
        if self.path.is_dir():
            raise FormatError(f"{self.name}: a folder", "give a file of this format, or - for standard input")
        try:
            opened = io.BufferedReader(open_file(self.path).detach(), _BUFFER)
        except OSError as error:
            raise FormatError(f"{self.name}: {(error.strerror or str(error)).lower()}", "check its rights") from error
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


@contextmanager
def unpacked(source: Source) -> Iterator[Source]:
    """Yield a source, or, while it lasts, the folder of files that it is packed in as a ZIP archive."""
    if source.path is None or not is_zip(source.path):
        yield source
        return
    with scratch(Path(tempfile.gettempdir())) as folder:
        unpack(source.path, folder)
        yield Source(folder, source.encoding, told=source.name)


def _is_beside(file: Path, ends: Sequence[str]) -> bool:
    """Tell whether a file is called as one of these, alone or after the name of a file that lies there too."""
    of = [file.name.removesuffix(f".{end}") for end in ends if file.name.endswith(f".{end}")]
    return file.name in ends or any(file.with_name(name).is_file() for name in of)


def _undecodable(where: str, encoding: str, error: UnicodeError, before: int) -> FormatError:
    """Say at which byte of a file decoding failed; ``before`` is the number of those that went well."""
    shown = "UTF-8" if codecs.lookup(encoding).name == "utf-8" else encoding
    position = f"byte {before + error.start} is" if isinstance(error, UnicodeDecodeError) else "it is"
    return FormatError(f"{where}: {position} not {shown}", _ENCODING_HINT)
