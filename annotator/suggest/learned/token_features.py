"""What the tagger sees of each token: the words around it, where it stands, and what rules and memory propose there."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from annotator.annotation import Span
from annotator.suggest.phrases import PhraseIndex, TokenRange, folded
from annotator.text import Document

Features = list[str]
_SCORE_LEVELS = 5
_CREDIT = {"memory": 0.5}
"""What the score of a proposal counts where it is not 1: names recur less between documents than within one."""
_WINDOW = 4
"""Tokens on either side whose words count wherever they stand among them."""
_MOST_AFFIX = 4
"""Characters of the longest prefix and suffix."""
_MOST_CHARACTERS = 12
_FURTHEST = 8
"""Tokens beyond which it does not matter how far a token is from the start of its line."""
_FIELD_TOKENS = 6
"""Tokens within which a line's first colon stands, if it begins with the name of a field."""


class FeatureSet(StrEnum):
    """Which features a tagger was trained with: those of words and their neighbours, or richer ones too.

    The richer ones are affixes, more words on either side, patterns of capitals, and where in its line a token stands
    and of which field: what forms and records repeat.
    """

    PLAIN = "plain"
    RICH = "rich"


class LabelledRange(NamedTuple):
    """Tokens with a label: a span as the tagger has it."""

    tokens: TokenRange
    label: str


class ProposalFeatures:
    """The proposals of model, rules and memory for a document, as features of each token.

    ``own`` holds the features of a token itself, ``neighbour`` those that it has for the tokens beside it.
    ``proposals`` maps ``base`` and ``memory`` to the spans proposed; ``scores`` holds the highest score that each span
    was given, of which that of the memory counts half.
    """

    def __init__(self, index: PhraseIndex, proposals: Mapping[str, Iterable[Span]]) -> None:
        self.own: dict[int, Features] = {}
        self.neighbour: dict[int, Features] = {}
        self.scores: dict[LabelledRange, float] = {}
        for name, spans in proposals.items():
            for span in spans:
                self._add(index, name, span)

    def _add(self, index: PhraseIndex, name: str, span: Span) -> None:
        touched = index.document.tokens.overlapping(span.start, span.end)
        if not touched:
            return
        first, last = touched[0], touched[-1]
        score, proposed = span.score or 0.0, LabelledRange(TokenRange(first, last + 1), span.label)
        self.scores[proposed] = max(self.scores.get(proposed, 0.0), score * _CREDIT.get(name, 1.0))
        features_of_span = _span_features(name, span.label, int(_SCORE_LEVELS * score), span.source or "")
        for token in touched:
            own, neighbour = features_of_span.begin if token == first else features_of_span.inside
            self.neighbour.setdefault(token, []).append(neighbour)
            self.own.setdefault(token, []).extend(own)
        self.own[last].append(features_of_span.end)


class _SpanFeatures(NamedTuple):
    """Features of a proposed span: for its first and its other tokens (own, for neighbours), and for its last one."""

    begin: tuple[tuple[str, ...], str]
    inside: tuple[tuple[str, ...], str]
    end: str


@lru_cache(maxsize=4096)
def _span_features(name: str, label: str, sure: int, source: str) -> _SpanFeatures:
    origin = source.partition("@")[0]

    def part(which: str) -> tuple[tuple[str, ...], str]:
        plain = f"{name}={which}-{label}"
        return (plain, f"{plain}/{sure}", f"{plain}<{origin}", f"{name}:{which}"), plain

    return _SpanFeatures(part("B"), part("I"), f"{name}=E-{label}")


class WordFeatures(NamedTuple):
    """The features of a word for its own token, for the tokens beside it, for those two tokens away, and for a few.

    ``before`` and ``earlier`` are for tokens after the word, which it stands before; ``shape`` is that of its
    characters.
    """

    own: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    two_before: tuple[str, ...]
    two_after: tuple[str, ...]
    earlier: tuple[str, ...]
    later: tuple[str, ...]
    shape: str


_FIRST, _LAST, _SECOND, _SECOND_LAST = ("-edge",), ("+edge",), ("-2edge",), ("+2edge",)


class WordLookup:
    """A cached look-up of words' features, restricted to the ``known`` ones, which a tagger has weights for."""

    def __init__(self, feature_set: FeatureSet, known: Container[str] | None = None) -> None:
        self.rich = feature_set is FeatureSet.RICH
        self._known = known
        self.word: Callable[[str], WordFeatures] = lru_cache(maxsize=65536)(self._look_up)

    def _look_up(self, word: str) -> WordFeatures:
        plain, shape = folded(word), _shape(word)
        own = [f"w={plain}", f"s={shape}", f"e={plain[-3:]}"]
        near = (f"w={plain}", f"s={shape}")
        if self.rich:
            sizes = range(1, min(_MOST_AFFIX, len(plain)) + 1)
            own += [f"p{n}={plain[:n]}" for n in sizes] + [f"e{n}={plain[-n:]}" for n in sizes if n != 3]
            own += [f"c={_classes(word)}", f"n={min(len(plain), _MOST_CHARACTERS)}"]
        endings = [f"e={plain[-3:]}", f"e2={plain[-2:]}"] if self.rich else []
        before, after = (self._kept(side + name for name in (*near, *endings)) for side in "-+")
        two_before, two_after = (self._kept(side + name for name in near) for side in ("-2", "+2"))
        earlier, later = (self._kept([side + plain]) for side in "<>")
        return WordFeatures(self._kept(own), before, after, two_before, two_after, earlier, later, shape)

    def _kept(self, names: Iterable[str]) -> tuple[str, ...]:
        known = self._known
        return tuple(name for name in names if known is None or name in known)


