"""Finished sentences as examples for suggesters that learn from what they are shown, and finding the nearest ones.

Nearness is the cosine of words weighted by their rarity (tf-idf; Salton and Buckley 1988), over word forms without
case.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import nsmallest
from typing import Any, NamedTuple

import msgspec

from annotator.annotation import Annotations, reading_order
from annotator.text import Document

LONGEST = 600
"""Code points of the longest sentence that is kept as an example."""
_WORD = re.compile(r"\w{2,}")


class GoldSentence(NamedTuple):
    """A sentence of a finished document: its mentions with offsets in it, and relations by the mentions' indices."""

    document: str
    lang: str
    text: str
    mentions: tuple[tuple[int, int, str], ...]
    relations: tuple[tuple[int, int, str], ...] = ()


def sentences_of(document: Document, truth: Annotations) -> Iterator[GoldSentence]:
    """The sentences of a finished document, but for very long ones, each with what lies wholly inside it."""
    spans = sorted(truth.spans.values(), key=reading_order)
    for start, end in document.sentences:
        text = document.text[start:end]
        if not text.strip() or end - start > LONGEST:
            continue
        inside = [span for span in spans if start <= span.start and span.end <= end]
        number = {span.id: index for index, span in enumerate(inside)}
        yield GoldSentence(
            document.key,
            document.lang,
            text,
            tuple((span.start - start, span.end - start, span.label) for span in inside),
            tuple(
                (number[relation.head], number[relation.child], relation.label)
                for relation in truth.relations.values()
                if relation.head in number and relation.child in number
            ),
        )


class GoldSentences:
    """An index of finished sentences."""

    def __init__(self, sentences: Iterable[GoldSentence] = ()) -> None:
        self._sentences = list(sentences)
        self._words = [Counter(_words(sentence.text)) for sentence in self._sentences]
        self._rarity = _rarity(self._words)
        self._norms = [self._norm(words) for words in self._words]
        self._holders: dict[str, list[int]] = {}
        for index, words in enumerate(self._words):
            for word in words:
                self._holders.setdefault(word, []).append(index)

    @classmethod
    def from_rows(cls, rows: Iterable[Any]) -> GoldSentences:
        """Read sentences as JSON has them; raises ``TypeError`` or ``ValueError`` for something else."""
        return cls(_checked(msgspec.convert(row, GoldSentence)) for row in rows)

    def __len__(self) -> int:
        return len(self._sentences)

    def nearest(self, document: Document, sentences: range, most: int) -> Sequence[GoldSentence]:
        """The sentences of other documents in the same language that are nearest to some of a document's.

        They come farthest first, so that the nearest stands beside the question.
        """
        if not most or not sentences:
            return []
        starts, ends = document.sentences.starts, document.sentences.ends
        asked = Counter(_words(document.text[starts[sentences[0]] : ends[sentences[-1]]]))
        scores: defaultdict[int, float] = defaultdict(float)
        for word, count in asked.items():
            weight = count * self._rarity.get(word, 0.0) ** 2
            for index in self._holders.get(word, ()):
                scores[index] += weight * self._words[index][word]
        allowed = (
            index
            for index in scores
            if self._sentences[index].document != document.key
            and self._sentences[index].lang == document.lang
            and self._sentences[index].text not in document.text
        )
        best = nsmallest(most, allowed, key=lambda index: (-scores[index] / self._norms[index], index))
        return [self._sentences[index] for index in reversed(best)]

    def _norm(self, words: Mapping[str, int]) -> float:
        return math.sqrt(sum((count * self._rarity[word]) ** 2 for word, count in words.items())) or 1.0


def _checked(sentence: GoldSentence) -> GoldSentence:
    """A sentence that is whole in itself; ``ValueError`` for another, which a version from elsewhere may hold."""
    labels = [label for *_, label in (*sentence.mentions, *sentence.relations)]
    if not (
        all(0 <= start < end <= len(sentence.text) for start, end, _ in sentence.mentions)
        and all(0 <= min(ends) <= max(ends) < len(sentence.mentions) for *ends, _ in sentence.relations)
        and all(len(words) <= LONGEST for words in (sentence.text, *labels))
    ):
        raise ValueError("no sentence with its mentions and relations")
    "".join((sentence.text, *labels)).encode()
    return sentence


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _rarity(sentences: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """The inverse document frequency of each word."""
    holding: Counter[str] = Counter(word for words in sentences for word in words)
    return {word: math.log((1 + len(sentences)) / count) for word, count in holding.items()}
