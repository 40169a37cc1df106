"""Diagnoses of a sample: what is found in its disagreements, and which of them it is found in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from annotator.agreement.diagnoses.aligned import AlignedLayers, Finding
from annotator.agreement.diagnoses.search import diagnose
from annotator.annotation import SpanKey
from annotator.store import Store
from annotator.workflow.comparing.agreement_sample import AgreementSample
from annotator.workflow.comparing.disagreements import (
    Disagreement,
    DisagreementFilter,
    Place,
    find_disagreements,
)

MOST_EXAMPLES = 3


class ShownDifference(NamedTuple):
    """A disagreement that shows what a finding is about, with the text of its document."""

    disagreement: Disagreement
    text: str


class ExplainedFinding(NamedTuple):
    """A finding, of how many differences it explains how many, which they are, and some of them."""

    finding: Finding
    total: int
    which: DisagreementFilter
    examples: tuple[ShownDifference, ...]


def find_causes(store: Store, sample: AgreementSample, hidden: frozenset[str] = frozenset()) -> list[ExplainedFinding]:
    """What the sample's disagreements have in common beyond chance; no example is of a ``hidden`` document."""
    aligned = AlignedLayers(sample.documents, sample.layers, sample.vocabulary)
    days = [sample.finished_at[document.key][:10] for document in aligned.documents]
    blind, shown = (_rows(aligned, sample, condition) for condition in ("blind", "shown"))
    with store.snapshot():
        texts = _Texts(store, sample)
        found = diagnose(aligned, texts.read, days, blind, shown)
        return [_explained(one, aligned, sample, texts, hidden) for one in found]


def _rows(aligned: AlignedLayers, sample: AgreementSample, condition: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which rows are of curators under a condition; none where nobody works blind."""
    if not sample.blind:
        return np.zeros(len(aligned.document), dtype=bool)
    names = aligned.names
    rows = zip(aligned.document.tolist(), aligned.left.tolist(), aligned.right.tolist(), strict=True)
    return np.array([
        all(names[side].startswith("curator:") for side in (left, right))
        and sample.condition(aligned.documents[document].key, names[left], names[right]) == condition
        for document, left, right in rows], dtype=bool)  # fmt: skip


class _Texts:
    """Texts of the sample's documents, each read once; of those alone that are as they were."""

    def __init__(self, store: Store, sample: AgreementSample) -> None:
        self._store, self._lengths = store, {document.key: document.length for document in sample.documents}
        self._there = set(store.document_keys())
        self._known: dict[str, str] = {}

    def read(self, keys: Sequence[str]) -> dict[str, str]:
        """The texts that there are."""
        new = [key for key in keys if key not in self._known and key in self._there]
        self._known.update(zip(new, self._store.texts(new), strict=True))
        texts = {key: self._known[key] for key in keys if key in self._known}
        return {key: text for key, text in texts.items() if len(text) == self._lengths[key]}


def _explained(
    found: Finding, aligned: AlignedLayers, sample: AgreementSample, texts: _Texts, hidden: frozenset[str]
) -> ExplainedFinding:
    items = aligned.items(relations=found.relations)
    which = _filter(found, aligned)
    counts = aligned.of_documents(items, found.which)
    keys = [aligned.documents[number].key for number in np.flatnonzero(counts).tolist()]
    shown = _spread([key for key in keys if key not in hidden])
    plain = "boundary" if found.kind in ("border", "border word") else None
    examples = _examples(sample, which, shown, texts.read(shown), plain)
    return ExplainedFinding(found, int((~items.same).sum()), which, tuple(examples))


def _spread(keys: Sequence[str]) -> list[str]:
    """Some of the documents, from all over."""
    step = max(1, len(keys) // MOST_EXAMPLES)
    return list(keys[::step][:MOST_EXAMPLES])


def _examples(
    sample: AgreementSample,
    which: DisagreementFilter,
    keys: Sequence[str],
    texts: Mapping[str, str],
    plain: str | None,
) -> Iterator[ShownDifference]:
    """Yield examples of as many documents as there are, else several of one; those of the ``plain`` kind first."""
    each = MOST_EXAMPLES if len(keys) == 1 else 1
    for key in keys:
        found = find_disagreements(sample, replace(which, documents=frozenset({key})))
        for disagreement in sorted(found, key=lambda one: plain not in (None, one.match.kind))[:each]:
            if key in texts:
                yield ShownDifference(disagreement, texts[key])


def _filter(found: Finding, aligned: AlignedLayers) -> DisagreementFilter:
    """Which disagreements a finding explains; of relations that only one layer has, all alike."""
    facts = found.facts
    which = DisagreementFilter("", relations=found.relations)
    match found.kind:
        case "confused labels":
            kinds = frozenset({"label", "overlap"})
            return replace(which, said=facts["labels"], kinds=kinds)
        case "direction":
            return replace(which, said=(facts["label"], facts["label"]), kinds=frozenset({"direction"}))
        case "label":
            return replace(which, label=facts["label"])
        case "document":
            return replace(which, documents=frozenset({facts["document"]}))
        case "drift of a curator":
            later = frozenset(facts["documents"])
            return replace(which, documents=later, lacks=frozenset({facts["who"]}))
        case "anchoring":
            return replace(which, condition="blind")
        case "marks less" if found.relations:
            return replace(which, lacks=frozenset({facts["who"]}))
        case "marks more" if found.relations:
            return replace(which, layer=facts["who"], lacks=frozenset(aligned.names) - {facts["who"]})
        case _:
            return replace(which, places=frozenset(_places(found, aligned)))


def _places(found: Finding, aligned: AlignedLayers) -> Iterator[Place]:
    """Yield the differences on spans that a finding explains."""
    items = aligned.spans
    assert items.borders is not None
    at = np.flatnonzero(found.which)
    row = items.row[at]
    columns = (aligned.document[row], aligned.left[row], aligned.right[row], items.left[at], items.right[at],
               *(border[at] for border in items.borders))  # fmt: skip
    for document, left, right, ours, theirs, *borders in zip(*(c.tolist() for c in columns), strict=True):
        yield (
            aligned.documents[document].key,
            aligned.names[left],
            aligned.names[right],
            SpanKey(borders[0], borders[1], aligned.labels[ours - 1]) if ours else None,
            SpanKey(borders[2], borders[3], aligned.labels[theirs - 1]) if theirs else None,
        )
