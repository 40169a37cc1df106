"""What agreement is measured on: the layers of documents that their authors have finished."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import overload

from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segmentation


class LabelNumbers(dict[str, int]):
    """The numbers of labels, from 0, in the order in which they are first asked for; shared by layers read together."""

    def __missing__(self, label: str) -> int:
        number = self[label] = len(self)
        return number


class LabelColumn(Sequence[str]):
    """The labels of a layer's spans or relations, as numbers."""

    __slots__ = ("codes", "numbers")

    def __init__(self, labels: Iterable[str], numbers: LabelNumbers) -> None:
        self.codes = array("I", map(numbers.__getitem__, labels))
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return map(list(self.numbers).__getitem__, self.codes)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return list(self)[index]


def labels_beyond(columns: Iterable[LabelColumn], known: Collection[str]) -> set[str]:
    """The labels that occur and are not among those that are known."""
    found: set[str] = set()
    for numbers, some in groupby(columns, key=attrgetter("numbers")):
        beyond = {number: label for label, number in numbers.items() if label not in known}
        if beyond:
            occurring = set[int]().union(*(column.codes for column in some))
            found.update(label for number, label in beyond.items() if number in occurring)
    return found


class Content:
    """What one layer says about a document, in columns: a corpus has a million spans.

    Span ``i`` is ``labels[i]`` from ``starts[i]`` to ``ends[i]``; relation ``i`` is ``types[i]`` from span ``heads[i]``
    to span ``children[i]``.  What stands there twice counts once.
    """

    __slots__ = ("children", "ends", "heads", "labels", "starts", "types")

    def __init__(self, spans: Iterable[SpanKey], relations: Iterable[RelationKey] = ()) -> None:
        """Take spans, and relations between spans that are among them."""
        every = list(spans)
        place = {span: number for number, span in enumerate(every)}
        self.starts, self.ends = array("I", [s.start for s in every]), array("I", [s.end for s in every])
        self.labels = LabelColumn((s.label for s in every), LabelNumbers())
        linked = list(relations)
        self.heads = array("I", [place[r.head] for r in linked])
        self.children = array("I", [place[r.child] for r in linked])
        self.types = LabelColumn((r.label for r in linked), LabelNumbers())

    @classmethod
    def of_columns(
        cls,
        spans: tuple[Iterable[int], Iterable[int], Sequence[str]],
        relations: tuple[Iterable[int], Iterable[int], Sequence[str]],
        numbers: tuple[LabelNumbers, LabelNumbers],
    ) -> Content:
        """Take the columns of spans (start, end, label) and of relations (head, child, label).

        ``numbers`` are those of the spans' labels and of the relations'.
        """
        content = cls.__new__(cls)
        content.starts, content.ends = array("I", spans[0]), array("I", spans[1])
        content.labels = LabelColumn(spans[2], numbers[0])
        content.heads, content.children = array("I", relations[0]), array("I", relations[1])
        content.types = LabelColumn(relations[2], numbers[1])
        return content

    @property
    def size(self) -> int:
        """How many spans and relations there are."""
        return len(self.starts) + len(self.heads)

    def _keys(self) -> list[SpanKey]:
        return list(map(SpanKey, self.starts, self.ends, self.labels))

    @property
    def spans(self) -> frozenset[SpanKey]:
        """The spans, made anew each time."""
        return frozenset(self._keys())

    @property
    def relations(self) -> frozenset[RelationKey]:
        """The relations, made anew each time."""
        keys = self._keys() if self.types else []
        ends = zip(self.heads, self.children, self.types, strict=True)
        return frozenset(RelationKey(keys[head], keys[child], label) for head, child, label in ends)


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
    """The labels that a layer may use; ``symmetric`` are the relations without direction.

    ``own`` is how many of the labels, the first, a curator can choose from; the others are retired.
    """

    labels: tuple[str, ...]
    relations: tuple[str, ...] = ()
    symmetric: frozenset[str] = frozenset()
    own: int | None = None

    def widened(self, documents: Iterable[DocumentLayers]) -> Vocabulary:
        """The vocabulary with the labels that layers use beyond it, in order, behind its own."""
        contents = [content for document in documents for content in document.layers.values()]
        spans = labels_beyond((content.labels for content in contents), self.labels)
        relations = labels_beyond((content.types for content in contents), self.relations)
        return Vocabulary(
            (*self.labels, *sorted(spans)),
            (*self.relations, *sorted(relations)),
            self.symmetric,
            len(self.labels) if self.own is None else self.own,
        )
