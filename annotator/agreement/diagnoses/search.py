"""Asks for every kind of diagnosis in turn: the specific ones first, the general ones of what these leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annotator.agreement.diagnoses import borders, groups, labels, leanings, time
from annotator.agreement.diagnoses.aligned import AlignedLayers, Finding, Mask
from annotator.agreement.diagnoses.borders import ReadTexts


def diagnose(
    aligned: AlignedLayers, read_texts: ReadTexts, days: Sequence[str], blind: Mask, shown: Mask
) -> list[Finding]:
    """What differences have in common beyond chance, what explains most of them first.

    ``days`` are when the aligned documents were finished; ``blind`` and ``shown`` are the rows of which neither layer,
    and both, saw suggestions.
    """
    if not aligned.documents:
        return []
    spans, relations = aligned.spans, aligned.relations
    found = [*borders.find(aligned, read_texts), *labels.confused(aligned, relations=False)]
    drifts = list(time.drifts(aligned, days, _remaining(spans.same, found)))
    found += [one for one in drifts if one.kind == "drift of a curator"]
    found += leanings.marking(aligned, relations=False, laid_aside=_since(aligned, drifts))
    found += labels.unsettled(aligned, relations=False, remaining=_remaining(spans.same, found))
    named = {one.facts["who"] for one in found if "who" in one.facts}
    found += groups.apart(aligned, _remaining(spans.same, found), named)
    found += groups.documents(aligned, _remaining(spans.same, found))
    found += [one for one in drifts if one.kind == "drift"]
    found += groups.anchoring(aligned, blind, shown)
    related = [*labels.confused(aligned, relations=True), *labels.turned(aligned)]
    less = {one.facts["who"] for one in found if one.kind in ("marks less", "drift of a curator")}
    marking = leanings.marking(aligned, relations=True, laid_aside=np.zeros(len(relations), dtype=bool))
    related += [one for one in marking if one.facts["who"] not in less]  # without spans there are no relations
    related += labels.unsettled(aligned, relations=True, remaining=_remaining(relations.same, related))
    return sorted(found + related, key=lambda one: (-one.explained, one.kind))


def _since(aligned: AlignedLayers, drifts: Sequence[Finding]) -> Mask:
    """Which spans are of a layer that drifts, since when it does."""
    found = np.zeros(len(aligned.spans), dtype=bool)
    for one in drifts:
        if one.kind == "drift of a curator":
            later = np.isin([d.key for d in aligned.documents], one.facts["documents"])
            mine = aligned.with_layer(aligned.names.index(one.facts["who"]))
            found |= (later[aligned.document] & mine)[aligned.spans.row]
    return found


def _told(count: int, found: Sequence[Finding]) -> Mask:
    """Which items some findings explain."""
    told = np.zeros(count, dtype=bool)
    for one in found:
        told |= one.which
    return told


def _remaining(same: Mask, found: Sequence[Finding]) -> Mask:
    """Which differences no finding explains."""
    remaining: Mask = ~same & ~_told(len(same), found)
    return remaining
