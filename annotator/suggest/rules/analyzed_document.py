"""A document as the rules read it: its words, where its sentences begin, and the entities that a model found.

Rules look at words and not at the stored tokens, because a rule that reads ``México-Estados Unidos`` or ``U.S.`` must
not depend on how an article was tokenized.  The mentions that they find are snapped to the stored tokens at the end.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from annotator.annotation import Attributes
from annotator.suggest.rules.lexicon import word_list
from annotator.text import Document

WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:['’](?!s\b)[^\W_]+|&[^\W_]+)*")
"""A word: letters and digits, inner apostrophes, initialisms with their full stops.  Hyphens part words."""
_WORDS = re.compile(f"({WORD.pattern})")
PREFIX_LETTERS = 5
"""Letters by which words are grouped, so that a rule can look at those alone with which its matches begin."""
MOST_WORDS = 12
"""Words of a name, at most, that a run of capitals makes: a longer run is a list or a heading."""
_INNER = re.compile(r"[^\W_]+")

PERSON, ORG, GPE, LOC, DATE = "PERSON", "ORG", "GPE", "LOC", "DATE"
ROLE, EVENT, INITIATIVE, PROGRAM, SYSTEM = "ROLE", "EVENT", "INITIATIVE", "PROGRAM", "SYSTEM"
CRIME = "CRIME"
NAME_KINDS = frozenset({PERSON, ORG, GPE, LOC})
"""The kinds between which a capitalised name may be confused."""

_SENTENCE_END = frozenset(".!?…:;\n\r\u2028\u2029")
_OPENING = frozenset(" \t\xa0\"'“”‘’«»([-–—·•*¿¡")


class Mention(NamedTuple):
    """A stretch of text that may be an entity, in code points.

    ``kind`` is a label in the manner of pretrained pipelines (``PERSON``, ``GPE``, ``ROLE`` …) that the scheme maps
    to its own; ``label`` is set instead when the scheme itself proposed the mention.  ``score`` is the prior
    probability that a curator accepts it, measured per source; ``source`` is ``name@version``.  ``attributes`` are what
    the scheme's pattern sets.
    """

    start: int
    end: int
    kind: str
    score: float
    source: str
    label: str | None = None
    attributes: Attributes | None = None

    def moved(self, start: int, end: int) -> Mention:
        """The same mention at another range."""
        return self._replace(start=start, end=end)


@dataclass(frozen=True)
class AnalyzedDocument:
    """A document's words with their offsets, and what a model, if there is one, made of them.

    ``tags`` maps the offset of the first character of a capitalised word in an entity to the model's coarse part of
    speech; ``model_mentions`` holds the model's entities as they are, ``pattern_mentions`` the matches of the scheme's
    token patterns.
    """

    document: Document
    lang: str
    tags: Mapping[int, str] = field(default_factory=dict)
    model_mentions: tuple[Mention, ...] = ()
    pattern_mentions: tuple[Mention, ...] = ()

    @property
    def text(self) -> str:
        """The document's text."""
        return self.document.text

    @cached_property
    def _parts(self) -> list[str]:
        """The text in parts: what stands before the first word, that word, the gap after it, and so on."""
        return _WORDS.split(self.document.text)

    @cached_property
    def _borders(self) -> list[int]:
        return list(accumulate(map(len, self._parts)))

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each word's first character."""
        return self._borders[:-1:2]

    @cached_property
    def ends(self) -> list[int]:
        """The offset after each word's last character."""
        return self._borders[1::2]

    @cached_property
    def words(self) -> list[str]:
        """The text of the words."""
        return self._parts[1::2]

    @cached_property
    def gaps(self) -> list[str]:
        """The text between each word and the next one (to the end of the text after the last)."""
        return self._parts[2::2]

    @cached_property
    def starts_by_prefix(self) -> dict[str, list[int]]:
        """The offsets of the words by their first letters (:data:`PREFIX_LETTERS` of them)."""
        starts: dict[str, list[int]] = {}
        for word, start in zip(self.words, self.starts, strict=True):
            starts.setdefault(word[:PREFIX_LETTERS], []).append(start)
        return starts

    @cached_property
    def inner_starts(self) -> list[int]:
        """The offsets at which letters or digits go on inside a word: after an apostrophe, ``&`` or a full stop."""
        return [
            start + match.start()
            for word, start in zip(self.words, self.starts, strict=True)
            if not word.isalnum()
            for match in _INNER.finditer(word, 1)
            if not word[match.start() - 1].isalnum()
        ]

    @cached_property
    def capitals(self) -> list[int]:
        """The indices of the words that begin with an upper-case letter, handles and masks left out."""
        parts = self._parts
        return [
            i
            for i, word in enumerate(self.words)
            if word[0].isupper() and parts[2 * i][-1:] not in {"@", "#", "*", "_"}
        ]

    @cached_property
    def lower_words(self) -> frozenset[str]:
        """Every word that the document writes in lower case."""
        return frozenset(word for word in self.words if word[0].islower())

    @cached_property
    def capitals_inside(self) -> frozenset[str]:
        """Every word that the document capitalises inside a sentence and outside of headlines."""
        lines = self.headline_lines
        return frozenset(
            self.words[i]
            for i in self.capitals
            if not self.begins_sentence(self.starts[i]) and not lines.covers(self.starts[i])
        )

    @cached_property
    def headline_lines(self) -> DisjointRanges:
        """The lines whose capitals mean nothing: headlines in Title Case or ALL CAPS."""
        return DisjointRanges(list(_headline_lines(self.document.text)))

    def gap(self, index: int) -> str:
        """The text between word ``index`` and the next one (to the end of the text after the last)."""
        return self.gaps[index] if index >= 0 else ""

    def word_at(self, offset: int) -> int:
        """The index of the first word that starts at or after ``offset``."""
        return bisect_left(self.starts, offset)

    def words_in(self, start: int, end: int) -> range:
        """The indices of the words that lie inside the range."""
        return range(bisect_left(self.starts, start), bisect_right(self.ends, end))

    def begins_sentence(self, offset: int) -> bool:
        """Tell whether a sentence begins at ``offset``: after a full stop, a colon or a line break."""
        known = self._sentence_starts.get(offset)
        if known is None:
            known = self._sentence_starts[offset] = self._begins_sentence(offset)
        return known

    @cached_property
    def _sentence_starts(self) -> dict[int, bool]:
        """Answers of :meth:`begins_sentence` by offset."""
        return {}

    def _begins_sentence(self, offset: int) -> bool:
        text = self.document.text
        at = offset - 1
        while at >= 0 and text[at] in _OPENING:
            at -= 1
        if at < 0 or text[at] in _SENTENCE_END:
            return not _is_abbreviation(text, at)
        return text[at + 1 : offset].lstrip(" \t\xa0")[:1] in {"“", "«", "¿", "¡", '"'}

    def surface(self, mention: Mention) -> str:
        """A mention's text with each run of white space replaced by one blank."""
        return " ".join(self.document.text[mention.start : mention.end].split())


