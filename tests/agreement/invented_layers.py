"""Documents with layers, made from what each layer says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from annotator.agreement.counting import Comparisons, compare
from annotator.agreement.estimates import Estimate, EstimateOptions, estimate
from annotator.agreement.layers import Content, DocumentLayers, Vocabulary
from annotator.agreement.measures import OVERALL, Measure
from annotator.agreement.totals import Features
from annotator.annotation import RelationKey, SpanKey
from annotator.text import Segmentation

FIXED = EstimateOptions(resamples=0)
"""No intervals: values alone."""


def tokens(count: int) -> Segmentation:
    """Return tokens of three letters with a space between them."""
    return Segmentation((4 * i, 4 * i + 3) for i in range(count))


def labelled_tokens(values: Mapping[str, Sequence[str | None]], key: str = "d") -> DocumentLayers:
    """Return a document in which each layer gives every token a label of its own, or none."""
    count = len(next(iter(values.values())))
    layers = {
        name: Content(frozenset(SpanKey(4 * i, 4 * i + 3, label) for i, label in enumerate(given) if label is not None))
        for name, given in values.items()
    }
    return DocumentLayers(key, 4 * count, tokens(count), layers)


def document(
    spans: Mapping[str, Sequence[tuple[int, int, str]]],
    relations: Mapping[str, Sequence[RelationKey]] | None = None,
    *,
    key: str = "d",
    length: int = 40,
) -> DocumentLayers:
    """Return a document with each layer's spans and relations."""
    layers = {
        name: Content(frozenset(SpanKey(*s) for s in given), frozenset((relations or {}).get(name, ())))
        for name, given in spans.items()
    }
    return DocumentLayers(key, length, tokens(length // 4), layers)


def compared(documents: Sequence[DocumentLayers], labels: Sequence[str] = ()) -> Comparisons:
    names = list(dict.fromkeys(name for d in documents for name in d.layers))
    return compare(documents, names, Vocabulary(tuple(labels)))


def measured(
    documents: Sequence[DocumentLayers], labels: Sequence[str] = (), measures: Sequence[Measure] = OVERALL
) -> dict[str, Estimate]:
    """Return every measure's estimate, without intervals."""
    found = estimate(Features(compared(documents, labels)), measures, FIXED)
    return {name: estimates[0] for name, estimates in found.items() if estimates}
