"""Cross-validation: how well each way to suggest does on documents that it was not trained on.

Ways for spans are the ``rules`` alone, the phrase ``memory`` beside them, and over both the ``tagger``, the ``rich
tagger``, which has more features, or the ``neural tagger``, in which a neural recogniser has a vote; for relations the
``rules`` and the relation classifier (``linker``).  ``tagger+linker`` names a way for both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from annotator.annotation import RelationKey, Span, reading_order
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.token_features import FeatureSet
from annotator.suggest.learned.training import (
    Example,
    TrainingSet,
    add_voter,
    calibrate_memory,
    train_memory,
    train_relation_classifier,
    train_tagger,
    true_relations,
)
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.classifier import RelationClassifier, RelationScorer

TAGGERS = {"tagger": FeatureSet.PLAIN, "rich tagger": FeatureSet.RICH}
"""The ways to suggest spans by a tagger, each with its features; later ones are less simple."""
NEURAL, VOTED_ON = "neural tagger", "rich tagger"
"""The way that is tried only on request, because it takes long, and the tagger in which it has a vote."""
MARGIN = 0.5
"""Standard errors of the difference by which a way must be ahead of a simpler one; measured from 2 to 12 documents."""


class HeldOutResult(NamedTuple):
    """What was suggested in a held-out document, and what is right.

    ``suggested`` holds scores and ``sources`` sources, both by what is suggested: span keys or relation keys.
    """

    document: str
    suggested: dict[Any, float]
    right: frozenset[Any]
    sources: dict[Any, str]


@dataclass(slots=True)
class CrossValidation:
    """The results of every held-out document by way to suggest.

    ``spans`` are suggested in the text, ``relations`` between true spans, and ``whole`` are relations between suggested
    spans, by both ways (``tagger+linker``).
    """

    spans: dict[str, list[HeldOutResult]] = field(default_factory=dict)
    relations: dict[str, list[HeldOutResult]] = field(default_factory=dict)
    whole: dict[str, list[HeldOutResult]] = field(default_factory=dict)


def cross_validate(
    training_set: TrainingSet,
    folder: Path,
    folds: Sequence[Sequence[int]],
    share: float = 1.0,
    progress: Callable[[int, int], None] | None = None,
    *,
    neural: bool = False,
) -> CrossValidation:
    """Hold out each fold in turn, train on a share of the other examples, and suggest for the fold in every way.

    The neural tagger is one of them only if ``neural``: it takes longer than all others together.
    ``folds`` holds the numbers of examples, ``folder`` takes temporary files; ``progress`` is called with the number of
    folds done, and of all.  With fewer than two folds there is nothing to train on, and the result is empty.
    """
    results = CrossValidation()
    for number, fold in enumerate(folds if len(folds) > 1 else ()):
        if progress is not None:
            progress(number, len(folds))
        held_out = set(fold)
        rest = [example for i, example in enumerate(training_set.examples) if i not in held_out]
        rest = sorted(rest, key=lambda e: e.document.sha256)[: max(1, round(share * len(rest)))]
        ways = _train_all(training_set, rest, folder, neural=neural)
        for index in fold:
            _suggest_for(training_set, training_set.examples[index], ways, results)
    return results


class _TrainedWays(NamedTuple):
    spans: dict[str, LearnedSpans]
    relations: dict[str, RelationScorer | None]


def _train_all(training_set: TrainingSet, examples: Sequence[Example], folder: Path, *, neural: bool) -> _TrainedWays:
    scheme, memory = training_set.scheme, train_memory(training_set, examples)
    of_memory = calibrate_memory(training_set, examples, memory)
    taggers = {
        way: train_tagger(training_set, examples, memory, folder / feature_set, feature_set)
        for way, feature_set in TAGGERS.items()
    }
    if neural:
        taggers[NEURAL] = add_voter(training_set, examples, taggers[VOTED_ON], folder / "voter")
    classifier = RelationClassifier(train_relation_classifier(training_set, examples))
    return _TrainedWays(
        {
            "rules": LearnedSpans(scheme),
            "memory": LearnedSpans(
                scheme, memory, calibrate=lambda kind, score: of_memory(score) if kind == "memory" else score
            ),
            **{way: LearnedSpans(scheme, memory, tagger) for way, tagger in taggers.items()},
        },
        {"rules": None, "linker": RelationScorer(classifier)},
    )


def _suggest_for(training_set: TrainingSet, example: Example, ways: _TrainedWays, results: CrossValidation) -> None:
    for span_way, learned_spans in ways.spans.items():
        spans = learned_spans.spans(example.document, list(example.proposed.spans.values()))
        results.spans.setdefault(span_way, []).append(span_result(example, spans))
        for relation_way, scorer in ways.relations.items():
            whole = results.whole.setdefault(f"{span_way}+{relation_way}", [])
            whole.append(relation_result(training_set, example, spans, scorer))
    for relation_way, scorer in ways.relations.items():
        result = relation_result(training_set, example, example.truth.spans.values(), scorer)
        results.relations.setdefault(relation_way, []).append(result)


def span_result(example: Example, suggested: Iterable[Span]) -> HeldOutResult:
    """Compare suggested spans with the true ones."""
    right = frozenset(span.key for span in example.truth.spans.values())
    spans = {span.key: span for span in suggested}
    scores = {key: span.score or 0.0 for key, span in spans.items()}
    return HeldOutResult(example.document.key, scores, right, {key: span.source or "" for key, span in spans.items()})


def relation_result(
    training_set: TrainingSet, example: Example, spans: Iterable[Span], scorer: RelationScorer | None = None
) -> HeldOutResult:
    """Suggest relations between some spans, by the rules or with a scorer, and compare them with the true ones."""
    scheme, symmetric = training_set.scheme, training_set.scheme.symmetric
    by_key = {str(span.key): span.replace(id=str(span.key)) for span in spans}
    suggester = RelationSuggester(scheme, example.document.lang, scorer)
    suggested = {
        RelationKey(by_key[relation.head].key, by_key[relation.child].key, relation.label).canonical(
            symmetric
        ): relation
        for relation in suggester.relations(example.document, sorted(by_key.values(), key=reading_order))
    }
    scores = {key: relation.score or 0.0 for key, relation in suggested.items()}
    sources = {key: relation.source or "" for key, relation in suggested.items()}
    return HeldOutResult(example.document.key, scores, true_relations(scheme, example.truth), sources)


def f1(results: Iterable[HeldOutResult]) -> float | None:
    """The F1 of all results pooled; ``None`` where nothing is right and nothing was suggested."""
    shared = total = 0
    for result in results:
        shared += len(result.right & result.suggested.keys())
        total += len(result.right) + len(result.suggested)
    return 2 * shared / total if total else None


def scores_with_outcome(results: Iterable[HeldOutResult]) -> Iterator[tuple[float, bool]]:
    """Yield the score of every suggestion with whether it was right, from which calibrations are fitted."""
    for result in results:
        for key, score in result.suggested.items():
            yield score, key in result.right


def choose(results: CrossValidation) -> dict[str, str]:
    """Choose the simplest ways that do about as well on held-out documents as the best; the memory before the rules.

    Relations are judged by those between true spans and those between the spans of the chosen way, together.
    """
    spans = _simplest(results.spans, ("memory", "rules", *TAGGERS, NEURAL))
    pooled = {way: [*between, *results.whole[f"{spans}+{way}"]] for way, between in results.relations.items()}
    relations = _simplest(pooled, ("rules", "linker"))
    return {"spans": spans, "relations": relations, "whole": f"{spans}+{relations}"}


def _simplest(ways: Mapping[str, Sequence[HeldOutResult]], from_simplest: Sequence[str]) -> str:
    """The first way that is within :data:`MARGIN` standard errors of the best one.

    See Breiman and others 1984, Classification and Regression Trees, section 3.4.3.
    """
    best = max(ways, key=lambda way: f1(ways[way]) or 0.0, default="rules")
    tied = (way for way in from_simplest if way in ways and not exceeds(ways[best], ways[way]))
    return next(tied, best)


def exceeds(one: Sequence[HeldOutResult], other: Sequence[HeldOutResult]) -> bool:
    """Tell whether one way does better than another on the same documents by more than the margin.

    The F1 of documents pooled is a ratio of sums; the standard error of the difference of two follows from each
    document's part in it (the delta method; Cochran 1977, Sampling Techniques, section 6.4).
    """
    ahead = (f1(one) or 0.0) - (f1(other) or 0.0)
    if ahead <= 0.0:
        return False
    parts = [a - b for a, b in zip(_influences(one), _influences(other), strict=True)]
    count = len(parts)
    if count < 2:
        return True
    return ahead > MARGIN * math.sqrt(count / (count - 1) * sum(part * part for part in parts))


def _influences(results: Sequence[HeldOutResult]) -> list[float]:
    """Each document's part in the F1 of all: how far its doubled hits exceed those expected, over all items."""
    pooled = f1(results) or 0.0
    sizes = [len(result.right) + len(result.suggested) for result in results]
    total = sum(sizes) or 1
    hits = (2 * len(result.right & result.suggested.keys()) for result in results)
    return [(hit - pooled * size) / total for hit, size in zip(hits, sizes, strict=True)]
