"""What mentions of a label look like: learned from those in a document and from the examples of the guideline."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from annotator.labels import EntityType
from annotator.workflow.annotating.wording import FUNCTION_WORDS, Wording, is_and, wording_of

_EXAMPLE = re.compile(r"\[([^\[\]]+)\]")
_CUT = 0.04
"""What an end within a name leaves of a phrase's likelihood."""
_SPLIT = 0.2
"""What being joined to a name by a preposition leaves, beside the share of mentions that are joined so themselves."""
_AT_START = 0.3
"""What standing alone at the start of a sentence leaves of a capitalised word's."""
_SMALL_FIRST = (0.5, 0.1)
"""What beginning with a small word leaves of a name's: inside a sentence, and at its start."""
_SELDOM_JOINED = 0.1
"""What a word inside that seldom joins names leaves."""
_QUOTED = 2.0
"""How much likelier a phrase in quotation marks is."""
_KNOWN = (1.0, 2.0, 10.0)
"""How much likelier a phrase is of which neither, one, or both of the first and last words are known."""
_EXPECTED_AND = 0.1
_EXPECTED_PREPOSITION = 0.8
"""Shares of mentions of several words that hold such a word, expected without any count."""
_SMOOTHING = 4.0
"""Mentions that the expectation without any counts as much as."""


class LabelLooks:
    """How likely phrases are mentions of one label, by case, length, joining words and first and last words.

    ``mentions`` are texts of spans with the label; the guideline's examples are added to them.
    """

    def __init__(self, entity: EntityType, mentions: Iterable[str] = ()) -> None:
        examples = [text for texts in entity.examples.values() for one in texts for text in _EXAMPLE.findall(one)]
        self._shapes: Counter[str] = Counter()
        self._lengths: Counter[tuple[str, int]] = Counter()
        self._first: set[str] = set()
        self._last: set[str] = set()
        self._known: dict[tuple[str, int], float] = {}
        self._long = self._joined_by_and = self._joined = self._count = 0
        for mention in map(wording_of, (*examples, *mentions)):
            if mention is not None:
                self._learn(mention)

    def _learn(self, mention: Wording) -> None:
        self._count += 1
        self._shapes[mention.shape] += 1
        self._lengths[mention.shape, min(mention.size, 5)] += 1
        self._first.add(mention.first)
        self._last.add(mention.last)
        self._long += mention.size > 1
        self._joined_by_and += mention.has_and
        self._joined += mention.has_preposition

    def likelihood(
        self,
        phrase: Wording,
        *,
        joined_on: Sequence[str] = (),
        cuts: int = 0,
        begins_sentence: bool = False,
        quoted: bool = False,
    ) -> float:
        """How likely a phrase is a mention, from 0; only the order of such values means something.

        ``joined_on`` are the small words by which the phrase is joined to a name beside it, ``cuts`` counts the ends
        that lie within a name.
        """
        shape, size, length, first, last, has_and, has_preposition, has_loose = phrase
        value = self._likelihood_of(shape, min(size, 5)) * (_CUT**cuts if cuts else 1.0)
        if has_and:
            value *= self._by_and
        if has_preposition:
            value *= self._by_preposition
        if has_loose:
            value *= _SELDOM_JOINED
        for word in joined_on:
            value *= 1 - self._by_and if is_and(word) else _SPLIT * (1 - self._by_preposition)
        if shape == "name":
            if begins_sentence and length == 1:
                value *= _AT_START
            if first in FUNCTION_WORDS:
                value *= _SMALL_FIRST[begins_sentence]
        if quoted:
            value *= _QUOTED
        return value * _KNOWN[(first in self._first) + (last in self._last)]

    @cached_property
    def _by_and(self) -> float:
        return _share(self._joined_by_and, self._long, _EXPECTED_AND)

    @cached_property
    def _by_preposition(self) -> float:
        return _share(self._joined, self._long, _EXPECTED_PREPOSITION)

    def _likelihood_of(self, shape: str, size: int) -> float:
        """How likely a mention has a shape and a number of words."""
        if (shape, size) not in self._known:
            of_shape = self._shapes[shape]
            expected = _EXPECTED_SIZES[shape != "lower"][size]
            self._known[shape, size] = _share(of_shape, self._count, _EXPECTED_SHAPES[shape]) * _share(
                self._lengths[shape, size], of_shape, expected
            )
        return self._known[shape, size]


def _share(count: int, total: int, expected: float) -> float:
    """A share of a total as it was counted, drawn towards what is expected without any count."""
    return (count + _SMOOTHING * expected) / (total + _SMOOTHING)


_EXPECTED_SHAPES = {"name": 0.6, "lower": 0.1, "figure": 0.05, "mixed": 0.05}
_EXPECTED_SIZES = ((0.0, 0.55, 0.3, 0.1, 0.03, 0.02), (0.0, 0.3, 0.35, 0.25, 0.2, 0.15))
"""By the number of words, in lower case and otherwise; a longer name is likelier than part of it."""
