"""All aligned items of all pairs of layers in columns, and what a finding is: some of those that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.layers import DocumentLayers, Vocabulary
from annotator.agreement.matching import TURNED_ENDS, AlignedLinks, AlignedSpans, Aligner
from annotator.agreement.packing import Indexes, Packed, indexes, layer_pairs, ranges

Mask = NDArray[np.bool_]

Kind = Literal[
    "border", "border word", "confused labels", "marks less", "marks more", "drift of a curator",
    "direction", "differs from all", "label", "document", "drift", "anchoring",
]  # fmt: skip
"""What is found out by a test; a report adds what follows from figures alone."""


@dataclass(frozen=True, slots=True)
class AlignedItems:
    """Aligned spans, or aligned relations: the row, the labels' numbers (0 for what a layer misses), whether the same.

    ``borders`` are start and end on the left, then on the right, -1 where missing, in code points of the document;
    relations have none.  ``turned`` are relations that the two layers have the other way round.
    """

    row: Indexes
    left: Indexes
    right: Indexes
    same: Mask
    turned: Mask
    borders: tuple[Indexes, Indexes, Indexes, Indexes] | None = None

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class Finding:
    """What some of the differences have in common: ``which`` of the items, and the facts that words are made from.

    ``p`` is the probability of as much by chance, before other looks are accounted for.
    """

    kind: Kind
    relations: bool
    which: Mask
    p: float
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def explained(self) -> int:
        """How many differences it explains."""
        return int(self.which.sum())


class AlignedLayers:
    """A sample's layers, aligned two by two: a *row* is a pair of layers of one document."""

    def __init__(self, documents: Sequence[DocumentLayers], names: Sequence[str], vocabulary: Vocabulary) -> None:
        vocabulary = vocabulary.widened(documents)
        self.documents = [d for d in documents if sum(name in d.layers for name in names) >= 2]
        self.names, self.labels, self.types = tuple(names), vocabulary.labels, vocabulary.relations
        packed = Packed(self.documents, names, vocabulary)
        _, left, right = layer_pairs(packed, len(names))
        self.document = packed.document[left]
        """Of each row the document's number, and the numbers of the names of the two layers."""
        self.left, self.right = packed.name[left], packed.name[right]
        self.others = (np.bincount(packed.document, minlength=len(self.documents)) - 1).astype(float)
        """Of each document how many layers there are beside one."""
        aligner = Aligner(packed, vocabulary.symmetric)
        spans = aligner.spans(left, right)
        self.spans = _spans(packed, spans, left)
        self.relations = _relations(packed, aligner.links(left, right, spans), left, right)

    def items(self, *, relations: bool) -> AlignedItems:
        """The aligned relations, or the aligned spans."""
        return self.relations if relations else self.spans

    def of_documents(self, items: AlignedItems, which: Mask | None = None) -> Array:
        """How many of some items each document has."""
        rows = items.row if which is None else items.row[which]
        return np.bincount(self.document[rows], minlength=len(self.documents)).astype(float)

    def with_layer(self, name: int) -> Mask:
        """Which rows a layer is in."""
        found: Mask = (self.left == name) | (self.right == name)
        return found


def _spans(packed: Packed, found: AlignedSpans, left: Indexes) -> AlignedItems:
    """Every span of every row: the same in both, aligned with another, or alone."""
    nobody = -1
    parts = [(found.same_row, found.same, found.same), (found.row, found.left, found.right)]
    for side, taken in enumerate((found.left, found.right)):
        mine = found.rest.right == side
        row, key = found.rest.row[mine], found.rest.content[mine]
        alone = ~np.isin(row * packed.keys + key, found.row * packed.keys + taken)
        missing = np.full(int(alone.sum()), nobody)
        parts.append((row[alone], key[alone], missing) if not side else (row[alone], missing, key[alone]))
    row, ours, theirs = (np.concatenate(column) for column in zip(*parts, strict=True))
    base = packed.bases[packed.document[left[row]]]
    borders = [
        np.where(key == nobody, -1, place - base)
        for key in (ours, theirs)
        for place in packed.range_of(np.maximum(key, 0))
    ] if packed.keys else [indexes([])] * 4  # fmt: skip
    codes = [np.where(key == nobody, 0, packed.code_of(np.maximum(key, 0))) if packed.keys else indexes([])
             for key in (ours, theirs)]  # fmt: skip
    return AlignedItems(row, codes[0], codes[1], ours == theirs, np.zeros(len(row), dtype=bool), tuple(borders))  # type: ignore[arg-type]


def _relations(packed: Packed, found: AlignedLinks, left: Indexes, right: Indexes) -> AlignedItems:
    """Every relation of every row, with its label; those that only one layer has are known by number alone."""
    width = len(packed.types) + 1
    rows, ones, others = [found.same_row, found.row], [found.same, found.left], [found.same, found.right]
    for side, layer in enumerate((left, right)):
        members, row = ranges(packed.first_link[layer], packed.first_link[layer + 1] - packed.first_link[layer])
        every = np.bincount(row * width + packed.links.code[members], minlength=len(left) * width)
        matched = np.concatenate([found.same, found.right if side else found.left])
        aligned = np.bincount(np.concatenate(rows[:2]) * width + matched, minlength=len(left) * width)
        alone = np.repeat(np.arange(len(every)), every - aligned)
        code, missing = alone % width, np.zeros(len(alone), dtype=np.intp)
        rows.append(alone // width)
        ones.append(missing if side else code)
        others.append(code if side else missing)
    row = np.concatenate(rows)
    same, turned = np.zeros(len(row), dtype=bool), np.zeros(len(row), dtype=bool)
    same[: len(found.same)] = True
    turned[len(found.same) : len(found.same) + len(found.row)] = found.ends == TURNED_ENDS
    return AlignedItems(row, np.concatenate(ones), np.concatenate(others), same, turned)
