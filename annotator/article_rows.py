"""Articles that are rows: of JSON Lines and of CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotator.articles import Article
from annotator.errors import CorpusError
from annotator.reading_options import USUAL_COLUMNS, RowColumns
from annotator.rows import Row

_KEYS = ("id", "key")


def row_articles(rows: Iterator[Row], path: Path, columns: RowColumns) -> Iterator[Article]:
    """Build an article of each row; columns other than those of text, key, title and language become its ``meta``."""
    for number, row in enumerate(rows):
        if number == 0:
            _check_columns(row, columns)
        yield _article(row, path, columns)


def _check_columns(first: Row, columns: RowColumns) -> None:
    """Refuse columns that were named and that not even the first row has."""
    named = {
        "--text-column": (columns.text,) if columns.text != USUAL_COLUMNS.text else (),
        "--key-column": (columns.key,),
        "--title-column": (columns.title,),
        "--lang-column": (columns.lang,),
        "--meta": columns.meta or (),
    }
    for option, names in named.items():
        for name in names:
            if name is not None and name not in first.values:
                raise CorpusError(
                    f"{first.where}: no column named {name!r}, as {option} says", f"there are {_listed(first.values)}"
                )


def _article(row: Row, path: Path, columns: RowColumns) -> Article:
    values: Mapping[str, Any] = row.values
    if columns.text not in values:
        hint = f"each row needs a `{columns.text}`; found {_listed(values)}"
        raise CorpusError(f"{row.where}: no {columns.text}", f"{hint}: name another with --text-column")
    text = values[columns.text]
    if not isinstance(text, str):
        raise CorpusError(
            f"{row.where}: the {columns.text} is {_kind(text)}", f"put the article under `{columns.text}` as a string"
        )
    name = columns.key or next((name for name in _KEYS if values.get(name) not in (None, "")), None)
    key = values.get(name) if name else None
    if key in (None, ""):
        key = f"{path.stem}-{row.line:06}"
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        raise CorpusError(f"{row.where}: the {name} is {_kind(key)}", f"give `{name}` as a string or a whole number")
    title, lang = columns.title or "title", columns.lang or "lang"
    used = {columns.text, name, title, lang}
    meta = {n: v for n, v in values.items() if (n not in used if columns.meta is None else n in columns.meta)}
    return Article(str(key), text, _string(row, title), _string(row, lang), meta, row.where)


def _string(row: Row, name: str) -> str | None:
    value = row.values.get(name)
    if value is not None and not isinstance(value, str):
        raise CorpusError(f"{row.where}: the {name} is {_kind(value)}", f"give `{name}` as a string")
    return value or None


def _listed(names: Mapping[str, Any] | Sequence[str]) -> str:
    return ", ".join(names) or "nothing"


def _kind(value: object) -> str:
    kinds = {bool: "a truth value", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return "null" if value is None else kinds.get(type(value), "a string")
