"""Evaluating what is suggested beside labels: attributes on documents left out, groups between true spans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from annotator.annotation import Annotations

if TYPE_CHECKING:
    from annotator.suggest.learned.training import TrainingSet

GroupScores = Mapping[str, float | None]
"""F1 by the name of a score (``conll``, ``muc``, ``b3``, ``ceafe``, ``lea``); ``None`` where there is no group."""


def attribute_scores(training_set: TrainingSet) -> dict[str, float | None]:
    """F1 of the values that are suggested of each attribute, on true spans of documents left out.

    ``None`` of attributes of which nothing is learned.
    """
    from annotator.suggest.learned.attribute_training import attribute_figures

    return attribute_figures(training_set) if training_set.scheme.attributes else {}


def group_scores(training_set: TrainingSet) -> dict[str, GroupScores]:
    """How far the groups that are suggested between true spans are the true ones, by equivalence.

    Nothing is learned of groups, so that no document needs to be left out.
    """
    scheme = training_set.scheme
    if not scheme.equivalences:
        return {}
    from annotator.agreement.estimates import EstimateOptions, estimate
    from annotator.agreement.groups import GROUP_MEASURES, GroupTables
    from annotator.suggest.relations.same_mentions import SameMentions

    suggester = SameMentions(scheme)
    layers = []
    for example in training_set.examples:
        spans = list(example.truth.spans.values())
        suggested = Annotations.of(spans, suggester.relations(example.document, spans))
        layers.append({"suggested": suggested, "right": example.truth})
    scores: dict[str, GroupScores] = {}
    for label in sorted(scheme.equivalences):
        tables = GroupTables(label, ("suggested", "right"), layers)
        found = estimate(tables, GROUP_MEASURES, EstimateOptions(resamples=0))
        names = {name.partition(".")[2].removesuffix("_f1"): one[0].value for name, one in found.items()}
        scores[label] = names
    return scores
