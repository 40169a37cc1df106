"""Reading the articles of a file, a folder or an archive, each kind of file by its reader."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from annotator.article_rows import row_articles
from annotator.articles import Article, Taken, check_article, is_blank, is_first
from annotator.documents import kinds
from annotator.documents.archives import unpacked
from annotator.documents.confined import ConfinedReader
from annotator.documents.extract import Extract
from annotator.documents.kinds import Kind
from annotator.errors import NO_SPACE, CorpusError, InputError, NoTextError
from annotator.folders import list_files
from annotator.inputs import LONGEST_LINE, open_file, read_bytes
from annotator.reading_options import ReadingOptions
from annotator.reading_report import FileExtract, ReadingReport
from annotator.rows import find_csv_encoding, read_csv, read_jsonl

_SUPPORTED = ".txt, .md, .jsonl, .csv, .html, .pdf, .docx, .epub, .eml, .mbox, .rss, .zip or .tar.gz"
_READABLE = "say what it is, as in --kind html"
_ROWS = (kinds.JSON_LINES, kinds.CSV)
_SKIP_IT = ", or add --skip-bad to take the others"


class ArticleFiles:
    """Reads articles; ``report`` gets what is skipped, and what of documents is left out.

    ``taken_in_file`` is where the keys of one file are noted while it is checked.
    """

    def __init__(self, options: ReadingOptions, report: ReadingReport, taken_in_file: Taken) -> None:
        self._options = options
        self._report = report
        self._taken_in_file = taken_in_file
        self._confined = ConfinedReader()
        self._in_archive = False

    def close(self) -> None:
        """End the process that reads documents."""
        self._confined.close()

    def read(self, path: Path) -> Iterator[Article]:
        """Yield the articles of a path; :class:`CorpusError` for the first that cannot be taken."""
        before = self._skipped()
        try:
            yield from self._read(path, str(path))
        except InputError as error:
            raise CorpusError(error.message, error.hint) from error
        if self._options.strict and self._skipped() > before:
            raise CorpusError(f"{path}: skipped {self._report.skipped_told()}", "move them away, or leave out --strict")

    def _read(self, path: Path, name: str) -> Iterator[Article]:
        if path.is_dir():
            yield from self._read_folder(path, name)
            return
        if not path.exists():
            raise CorpusError(f"{name}: there is no such file or folder", "check the path")
        kind = self._kind(path)
        if kind is None:
            found = kinds.kind_of_content(path)
            what = "cannot read articles from this kind of file" if found is None else f"cannot read {found.told}"
            raise CorpusError(f"{name}: {what}", f"use {_SUPPORTED}, or {_READABLE}")
        yield from self._read_file(path, name, kind, path.stem)

    def _kind(self, path: Path | os.DirEntry[str]) -> Kind | None:
        """The kind of a file by what the user says, or its name."""
        return kinds.kind_of_name(f".{self._options.kind}" if self._options.kind else path.name)

    def _read_folder(self, folder: Path, name: str) -> Iterator[Article]:
        def skip(reason: str, path: Path) -> None:
            self._report.skip(reason, _told(path, folder, name))

        def reason(entry: os.DirEntry[str], size: int) -> str:
            kind = self._kind(entry)
            if kind is None:
                return "of an unknown kind"
            if kind is kinds.ARCHIVE and self._in_archive:
                return "packed again (an archive in an archive)"
            return "empty" if not size else f"larger than {kind.most >> 20} MB" if size > kind.most else ""

        before = self._skipped()
        any_article = False
        for path in list_files(folder, reason, skip):
            for article in self._read_in_folder(path, folder, name):
                any_article = True
                yield article
        if not any_article:
            told = f" (skipped {self._report.skipped_told()})" if self._skipped() > before else ""
            raise NoTextError(f"{name}: no articles in this folder{told}", f"put {_SUPPORTED} files there")

    def _skipped(self) -> int:
        return sum(some.count for some in self._report.skipped.values())

    def _read_in_folder(self, path: Path, folder: Path, name: str) -> Iterator[Article]:
        """Read a file of a folder, or skip it where it is empty, or cannot be taken and may be skipped for that."""
        kind, told = self._kind(path), _told(path, folder, name)
        assert kind is not None
        if path.suffix.lower() == ".xml" and kinds.kind_of_content(path) is not kinds.FEED:
            self._report.skip("of an unknown kind", told)
            return
        stem = _stem(path)
        if self._options.key_by_path:
            stem = ".".join((*path.relative_to(folder).parent.parts, stem))
        any_taken = False
        try:
            if self._options.skip_bad and kind in _ROWS:
                self._check_rows(path, told, kind, stem)
            articles = _checked(self._read_file(path, told, kind, stem))
            for article in articles if kind in _ROWS or kind is kinds.ARCHIVE else list(articles):
                any_taken = True
                yield article
        except NoTextError:
            self._report.skip("without text", told)
        except (CorpusError, InputError) as error:
            message = error.message.replace(str(path), told)
            if not self._options.skip_bad:
                raise type(error)(message, error.hint.removesuffix(_SKIP_IT) + _SKIP_IT) from error
            if any_taken or _is_lack_of_space(error):
                raise
            self._report.skip("that cannot be taken", _with_reason(told, message))

    def _check_rows(self, path: Path, name: str, kind: Kind, stem: str) -> None:
        """Read all rows of a file before the first is taken; :class:`CorpusError` for the first that cannot be taken.

        What the report is told of the file waits until the rows are taken.
        """
        self._taken_in_file.clear()
        reader = ArticleFiles(self._options, ReadingReport(), self._taken_in_file)
        for article in _checked(reader._read_file(path, name, kind, stem)):
            is_first(article, self._taken_in_file)

    def _read_file(self, path: Path, name: str, kind: Kind, stem: str) -> Iterator[Article]:
        """Yield the articles of a file of a kind; ``name`` is what it is called in messages, ``stem`` its key."""
        self._report.files += 1
        any_article = False
        try:
            for article in self._articles(path, name, kind, stem):
                any_article = True
                yield article
        except UnicodeError as error:
            raise _decoding_error(path, name, self._options.encoding or "utf-8") from error
        except OSError as error:
            raise CorpusError(f"{name}: cannot be read: {error.strerror}", "check its permissions") from error
        if not any_article:
            what = "no text in this file" if kind.reader else "no articles in this file"
            raise NoTextError(f"{name}: {what}", "leave it out, or put the articles there")

    def _articles(self, path: Path, name: str, kind: Kind, stem: str) -> Iterator[Article]:
        if kind.reader:
            yield from self._read_document(path, name, kind, stem)
        elif kind is kinds.ARCHIVE:
            yield from self._read_archive(path, name)
        elif kind is kinds.JSON_LINES:
            rows = read_jsonl(path, self._options.encoding or "utf-8")
            yield from row_articles(rows, path, self._options.columns)
        elif kind is kinds.CSV:
            rows = read_csv(path, self._csv_encoding(path, name), self._options.columns)
            yield from row_articles(rows, path, self._options.columns)
        else:
            yield self._read_text(path, name, stem)

    def _read_text(self, path: Path, name: str, stem: str) -> Article:
        data = read_bytes(path, LONGEST_LINE)
        found = kinds.kind_of_beginning(data[:1024])
        if found is not None and self._options.kind is None:
            raise _mistaken(name, kinds.TEXT, found)
        text = data.decode(self._options.encoding or "utf-8")
        if is_blank(text):
            what = "only whitespace" if text else "empty"
            raise NoTextError(f"{name}: the text is {what}", "leave it out, or put the article there")
        return Article(stem, text, where=name)

    def _csv_encoding(self, path: Path, name: str) -> str:
        if self._options.encoding:
            return self._options.encoding
        found = find_csv_encoding(path)
        if found == "cp1252":
            self._report.note(f"{name}: not UTF-8, and read as Windows-1252; --encoding names another")
        return found

    def _read_document(self, path: Path, name: str, kind: Kind, stem: str) -> Iterator[Article]:
        """Take the text out of a document; where a file has several, their keys end with what tells them apart."""
        found = kinds.kind_of_content(path)
        if found is not None and found is not kind and not (kind is kinds.HTML and found is kinds.FEED):
            raise _mistaken(name, kind, found)
        source = {"file": Path(name).name, "sha256": _digest(path)}
        told = FileExtract(name)
        texts: dict[str, int] = {}
        for extract in self._confined.read(path, name, kind, self._options.extracting):
            told.add(extract)
            for note in extract.notes:
                self._report.note(note)
            if not is_blank(extract.text):
                key = f"{stem}-{_part(extract, texts)}" if extract.part else stem
                meta: dict[str, Any] = {**extract.meta, "source": source}
                yield Article(key, extract.text, extract.title, extract.lang, meta, name)
        self._report.add(told)

    def _read_archive(self, path: Path, name: str) -> Iterator[Article]:
        found = kinds.kind_of_content(path)
        if found is not None and found is not kinds.ARCHIVE:
            raise _mistaken(name, kinds.ARCHIVE, found)
        with unpacked(path, name) as (folder, hidden):
            for member in hidden:
                self._report.skip("hidden", f"{name}/{member}")
            self._in_archive = True
            try:
                yield from self._read_folder(folder, name)
            finally:
                self._in_archive = False


def _checked(articles: Iterable[Article]) -> Iterator[Article]:
    """Yield the articles of a file up to the first that cannot be taken."""
    for article in articles:
        check_article(article)
        yield article


def _part(extract: Extract, texts: dict[str, int]) -> str:
    """What tells a part of a file apart, by its text too where an earlier one of ``texts`` has that with another text.

    Mailboxes hold what was sent and what a list sent back by one message id, and feeds an entry and its correction.
    """
    text = hash(extract.text)
    if texts.setdefault(extract.part, text) == text:
        return extract.part
    return hashlib.sha256(f"{extract.part}\n{extract.text}".encode("utf-8", "replace")).hexdigest()[:10]


def _is_lack_of_space(error: BaseException | None) -> bool:
    """Tell whether an error is one of a full disk, and so not of the file that was read."""
    while error is not None and not (isinstance(error, OSError) and error.errno in NO_SPACE):
        error = error.__cause__
    return error is not None


def _stem(path: Path) -> str:
    """The name of a file without its ending."""
    return path.stem


def _told(path: Path, folder: Path, name: str) -> str:
    """What a file of a folder is called in messages, where the folder is called ``name``."""
    return str(Path(name, path.relative_to(folder)))


def _with_reason(name: str, message: str) -> str:
    """Say in brackets behind the name of a file, or the line in it, what a message about it says."""
    if not message.startswith(name):
        return f"{name} ({message})"
    place, _, reason = message.removeprefix(name).partition(": ")
    return f"{name}{place} ({reason})"


def _digest(path: Path) -> str:
    with open_file(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _mistaken(name: str, kind: Kind, found: Kind) -> CorpusError:
    """The error for a file that is of another kind than its name says."""
    if not found.ending:
        return CorpusError(f"{name}: {found.told}, not {kind.told}", f"save it as one of {_SUPPORTED}")
    hint = f"rename it to {Path(name).stem}{found.ending}"
    if kind is kinds.TEXT:
        hint += ", or take it as it stands by --kind txt"
    return CorpusError(f"{name}: {found.told}, though its name says {kind.told}", hint)


def _decoding_error(path: Path, name: str, encoding: str) -> CorpusError:
    """Say at which byte of the file decoding fails, because the original error may count from a later piece."""
    told = "UTF-8" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    hint = "if the file is in another encoding, name it, such as --encoding latin-1"
    try:
        with open_file(path) as stream:
            stream.read().decode(encoding)
    except UnicodeDecodeError as error:
        return CorpusError(f"{name}: byte {error.start} is not {told}", hint)
    except UnicodeError:
        pass
    return CorpusError(f"{name}: not {told}", hint)
