"""Remembers which values of attributes the spans with a phrase had, document by document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple, Self

from annotator.annotation import Attributes
from annotator.labels.attributes import values_of
from annotator.suggest.phrases import folded

SingleValue = bool | int | float | str


MemoryRow = tuple[str, str, int, list[tuple[str, SingleValue, int]]]
"""A label and a phrase, how many spans had them, and how many of these had which value of which attribute."""


class Use(NamedTuple):
    """A span of a document: its label, its text, and what is set of its attributes."""

    label: str
    text: str
    attributes: Attributes | None


class AttributeMemory:
    """The values that spans of a label and a phrase had, by attribute, and how often there was such a span."""

    def __init__(self) -> None:
        self._uses: dict[str, list[Use]] = {}
        self._values: defaultdict[tuple[str, str], Counter[tuple[str, SingleValue]]] = defaultdict(Counter)
        self._spans: Counter[tuple[str, str]] = Counter()

    def put(self, document: str, uses: Iterable[Use]) -> None:
        """Remember the spans of a document, in place of those that it had."""
        self.forget(document)
        self._uses[document] = list(uses)
        self._count(self._uses[document], 1)

    def forget(self, document: str) -> None:
        """Forget the spans of a document."""
        self._count(self._uses.pop(document, ()), -1)

    def spans(self, label: str, text: str) -> int:
        """How many spans of a label had a text, case and diacritics aside."""
        return self._spans[phrase_of(label, text)]

    def values(self, label: str, text: str, attribute: str) -> list[tuple[SingleValue, int]]:
        """The values that spans of a label and a text had, the most frequent first, with how many had each."""
        found = self._values.get(phrase_of(label, text), Counter())
        counts = [(value, count) for (name, value), count in found.items() if name == attribute and count > 0]
        return sorted(counts, key=lambda one: (-one[1], str(one[0])))

    def rows(self) -> list[MemoryRow]:
        """Everything that is remembered, as JSON values."""
        return [
            (
                *phrase,
                count,
                [(name, value, n) for (name, value), n in sorted(self._values[phrase].items(), key=str) if n],
            )
            for phrase, count in sorted(self._spans.items())
            if count
        ]

    @classmethod
    def from_rows(cls, rows: Iterable[MemoryRow]) -> Self:
        """A memory of what :meth:`rows` gave, in which no document can be told from the others."""
        memory = cls()
        for label, text, count, values in rows:
            memory._spans[label, text] = count
            memory._values[label, text].update({(name, value): n for name, value, n in values})
        return memory

    def _count(self, uses: Iterable[Use], by: int) -> None:
        for use in uses:
            phrase = phrase_of(use.label, use.text)
            self._spans[phrase] += by
            for name, value in (use.attributes or {}).items():
                for one in values_of(value):
                    self._values[phrase][name, one] += by


def phrase_of(label: str, text: str) -> tuple[str, str]:
    """What a span is remembered by: its label, and its text without case, diacritics and line breaks."""
    return label, " ".join(folded(text).split())
