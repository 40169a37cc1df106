"""Moves scores by a curator's verdicts in other documents, so that they can be believed before anything was trained.

For each source and label it compares the share that the curator accepted with the mean of the stored scores, and moves
the log odds of further suggestions by the difference, as is done for added suggesters when a version is trained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from annotator.annotation import Annotations, Relation, Span, Verdict
from annotator.suggest.learned.added_scores import shift_of
from annotator.suggest.relations.logistic import logit, sigmoid

Suggestion = TypeVar("Suggestion", Span, Relation)

LEAST = 5
"""Verdicts on a source and label from which they move scores."""


class _Group(NamedTuple):
    """Suggestions that are counted together; ``source`` is without its version."""

    is_span: bool
    source: str
    label: str

    @classmethod
    def of(cls, suggestion: Span | Relation) -> _Group:
        return cls(isinstance(suggestion, Span), (suggestion.source or "").partition("@")[0], suggestion.label)


class VerdictCalibration:
    """The verdicts of one curator by source and label, document by document, and the scores that follow from them."""

    def __init__(self) -> None:
        self._outcomes: dict[str, list[tuple[_Group, float, bool]]] = {}
        self._shifts: dict[_Group, float] | None = None

    def put(self, document: str, verdicts: Mapping[str, Verdict], suggested: Annotations) -> None:
        """Count the verdicts in a document on what is ``suggested`` there, in place of those counted before."""
        found: list[tuple[_Group, float, bool]] = []
        suggestions: Iterable[Span | Relation] = [*suggested.spans.values(), *suggested.relations.values()]
        for suggestion in suggestions:
            verdict = verdicts.get(suggestion.id)
            if verdict is not None and suggestion.score is not None:
                found.append((_Group.of(suggestion), suggestion.score, verdict.verdict == "accepted"))
        self._outcomes[document] = found
        self._shifts = None

    def forget(self, document: str) -> None:
        """Forget the verdicts in a document."""
        if self._outcomes.pop(document, None):
            self._shifts = None

    def calibrated(self, suggested: Annotations) -> Annotations:
        """The same suggestions with the scores that follow from the verdicts."""
        if self._shifts is None:
            self._shifts = _shifts(outcome for outcomes in self._outcomes.values() for outcome in outcomes)
        if not self._shifts:
            return suggested
        moved = _moved(suggested.spans, self._shifts), _moved(suggested.relations, self._shifts)
        return replace(suggested, spans=moved[0], relations=moved[1])


def _shifts(outcomes: Iterable[tuple[_Group, float, bool]]) -> dict[_Group, float]:
    """By how much the log odds of each group move."""
    by_group: defaultdict[_Group, list[tuple[float, bool]]] = defaultdict(list)
    for group, score, accepted in outcomes:
        by_group[group].append((score, accepted))
    shifts = {}
    for group, decided in by_group.items():
        if len(decided) < LEAST:
            continue
        shifts[group] = shift_of(decided)
    return shifts


def _moved(suggestions: Mapping[str, Suggestion], shifts: Mapping[_Group, float]) -> dict[str, Suggestion]:
    moved = {}
    for key, suggestion in suggestions.items():
        shift = shifts.get(_Group.of(suggestion), 0.0)
        if shift and suggestion.score is not None:
            moved[key] = suggestion.replace(score=round(sigmoid(logit(suggestion.score) + shift), 3))
        else:
            moved[key] = suggestion
    return moved
