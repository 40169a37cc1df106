"""Articles: a text with its name and what its source says about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from annotator.errors import CorpusError
from annotator.names import key_problem
from annotator.text import text_sha256


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

    def clear(self) -> None:
        """Forget all keys."""


def is_first(article: Article, taken: Taken) -> bool:
    """Note the key of an article; tell whether it is new, rather than that of the same article.

    Raises :class:`CorpusError` where it is the key of an article with another text.
    """
    this = article.sha256, article.where
    first = taken.setdefault(article.key, this)
    if first is not this and first[0] != article.sha256:
        raise CorpusError(
            f"{article.where}: the key {article.key!r} is already that of {first[1]}, with another text",
            "rename one of them, give the rows different ids, or name documents by --key-by-path",
        )
    return first is this


def is_blank(text: str) -> bool:
    """Tell whether a text has nothing that could be annotated."""
    return not text.replace("\ufeff", "").strip()


def check_article(article: Article) -> None:
    """Refuse a text that cannot be annotated, and a key that no document may have."""
    if is_blank(article.text):
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
