"""Reading articles from files, and building documents from articles.

A text is taken exactly as it was decoded: byte order mark, carriage returns and no-break spaces stay.  Articles are
read one by one, so that a file may be larger than memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from annotator.errors import CorpusError, InputError
from annotator.inputs import LONGEST_LINE, check_encoding, files_under, open_file, read_bytes
from annotator.languages import short_language, tell_language
from annotator.names import key_problem as key_problem
from annotator.rows import Row, read_csv, read_jsonl
from annotator.text import Document, derive_title, text_sha256
from annotator.tokenization import split_sentences, tokenize


@dataclass(frozen=True)
class Article:
    """A text as it was read, with the metadata that its source has.

    ``key`` names it (the file's name without folder and extension, or a row's ``id``); ``where`` is ``path`` or
    ``path:line``, for messages.
    """

    key: str
    text: str
    title: str | None = None
    lang: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""

    @cached_property
    def sha256(self) -> str:
        """The digest that identifies the text."""
        return text_sha256(self.text)


class Taken(Protocol):
    """Which keys are taken, by what text and where; a dictionary does, while there is memory."""

    def setdefault(self, key: str, article: tuple[str, str], /) -> tuple[str, str]:
        """Return the digest and place of the first article with this key, which is ``article`` if there was none."""


def read_articles(paths: Sequence[Path], *, encoding: str = "utf-8", taken: Taken | None = None) -> Iterator[Article]:
    """Read the articles of files and folders, in the order given; the same article twice is read once.

    ``.txt`` and ``.md`` files are articles; each line of ``.jsonl`` and each row of ``.csv`` is one, with its text
    under ``text``; folders are searched, subfolders too, by name, without hidden files.

    Raises :class:`CorpusError` at the first article that cannot be taken, saying what, where and how to mend it.
    ``taken`` is where the keys of what was read are noted.
    """
    try:
        check_encoding(encoding)
    except InputError as error:
        raise CorpusError(error.message, error.hint) from error
    taken = {} if taken is None else taken
    for path in paths:
        for article in _read(path, encoding):
            _check_article(article)
            this = article.sha256, article.where
            first = taken.setdefault(article.key, this)
            if first is this:
                yield article
            elif first[0] != article.sha256:
                raise CorpusError(
                    f"{article.where}: the key {article.key!r} is already that of {first[1]}, which has another text",
                    "rename one of them, or give the rows different ids",
                )


def build_document(article: Article, languages: Sequence[str]) -> Document:
    """Build a document from an article: its title, its language (one of ``languages``), tokens and sentences."""
    lang = _language(article, tuple(languages))
    tokens = tokenize(article.text, lang)
    return Document(
        key=article.key,
        text=article.text,
        lang=lang,
        title=article.title if article.title and article.title.strip() else derive_title(article.text),
        tokens=tokens,
        sentences=split_sentences(article.text, tokens, lang),
        meta=article.meta,
    )


def _read(path: Path, encoding: str) -> Iterator[Article]:
    try:
        if path.is_dir():
            files = files_under(path, lambda name: Path(name).suffix.lower() in _READERS)
            if not files:
                raise CorpusError(f"{path}: no articles in this folder", f"put {_SUPPORTED} files there")
            for file in files:
                yield from _read(file, encoding)
        elif not path.exists():
            raise CorpusError(f"{path}: there is no such file or folder", "check the path")
        elif path.suffix.lower() not in _READERS:
            raise CorpusError(f"{path}: cannot read articles from this kind of file", f"use {_SUPPORTED}")
        else:
            yield from _read_file(path, encoding)
    except UnicodeError as error:
        raise _decoding_error(path, encoding) from error
    except InputError as error:
        raise CorpusError(error.message, error.hint) from error
    except OSError as error:
        raise CorpusError(f"{path}: cannot be read: {error.strerror}", "check its permissions") from error


def _read_file(path: Path, encoding: str) -> Iterator[Article]:
    any_article = False
    for article in _READERS[path.suffix.lower()](path, encoding):
        any_article = True
        yield article
    if not any_article:
        raise CorpusError(f"{path}: no articles in this file", "leave it out, or put the articles there")


def _decoding_error(path: Path, encoding: str) -> CorpusError:
    """Say at which byte of the file decoding fails, because the original error may count from a later piece."""
    name = "UTF-8" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    hint = "if the file is in another encoding, name it, such as --encoding latin-1"
    try:
        with open_file(path) as stream:
            stream.read().decode(encoding)
    except UnicodeDecodeError as error:
        return CorpusError(f"{path}: byte {error.start} is not {name}", hint)
    except UnicodeError:
        pass
    return CorpusError(f"{path}: not {name}", hint)


def _read_text(path: Path, encoding: str) -> Iterator[Article]:
    text = read_bytes(path, LONGEST_LINE).decode(encoding)
    yield Article(path.stem, text, where=str(path))


def _read_jsonl(path: Path, encoding: str) -> Iterator[Article]:
    return (_row_article(row, path) for row in read_jsonl(path, encoding))


def _read_csv(path: Path, encoding: str) -> Iterator[Article]:
    return (_row_article(row, path) for row in read_csv(path, encoding))


_READERS: Mapping[str, Callable[[Path, str], Iterator[Article]]] = {
    ".txt": _read_text,
    ".md": _read_text,
    ".jsonl": _read_jsonl,
    ".csv": _read_csv,
}
_SUPPORTED = ".txt, .md, .jsonl or .csv"


def _row_article(row: Row, path: Path) -> Article:
    """Build an article from a row; fields other than text, key, title and language become its ``meta``."""
    meta = dict(row.values)
    if "text" not in meta:
        raise CorpusError(f"{row.where}: no text", f"each row needs a `text`; found {', '.join(meta) or 'nothing'}")
    text = meta.pop("text")
    if not isinstance(text, str):
        raise CorpusError(f"{row.where}: the text is {_kind(text)}", "put the article under `text` as a string")
    name = next((name for name in ("id", "key") if meta.get(name) not in (None, "")), None)
    key = meta.pop(name) if name else f"{path.stem}-{row.line:06}"
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        raise CorpusError(f"{row.where}: the {name} is {_kind(key)}", f"give `{name}` as a string or a whole number")
    named = {}
    for field_name in ("title", "lang"):
        value = meta.pop(field_name, None)
        if value is not None and not isinstance(value, str):
            raise CorpusError(f"{row.where}: the {field_name} is {_kind(value)}", f"give `{field_name}` as a string")
        named[field_name] = value or None
    return Article(str(key), text, named["title"], named["lang"], meta, row.where)


def _kind(value: object) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), "a string")


def _check_article(article: Article) -> None:
    """Refuse a text that cannot be annotated, and a key that no document may have."""
    if not article.text.replace("\ufeff", "").strip():
        what = "only whitespace" if article.text else "empty"
        raise CorpusError(f"{article.where}: the text is {what}", "leave it out, or put the article there")
    try:
        assert article.sha256
    except UnicodeEncodeError as error:
        raise CorpusError(
            f"{article.where}: a lone surrogate (half of a character)", "mend what wrote the file"
        ) from error
    problem = key_problem(article.key)
    if problem:
        raise CorpusError(
            f"{article.where}: the key {article.key!r} {problem}", "rename the file, or change the row's id"
        )


def _language(article: Article, languages: tuple[str, ...]) -> str:
    """Choose the language that the source names, if the workspace has it, else the likeliest of the workspace's."""
    named = short_language(article.lang) if article.lang else ""
    return named if named in languages else tell_language(article.text, languages)
