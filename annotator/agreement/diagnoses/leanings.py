"""Who always goes the same way: a curator whose differences with the others all lean to one side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.diagnoses.aligned import AlignedItems, AlignedLayers, Finding, Mask
from annotator.agreement.diagnoses.chance import SHARE, excess, worth_reading
from annotator.agreement.packing import Indexes

LEAST_ODDS = 1.5
"""How many times as often as the other way a curator goes, at least."""


class Leaning(NamedTuple):
    """A layer that goes one way ``times`` of ``of`` times; ``which`` are the items where it does."""

    name: int
    more: bool
    which: Mask
    of: int
    p: float

    @property
    def times(self) -> int:
        """How often it goes this way."""
        return int(self.which.sum())


def leanings(
    aligned: AlignedLayers, items: AlignedItems, ahead: Indexes, share: float = SHARE, *, prefers_more: bool = False
) -> Iterator[Leaning]:
    """Yield the layers that lean to one side beyond chance, clearest first.

    ``ahead`` says of each item whether its left layer has more (1), its right one (-1), or neither (0).  By chance
    both are as frequent.  Once a layer is found, its differences with the others are laid aside: a curator who marks
    less makes all others look as if they marked more.  Of two layers what the one has more the other has less:
    ``prefers_more`` says which of the two is named.
    """
    total = int((~items.same).sum())
    names = set(np.unique(np.concatenate([aligned.left, aligned.right])).tolist())
    looks = _looks(names, prefers_more)
    left = ahead != 0
    while looks and left.any():
        found = [
            _leaning(aligned, items, np.where(left, ahead, 0), name, more) for name, more in _looks(names, prefers_more)
        ]
        found.sort(key=lambda one: (one.p, one.name, one.more))
        best = next((one for one in found if _tells(aligned, items, one, total)), None)
        if best is None or best.p > share / len(looks):
            return
        yield best
        names.discard(best.name)
        left &= ~aligned.with_layer(best.name)[items.row]
        if len(names) < 2:
            return


def _looks(names: set[int], more: bool) -> list[tuple[int, bool]]:
    """Which layers are asked for which way."""
    ways = (more,) if len(names) == 2 else (False, True)
    return [(name, way) for name in sorted(names) for way in ways]


def _leaning(aligned: AlignedLayers, items: AlignedItems, ahead: NDArray[np.intp], name: int, more: bool) -> Leaning:
    mine = np.where(aligned.left[items.row] == name, ahead, 0) - np.where(aligned.right[items.row] == name, ahead, 0)
    which = mine == (1 if more else -1)
    once, every = aligned.of_documents(items, which), aligned.of_documents(items, mine != 0)
    return Leaning(name, more, which, int(every.sum()), excess(once, every / 2, every / 4 * aligned.others))


def _tells(aligned: AlignedLayers, items: AlignedItems, found: Leaning, total: int) -> bool:
    enough = found.times >= LEAST_ODDS * (found.of - found.times)
    return enough and worth_reading(aligned.of_documents(items, found.which), total)


def marking(aligned: AlignedLayers, *, relations: bool, laid_aside: Mask) -> Iterator[Finding]:
    """Yield the layers that mark less, or more, than the others; without what is laid aside."""
    items = aligned.items(relations=relations)
    ahead = np.where(items.right == 0, 1, 0) - np.where(items.left == 0, 1, 0)
    for found in leanings(aligned, items, np.where(laid_aside, 0, ahead), SHARE / 2):
        labels = np.maximum(items.left, items.right)[found.which]
        names = aligned.types if relations else aligned.labels
        counts = np.bincount(labels, minlength=len(names) + 1)
        often = [
            (names[code - 1], int(counts[code])) for code in np.argsort(-counts, kind="stable")[:3] if counts[code]
        ]
        facts = {"who": aligned.names[found.name], "times": found.times, "of": found.of, "labels": often}
        kind = "marks more" if found.more else "marks less"
        yield Finding(kind, relations, found.which, found.p, facts)  # type: ignore[arg-type]
