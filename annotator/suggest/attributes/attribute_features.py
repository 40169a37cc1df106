"""What attributes are learned from: the words in and around a span, and the words of a document."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.annotation import Span
from annotator.suggest.phrases import PhraseIndex, TokenRange

NEAR = 8
"""Tokens before and after a span, in its sentence, that are looked at."""
MOST_TOKENS = 5000
"""Tokens of a document, the first ones, that are looked at."""
_LEAST_LETTERS = 3


def span_features(index: PhraseIndex, span: Span) -> list[str]:
    """The words in a span, those next to it with their places, and those near it by side; and its label."""
    tokens = index.document.tokens.overlapping(span.start, span.end)
    if not tokens:
        return []
    inside, stems = TokenRange(tokens[0], tokens[-1] + 1), index.stems
    start, stop = index.unit_range(index.unit_of(inside.start))
    before = stems[max(start, inside.start - NEAR) : inside.start]
    after = stems[inside.stop : max(min(stop, inside.stop + NEAR), inside.stop)]
    features = ["always", f"label={span.label}", *(f"in={stem}" for stem in stems[inside.start : inside.stop])]
    for place in (1, 2):
        features.append(f"before{place}={before[-place] if place <= len(before) else ''}")
        features.append(f"after{place}={after[place - 1] if place <= len(after) else ''}")
    return [*features, *(f"before={stem}" for stem in before), *(f"after={stem}" for stem in after)]


def document_features(index: PhraseIndex) -> list[str]:
    """The words of a document, each once, and those of its first line as such."""
    text, tokens = index.document.text, index.document.tokens
    first_line = tokens.overlapping(0, max(text.find("\n"), 0))
    stems = index.stems[:MOST_TOKENS]
    words = dict.fromkeys(stem for stem in stems if _is_word(stem))
    return ["always", *words, *_titled(stems, len(first_line))]


def _titled(stems: list[str], count: int) -> Iterator[str]:
    return (f"title={stem}" for stem in stems[:count] if _is_word(stem))


def _is_word(stem: str) -> bool:
    return len(stem) >= _LEAST_LETTERS and stem.isalpha()
