"""What agreement is measured on: the layers of documents that their authors have finished."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segmentation


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
        self.labels: Sequence[str] = [s.label for s in every]
        linked = list(relations)
        self.heads = array("I", [place[r.head] for r in linked])
        self.children = array("I", [place[r.child] for r in linked])
        self.types: Sequence[str] = [r.label for r in linked]

    @classmethod
    def of_columns(
        cls,
        spans: tuple[Iterable[int], Iterable[int], Sequence[str]],
        relations: tuple[Iterable[int], Iterable[int], Sequence[str]],
    ) -> Content:
        """Take the columns of spans (start, end, label) and of relations (head, child, label)."""
        content = cls(())
        content.starts, content.ends, content.labels = array("I", spans[0]), array("I", spans[1]), spans[2]
        content.heads, content.children, content.types = (
            array("I", relations[0]),
            array("I", relations[1]),
            relations[2],
        )
        return content

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
        spans: set[str] = set()
        relations: set[str] = set()
        for document in documents:
            for content in document.layers.values():
                spans.update(content.labels)
                relations.update(content.types)
        return Vocabulary(
            (*self.labels, *sorted(spans.difference(self.labels))),
            (*self.relations, *sorted(relations.difference(self.relations))),
            self.symmetric,
            len(self.labels) if self.own is None else self.own,
        )
