"""Splitting tokens into sentences, by rules.

A sentence ends at a full stop, question or exclamation mark or ellipsis, closing quotes and brackets included, where
whitespace and then something that can begin a sentence follows; at a blank line; and at a line break, unless the text
is hard-wrapped there.  An abbreviation's full stop ends a sentence only where the next word says so.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from itertools import pairwise, repeat

from annotator import abbreviations
from annotator.text import Segmentation

_BREAKS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
# One look at a character tells whether it can end a sentence; only then is the rest tried.
_CANDIDATE = re.compile(
    rf"[.!?…{_BREAKS}](?:"
    # most ends: a word in lower case, a full stop, a space and a capital
    r"(?P<plain>(?<=[a-zà-ÿ]{2}\.) (?=[A-ZÀ-ÖØ-Þ]))"
    # a line break
    rf"|(?<=[{_BREAKS}])(?P<line>\s*+)"
    # a stop with what closes, then whitespace
    r"|(?<=[.!?…])(?<![.!?…]{2})(?P<stop>[.!?…]*+)[\"'”’»)\]]*+(?P<gap>\s++)"
    # a stop whose space was forgotten: un final.Otro comienzo
    r"|(?<=[a-zà-ÿ]{2}[.!?])(?P<glued>[”\"»)]*+)(?=[¿¡“«]*[A-ZÀ-ÖØ-Þ][a-zà-ÿ])"
    r")"
)
_OPENING = re.compile(r"[\"'“‘«(\[¿¡—–-]*+\s?")
_NO_BEGINNING = frozenset(",;:.!?…)]}»”’%&/=")
_WORD = re.compile(r"\w+")

# Hard wrapping, in characters a line: prose is wrapped at 60 to 80, rarely beyond 100.
_NARROWEST, _WIDEST = 45, 100
_FULL = 0.7  # of the width: a shorter line was not broken for want of room
_FEWEST_LINES = 4


def split_sentences(text: str, tokens: Segmentation, lang: str) -> Segmentation:
    """Gather ``tokens`` into sentences: each token lies in exactly one, and none begins or ends with whitespace."""
    starts = tokens.starts
    if not starts:
        return Segmentation()
    borders = _SentenceSplitter(text, tokens, lang).borders()
    firsts = sorted({0, *map(bisect_left, repeat(starts), borders)} - {len(starts)})
    lasts = [first - 1 for first in firsts[1:]] + [len(starts) - 1]
    return Segmentation.of_borders(array("I", [starts[i] for i in firsts]), array("I", [tokens.end(i) for i in lasts]))


class _SentenceSplitter:
    """Goes through the possible ends of sentences in one text, keeping where the current line and sentence began."""

    def __init__(self, text: str, tokens: Segmentation, lang: str) -> None:
        self.text = text
        self.tokens = tokens
        self.starts = tokens.starts
        self.leading = abbreviations.leading_abbreviations(lang)
        self.starters = abbreviations.sentence_starters(lang)
        self.width = _wrap_width(text)
        self.line_start = 0
        self.sentence_start = 0

    def borders(self) -> list[int]:
        """List the offsets at which a sentence ends, or the next begins, ascending."""
        borders = []
        is_token = self._is_token
        for match in _CANDIDATE.finditer(self.text):
            kind = match.lastgroup
            if (kind == "plain" and is_token(match.start())) or self._is_border(match, kind):
                self.sentence_start = match.start() if kind == "line" else match.end()
                borders.append(self.sentence_start)
        return borders

    def _is_border(self, match: re.Match[str], kind: str | None) -> bool:
        if kind == "plain":
            return self._ends_sentence(match)
        if kind == "glued":
            return self._stands_alone(match.start())
        at_line_end = kind == "line"
        space_start = match.start() if at_line_end else match.start("gap")
        one_space = match.end() == space_start + 1 and not at_line_end and self.text[space_start] == " "
        breaks = [] if one_space else _BREAK.findall(self.text, space_start, match.end())
        if breaks:
            length = space_start - self.line_start
            self.line_start = match.end()
            if len(breaks) > 1 or "\u2029" in breaks or not self._is_soft(length, match):
                return True
        return not at_line_end and self._ends_sentence(match)

    def _is_soft(self, length: int, match: re.Match[str]) -> bool:
        """Tell whether a line of ``length`` was broken only because it was full."""
        if self.width:
            return length >= _FULL * self.width
        follows = self.text[match.end() : match.end() + 1]
        return match.lastgroup == "line" and _NARROWEST <= length <= _WIDEST and follows.islower()

    def _ends_sentence(self, match: re.Match[str]) -> bool:
        """Tell whether the stop before a space ends the sentence, judging by what follows and what it belongs to."""
        opening = _OPENING.match(self.text, match.end())
        assert opening is not None
        begins_at = opening.end()
        follows = self.text[begins_at : begins_at + 1]
        inverted = "¿" in opening[0] or "¡" in opening[0]
        if not inverted and (follows.islower() or follows in _NO_BEGINNING):
            return False
        stop = match.start()
        if self.text[stop] != "." or match["stop"] or inverted:
            return True
        if self._stands_alone(stop):
            if self._follows_number(stop):
                return False
            return not self._follows_initial(stop) or self._is_starter(begins_at)
        abbreviation = self._token_at(stop)
        if abbreviation in self.leading:
            return False
        return self._is_starter(begins_at) or abbreviation.casefold() == "etc."

    def _is_starter(self, offset: int) -> bool:
        """Tell whether a word that begins sentences begins at ``offset``."""
        word = _WORD.match(self.text, offset)
        return word is not None and word[0] in self.starters

    def _token_at(self, offset: int) -> str:
        index = self.tokens.containing(offset)
        return "" if index is None else self.text[self.starts[index] : self.tokens.end(index)]

    def _stands_alone(self, offset: int) -> bool:
        """Tell whether the full stop at ``offset`` is a token of its own, not part of an abbreviation or address."""
        index = bisect_left(self.starts, offset)
        return index < len(self.starts) and self.starts[index] == offset and self.tokens.end(index) == offset + 1

    def _is_token(self, offset: int) -> bool:
        """Tell whether a token begins at ``offset``."""
        index = bisect_left(self.starts, offset)
        return index < len(self.starts) and self.starts[index] == offset

    def _follows_initial(self, stop: int) -> bool:
        """Tell whether the full stop belongs to an initial: ``J. Pérez``."""
        before = self.text[stop - 1 : stop]
        return before.isupper() and len(self._token_at(stop - 1)) == 1

    def _follows_number(self, stop: int) -> bool:
        """Tell whether the full stop belongs to the number of a list's item: ``1. Primero``."""
        if not self.text[stop - 1 : stop].isdigit():
            return False
        index = self.tokens.at_or_before(stop) - 1
        opens = index == 0 or (index > 0 and self.starts[index - 1] < self.sentence_start)
        number = self._token_at(stop - 1)
        return opens and number.isdigit() and len(number) <= 3


def _wrap_width(text: str) -> int:
    """Measure the width at which the whole text is hard-wrapped; 0 when its line breaks end paragraphs.

    Wrapped prose has lines of much the same length, none very long, and many lines begin in lower case.
    """
    lines = [line.strip() for line in text.splitlines()]
    pairs = [(len(line), after) for line, after in pairwise(lines) if line and after]
    if len(pairs) < _FEWEST_LINES:
        return 0
    lengths = sorted(length for length, _ in pairs)
    width = lengths[int(0.98 * (len(lengths) - 1))]
    if not _NARROWEST <= width <= _WIDEST:
        return 0
    full = [after for length, after in pairs if length >= _FULL * width]
    going_on = sum(after[0].islower() for after in full)
    return width if len(full) >= 0.5 * len(pairs) and going_on >= 0.35 * len(full) else 0
