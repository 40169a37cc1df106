"""Training what suggests attributes, and measuring on documents left out how far it can be believed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from annotator.annotation import Attributes, Span
from annotator.labels import LabelScheme
from annotator.labels.attributes import AttributeType, values_of
from annotator.suggest.attributes.attribute_features import document_features, span_features
from annotator.suggest.attributes.memory import AttributeMemory, SingleValue, Use
from annotator.suggest.attributes.model import (
    DOCUMENT,
    LEAST,
    SPAN,
    AttributeModel,
    ValueModel,
    memory_feature,
    span_text,
)
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.learned.training import Example, TrainingSet
from annotator.suggest.relations.logistic import Instance, fit

FOLDS = 4
LEAST_ITEMS = 8
"""Spans that may have an attribute, or documents, from which it is learned."""
LEAST_WITH = 3
"""Items with a value from which that value is learned, and items with a feature from which that counts."""
CLEARLY = 0.95
"""Share of the Brier score of mere frequencies below which a model's is clearly better."""
_LEARNED = ("values", "flag")


class _Item(NamedTuple):
    """An item that an attribute may be set of: its features, and the values that it has."""

    features: list[str]
    values: frozenset[SingleValue]


class _Judged(NamedTuple):
    """What a model that had not seen an item's document says of an attribute of it."""

    kind: str
    attribute: str
    probabilities: Mapping[SingleValue, float]
    values: frozenset[SingleValue]

    @property
    def pairs(self) -> Iterator[tuple[float, bool]]:
        """Each probability, and whether the item has that value."""
        return ((probability, value in self.values) for value, probability in self.probabilities.items())


def train_attributes(training_set: TrainingSet) -> tuple[AttributeModel, dict[str, float | None]]:
    """Train on all examples; return the model, and the F1 of each attribute's values on documents left out.

    An attribute of which nothing is learned has no F1: there is too little of it, or what the words say of it is no
    better than how frequent each value is.
    """
    measured = _measured(training_set)
    model = _trained(training_set, training_set.examples)
    values = [one for one in model.values if one.attribute in measured.learned]
    return AttributeModel(values, model.memory, measured.calibration), measured.figures


def attribute_figures(training_set: TrainingSet) -> dict[str, float | None]:
    """The F1 of each attribute's values on documents left out, as :func:`train_attributes` has it."""
    return _measured(training_set).figures


class _Measured(NamedTuple):
    """What cross-validation says: how scores are calibrated, which attributes are learned, and F1 by attribute."""

    calibration: dict[str, Calibration]
    learned: frozenset[str]
    figures: dict[str, float | None]


def _measured(training_set: TrainingSet) -> _Measured:
    judged: defaultdict[str, list[_Judged]] = defaultdict(list)
    for one in _cross_validated(training_set):
        judged[one.attribute].append(one)
    calibration = {
        kind: Calibration.fit(
            pair for found in judged.values() for one in found if one.kind == kind for pair in one.pairs
        )
        for kind in (SPAN, DOCUMENT)
    }
    attributes = training_set.scheme.attributes
    learned = frozenset(
        name for name, found in judged.items() if attributes[name].kind == "catalog" or _is_better(found, calibration)
    )
    figures = {name: _f1(judged[name], calibration) if name in learned else None for name in attributes}
    return _Measured(calibration, learned, figures)


def _cross_validated(training_set: TrainingSet) -> Iterator[_Judged]:
    """Yield what models say of the documents that they have not seen."""
    folds = training_set.folds(FOLDS)
    for fold in folds if len(folds) > 1 else ():
        out = set(fold)
        model = _trained(training_set, [e for number, e in enumerate(training_set.examples) if number not in out])
        for number in fold:
            yield from _judged(training_set, model, training_set.examples[number])


def _judged(training_set: TrainingSet, model: AttributeModel, example: Example) -> Iterator[_Judged]:
    scheme, index = training_set.scheme, training_set.index(example.document)
    for span in example.truth.spans.values():
        text = span_text(index, span)
        for attribute in scheme.attributes_of(span.label):
            said = dict(model.span_values(attribute, span_features(index, span), span.label, text))
            yield _Judged(SPAN, attribute.name, said, _values(attribute, span.attributes))
    features = document_features(index) if scheme.attributes_of(None) else []
    for attribute in scheme.attributes_of(None):
        said = {one.value: one.probability(features) for one in model.values if one.attribute == attribute.name}
        yield _Judged(DOCUMENT, attribute.name, said, _values(attribute, example.truth.document_attributes))


