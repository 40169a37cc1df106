"""Articles that a program has in memory, for what reads articles from files."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from annotator.api.arguments import plain_number
from annotator.corpus import Article, build_document
from annotator.errors import CorpusError
from annotator.files.scratch import scratch
from annotator.text import Document


@contextmanager
def written_articles(articles: Iterable[Mapping[str, Any]]) -> Iterator[Path]:
    """Yield a file that holds articles as rows, so that they are checked and stored as every other article is.

    Raises :class:`CorpusError` for an article without an ``id``, and one that JSON cannot hold; errors in the block
    name articles by their number in place of the file and line.
    """
    with scratch(Path(tempfile.gettempdir())) as folder:
        file = folder / "articles.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            for number, article in enumerate(articles, 1):
                lines.write(f"{_row(article, number)}\n")
        if not file.stat().st_size:
            raise CorpusError("there are no articles", "give at least one")
        try:
            yield file
        except CorpusError as error:
            said = error.message.replace(f"{file}:", "article ")
            raise CorpusError(said, error.hint) from error


def document_of(text: str, number: int, lang: str | None, languages: Sequence[str]) -> Document:
    """The document that a text would make in a workspace with some languages."""
    if not isinstance(text, str):
        raise CorpusError(f"text {number} is {text!r:.40}", "give it as a string")
    if lang is not None and lang not in languages:
        raise CorpusError(f"lang: found {lang!r}", f"expected one of {', '.join(languages)}")
    return build_document(Article(f"text-{number}", text, lang=lang), languages)


def _number(value: object) -> int | float:
    number = plain_number(value)
    if number is None:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return number


def _row(article: Mapping[str, Any], number: int) -> str:
    if not isinstance(article, Mapping):
        raise CorpusError(f"article {number} is {article!r:.60}", "give a mapping with `id` and `text`")
    if article.get("id", article.get("key")) in (None, ""):
        raise CorpusError(f"article {number}: no id", "give `id`, which names the document")
    try:
        return json.dumps(dict(article), allow_nan=False, default=_number)
    except (TypeError, ValueError, RecursionError) as error:
        raise CorpusError(f"article {number}: {error}", "give fields that JSON can hold") from error
