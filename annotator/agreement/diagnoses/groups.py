"""Groups that differ from the rest: a layer's comparisons, a document, work without suggestions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from annotator.agreement.coefficients import Array
from annotator.agreement.diagnoses.aligned import AlignedLayers, Finding, Mask
from annotator.agreement.diagnoses.chance import (
    SHARE,
    higher_rate,
    least_differences,
    unlikely,
    worth_reading,
)

TIMES = 1.3
"""How many times the others' rate of differences a layer or a condition must have to be named."""
TIMES_OF_DOCUMENT, LEAST_COMPARED = 2.0, 8
"""The same for a document, which is told from the others where there are as many as this."""
SHARE_OF_DOCUMENTS = SHARE / 5
"""What looking at documents may err by: Student's t is too sure of what lies so far out."""


def rate(hits: Array, trials: Array) -> float:
    """The share of trials; 0 without any."""
    return float(hits.sum() / trials.sum()) if trials.sum() else 0.0


def apart(aligned: AlignedLayers, remaining: Mask, named: Collection[str]) -> Iterator[Finding]:
    """Yield the layers whose comparisons with all others come out worse than those between the others.

    Layers that are ``named`` by a specific finding are left out: without what that explains their comparisons look
    better than they are, and the others' worse.
    """
    items = aligned.spans
    total = int((~items.same).sum())
    numbers = [number for number, name in enumerate(aligned.names) if name not in named]
    among = (np.isin(aligned.left, numbers) & np.isin(aligned.right, numbers))[items.row]
    looks = []
    for number in numbers:
        mine = aligned.with_layer(number)[items.row] & among
        rest = among & ~mine
        hits, trials = _hits(aligned, mine, remaining), _trials(aligned, mine)
        others, of_others = _hits(aligned, rest, remaining), _trials(aligned, rest)
        if worth_reading(hits, total) and rate(hits, trials) >= TIMES * rate(others, of_others) > 0:
            facts = {"who": aligned.names[number], "rate": rate(hits, trials), "rest": rate(others, of_others)}
            looks.append((mine & remaining, facts, higher_rate((hits, others), (trials, of_others))))
    for (which, facts, p), rare in zip(looks, unlikely([look[2] for look in looks]), strict=True):
        if rare:
            yield Finding("differs from all", False, which, p, facts)


def _hits(aligned: AlignedLayers, which: Mask, remaining: Mask) -> Array:
    return aligned.of_documents(aligned.spans, which & remaining)


def _trials(aligned: AlignedLayers, which: Mask) -> Array:
    return aligned.of_documents(aligned.spans, which)


def anchoring(aligned: AlignedLayers, blind: Mask, shown: Mask) -> Iterator[Finding]:
    """Yield that layers differ more where neither saw suggestions (rows that are ``blind``) than where both did."""
    items = aligned.spans
    total = int((~items.same).sum())
    parts = [(aligned.of_documents(items, rows[items.row] & ~items.same), aligned.of_documents(items, rows[items.row]))
             for rows in (blind, shown)]  # fmt: skip
    (hits, trials), (others, of_others) = parts
    if not worth_reading(hits, total) or rate(hits, trials) < TIMES * rate(others, of_others):
        return
    p = higher_rate((hits, others), (trials, of_others))
    if unlikely([p])[0]:
        facts = {
            "blind": rate(hits, trials),
            "shown": rate(others, of_others),
            "documents": int((trials > 0).sum()),
        }
        yield Finding("anchoring", False, blind[items.row] & ~items.same, p, facts)


def documents(aligned: AlignedLayers, remaining: Mask) -> Iterator[Finding]:
    """Yield documents that differ far more than others do from one another.

    Rates are compared as arcsines of roots, whose spread does not depend on the rate (Anscombe 1948); each document is
    held against the mean and the spread of the others, with Student's t.
    """
    items = aligned.spans
    everything = np.ones(len(items), dtype=bool)
    hits, trials = _hits(aligned, everything, remaining), _trials(aligned, everything)
    total, there = int((~items.same).sum()), trials > 0
    if there.sum() < LEAST_COMPARED:
        return
    chances = np.ones(len(hits))
    chances[there] = _outlying(hits[there], trials[there], aligned.others[there])
    whole = rate(hits, trials)
    often = (hits >= least_differences(total)) & (hits >= TIMES_OF_DOCUMENT * whole * trials)
    rare = np.array(unlikely(chances.tolist(), SHARE_OF_DOCUMENTS)) & often
    for number in np.flatnonzero(rare).tolist():
        which = ~items.same & (aligned.document[items.row] == number)
        yield Finding("document", False, which, float(chances[number]), {
            "document": aligned.documents[number].key, "rate": rate(hits[[number]], trials[[number]]), "rest": whole,
            })  # fmt: skip


def _outlying(hits: Array, trials: Array, others: Array) -> NDArray[np.float64]:
    """The probability of each document's rate, given those of the others."""
    from scipy.special import stdtr

    count = len(hits)
    angle = np.arcsin(np.sqrt((hits + 0.375) / (trials + 0.75)))
    noise = others / (4 * trials + 2)

    def without(values: Array) -> Array:
        found: Array = (values.sum() - values) / (count - 1)
        return found

    mean = without(angle)
    spread = (without(angle**2) - mean**2) * (count - 1) / (count - 2)
    between = np.maximum(spread - without(noise), 0.0)
    t = (angle - mean) / np.sqrt((between + noise) * count / (count - 1))
    found: NDArray[np.float64] = stdtr(count - 2, -t)
    return found
