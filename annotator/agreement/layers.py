"""What agreement is measured on: the layers of documents that their authors have finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segmentation

_LABEL = itemgetter(2)
"""Of spans as of relations: quick, because a corpus has a hundred thousand of them."""


class Content(NamedTuple):
    """What one layer says about a document."""

    spans: frozenset[SpanKey]
    relations: frozenset[RelationKey] = frozenset()


@dataclass(frozen=True, slots=True)
class DocumentLayers:
    """A document with its layers by name, those alone that count: an empty one is data, an absent one is missing.

    ``length`` is the text's in code points.
    """

    key: str
    length: int
    tokens: Segmentation
    layers: Mapping[str, Content]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The labels that a layer may use; ``symmetric`` are the relations without direction."""

    labels: tuple[str, ...]
    relations: tuple[str, ...] = ()
    symmetric: frozenset[str] = frozenset()

    def widened(self, documents: Iterable[DocumentLayers]) -> Vocabulary:
        """The vocabulary with the labels that layers use beyond it, in order, behind its own."""
        spans: set[str] = set()
        relations: set[str] = set()
        for document in documents:
            for content in document.layers.values():
                spans.update(map(_LABEL, content.spans))
                relations.update(map(_LABEL, content.relations))
        return Vocabulary(
            (*self.labels, *sorted(spans.difference(self.labels))),
            (*self.relations, *sorted(relations.difference(self.relations))),
            self.symmetric,
        )