class TokenFeatures:
    """The features of the tokens of a document, unit by unit."""

    def __init__(self, index: PhraseIndex, proposals: ProposalFeatures, lookup: WordLookup) -> None:
        self._index = index
        self._proposals = proposals
        self._lookup = lookup
        self._layout = _layout(index.document) if lookup.rich else []

    def rows(self, unit: TokenRange) -> list[Features]:
        """The features of each token of a unit."""
        text, tokens = self._index.document.text, self._index.document.tokens
        starts, ends = tokens.starts[unit.start : unit.stop], tokens.ends[unit.start : unit.stop]
        look_up = self._lookup.word
        words = [look_up(text[start:end]) for start, end in zip(starts, ends, strict=True)]
        own, neighbour, last = self._proposals.own, self._proposals.neighbour, len(words) - 1
        rows = []
        for i, word in enumerate(words):
            token = unit.start + i
            here = [*word.own, *(words[i - 1].before if i else _FIRST), *(words[i + 1].after if i < last else _LAST)]
            if token in own:
                here += own[token]
            if i and token - 1 in neighbour:
                here += [f"-{feature}" for feature in neighbour[token - 1]]
            if i < last and token + 1 in neighbour:
                here += [f"+{feature}" for feature in neighbour[token + 1]]
            rows.append(here)
        if self._layout:
            self._enrich(rows, words, unit)
        return rows

    def _enrich(self, rows: list[Features], words: list[WordFeatures], unit: TokenRange) -> None:
        """Add what only the rich set has of more than one word."""
        last = len(words) - 1
        for i, row in enumerate(rows):
            row += words[i - 2].two_before if i > 1 else _SECOND
            row += words[i + 2].two_after if i < last - 1 else _SECOND_LAST
            row += self._layout[unit.start + i]
            row += dict.fromkeys(name for word in words[max(0, i - _WINDOW) : i] for name in word.earlier)
            row += dict.fromkeys(name for word in words[i + 1 : i + 1 + _WINDOW] for name in word.later)
        for (left, one), (right, other) in pairwise(zip(rows, words, strict=True)):
            left.append(f"s+s={one.shape} {other.shape}")
            right.append(f"-s+s={one.shape} {other.shape}")


def _layout(document: Document) -> list[tuple[str, ...]]:
    """Where each token stands in its line, and of which field."""
    text, tokens = document.text, document.tokens
    rows: list[tuple[str, ...]] = []
    blank, line_start = True, 0
    for line in text.split("\n"):
        line_end = line_start + len(line)
        words: list[str] = []
        for token in range(len(rows), len(tokens)):
            if tokens.starts[token] >= line_end:
                break
            words.append(folded(text[slice(*tokens[token])]))
        of_line = [f"line begins={words[0]}"] if words else []
        of_line += ["after a blank line"] if blank else []
        rows += _places(words, tuple(of_line))
        blank, line_start = not line.strip(), line_end + 1
    return rows


def _places(words: list[str], of_line: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield for each word of a line how far it is from the line's start and from the name of a field, ``Name:``.

    The first field's name is all words before the colon; of a later one in the line the last word counts.
    """
    field, since = "", 0
    colons = [i for i, word in enumerate(words) if word.endswith(":")]
    if colons and colons[0] < _FIELD_TOKENS:
        field, since = " ".join(words[: colons[0] + 1]).rstrip(" :"), colons[0]
    for i, word in enumerate(words):
        if i > since and word == ":":
            field, since = words[i - 1], i
        here = (f"at={min(i, _FURTHEST)}", *of_line)
        if field:
            here += (f"field={field}", f"field={field}+{max(min(i - since, 3), -1)}")
        yield (*here, "line ends") if i == len(words) - 1 else here


def units(index: PhraseIndex) -> Iterator[TokenRange]:
    """Yield the units of a document that hold tokens, in order."""
    token = 0
    while token < len(index.stems):
        unit = index.unit_range(index.unit_of(token))
        yield unit
        token = unit.stop


def _shape(word: str) -> str:
    """The classes of a word's characters with runs shortened: ``Xx``, ``X.``, ``d``."""
    shape = ""
    for kind in _classes(word):
        if not shape.endswith(kind):
            shape += kind
    return shape


def _classes(word: str) -> str:
    """The classes of a word's first characters: ``X`` a capital, ``x`` another letter, ``d`` a digit, else itself."""
    return "".join(
        "X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c for c in word[:_MOST_CHARACTERS]
    )