def _is_better(judged: Sequence[_Judged], calibration: Mapping[str, Calibration]) -> bool:
    """Whether probabilities are clearly nearer to what is true than the mere share of each value (Brier score)."""
    by_value: defaultdict[SingleValue, list[tuple[float, bool]]] = defaultdict(list)
    for one in judged:
        for value, probability in one.probabilities.items():
            by_value[value].append((calibration[one.kind](probability), value in one.values))
    said = shares = 0.0
    for pairs in by_value.values():
        share = sum(true for _, true in pairs) / len(pairs)
        said += sum((probability - true) ** 2 for probability, true in pairs)
        shares += sum((share - true) ** 2 for _, true in pairs)
    return said < CLEARLY * shares or (said == shares == 0 and bool(by_value))


def _f1(judged: Iterable[_Judged], calibration: Mapping[str, Calibration]) -> float | None:
    """The F1 of the values that are suggested."""
    right = said = true = 0
    for one in judged:
        suggested = {v for v, p in one.probabilities.items() if calibration[one.kind](p) >= LEAST}
        right, said, true = right + len(suggested & one.values), said + len(suggested), true + len(one.values)
    return 2 * right / (said + true) if true else None


def _trained(training_set: TrainingSet, examples: Sequence[Example]) -> AttributeModel:
    """Train a model that is not calibrated."""
    scheme = training_set.scheme
    memory = AttributeMemory()
    uses = {example.document.key: list(_uses(scheme, example)) for example in examples}
    for key, of_document in uses.items():
        memory.put(key, of_document)
    items: defaultdict[str, list[tuple[_Item, Mapping[SingleValue, str]]]] = defaultdict(list)
    for example in examples:
        memory.forget(example.document.key)  # what a document says of a phrase is not known before it is read
        index = training_set.index(example.document)
        for span in example.truth.spans.values():
            for attribute in _learnable(scheme, span.label):
                item = _Item(span_features(index, span), _values(attribute, span.attributes))
                items[attribute.name].append((item, _remembered(memory, attribute, span, span_text(index, span))))
        memory.put(example.document.key, uses[example.document.key])
        for attribute in _learnable(scheme, None):
            item = _Item(document_features(index), _values(attribute, example.truth.document_attributes))
            items[attribute.name].append((item, {}))
    return AttributeModel([m for name, found in items.items() for m in _models(scheme.attributes[name], found)], memory)


def _learnable(scheme: LabelScheme, label: str | None) -> Iterator[AttributeType]:
    return (attribute for attribute in scheme.attributes_of(label) if attribute.kind in _LEARNED)


def _uses(scheme: LabelScheme, example: Example) -> Iterator[Use]:
    for span in example.truth.spans.values():
        if scheme.attributes_of(span.label):
            yield Use(span.label, example.document.text[span.start : span.end], span.attributes)


def _remembered(memory: AttributeMemory, attribute: AttributeType, span: Span, text: str) -> dict[SingleValue, str]:
    """What the memory says of each value of a span's attribute, as a feature."""
    known, seen = dict(memory.values(span.label, text, attribute.name)), memory.spans(span.label, text)
    return {value: memory_feature(known.get(value, 0), seen) for value in _choices(attribute)}


def _models(attribute: AttributeType, found: Sequence[tuple[_Item, Mapping[SingleValue, str]]]) -> Iterator[ValueModel]:
    """Yield the models of those values of an attribute of which there are enough examples."""
    if len(found) < LEAST_ITEMS:
        return
    frequent = Counter(feature for item, _ in found for feature in dict.fromkeys(item.features))
    kept = [[f for f in item.features if frequent[f] >= LEAST_WITH] for item, _ in found]
    for value in _choices(attribute):
        having = sum(value in item.values for item, _ in found)
        if having >= LEAST_WITH:
            prior = round((having + 1) / (len(found) + 2), 4)
            instances = (
                Instance([*features, remembered[value]] if remembered else features, prior, value in item.values)
                for (item, remembered), features in zip(found, kept, strict=True)
            )
            yield ValueModel(attribute.name, value, prior, fit(instances))


def _choices(attribute: AttributeType) -> list[SingleValue]:
    """The values of an attribute that may be learned: all but the default."""
    choices: list[SingleValue] = [True, False] if attribute.kind == "flag" else list(attribute.choices)
    return [value for value in choices if value not in values_of(attribute.default)]


def _values(attribute: AttributeType, attributes: Attributes | None) -> frozenset[SingleValue]:
    """The values that something has, without the default."""
    has = values_of((attributes or {}).get(attribute.name))
    return frozenset(has) if attribute.kind == "catalog" else frozenset(v for v in has if v in _choices(attribute))
