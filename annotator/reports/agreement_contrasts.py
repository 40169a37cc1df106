"""What of an agreement is held against what: pairs, curators, languages, times, shown and blind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from annotator.agreement.counting import Comparisons
from annotator.agreement.differences import COMPARED, Contrast, Difference, differences
from annotator.agreement.estimates import EstimateOptions
from annotator.workflow.comparing.agreement_sample import display_name

MOST_PAIRS = 10
"""Pairs of layers up to which each is held against each other."""

CONDITIONS = {"shown": "suggestions shown to both", "blind": "shown to neither", "mixed": "shown to one"}
OTHERS, BEFORE = "the others", "before"


def tested(
    comparisons: Comparisons, layers: Sequence[str], keys: Mapping[str, Sequence[str]], options: EstimateOptions
) -> list[Difference]:
    """The differences of all families.

    ``keys`` give, by family (language, time, condition), the part that each row of the comparisons is in.
    """
    every = [
        _pairs(comparisons),
        _curators(comparisons, layers),
        *(_parts(family, some) for family, some in keys.items()),
    ]
    families = (
        (contrasts, measure)
        for contrasts in every
        for measure in COMPARED
        if contrasts and (not measure.single or contrasts[0].family == "pair")
    )
    return differences(comparisons, families, options)


def _pairs(comparisons: Comparisons) -> list[Contrast]:
    numbers = np.unique(comparisons.pair).tolist()
    if len(numbers) > MOST_PAIRS:
        return []
    sides = [(_pair_name(comparisons.pairs[number]), comparisons.pair == number) for number in numbers]
    return [Contrast("pair", one, other, rows, more) for (one, rows), (other, more) in combinations(sides, 2)]


def _pair_name(pair: tuple[str, str]) -> str:
    return " · ".join(map(display_name, pair))


def _curators(comparisons: Comparisons, layers: Sequence[str]) -> list[Contrast]:
    """Each curator's comparisons against those of the others among themselves."""
    curators = [layer for layer in layers if layer.startswith("curator:")]
    if len(curators) < 3:
        return []
    among = np.array([set(pair) <= set(curators) for pair in comparisons.pairs])[comparisons.pair]
    found = []
    for name in curators:
        own = np.array([name in pair for pair in comparisons.pairs])[comparisons.pair]
        found.append(Contrast("curator", display_name(name), OTHERS, among & own, among & ~own))
    return found


def _parts(family: str, keys: Sequence[str]) -> list[Contrast]:
    """Parts against one another: two of them once, times each against all before it, others against all others."""
    every = np.array(keys, dtype=object)
    names = sorted({key for key in keys if key})
    if family == "condition":
        pairs = combinations([name for name in CONDITIONS if name in names], 2)
        return [Contrast(family, one, other, every == one, every == other) for one, other in pairs]
    if family == "time":
        earlier = [np.isin(every, names[:place]) for place in range(len(names))]
        return [
            Contrast(family, name, BEFORE, every == name, earlier[place]) for place, name in enumerate(names) if place
        ]
    if len(names) == 2:
        return [Contrast(family, names[0], names[1], every == names[0], every == names[1])]
    there = np.array([bool(key) for key in keys])
    return [Contrast(family, name, OTHERS, every == name, there & (every != name)) for name in names if len(names) > 2]
