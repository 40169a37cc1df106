"""Training phrase memory, tagger and relation classifier on finished documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.annotation import Annotations, RelationKey, Span, reading_order
from annotator.labels import LabelScheme
from annotator.similarity import near_duplicate_groups
from annotator.suggest.learned import neural_recogniser, tagger
from annotator.suggest.learned.bio import bio_tags
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.learned.evidence import RangeDecision
from annotator.suggest.learned.neural_recogniser import NeuralRecogniser
from annotator.suggest.learned.phrase_memory import DocumentEvidence, PhraseMemory, spans_from_memory
from annotator.suggest.learned.tagger import Tagger
from annotator.suggest.learned.token_features import (
    Features,
    FeatureSet,
    ProposalFeatures,
    TokenFeatures,
    WordLookup,
    units,
)
from annotator.suggest.phrases import PhraseIndex
from annotator.suggest.relations import classifier
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.logistic import Instance, Weights, fit
from annotator.suggest.span_choice import compatible, likeliest_first
from annotator.text import Document

RULES_COUNT_AS = 6.0
"""Finished documents as which faultless rules count beside the tagger; measured on news and encyclopaedias."""
PENALTY = 2.0
"""L2 penalty of the relation classifier; measured on news by cross-validation."""


@dataclass(frozen=True, slots=True)
class Example:
    """A finished document: what model and rules proposed, what it truly holds, and what curators rejected in it."""

    document: Document
    proposed: Annotations
    truth: Annotations
    rejected: tuple[RangeDecision, ...] = ()

    @property
    def decisions(self) -> Iterator[RangeDecision]:
        """The decisions on ranges of the document: its true spans are positive ones."""
        yield from (RangeDecision(*span.key, positive=True) for span in self.truth.spans.values())
        yield from self.rejected


class TrainingSet:
    """Finished documents under a label scheme; phrase indexes are cached."""

    def __init__(self, scheme: LabelScheme, examples: Sequence[Example]) -> None:
        self.scheme = scheme
        self.examples = list(examples)
        self._indexes: dict[str, PhraseIndex] = {}
        self._suggesters: dict[str, RelationSuggester] = {}

    def index(self, document: Document) -> PhraseIndex:
        """The phrase index of a document."""
        if document.key not in self._indexes:
            self._indexes[document.key] = PhraseIndex(document)
        return self._indexes[document.key]

    def relation_suggester(self, lang: str) -> RelationSuggester:
        """The relation rules for a language."""
        if lang not in self._suggesters:
            self._suggesters[lang] = RelationSuggester(self.scheme, lang)
        return self._suggesters[lang]

    def folds(self, most: int) -> list[list[int]]:
        """Divide the examples, by their numbers, into folds of about the same size, near-duplicates in one fold."""
        groups: dict[int, list[int]] = {}
        roots = near_duplicate_groups(example.document.text for example in self.examples)
        for number, root in enumerate(roots):
            groups.setdefault(root, []).append(number)
        folds: list[list[int]] = [[] for _ in range(min(most, len(groups)))]
        for group in sorted(groups.values(), key=lambda g: (-len(g), g)):
            min(folds, key=len).extend(group)
        return folds


def train_memory(training_set: TrainingSet, examples: Iterable[Example]) -> PhraseMemory:
    """Build the phrase memory of some examples."""
    memory = PhraseMemory()
    for example in examples:
        memory.put(DocumentEvidence(training_set.index(example.document), example.decisions, finished=True))
    return memory


def calibrate_memory(training_set: TrainingSet, examples: Iterable[Example], memory: PhraseMemory) -> Calibration:
    """Calibrate the scores of what the memory of the other examples adds in each to what model and rules propose."""

    def outcomes() -> Iterator[tuple[float, bool]]:
        for example in examples:
            right = {span.key for span in example.truth.spans.values()}
            proposed = [span.key for span in example.proposed.spans.values()]
            recalled = spans_from_memory(training_set.index(example.document), memory)
            for span in compatible(likeliest_first(recalled), training_set.scheme, proposed):
                yield span.score or 0.0, span.key in right

    return Calibration.fit(outcomes())


def train_tagger(
    training_set: TrainingSet,
    examples: Sequence[Example],
    memory: PhraseMemory,
    path: Path,
    feature_set: FeatureSet = FeatureSet.PLAIN,
) -> Tagger:
    """Train a tagger on some examples, over what model, rules and memory propose for them; write it to ``path``."""

    def sequences() -> Iterator[tuple[list[Features], list[str]]]:
        lookup = WordLookup(feature_set)
        for example in examples:
            index = training_set.index(example.document)
            recalled = spans_from_memory(index, memory)
            proposals = ProposalFeatures(index, {"base": example.proposed.spans.values(), "memory": recalled})
            features = TokenFeatures(index, proposals, lookup)
            for unit in units(index):
                yield features.rows(unit), bio_tags(index, unit, example.truth.spans.values())

    tagger.train(sequences(), path)
    return Tagger(path, feature_set, trust_by_label(examples))


def add_voter(training_set: TrainingSet, examples: Sequence[Example], tagger: Tagger, path: Path) -> Tagger:
    """Train a neural recogniser on some examples, write it to ``path``, and return a tagger in which it has a vote.

    Where no example has a span with a token in it there is nothing to train on, and the tagger stays as it is.
    """
    documents = [(training_set.index(e.document), list(e.truth.spans.values())) for e in examples]
    if not any(e.document.tokens.overlapping(s.start, s.end) for e in examples for s in e.truth.spans.values()):
        return tagger
    neural_recogniser.train(documents, path)
    return tagger.with_voter(NeuralRecogniser(path))


def trust_by_label(examples: Sequence[Example]) -> dict[str, float]:
    """How much a tagger's word counts beside what model and rules say, by label, from 0 to 1.

    It is ``n / (n + RULES_COUNT_AS * F1)`` of the documents that have the label or a proposal of it, and of the rules'
    F1 in them: what they say counts as so many documents, fewer where they are often wrong.
    """
    documents: Counter[str] = Counter()
    shared: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for example in examples:
        proposed = {span.key for span in example.proposed.spans.values()}
        true = {span.key for span in example.truth.spans.values()}
        documents.update({key.label for key in proposed | true})
        shared.update(key.label for key in proposed & true)
        total.update(key.label for keys in (proposed, true) for key in keys)
    f1 = {label: 2 * shared[label] / total[label] for label in total}
    return {label: round(n / (n + RULES_COUNT_AS * f1[label]), 3) for label, n in sorted(documents.items())}


def train_relation_classifier(training_set: TrainingSet, examples: Iterable[Example]) -> Weights:
    """Fit the weights of the relation classifier to the relation candidates between true spans."""
    return fit((instance for example in examples for instance in _instances(training_set, example)), PENALTY)


def _instances(training_set: TrainingSet, example: Example) -> Iterator[Instance]:
    """Yield every candidate between an example's true spans, with whether they are related."""
    suggester = training_set.relation_suggester(example.document.lang)
    symmetric = training_set.scheme.symmetric
    related = true_relations(training_set.scheme, example.truth)
    spans: list[Span] = sorted(example.truth.spans.values(), key=reading_order)
    for relation, head, child, candidate in suggester.candidates(example.document, spans):
        rule_score = suggester.rule_score(relation, candidate)
        key = RelationKey(head.key, child.key, relation.name).canonical(symmetric)
        features = tuple(classifier.features(relation, candidate, rule_score))
        yield Instance(features, classifier.prior(rule_score), key in related)


def true_relations(scheme: LabelScheme, layer: Annotations) -> frozenset[RelationKey]:
    """What a layer's relations say, symmetric ones with the earlier span as their head, without equivalences.

    Those say which mentions are one, by whatever links; nothing is learned about them.
    """
    symmetric, equivalences = scheme.symmetric, scheme.equivalences
    relations = (relation for relation in layer.relations.values() if relation.label not in equivalences)
    return frozenset(layer.relation_key(relation).canonical(symmetric) for relation in relations)
