"""The scores of added suggesters, such as a chat model, moved by what curators decided on their suggestions.

A suggester that learned nothing from the workspace cannot know how likely a curator accepts what it says.  So the share
that was accepted, by suggester and label, is compared with the mean of the scores that the suggester gave itself, and
the log odds of its scores move by the difference; the mean counts as some verdicts that confirmed it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from annotator.annotation import Annotations, Relation, Span
from annotator.suggest.learned.calibration import DOUBT, HIGHEST, LOWEST
from annotator.suggest.relations.logistic import logit, sigmoid

Suggestion = TypeVar("Suggestion", Span, Relation)
AnyLayer = TypeVar("AnyLayer", bound=Annotations)

LEAST_OF_LABEL = 10
"""Verdicts on a label from which it is judged by itself; below, it is judged with the suggester's other labels."""
LEAST = 20
"""Verdicts on all labels together from which these move scores."""
ALL = ""
"""Stands for all labels together."""


class JudgedSuggestion(NamedTuple):
    """A verdict on a suggestion: the score that the suggester itself gives it, and whether it was accepted."""

    suggester: str
    kind: str
    label: str
    score: float
    accepted: bool


class AddedScores:
    """By how much the log odds of scores move, by suggester, kind (``span``, ``relation``) and label.

    Raises ``TypeError``, ``AttributeError`` or ``ValueError`` for what is none of :func:`fit_shifts`.
    """

    def __init__(self, by_suggester: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None) -> None:
        self._shifts = {
            (str(name), str(kind), str(label)): float(shift)
            for name, kinds in (by_suggester or {}).items()
            for kind, labels in kinds.items()
            for label, shift in labels.items()
        }
        if not all(map(math.isfinite, self._shifts.values())):
            raise ValueError("log odds that move by no number")

    def knows(self, suggester: str) -> bool:
        """Tell whether there were enough verdicts to move any score of a suggester."""
        return any(name == suggester for name, _, _ in self._shifts)

    def moved(self, suggester: str, layer: AnyLayer) -> AnyLayer:
        """A layer of a suggester with the scores that follow from the verdicts."""
        if not self.knows(suggester):
            return layer
        spans = {key: self._moved(suggester, "span", span) for key, span in layer.spans.items()}
        relations = {key: self._moved(suggester, "relation", one) for key, one in layer.relations.items()}
        return replace(layer, spans=spans, relations=relations)

    def _moved(self, suggester: str, kind: str, suggestion: Suggestion) -> Suggestion:
        overall = self._shifts.get((suggester, kind, ALL), 0.0)
        shift = self._shifts.get((suggester, kind, suggestion.label), overall)
        if not shift or suggestion.score is None:
            return suggestion
        score = sigmoid(logit(suggestion.score) + shift)
        return suggestion.replace(score=round(min(max(score, LOWEST), HIGHEST), 3))


def fit_shifts(outcomes: Iterable[JudgedSuggestion]) -> dict[str, dict[str, dict[str, float]]]:
    """What :class:`AddedScores` is made of, as JSON values."""
    groups: defaultdict[tuple[str, str, str], list[JudgedSuggestion]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.suggester, outcome.kind, outcome.label].append(outcome)
        groups[outcome.suggester, outcome.kind, ALL].append(outcome)
    shifts: dict[str, dict[str, dict[str, float]]] = {}
    for (suggester, kind, label), decided in sorted(groups.items()):
        if len(decided) >= (LEAST if label == ALL else LEAST_OF_LABEL):
            by_label = shifts.setdefault(suggester, {}).setdefault(kind, {})
            by_label[label] = round(shift_of((one.score, one.accepted) for one in decided), 4)
    return shifts


def shift_of(decided: Iterable[tuple[float, bool]]) -> float:
    """By how much log odds move, from some scores with whether the suggestion was accepted."""
    scores, accepted = zip(*decided, strict=True)
    mean = sum(scores) / len(scores)
    share = (sum(accepted) + DOUBT * mean) / (len(scores) + DOUBT)
    return logit(share) - logit(mean)
