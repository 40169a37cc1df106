"""How well the width of intervals over more documents is predicted, in the simulation of ``benchmarks.coverage``.

python -m benchmarks.planning [--samples N] [--from N …] [--to N …]

From each sample of few documents it is predicted how wide intervals would be over more, given the lengths of the
documents of a corpus of the population.  That is held against what they
are there: on average, in other samples of the same population.  Then: how many documents ± .03 takes, against the
number from which intervals are that narrow on average, and how often that lies in the range that was given, where .80
is meant.  Samples from which nothing can be said are counted.
"""

from __future__ import annotations

import argparse
import sys
from itertools import islice

import numpy as np

from annotator.agreement.counting import Comparisons, compare
from annotator.agreement.estimates import Estimate, EstimateOptions
from annotator.agreement.layers import Vocabulary
from annotator.agreement.planning import HALF_WIDTH, Lengths, Needed, Outlook
from benchmarks.coverage import AT_A_TIME, KINDS, LABELS, Kind, documents, estimates_of
from benchmarks.report import heading

FROM = (10, 20, 50)
TO = (50, 200, 1000)
CORRECTED = frozenset({"token.kappa", "token.alpha", "unit.alpha"})


def sampled(chunks: list[Comparisons], size: int, samples: int) -> list[dict[str, Estimate]]:
    """The estimates of so many samples of a size."""
    every = (found for chunk in chunks for found in estimates_of(chunk, size, EstimateOptions()))
    return list(islice(every, samples))


def mean_half_width(found: list[dict[str, Estimate]], name: str) -> float:
    """Half the width of a figure's intervals on average; NaN where there is none."""
    widths = [(e.high - e.low) / 2 for one in found if (e := one[name]).low is not None and e.high is not None]
    return float(np.mean(widths)) if widths else float("nan")


def truly_needed(sizes: list[int], widths: list[float]) -> float:
    """From how many documents intervals are narrow enough on average, by interpolation of the logarithms."""
    known = [(size, width) for size, width in zip(sizes, widths, strict=True) if not np.isnan(width)]
    logs = np.log([width for _, width in known])[::-1]
    places = np.log([size for size, _ in known])[::-1]
    if not logs[0] <= np.log(HALF_WIDTH) <= logs[-1]:
        return float("nan")
    return float(np.exp(np.interp(np.log(HALF_WIDTH), logs, places)))


def predicted(outlook: Outlook, size: int) -> float:
    """Half the width over so many documents."""
    return outlook.curve(size, 2)[-1].half_width


def show(kind: Kind, chosen: argparse.Namespace) -> None:
    """Simulate a kind of population and print what came out."""
    count = max(*chosen.to, max(chosen.start)) * chosen.samples
    chunks = [
        compare(list(documents(kind, AT_A_TIME, seed)), ("a", "b"), Vocabulary(tuple(LABELS)))
        for seed in range(min(-(-count // AT_A_TIME), chosen.chunks))
    ]
    sizes = sorted({*chosen.start, *chosen.to})
    found = {size: sampled(chunks, size, chosen.samples) for size in sizes}
    corpus = Lengths.of(chunks[0].lengths.tolist())
    lengths = {
        size: [
            Lengths.of(chunk.lengths[at : at + size].tolist())
            for chunk in chunks
            for at in range(0, len(chunk) - size + 1, size)
        ]
        for size in chosen.start
    }
    for name in found[sizes[0]][0]:
        widths = [mean_half_width(found[size], name) for size in sizes]
        needed = truly_needed(sizes, widths)
        for size in chosen.start:
            outlooks = [
                Outlook(one[name], name in CORRECTED, part, corpus)
                for one, part in zip(found[size], lengths[size], strict=False)
                if one[name].value is not None
            ]
            able = [outlook for outlook in outlooks if not outlook.reason]
            cells = "".join(
                _ratio([predicted(one, to) for one in able], width)
                for to, width in zip(sizes, widths, strict=True)
                if to in chosen.to
            )
            silent = 1 - len(able) / max(1, len(found[size]))
            print(f"{kind.name:<10}{name:<13}{size:>5}{silent:>8.0%}{cells}{_needed(able, needed)}", flush=True)


def _ratio(predicted: list[float], width: float) -> str:
    if not predicted or np.isnan(width):
        return f"{'–':>20}"
    low, middle, high = np.quantile(np.array(predicted) / width, (0.1, 0.5, 0.9))
    return f"{middle:>8.2f} ({low:.2f}–{high:.2f})"


def _needed(outlooks: list[Outlook], needed: float) -> str:
    told: list[Needed] = [outlook.until(HALF_WIDTH) for outlook in outlooks]
    numbers = [one.documents for one in told if one.documents is not None]
    if np.isnan(needed) or not numbers:
        return f"{'–':>10}"
    inside = np.mean([(one.low or 0) <= needed <= (one.high or np.inf) for one in told])
    return f"{needed:>10,.0f}{np.median(numbers):>10,.0f}{inside:>8.2f}"


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--chunks", type=int, default=40, help=f"population, in {AT_A_TIME:,} documents")
    parser.add_argument("--from", dest="start", type=int, nargs="+", default=FROM)
    parser.add_argument("--to", type=int, nargs="+", default=TO)
    chosen = parser.parse_args()
    heading(f"half-widths predicted / real: median (10 % to 90 % of {chosen.samples:,} samples); documents for ± .03")
    print(
        f"{'':<10}{'measure':<13}{'from':>5}{'silent':>8}"
        + "".join(f"{f'at {to:,}':>20}" for to in chosen.to)
        + f"{'needed':>10}{'predicted':>10}{'inside':>8}"
    )
    for kind in KINDS:
        show(kind, chosen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
