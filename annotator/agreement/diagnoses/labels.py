"""Labels: two that are taken for one another, one that nobody agrees on, and relations the other way round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from annotator.agreement.coefficients import Array
from annotator.agreement.diagnoses.aligned import AlignedItems, AlignedLayers, Finding, Mask
from annotator.agreement.diagnoses.chance import SHARE, excess, higher_rate, least_differences, unlikely, worth_reading
from annotator.agreement.packing import Indexes

SLIP = 0.05
"""The share of aligned items that a slip of the hand may give another label, or turn round."""
UNSETTLED = 0.5
"""A label of whose items a smaller share is the same on both sides is one that nobody agrees on."""


def _counted(aligned: AlignedLayers, items: AlignedItems, code: Indexes, which: Mask, many: int) -> Array:
    """By document and label how many of some items have it."""
    place = aligned.document[items.row[which]] * (many + 1) + code[which]
    flat = np.bincount(place, minlength=len(aligned.documents) * (many + 1)).astype(float)
    return flat.reshape(-1, many + 1)[:, 1:]


def confused(aligned: AlignedLayers, *, relations: bool) -> Iterator[Finding]:
    """Yield the pairs of labels that stand for one another more often than slips would have it.

    A slip may lead to any label, or to labels as frequent as they are: a pair must stand out from both.  Where only
    two labels are used, they must be taken for one another in more than one of twenty cases.
    """
    items = aligned.items(relations=relations)
    names = aligned.types if relations else aligned.labels
    total = int((~items.same).sum())
    both = (items.left > 0) & (items.right > 0) & ~items.turned
    used = (_counted(aligned, items, items.left, both, len(names)) + _counted(
        aligned, items, items.right, both, len(names))) / 2  # fmt: skip
    differs = both & (items.left != items.right)
    low, high = np.minimum(items.left, items.right), np.maximum(items.left, items.right)
    pair = np.where(differs, (low - 1) * len(names) + high - 1, -1)
    looks = []
    for number in np.flatnonzero(np.bincount(pair[differs]) >= least_differences(total)).tolist():
        one, other = divmod(number, len(names))
        which = pair == number
        hits = aligned.of_documents(items, which)
        if worth_reading(hits, total) and hits.sum() >= SLIP * min(used[:, one].sum(), used[:, other].sum()):
            looks.append((one, other, which, hits))
    by_document = aligned.of_documents(items, differs)
    chances = [_confusion(aligned, used, by_document, hits, one, other) for one, other, _, hits in looks]
    for (one, other, which, _), p, rare in zip(looks, chances, unlikely(chances, SHARE / 2), strict=True):
        if rare:
            yield Finding("confused labels", relations, which, p, {
                "labels": (names[one], names[other]), "times": int(which.sum()),
                "of": int((both & (np.isin(low, (one + 1, other + 1)) | np.isin(high, (one + 1, other + 1)))).sum()),
                "said": _who_said(aligned, items, which, one + 1)})  # fmt: skip


def _confusion(
    aligned: AlignedLayers, used: Array, differing: Array, hits: Array, one: int, other: int
) -> float:  # fmt: skip
    """The probability of a pair of labels by either kind of slip, whichever is greater."""
    share = used.sum(axis=0) / used.sum()
    there = share > 0
    if there.sum() == 2:
        trials = used.sum(axis=1)
        return excess(hits, SLIP * trials, SLIP * (1 - SLIP) * trials * aligned.others)
    chances = []
    for leads in (share, there / there.sum()):
        away = used.sum(axis=1)
        pair = used[:, one] * leads[other] / (1 - leads[one]) + used[:, other] * leads[one] / (1 - leads[other])
        part = np.divide(pair, away, out=np.zeros_like(pair), where=away > 0)
        chances.append(excess(hits, differing * part, differing * part * (1 - part) * aligned.others))
    return max(chances)


def _who_said(aligned: AlignedLayers, items: AlignedItems, which: Mask, code: int) -> dict[str, tuple[int, int]]:
    """Of each layer how often it said the first label, and how often the second, where it met the other."""
    rows = items.row[which]
    first = items.left[which] == code
    found = {}
    for number, name in enumerate(aligned.names):
        on_left, on_right = aligned.left[rows] == number, aligned.right[rows] == number
        said = int((on_left & first).sum() + (on_right & ~first).sum())
        if on_left.any() or on_right.any():
            found[name] = (said, int((on_left | on_right).sum()) - said)
    return found


def unsettled(aligned: AlignedLayers, *, relations: bool, remaining: Mask) -> Iterator[Finding]:
    """Yield the labels of which more is in dispute than not, and more than of the others; of what remains to be told.

    ``remaining`` are the differences that no other finding explains.
    """
    items = aligned.items(relations=relations)
    names = aligned.types if relations else aligned.labels
    total = int((~items.same).sum())
    every = aligned.of_documents(items)
    every_hit = aligned.of_documents(items, remaining)
    looks = []
    for code in range(1, len(names) + 1):
        has = (items.left == code) | (items.right == code)
        which = has & remaining
        hits, trials = aligned.of_documents(items, which), aligned.of_documents(items, has)
        same = int((has & items.same).sum())
        if worth_reading(hits, total) and 2 * same < UNSETTLED * (2 * same + _sides(items, which, code)):
            p = higher_rate((hits, every_hit - hits), (trials, every - trials))
            looks.append((code, has & ~items.same, same, p))
    chances = [look[3] for look in looks]
    for (code, which, same, p), rare in zip(looks, unlikely(chances, SHARE / 2), strict=True):
        if rare:
            yield Finding("label", relations, which, p, {
                "label": names[code - 1], "same": same, "differ": int(which.sum()),
                "missed": int((which & ((items.left == 0) | (items.right == 0))).sum())})  # fmt: skip


def _sides(items: AlignedItems, which: Mask, code: int) -> int:
    """How many items with a label there are among the sides of some differences."""
    return int((items.left[which] == code).sum() + (items.right[which] == code).sum())


def turned(aligned: AlignedLayers) -> Iterator[Finding]:
    """Yield the relation labels that layers have in opposite directions, in more than one of twenty cases."""
    items = aligned.relations
    total = int((~items.same).sum())
    both = (items.left > 0) & (items.right > 0)
    looks = []
    for code in range(1, len(aligned.types) + 1):
        has = both & (items.left == code) & (items.right == code)
        hits, trials = aligned.of_documents(items, has & items.turned), aligned.of_documents(items, has)
        if worth_reading(hits, total):
            p = excess(hits, SLIP * trials, SLIP * (1 - SLIP) * trials * aligned.others)
            looks.append((code, has & items.turned, int(trials.sum()), p))
    for (code, which, of, p), rare in zip(looks, unlikely([look[3] for look in looks]), strict=True):
        if rare:
            facts = {"label": aligned.types[code - 1], "times": int(which.sum()), "of": of}
            yield Finding("direction", True, which, p, facts)
