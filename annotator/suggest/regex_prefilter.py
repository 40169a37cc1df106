"""Cheap checks that save running a regular expression where it cannot match; the matches stay the same.

Most expressions match nothing in most documents.  :class:`PrefilteredRegex` first asks whether the text holds any of
the strings that every match needs; :class:`StartFilter` tells at which words a match may begin, so that the expression
is tried only there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Protocol

from annotator.suggest.rules.analyzed_document import PREFIX_LETTERS, AnalyzedDocument
from annotator.suggest.timed_regex import TimedRegex

_parser: Any = import_module("re._parser")
"""The parser of ``re``, which is not documented; without it, every text is searched."""
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
_LEAST = 2
"""Shorter strings are in every text."""
_FEW = 3
_LITERAL = re.compile(r"[^\W_]+(?![?*{])(?P<whole>[- ])?")


class Match(Protocol):
    """A match: where it begins and ends."""

    def start(self) -> int:
        """The offset of its first character."""
        ...

    def end(self) -> int:
        """The offset behind its last character."""
        ...


class PrefilteredRegex:
    """An expression that is run only on texts with a string that its matches need, and only where they may begin.

    ``timed`` is the same expression with a time limit, for those that are not ours.
    """

    def __init__(self, pattern: re.Pattern[str], timed: TimedRegex | None = None) -> None:
        self._pattern = pattern
        self._timed = timed
        self._needed = needed_strings(pattern)
        words = first_words(pattern)
        self._start_filter = StartFilter(words) if words else None

    def finditer(self, doc: AnalyzedDocument) -> Iterator[Match]:
        """Yield what the expression's own ``finditer`` yields on the text."""
        text = doc.text
        if self._needed and not any(string in text for string in self._needed):
            return iter(())
        if self._start_filter is None:
            return (self._timed or self._pattern).finditer(text)
        offsets = self._start_filter.offsets(doc)
        if self._timed is not None:
            return self._timed.matches_at(text, offsets)
        return matches_at(self._pattern, text, offsets)


def needed_strings(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Strings of which every matching text holds at least one; empty when they are unknown."""
    return tuple(sorted(_needs_of_sequence(_parsed(pattern)), key=lambda s: (len(s), s)))


def first_words(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """The prefixes of the first words of all matches (see :func:`word_prefix`); empty when they are unknown."""
    items = _parsed(pattern)
    if not items or str(items[0][0]) != "AT" or str(items[0][1]) != "AT_BOUNDARY":
        return ()
    prefixes = {word_prefix(literal) for literal in _first_literals(items[1:])}
    return () if "" in prefixes else tuple(sorted(prefixes))


def _parsed(pattern: re.Pattern[str]) -> list[tuple[Any, Any]]:
    """Parse an expression; returns nothing where that fails, or flags change the meaning of its parts."""
    if pattern.flags & (re.IGNORECASE | re.ASCII | re.VERBOSE):
        return []
    try:
        return list(_parser.parse(pattern.pattern, pattern.flags))
    except (AttributeError, TypeError, ValueError):
        return []


def _first_literals(items: list[tuple[Any, Any]]) -> set[str]:
    """The literals one of which each match of a sequence begins with, as far as they can be told.

    They are no longer than is looked at, and classes of more than three characters end them, so that they stay few.
    """
    items = items[:PREFIX_LETTERS]
    if not items:
        return {""}
    operation, value = str(items[0][0]), items[0][1]
    if operation == "LITERAL":
        return {chr(value) + rest for rest in _first_literals(items[1:])}
    if operation == "IN" and len(value) <= _FEW and all(str(kind) == "LITERAL" for kind, _ in value):
        rests = _first_literals(items[1:])
        return {chr(letter) + rest for _, letter in value for rest in rests}
    if operation == "SUBPATTERN" and not value[1] & re.IGNORECASE:
        return _first_literals(list(value[3]))
    if operation == "BRANCH":
        return set().union(*(_first_literals(list(alternative)) for alternative in value[1]))
    return {""}


def _needs_of_sequence(items: Iterable[tuple[Any, Any]]) -> frozenset[str]:
    """The longest needed strings among the items of a sequence, all of which a match must contain."""
    needs: list[frozenset[str]] = []
    literal = ""
    for operation, value in items:
        if str(operation) == "LITERAL":
            literal += chr(value)
            continue
        needs += [frozenset({literal}), _needs_of_item(str(operation), value)]
        literal = ""
    needs.append(frozenset({literal}))
    strong = [strings for strings in needs if strings and min(map(len, strings)) >= _LEAST]
    return max(strong, key=lambda strings: min(map(len, strings)), default=frozenset())


def _needs_of_item(operation: str, value: Any) -> frozenset[str]:
    if operation == "SUBPATTERN":
        return frozenset() if value[1] & re.IGNORECASE else _needs_of_sequence(value[3])
    if operation == "BRANCH":
        alternatives = [_needs_of_sequence(items) for items in value[1]]
        return frozenset().union(*alternatives) if all(alternatives) else frozenset()
    if operation in _REPEATS and value[0] >= 1:
        return _needs_of_sequence(value[2])
    if operation == "ASSERT":
        return _needs_of_sequence(value[1])
    return frozenset()


class StartFilter(dict[str, bool]):
    """Tells where in a document an expression may match that begins with one of some words, in any case.

    It remembers its answer by the first letters of a word.  Words that are not ASCII there are always possible, so
    that no folding of case is missed.
    """

    def __init__(self, beginnings: Iterable[str], *, digits: bool = False) -> None:
        super().__init__()
        self._beginnings = tuple({beginning.lower()[:PREFIX_LETTERS] for beginning in beginnings})
        self._digits = digits

    def __missing__(self, letters: str) -> bool:
        folded = letters.lower() if len(letters) == PREFIX_LETTERS else f"{letters.lower()} "
        possible = (
            not letters.isascii() or (self._digits and letters[0].isdigit()) or folded.startswith(self._beginnings)
        )
        self[letters] = possible
        return possible

    def offsets(self, doc: AnalyzedDocument) -> list[int]:
        """Return, in order, the offsets at which a match may begin that has no letter or digit before it."""
        offsets = [start for letters, starts in doc.starts_by_prefix.items() if self[letters] for start in starts]
        return sorted({*offsets, *doc.inner_starts})


def word_prefix(alternative: str) -> str:
    """The letters with which all matches of an alternative begin, a blank after them if the word ends there."""
    match = _LITERAL.match(alternative)
    if match is None:
        return ""
    letters = match[0].rstrip("- ")
    return f"{letters} " if match["whole"] else letters


def matches_at(pattern: re.Pattern[str], text: str, offsets: Iterable[int]) -> Iterator[re.Match[str]]:
    """Yield the matches that begin at some of the offsets, which are in order; none overlaps the one before it."""
    after = 0
    for offset in offsets:
        if offset >= after:
            match = pattern.match(text, offset)
            if match is not None:
                after = match.end()
                yield match
