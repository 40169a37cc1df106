"""Drift: a day since which layers differ more, or since which one of them leaves out more than before.

Documents are put in the order in which they were finished.  For every day at which they can be cut in two, what the
later ones have beyond the common rate is summed and set against its spread; the greatest of these sums counts.  How
great it gets by chance is found by shuffling the documents, so that it costs nothing to have looked at every day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.diagnoses.aligned import AlignedLayers, Finding, Mask
from annotator.agreement.diagnoses.chance import LEAST_DOCUMENTS, SHARE, unlikely, worth_reading
from annotator.agreement.diagnoses.groups import rate
from annotator.agreement.packing import Indexes, indexes

SHUFFLES, FIRST_SHUFFLES = 4_999, 199
"""How often documents are shuffled; the first so many tell whether it is worth going on."""
AT_A_TIME = 2_000_000
"""Numbers that are shuffled at a time."""
TIMES = 1.5
"""How many times the rate of before the rate since then must be."""


class _Change(NamedTuple):
    day: str
    later: Mask
    p: float
    before: float
    since: float


def drifts(aligned: AlignedLayers, days: Sequence[str], remaining: Mask) -> Iterator[Finding]:
    """Yield since when a layer leaves out more of what others have, and since when all differ more.

    ``days`` are those on which the documents were finished, ISO 8601, empty where unknown.  That all differ more is
    asked of the differences that no other finding explains, ``remaining``.
    """
    items = aligned.spans
    total = int((~items.same).sum())
    looks: list[tuple[int, Mask, _Change]] = []
    told = np.zeros(len(items), dtype=bool)
    for number in range(len(aligned.names)):
        on_left, on_right = (side[items.row] == number for side in (aligned.left, aligned.right))
        missing = (on_left & (items.left == 0)) | (on_right & (items.right == 0))
        theirs = (on_left & (items.right > 0)) | (on_right & (items.left > 0))
        looks += [(number, missing, change) for change in _changes(aligned, days, missing, theirs, SHARE / 2)]
    chances = [change.p for _, _, change in looks]
    found = [
        _finding(aligned, who, later, change)
        for (who, which, change), rare in zip(looks, unlikely(chances, SHARE / 2), strict=True)
        if rare and worth_reading(aligned.of_documents(items, later := _later(aligned, which, change)), total)
    ]
    if 2 * len(found) <= max(len(aligned.names), 2):  # where most layers change, it is not about one of them
        yield from found
        for one in found:
            told |= one.which
    rest, every = remaining & ~told, np.ones(len(items), dtype=bool)
    for change in _changes(aligned, days, rest, every, SHARE / 2):
        later = _later(aligned, rest, change)
        if unlikely([change.p], SHARE / 2)[0] and worth_reading(aligned.of_documents(items, later), total):
            yield _finding(aligned, None, later, change)


def _later(aligned: AlignedLayers, which: Mask, change: _Change) -> Mask:
    """Those of some spans that are in documents of since a change."""
    return which & change.later[aligned.document[aligned.spans.row]]


def _finding(aligned: AlignedLayers, who: int | None, which: Mask, change: _Change) -> Finding:
    documents = [aligned.documents[number].key for number in np.flatnonzero(change.later).tolist()]
    facts = {"since": change.day, "before": change.before, "rate": change.since, "documents": documents}
    if who is None:
        return Finding("drift", False, which, change.p, facts)
    return Finding("drift of a curator", False, which, change.p, {**facts, "who": aligned.names[who]})


def _changes(
    aligned: AlignedLayers, days: Sequence[str], which: Mask, among: Mask, share: float
) -> Iterator[_Change]:  # fmt: skip
    """Yield the day since which there are more of some items among others, if there is a candidate."""
    hits, trials = (aligned.of_documents(aligned.spans, some) for some in (which, among))
    there = indexes([number for number, day in enumerate(days) if day and trials[number]])
    order = there[np.argsort(np.array([days[number] for number in there.tolist()], dtype=str), kind="stable")]
    cuts = _cuts([days[number] for number in order.tolist()])
    beyond = (hits - rate(hits[order], trials[order]) * trials)[order]
    if not len(cuts) or not beyond.any():
        return
    sums = _sums(beyond[None], cuts)[0]
    cut = int(cuts[sums.argmax()])
    before, since = order[:cut], order[cut:]
    rates = rate(hits[before], trials[before]), rate(hits[since], trials[since])
    if rates[1] >= TIMES * rates[0]:
        later = np.zeros(len(hits), dtype=bool)
        later[since] = True
        yield _Change(days[int(order[cut])], later, _by_chance(beyond, cuts, float(sums.max()), share), *rates)


def _cuts(days: Sequence[str]) -> Indexes:
    """How many documents may be before: whole days, with enough documents on either side."""
    most = len(days) - LEAST_DOCUMENTS
    return indexes([n for n in range(LEAST_DOCUMENTS, most + 1) if days[n] != days[n - 1]])


def _sums(beyond: Array, cuts: Indexes) -> Array:
    """By row and cut, what the later documents have beyond the common rate, by the spread of such sums."""
    many = beyond.shape[1]
    later = beyond.sum(axis=1, keepdims=True) - np.cumsum(beyond, axis=1)[:, cuts - 1]
    found: Array = later / np.sqrt(cuts * (many - cuts) / many)
    return found


def _by_chance(beyond: Array, cuts: Indexes, observed: float, share: float) -> float:
    """The share of shuffles whose greatest sum is at least the observed one."""
    generator = np.random.default_rng(0)
    size = max(1, AT_A_TIME // len(beyond))
    reached = done = 0
    while done < SHUFFLES:
        count = min(size, FIRST_SHUFFLES if not done else SHUFFLES - done)
        shuffled = generator.permuted(np.broadcast_to(beyond, (count, len(beyond))), axis=1)
        reached += int((_sums(shuffled, cuts).max(axis=1) >= observed * (1 - 1e-12)).sum())
        done += count
        if reached > 4 * share * SHUFFLES:
            break
    return (reached + 1) / (done + 1)
