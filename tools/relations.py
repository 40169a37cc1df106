"""A relation extractor that learns from gold JSONL alone, as a program that knows nothing of annotator would.

``python -m tools.relations TRAIN.jsonl TEST.jsonl…`` trains multinomial logistic regression over the pairs of spans
that stand near one another, and prints precision, recall and F1 on the test files, beside linking nearest pairs.  It
takes the gold spans as given: what is measured is relations.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Link = tuple[str, str, str]
"""Ids of head and child, and the label."""

NONE = ""
REACH = 40
"""Tokens that may lie between two spans of a candidate pair."""
ROUNDS, RATE, DECAY = 400, 0.5, 1e-3


class Pair(NamedTuple):
    """Two spans that may be linked, what can be seen of them, and the label that links them in gold."""

    document: str
    head: str
    child: str
    types: tuple[str, str]
    gap: int
    features: tuple[str, ...]
    label: str


def pairs(path: Path) -> Iterator[Pair]:
    """Yield the candidate pairs of a file of gold JSONL: spans on one line of the text, not far from one another."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield from _pairs(json.loads(line))


def _pairs(row: dict[str, Any]) -> Iterator[Pair]:
    words = [token["text"] for token in row["tokens"]]
    links = {(r["head_id"], r["child_id"]): r["label"] for r in row["relations"]}
    spans = [span for span in row["spans"] if span["token_start"] is not None]
    for head, child in permutations(spans, 2):
        first, second = sorted((head, child), key=lambda span: span["start"])
        gap = second["token_start"] - first["token_end"] - 1
        if 0 <= gap <= REACH and "\n" not in row["text"][first["end"] : second["start"]]:
            between = words[first["token_end"] + 1 : second["token_start"]]
            inner = sum(first["end"] <= span["start"] and span["end"] <= second["start"] for span in spans)
            types = head["label"], child["label"]
            features = tuple(_features(types, first is head, gap, between, inner))
            label = links.get((head["id"], child["id"]), NONE)
            yield Pair(row["id"], head["id"], child["id"], types, gap, features, label)


def _features(types: tuple[str, str], forward: bool, gap: int, between: Sequence[str], inner: int) -> Iterator[str]:
    pair, order = "→".join(types), "head first" if forward else "child first"
    yield from (
        "bias",
        pair,
        f"{pair} {order}",
        f"{pair} gap {min(gap, 12).bit_length()}",
        f"{pair} over {min(inner, 3)}",
    )
    yield from (f"word {word.lower()}" for word in set(between))
    yield from (f"{pair} word {word.lower()}" for word in set(between))


@dataclass(frozen=True)
class Model:
    """Weights by feature and label; a pair gets the likeliest label among those that its types had in training."""

    columns: dict[str, int]
    labels: list[str]
    allowed: dict[tuple[str, str], set[str]]
    weights: Numbers

    def label(self, pair: Pair) -> str:
        """Return the label of a pair."""
        known = [self.columns[feature] for feature in pair.features if feature in self.columns]
        scores = self.weights[known].sum(axis=0)
        allowed = self.allowed.get(pair.types, set()) | {NONE}
        return max(
            (label for label in self.labels if label in allowed), key=lambda n: float(scores[self.labels.index(n)])
        )


def train(candidates: Sequence[Pair]) -> Model:
    """Return the likeliest model, weights held small, by gradient ascent over pairs of types that are ever linked."""
    candidates = typed(candidates)
    columns = {name: i for i, name in enumerate(sorted({feature for pair in candidates for feature in pair.features}))}
    labels = [NONE, *sorted({pair.label for pair in candidates} - {NONE})]
    allowed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for pair in candidates:
        allowed[pair.types].add(pair.label)
    seen = np.zeros((len(candidates), len(columns)))
    right = np.zeros((len(candidates), len(labels)))
    for row, pair in enumerate(candidates):
        seen[row, [columns[feature] for feature in pair.features]] = 1.0
        right[row, labels.index(pair.label)] = 1.0
    weights = np.zeros((len(columns), len(labels)))
    for _ in range(ROUNDS):
        scores = seen @ weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope = seen.T @ (right - odds / odds.sum(axis=1, keepdims=True)) / np.sqrt(len(candidates))
        weights += RATE * (slope / np.sqrt(len(candidates)) - DECAY * weights)
    return Model(columns, labels, dict(allowed), weights)


def typed(typed_pairs: Iterable[Pair]) -> list[Pair]:
    """Return the pairs whose types are linked somewhere."""
    linked_types = list(typed_pairs)
    linked = {pair.types for pair in linked_types if pair.label}
    return [pair for pair in linked_types if pair.types in linked]


def nearest(links: Sequence[Pair], trained: Sequence[Pair]) -> set[tuple[str, Link]]:
    """Link each child to the nearest head whose types were linked in training, with their commonest label."""
    common: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for pair in trained:
        if pair.label:
            common[pair.types][pair.label] += 1
    best: dict[tuple[str, str, tuple[str, str]], Pair] = {}
    for pair in links:
        if pair.types in common:
            key = pair.document, pair.child, pair.types
            best[key] = min(best.get(key, pair), pair, key=lambda p: p.gap)
    return {(p.document, (p.head, p.child, common[p.types].most_common(1)[0][0])) for p in best.values()}


def gold(path: Path) -> set[tuple[str, Link]]:
    """Return all relations of a file, also those of spans that are no candidate pair."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return {(row["id"], (r["head_id"], r["child_id"], r["label"])) for row in rows for r in row["relations"]}


def figures(predicted: Iterable[object], wanted: Iterable[object]) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    one, other = set(predicted), set(wanted)
    hits = len(one & other)
    precision, recall = hits / max(len(one), 1), hits / max(len(other), 1)
    return precision, recall, 2 * hits / max(len(one) + len(other), 1)


def main() -> None:
    """Train on one file, measure on the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("test", type=Path, nargs="+")
    arguments = parser.parse_args()
    trained, predicted = typed(pairs(arguments.train)), [pair for path in arguments.test for pair in pairs(path)]
    model = train(trained)
    wanted = set().union(*map(gold, arguments.test))
    linked = {(p.document, (p.head, p.child, label)) for p in predicted if (label := model.label(p))}
    print(f"relations, learned from {sum(bool(p.label) for p in trained)} linked pairs among {len(trained)}")
    for name, result in (("logistic regression", linked), ("nearest pair", nearest(predicted, trained))):
        print("relations, {}: P {:.3f} R {:.3f} F1 {:.3f}".format(name, *figures(result, wanted)))


if __name__ == "__main__":
    main()
