"""Making a learned version: choosing by cross-validation what is used, training it, and calibrating its scores."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from annotator.files.scratch import scratch
from annotator.suggest.gold_sentences import sentences_of
from annotator.suggest.learned import versions
from annotator.suggest.learned.added_scores import JudgedSuggestion, fit_shifts
from annotator.suggest.learned.attribute_training import train_attributes
from annotator.suggest.learned.calibration import Calibration
from annotator.suggest.learned.cross_validation import (
    NEURAL,
    TAGGERS,
    VOTED_ON,
    CrossValidation,
    choose,
    cross_validate,
    f1,
    scores_with_outcome,
)
from annotator.suggest.learned.phrase_memory import PhraseMemory, memory_rows
from annotator.suggest.learned.training import (
    TrainingSet,
    add_voter,
    calibrate_memory,
    train_memory,
    train_relation_classifier,
    train_tagger,
)

FOLDS = 4
"""Parts of the documents, each of which is held out in turn."""
COMPARED = 60
"""Documents, the last ones, on which ways are compared: more would take long and hardly change what is chosen."""
LEAST_NEURAL = 12
"""Documents from which cross-validation can judge the neural tagger; at eight it chose wrongly."""


def learn(
    training_set: TrainingSet,
    folder: Path,
    ways: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    neural: bool = False,
) -> dict[str, Any]:
    """Train on all examples, write the files of a version into ``folder``, and return the fields for its card.

    What is used is chosen by :func:`compare`, in which the neural tagger takes part only if ``neural``.
    ``ways`` fixes what is used, without cross-validation: ``spans`` by ``rules``, ``memory``, ``tagger``, ``rich
    tagger`` or ``neural tagger``, and ``relations`` by ``rules`` or ``linker``.
    """
    if ways is None:
        with scratch(folder.parent) as temporary:
            results, chosen = compare(training_set, temporary, progress, neural=neural)
    else:
        results, chosen = CrossValidation(), dict(ways)
    memory = train_memory(training_set, training_set.examples)
    feature_set, used = TAGGERS.get(VOTED_ON if chosen["spans"] == NEURAL else chosen["spans"]), {}
    if feature_set is not None:
        tagger = train_tagger(training_set, training_set.examples, memory, folder / versions.TAGGER, feature_set)
        if chosen["spans"] == NEURAL:
            add_voter(training_set, training_set.examples, tagger, folder / versions.VOTER)
        used = {"features": feature_set.value, "trust": tagger.trust}
    if chosen["relations"] == "linker":
        _dump(folder / versions.LINKER, train_relation_classifier(training_set, training_set.examples))
    _dump(folder / versions.MEMORY, memory_rows(memory))
    _dump(folder / versions.CALIBRATION, _calibrations(training_set, memory, results, chosen))
    return {
        "uses": chosen,
        **used,
        "figures": {
            kind: {way: _rounded(f1(held_out)) for way, held_out in by_way.items()}
            for kind, by_way in (
                ("spans", results.spans),
                ("relations", results.relations),
                ("whole", results.whole),
            )
        },
    }


def teach_added(folder: Path, training_set: TrainingSet, outcomes: Iterable[JudgedSuggestion]) -> None:
    """Write what added suggesters learn: finished sentences as examples, and what verdicts say of their scores."""
    gold = [sentence for example in training_set.examples for sentence in sentences_of(example.document, example.truth)]
    _dump(folder / versions.GOLD, gold)
    _dump(folder / versions.ADDED, fit_shifts(outcomes))


def teach_attributes(folder: Path, training_set: TrainingSet) -> dict[str, float | None]:
    """Write what suggests attributes, where the scheme has any; return the F1 of each on documents left out."""
    if not training_set.scheme.attributes:
        return {}
    model, figures = train_attributes(training_set)
    _dump(folder / versions.ATTRIBUTES, model.as_json())
    return {name: _rounded(f1) for name, f1 in figures.items()}


def compare(
    training_set: TrainingSet,
    folder: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    neural: bool = False,
) -> tuple[CrossValidation, dict[str, str]]:
    """Compare the ways to suggest by cross-validation on the last :data:`COMPARED` examples, and choose among them.

    The neural tagger is compared only if ``neural``, from :data:`LEAST_NEURAL` examples on, and where another tagger
    beats the rules.  ``folder`` takes temporary files.
    """
    compared = TrainingSet(training_set.scheme, training_set.examples[-COMPARED:])
    folds = compared.folds(FOLDS)
    results = cross_validate(compared, folder, folds, progress=progress)
    chosen = choose(results)
    if neural and _may_gain(chosen, len(compared.examples)):
        results = cross_validate(compared, folder, folds, progress=progress, neural=True)
        chosen = choose(results)
    return results, chosen


def may_gain(card: Mapping[str, Any]) -> bool:
    """Tell whether a version might be better if the neural tagger, which was left out, were compared too."""
    compared, documents = card.get("figures", {}).get("spans", {}), len(card.get("documents", ()))
    return NEURAL not in compared and _may_gain(card.get("uses", {}), documents)


def _may_gain(uses: Mapping[str, str], examples: int) -> bool:
    return examples >= LEAST_NEURAL and uses.get("spans") in TAGGERS


def _calibrations(
    training_set: TrainingSet, memory: PhraseMemory, results: CrossValidation, chosen: Mapping[str, str]
) -> dict[str, list[tuple[float, float]]]:
    """Fit a calibration of each kind of score, and return its points; where the memory is used it has its own."""
    spans = "rules" if chosen["spans"] == "memory" else chosen["spans"]
    return {
        "span": Calibration.fit(scores_with_outcome(results.spans.get(spans, []))).points,
        "relation": Calibration.fit(scores_with_outcome(results.relations.get(chosen["relations"], []))).points,
        "memory": calibrate_memory(training_set, training_set.examples, memory).points,
    }


def _dump(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