class DisjointRanges:
    """Ranges in order, none of which overlaps another."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]

    def covers(self, offset: int) -> bool:
        """Tell whether the code point at ``offset`` lies in one of the ranges."""
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self._ends[index]


class OccupiedRanges:
    """The ranges of some mentions, which may come in any order and overlap."""

    def __init__(self, mentions: Iterator[Mention] | list[Mention] | tuple[Mention, ...] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        merged: list[list[int]] = []
        for start, end in sorted((m.start, m.end) for m in mentions):
            if merged and start < merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]

    def touches(self, start: int, end: int) -> bool:
        """Tell whether one of the mentions shares a code point with the range."""
        index = bisect_right(self._starts, end - 1) - 1
        return index >= 0 and self._ends[index] > start


def _is_abbreviation(text: str, full_stop: int) -> bool:
    """Tell whether the full stop ends a short title or an initial, so that no sentence begins after it."""
    if full_stop < 1 or text[full_stop] != ".":
        return False
    word = re.search(r"[^\W\d_]+$", text[max(0, full_stop - 12) : full_stop])
    return word is not None and (
        (len(word[0]) == 1 and word[0].isupper())
        or word[0] in word_list("common", "short_titles")
        or word[0].lower() in word_list("common", "short_months")
    )


def _headline_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the lines in which nearly every longer word is capitalised."""
    for line in re.finditer(r"[^\n\r]+", text):
        if line.end() - line.start() > 300 or line[0].rstrip()[-1:] in {".", ",", ";"}:
            continue
        longer = re.findall(r"[^\W\d_]{4,}", line[0])
        capital = sum(w[0].isupper() for w in longer)
        if len(longer) >= 4 and capital >= 0.8 * len(longer):
            yield line.span()
