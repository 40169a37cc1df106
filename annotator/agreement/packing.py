"""The layers of all documents as arrays of numbers, so that thousands of pairs of layers are counted at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.layers import Content, DocumentLayers, LabelColumn, Vocabulary
from annotator.agreement.ordering import changes, distinct, first_of_each, in_order, run_starts
from annotator.annotation import SpanKey

Indexes: TypeAlias = NDArray[np.intp]


def indexes(values: Any) -> Indexes:
    """Numbers as an array of indexes."""
    return np.asarray(values, dtype=np.intp)


def joined(parts: Iterable[Any]) -> Indexes:
    """Arrays of unsigned 32-bit numbers end to end."""
    return np.frombuffer(b"".join(parts), dtype=np.uint32).astype(np.intp)


def numbered(columns: Sequence[LabelColumn], labels: Sequence[str]) -> Indexes:
    """The place of each label of the columns, end to end, among some labels, from 1; 0 for others."""
    place = {label: number for number, label in enumerate(labels, 1)}
    codes = joined(column.codes for column in columns)
    every = {id(column.numbers): column.numbers for column in columns}
    if len(every) > 1:
        behind = np.cumsum([len(numbers) for numbers in every.values()])
        first = dict(zip(every, [0, *behind.tolist()], strict=False))
        codes += np.repeat([first[id(column.numbers)] for column in columns], list(map(len, columns)))
    return indexes([place.get(label, 0) for numbers in every.values() for label in numbers])[codes]


def ranges(firsts: Indexes, sizes: Indexes) -> tuple[Indexes, Indexes]:
    """The members of ranges, range behind range, and the number of the range that each is in."""
    which = np.repeat(np.arange(len(sizes)), sizes)
    return np.arange(len(which)) + np.repeat(firsts - (np.cumsum(sizes) - sizes), sizes), which


def occurring(numbers: Indexes, size: int) -> tuple[Indexes, Indexes]:
    """Which of the numbers below a size there are, ascending, and the place of each among them.

    That is what :func:`numpy.unique` says, found without sorting.
    """
    there = np.zeros(size, dtype=bool)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[numbers]


def blocks(sizes: Indexes, most: int) -> Iterator[slice]:
    """Yield slices of things of these sizes, in order, each of ``most`` in all or of one thing."""
    behind = np.cumsum(sizes)
    start = 0
    while start < len(sizes):
        before = behind[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(behind, before + most, side="right")))
        yield slice(start, stop)
        start = stop


class Spans(NamedTuple):
    """Spans of all layers, ordered by layer and key; positions are on the line of all documents end to end.

    ``code`` is the label's number from 1; ``border`` numbers pairs of start and end in reading order; ``key`` numbers
    contents, so that keys of one document compare as its :class:`SpanKey` do.
    """

    layer: Indexes
    start: Indexes
    end: Indexes
    code: Indexes
    border: Indexes
    key: Indexes


class PackedRelations(NamedTuple):
    """Relations of all layers, ordered by layer and content, the earlier end first where they have no direction.

    ``head`` and ``child`` are keys of spans, ``code`` is the label's number from 1; ``number`` is the content.
    """

    layer: Indexes
    head: Indexes
    child: Indexes
    code: Indexes
    number: Indexes


class Packed:
    """Documents laid end to end; a *layer* here is one layer of one document.

    They are numbered document by document, those of a document in the order of the names.
    """

    def __init__(self, documents: Sequence[DocumentLayers], names: Sequence[str], vocabulary: Vocabulary) -> None:
        self.lengths = indexes([d.length for d in documents])
        self.bases = np.cumsum(self.lengths) - self.lengths
        self.end = int(self.lengths.sum())
        self.names, self.labels, self.types = tuple(names), vocabulary.labels, vocabulary.relations
        self._by_rank = sorted(range(len(self.labels)), key=self.labels.__getitem__)
        found = [
            (number, place, document.layers[name])
            for number, document in enumerate(documents)
            for place, name in enumerate(names)
            if name in document.layers
        ]
        self.document, self.name = indexes([f[0] for f in found]), indexes([f[1] for f in found])
        contents = [f[2] for f in found]
        raw = self._read(contents)
        self.spans, self._borders, keys = self._ordered(*raw)
        self.first = np.searchsorted(self.spans.layer, np.arange(len(found) + 1))
        self.having = self._having()
        self.links = self._read_links(contents, raw[0], keys, vocabulary.symmetric)
        self.first_link = np.searchsorted(self.links.layer, np.arange(len(found) + 1))

    def __len__(self) -> int:
        return len(self.document)

    @cached_property
    def by_label(self) -> tuple[Indexes, Indexes]:
        """The order of spans by layer and label, each label's in reading order, and the number of layer and label."""
        group = self.spans.layer * len(self.labels) + self.spans.code - 1
        return in_order(group)  # spans of a layer are in reading order

    # Spans

    def _read(self, contents: Sequence[Content]) -> tuple[Indexes, Indexes, Indexes, Indexes]:
        sizes = indexes([len(content.starts) for content in contents])
        layer = np.repeat(np.arange(len(contents)), sizes)
        shift = self.bases[self.document[layer]]
        code = numbered([content.labels for content in contents], self.labels)
        return layer, joined(c.starts for c in contents) + shift, joined(c.ends for c in contents) + shift, code

    def _ordered(self, layer: Indexes, start: Indexes, end: Indexes, code: Indexes) -> tuple[Spans, Indexes, Indexes]:
        """The spans, each content once a layer; the start and length of each border in one number; keys as given."""
        self._longest = int((end - start).max(initial=0)) + 1
        borders, border = distinct(start * self._longest + end - start)
        rank = np.empty(len(self.labels) + 1, dtype=np.intp)
        rank[indexes(self._by_rank) + 1] = np.arange(len(self.labels))
        key = border * len(self.labels) + rank[code]
        self.keys = len(borders) * len(self.labels)
        """Keys are below this."""
        order = first_of_each(layer * self.keys + key)
        return Spans(*(column[order] for column in (layer, start, end, code, border, key))), borders, key

    def _having(self) -> Indexes:
        """How many layers have a span of each border: a layer with several there counts once."""
        once = changes(self.spans.layer) | changes(self.spans.border)
        return np.bincount(self.spans.border[once], minlength=len(self._borders))

    def border_of(self, key: Indexes) -> Indexes:
        """The border of keys."""
        return key // len(self.labels)

    def code_of(self, key: Indexes) -> Indexes:
        """The label's number, from 1, of keys."""
        return (indexes(self._by_rank) + 1)[key % len(self.labels)]

    def range_of(self, key: Indexes) -> tuple[Indexes, Indexes]:
        """Start and end of keys, on the line."""
        return self.range_of_borders(self.border_of(key))

    def range_of_borders(self, border: Indexes | slice) -> tuple[Indexes, Indexes]:
        """Start and end of borders, on the line."""
        start, length = np.divmod(self._borders[border], self._longest)
        return start, start + length

    def span_keys(self, keys: Indexes) -> list[SpanKey]:
        """What keys stand for, with positions on the line."""
        starts, ends = self.range_of(keys)
        labels = [self.labels[code - 1] for code in self.code_of(keys).tolist()]
        return list(map(SpanKey, starts.tolist(), ends.tolist(), labels))

    # Relations

    def _read_links(
        self, contents: Sequence[Content], layer_of_spans: Indexes, keys: Indexes, symmetric: frozenset[str]
    ) -> PackedRelations:
        sizes = indexes([len(content.heads) for content in contents])
        layer = np.repeat(np.arange(len(contents)), sizes)
        firsts = np.searchsorted(layer_of_spans, np.arange(len(contents)))[layer]
        head = keys[joined(c.heads for c in contents) + firsts]
        child = keys[joined(c.children for c in contents) + firsts]
        code = numbered([content.types for content in contents], self.types)
        turned = np.array([False, *(label in symmetric for label in self.types)])[code] & (child < head)
        head, child = np.where(turned, child, head), np.where(turned, head, child)
        ends, place = distinct(np.concatenate([head, child]))
        content = (place[: len(head)] * len(ends) + place[len(head) :]) * (len(self.types) + 1) + code
        numbers, content = distinct(content)
        self.contents = len(numbers)
        """Numbers of relations' contents are below this."""
        order = first_of_each(layer * max(self.contents, 1) + content)
        return PackedRelations(*(column[order] for column in (layer, head, child, code, content)))


def layer_pairs(packed: Packed, names: int) -> tuple[Indexes, Indexes, Indexes]:
    """Every pair of layers of a document: the pair's number, the left and the right layer, ordered by pair."""
    numbers = np.full((names, names), -1)
    numbers[np.triu_indices(names, 1)] = np.arange(names * (names - 1) // 2)
    firsts = run_starts(packed.document)
    sizes = np.diff(firsts, append=len(packed))
    lefts, rights = [indexes([])], [indexes([])]
    for size in sorted(set(sizes.tolist())):
        one, other = np.triu_indices(size, 1)
        begins = firsts[sizes == size][:, None]
        lefts.append((begins + one).ravel())
        rights.append((begins + other).ravel())
    left, right = np.concatenate(lefts), np.concatenate(rights)
    pair = numbers[packed.name[left], packed.name[right]]
    order = np.lexsort((left, pair))
    return pair[order], left[order], right[order]
