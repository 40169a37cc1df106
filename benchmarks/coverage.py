"""How often the 95 % intervals hold the true value, in simulation, by number of documents.

python -m benchmarks.coverage [--samples N]

A large population of documents is made up, whose curators agree on some documents much better than on others. From it
samples are drawn; the interval of each is compared with the population's strict span F1. Beside the two methods stands
what comes of taking spans as independent, which documents are not.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from annotator.agreement import estimates
from annotator.agreement.counting import Comparisons, compare
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.agreement.measures import HEADLINE
from annotator.agreement.totals import Features
from annotator.annotation import SpanKey
from annotator.text import Segmentation
from benchmarks.report import heading

POPULATION = 20_000
SIZES = (10, 20, 50, 200)
REFERENCE = {10: "jackknife-t .912, percentile .875", 200: "spans as independent .505 to .562"}
LABELS = ("PERSON", "ORG", "GPE")


def population(seed: int = 5) -> Iterator[DocumentLayers]:
    """Yield documents whose curators agree on about four spans of five, on some documents far fewer."""
    chance = random.Random(seed)
    for number in range(POPULATION):
        easy = chance.betavariate(4, 1)
        ours: set[SpanKey] = set()
        theirs: set[SpanKey] = set()
        for place in range(1 + int(chance.lognormvariate(2.8, 0.6))):
            span = SpanKey(10 * place, 10 * place + 6, chance.choice(LABELS))
            slip = 0 if chance.random() < easy else chance.randint(1, 4)
            if slip != 1:
                ours.add(span)
            if slip != 2:
                theirs.add(span._replace(end=span.end + 2) if slip == 3 else
                           span._replace(label=chance.choice(LABELS)) if slip == 4 else span)  # fmt: skip
        layers = {"a": Content(frozenset(ours)), "b": Content(frozenset(theirs))}
        yield DocumentLayers(f"d{number}", 10_000, Segmentation(), layers)


def interval(
    comparisons: Comparisons, rows: np.ndarray[tuple[int], np.dtype[np.intp]], seed: int
) -> estimates.Estimate:
    """Return the estimate from some documents of the population."""
    sample = replace(
        comparisons,
        document=np.arange(len(rows)),
        pair=comparisons.pair[rows],
        left=comparisons.left[rows],
        right=comparisons.right[rows],
        counts=comparisons.counts[rows],
    )
    options = estimates.EstimateOptions(resamples=1000, seed=seed)
    return estimates.estimate(Features(sample), [HEADLINE], options)[HEADLINE.name][0]


def held(found: estimates.Estimate, truth: float) -> bool:
    """Return whether the interval holds the true value."""
    return found.low is not None and found.high is not None and found.low <= truth <= found.high


def naive(found: estimates.Estimate, truth: float) -> bool:
    """Return whether an interval that takes spans as independent holds the true value."""
    assert found.value is not None
    margin = 1.96 * (found.value * (1 - found.value) / (found.items / 2)) ** 0.5
    return bool(abs(found.value - truth) <= margin)


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1000)
    samples = parser.parse_args().samples
    comparisons = compare(list(population()), ("a", "b"), Vocabulary(LABELS))
    whole = estimates.estimate(Features(comparisons), [HEADLINE], estimates.EstimateOptions(resamples=0))[
        HEADLINE.name
    ][0]
    assert whole.value is not None
    heading(f"coverage of 95 % intervals, {samples:,} samples each, true strict span F1 {whole.value:.3f}")
    print(f"{'documents':>9}  {'jackknife-t':>11}  {'bootstrap':>9}  {'as reported':>11}  {'spans as independent':>20}")
    chance = np.random.default_rng(11)
    usual = estimates.BOOTSTRAP_DOCUMENTS
    for size in SIZES:
        hits = {"jackknife-t": 0, "bootstrap": 0, "reported": 0, "naive": 0}
        for number in range(samples):
            rows = chance.integers(0, POPULATION, size=size)
            for name, least in (("jackknife-t", 10**9), ("bootstrap", 0), ("reported", usual)):
                if name == "jackknife-t" and size >= usual:
                    continue
                estimates.BOOTSTRAP_DOCUMENTS = least
                found = interval(comparisons, rows, number)
                hits[name] += held(found, whole.value)
            hits["naive"] += naive(found, whole.value)
        shares = {name: count / samples for name, count in hits.items()}
        jackknife = f"{shares['jackknife-t']:.3f}" if size < usual else "–"
        note = f"  reference: {REFERENCE[size]}" if size in REFERENCE else ""
        print(f"{size:>9}  {jackknife:>11}  {shares['bootstrap']:>9.3f}  {shares['reported']:>11.3f}"
              f"  {shares['naive']:>20.3f}{note}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
