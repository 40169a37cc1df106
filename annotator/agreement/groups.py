"""Agreement on groups of mentions, by the scores of the field's shared tasks.

A group is a cluster of two mentions or more; a mention that stands alone is in none.  A mention that only one layer has
counts for that layer alone, as in the reference scorer of CoNLL-2012: it is missed by the other.

- MUC (Vilain et al. 1995): links that are found, of those that hold the clusters together.
- B³ (Bagga & Baldwin 1998): of every mention, the share of its cluster that it is found with.
- CEAFe (Luo 2005): how alike clusters are, each aligned with one at most, φ4.
- LEA (Moosavi & Strube 2016): links that are found of each cluster, which counts by its size.

Recall and precision change places with the layers; F1 is what both have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

from annotator.agreement import coefficients as c
from annotator.agreement.coefficients import Array
from annotator.agreement.document_tables import DocumentSums, DocumentTables
from annotator.agreement.measures import Measure, Universe
from annotator.annotation import Annotations, SpanKey
from annotator.groups import groups

Clusters = Sequence[frozenset[SpanKey]]
SCORES = ("muc", "b3", "ceafe", "lea")
_COLUMNS = 4
"""Of each score: numerator and denominator of recall, then of precision."""


def clusters_of(content: Annotations, label: str) -> Clusters:
    """The groups of one equivalence in a layer, by the content of their mentions.

    Two mentions with the same content are one, so that a group of them alone is none.
    """
    found = (frozenset(content.spans[i].key for i in group) for group in groups(content, label))
    return [cluster for cluster in found if len(cluster) > 1]


class GroupTables(DocumentTables):
    """What is counted of one equivalence in the documents that are compared, pair of layers by pair of layers."""

    def __init__(self, label: str, names: Sequence[str], documents: Iterable[Mapping[str, Annotations]]) -> None:
        self.pairs = list(combinations(names, 2))
        rows = []
        for layers in documents:
            clusters = {name: clusters_of(content, label) for name, content in layers.items()}
            rows.append([pair_counts(clusters.get(one), clusters.get(other)) for one, other in self.pairs])
        table = np.array(rows, dtype=float).reshape(len(rows), -1)
        super().__init__({"pairs": table})

    def by_pair(self, sums: DocumentSums) -> Array:
        """The sums with axes for pairs of layers and columns."""
        table = sums["pairs"]
        return table.reshape(len(table), len(self.pairs), -1)


def pair_counts(key: Clusters | None, response: Clusters | None) -> list[float]:
    """Mentions in groups of both layers, then of every score what its recall and its precision are ratios of.

    All 0 where one of the layers does not have the document.
    """
    if key is None or response is None:
        return [0.0] * (1 + _COLUMNS * len(SCORES))
    mentions = sum(map(len, key)) + sum(map(len, response))
    there, back = _Overlaps(key, response), _Overlaps(response, key)
    alike = _aligned_similarity(there)
    return [
        float(mentions),
        *(*there.muc(), *back.muc()),
        *(*there.b3(), *back.b3()),
        *(alike, float(len(key)), alike, float(len(response))),
        *(*there.lea(), *back.lea()),
    ]


class _Overlaps:
    """How many mentions every cluster of one layer has in common with every cluster of another."""

    def __init__(self, own: Clusters, others: Clusters) -> None:
        self.own, self.others = own, others
        place = {mention: number for number, cluster in enumerate(others) for mention in cluster}
        self.shared: list[dict[int, int]] = []
        for cluster in own:
            counts: dict[int, int] = {}
            for mention in cluster:
                if mention in place:
                    counts[place[mention]] = counts.get(place[mention], 0) + 1
            self.shared.append(counts)

    def muc(self) -> tuple[float, float]:
        """Σ (|K| - |p(K)|), p(K) being the parts into which the others cut K, and Σ (|K| - 1)."""
        found = sum(sum(counts.values()) - len(counts) for counts in self.shared)
        return float(found), float(sum(len(cluster) - 1 for cluster in self.own))

    def b3(self) -> tuple[float, float]:
        """Σ |K ∩ R|² / |K| over all clusters, and how many mentions there are."""
        found = sum(
            sum(n * n for n in counts.values()) / len(cluster)
            for cluster, counts in zip(self.own, self.shared, strict=True)
        )
        return float(found), float(sum(map(len, self.own)))

    def lea(self) -> tuple[float, float]:
        """Σ |K| · Σ link(K ∩ R) / link(K), link(n) being n (n - 1) / 2, and Σ |K|."""
        found = sum(
            len(cluster) * sum(n * (n - 1) for n in counts.values()) / (len(cluster) * (len(cluster) - 1))
            for cluster, counts in zip(self.own, self.shared, strict=True)
        )
        return float(found), float(sum(map(len, self.own)))


def _aligned_similarity(overlaps: _Overlaps) -> float:
    """Σ φ4 = 2 |K ∩ R| / (|K| + |R|) of the best alignment of clusters."""
    if not any(overlaps.shared):
        return 0.0
    from scipy.optimize import linear_sum_assignment

    table = np.zeros((len(overlaps.own), len(overlaps.others)))
    for row, counts in enumerate(overlaps.shared):
        for column, n in counts.items():
            table[row, column] = 2 * n / (len(overlaps.own[row]) + len(overlaps.others[column]))
    rows, columns = linear_sum_assignment(table, maximize=True)
    return float(table[rows, columns].sum())


# What is computed from the tables


def mentions(sums: DocumentSums, tables: GroupTables) -> Array:
    """The mentions in groups of both layers, over all pairs of layers."""
    return c.summed(tables.by_pair(sums)[..., 0])


def _f1_of_pairs(sums: DocumentSums, tables: GroupTables, score: str) -> Array:
    """F1 of one score, for each pair of layers; NaN where neither has a group."""
    first = 1 + _COLUMNS * SCORES.index(score)
    table = tables.by_pair(sums)
    recall, precision = (c.ratio(table[..., at], table[..., at + 1]) for at in (first, first + 2))
    known = table[..., 0] > 0
    recall, precision = np.nan_to_num(recall), np.nan_to_num(precision)
    harmonic = np.nan_to_num(c.ratio(2 * recall * precision, recall + precision))
    found: Array = np.where(known, harmonic, np.nan)
    return found


def _mean(of_pairs: Array) -> Array:
    return c.mean_of_defined(np.moveaxis(of_pairs, -1, 0))


def muc(sums: DocumentSums, tables: GroupTables) -> Array:
    """F1 by MUC; of several pairs of layers the mean, as of all scores."""
    return _mean(_f1_of_pairs(sums, tables, "muc"))


def b3(sums: DocumentSums, tables: GroupTables) -> Array:
    """F1 by B³."""
    return _mean(_f1_of_pairs(sums, tables, "b3"))


def ceafe(sums: DocumentSums, tables: GroupTables) -> Array:
    """F1 by CEAFe."""
    return _mean(_f1_of_pairs(sums, tables, "ceafe"))


def lea(sums: DocumentSums, tables: GroupTables) -> Array:
    """F1 by LEA."""
    return _mean(_f1_of_pairs(sums, tables, "lea"))


def conll(sums: DocumentSums, tables: GroupTables) -> Array:
    """The mean of the F1 of MUC, B³ and CEAFe, by which the shared tasks of CoNLL rank."""
    return (muc(sums, tables) + b3(sums, tables) + ceafe(sums, tables)) / 3


_MENTIONS = Universe("group", "mentions of both layers that are in groups", mentions, "no layer has a group")

GROUP_MEASURES: tuple[Measure, ...] = (
    Measure("group.conll_f1", "Groups: CoNLL F1", _MENTIONS, conll),
    Measure("group.muc_f1", "Groups: MUC F1", _MENTIONS, muc),
    Measure("group.b3_f1", "Groups: B³ F1", _MENTIONS, b3),
    Measure("group.ceafe_f1", "Groups: CEAFe F1", _MENTIONS, ceafe),
    Measure("group.lea_f1", "Groups: LEA F1", _MENTIONS, lea),
)
"""Measured for every equivalence, over all pairs of layers."""
