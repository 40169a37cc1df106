"""Made news articles: sentences of the sample articles in another order, the same for the same number."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from annotator.corpus import build_document, read_articles

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
LENGTH = 1_480
"""Code points from which an article is long enough: about 1.7 kB in UTF-8."""
LANGUAGES = ("es", "es", "es", "es", "en")
_NAME = re.compile(r"\b[A-ZÁÉÍÓÚ]\w*(?: (?:de|del) [A-ZÁÉÍÓÚ]\w+| [A-ZÁÉÍÓÚ]\w+)*")


class MadeArticle(NamedTuple):
    """An article, and names in it as ``(start, end, label)``, so that somebody's work on it can be made as well."""

    key: str
    title: str
    text: str
    names: list[tuple[int, int, str]]


def made_articles(count: int, first: int = 0) -> Iterator[MadeArticle]:
    """Yield so many articles, from a number on."""
    for number in range(first, first + count):
        yield made_article(number)


def made_article(number: int) -> MadeArticle:
    """The article of a number: some ten sentences of the same language, which name it by number and place."""
    chance = random.Random(number)
    pool = _sentences(LANGUAGES[number % len(LANGUAGES)])
    parts = [f"Nota {number}."]
    size = 0
    while size < LENGTH:
        parts.append(chance.choice(pool))
        size += len(parts[-1]) + 1
    text = " ".join(parts) + "\n"
    found = [match.span() for match in _NAME.finditer(text) if match.end() - match.start() > 3]
    chosen = sorted(chance.sample(found, min(10, len(found))))
    labels = chance.choices(("PERSON", "ORG", "GPE"), k=len(chosen))
    names = [(start, end, label) for (start, end), label in zip(chosen, labels, strict=True)]
    return MadeArticle(f"made-{number:07}", parts[1][:100], text, names)


@cache
def _sentences(lang: str) -> list[str]:
    """The sentences of the sample articles in a language, each once."""
    found: dict[str, None] = {}
    for article in read_articles([SEEDS]):
        document = build_document(article, ("es", "en"))
        if document.lang == lang:
            pieces = (" ".join(document.text[start:end].split()) for start, end in document.sentences)
            found.update(dict.fromkeys(piece for piece in pieces if len(piece) > 40))
    return list(found)


def write_articles(path: Path, count: int) -> int:
    """Write articles as JSONL, one a line; return the bytes of their texts."""
    size = 0
    with path.open("w", encoding="utf-8") as lines:
        for article in made_articles(count):
            size += len(article.text.encode())
            lines.write(_line({"id": article.key, "title": article.title, "text": article.text}))
    return size


def write_work(path: Path, count: int, salt: str, share: float) -> int:
    """Write somebody's spans on the first articles, about ``share`` of the names in each; return how many documents."""
    with path.open("w", encoding="utf-8") as lines:
        for article in made_articles(count):
            chance = random.Random(f"{salt}{article.key}")
            spans = [
                {"start": start, "end": end, "label": label}
                for start, end, label in article.names
                if chance.random() < share
            ]
            lines.write(_line({"id": article.key, "text": article.text, "spans": spans}))
    return count


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False) + "\n"
