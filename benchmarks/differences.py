"""How often tests of differences err, and how often they find what is planted, in simulation.

python -m benchmarks.differences [--samples N] [--documents N …]

Curators mark made-up documents as in :mod:`benchmarks.coverage`; in some documents all find it hard, and each curator
has better and worse ones.  *Pairs* and *curators*: three curators have every document.  *Groups*: two curators, and
documents of two languages, as many of either, four times as many of one, or of one four times as long.  Where all are
equally good, a p below .05 is an error; where the third curator, or one language, is worse, it is a find.  Of 1,000
samples a share of .05 is known to ± .014.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from annotator.agreement.counting import Comparisons, compare
from annotator.agreement.differences import SPAN_F1, Contrast, Difference, differences
from annotator.agreement.estimates import EstimateOptions
from annotator.agreement.layers import DocumentLayers, Vocabulary
from annotator.text import Segmentation
from benchmarks.coverage import LABELS, MOST_PLACES, PLACE, as_marked, share_of
from benchmarks.report import heading

DOCUMENTS = (10, 20, 50, 200)
AT_A_TIME = 4_000
MOST_DOCUMENTS = 100_000
"""Documents that are made of a case; of large samples there are the fewer."""
LEVEL = 0.05
MOST_ERRORS = 0.065
"""The share of errors that is allowed: .05, and what 1,000 samples leave open."""


class Case(NamedTuple):
    """What is compared, and what is true: the third curator, or the second language, has this much less skill."""

    name: str
    family: str
    heavy: bool = False
    worse: float = 0.0
    share: float = 0.5
    longer: float = 1.0


CASES = (
    Case("pairs", "pair"),
    Case("pairs, a few very long", "pair", heavy=True),
    Case("curators", "curator"),
    Case("curators, a few very long", "curator", heavy=True),
    Case("groups", "language"),
    Case("groups, a few very long", "language", heavy=True),
    Case("groups, 1 to 4", "language", share=0.2),
    Case("groups, one 4 times as long", "language", longer=4.0),
    Case("pairs, planted", "pair", worse=0.3),
    Case("pairs, planted more", "pair", worse=0.6),
    Case("curators, planted", "curator", worse=0.6),
    Case("groups, planted", "language", worse=0.5),
    Case("groups, planted more", "language", worse=1.0),
)


def documents(case: Case, count: int, seed: int) -> Iterator[DocumentLayers]:
    """Yield documents; those of the second language have a key that says so."""
    chance = random.Random(seed)
    names = ("a", "b") if case.family == "language" else ("a", "b", "c")
    for number in range(count):
        second = case.family == "language" and chance.random() < case.share
        places = chance.paretovariate(1.6) * 6 if case.heavy else chance.lognormvariate(2.5, 0.6)
        places = max(1, min(MOST_PLACES, int(places * (case.longer if second else 1))))
        hard = chance.gauss(0, 0.7) + case.worse * second
        labels = chance.choices(list(LABELS), list(LABELS.values()), k=places)
        truth = [(at, label) for at, label in enumerate(labels) if chance.random() < 0.6]
        layers = {
            name: as_marked(truth, share_of(1.8 - hard - case.worse * (name == "c") + chance.gauss(0, 0.4)), chance)
            for name in names
        }
        tokens = Segmentation((4 * token, 4 * token + 3) for token in range(places * PLACE // 4))
        yield DocumentLayers(f"{'es' if second else 'en'}{number}", places * PLACE, tokens, layers)


def contrasts(case: Case, comparisons: Comparisons, size: int) -> Iterator[list[Contrast]]:
    """Yield the contrasts of every sample of so many documents that a chunk is cut into."""
    sample = comparisons.document // size
    second = np.array([comparisons.documents[n].startswith("es") for n in comparisons.document])
    pair = comparisons.pair
    for number in range(len(comparisons.documents) // size):
        rows = sample == number
        if case.family == "language":
            sides = [(rows & ~second, rows & second)]
        elif case.family == "pair":  # the pairs are ab, ac, bc
            sides = [(rows & (pair == 0), rows & (pair == other)) for other in (1, 2)]
            sides.append((rows & (pair == 1), rows & (pair == 2)))
        else:
            sides = [(rows & (pair == rest), rows & (pair != rest)) for rest in range(3)]
        yield [Contrast(case.family, "left", "right", *one) for one in sides]


class Found:
    """What the tests of one case and size said."""

    def __init__(self, truth: list[float]) -> None:
        self.truth = truth
        self.tests = self.below = self.held = self.samples = self.corrected = 0

    def add(self, found: list[Difference]) -> None:
        """Count a sample: of the first contrast whether its p is small, of all whether any corrected one is."""
        if found[0].p is None:
            return
        self.samples += 1
        self.corrected += any(one.p_holm is not None and one.p_holm < LEVEL for one in found)
        for one, truth in zip(found, self.truth, strict=True):
            if truth == self.truth[0] and one.p is not None and one.low is not None and one.high is not None:
                self.tests += 1
                self.below += one.p < LEVEL
                self.held += one.low <= truth <= one.high


def simulated(case: Case, sizes: tuple[int, ...], samples: int) -> tuple[list[float], dict[int, Found]]:
    """Simulate a case: the true differences, and what was found by number of documents."""
    names = ("a", "b") if case.family == "language" else ("a", "b", "c")
    options = EstimateOptions(resamples=0)
    chunks = [
        compare(list(documents(case, AT_A_TIME, seed)), names, Vocabulary(tuple(LABELS)))
        for seed in range(-(-min(max(sizes) * samples, MOST_DOCUMENTS) // AT_A_TIME))
    ]
    values = [
        [one.difference or 0.0 for one in differences(chunk, [(sides, SPAN_F1)], options)]
        for chunk in chunks
        for sides in contrasts(case, chunk, AT_A_TIME)
    ]
    truth = [float(value) if case.worse else 0.0 for value in np.mean(values, axis=0)]
    found = {size: Found(truth) for size in sizes}
    for size in sizes:
        every = ((chunk, sides) for chunk in chunks for sides in contrasts(case, chunk, size))
        for chunk, sides in islice(every, min(samples, MOST_DOCUMENTS // size)):
            found[size].add(differences(chunk, [(sides, SPAN_F1)], EstimateOptions()))
    return truth, found


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--documents", type=int, nargs="+", default=DOCUMENTS)
    parser.add_argument("--cases", default="", help="only those whose name has this in it")
    chosen = parser.parse_args()
    sizes = tuple(chosen.documents)
    heading(f"share of p < {LEVEL}, of any corrected p < {LEVEL}, of intervals that held; {chosen.samples:,} samples")
    print(f"{'case':<30}{'truth':>7}" + "".join(f"{size:>18,}" for size in sizes) + "  documents")
    above = []
    for case in (case for case in CASES if chosen.cases in case.name):
        truth, found = simulated(case, sizes, chosen.samples)
        cells = [found[size] for size in sizes]
        shares = [(one.below / max(1, one.tests), one.corrected / max(1, one.samples)) for one in cells]
        held = [one.held / max(1, one.tests) for one in cells]
        shown = "".join(f"  {one:.3f} {any_:.3f} {kept:.2f}" for (one, any_), kept in zip(shares, held, strict=True))
        print(f"{case.name:<30}{truth[0]:>7.3f}{shown}", flush=True)
        if not case.worse:
            above += [f"{case.name} {n}" for n, some in zip(sizes, shares, strict=True) if max(some) > MOST_ERRORS]
    print(f"above {MOST_ERRORS}: {', '.join(above) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
