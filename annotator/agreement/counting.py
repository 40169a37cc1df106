"""From layers to counts: one row a document and pair of layers, from which every measure and interval follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, groupby
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from annotator.agreement.alignment import UnorderedAlignment, align_unordered
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.agreement.positions import Positions, UnitCounts
from annotator.agreement.relations import RelationMatchKind, direct, match_relations
from annotator.agreement.tally import Indexes, Tally, indexes
from annotator.annotation import RelationKey, SpanKey

MISSED = 0
"""The category of what a layer does not have; labels count from 1, in the vocabulary's order."""

ENDS: dict[RelationMatchKind, int] = {"exact": 0, "label": 0, "ends": 1, "overlap": 1, "direction": 2}
"""First axis of the relations' table: the same ends, aligned ones, or the other way round."""


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Counts of all comparisons: row by row a document (by index) and a pair of layers (by index).

    ``spans``: [same borders][left label][right label] of aligned spans, :data:`MISSED` where one has none.
    ``named``: [layers that have a span of these borders][left label][right label] (labels from 0), of spans that have
    the same borders in both.
    ``relations``: [:data:`ENDS`][left label][right label], the same way.
    ``reached``: [side][label], the relations whose two ends the other layer has too.
    ``tokens``: [left value][right value]; a token's value is 0 without a span, its label's number, or beyond
    ``len(labels)`` a combination of labels.
    ``units``, ``squares``: [left label][right label] in code points, 0 where nothing is marked, and Σ length² of
    either layer's spans by label; ``by_label`` the same for each label alone against everything else.
    ``presence``: [left has it][right has it], a unit being a label in a document.
    """

    documents: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    vocabulary: Vocabulary
    document: Indexes
    pair: Indexes
    spans: Tally
    named: Tally
    relations: Tally
    reached: Tally
    tokens: Tally
    units: UnitCounts
    by_label: UnitCounts
    presence: Tally

    def __len__(self) -> int:
        return len(self.document)

    def rows(self, which: Any) -> Comparisons:
        """The comparisons of some rows (a mask, or indexes); documents and pairs keep their indexes."""
        return replace(
            self,
            document=self.document[which],
            pair=self.pair[which],
            spans=self.spans.rows(which),
            named=self.named.rows(which),
            relations=self.relations.rows(which),
            reached=self.reached.rows(which),
            tokens=self.tokens.rows(which),
            units=self.units.rows(which),
            by_label=self.by_label.rows(which),
            presence=self.presence.rows(which),
        )

    def of_pair(self, pair: int) -> Comparisons:
        """The comparisons of one pair of layers."""
        return self.rows(self.pair == pair)


def compare(documents: Sequence[DocumentLayers], names: Sequence[str], vocabulary: Vocabulary) -> Comparisons:
    """Count how the named layers agree, in every document that at least two of them have.

    Pairs are in the order of the names: the first of a pair is the left layer.
    """
    vocabulary = vocabulary.widened(documents)
    shared = [d for d in documents if sum(name in d.layers for name in names) >= 2]
    pairs = tuple(combinations(names, 2))
    rows = [
        (number, place)
        for number, document in enumerate(shared)
        for place, (left, right) in enumerate(pairs)
        if left in document.layers and right in document.layers
    ]
    document, pair = indexes([r[0] for r in rows]), indexes([r[1] for r in rows])
    counter = _Counter(vocabulary, len(names))
    for number, places in groupby(rows, key=lambda row: row[0]):
        layers = counter.open_document({n: content for n, content in shared[number].layers.items() if n in names})
        for _, place in places:
            counter.add(layers[pairs[place][0]], layers[pairs[place][1]])
    positions = Positions(shared, names, vocabulary.labels)
    left, right = indexes([names.index(one) for one, _ in pairs]), indexes([names.index(other) for _, other in pairs])
    sides = document, left[pair], right[pair]
    units = positions.units(*sides)
    return Comparisons(
        documents=tuple(d.key for d in shared),
        pairs=pairs,
        vocabulary=vocabulary,
        document=document,
        pair=pair,
        spans=counter.spans.tally(),
        named=counter.named.tally(),
        relations=counter.relations.tally(),
        reached=counter.reached.tally(),
        tokens=positions.tokens(*sides),
        units=units,
        by_label=positions.units_by_label(*sides, units),
        presence=counter.presence.tally(),
    )


_BORDERS, _LABEL = itemgetter(0, 1), itemgetter(2)
"""Of spans: quick, because a corpus has a hundred thousand of them."""


class _Cells:
    """Cells of one kind of table, gathered row by row."""

    def __init__(self, *shape: int) -> None:
        self.shape = shape
        self.cells: list[int] = []
        self.ends: list[int] = []

    def close_row(self) -> None:
        """End a row: what comes next belongs to the following one."""
        self.ends.append(len(self.cells))

    def tally(self) -> Tally:
        """What was gathered."""
        ends = indexes(self.ends)
        row = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        return Tally.of(len(ends), self.shape, row, self.cells)


class _Prepared(NamedTuple):
    """A layer's content as every comparison of it needs it."""

    spans: frozenset[SpanKey]
    labels: frozenset[str]
    relations: frozenset[RelationKey]


