"""Suggesting attributes by what was learned of them: a logistic model for each value, and the memory of phrases.

A value is suggested where its probability is one half or more: then it is right more often than not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec

from annotator.annotation import Attributes, AttributeValue, Span
from annotator.labels import LabelScheme
from annotator.labels.attributes import AttributeType, with_value
from annotator.suggest.attributes.attribute_features import document_features, span_features
from annotator.suggest.attributes.memory import AttributeMemory, MemoryRow, SingleValue
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.relations.logistic import logit, sigmoid

LEAST = 0.5
"""Probability from which a value is suggested."""
SPAN, DOCUMENT = "span", "document"
_UNSEEN = 0.5
"""Spans without a value that the memory of a phrase counts as much as, so that one of one is not certain."""


class ValueModel(msgspec.Struct, frozen=True):
    """What speaks for one value of an attribute: the share of items that have it, and weights of features."""

    attribute: str
    value: SingleValue
    prior: float
    weights: dict[str, float]

    def probability(self, features: Iterable[str]) -> float:
        """The probability that an item with some features has the value."""
        weights = self.weights
        return sigmoid(logit(self.prior) + sum(weights.get(feature, 0.0) for feature in dict.fromkeys(features)))


class _Stored(msgspec.Struct):
    """How a model stands in its file."""

    values: list[ValueModel]
    memory: list[MemoryRow]
    calibration: dict[str, list[tuple[float, float]]]


@dataclass(frozen=True)
class AttributeModel:
    """What was learned of attributes; ``calibration`` is that of ``span`` and ``document`` probabilities."""

    values: Sequence[ValueModel] = ()
    memory: AttributeMemory = field(default_factory=AttributeMemory)
    calibration: Mapping[str, Calibration] = field(default_factory=dict)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Read a model from what :meth:`as_json` wrote; ``ValueError`` where it is none."""
        stored = msgspec.convert(value, _Stored)
        calibration = {kind: Calibration(points) for kind, points in stored.calibration.items()}
        return cls(stored.values, AttributeMemory.from_rows(stored.memory), calibration)

    def as_json(self) -> Any:
        """The model as JSON values."""
        points = {kind: calibration.points for kind, calibration in self.calibration.items()}
        return msgspec.to_builtins(_Stored(list(self.values), self.memory.rows(), points))

    def with_attributes(self, scheme: LabelScheme, index: PhraseIndex, spans: Sequence[Span]) -> list[Span]:
        """Spans of a document with the likely values of those of their attributes that are not set."""
        return [self._given(scheme, index, span) for span in spans]

    def _given(self, scheme: LabelScheme, index: PhraseIndex, span: Span) -> Span:
        attributes = span.attributes
        features: list[str] | None = None
        for attribute in scheme.attributes_of(span.label):
            if attribute.name not in (span.attributes or {}):
                if attribute.kind != "catalog" and features is None:
                    features = span_features(index, span)
                likely = dict(self.span_values(attribute, features or [], span.label, span_text(index, span)))
                attributes = with_value(attributes, attribute, _chosen(attribute, likely))
        return span if attributes == span.attributes else span.replace(attributes=attributes)

    def span_values(
        self, attribute: AttributeType, features: list[str], label: str, text: str
    ) -> Iterator[tuple[SingleValue, float]]:
        """Yield values of a span's attribute with their probabilities."""
        calibrate = self.calibration.get(SPAN, Calibration())
        known = dict(self.memory.values(label, text, attribute.name))
        seen = self.memory.spans(label, text)
        if attribute.kind == "catalog":
            yield from ((value, calibrate(count / (seen + _UNSEEN))) for value, count in known.items())
        for model in self.values:
            if model.attribute == attribute.name:
                remembered = memory_feature(known.get(model.value, 0), seen)
                yield model.value, calibrate(model.probability([*features, remembered]))

    def document_attributes(self, scheme: LabelScheme, index: PhraseIndex) -> Attributes:
        """The likely values of the attributes of a document."""
        attributes: Attributes | None = None
        calibrate = self.calibration.get(DOCUMENT, Calibration())
        features: list[str] = []
        for attribute in scheme.attributes_of(None):
            models = [model for model in self.values if model.attribute == attribute.name]
            features = features or (document_features(index) if models else [])
            likely = {model.value: calibrate(model.probability(features)) for model in models}
            attributes = with_value(attributes, attribute, _chosen(attribute, likely))
        return attributes or {}


def span_text(index: PhraseIndex, span: Span) -> str:
    """The text of a span."""
    return index.document.text[span.start : span.end]


def memory_feature(count: int, seen: int) -> str:
    """What the memory says of a value that ``count`` of the ``seen`` spans with a phrase had, as a feature."""
    if not seen:
        return "remembered=new"
    share = count / seen
    return f"remembered={'all' if share > 0.9 else 'most' if share >= 0.5 else 'some' if share else 'never'}"


def _chosen(attribute: AttributeType, likely: Mapping[SingleValue, float]) -> AttributeValue | None:
    """The value to suggest: the likeliest, or all likely ones where there may be several; ``None`` for none."""
    values = [value for value, probability in likely.items() if probability >= LEAST]
    if not values:
        return None
    chosen = values if attribute.several else max(values, key=lambda value: (likely[value], str(value)))
    try:
        return attribute.canonical(chosen)
    except ValueError:  # a value that the scheme no longer has
        return None
