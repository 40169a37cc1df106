"""Finds phrases that a curator may want to mark; they get hints when a label key is pressed with nothing chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from annotator.text import Document, Segment

_CONNECTORS = frozenset(
    {
        "de",
        "del",
        "la",
        "las",
        "los",
        "el",
        "y",
        "e",
        "of",
        "the",
        "and",
        "for",
        "para",
        "da",
        "do",
        "van",
        "von",
        "-",
        "&",
    }
)
_PREPOSITIONS = frozenset({"de", "del", "of"})
_QUOTED = re.compile(r"[“‘\"«']([^“”‘’\"«»'\n]{2,80})[”’\"»']")
_MOST_TOKENS = 12


def phrase_candidates(document: Document, start: int, end: int) -> list[Segment]:
    """The phrases between two offsets: capitalised runs, numbers, quoted and noun phrases, then single words.

    In order of likelihood, each once; all on token borders.
    """
    finders = (_runs, _quoted, _noun_phrases, _words)
    return list(dict.fromkeys(chain.from_iterable(finder(document, start, end) for finder in finders)))


def _runs(document: Document, start: int, end: int) -> Iterator[Segment]:
    """Maximal runs of capitalised words or numbers, small connecting words inside them included."""
    text, tokens = document.text, document.tokens
    run: list[int] = []
    for index in tokens.overlapping(start, end):
        word = text[slice(*tokens[index])]
        opens = word[0].isupper() or (word[0].isdigit() and not run)
        if opens or (run and word in _CONNECTORS and len(run) < _MOST_TOKENS):
            run.append(index)
        elif run:
            yield from _trimmed(document, run)
            run = []
    if run:
        yield from _trimmed(document, run)


def _trimmed(document: Document, run: list[int]) -> Iterator[Segment]:
    text, tokens = document.text, document.tokens
    while run and text[slice(*tokens[run[-1]])] in _CONNECTORS:
        run = run[:-1]
    if run:
        yield Segment(tokens[run[0]].start, tokens[run[-1]].end)
    if len(run) > 1 and text[slice(*tokens[run[0]])].lower() in _CONNECTORS:
        yield from _trimmed(document, run[1:])


def _quoted(document: Document, start: int, end: int) -> Iterator[Segment]:
    for match in _QUOTED.finditer(document.text, start, end):
        if document.tokens.exact(*match.span(1)):
            yield Segment(*match.span(1))


def _noun_phrases(document: Document, start: int, end: int) -> Iterator[Segment]:
    """What looks like a noun phrase: content words joined by ``de``, ``of`` and the like."""
    text, tokens = document.text, document.tokens
    run: list[int] = []
    for index in tokens.overlapping(start, end):
        word = text[slice(*tokens[index])]
        content = _is_content(word)
        joins = word in _PREPOSITIONS and bool(run) and text[slice(*tokens[run[-1]])] not in _PREPOSITIONS
        if joins or (content and (not run or text[slice(*tokens[run[-1]])] in _PREPOSITIONS)):
            run.append(index)
            continue
        if len(run) > 2:
            yield from _trimmed(document, run)
        run = [index] if content else []
    if len(run) > 2:
        yield from _trimmed(document, run)


def _words(document: Document, start: int, end: int) -> Iterator[Segment]:
    for index in document.tokens.overlapping(start, end):
        token = document.tokens[index]
        if _is_content(document.text[token.start : token.end]):
            yield token


def _is_content(word: str) -> bool:
    """Whether a word can be a mention by itself: not a small one in lower case."""
    return word[0].isalnum() and (len(word) > 3 or not word.islower())
