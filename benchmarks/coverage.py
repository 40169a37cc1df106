"""How often 95 % intervals hold the true value, in simulation, by measure and by number of documents.

python -m benchmarks.coverage [--samples N] [--documents N …] [--bootstrap]

Two curators mark a large population of made-up documents, in which some documents, and some curators in a document, are
much harder than others.  Of *moderate* populations the lengths are lognormal (σ .6), of *heavy* ones Pareto (shape 1.6,
up to 500 places for a span) and longer documents harder; of *good* ones the lengths are heavy and the curators agree
well.  Labels are used in 50, 20, 14, 10, 5 and 1 % of places.  The population is cut into samples, and each sample's
intervals are compared with the figures of the whole population.  Of 1,000 samples the coverage is known to ± .014.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from annotator.agreement.counting import Comparisons, compare
from annotator.agreement.estimates import Estimate, EstimateOptions, estimate_parts
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.agreement.measures import BY_LABEL, OVERALL, Measure
from annotator.agreement.totals import Features
from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segmentation
from benchmarks.report import heading

DOCUMENTS = (10, 20, 50, 200)
LEAST = 0.93
"""The coverage that is asked for in every cell."""
LABELS = {"A": 50, "B": 20, "C": 14, "D": 10, "E": 5, "F": 1}
SHOWN = ("span.f1", "token.kappa", "token.alpha", "unit.alpha", "relation.f1")
SHOWN_LABELS = ("C", "F")
PLACE = 20
"""Code points of a place, which is five tokens; a span takes one or two of them."""
MOST_PLACES = 500
AT_A_TIME = 5_000
"""Documents that are compared at a time."""


class Kind(NamedTuple):
    """A kind of population: how long documents are, and how often a place is marked as it should be."""

    name: str
    heavy: bool
    skill: float


KINDS = (Kind("moderate", False, 1.8), Kind("heavy", True, 1.8), Kind("good", True, 3.2))


def documents(kind: Kind, count: int, seed: int) -> Iterator[DocumentLayers]:
    """Yield documents of a kind, as two curators have them."""
    chance = random.Random(seed)
    for number in range(count):
        if kind.heavy:
            places = min(MOST_PLACES, int(6 * chance.paretovariate(1.6)))
        else:
            places = max(1, int(chance.lognormvariate(2.5, 0.6)))
        hard = chance.gauss(0, 0.7) + (0.2 * np.log(places / 12) if kind.heavy else 0)
        truth = [
            (at, label)
            for at, label in enumerate(chance.choices(list(LABELS), list(LABELS.values()), k=places))
            if chance.random() < 0.6
        ]
        layers = {
            name: as_marked(truth, share_of(kind.skill - hard + chance.gauss(0, 0.4)), chance) for name in ("a", "b")
        }
        tokens = Segmentation((4 * token, 4 * token + 3) for token in range(places * PLACE // 4))
        yield DocumentLayers(f"d{number}", places * PLACE, tokens, layers)


def share_of(odds: float) -> float:
    """Return the share that log odds stand for."""
    return float(1 / (1 + np.exp(-odds)))


def as_marked(truth: list[tuple[int, str]], right: float, chance: random.Random) -> Content:
    """What a curator marks: of the spans that there are each with some probability the right one."""
    spans: list[SpanKey] = []
    for at, label in truth:
        slip = None if chance.random() < right else chance.choice(("missed", "border", "label"))
        if slip != "missed":
            named = chance.choice(list(LABELS)) if slip == "label" else label
            spans.append(SpanKey(PLACE * at, PLACE * at + (7 if slip == "border" else 3), named))
    related = [
        RelationKey(one, other, "r")
        for one, other in pairwise(spans)
        if (one.start // PLACE) % 3 == 0 and chance.random() < 0.5 + right / 2
    ]
    return Content(spans, related)


class Coverage:
    """How often intervals held the value of the population, by measure."""

    def __init__(self, truth: dict[str, float]) -> None:
        self.truth = truth
        self.held = dict.fromkeys(truth, 0)
        self.known = dict.fromkeys(truth, 0)
        self.width = dict.fromkeys(truth, 0.0)

    def add(self, found: dict[str, Estimate]) -> None:
        """Look at the intervals of a sample; what has none is left out."""
        for name, truth in self.truth.items():
            one = found[name]
            if one.low is not None and one.high is not None:
                self.known[name] += 1
                self.held[name] += one.low <= truth <= one.high
                self.width[name] += one.high - one.low

    def share(self, name: str) -> float:
        """The share of intervals that held the value; NaN where there was none."""
        return self.held[name] / self.known[name] if self.known[name] else float("nan")

    def mean_width(self, name: str) -> float:
        """How wide intervals are on average."""
        return self.width[name] / max(1, self.known[name])


def estimates_of(comparisons: Comparisons, size: int, options: EstimateOptions) -> list[dict[str, Estimate]]:
    """Return the shown estimates of each sample of so many documents that a population is cut into."""
    measures = tuple(m for m in OVERALL if m.name in SHOWN)
    samples = len(comparisons) // size
    features = Features(comparisons, np.repeat(np.arange(samples), size), slice(samples * size))
    overall = estimate_parts(features, measures, options)
    labels = _of_labels(features, comparisons, next(m for m in BY_LABEL if m.name == "span.f1"), options)
    return [{name: some[0] for name, some in one.items()} | more for one, more in zip(overall, labels, strict=True)]


def _of_labels(
    features: Features, comparisons: Comparisons, measure: Measure, options: EstimateOptions
) -> Iterator[dict[str, Estimate]]:
    for found in estimate_parts(features, (measure,), options):
        by_label = dict(zip(comparisons.vocabulary.labels, found[measure.name], strict=True))
        yield {f"{LABELS[label]} % label": by_label[label] for label in SHOWN_LABELS}


def measured(kind: Kind, sizes: tuple[int, ...], samples: int, options: EstimateOptions) -> dict[int, Coverage]:
    """Simulate a kind of population."""
    count = max(sizes) * samples
    chunks = [
        compare(list(documents(kind, AT_A_TIME, seed)), ("a", "b"), Vocabulary(tuple(LABELS)))
        for seed in range(-(-count // AT_A_TIME))
    ]
    values = [estimates_of(chunk, AT_A_TIME, EstimateOptions(resamples=0))[0] for chunk in chunks]
    truth = {
        name: float(np.average([v[name].value or 0.0 for v in values], weights=[v[name].items for v in values]))
        for name in values[0]
    }
    found = {}
    for size in sizes:
        found[size] = Coverage(truth)
        every = (sample for chunk in chunks for sample in estimates_of(chunk, size, options))
        for sample in islice(every, samples):
            found[size].add(sample)
    return found


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--documents", type=int, nargs="+", default=DOCUMENTS)
    parser.add_argument("--bootstrap", action="store_true", help="intervals by the bootstrap in place of the jackknife")
    chosen = parser.parse_args()
    options = EstimateOptions(way="bootstrap" if chosen.bootstrap else "jackknife", resamples=1000)
    sizes = tuple(chosen.documents)
    heading(f"coverage of 95 % intervals by the {options.way}, {chosen.samples:,} samples each; asked for: {LEAST}")
    print(f"{'population':<12}{'measure':<14}{'truth':>7}" + "".join(f"{size:>16,}" for size in sizes) + "  documents")
    below = []
    for kind in KINDS:
        found = measured(kind, sizes, chosen.samples, options)
        for name, truth in found[sizes[0]].truth.items():
            cells = [found[size] for size in sizes]
            shown = "".join(f"{one.share(name):>9.3f} ±{one.mean_width(name) / 2:.3f}" for one in cells)
            print(f"{kind.name:<12}{name:<14}{truth:>7.3f}{shown}", flush=True)
            below += [
                f"{name} {kind.name} {size}" for size, one in zip(sizes, cells, strict=True) if one.share(name) < LEAST
            ]
    print(f"below {LEAST}: {', '.join(below) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
