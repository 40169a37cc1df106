"""Finds the phrases of a text that may be mentions of any label: names, figures, noun phrases, what stands in quotes.

No phrase crosses a line break or the end of a sentence, but for what stands in quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from annotator.text import Document, Segment
from annotator.workflow.annotating.wording import FUNCTION_WORDS, Wording, is_article, joins_names, wording

_QUOTED = re.compile(r"[“‘\"«']([^“”‘’\"«»'\n\r]{2,80})[”’\"»']")
_LINE_BREAK = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")
_MOST_TOKENS = 12
_MOST_WORDS = 4
"""Words of a lower-case noun phrase."""


class Phrase(NamedTuple):
    """A phrase with its tokens' numbers (``first`` to ``last``, inclusive), its looks, and how it stands in the text.

    ``joined_on`` are the small words by which it is joined to a name beside it, ``cuts`` counts the ends that lie
    within a name.
    """

    segment: Segment
    first: int
    last: int
    wording: Wording
    joined_on: Sequence[str] = ()
    cuts: int = 0
    begins_sentence: bool = False
    quoted: bool = False


class PhraseFinder:
    """Finds the phrases of a document's text; those of the range that was asked for last are kept until the next."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._range: tuple[int, int] | None = None
        self._phrases: list[Phrase] = []

    def between(self, start: int, end: int) -> Sequence[Phrase]:
        """Every phrase between two offsets."""
        if self._range != (start, end):
            self._range, self._phrases = (start, end), list(_phrases(self._document, start, end))
        return self._phrases


def _phrases(document: Document, start: int, end: int) -> Iterator[Phrase]:
    text, tokens = document.text, document.tokens
    for run in _stretches(document, start, end):
        words = [text[slice(*tokens[i])] for i in run]
        begins = next((i for i, word in enumerate(words) if word[0].isalnum()), 0)
        for first, last in dict.fromkeys((*_names(words), *_noun_phrases(words))):
            yield Phrase(
                Segment(tokens.starts[run[first]], tokens.ends[run[last]]),
                run[first],
                run[last],
                wording(words[first : last + 1]),
                joined_on=_joining(words, first, last),
                cuts=_cuts(words, first, last),
                begins_sentence=first == begins,
            )
    for match in _QUOTED.finditer(text, start, end):
        exact = tokens.exact(*match.span(1))
        if exact is not None and not _LINE_BREAK.search(match.group(1)):
            first, last = exact[0], exact[1]
            words = [text[slice(*tokens[i])] for i in range(first, last + 1)]
            yield Phrase(Segment(*match.span(1)), first, last, wording(words), quoted=True)


def _stretches(document: Document, start: int, end: int) -> Iterator[list[int]]:
    """Yield the tokens between two offsets by their numbers, in stretches within one sentence and one line."""
    text, tokens, sentences = document.text, document.tokens, document.sentences
    run: list[int] = []
    before = sentence_end = start
    for index in tokens.overlapping(start, end):
        here = tokens.starts[index]
        if run and (here >= sentence_end or (here > before and _LINE_BREAK.search(text, before, here))):
            yield run
            run = []
        if here >= sentence_end:
            sentence = sentences.at_or_before(here)
            sentence_end = sentences.ends[sentence] if sentence >= 0 else end
        run.append(index)
        before = tokens.ends[index]
    if run:
        yield run


def _joining(words: Sequence[str], first: int, last: int) -> list[str]:
    """The small words by which a name goes on before and after some words of a stretch."""
    found = []
    if words[first][0].isupper() and first > 1 and joins_names(words[first - 1]) and words[first - 2][0].isupper():
        found.append(words[first - 1])
    if words[last][0].isupper() and last + 2 < len(words) and joins_names(words[last + 1]):
        following = next((word for word in words[last + 2 : last + 4] if not joins_names(word)), "")
        if following[:1].isupper():
            found.append(words[last + 1])
    return found


def _cuts(words: Sequence[str], first: int, last: int) -> int:
    """How many ends of some words of a stretch lie within a name: beside another capitalised word, or at a hyphen."""
    return (first > 0 and _goes_on(words[first], words[first - 1])) + (
        last + 1 < len(words) and _goes_on(words[last], words[last + 1])
    )


def _goes_on(word: str, beside: str) -> bool:
    if beside == "-":
        return True
    names = beside[0].isupper() and word[0].isupper() and beside.lower() not in FUNCTION_WORDS
    return names and not (_is_acronym(word) or _is_acronym(beside))


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _names(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield runs of capitalised words and figures with the small words that join them, and the parts of each run."""
    for first, last in _runs(words, seldom=False):
        yield from _parts(words, first, last)
    yield from _runs(words, seldom=True)


def _runs(words: Sequence[str], *, seldom: bool) -> Iterator[tuple[int, int]]:
    run: list[int] = []
    for i, word in enumerate([*words, ""]):
        opens = bool(word) and (word[0].isupper() or word[0].isdigit())
        if opens or (run and joins_names(word, seldom=seldom) and len(run) < _MOST_TOKENS):
            run.append(i)
            continue
        while run and joins_names(words[run[-1]], seldom=seldom) and not words[run[-1]][0].isupper():
            run.pop()
        if run:
            yield run[0], run[-1]
        run = []


def _parts(words: Sequence[str], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield a run, and what lies between the words that join it; also without a small word that it begins with."""
    starts = [first, *(i + 1 for i in range(first, last) if joins_names(words[i]) and i > first)]
    ends = [*(i - 1 for i in range(first + 1, last) if joins_names(words[i])), last]
    starts += [i + 1 for i in starts if words[i].lower() in FUNCTION_WORDS and i < last]
    for start in starts:
        while start < last and joins_names(words[start]) and not words[start][0].isupper():
            start += 1
        for end in ends:
            while end > start and words[end].lower() in FUNCTION_WORDS:
                end -= 1
            if start <= end and not (joins_names(words[end]) and not words[end][0].isupper()):
                yield start, end


def _noun_phrases(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield what may be a noun phrase: up to four content words side by side, or joined by ``de``, ``of`` and such."""
    for first, word in enumerate(words):
        if not _is_content(word):
            continue
        if word[0].isupper():  # longer ones are names, or end in one word in lower case
            yield first, first
            if first + 1 < len(words) and words[first + 1].islower() and _is_content(words[first + 1]):
                yield first, first + 1
            continue
        yield first, first
        content = 1
        for last in range(first + 1, min(first + 2 * _MOST_WORDS, len(words))):
            if _is_content(words[last]):
                content += 1
                if content > _MOST_WORDS:
                    break
                yield first, last
            elif not joins_names(words[last]) or (is_article(words[last]) and _is_content(words[last - 1])):
                break


def _is_content(word: str) -> bool:
    """Whether a word can be a mention by itself: not a small one in lower case."""
    return word[0].isalnum() and (len(word) > 3 or not word.islower()) and word.lower() not in FUNCTION_WORDS