class _Counter:
    """Counts aligned spans and relations, comparison by comparison."""

    def __init__(self, vocabulary: Vocabulary, layers: int) -> None:
        self.symmetric = vocabulary.symmetric
        self.code = {label: number for number, label in enumerate(vocabulary.labels, 1)}
        self.relation_code = {label: number for number, label in enumerate(vocabulary.relations, 1)}
        self.labels, self.types = len(self.code) + 1, len(self.relation_code) + 1
        self.spans = _Cells(2, self.labels, self.labels)
        self.named = _Cells(layers + 1, len(self.code), len(self.code))
        self.relations = _Cells(len(set(ENDS.values())), self.types, self.types)
        self.reached = _Cells(2, self.types)
        self.presence = _Cells(2, 2)
        self.twice = {label: (number - 1) * (len(self.code) + 1) for label, number in self.code.items()}
        self.same = {label: (self.labels + number) * self.labels + number for label, number in self.code.items()}

    def open_document(self, contents: Mapping[str, Content]) -> dict[str, _Prepared]:
        """Begin a document: count how many of its layers have which borders, and prepare what all pairs ask for."""
        self.having = Counter(chain.from_iterable(map(_BORDERS, content.spans) for content in contents.values()))
        return {
            name: _Prepared(spans, frozenset(map(_LABEL, spans)), direct(relations, self.symmetric))
            for name, (spans, relations) in contents.items()
        }

    def add(self, left: _Prepared, right: _Prepared) -> None:
        """Count one comparison."""
        both = align_unordered(left.spans, right.spans)
        self._add_spans(both)
        self.presence.cells += [2 * (label in left.labels) + (label in right.labels) for label in self.code]
        if left.relations or right.relations:
            self._add_relations(left, right, both)
        for table in (self.spans, self.named, self.relations, self.reached, self.presence):
            table.close_row()

    def _add_spans(self, both: UnorderedAlignment) -> None:
        code, size, same, having = self.code, self.labels, self.same, self.having
        named, labels = self.named.cells, len(self.code)
        names = list(map(_LABEL, both.same))
        self.spans.cells += map(same.__getitem__, names)
        sizes = map(having.__getitem__, map(_BORDERS, both.same))
        area, twice = labels * labels, self.twice
        named += [layers * area + twice[label] for layers, label in zip(sizes, names, strict=True)]
        for one, other in both.pairs:
            borders = one.start == other.start and one.end == other.end
            row, column = code[one.label], code[other.label]
            self.spans.cells.append((borders * size + row) * size + column)
            if borders:
                named.append((having[one[:2]] * labels + row - 1) * labels + column - 1)
        self.spans.cells += [code[label] * size for _, _, label in both.left]
        self.spans.cells += [code[label] for _, _, label in both.right]

    def _add_relations(self, left: _Prepared, right: _Prepared, both: UnorderedAlignment) -> None:
        aligned = dict(both.pairs)
        aligned.update(zip(both.same, both.same, strict=True))
        code, size = self.relation_code, self.types
        found = match_relations(left.relations, right.relations, aligned, self.symmetric)
        cells = self.relations.cells
        cells += [code[label] * (size + 1) for _, _, label in found.same]
        for one, other, kind in found.pairs:
            cells.append((ENDS[kind] * size + code[one.label]) * size + code[other.label])
        cells += [code[label] * size for _, _, label in found.left]
        cells += [code[label] for _, _, label in found.right]
        for side, relations in enumerate((left.relations, right.relations)):
            there = [label for head, child, label in relations if head in both.same and child in both.same]
            self.reached.cells += [side * size + code[label] for label in there]
