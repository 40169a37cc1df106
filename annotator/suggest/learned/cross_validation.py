"""Cross-validation: how well each way to suggest does on documents that it was not trained on.

Ways for spans are the ``rules`` alone, the phrase ``memory`` beside them, and the ``tagger`` over both; for relations
the ``rules`` and the relation classifier (``linker``).  ``tagger+linker`` names a way for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from annotator.annotation import RelationKey, Span, reading_order
from annotator.suggest.learned.combining import LearnedSpans
from annotator.suggest.learned.training import (
    Example,
    TrainingSet,
    train_memory,
    train_relation_classifier,
    train_tagger,
    true_relations,
)
from annotator.suggest.relations.candidates import RelationSuggester
from annotator.suggest.relations.classifier import RelationClassifier, RelationScorer


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
) -> CrossValidation:
    """Hold out each fold in turn, train on a share of the other examples, and suggest for the fold in every way.

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
        ways = _train_all(training_set, rest, folder / "fold.crf")
        for index in fold:
            _suggest_for(training_set, training_set.examples[index], ways, results)
    return results


class _TrainedWays(NamedTuple):
    spans: dict[str, LearnedSpans]
    relations: dict[str, RelationScorer | None]


def _train_all(training_set: TrainingSet, examples: Sequence[Example], path: Path) -> _TrainedWays:
    scheme, memory = training_set.scheme, train_memory(training_set, examples)
    tagger = train_tagger(training_set, examples, memory, path)
    classifier = RelationClassifier(train_relation_classifier(training_set, examples))
    return _TrainedWays(
        {
            "rules": LearnedSpans(scheme),
            "memory": LearnedSpans(scheme, memory),
            "tagger": LearnedSpans(scheme, memory, tagger),
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
    """Choose the ways with the highest F1 on held-out documents; the rules win a tie.

    Relations are judged by those between true spans and those between the spans of the chosen way, together.
    """
    spans = _best(results.spans)
    pooled = {way: [*between, *results.whole[f"{spans}+{way}"]] for way, between in results.relations.items()}
    relations = _best(pooled)
    return {"spans": spans, "relations": relations, "whole": f"{spans}+{relations}"}


def _best(ways: Mapping[str, Sequence[HeldOutResult]]) -> str:
    return max(ways, key=lambda way: (f1(ways[way]) or 0.0, way == "rules"), default="rules")
