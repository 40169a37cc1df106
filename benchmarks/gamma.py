"""γ: a thousand spans by three coders, with the random annotations that chance is drawn by.

In one long text, in a dense one, and in many short ones.  Processor time, the least of three runs.

python -m benchmarks.gamma [--spans N]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence

from annotator.agreement.gamma import gamma
from annotator.agreement.layers import Content, DocumentLayers
from annotator.annotation import SpanKey
from annotator.text import Segmentation
from benchmarks.report import heading, line

BUDGET = 10.0
"""Seconds of processor time for a thousand spans."""

CODERS, RUNS = 3, 3
LABELS = "ABCDEF"
LONGEST = 25


def text(key: str, spans: int, length: int, chance: random.Random) -> DocumentLayers:
    """Return a text on which coders mostly agree: some spans are missed, moved or under another label."""
    base = [
        (chance.randrange(length - 2 * LONGEST), chance.randint(4, LONGEST), chance.choice(LABELS))
        for _ in range(round(spans / CODERS / 0.92))
    ]
    layers = {}
    for coder in range(CODERS):
        said = set()
        for start, size, label in base:
            slip = chance.random()
            if slip >= 0.08:
                moved = chance.randint(0, 3) if slip < 0.2 else 0
                given = chance.choice(LABELS) if slip > 0.93 else label
                said.add(SpanKey(start + moved, start + size + 2 * moved, given))
        layers[f"c{coder}"] = Content(said)
    return DocumentLayers(key, length, Segmentation(()), layers)


def measure(what: str, documents: Sequence[DocumentLayers]) -> bool:
    """Measure γ, print what it took, and return whether that is within the budget."""
    gamma(documents[:1], ("c0", "c1"), seconds=1)  # the imports come before
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        found = gamma(documents, [f"c{coder}" for coder in range(CODERS)], seconds=600)
        taken.append(time.process_time() - start)
    assert found.value is not None
    assert found.documents == len(documents)
    note = f"{found.items:,} spans, γ {found.value:.3f} ({found.low:.3f} to {found.high:.3f} over {found.over})"
    return line(what, min(taken), BUDGET, "s CPU", note)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--spans", type=int, default=1_000)
    many = parser.parse_args().spans
    chance = random.Random(1)
    heading(f"γ, γ_cat and γ_k: {many:,} spans by {CODERS} coders, random annotations included")
    within = [
        measure("one text, a span in 75 characters", [text("one", many, 25 * many, chance)]),
        measure("one text, a span in 20 characters", [text("dense", many, 20 * many // 3, chance)]),
        measure("texts of 39 spans", [text(f"t{n}", 39, 1000, chance) for n in range(max(1, many // 39))]),
    ]
    return 0 if all(within) else 1


if __name__ == "__main__":
    sys.exit(main())
